package pages

import (
	"html/template"
	"io"
)

// Gate is a page for who is not in yet, or is about to leave: a card, one thing to do in it.
type Gate struct {
	Title string // of the page and its card
	Lead  string // whom it is for
	Notes []Note
	Form  *GateForm
	Other *GateList // another way to the same
	Codes *GateCodes
	Go    *GateLink // where to go on
	Links []GateLink
	Hints []string // beneath the card
}

// GateForm is what is sent from the card.
type GateForm struct {
	Action, Submit string
	Hidden         []Pair
	Before         *GateSecret
	Fields         []Field
	Title          string // of a part that is folded away
	Open           bool
	Folded         []Field
}

// GateSecret is what an authenticator is given: a picture to scan, the same as a link for
// whoever reads this on the telephone that it is on, and as letters.
type GateSecret struct {
	Picture template.HTML // an image of its own, without style
	Link    template.URL
	Letters string
}

// GateList are buttons that each choose something of a name.
type GateList struct {
	Title, Hint, Action, Name string
	Hidden                    []Pair
	Choices                   []GateChoice
}

// GateChoice is one of them.
type GateChoice struct{ Value, Title, Code, Hint string }

// GateCodes are shown once.
type GateCodes struct {
	Label string
	Codes []string
}

// GateLink leads somewhere.
type GateLink struct{ Title, Href string }

type gateView struct {
	Gate
	Name, Centre string
}

// Gate writes one.
func (p *Pages) Gate(w io.Writer, of Gate) error {
	f := Frame{Title: of.Title, Name: "Księga", Version: p.Version, Gate: true}
	return p.render(w, "gate", f, gateView{Gate: of, Name: f.Name, Centre: f.Centre})
}
