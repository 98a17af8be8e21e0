package projections

import (
	"strings"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
)

// FindingLife is what people said of a finding; the finding itself is computed
// from the other read models.
type FindingLife struct {
	Finding string          `json:"finding"`
	Changes []FindingChange `json:"changes"`
}

// FindingChange is one resolution or reopening.
type FindingChange struct {
	Resolved bool             `json:"resolved"`
	On       domain.Date      `json:"on"`
	Reason   domain.Sealed    `json:"reason"`
	Event    journal.Position `json:"event"`
}

// Resolved says whether the finding was resolved by a day, inclusive; 0 is as it
// stands.
func (f FindingLife) Resolved(asOf domain.Date) bool {
	resolved := false
	for _, c := range f.Changes {
		if asOf == 0 || c.On <= asOf {
			resolved = c.Resolved
		}
	}
	return resolved
}

// FindingLives holds a part a kind of finding and a field a finding.
func FindingLives() Table[FindingLife] { return Table[FindingLife]{"findings"} }

// Findings folds what people said of findings.
func Findings() Projection {
	return Projection{Name: "findings", Version: 1,
		Want: oneOf(finding.Resolved{}, finding.Reopened{}),
		Over: []string{"agreement.*", "assistance.*", "assistant.*", "attendance.*", "contract.*", "durability.*", "erasure.*", "intake.*",
			"participant.*", "payment.*", "refundclaim.*", "statement.*"},
		Keys: func(r *journal.Recorded) []Key {
			if id, _, ok := findingChange(r); ok {
				return []Key{FindingLives().Key(findingPart(id), domain.Escape(id))}
			}
			return nil
		},
		Fold: func(tx *Tx, r *journal.Recorded) error {
			id, change, ok := findingChange(r)
			if !ok {
				return unfolded(r)
			}
			f := FindingLives().Get(tx, findingPart(id), domain.Escape(id))
			f.Finding = id
			f.Changes = append(f.Changes, change)
			return nil
		}}
}

// findingPart is the kind that an id begins with.
func findingPart(id string) string {
	kind, _, _ := strings.Cut(id, ":")
	return domain.Escape(kind)
}

func findingChange(r *journal.Recorded) (string, FindingChange, bool) {
	c := FindingChange{On: r.OccurredOn(), Event: r.Position}
	switch e := r.Event.(type) {
	case finding.Resolved:
		c.Resolved, c.Reason = true, e.Reason
		return e.Finding, c, true
	case finding.Reopened:
		c.Reason = e.Reason
		return e.Finding, c, true
	}
	return "", c, false
}
