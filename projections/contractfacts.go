package projections

import (
	"cmp"
	"maps"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// ContractFacts is what is recorded of one contract beside its life: the places that it names,
// and what of a social contract's tasks, evaluations and aid. By whose key a text is sealed
// stands beside it, since an annex keeps its own where the contract came to be somebody
// else's. Of what was erased the texts are gone.
type ContractFacts struct {
	Contract    string               `json:"contract"`
	Places      []ContractPlace      `json:"places"`      // by their days
	Tasks       []ContractTask       `json:"tasks"`       // by their numbers
	Results     []ContractTaskResult `json:"results"`     // by number and day
	Evaluations []ContractEvaluation `json:"evaluations"` // by day
	Aid         []ContractAid        `json:"aid"`         // in the order of recording
}

// ContractPlace is a place that holds from a day on; day 0 is that of the terms.
type ContractPlace struct {
	Day         domain.Date   `json:"day"`
	Participant string        `json:"participant"` // by whose key it is sealed
	Place       domain.Sealed `json:"place"`
}

// ContractTask is what one side is to do.
type ContractTask struct {
	No    string           `json:"no"`
	On    domain.Date      `json:"on"`
	Side  contract.Side    `json:"side"`
	Due   domain.Date      `json:"due"`
	Event journal.Position `json:"event"`
}

// ContractTaskResult is what had become of a task by a day.
type ContractTaskResult struct {
	No          string           `json:"no"`
	Date        domain.Date      `json:"date"`
	Participant string           `json:"participant"`
	Result      domain.Sealed    `json:"result"`
	Event       journal.Position `json:"event"`
}

// ContractEvaluation is that the contract was evaluated on a day.
type ContractEvaluation struct {
	Date  domain.Date      `json:"date"`
	Event journal.Position `json:"event"`
}

// ContractAid is material aid that was given.
type ContractAid struct {
	Entry       int              `json:"entry"`
	Date        domain.Date      `json:"date"`
	Participant string           `json:"participant"`
	Purpose     domain.Sealed    `json:"purpose"`
	Amount      domain.Grosze    `json:"amount"`
	Event       journal.Position `json:"event"`
}

// ResultSeal is how the result of a task is sealed.
func (c ContractFacts) ResultSeal(r ContractTaskResult) domain.Seal {
	return contract.TaskResultRecorded{About: contract.About{Contract: c.Contract, Participant: r.Participant}, Date: r.Date}.Seal("result")
}

// PurposeSeal is how what aid is for is sealed.
func (c ContractFacts) PurposeSeal(a ContractAid) domain.Seal {
	return contract.AidGranted{About: contract.About{Contract: c.Contract, Participant: a.Participant}, Date: a.Date}.Seal("purpose")
}

// AidBy is what was given by a day, inclusive.
func (c ContractFacts) AidBy(day domain.Date) (sum domain.Grosze, err error) {
	for _, a := range c.Aid {
		if a.Date <= day {
			if sum, err = domain.Plus(sum, a.Amount); err != nil {
				return 0, err
			}
		}
	}
	return sum, nil
}

// Place is that of a day, with its seal; "" is none. Day 0 is the last of all.
func (c ContractFacts) Place(day domain.Date) (domain.Sealed, domain.Seal) {
	for _, p := range slices.Backward(c.Places) {
		if day == 0 || p.Day <= day {
			return p.Place, contract.Terms{Contract: c.Contract, Participant: p.Participant}.SealOf(p.Day, "place")
		}
	}
	return "", domain.Seal{}
}

// ContractFactsOf holds a part a programme and a field a contract, where there are any.
func ContractFactsOf() fold.Table[ContractFacts] { return fold.Table[ContractFacts]{Name: "facts"} }

// ContractAt is where a contract lies.
type ContractAt struct {
	Programme string `json:"programme"`
	Contract  string `json:"contract"`
}

func (at ContractAt) facts() fold.Key {
	return ContractFactsOf().Key(domain.Escape(at.Programme), domain.Escape(at.Contract))
}

// listed is where it is listed as somebody's.
func (at ContractAt) listed(of string) fold.Key {
	k := at.facts()
	return ParticipantContracts().Key(domain.Escape(of), k.Part+"-"+k.Field)
}

// ParticipantContracts holds a part a participant and a field a programme and contract: those
// that are theirs, or of which a text is sealed by their key.
func ParticipantContracts() fold.Table[ContractAt] {
	return fold.Table[ContractAt]{Name: "participantContracts"}
}

// Employed is what the registration of an assistant says in clear.
type Employed struct {
	Assistant  string                 `json:"assistant"`
	Employment participant.Employment `json:"employment"`
	Event      journal.Position       `json:"event"`
}

// Employments holds a part an assistant, and one field.
func Employments() fold.Table[Employed] { return fold.Table[Employed]{Name: "assistants"} }

// AssistantField is the one field of a part of Employments.
const AssistantField = "assistant"

// registered is the registration of an assistant that an event is about.
func registered(r *journal.Recorded) (is Employed, id string, ok bool) {
	switch e := r.Event.(type) {
	case participant.AssistantRegistered:
		return Employed{e.ID, e.Employment, r.Position}, e.ID, true
	case participant.AssistantCorrected:
		return Employed{e.ID, e.Employment, r.Position}, e.ID, true
	case participant.AssistantWithdrawn:
		return Employed{}, e.ID, true
	}
	return is, "", false
}

// erasesOf is the participant whose texts an event erases.
func erasesOf(r *journal.Recorded) (of string, ok bool) {
	e, ok := r.Event.(erasure.Ordered)
	return e.Subject, ok && e.Kind == domain.RefParticipant
}

// contractUnder is the contract that a fact under one is recorded of.
func contractUnder(r *journal.Recorded) (at ContractAt, ok bool) {
	e, ok := r.Event.(interface{ Under() contract.About })
	if !ok {
		return at, false
	}
	return ContractAt{e.Under().Programme, e.Under().Contract}, true
}

// contractRowKeys are the rows of a contract that one of its events is folded into.
func contractRowKeys(keys []fold.Key, at ContractAt, r *journal.Recorded) []fold.Key {
	k := at.facts()
	return append(keys, ContractLives().Key(k.Part, k.Field), k, erasedKey(sealerOf(r)))
}

// sealerOf is by whose key the texts of a contract's event are sealed.
func sealerOf(r *journal.Recorded) domain.Ref {
	of := ""
	switch e := r.Event.(type) {
	case contract.Drafted:
		of = e.Participant
	case contract.Signed:
		of = e.Participant
	case contract.TermsCorrected:
		of = e.After.Participant
	case interface{ Under() contract.About }:
		of = e.Under().Participant
	case interface{ Of() contract.Life }:
		of = e.Of().Participant
	}
	return domain.Ref{Kind: domain.RefParticipant, ID: of}
}

// take takes in an event of the contract.
func (c *ContractFacts) take(tx *fold.Tx, r *journal.Recorded) {
	switch e := r.Event.(type) {
	case contract.Drafted:
		c.place(tx, r, 0, e.Place)
	case contract.Signed:
		c.place(tx, r, 0, e.Place)
	case contract.TermsCorrected:
		c.place(tx, r, 0, e.After.Place)
	case contract.Amended:
		if e.Place != "" {
			c.place(tx, r, e.On, e.Place)
		}
	case contract.ChangeWithdrawn:
		if e.Kind == domain.Fact(contract.Amended{}.EventType()) {
			c.Places = without(c.Places, func(p ContractPlace) bool { return p.Day == e.On })
		}
	case contract.Withdrawn:
		c.Places = nil
	case contract.TaskSet:
		c.Tasks = append(c.tasksBut(e.No), ContractTask{e.No, e.On, e.Side, e.Due, r.Position})
		slices.SortFunc(c.Tasks, func(a, b ContractTask) int { return cmp.Compare(a.No, b.No) })
	case contract.TaskWithdrawn:
		c.Tasks = c.tasksBut(e.No)
	case contract.TaskResultRecorded:
		c.Results = append(c.resultsBut(e.No, e.Date), ContractTaskResult{e.No, e.Date, e.Participant, kept(tx, sealerOf(r), e.Result), r.Position})
		slices.SortFunc(c.Results, func(a, b ContractTaskResult) int { return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(a.Date, b.Date)) })
	case contract.TaskResultWithdrawn:
		c.Results = c.resultsBut(e.No, e.Date)
	case contract.Evaluated:
		c.Evaluations = append(c.evaluationsBut(e.Date), ContractEvaluation{e.Date, r.Position})
		slices.SortFunc(c.Evaluations, func(a, b ContractEvaluation) int { return cmp.Compare(a.Date, b.Date) })
	case contract.EvaluationWithdrawn:
		c.Evaluations = c.evaluationsBut(e.Date)
	case contract.AidGranted:
		c.Aid = append(c.aidBut(e.Entry), ContractAid{e.Entry, e.Date, e.Participant, kept(tx, sealerOf(r), e.Purpose), e.Amount, r.Position})
	case contract.AidWithdrawn:
		c.Aid = c.aidBut(e.Entry)
	}
}

