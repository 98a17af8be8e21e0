package durability

import (
	"strings"

	"ksiega/domain"
)

// Event names, for ever.
const (
	TypeObligationOpened  = "durability.obligation-opened.v1"
	TypeReadinessDeclared = "durability.readiness-declared.v2"
	TypePlacesStated      = "durability.places-stated.v1"
	TypeAssistantsStated  = "durability.assistants-stated.v1"
	TypeNoticePublished   = "durability.notice-published.v2"
	TypeInspected         = "durability.inspected.v1"
	TypeServiceRequested  = "durability.service-requested.v1"
	TypeServiceStarted    = "durability.service-started.v1"
	TypeServiceRefused    = "durability.service-refused.v1"
	TypeFactWithdrawn     = "durability.fact-withdrawn.v1"
)

// Stream is where a project's durability is kept.
func Stream(project string) string { return domain.Stream("durability", project) }

// Anchor is the event that a durability period is counted from.
type Anchor string

// The anchors; empty is not stated.
const (
	ProjectEnd   Anchor = "project-end"
	FinalPayment Anchor = "final-payment"
)

// Obligation is what was promised, from…to inclusive. Assistants 0 is none
// promised. Derivation tells how the dates follow from the anchor.
type Obligation struct {
	Project    string        `json:"project"`
	From       domain.Date   `json:"from"`
	To         domain.Date   `json:"to"`
	Places     int           `json:"places"`
	Assistants int           `json:"assistants,omitzero"`
	Anchor     Anchor        `json:"anchor,omitzero"`
	Derivation domain.Sealed `json:"derivation,omitzero"`
}

// SealOf is how a text about a project is sealed: by the project's own key, for
// what was said on one day.
func SealOf(project string, on domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefProgramme, ID: project}, Field: field, Scope: domain.Scope{Day: on}}
}

// Each is sealed as what was said on its day.
func (o Obligation) Seal(field string) domain.Seal    { return SealOf(o.Project, o.From, field) }
func (s Statement) Seal(field string) domain.Seal     { return SealOf(s.Project, s.Date, field) }
func (d Demand) Seal(field string) domain.Seal        { return SealOf(d.Project, d.Date, field) }
func (e FactWithdrawn) Seal(field string) domain.Seal { return SealOf(e.Project, e.Date, field) }

// ObligationOpened says what was promised.
type ObligationOpened struct {
	Obligation
}

// Statement is what every statement says of itself. The number tells apart
// statements of one kind on one day and is usually empty.
type Statement struct {
	Project     string        `json:"project"`
	Date        domain.Date   `json:"date"`
	Number      string        `json:"number,omitzero"`
	Description domain.Sealed `json:"description,omitzero"`
}

// Address is where something stands on the web. What follows the path is free
// text and can name somebody.
type Address struct {
	URL   string        `json:"url,omitzero"`
	Query domain.Sealed `json:"urlQuery,omitzero"` // from its question mark or number sign on
}

// SplitURL cuts an address before what is sealed of it.
func SplitURL(url string) (address, query string) {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		return url[:i], url[i:]
	}
	return url, ""
}

// ReadinessDeclared says that the centre declared itself ready.
type ReadinessDeclared struct {
	Statement
	Address
}

// PlacesStated says how many service places are ready from its day on.
type PlacesStated struct {
	Statement
	Places int `json:"places"`
}

// AssistantsStated says how many assistants are ready from its day on.
type AssistantsStated struct {
	Statement
	Assistants int `json:"assistants"`
}

// NoticePublished says that the public was told. A notice on paper has no URL.
type NoticePublished struct {
	Statement
	Address
	ContentHash string `json:"contentHash,omitzero"` // of the page as it was seen
}

// Inspected says that somebody came to check.
type Inspected struct {
	Statement
}

// Demand is what a request and its answer say of themselves.
type Demand struct {
	Project string      `json:"project"`
	Request string      `json:"request"`
	Date    domain.Date `json:"date"`
}

// ServiceRequested says that somebody asked for the service.
type ServiceRequested struct {
	Demand
	Description domain.Sealed `json:"description,omitzero"`
}

// ServiceStarted says that a request was met.
type ServiceStarted struct {
	Demand
	Description domain.Sealed `json:"description,omitzero"`
}

// ServiceRefused says that a request was turned down.
type ServiceRefused struct {
	Demand
	Reason domain.Sealed `json:"reason,omitzero"`
}

// FactWithdrawn says that a fact should not have been recorded. Kind is its event's type
// without a version; with date and number, or the request, it names the fact.
type FactWithdrawn struct {
	Project string        `json:"project"`
	Kind    string        `json:"kind"`
	Date    domain.Date   `json:"date"` // of the fact
	Number  string        `json:"number,omitzero"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

func (ObligationOpened) EventType() string  { return TypeObligationOpened }
func (ReadinessDeclared) EventType() string { return TypeReadinessDeclared }
func (PlacesStated) EventType() string      { return TypePlacesStated }
func (AssistantsStated) EventType() string  { return TypeAssistantsStated }
func (NoticePublished) EventType() string   { return TypeNoticePublished }
func (Inspected) EventType() string         { return TypeInspected }
func (ServiceRequested) EventType() string  { return TypeServiceRequested }
func (ServiceStarted) EventType() string    { return TypeServiceStarted }
func (ServiceRefused) EventType() string    { return TypeServiceRefused }
func (FactWithdrawn) EventType() string     { return TypeFactWithdrawn }

// The first day of the obligation, or that of the statement, request or answer.
func (o Obligation) OccurredOn() domain.Date    { return o.From }
func (s Statement) OccurredOn() domain.Date     { return s.Date }
func (d Demand) OccurredOn() domain.Date        { return d.Date }
func (e FactWithdrawn) OccurredOn() domain.Date { return e.Date }

func (o Obligation) Refs() []domain.Ref    { return refs(o.Project) }
func (s Statement) Refs() []domain.Ref     { return refs(s.Project) }
func (d Demand) Refs() []domain.Ref        { return refs(d.Project) }
func (e FactWithdrawn) Refs() []domain.Ref { return refs(e.Project) }

func refs(project string) []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: project})
}

// The names that they give: the project's and, where there is one, the number of the
// statement or request; an answer names a request that is recorded.
func (o Obligation) Names() []domain.Name       { return names(o.Project, "") }
func (s Statement) Names() []domain.Name        { return names(s.Project, s.Number) }
func (e ServiceRequested) Names() []domain.Name { return names(e.Project, e.Request) }

func names(project, number string) []domain.Name {
	return []domain.Name{{Field: "project", ID: project, Stream: true}, {Field: "number", ID: number}}
}
