// Package contract decides about contracts with participants: referrals to
// socially useful work, social, tripartite and independence contracts.
//
// One stream `contract-<number>` is one contract's life: signed, amended,
// suspended, resumed, breached, and at last terminated or completed. A breach
// is recorded and changes nothing by itself; what follows from it is a person's
// decision. It stops at the contract: what is done under it lives in
// attendance and assistance.
package contract

import "ksiega/domain"

// Kind is a kind of contract.
type Kind string

// The kinds of contract.
const (
	Referral     Kind = "psu"              // referral to socially useful work
	Social       Kind = "socjalny"         // social contract
	Tripartite   Kind = "trojstronny"      // participant, assistant, centre
	Independence Kind = "usamodzielnianie" // one assistant to one participant
)

// Form is the form that a social contract was written on.
type Form string

// The forms of a social contract: of Dz.U. 2005 nr 42 poz. 409 until November 2010, then of
// Dz.U. 2010 nr 218 poz. 1439.
const (
	Form2005  Form = "2005"
	Form2010A Form = "2010-A" // for a person or a family
	Form2010B Form = "2010-B" // for somebody unemployed whom the labour office referred
)

// Terms are what the parties signed.
type Terms struct {
	Contract    string            `json:"contract"`
	Kind        Kind              `json:"kind"`
	Programme   string            `json:"programme"`
	Participant string            `json:"participant"`
	Assistant   string            `json:"assistant,omitzero"`
	Agreement   string            `json:"agreement,omitzero"`
	Concluded   domain.Date       `json:"concluded"`
	From        domain.Date       `json:"from"`
	To          domain.Date       `json:"to"`
	Weekly      domain.Minutes    `json:"weeklyMinutes,omitzero"` // 0 is not agreed
	Rate        domain.HourlyRate `json:"rateGrosze,omitzero"`    // 0 is not agreed
	Place       domain.Sealed     `json:"place,omitzero"`
	Work        domain.Sealed     `json:"work,omitzero"`
	Aid         domain.Grosze     `json:"aidGrosze,omitzero"` // limit of material aid; 0 allows none
	Form        Form              `json:"form,omitzero"`      // of a social contract; "" is not said
}

// SealOf is how a text about a contract is sealed: by the participant's key, for
// what was said on one day (0: what was signed).
func (t Terms) SealOf(day domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: t.Participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefContract, ID: t.Contract}, Day: day}}
}

// Seal is how a text of the terms is sealed.
func (t Terms) Seal(field string) domain.Seal { return t.SealOf(0, field) }

// Seal is how the reason of a change is sealed.
func (l Life) Seal(field string) domain.Seal {
	return Terms{Contract: l.Contract, Participant: l.Participant}.SealOf(l.On, field)
}

// Refs names the parties.
func (t Terms) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefContract, ID: t.Contract},
		domain.Ref{Kind: domain.RefParticipant, ID: t.Participant},
		domain.Ref{Kind: domain.RefAssistant, ID: t.Assistant},
		domain.Ref{Kind: domain.RefAgreement, ID: t.Agreement},
		domain.Ref{Kind: domain.RefProgramme, ID: t.Programme})
}

// Drafted says that terms were drawn up but not signed yet.
type Drafted struct {
	Terms
	On domain.Date `json:"on"`
}

// Signed says that the contract was signed.
type Signed struct{ Terms }

// Amended says that an annex changed terms from a day on; zero fields stay as
// they were.
type Amended struct {
	Life
	To        domain.Date       `json:"to,omitzero"`
	Weekly    domain.Minutes    `json:"weeklyMinutes,omitzero"`
	Rate      domain.HourlyRate `json:"rateGrosze,omitzero"`
	Assistant string            `json:"assistant,omitzero"`
	Place     domain.Sealed     `json:"place,omitzero"`
	Work      domain.Sealed     `json:"work,omitzero"`
	Aid       domain.Grosze     `json:"aidGrosze,omitzero"`
}

// Life is what every later event of a contract carries.
type Life struct {
	Contract    string        `json:"contract"`
	Participant string        `json:"participant"`
	Programme   string        `json:"programme"`
	Agreement   string        `json:"agreement,omitzero"`
	On          domain.Date   `json:"on"`
	Reason      domain.Sealed `json:"reason,omitzero"`
}

// Change is a later event of a contract but ChangeWithdrawn.
type Change interface {
	domain.Event
	Of() Life // of whom it says what, on which day
	with(Life) Change
}

// Changes are the kinds of changes in a contract's life: a zero of each.
func Changes() []domain.Event {
	return []domain.Event{Amended{}, Suspended{}, Resumed{}, Breached{}, Terminated{}, Completed{}, Substituted{}, Decided{}}
}

// Events are those of a contract's life: a zero of each.
func Events() []domain.Event {
	return append(Changes(), Drafted{}, Signed{}, TermsCorrected{}, Withdrawn{}, ChangeWithdrawn{})
}

// Alone is a change without its texts and without whose it is: of its life the day stays.
func Alone(c Change) Change {
	if a, ok := c.(Amended); ok {
		a.Place, a.Work = "", ""
		c = a
	}
	return c.with(Life{On: c.Of().On})
}

func (l Life) Of() Life                { return l }
func (e Amended) with(l Life) Change   { e.Life = l; return e }
func (e Suspended) with(l Life) Change { e.Life = l; return e }
func (Resumed) with(l Life) Change     { return Resumed{l} }
func (Breached) with(l Life) Change    { return Breached{l} }
func (Terminated) with(l Life) Change  { return Terminated{l} }
func (Completed) with(l Life) Change   { return Completed{l} }

// Suspended says that the contract rests from a day on, until a day if that is
// known.
type Suspended struct {
	Life
	Until domain.Date `json:"until,omitzero"`
}

// Resumed says that a suspended contract goes on from a day.
type Resumed struct{ Life }

// Breached says that a party did not keep to the contract.
type Breached struct{ Life }

// Terminated says that the contract ended early; On is its last day.
type Terminated struct{ Life }

// Completed says that the contract was carried out; On is its last day.
type Completed struct{ Life }

// Names of the events, for ever.
func (Drafted) EventType() string    { return "contract.drafted.v2" }
func (Signed) EventType() string     { return "contract.signed.v2" }
func (Amended) EventType() string    { return "contract.amended.v2" }
func (Suspended) EventType() string  { return "contract.suspended.v1" }
func (Resumed) EventType() string    { return "contract.resumed.v1" }
func (Breached) EventType() string   { return "contract.breached.v1" }
func (Terminated) EventType() string { return "contract.terminated.v1" }
func (Completed) EventType() string  { return "contract.completed.v1" }

// The day of signing, of drafting, or that on which a change takes effect.
func (t Terms) OccurredOn() domain.Date   { return t.Concluded }
func (e Drafted) OccurredOn() domain.Date { return e.On }
func (l Life) OccurredOn() domain.Date    { return l.On }

// The name that they give is the contract's.
func (e Drafted) Names() []domain.Name { return Signed{e.Terms}.Names() }
func (e Signed) Names() []domain.Name {
	return []domain.Name{{Field: "number", ID: e.Contract, Stream: true}}
}

// Refs names the contract and whom it concerns.
func (l Life) Refs() []domain.Ref {
	return Terms{Contract: l.Contract, Participant: l.Participant, Programme: l.Programme, Agreement: l.Agreement}.Refs()
}

// Refs names the contract, whom it concerns and a new assistant.
func (e Amended) Refs() []domain.Ref {
	return append(e.Life.Refs(), domain.Refs(domain.Ref{Kind: domain.RefAssistant, ID: e.Assistant})...)
}
