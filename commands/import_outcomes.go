package commands

import (
	"errors"
	"slices"
	"sync"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/internal/journal"
)

// verdict is what became of a row.
type verdict uint8

const (
	undecided verdict = iota
	accepted
	known
	refused
	passedOver // a row of totals
)

// outcomes are what became of each row of a file.
type outcomes struct {
	mu       sync.Mutex // guards what follows while workers run
	verdicts []verdict
	why      map[int]sheetfile.RowError // of those that were refused
}

func (o *outcomes) expect(rows int) {
	o.verdicts, o.why = make([]verdict, rows), map[int]sheetfile.RowError{}
}

func (o *outcomes) keep(row int, v verdict, why sheetfile.RowError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.verdicts[row] = v; v == refused {
		o.why[row] = why
	}
}

// passOver leaves a row of totals out.
func (im *importing) passOver(i int) { im.keep(i, passedOver, nil) }

func (im *importing) summarise(s *Summary) {
	s.Header = im.header
	if im.sheet != nil {
		s.Header = im.sheet.Header
	}
	var rows []RefusedRow
	for i, v := range im.verdicts {
		switch v {
		case accepted:
			s.Accepted++
		case known:
			s.Known++
		case passedOver:
			s.Totals = append(s.Totals, im.sheet.Number(i))
		default:
			s.Refused++
			if rows = append(rows, im.refusedRows(i)...); im.hear.Refused != nil && len(rows) >= refusedAtOnce {
				im.hear.Refused(s.Header, rows)
				rows = nil
			}
		}
	}
	s.Rows = len(im.verdicts) - len(s.Totals)
	if im.hear.Refused == nil {
		s.RefusedRows = rows
	} else if len(rows) > 0 {
		im.hear.Refused(s.Header, rows)
	}
}

// refusedRows is a row as it stood in the file; days that it has as serial numbers are
// read as days. That of a programme file is all that is refused of it.
func (im *importing) refusedRows(i int) []RefusedRow {
	r := RefusedRow{Row: i + 1, Why: im.why[i]}
	switch {
	case len(im.faults) > 0:
		return im.faults
	case im.sheet == nil && im.cells == nil:
		return []RefusedRow{r}
	case im.sheet == nil:
		r.Cells = im.cells[i]
		return []RefusedRow{r}
	}
	rec := im.sheet.Record(i)
	for _, c := range im.columns {
		if c.Kind == KindDate {
			rec.Date(c.Name)
		}
	}
	r.Row, r.Cells = rec.Number(), rec.Cells()
	return []RefusedRow{r}
}

// settle keeps a row's outcome; an error that is no refusal is handed back.
func (im *importing) settle(i int, r journal.Result, err error) error {
	v, why := accepted, sheetfile.RowError(nil)
	if err == nil && r.Events == 0 {
		v = known
	}
	if err != nil {
		refusals := domain.RefusalsOf(err)
		if len(refusals) == 0 || refusals[0].Code == domain.CodeConflict {
			return err
		}
		v, why = refused, im.whyOf(im.l.counted(im.origin, err))
	}
	im.keep(i, v, why)
	if n := im.decided.Add(1); im.hear.Progress != nil && (n%256 == 0 || int(n) == len(im.verdicts)) {
		im.hear.Progress(int(n), len(im.verdicts))
	}
	return nil
}

// whyOf is all that is said against a row, each with the column that is to blame.
func (im *importing) whyOf(err error) (all sheetfile.RowError) {
	if errors.As(err, &all) {
		return all
	}
	for _, r := range domain.RefusalsOf(err) {
		w := &sheetfile.CellError{Refusal: r}
		if i := slices.IndexFunc(im.columns, func(c column) bool { return c.Field == r.Field || slices.Contains(c.also, r.Field) }); i >= 0 {
			w.Column = im.columns[i].Name
		}
		all = append(all, w)
	}
	return all
}
