package queries

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/statement"
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
			{Name: "line", Title: "Pozycja", Kind: Integer, Sum: true},
			{Name: "date", Title: "Data", Kind: Date},
			{Name: "amountGrosze", Title: "Kwota", Kind: Grosze, Sum: true},
			{Name: "title", Title: "Tytuł", Kind: Text},
			{Name: "suggestions", Title: "Podpowiedzi", Kind: List},
		},
		needs: []projections.Projection{projections.Refunds()},
		rows:  unmatchedRows,
	}
}

func unmatchedRows(ctx context.Context, q *question) ([]Row, error) {
	lines, err := unmatchedLines(ctx, q)
	if err != nil {
		return nil, err
	}
	claims, err := standingClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	in, out, titles := duesOf(claims, 1), duesOf(claims, -1), readerOf(claims)
	rows := make([]Row, 0, len(lines))
	for _, l := range lines {
		may := in
		if l.Amount < 0 {
			may = out
		}
		// Who may not see titles gets no suggestion that rests on one either: a claim
		// can be given any word for its number.
		title, suggestions := "", []Suggestion{}
		if q.reader.SeesText {
			if title, err = q.desk.title(ctx, l); err != nil {
				return nil, err
			}
		}
		switch {
		case l.Claim != "": // else it would be settled
			suggestions = []Suggestion{{[]string{l.Claim}, ReasonHalf}}
		case len(may.list) > 0:
			suggestions = may.suggest(magnitude(l.Amount), titles.named(title))
		}
		if title != "" {
			q.shows(statement.SealOf(l.Statement, l.Line, "title").Subject)
		}
		rows = append(rows, Row{l.Statement, int64(l.Line), l.Date, int64(l.Amount), title, suggestions})
	}
	return rows, nil
}

// unmatchedLines passes from and to, ordered by date, statement and line.
func unmatchedLines(ctx context.Context, q *question) ([]projections.BankLine, error) {
	view := q.view(projections.Refunds())
	parts, err := monthParts(ctx, q, projections.UnmatchedLines(), view)
	if err != nil {
		return nil, err
	}
	var items []projections.Item[projections.BankLine]
	if len(parts) > 0 {
		if items, err = projections.UnmatchedLines().Every(ctx, view, parts...); err != nil {
			return nil, err
		}
	}
	var lines []projections.BankLine
	whole := map[string]bool{}
	for _, it := range items {
		if !q.between(it.Row.Date) || q.cut(it.Row.Date) {
			continue
		}
		of := it.Row.Statement
		if _, asked := whole[of]; !asked {
			s, _, err := projections.BankStatements().Find(ctx, view, domain.Escape(of), projections.StatementField)
			if err != nil {
				return nil, err
			}
			whole[of] = s.Whole()
		}
		if whole[of] { // what was cut short is no statement yet
			lines = append(lines, it.Row)
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

// title opens what stands in a transfer; "" where it can't be opened any more,
// or nobody here can.
func (d *Desk) title(ctx context.Context, l projections.BankLine) (string, error) {
	text, _, err := d.opened(ctx, statement.SealOf(l.Statement, l.Line, "title"), l.Title)
	return text, err
}
