package projections

import (
	"strings"

	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// FindingLife is what people said of a finding; the finding itself is computed
// from the other read models.
type FindingLife struct {
	Finding string          `json:"finding"` // its id, or what that is recorded as
	Hidden  Hidden          `json:"hidden,omitzero"`
	Changes []FindingChange `json:"changes"`
}

// Hidden is an id that tells what is sealed, and how it is. An erasure leaves it: nothing opens
// it then.
type Hidden struct {
	Seal domain.Seal   `json:"seal"`
	Text domain.Sealed `json:"text"`
}

// FindingChange is one resolution or reopening.
type FindingChange struct {
	Resolved bool             `json:"resolved"`
	On       domain.Date      `json:"on"`
	Reason   domain.Sealed    `json:"reason"`
	Figures  finding.Figures  `json:"figures,omitzero"` // that a resolution saw
	Saw      Hidden           `json:"saw,omitzero"`     // them, of a finding that is hidden
	Event    journal.Position `json:"event"`
}

// Last is what was said last by a day, inclusive; 0 is at all.
func (f FindingLife) Last(asOf domain.Date) (last FindingChange) {
	for _, c := range f.Changes {
		if asOf == 0 || c.On <= asOf {
			last = c
		}
	}
	return last
}

// FindingLives holds a part a kind of finding and a field a finding.
func FindingLives() fold.Table[FindingLife] { return fold.Table[FindingLife]{Name: "findings"} }

// Findings folds what people said of findings.
func Findings() Projection {
	return Projection{Name: "findings", Version: 4, Retroactive: erases,
		Want: oneOf(finding.Resolved{}, finding.Reopened{}, erasure.Ordered{}),
		Keys: func(keys []fold.Key, r *journal.Recorded) []fold.Key {
			if id, _, _, ok := findingChange(r); ok {
				return append(keys, FindingLives().Key(findingPart(id), domain.Escape(id)), erasedKey(findingRef(id)))
			}
			if e, ok := r.Event.(erasure.Ordered); ok && e.Kind == domain.RefFinding {
				return append(keys, FindingLives().Key(findingPart(e.Subject), domain.Escape(e.Subject)), erasedKey(e.Of()))
			}
			return keys
		},
		Fold: func(tx *fold.Tx, r *journal.Recorded) error {
			if e, ok := r.Event.(erasure.Ordered); ok {
				eraseReasons(tx, e, r)
				return nil
			}
			id, hides, change, ok := findingChange(r)
			if !ok {
				return unfolded(r)
			}
			f := FindingLives().Get(tx, findingPart(id), domain.Escape(id))
			f.Finding, f.Hidden = id, hides
			change.Reason = kept(tx, findingRef(id), change.Reason)
			f.Changes = append(f.Changes, change)
			return nil
		}}
}

// findingPart is the kind that an id begins with.
func findingPart(id string) string {
	kind, _, _ := strings.Cut(id, ":")
	return domain.Escape(kind)
}

func findingChange(r *journal.Recorded) (name string, hides Hidden, c FindingChange, ok bool) {
	c = FindingChange{On: r.OccurredOn(), Event: r.Position}
	switch e := r.Event.(type) {
	case finding.Resolved:
		c.Resolved, c.Reason, c.Figures = true, e.Reason, e.Figures
		c.Saw = hiddenBy(e.Seal("saw"), e.Saw)
		return e.Finding, hiddenBy(e.Seal("hidden"), e.Hidden), c, true
	case finding.Reopened:
		c.Reason = e.Reason
		return e.Finding, hiddenBy(e.Seal("hidden"), e.Hidden), c, true
	}
	return "", hides, c, false
}

func hiddenBy(seal domain.Seal, text domain.Sealed) (h Hidden) {
	if text != "" {
		h = Hidden{seal, text}
	}
	return h
}

func findingRef(id string) domain.Ref { return domain.Ref{Kind: domain.RefFinding, ID: id} }

// eraseReasons takes the reasons out of what was said of a finding; that it was
// resolved stays.
func eraseReasons(tx *fold.Tx, e erasure.Ordered, r *journal.Recorded) {
	if e.Kind != domain.RefFinding {
		return
	}
	erase(tx, e.Of(), r)
	f := FindingLives().Change(tx, findingPart(e.Subject), domain.Escape(e.Subject))
	if f == nil {
		return
	}
	for i := range f.Changes {
		f.Changes[i].Reason = ""
	}
}
