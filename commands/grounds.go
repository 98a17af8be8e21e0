package commands

import (
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/domain/session"
	"ksiega/domain/street"
)

// ground is something that a fact stands on, so that it is not taken back under it.
type ground struct {
	domain.Ref
	unknown bool             // it need not be recorded
	of      contract.Parties // whom the fact names with a contract
}

// groundsOf are what an event's stream is to be entered under before the event is
// recorded: a contract for its days, payments, visits and claims, an assistant for visits
// and for sessions that they lead, a participant for presences, participant, assistant and
// agreement for a contract, whom a carer cares for, whom somebody is merged into, and who
// somebody of the street is. No two nouns answer for one event.
func groundsOf(e domain.Event) []ground {
	for _, of := range []func(domain.Event) []ground{groundsOfDay, groundsOfVisit, groundsOfSession, groundsOfPayment, groundsOfClaim, groundsOfContract, groundsOfParticipant, groundsOfParticipation, groundsOfStreet} {
		if grounds := of(e); grounds != nil {
			return grounds
		}
	}
	return nil
}

func groundsOfDay(e domain.Event) []ground {
	switch e := e.(type) {
	case attendance.HoursRecorded:
		return attended(e.About)
	case attendance.AbsenceRecorded:
		return attended(e.About)
	case attendance.DayCorrected:
		return attended(e.About)
	case attendance.MonthHandedOver:
		return attended(e.About)
	case attendance.MonthApproved:
		return attended(e.About)
	}
	return nil
}

func groundsOfVisit(e domain.Event) []ground {
	switch e := e.(type) {
	case assistance.VisitLogged:
		return visited(e.Visit)
	case assistance.VisitCorrected:
		return visited(e.Visit)
	case assistance.MonthHandedOver:
		return assisted(e.Entered)
	case assistance.MonthApproved:
		return assisted(e.Entered)
	}
	return nil
}

func groundsOfSession(e domain.Event) []ground {
	switch e := e.(type) {
	case session.Recorded:
		return led(e.Terms)
	case session.Corrected:
		return led(e.After)
	case session.PresenceRecorded:
		return present(e.Attendance)
	case session.PresenceCorrected:
		return present(e.Attendance)
	}
	return nil
}

func groundsOfPayment(e domain.Event) []ground {
	switch e := e.(type) {
	case payment.Made:
		return paid(e.About)
	case payment.CameBack:
		return paid(e.About)
	}
	return nil
}

func groundsOfClaim(e domain.Event) []ground {
	switch e := e.(type) {
	case agreement.ClaimReserved:
		return claimed(e.Submitted)
	case agreement.ClaimMoveReserved:
		return claimed(e.Submitted)
	case agreement.ClaimAmendmentReserved:
		return claimed(e.Next)
	}
	return nil
}

func groundsOfContract(e domain.Event) []ground {
	switch e := e.(type) {
	case contract.Drafted, contract.Signed, contract.TermsCorrected:
		return parties(termsIn(e))
	case contract.Amended:
		return []ground{{Ref: domain.Ref{Kind: domain.RefAssistant, ID: e.Assistant}, unknown: true}}
	case contract.Substituted:
		return []ground{{Ref: domain.Ref{Kind: domain.RefAssistant, ID: e.Substitute}}}
	}
	return nil
}

func groundsOfParticipant(e domain.Event) []ground {
	switch e := e.(type) {
	case participant.Registered:
		return caresFor(e.Person)
	case participant.Corrected:
		return caresFor(e.Person)
	case participant.Merged:
		return []ground{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: e.Into}}}
	}
	return nil
}

func groundsOfParticipation(e domain.Event) []ground {
	if f, ok := e.(participation.Fact); ok {
		return []ground{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: f.Of().Participant}}}
	}
	return nil
}

func groundsOfStreet(e domain.Event) []ground {
	if e, ok := e.(street.Identified); ok {
		return []ground{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: e.Participant}}}
	}
	return nil
}

func ofContract(number string, of contract.Parties) ground {
	return ground{Ref: domain.Ref{Kind: domain.RefContract, ID: number}, of: of}
}

func attended(a attendance.About) []ground {
	return []ground{ofContract(a.Contract, contract.Parties{Participant: a.Participant, Programme: a.Programme, Agreement: a.Agreement})}
}

func paid(a payment.About) []ground {
	return []ground{ofContract(a.Contract, contract.Parties{Participant: a.Participant, Programme: a.Programme, Agreement: a.Agreement})}
}

func claimed(c refund.Submitted) (all []ground) {
	for _, share := range c.Shares {
		all = append(all, ofContract(share.Contract, contract.Parties{Participant: share.Participant, Agreement: c.Agreement}))
	}
	return all
}

func visited(v assistance.Visit) []ground {
	return []ground{ofContract(v.Contract, contract.Parties{Participant: v.Participant, Programme: v.Programme}),
		{Ref: domain.Ref{Kind: domain.RefAssistant, ID: v.Assistant}}}
}

// assisted is whose month is handed over or approved.
func assisted(e assistance.Entered) []ground {
	return []ground{{Ref: domain.Ref{Kind: domain.RefAssistant, ID: e.Assistant}}}
}

// led are those who lead a session, whether or not they are known as assistants.
func led(t session.Terms) (all []ground) {
	for _, leader := range t.Leaders {
		all = append(all, ground{Ref: domain.Ref{Kind: domain.RefAssistant, ID: leader}, unknown: true})
	}
	return all
}

func present(a session.Attendance) []ground {
	return []ground{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}}}
}

func parties(t contract.Terms) []ground {
	all := []ground{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: t.Participant}}, {Ref: domain.Ref{Kind: domain.RefAssistant, ID: t.Assistant}, unknown: true}}
	if t.Kind == contract.Referral {
		all = append(all, ground{Ref: domain.Ref{Kind: domain.RefAgreement, ID: t.Agreement}})
	}
	return all
}

func caresFor(p participant.Person) []ground {
	return []ground{{Ref: domain.Ref{Kind: domain.RefParticipant, ID: p.CarerFor}, unknown: true}}
}
