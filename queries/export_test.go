package queries

import (
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/internal/report"
	"ksiega/projections"
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
