package contract

import "ksiega/domain"

// The facts by their names without a version.
const (
	factTask       = "contract.task-set"
	factResult     = "contract.task-result-recorded"
	factEvaluation = "contract.evaluated"
	factAid        = "contract.aid-granted"
)

// Side is whose task it is.
type Side string

// The sides of a social contract.
const (
	SideParticipant Side = "uczestnik"
	SideCentre      Side = "osrodek"
)

// What may become of a task, and how a contract may have been kept: sealed where recorded.
const (
	TaskDone    = "wykonane"
	TaskPartly  = "czesciowo"
	TaskNotDone = "niewykonane"

	EvaluatedWell   = "pozytywna"
	EvaluatedPartly = "czesciowa"
	EvaluatedBadly  = "negatywna"
)

// TaskSet says what one side of a social contract is to do, until when. On is the day on
// which the contract was concluded.
type TaskSet struct {
	About
	No   string        `json:"no"`
	On   domain.Date   `json:"on"`
	Side Side          `json:"side"`
	Due  domain.Date   `json:"due"` // before the text, which is sealed by it and differs with it
	Text domain.Sealed `json:"text"`
}

// TaskWithdrawn says that a task should not have been entered, or not so.
type TaskWithdrawn struct {
	About
	No     string        `json:"no"`
	On     domain.Date   `json:"on"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// TaskResultRecorded says what had become of a task by a day.
type TaskResultRecorded struct {
	About
	No     string        `json:"no"`
	Date   domain.Date   `json:"date"`
	Result domain.Sealed `json:"result"`
	Note   domain.Sealed `json:"note,omitzero"`
}

// TaskResultWithdrawn says that a result should not have been entered, or not so.
type TaskResultWithdrawn struct {
	About
	No     string        `json:"no"`
	Date   domain.Date   `json:"date"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Evaluated says how the contract was kept by a day.
type Evaluated struct {
	About
	Date   domain.Date   `json:"date"`
	Result domain.Sealed `json:"result"`
	Note   domain.Sealed `json:"note,omitzero"`
}

// EvaluationWithdrawn says that an evaluation should not have been entered, or not so.
type EvaluationWithdrawn struct {
	About
	Date   domain.Date   `json:"date"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// Names of the events, for ever.
func (TaskSet) EventType() string             { return factTask + ".v1" }
func (TaskWithdrawn) EventType() string       { return "contract.task-withdrawn.v1" }
func (TaskResultRecorded) EventType() string  { return factResult + ".v1" }
func (TaskResultWithdrawn) EventType() string { return "contract.task-result-withdrawn.v1" }
func (Evaluated) EventType() string           { return factEvaluation + ".v1" }
func (EvaluationWithdrawn) EventType() string { return "contract.evaluation-withdrawn.v1" }

// A task holds from the contract's conclusion, the others from their day.
func (e TaskSet) OccurredOn() domain.Date             { return e.On }
func (e TaskWithdrawn) OccurredOn() domain.Date       { return e.On }
func (e TaskResultRecorded) OccurredOn() domain.Date  { return e.Date }
func (e TaskResultWithdrawn) OccurredOn() domain.Date { return e.Date }
func (e Evaluated) OccurredOn() domain.Date           { return e.Date }
func (e EvaluationWithdrawn) OccurredOn() domain.Date { return e.Date }

// Texts are sealed by the participant's key, of the contract and a day: that of a task is the
// one by which it is due. Why a task is taken back is of the contract alone, since whoever
// says so need not know when it was due.
func (e TaskSet) Seal(field string) domain.Seal             { return e.sealOf(e.Due, field) }
func (e TaskWithdrawn) Seal(field string) domain.Seal       { return e.sealOf(0, field) }
func (e TaskResultRecorded) Seal(field string) domain.Seal  { return e.sealOf(e.Date, field) }
func (e TaskResultWithdrawn) Seal(field string) domain.Seal { return e.sealOf(e.Date, field) }
func (e Evaluated) Seal(field string) domain.Seal           { return e.sealOf(e.Date, field) }
func (e EvaluationWithdrawn) Seal(field string) domain.Seal { return e.sealOf(e.Date, field) }

// Names is the task.
func (e TaskSet) Names() []domain.Name { return []domain.Name{{Field: "no", ID: e.No}} }

func (e TaskSet) identity() identity { return identity{fact: factTask, no: e.No} }
func (e TaskResultRecorded) identity() identity {
	return identity{fact: factResult, no: e.No, on: e.Date}
}
func (e Evaluated) identity() identity { return identity{fact: factEvaluation, on: e.Date} }

func (e TaskSet) withdrawn(why domain.Sealed) domain.Event {
	return TaskWithdrawn{e.About, e.No, e.On, why}
}
func (e TaskResultRecorded) withdrawn(why domain.Sealed) domain.Event {
	return TaskResultWithdrawn{e.About, e.No, e.Date, why}
}
func (e Evaluated) withdrawn(why domain.Sealed) domain.Event {
	return EvaluationWithdrawn{e.About, e.Date, why}
}

// Refusals of tasks.
var (
	ErrTask   = domain.Refusal(domain.CodeNotFound, "the contract has no such task").At("no")
	ErrSide   = domain.Refusal(domain.CodeInvalid, "no such side of a contract").At("side")
	ErrDue    = domain.Refusal(domain.CodeInvalid, "the task is due before the contract was concluded").At("due")
	ErrNoText = domain.Refusal(domain.CodeInvalid, "it is not said what is to be done").At("text")
	ErrResult = domain.Refusal(domain.CodeInvalid, "no such result").At("result")
)

// says is what can be said against a task by itself.
func (e TaskSet) says(t Terms) error {
	return domain.Together(ErrSide.Unless(e.Side == SideParticipant || e.Side == SideCentre), ErrNoText.Unless(e.Text != ""), ErrDue.Unless(e.Due >= t.Concluded))
}