func (c *ContractFacts) tasksBut(no string) []ContractTask {
	return without(c.Tasks, func(t ContractTask) bool { return t.No == no })
}

func (c *ContractFacts) resultsBut(no string, day domain.Date) []ContractTaskResult {
	return without(c.Results, func(r ContractTaskResult) bool { return r.No == no && r.Date == day })
}

func (c *ContractFacts) evaluationsBut(day domain.Date) []ContractEvaluation {
	return without(c.Evaluations, func(e ContractEvaluation) bool { return e.Date == day })
}

func (c *ContractFacts) aidBut(entry int) []ContractAid {
	return without(c.Aid, func(a ContractAid) bool { return a.Entry == entry })
}

// clone is a copy whose entries are its own.
func (c ContractFacts) clone() ContractFacts {
	c.Places, c.Tasks, c.Results = slices.Clone(c.Places), slices.Clone(c.Tasks), slices.Clone(c.Results)
	c.Evaluations, c.Aid = slices.Clone(c.Evaluations), slices.Clone(c.Aid)
	return c
}

// place has a place hold from a day on, "" none.
func (c *ContractFacts) place(tx *fold.Tx, r *journal.Recorded, day domain.Date, text domain.Sealed) {
	of := sealerOf(r)
	c.Places = without(c.Places, func(p ContractPlace) bool { return p.Day == day })
	if text = kept(tx, of, text); text != "" {
		c.Places = append(c.Places, ContractPlace{day, of.ID, text})
		slices.SortFunc(c.Places, func(a, b ContractPlace) int { return cmp.Compare(a.Day, b.Day) })
	}
}

