package budget

import (
	"ksiega/domain"
	"ksiega/domain/programme"
)

// About names an expense: a document of a programme, and the line that it is put to.
type About struct {
	Programme string `json:"programme"`
	Document  string `json:"document"`
	Line      string `json:"line"`
}

// Spent is what an expense was.
type Spent struct {
	Date domain.Date `json:"date"`
	NIP  string      `json:"nip,omitzero"` // of whoever issued the document
	Split
	// DocumentTotal is what the whole document is for; 0: nobody said.
	DocumentTotal domain.Grosze `json:"documentTotalGrosze,omitzero"`
	Edition       int           `json:"edition"` // of the programme, that it was recorded under
}

// Recorded says that money was spent.
type Recorded struct {
	About
	Spent
}

// Corrected says what an expense was in the place of what was recorded.
type Corrected struct {
	About
	Before Spent         `json:"before"`
	After  Spent         `json:"after"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Withdrawn takes an expense away.
type Withdrawn struct {
	About
	Was    Spent         `json:"was"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (Recorded) EventType() string  { return "expense.recorded.v1" }
func (Corrected) EventType() string { return "expense.corrected.v1" }
func (Withdrawn) EventType() string { return "expense.withdrawn.v1" }

// The day of the expense, or of what is replaced or taken away.
func (e Recorded) OccurredOn() domain.Date  { return e.Date }
func (e Corrected) OccurredOn() domain.Date { return e.Before.Date }
func (e Withdrawn) OccurredOn() domain.Date { return e.Was.Date }

// Refs are the programme and the document.
func (a About) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: a.Programme}, domain.Ref{Kind: domain.RefDocument, ID: a.Document})
}

// Names are the document's, which the stream is named by, and the line's.
func (a About) names() []domain.Name {
	return []domain.Name{{Field: "document", ID: a.Document, Stream: true}, {Field: "line", ID: a.Line}}
}

// Names are those of its document and line.
func (e Recorded) Names() []domain.Name { return e.names() }

// Seal is how a text about an expense is sealed: by the programme's key, for the document.
func (a About) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefProgramme, ID: a.Programme}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefDocument, ID: a.Document}}}
}

// ExpenseStream is where the expenses of a document of a programme are kept.
func ExpenseStream(programme, document string) string {
	return domain.Stream("expense", programme, document)
}

// Record records an expense, or replaces or takes back what is recorded of it.
type Record struct {
	About
	domain.Amend
	Date          domain.Date
	NIP           string
	Amount        domain.Grosze
	Parts         Parts
	DocumentTotal *domain.Grosze
	Editions      programme.Editions
}

// Refusals of expenses.
var (
	ErrNIP           = domain.Refusal(domain.CodeInvalid, "not a valid NIP").At("nip")
	ErrDocumentTotal = domain.Refusal(domain.CodeInvalid, "the document's sum must be more than zero").At("documentTotalGrosze")
	ErrDocument      = domain.Refusal(domain.CodeInvalid, "the stream belongs to another document").At("document")
)

// Expenses are those of a document of a programme.
type Expenses struct {
	programme, document string
	stands              map[string]Spent // by line
	gone                map[string]bool
}

// ExpenseDecider decides on the expenses of one document. Evolve changes the maps of the
// state it is given.
func ExpenseDecider() domain.Decider[Expenses, Record] {
	return domain.Decider[Expenses, Record]{Decide: decideExpense, Evolve: evolveExpense, Events: domain.Types(Recorded{}, Corrected{}, Withdrawn{})}
}

func decideExpense(s Expenses, c Record) ([]domain.Event, error) {
	if err := named(s.programme, c.Programme, c.Line); err != nil {
		return nil, err
	}
	switch {
	case c.Document == "":
		return nil, domain.ErrNoID.At("document")
	case s.document != "" && s.document != c.Document:
		return nil, ErrDocument.With("%s is not %s", c.Document, s.document)
	}
	was, stands := s.stands[c.Line]
	var is Spent
	if !c.Withdraw {
		var err error
		is, err = c.spent(edition(c.Editions, stands, was.Edition, c.Date))
		if err = unless(stands, c.Amend, err); err != nil {
			return nil, err
		}
	}
	return c.Decide(domain.Recorded{What: "document " + c.Document + ", line " + c.Line, Standing: domain.StandingOf(stands, s.gone[c.Line]),
		Same: was == is, Differs: domain.Differing(was, is), Entered: Recorded{c.About, is},
		Corrected: Corrected{About: c.About, Before: was, After: is, Reason: c.Reason},
		Withdrawn: Withdrawn{About: c.About, Was: was, Reason: c.Reason}})
}

// spent is what the command says was spent, under an edition.
func (c Record) spent(under programme.EditionRecorded) (Spent, error) {
	is := Spent{Date: c.Date, NIP: c.NIP, Edition: under.Edition}
	switch {
	case c.Date == 0:
		return is, domain.ErrNoDay.At("date")
	case c.Amount <= 0:
		return is, ErrAmount
	case c.NIP != "" && !domain.ValidNIP(c.NIP):
		return is, ErrNIP
	}
	if c.DocumentTotal != nil {
		if is.DocumentTotal = *c.DocumentTotal; is.DocumentTotal <= 0 {
			return is, ErrDocumentTotal
		}
		if err := is.DocumentTotal.Check(); err != nil {
			return is, domain.At("documentTotalGrosze", err)
		}
	}
	var err error
	is.Split, err = c.Parts.of(c.Amount, under.Shares)
	return is, err
}

func evolveExpense(s Expenses, e domain.Event) Expenses {
	if s.stands == nil {
		s.stands, s.gone = map[string]Spent{}, map[string]bool{}
	}
	switch e := e.(type) {
	case Recorded:
		s.programme, s.document, s.stands[e.Line] = e.Programme, e.Document, e.Spent
	case Corrected:
		s.stands[e.Line] = e.After
	case Withdrawn:
		delete(s.stands, e.Line)
		s.gone[e.Line] = true
	}
	return s
}
