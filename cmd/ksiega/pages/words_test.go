package pages

import (
	"math"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/queries"
)

func TestCellsAreWrittenInPolish(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cell  any
		kind  queries.Kind
		want  string
		words queries.Words
	}{
		{int64(123456), queries.Grosze, "1 234,56 zł", ""}, {int64(5), queries.Grosze, "0,05 zł", ""}, {int64(-100000000), queries.Grosze, "−1 000 000,00 zł", ""},
		{int64(math.MinInt64), queries.Grosze, "−92 233 720 368 547 758,08 zł", ""}, {int64(0), queries.Grosze, "0,00 zł", ""},
		{int64(90), queries.Minutes, "1:30", ""}, {int64(-5), queries.Minutes, "−0:05", ""}, {int64(6000), queries.Minutes, "100:00", ""},
		{int64(12345), queries.Integer, "12 345", ""}, {int64(-999), queries.Integer, "−999", ""}, {int64(math.MinInt64), queries.Integer, "−9 223 372 036 854 775 808", ""},
		{domain.NewDate(2018, 3, 5), queries.Date, "05.03.2018", ""}, {domain.Date(0), queries.Date, "", ""}, {domain.NewMonth(2018, 3), queries.Month, "03.2018", ""},
		{domain.Month(0), queries.Month, "", ""}, {true, queries.Flag, "tak", ""}, {false, queries.Flag, "nie", ""}, {nil, queries.Text, "", ""},
		{"part-paid", queries.Text, "częściowo zapłacony", queries.ClaimStates}, {"U001", queries.Text, "U001", ""},
		// A programme, contract or person may be called like a code.
		{"psu", queries.Text, "psu", ""}, {"open", queries.Text, "open", ""}, {"open", queries.Text, "open", queries.ClaimStates},
		{"psu", queries.Text, "skierowanie (PSU)", queries.ContractKinds}, {[]string{"open", "psu"}, queries.List, "open; psu", ""},
		{[]queries.Suggestion{{Claims: []string{"open"}, Reason: "by-hand"}}, queries.List, "open, ręcznie", ""},
		{[]queries.MatchedLine{{Statement: "open", Line: 1, AmountGrosze: 5, Reason: "by-hand"}}, queries.List, "open, poz. 1, 0,05 zł, ręcznie", ""},
		{[]string{"U001", "SK/1"}, queries.List, "U001; SK/1", ""}, {[]string{}, queries.List, "", ""},
		{[]queries.MatchedLine{{Statement: "S/2018/4", Line: 3, AmountGrosze: 123456, Reason: "by-hand"}}, queries.List, "S/2018/4, poz. 3, 1 234,56 zł, ręcznie", ""},
		{[]queries.Suggestion{{Claims: []string{"W/1", "W/2"}, Reason: "amount-of-several"}}, queries.List, "W/1 + W/2, suma kilku wniosków", ""},
		{[]map[string]any{{"from": "2019-07-01"}}, queries.List, "od 01.07.2019", ""},
	} {
		if got := strings.ReplaceAll(cellText(c.cell, queries.Column{Kind: c.kind, Words: c.words}), noBreak, " "); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.cell, c.kind, got, c.want)
		}
	}
}

func TestNumbersStayOnOneLine(t *testing.T) {
	t.Parallel()
	if got := zloty(123456); got != "1\u00a0234,56\u00a0zł" {
		t.Errorf("%q", got)
	}
}

func TestShortItemsShareALine(t *testing.T) {
	t.Parallel()
	items := []string{"1", "22"}
	if text, lines := lined(items); text != "1, 22" || lines != nil {
		t.Errorf("%q %v", text, lines)
	}
	if text, lines := lined([]string{"1", "PUP/PSU/1/2018"}); text != "" || !slices.Equal(lines, []string{"1", "PUP/PSU/1/2018"}) {
		t.Errorf("%q %v", text, lines)
	}
}
