package queries

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// FoldsBegun counts the read models that were folded for earlier positions, and
// FoldsKept those that are kept.
func (d *Reader) FoldsBegun() int {
	d.folds.mu.Lock()
	defer d.folds.mu.Unlock()
	return d.folds.count
}

// FoldsKept counts what is kept of them.
func (d *Reader) FoldsKept() int {
	d.folds.mu.Lock()
	defer d.folds.mu.Unlock()
	return len(d.folds.all)
}

// FindingNames is findingNames.
func FindingNames(id string, known func(domain.Ref) bool) []domain.Ref {
	return findingNames(id, known)
}

// FoundKinds are the kinds that anything is found of.
func FoundKinds() (kinds []finding.Kind) {
	for _, word := range findingKinds() {
		switch kind := finding.Kind(word.Code); kind {
		case finding.Stay:
		default:
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// FormsOf is how many forms the ids of a kind have.
func FormsOf(kind finding.Kind) int { return len(findingLayouts(kind)) }

// Holding says whether a finding is one to somebody, and whose texts that shows.
func Holding(ctx context.Context, d *Reader, who access.Who, f findings.Found) (holds bool, shown int, err error) {
	q := &question{reader: d, who: who, op: access.Report("findings")}
	held, err := q.holding(ctx, []findings.Found{f})
	for _, f := range held {
		q.tells(f)
	}
	return len(held) == 1, len(q.shown), err
}

// Shortened is shortened.
func Shortened(left []erasure.Left) []erasure.Left { return shortened(left) }

// WordOn is wordOn.
func WordOn(id string, said map[string]projections.FindingChange) projections.FindingChange {
	return wordOn(id, said)
}

// Checked are the parameters of a report as a question has them.
func Checked(declared []report.Param, given map[string]string) (map[string]string, error) {
	var q question
	err := (&Report{Name: "toy", Params: declared}).check(Request{Params: given}, &q)
	return q.params, err
}

// SheetPlaces are where all visits were, as streams tell, or the log.
func (d *Reader) SheetPlaces(ctx context.Context, who access.Who, fromLog bool) (places []string, err error) {
	many := manyStreams
	if fromLog {
		many = 0
	}
	err = d.read(ctx, "", journal.Bound{}, d.byName["service-sheet"].needs, func(views map[string]projections.View) error {
		q := &question{reader: d, views: views, today: d.today(d.opts.Now()), who: who, op: access.Report("service-sheet")}
		rows, err := sheetVisits(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.place != "" {
				places = append(places, "early "+r.place)
			}
		}
		err = q.addPlaces(ctx, rows, many)
		for _, r := range rows {
			places = append(places, r.Date.String()+" "+r.place)
		}
		return err
	})
	return places, err
}
