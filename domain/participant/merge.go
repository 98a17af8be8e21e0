package participant

import "ksiega/domain"

// Merge says which of two ids one person goes on under: what is recorded of Participant
// counts as Into's. It holds for every day that somebody asks about, from its recording on.
type Merge struct {
	Participant string      `json:"participant"`
	Into        string      `json:"into"`
	Date        domain.Date `json:"date"` // on which that was found out
}

// Merged says that two ids are one person's.
type Merged struct {
	Merge
	Reason domain.Sealed `json:"reason,omitzero"`
}

// MergeWithdrawn says that they are two people's after all.
type MergeWithdrawn struct {
	Merge
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Merged) EventType() string         { return "participant.merged.v1" }
func (MergeWithdrawn) EventType() string { return "participant.merge-withdrawn.v1" }

// OccurredOn is the day on which it was found out.
func (m Merge) OccurredOn() domain.Date { return m.Date }

// Seal is by the key of whom the id was given up for.
func (m Merge) Seal(field string) domain.Seal { return SealOf(m.Participant, field) }

// Refs names both.
func (m Merge) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefParticipant, ID: m.Participant},
		domain.Ref{Kind: domain.RefParticipant, ID: m.Into})
}

// MergeInto merges a participant into another one, corrects that or takes it back. Seen is
// how often what the stream of the other one says was entered here when whoever asks looked
// at whom that one is merged into: two who are merged into each other at once are not.
type MergeInto struct {
	Fact Merged
	Seen int
	domain.Amend
}

func (MergeInto) participant() {}

// Refusals of merges.
var (
	ErrMergedSelf  = domain.Refusal(domain.CodeInvalid, "nobody is merged into themselves").At("merged")
	ErrMergedRound = domain.Refusal(domain.CodeRule, "the one who is kept is merged into the other: take that back first").At("kept")
)

func mergeInto(s State, c MergeInto) ([]domain.Event, error) {
	f := c.Fact
	switch {
	case !s.Exists():
		return nil, ErrUnknown.At("merged")
	case s.Person.Participant != f.Participant:
		return nil, ErrOther
	case c.Withdraw:
	case f.Into == "":
		return nil, domain.ErrNoID.At("kept")
	case f.Into == f.Participant:
		return nil, ErrMergedSelf
	case f.Date == 0:
		return nil, domain.ErrNoDay.At("date")
	case f.Reason == "" && !c.Wordless:
		return nil, domain.ErrNoReason.At("reason")
	}
	stands := s.merged.Into != ""
	differs := domain.Differing(s.merged, f)
	if differs == "into" {
		differs = "kept"
	}
	return c.Decide(domain.Recorded{What: "merge of " + f.Participant, Standing: domain.StandingOf(stands, s.goneMerge),
		Same: differs == "", Differs: differs,
		Refuse: func(step domain.Step) error {
			if step != domain.TakeAway && s.enteredBy(f.Into) != c.Seen {
				return domain.ErrOvertaken.With("who is merged into whom")
			}
			return nil
		},
		Entered: f, Withdrawn: MergeWithdrawn{s.merged.Merge, c.Reason}})
}

// enteredBy is how often the stream of another participant was entered in this one's list.
func (s State) enteredBy(other string) int {
	return s.List.Entry(domain.Ref{Kind: domain.RefParticipant, ID: s.Person.Participant}, Stream(other)).Attempt
}

// Seen is how often the stream of whom somebody is to be merged into was entered here, for
// MergeInto.
func (s State) Seen(into string) int { return s.enteredBy(into) }

// Into is whom somebody is merged into; "" is nobody.
func (s State) Into() string { return s.merged.Into }
