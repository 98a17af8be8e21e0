package commands

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// NamedIn finds in a log what stands on a participant, an assistant, a contract or an
// agreement, so that none of them is withdrawn under it: the first thing by name, ""
// where there is none. It reads the log once.
func NamedIn(j *journal.Journal) func(context.Context, domain.Ref) (string, error) {
	facts := []string{"contract.", "attendance.", "assistance.", "payment.", "refundclaim.submitted.", "refundclaim.withdrawn.", "participant."}
	return func(ctx context.Context, of domain.Ref) (string, error) {
		s := standing{of: of, named: map[string]bool{}}
		err := j.Scan(ctx, journal.ScanOptions{Want: func(typ string) bool {
			return slices.ContainsFunc(facts, func(fact string) bool { return strings.HasPrefix(typ, fact) })
		}}, func(b journal.Batch) error {
			for i := range b.Events {
				s.take(b.Events[i].Event)
			}
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("look for what stands on %s: %w", of.Kind, err)
		}
		for _, first := range slices.Sorted(maps.Keys(s.named)) {
			return first, nil
		}
		return "", nil
	}
}

// standing is what stands on something, as far as a log was read.
type standing struct {
	of    domain.Ref
	named map[string]bool
}

// is says whether a fact names what is asked about; gone, that it was taken back.
func (s standing) is(what string, names, gone bool) {
	if delete(s.named, what); names && !gone {
		s.named[what] = true
	}
}

func (s standing) has(refs []domain.Ref) bool { return slices.Contains(refs, s.of) }

func (s standing) take(e domain.Event) {
	switch e := e.(type) {
	case contract.Drafted:
		s.signed(e.Terms)
	case contract.Signed:
		s.signed(e.Terms)
	case contract.TermsCorrected:
		s.signed(e.After)
	case contract.Withdrawn:
		s.is("contract "+e.Contract, true, true)
	case contract.ChangeWithdrawn:
		if e.Kind == domain.Fact(contract.Amended{}.EventType()) {
			s.is("annex of contract "+e.Contract+" of "+e.On.String(), true, true)
		}
	case contract.Amended:
		s.is("annex of contract "+e.Contract+" of "+e.On.String(), s.of == domain.Ref{Kind: domain.RefAssistant, ID: e.Assistant}, false)
	case attendance.HoursRecorded:
		s.day(e.About, e.Date, false)
	case attendance.AbsenceRecorded:
		s.day(e.About, e.Date, false)
	case attendance.DayWithdrawn:
		s.day(e.About, e.Date, true)
	case assistance.VisitLogged:
		s.visit(e.Visit, false)
	case assistance.VisitWithdrawn:
		s.visit(e.Visit, true)
	case payment.Made:
		s.paid(e.About, false, false)
	case payment.CameBack:
		s.paid(e.About, true, false)
	case payment.Withdrawn:
		s.paid(e.About, e.CameBack, true)
	case refund.Submitted:
		s.is("claim "+e.Claim, s.has(e.Refs()), false)
	case refund.Withdrawn:
		s.is("claim "+e.Claim, true, true)
	case participant.Registered:
		s.cares(e.Person)
	case participant.Corrected:
		s.cares(e.Person)
	case participant.Withdrawn:
		s.cares(participant.Person{Participant: e.Participant})
	}
}

// signed: a contract stands on its parties and its agreement, not on itself.
func (s standing) signed(t contract.Terms) {
	s.is("contract "+t.Contract, s.of.Kind != domain.RefContract && s.has(contract.Signed{Terms: t}.Refs()), false)
}

func (s standing) day(a attendance.About, on domain.Date, gone bool) {
	s.is("day "+on.String()+" of contract "+a.Contract, s.has(a.Refs()), gone)
}

func (s standing) visit(v assistance.Visit, gone bool) {
	s.is("visit of "+v.Assistant+" on "+v.Date.String()+" "+v.From.String()+", contract "+v.Contract, s.has(assistance.VisitLogged{Visit: v}.Refs()), gone)
}

func (s standing) paid(a payment.About, back, gone bool) {
	s.is(fmt.Sprintf("payment on list %s for %s of contract %s, came back %t", a.List, a.Month, a.Contract, back), s.has(a.Refs()), gone)
}

// cares: whoever is cared for is named by their carer.
func (s standing) cares(p participant.Person) {
	s.is("carer "+p.Participant, s.of == domain.Ref{Kind: domain.RefParticipant, ID: p.CarerFor}, false)
}

// namedBy is what stands on something, where it is to be taken back.
func (l *Ledger) namedBy(ctx context.Context, a Amendment, of domain.Ref) (string, error) {
	if !a.Withdraw {
		return "", nil
	}
	return l.named(ctx, of)
}

func (l *Ledger) named(ctx context.Context, of domain.Ref) (string, error) {
	if l.Named == nil {
		return "", nil
	}
	return l.Named(ctx, of)
}
