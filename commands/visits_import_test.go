package commands_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
)

// Of a file of visits of two assistants in two programmes, one of which caps an
// assistant's day, those rows are refused that an independent calculation refuses: a cap
// counts its own programme's visits, an overlap all.
func TestVisitsOfTwoProgrammes(t *testing.T) {
	t.Parallel()
	const contracts = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\n" +
		"O/1;trojstronny;aoon-2006;U1;02.01.2018;02.01.2018;31.12.2018;A1\nO/2;trojstronny;aoon-2006;U2;02.01.2018;02.01.2018;31.12.2018;A2\n" +
		"T/1;trojstronny;asystent-aktywnosci;U1;02.01.2018;02.01.2018;31.12.2018;A1\n"
	drawn := rand.New(rand.NewPCG(1, 20180514))
	visits := "asystent;umowa;data;od;do\n"
	clock := func(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
	seen := map[string]bool{}
	for range 600 {
		from := 60 * drawn.IntN(23)
		row := fmt.Sprintf("A%d;%s;%02d.05.2018;%s", 1+drawn.IntN(2), []string{"O/1", "O/2", "T/1"}[drawn.IntN(3)], 1+drawn.IntN(10), clock(from))
		if !seen[row] {
			seen[row] = true
			visits += row + ";" + clock(min(from+60*(1+drawn.IntN(7)), 1440)) + "\n"
		}
	}
	files := fstest.MapFS{}
	l := ledgertest.Open(t)
	var refused, capped []int
	for _, f := range []sheet{{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"}, {"asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n"},
		{"umowy.csv", contracts}, {"godziny.csv", visits}} {
		files[f.name] = &fstest.MapFile{Data: []byte(f.rows)}
		for _, r := range l.Import(t, f.name, f.rows).RefusedRows {
			if refused = append(refused, r.Row); strings.Contains(r.Why.Error(), "daily cap") {
				capped = append(capped, r.Row)
			}
		}
	}
	book, err := naive.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	_, want := book.Visits()
	var all, over []int
	for _, r := range want {
		if all = append(all, r.Row); strings.Contains(r.Reason, "daily cap") {
			over = append(over, r.Row)
		}
	}
	if !slices.Equal(refused, all) || !slices.Equal(capped, over) || len(over) == 0 {
		t.Errorf("refused are rows %v, over a cap %v; want %v and %v", refused, capped, all, over)
	}
}
