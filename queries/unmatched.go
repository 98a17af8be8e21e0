package queries

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ksiega/domain"
	"ksiega/domain/statement"
	"ksiega/internal/vault"
	"ksiega/projections"
)

func unmatchedReport() *Report {
	return &Report{
		Name: "unmatched-lines", Title: "Nierozpoznane operacje bankowe",
		Doc: "Operacje z wyciągów, których nie przypisano do wniosku, z podpowiedziami.",
		Params: []Param{
			{Name: "from", Doc: "od dnia księgowania", Kind: Date},
			{Name: "to", Doc: "do dnia włącznie", Kind: Date},
		},
		Columns: []Column{
			{Name: "statement", Title: "Wyciąg", Kind: Text},
			{Name: "line", Title: "Pozycja", Kind: Integer}, // a name, not a quantity
			{Name: "date", Title: "Data", Kind: Date},
			{Name: "amountGrosze", Title: "Kwota", Kind: Grosze, Sum: true},
			{Name: "title", Title: "Tytuł", Kind: Text},
			{Name: "suggestions", Title: "Podpowiedzi", Kind: List},
		},
		needs: []projections.Projection{projections.Refunds()},
		rows:  unmatchedRows,
	}
}

// Why a line may pay a claim.
const (
	ReasonNumber = "number-in-title"
	ReasonAmount = "amount-outstanding"
	ReasonSum    = "amount-of-several"
)

// Suggestion says which claims a line may pay, and why. It becomes a fact only
// by a command.
type Suggestion struct {
	Claims []string `json:"claims"`
	Reason string   `json:"reason"`
}

// Bounds on suggestions: a sum is looked for among the earliest open claims of
// one agreement.
const (
	sumClaims      = 12
	maxSuggestions = 5
)

func unmatchedRows(ctx context.Context, q *question) ([]Row, error) {
	lines, err := unmatchedLines(ctx, q)
	if err != nil {
		return nil, err
	}
	open, err := openClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	sums := sumsByAmount(open)
	rows := make([]Row, 0, len(lines))
	for _, l := range lines {
		title, suggestions := "", []Suggestion{}
		if q.reader.SeesText || l.Amount > 0 {
			if title, err = q.desk.title(ctx, l); err != nil {
				return nil, err
			}
		}
		if l.Amount > 0 {
			suggestions = suggest(l, title, open, sums)
		}
		if !q.reader.SeesText {
			title = ""
		}
		rows = append(rows, Row{l.Statement, int64(l.Line), l.Date, int64(l.Amount), title, suggestions})
	}
	return rows, nil
}

// unmatchedLines passes from and to, ordered by date, statement and line.
func unmatchedLines(ctx context.Context, q *question) ([]projections.BankLine, error) {
	view := q.view(projections.Refunds())
	parts, err := monthParts(ctx, q, projections.UnmatchedLines(), view)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	items, err := projections.UnmatchedLines().Every(ctx, view, parts...)
	if err != nil {
		return nil, err
	}
	var lines []projections.BankLine
	for _, it := range items {
		if q.between(it.Row.Date) && !q.cut(it.Row.Date) {
			lines = append(lines, it.Row)
		}
	}
	slices.SortFunc(lines, func(a, b projections.BankLine) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Statement, b.Statement), cmp.Compare(a.Line, b.Line))
	})
	return lines, nil
}

// monthParts are the parts, named by month, that meet the parameters.
func monthParts[R any](ctx context.Context, q *question, t projections.Table[R], view projections.View) ([]string, error) {
	parts, err := t.Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(parts, func(part string) bool {
		m, err := domain.ParseMonth(part)
		return err != nil || !q.touches(m.First(), m.Last()) || q.cut(m.First())
	}), nil
}

func openClaims(ctx context.Context, q *question) ([]standingClaim, error) {
	claims, err := standingClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(claims, func(c standingClaim) bool { return !c.totals.Open() }), nil
}

// title opens what stands in a transfer; "" where it can't be opened any more,
// or nobody here can.
func (d *Desk) title(ctx context.Context, l projections.BankLine) (string, error) {
	if d.opts.Vault == nil || l.Title == "" {
		return "", nil
	}
	text, err := d.opts.Vault.Open(ctx, sealedFor(statement.LineBooked{Statement: l.Statement}), "title", string(l.Title))
	if errors.Is(err, vault.ErrErased) || errors.Is(err, vault.ErrForged) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("open the title of a line: %w", err)
	}
	return text, nil
}