// none says that nothing is left of them.
func (c *ContractFacts) none() bool {
	return len(c.Places)+len(c.Tasks)+len(c.Results)+len(c.Evaluations)+len(c.Aid) == 0
}

// of are those by whose keys the texts that it keeps are sealed.
func (c *ContractFacts) of() (all []string) {
	for _, p := range c.Places {
		all = append(all, p.Participant)
	}
	for _, r := range c.Results {
		if r.Result != "" {
			all = append(all, r.Participant)
		}
	}
	for _, a := range c.Aid {
		if a.Purpose != "" {
			all = append(all, a.Participant)
		}
	}
	return all
}

// erase takes somebody's texts away.
func (c *ContractFacts) erase(of string) {
	c.Places = without(slices.Clone(c.Places), func(p ContractPlace) bool { return p.Participant == of })
	c.Results, c.Aid = slices.Clone(c.Results), slices.Clone(c.Aid)
	for i := range c.Results {
		if c.Results[i].Participant == of {
			c.Results[i].Result = ""
		}
	}
	for i := range c.Aid {
		if c.Aid[i].Participant == of {
			c.Aid[i].Purpose = ""
		}
	}
}

// foldFacts takes in what an event says of a contract beside its life, which was by some terms
// and is now by others, and lists it where it belongs.
func foldFacts(tx *fold.Tx, r *journal.Recorded, at ContractAt, was, is contract.Terms) {
	k := at.facts()
	had, _ := ContractFactsOf().Peek(tx, k.Part, k.Field)
	before, has := append(had.of(), was.Participant), had.clone()
	has.Contract = at.Contract
	has.take(tx, r)
	now := ContractAt{cmp.Or(is.Programme, at.Programme), at.Contract}
	if ContractFactsOf().Delete(tx, k.Part, k.Field); !has.none() {
		ContractFactsOf().Put(tx, now.facts().Part, k.Field, has)
	}
	for _, of := range before {
		if of != "" {
			k := at.listed(of)
			ParticipantContracts().Delete(tx, k.Part, k.Field)
		}
	}
	for _, of := range append(has.of(), is.Participant) {
		if of != "" {
			k := now.listed(of)
			ParticipantContracts().Put(tx, k.Part, k.Field, now)
		}
	}
}

// eraseContracts takes a participant's texts out of contracts, and out of the list of theirs
// those that are somebody else's by now.
func eraseContracts(tx *fold.Tx, of string, r *journal.Recorded) {
	erase(tx, domain.Ref{Kind: domain.RefParticipant, ID: of}, r)
	for _, at := range maps.Collect(ParticipantContracts().Rows(tx, domain.Escape(of))) {
		k := at.facts()
		if c := ContractFactsOf().Change(tx, k.Part, k.Field); c != nil {
			if c.erase(of); c.none() {
				ContractFactsOf().Delete(tx, k.Part, k.Field)
			}
		}
		if life, _ := ContractLives().Peek(tx, k.Part, k.Field); life.Terms.Participant != of {
			listed := at.listed(of)
			ParticipantContracts().Delete(tx, listed.Part, listed.Field)
		}
	}
}
