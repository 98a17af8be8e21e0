package commands

import (
	"errors"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/domain/intake"
)

// ErrMayNot refuses somebody who may not record anything.
var ErrMayNot = domain.Refusal(domain.CodeDenied, "whoever asks may not record anything")

// Request is a command as a door takes it in. What it holds that is sealed, it says
// itself, so that nobody who may not see that learns it from an answer.
type Request interface {
	// about is the kind of subject whose key seals words of the command; "" where
	// nothing of it is sealed.
	about() domain.RefKind
	// open is the command without what is sealed: fields are named that stay, so
	// that a new one is sealed until somebody says otherwise.
	open() any
}

// veiled decides for somebody who may not see what is recorded: that it is so already
// and that it differs are one refusal. A command that may replace what is recorded is
// decided anew by its own decider, see RecordDay.Anew and CorrectVisit.Anew.
func veiled[S, C any](o Origin, r Request, d domain.Decider[S, C]) domain.Decider[S, C] {
	if r.about() == "" || o.Who().Sees(r.about()) {
		return d
	}
	return veil(d)
}

func veil[S, C any](d domain.Decider[S, C]) domain.Decider[S, C] {
	decide := d.Decide
	d.Decide = func(s S, c C) ([]domain.Event, error) {
		events, err := decide(s, c)
		if err == nil && len(events) == 0 || errors.Is(err, domain.ErrDiffers) {
			return nil, domain.ErrRecorded
		}
		return events, err
	}
	return d
}

// onlyDone answers with what was decided under the origin's key and decides nothing
// else, where what the key was bound to can't be compared.
func onlyDone[S, C any](o Origin, d domain.Decider[S, C]) domain.Decider[S, C] {
	if o.settled {
		d.Decide = func(S, C) ([]domain.Event, error) { return nil, intake.ErrKeyReused }
	}
	return d
}

// unseen is contract.Decider for somebody who may not see the reason of a change: a
// second change of the same kind and day is refused, whatever its reason.
func unseen(d domain.Decider[contract.State, contract.Command]) domain.Decider[contract.State, contract.Command] {
	decide := d.Decide
	d.Decide = func(s contract.State, c contract.Command) ([]domain.Event, error) {
		if s.Changed(c) {
			return nil, domain.ErrRecorded
		}
		return decide(s, c)
	}
	return d
}

// Who is the one that the origin names.
func (o Origin) Who() access.Who {
	return access.Who{Actor: o.Actor, Role: access.Role(o.Role), Door: access.Door(o.Door)}
}

func (RegisterParticipant) about() domain.RefKind { return domain.RefParticipant }
func (RegisterAssistant) about() domain.RefKind   { return domain.RefAssistant }
func (ConcludeAgreement) about() domain.RefKind   { return "" }
func (SignContract) about() domain.RefKind        { return domain.RefParticipant }
func (ChangeContract) about() domain.RefKind      { return domain.RefParticipant }
func (RecordAttendance) about() domain.RefKind    { return domain.RefParticipant }
func (LogVisit) about() domain.RefKind            { return domain.RefParticipant }
func (PayBenefit) about() domain.RefKind          { return "" }
func (SubmitClaim) about() domain.RefKind         { return "" }
func (RecordClaimDecision) about() domain.RefKind { return domain.RefClaim }
func (WriteOffClaim) about() domain.RefKind       { return domain.RefClaim }
func (WithdrawClaim) about() domain.RefKind       { return domain.RefClaim }
func (MatchLine) about() domain.RefKind           { return "" }
func (UnmatchLine) about() domain.RefKind         { return domain.RefClaim }
func (TellDurability) about() domain.RefKind      { return domain.RefProgramme }
func (ResolveFinding) about() domain.RefKind      { return domain.RefFinding }

func (c RegisterParticipant) open() any {
	return RegisterParticipant{ID: c.ID, CarerFor: c.CarerFor, Household: c.Household}
}

func (c RegisterAssistant) open() any { return RegisterAssistant{ID: c.ID, Employment: c.Employment} }

func (c ConcludeAgreement) open() any { return c }

func (c SignContract) open() any {
	return SignContract{Number: c.Number, Kind: c.Kind, Programme: c.Programme, Participant: c.Participant, Concluded: c.Concluded,
		From: c.From, To: c.To, Assistant: c.Assistant, Agreement: c.Agreement, WeeklyMinutes: c.WeeklyMinutes, RateGrosze: c.RateGrosze}
}

func (c ChangeContract) open() any {
	return ChangeContract{Number: c.Number, Change: c.Change, On: c.On, Until: c.Until, To: c.To, WeeklyMinutes: c.WeeklyMinutes,
		RateGrosze: c.RateGrosze, Assistant: c.Assistant}
}

func (c RecordAttendance) open() any {
	return RecordAttendance{Contract: c.Contract, Date: c.Date, Minutes: c.Minutes, Correct: c.Correct}
}

func (c LogVisit) open() any {
	return LogVisit{Assistant: c.Assistant, Contract: c.Contract, Date: c.Date, From: c.From, To: c.To, Correct: c.Correct}
}

func (c PayBenefit) open() any { return c }

func (c SubmitClaim) open() any { return c }

func (c RecordClaimDecision) open() any {
	return RecordClaimDecision{Claim: c.Claim, Date: c.Date, Outcome: c.Outcome, AmountGrosze: c.AmountGrosze}
}

func (c WriteOffClaim) open() any { return WriteOffClaim{Claim: c.Claim, Date: c.Date} }

func (c WithdrawClaim) open() any { return WithdrawClaim{Claim: c.Claim, Agreement: c.Agreement} }

func (c MatchLine) open() any { return c }

func (c UnmatchLine) open() any {
	return UnmatchLine{Statement: c.Statement, Line: c.Line, Claim: c.Claim}
}

func (c TellDurability) open() any {
	return TellDurability{Project: c.Project, Event: c.Event, Date: c.Date, Number: c.Number, Value: c.Value, To: c.To}
}

func (c ResolveFinding) open() any {
	return ResolveFinding{Finding: c.Finding, Date: c.Date, Reopen: c.Reopen, AmountGrosze: c.AmountGrosze, Minutes: c.Minutes, From: c.From, To: c.To}
}
