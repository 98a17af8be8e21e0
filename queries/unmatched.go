package queries

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/statement"
	"ksiega/internal/report"
	"ksiega/projections"
)

func unmatchedReport() *Report {
	type row = unmatchedRow
	return declared(Report{
		Name: "unmatched-lines", Title: "Nierozpoznane operacje bankowe",
		Doc:    "Operacje z wyciągów, których nie przypisano do wniosku, z podpowiedziami.",
		Params: []report.Param{askedDay("from", "od dnia księgowania"), askedDay("to", "do dnia włącznie")},
		needs:  []projections.Projection{projections.Refunds()},
	}, report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		named("statement", "Wyciąg", domain.RefStatement, func(r row) string { return r.Statement }),
		report.Integer("line", "Pozycja", func(r row) int { return r.Line }),
		report.Date("date", "Data", func(r row) domain.Date { return r.Date }),
		report.Grosze("amountGrosze", "Kwota", func(r row) domain.Grosze { return r.Amount }).Sum(),
		report.Text("title", "Tytuł", func(r row) string { return r.title }),
		report.List("suggestions", "Podpowiedzi", func(r row) []Suggestion { return r.suggestions },
			report.Texts("claims", "", func(s Suggestion) []string { return s.Claims }).To(report.Reference(domain.RefClaim)),
			report.Text("reason", "", func(s Suggestion) string { return s.Reason }).In(matchReasons())),
	}}, unmatchedRows)
}

// unmatchedRow is a line with its title, where the reader may see it, and what it may pay.
type unmatchedRow struct {
	projections.BankLine
	title       string
	suggestions []Suggestion
}

func unmatchedRows(ctx context.Context, q *question) ([]unmatchedRow, error) {
	lines, err := unmatchedLines(ctx, q)
	if err != nil {
		return nil, err
	}
	claims, err := standingClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	in, out, titles := duesOf(claims, 1), duesOf(claims, -1), readerOf(claims)
	rows := make([]unmatchedRow, 0, len(lines))
	for _, l := range lines {
		may, row := in, unmatchedRow{BankLine: l}
		if l.Amount < 0 {
			may = out
		}
		// Who may not see titles gets no suggestion that rests on one either: a claim
		// can be given any word for its number.
		if q.sees(access.Money) {
			if row.title, err = q.reader.title(ctx, l); err != nil {
				return nil, err
			}
		}
		switch {
		case l.Claim != "": // else it would be settled
			row.suggestions = []Suggestion{{[]string{l.Claim}, ReasonHalf}}
		case len(may.list) > 0:
			row.suggestions = may.suggest(magnitude(l.Amount), titles.named(row.title))
		}
		if row.title != "" {
			q.shows(statement.SealOf(l.Statement, l.Line, "title").Subject)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// unmatchedLines passes from and to, ordered by date, statement and line.
func unmatchedLines(ctx context.Context, q *question) ([]projections.BankLine, error) {
	view := q.view(projections.Refunds())
	booked, err := ofParts(ctx, view, projections.UnmatchedLines(), q.months)
	if err != nil {
		return nil, err
	}
	var lines []projections.BankLine
	whole := map[string]bool{}
	for _, l := range booked {
		if !q.between(l.Date) || q.cut(l.Date) {
			continue
		}
		of := l.Statement
		if _, asked := whole[of]; !asked {
			s, _, err := projections.BankStatements().Find(ctx, view, domain.Escape(of), projections.StatementField)
			if err != nil {
				return nil, err
			}
			whole[of] = s.Whole()
		}
		if whole[of] { // what was cut short is no statement yet
			lines = append(lines, l)
		}
	}
	early, err := matchedTooEarly(ctx, q, view)
	if err != nil {
		return nil, err
	}
	lines = append(lines, early...)
	slices.SortFunc(lines, func(a, b projections.BankLine) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Statement, b.Statement), cmp.Compare(a.Line, b.Line))
	})
	return lines, nil
}

// matchedTooEarly are the lines that paid, by asOf, claims that were submitted
// only after it: on that day nobody could say what they were for.
func matchedTooEarly(ctx context.Context, q *question, view projections.View) ([]projections.BankLine, error) {
	if q.asOf == 0 {
		return nil, nil
	}
	claims, err := projections.RefundClaims().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	var lines []projections.BankLine
	for _, it := range claims {
		if it.Row.Submitted <= q.asOf {
			continue
		}
		for _, f := range it.Row.Facts {
			if f.Kind != projections.FactReceived || f.On > q.asOf || !q.between(f.On) {
				continue
			}
			line, ok, err := projections.BankLines().Find(ctx, view, domain.Escape(f.Statement), projections.LineField(f.Line))
			if err != nil {
				return nil, err
			}
			if ok && line.Claim == it.Row.Claim {
				lines = append(lines, line)
			}
		}
	}
	return lines, nil
}

// title opens what stands in a transfer; "" where it can't be opened any more,
// or nobody here can.
func (d *Reader) title(ctx context.Context, l projections.BankLine) (string, error) {
	text, _, err := d.opened(ctx, statement.SealOf(l.Statement, l.Line, "title"), l.Title)
	return text, err
}
