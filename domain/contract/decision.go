package contract

import "ksiega/domain"

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

// Decision is what stands decided on a day, the latest by then, and the day of the first of
// its number.
func (s State) Decision(day domain.Date) (stands Decided, first domain.Date, ok bool) {
	for _, e := range s.changes {
		if d, is := e.(Decided); is && d.On <= day {
			stands, ok = d, true
		}
	}
	for _, e := range s.changes {
		if d, is := e.(Decided); is && d.Number == stands.Number && first == 0 {
			first = d.On
		}
	}
	return stands, first, ok
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

// RefusesAid says whether a refusal of further aid stands on a day: one whose appeal was not
// allowed.
func (s State) RefusesAid(day domain.Date) bool {
	d, _, ok := s.Decision(day)
	return ok && d.Ruling == Refused && d.Appeal != AppealWon
}
