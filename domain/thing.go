package domain

// Thing is a record as a refusal names it to whoever has to take it back first: what it is,
// what it is called, and its day, as far as it has them. The zero Thing is none.
type Thing struct {
	Noun Noun
	Name string
	On   Date
}

// Noun says what a record is; doors have a word for each of Nouns.
type Noun string

// The nouns of records that others rest on.
const (
	AClaim         Noun = "claim"
	ACorrection    Noun = "correction"
	AnAnswer       Noun = "answer"
	AWriteOff      Noun = "write-off"
	ALine          Noun = "line of statement"
	APayment       Noun = "payment on list"
	AReturn        Noun = "return of a payment"
	ADay           Noun = "day"
	AVisit         Noun = "visit"
	ASession       Noun = "session"
	APresence      Noun = "presence"
	AContract      Noun = "contract"
	AReferral      Noun = "referral"
	AnAnnex        Noun = "annex of contract"
	AChange        Noun = "change"
	AResumption    Noun = "resumption"
	ASubstitution  Noun = "substitution"
	ADecision      Noun = "decision"
	ATask          Noun = "task"
	ATaskResult    Noun = "result of task"
	AnEvaluation   Noun = "evaluation"
	AnAid          Noun = "aid"
	AParticipation Noun = "participation"
	ANomination    Noun = "nominated"
	AnAssessment   Noun = "assessed"
	AnEnrolment    Noun = "enrolled"
	ALeaving       Noun = "left"
	AnOutcome      Noun = "outcome"
	AStatus        Noun = "status"
	AStay          Noun = "stay"
	ACarer         Noun = "carer"
	AMerge         Noun = "merge"
	AnAssignment   Noun = "assignment"
	AnIdentity     Noun = "identity of a pseudonym"
	ARequestAnswer Noun = "answer to request"
	AnApproval     Noun = "approval of month"
	// ARecord is what nobody is told more of.
	ARecord Noun = "record"
)

// Nouns are all of them.
func Nouns() []Noun {
	return []Noun{AClaim, ACorrection, AnAnswer, AWriteOff, ALine, APayment, AReturn, ADay, AVisit, ASession, APresence, AContract, AReferral, AnAnnex, AChange, AnAssignment,
		AResumption, ASubstitution, ADecision, ATask, ATaskResult, AnEvaluation, AnAid, AParticipation, ANomination, AnAssessment, AnEnrolment, ALeaving,
		AnOutcome, AStatus, AStay, ACarer, AMerge, AnIdentity, ARequestAnswer, AnApproval, ARecord}
}

// Stands says whether there is one.
func (t Thing) Stands() bool { return t.Noun != "" }

// String names it in logs.
func (t Thing) String() string {
	name := string(t.Noun)
	if t.Name != "" {
		name += " " + t.Name
	}
	if t.On != 0 {
		name += " of " + t.On.String()
	}
	return name
}

// Refuse is ErrNamed by it.
func (t Thing) Refuse() *Error { return ErrNamed.With("%s", t) }
