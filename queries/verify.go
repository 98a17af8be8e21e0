package queries

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// Difference is one row, or one entry of the lists that rows are found by, that
// is not what the log comes to. It names the row and the fields that differ, and
// shows no value. Part and Field are empty as far as Of does not go.
type Difference struct {
	Of        string   `json:"of"` // row, part, table
	ReadModel string   `json:"readModel"`
	Table     string   `json:"table"`
	Part      string   `json:"part"`
	Field     string   `json:"field"`
	Kind      string   `json:"kind"`             // missing, unexpected, differs
	Fields    []string `json:"fields,omitempty"` // of the row, where it differs
}

// What a difference is of: a row; a part of a table, which is missing from the
// list of parts, or unexpected there; a table of the read model, likewise.
const (
	OfRow   = "row"
	OfPart  = "part"
	OfTable = "table"
)

// The kinds of differences.
const (
	KindMissing    = "missing"
	KindUnexpected = "unexpected"
	KindDiffers    = "differs"
)

// maxDifferences bounds a list of differences; a read model with more is
// rebuilt, not studied.
const maxDifferences = 1000

var errMany = errors.New("too many differences")

// Verify works every read model out anew from the log, in memory, and compares
// it, rows and the lists they are found by, with Redis at the same position. It
// returns at most a thousand differences.
func (d *Reader) Verify(ctx context.Context, progress func(journal.Position, int)) ([]Difference, error) {
	if d.opts.Store == nil {
		return nil, ErrNothingKept
	}
	generous := d.opts.Store.Sparing()
	defer generous()
	ps := projections.All()
	memories := map[string]*fold.Memory[*journal.Recorded]{}
	for _, p := range ps {
		memories[p.Name] = fold.NewMemory(p)
	}
	// Most of the log is folded before Redis is read, so that little is left
	// to fold while nothing may move.
	if err := d.catchUp(ctx, memories, journal.Position{}, journal.Bound{}, progress); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	var differences []Difference
	for _, p := range ps {
		some, err := d.verifyOne(ctx, p, memories[p.Name])
		if err != nil {
			return nil, fmt.Errorf("verify %s: %w", p.Name, err)
		}
		delete(memories, p.Name)
		if differences = append(differences, some...); len(differences) >= maxDifferences {
			return differences[:maxDifferences], nil
		}
	}
	return differences, nil
}

func (d *Reader) catchUp(ctx context.Context, memories map[string]*fold.Memory[*journal.Recorded], after journal.Position, until journal.Bound, progress func(journal.Position, int)) error {
	events := 0
	return projections.Log{Journal: d.opts.Journal}.Scan(ctx, fold.Range{After: after, Until: until}, func(b projections.Batch) error {
		for _, m := range memories {
			if err := m.Fold(b); err != nil {
				return err
			}
		}
		events += len(b.Events)
		if progress != nil {
			progress(b.Through, events)
		}
		return nil
	})
}

func (d *Reader) verifyOne(ctx context.Context, p projections.Projection, m *fold.Memory[*journal.Recorded]) ([]Difference, error) {
	if err := d.wait(ctx, m.Position().Bound(), []projections.Projection{p}); err != nil && !errors.Is(err, ErrBehind) {
		return nil, err
	}
	var differences []Difference
	err := d.opts.Store.Read(ctx, func(views map[string]projections.View) error {
		differences = nil
		kept := views[p.Name]
		var fresh projections.View = m
		switch {
		case kept.Position().After(m.Position()):
			if err := d.catchUp(ctx, map[string]*fold.Memory[*journal.Recorded]{p.Name: m}, m.Position(), kept.Position().Bound(), nil); err != nil {
				return err
			}
		case m.Position().After(kept.Position()):
			var err error
			if fresh, err = fold.FoldedTo(ctx, projections.Log{Journal: d.opts.Journal}, kept.Position().Bound(), p); err != nil {
				return err
			}
		}
		err := fold.Compare(ctx, kept, fresh, func(diff fold.Difference) error {
			differences = append(differences, difference(p.Name, diff))
			if len(differences) >= maxDifferences {
				return errMany
			}
			return nil
		})
		if errors.Is(err, errMany) {
			return nil
		}
		return err
	}, p)
	return differences, err
}

// difference names what differs; A is the row that Redis keeps.
func difference(model string, diff fold.Difference) Difference {
	of := map[fold.Level]string{fold.LevelRow: OfRow, fold.LevelPart: OfPart, fold.LevelTable: OfTable}[diff.Level]
	found := Difference{Of: of, ReadModel: model, Table: diff.Key.Table, Part: diff.Key.Part, Field: diff.Key.Field, Kind: KindDiffers}
	switch {
	case diff.A == "":
		found.Kind = KindMissing
	case diff.B == "":
		found.Kind = KindUnexpected
	default:
		found.Fields = differingFields(diff.A, diff.B)
	}
	return found
}

func differingFields(a, b string) []string {
	var inA, inB map[string]jsontext.Value
	if json.Unmarshal([]byte(a), &inA) != nil || json.Unmarshal([]byte(b), &inB) != nil {
		return nil
	}
	differ := map[string]bool{}
	for name, value := range inA {
		differ[name] = !bytes.Equal(value, inB[name])
	}
	for name := range inB {
		if _, ok := inA[name]; !ok {
			differ[name] = true
		}
	}
	maps.DeleteFunc(differ, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(differ))
}

// String is one line for people.
func (d Difference) String() string {
	switch d.Of {
	case OfPart:
		return fmt.Sprintf("%s: %s %s: part %s %s the list of parts", d.ReadModel, d.Table, d.Part, d.Kind, where(d.Kind))
	case OfTable:
		return fmt.Sprintf("%s: %s: table %s %s the list of tables", d.ReadModel, d.Table, d.Kind, where(d.Kind))
	}
	s := fmt.Sprintf("%s: %s %s/%s %s", d.ReadModel, d.Table, d.Part, d.Field, d.Kind)
	if len(d.Fields) > 0 {
		s += " " + fmt.Sprint(d.Fields)
	}
	return s
}

func where(kind string) string {
	if kind == KindMissing {
		return "from"
	}
	return "in"
}