func suggest(l projections.BankLine, title string, open []standingClaim, sums map[domain.Grosze][][]string) []Suggestion {
	found := []Suggestion{}
	add := func(s Suggestion) {
		if len(found) < maxSuggestions {
			found = append(found, s)
		}
	}
	for _, c := range open {
		if l.Amount <= c.totals.Outstanding() && names(title, c.Claim) {
			add(Suggestion{[]string{c.Claim}, ReasonNumber})
		}
	}
	for _, c := range open {
		named := slices.ContainsFunc(found, func(s Suggestion) bool { return s.Claims[0] == c.Claim })
		if l.Amount == c.totals.Outstanding() && !named {
			add(Suggestion{[]string{c.Claim}, ReasonAmount})
		}
	}
	for _, claims := range sums[l.Amount] {
		add(Suggestion{slices.Clone(claims), ReasonSum})
	}
	return found
}

// sumsByAmount are the sets of two or more open claims of one agreement by what
// they come to.
func sumsByAmount(open []standingClaim) map[domain.Grosze][][]string {
	sums := map[domain.Grosze][][]string{}
	byAgreement := map[string][]standingClaim{}
	for _, c := range open {
		byAgreement[c.Agreement] = append(byAgreement[c.Agreement], c)
	}
	for _, claims := range byAgreement {
		slices.SortFunc(claims, func(a, b standingClaim) int {
			return cmp.Or(cmp.Compare(a.Submitted, b.Submitted), cmp.Compare(a.Claim, b.Claim))
		})
		claims = claims[:min(len(claims), sumClaims)]
		for set := 1; set < 1<<len(claims); set++ {
			var sum domain.Grosze
			var members []string
			for i, c := range claims {
				if set&(1<<i) != 0 {
					sum, members = sum+c.totals.Outstanding(), append(members, c.Claim)
				}
			}
			if len(members) > 1 && len(sums[sum]) < 2*maxSuggestions {
				sums[sum] = append(sums[sum], members)
			}
		}
	}
	for _, sets := range sums {
		slices.SortFunc(sets, func(a, b []string) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) })
	}
	return sums
}

// names says whether a claim's number stands in a title with no letter or digit
// beside it.
func names(title, number string) bool {
	if number == "" {
		return false
	}
	for from := 0; ; {
		at := strings.Index(title[from:], number)
		if at < 0 {
			return false
		}
		start, end := from+at, from+at+len(number)
		before, _ := utf8.DecodeLastRuneInString(title[:start])
		after, _ := utf8.DecodeRuneInString(title[end:])
		if (start == 0 || !alphanumeric(before)) && (end == len(title) || !alphanumeric(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(title[start:])
		from = start + size
	}
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// Match is a line that certainly pays a claim.
type Match struct {
	Statement    string
	Line         int
	Claim        string
	AmountGrosze domain.Grosze
}

// CertainMatches are the incoming unmatched lines whose title names exactly one
// open claim that owes at least the amount. Lines are taken in the order of
// booking, each lessening what its claim owes to the next. It reads at least
// what is recorded when it is called.
func (d *Desk) CertainMatches(ctx context.Context) ([]Match, error) {
	least, err := d.opts.Journal.Head(ctx)
	if err != nil {
		return nil, err
	}
	refunds := []projections.Projection{projections.Refunds()}
	read := func(fn func(map[string]projections.View) error) error { return d.read(ctx, "", least, refunds, fn) }
	if d.opts.Runner == nil {
		// Nobody here says when Redis has seen what is recorded.
		read = func(fn func(map[string]projections.View) error) error { return d.latest(ctx, least, refunds, fn) }
	}
	var matches []Match
	err = read(func(views map[string]projections.View) error {
		q := &question{desk: d, views: views, reader: Reader{SeesText: true}}
		lines, err := unmatchedLines(ctx, q)
		if err != nil {
			return err
		}
		open, err := openClaims(ctx, q)
		if err != nil {
			return err
		}
		matches, err = d.certain(ctx, lines, open)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("match lines: %w", err)
	}
	return matches, nil
}

func (d *Desk) certain(ctx context.Context, lines []projections.BankLine, open []standingClaim) ([]Match, error) {
	matches := []Match{}
	for _, l := range lines {
		if l.Amount <= 0 {
			continue
		}
		title, err := d.title(ctx, l)
		if err != nil {
			return nil, err
		}
		var named *standingClaim
		count := 0
		for i := range open {
			if open[i].totals.Open() && names(title, open[i].Claim) {
				named, count = &open[i], count+1
			}
		}
		if count != 1 || l.Amount > named.totals.Outstanding() {
			continue
		}
		named.totals.Received += l.Amount
		matches = append(matches, Match{l.Statement, l.Line, named.Claim, l.Amount})
	}
	return matches, nil
}
