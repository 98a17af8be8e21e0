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
	reason  string
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
			r := RefusedRow{Row: i + 1, Reason: o.reason}
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
		var refusal *domain.Error
		var cell *sheetfile.CellError
		if !errors.As(err, &refusal) && !errors.As(err, &cell) {
			return err
		}
		if refusal != nil && refusal.Code == domain.CodeConflict {
			return err
		}
		o = outcome{verdict: refused, reason: im.reason(err)}
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

// reason says why a row was refused, and in which column where one is to blame.
func (im *importing) reason(err error) string {
	if column := columnOfName(err); column != "" {
		return "column " + column + ": " + err.Error()
	}
	for _, b := range blame() {
		if errors.Is(err, b.refusal) {
			for _, name := range b.columns {
				if slices.ContainsFunc(im.columns, func(c column) bool { return c.name == name }) {
					return "column " + name + ": " + err.Error()
				}
			}
		}
	}
	return err.Error()
}
