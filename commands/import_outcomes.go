package commands

import (
	"errors"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/internal/journal"
)

type verdict int

const (
	undecided verdict = iota
	accepted
	known
	refused
)

type outcome struct {
	verdict verdict
	why     []Why
}

func (im *importing) summarise(s *Summary) {
	s.Rows = len(im.outcomes)
	for i, o := range im.outcomes {
		switch o.verdict {
		case accepted:
			s.Accepted++
		case known:
			s.Known++
		default:
			s.Refused++
			r := RefusedRow{Row: i + 1, Why: o.why}
			if im.sheet != nil {
				r.Row, r.Cells = im.sheet.Rows[i].Number, im.sheet.Rows[i].Cells
			} else {
				r.Cells = im.cells[i]
			}
			s.RefusedRows = append(s.RefusedRows, r)
		}
	}
	s.Header = im.header
	if im.sheet != nil {
		s.Header = im.sheet.Header
	}
}

// settle keeps a row's outcome; an error that is no refusal is handed back.
func (im *importing) settle(i int, r journal.Result, err error) error {
	o := outcome{verdict: accepted}
	if err == nil && r.Events == 0 {
		o.verdict = known
	}
	if err != nil {
		refusals := domain.RefusalsOf(err)
		if len(refusals) == 0 || refusals[0].Code == domain.CodeConflict {
			return err
		}
		o = outcome{refused, im.why(err)}
		im.l.count(err)
		im.l.Guesses.count(im.origin, err)
	}
	im.mu.Lock()
	im.outcomes[i] = o
	im.mu.Unlock()
	if n := im.decided.Add(1); im.progress != nil && (n%256 == 0 || int(n) == len(im.outcomes)) {
		im.progress(int(n), len(im.outcomes))
	}
	return nil
}

// why is all that is said against a row, each with the column that is to blame.
func (im *importing) why(err error) (all []Why) {
	var row sheetfile.RowError
	if errors.As(err, &row) {
		for _, c := range row {
			all = append(all, Why{c.Column, c.Refusal})
		}
		return all
	}
	for _, r := range domain.RefusalsOf(err) {
		w := Why{Refusal: r}
		if i := slices.IndexFunc(im.columns, func(c column) bool { return c.field == r.Field }); i >= 0 {
			w.Column = im.columns[i].name
		}
		all = append(all, w)
	}
	return all
}
