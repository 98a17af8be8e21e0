package contract

import (
	"slices"

	"ksiega/domain"
)

// Ruling is what a person decided after a breach.
type Ruling string

// The rulings: aid goes on, less of it, or no more.
const (
	Upheld     Ruling = "utrzymanie"
	Restricted Ruling = "ograniczenie"
	Refused    Ruling = "odmowa"
)

// Appeal is what became of an appeal against a decision; "" is not said.
type Appeal string

// What may become of an appeal.
const (
	NoAppeal     Appeal = "brak"
	AppealFiled  Appeal = "zlozone"
	AppealWon    Appeal = "uwzglednione"
	AppealFailed Appeal = "oddalone"
)

// Decided says what a person decided after a breach, and why, which is the Reason of its Life.
// What became of an appeal is a further one of the same number, of its own day.
type Decided struct {
	Life
	Ruling Ruling      `json:"ruling"`
	Number string      `json:"number"`
	Served domain.Date `json:"served,omitzero"`
	Appeal Appeal      `json:"appeal,omitzero"`
}

func (Decided) EventType() string    { return "contract.decided.v1" }
func (e Decided) with(l Life) Change { e.Life = l; return e }

// Names is the decision's number.
func (e Decided) Names() []domain.Name { return []domain.Name{{Field: "decisionNumber", ID: e.Number}} }

// Refusals of decisions.
var (
	ErrRuling     = domain.Refusal(domain.CodeInvalid, "no such decision after a breach").At("ruling")
	ErrAppeal     = domain.Refusal(domain.CodeInvalid, "nothing that becomes of an appeal").At("appeal")
	ErrNumber     = domain.Refusal(domain.CodeInvalid, "a decision needs its number").At("decisionNumber")
	ErrUngrounded = domain.Refusal(domain.CodeInvalid, "a decision needs its reasons").At("reason")
	ErrNoBreach   = domain.Refusal(domain.CodeRule, "no breach comes before the decision").At("on")
)

// says is what can be said against a decision by itself: it needs its reasons (art. 107 § 3
// kodeksu postępowania administracyjnego).
func (e Decided) says(wordless bool) error {
	var ruling, appeal, number, reason error
	switch e.Ruling {
	case Upheld, Restricted, Refused:
	default:
		ruling = ErrRuling
	}
	switch e.Appeal {
	case "", NoAppeal, AppealFiled, AppealWon, AppealFailed:
	default:
		appeal = ErrAppeal
	}
	if e.Number == "" {
		number = ErrNumber
	}
	if e.Reason == "" && !wordless {
		reason = ErrUngrounded
	}
	return domain.Together(ruling, number, appeal, reason)
}

// breached says whether a breach came by a day.
func (s State) breached(day domain.Date) bool {
	for _, e := range s.changes {
		if b, ok := e.(Breached); ok && b.On <= day {
			return true
		}
	}
	return false
}

// said is what a decision says by a day: the latest of its number, and the day of the first.
type said struct {
	Decided
	first domain.Date
}

// decisions are those made by a day, in the order of their first days. What became of an
// appeal leaves another decision alone.
func (s State) decisions(day domain.Date) (all []said) {
	for _, e := range s.changes {
		d, ok := e.(Decided)
		if !ok || d.On > day {
			continue
		}
		if i := slices.IndexFunc(all, func(made said) bool { return made.Number == d.Number }); i >= 0 {
			all[i].Decided = d
		} else {
			all = append(all, said{d, d.On})
		}
	}
	return all
}

// Decision is the latest that was made by a day, as its number says by then, and the day
// of the first of that number.
func (s State) Decision(day domain.Date) (stands Decided, first domain.Date, ok bool) {
	all := s.decisions(day)
	if len(all) == 0 {
		return Decided{}, 0, false
	}
	last := all[len(all)-1]
	return last.Decided, last.first, true
}

// Breach is the day of the latest breach by a day; 0 is none.
func (s State) Breach(day domain.Date) (latest domain.Date) {
	for _, e := range s.changes {
		if b, ok := e.(Breached); ok && b.On <= day {
			latest = b.On
		}
	}
	return latest
}

// RefusesAid says whether a refusal of further aid stands on a day: until its own number says
// that its appeal was allowed, or rules otherwise.
func (s State) RefusesAid(day domain.Date) bool {
	_, stands := s.refusal(day)
	return stands
}

// refusal is the number of the first refusal of further aid that stands on a day.
func (s State) refusal(day domain.Date) (number string, stands bool) {
	for _, d := range s.decisions(day) {
		if d.Ruling == Refused && d.Appeal != AppealWon {
			return d.Number, true
		}
	}
	return "", false
}

// leavesOut refuses an earlier last day, from was, that comes before a decision or a
// substitution that is recorded. Of the other changes earlier builds took it.
func (s State) leavesOut(was domain.Date) error {
	for _, e := range s.changes {
		if on := e.OccurredOn(); on <= s.Terms.To || on > was {
			continue
		}
		switch e := e.(type) {
		case Decided:
			return domain.Thing{Noun: domain.ADecision, Name: e.Number, On: e.On}.Refuse()
		case Substituted:
			return domain.Thing{Noun: domain.ASubstitution, On: e.On}.Refuse()
		}
	}
	return nil
}
