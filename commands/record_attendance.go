package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// RecordAttendance enters one day of socially useful work, or an absence.
type RecordAttendance struct {
	Contract string         `json:"contract"`
	Date     domain.Date    `json:"date"`
	Minutes  domain.Minutes `json:"minutes,omitempty"`
	Absence  string         `json:"absence,omitempty" enum:"choroba,usprawiedliwiona,nieusprawiedliwiona,"`
	Place    string         `json:"place,omitempty"`
	Amendment
}

func (RecordAttendance) Operation() access.Operation { return "record-attendance" }

func (c RecordAttendance) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Contract}}}
}

func (c RecordAttendance) open() any {
	return RecordAttendance{Contract: c.Contract, Date: c.Date, Minutes: c.Minutes, Amendment: c.Amendment.open()}
}

func (c RecordAttendance) lastStream() (string, error) { return streamOf("attendance", c.Contract) }

func (c *RecordAttendance) columns() []column {
	return append([]column{
		idColumn("umowa", "contract", &c.Contract, "numer skierowania").key(),
		dateColumn("data", "date", &c.Date, "dzień").key(),
		hoursColumn("godziny", "minutes", &c.Minutes, "przepracowany czas; przy nieobecności puste lub 0").mayBeEmpty(),
		choiceColumn("nieobecnosc", "absence", &c.Absence, "rodzaj nieobecności", string(attendance.Sick), string(attendance.Excused), string(attendance.Unexcused)).code().optional(),
		textColumn("miejsce", "place", &c.Place, "miejsce pracy").sealed().optional(),
	}, c.Amendment.columns()...)
}

func attendanceDays() useCase[RecordAttendance, attendance.State, attendance.Command] {
	return useCase[RecordAttendance, attendance.State, attendance.Command]{decider: attendance.Decider(), prepare: (*Ledger).prepareAttendance,
		stream: func(c RecordAttendance) string { return domain.Stream("attendance", c.Contract) }}
}

func (c RecordAttendance) says(e domain.Event) bool {
	day, entry := attendance.DayOf(e)
	return entry && day == c.Date
}

func attendanceFile() importKind {
	return byStream("obecnosci", "dni prac społecznie użytecznych", attendanceDays(), nil)
}

// ErrNotReferral refuses attendance on a contract that is no referral.
var ErrNotReferral = domain.Refusal(domain.CodeRule, "the contract is not a referral to socially useful work").At("contract")

// RecordAttendance carries the command out.
func (l *Ledger) RecordAttendance(ctx context.Context, o Origin, c RecordAttendance) (journal.Result, error) {
	return attendanceDays().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareAttendance(ctx context.Context, k *lookups, o Origin, c *RecordAttendance) (attendance.Command, error) {
	if err := mayID("contract", &c.Contract); err != nil {
		return nil, err
	}
	referral, unknown := k.contract(ctx, c.Contract)
	if err := domain.Together(unknown, c.unlessWithdrawn(l.happened("date", c.Date))); err != nil {
		return nil, err
	}
	if referral.Terms.Kind != contract.Referral {
		return nil, ErrNotReferral
	}
	under, err := k.agreement(ctx, referral.Terms.Agreement)
	if err != nil {
		return nil, err
	}
	if referral.Rests(c.Date) && !c.Withdraw {
		return nil, attendance.ErrSuspended.With("%s", c.Date)
	}
	if err := l.listed(ctx, k, o, referral.First, under); err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	statutes, err := k.statutes(ctx)
	if err != nil {
		return nil, err
	}
	of, err := k.programme(ctx, referral.Terms.Programme)
	if err != nil {
		return nil, err
	}
	edition, _ := of.On(c.Date)
	on := referral.On(c.Date)
	figures, _ := statutes.On(c.Date)
	terms := termsOf(on, under.Terms, figures.Under(under.Terms.Regime))
	_, source := attendance.Weekly(on.Weekly, figures.Under(under.Terms.Regime))
	amend := c.taken(s, terms.SealOf(c.Date, "reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	rate, _ := figures.MinimumRate(under.Terms.Regime, c.Date)
	several := map[int]attendance.Figures{}
	if all := statutes.All(); len(all) > 1 {
		for _, e := range all {
			f := attendance.Figures{From: e.From, WeeklyCap: termsOf(on, under.Terms, e.Under(under.Terms.Regime)).WeeklyCap}
			_, f.Source = attendance.Weekly(on.Weekly, e.Under(under.Terms.Regime))
			f.Minimum, _ = e.MinimumRate(under.Terms.Regime, c.Date)
			several[e.Edition] = f
		}
	}
	return attendance.RecordDay{
		Terms: terms, Seen: seen(referral, under), Date: c.Date, Minimum: rate, Under: attendance.Editions{ProgrammeEdition: edition.Edition, StatuteEdition: figures.Edition}, Statute: several, Source: source, Absence: attendance.Absence(c.Absence), Amend: amend,
		Value: attendance.Value{Minutes: c.Minutes, Absence: s.text(terms.SealOf(c.Date, "absence"), c.Absence),
			Place: s.text(terms.SealOf(c.Date, "place"), c.Place)},
	}, s.err
}

// seen says which terms a referral and its agreement have.
func seen(referral contract.State, under agreement.State) attendance.Seen {
	return attendance.Seen{ContractEdition: referral.Edition, AgreementEdition: under.Edition}
}

// termsOf are the figures that bind a day, of a referral as it stands on that day, its
// agreement and the statute, some of whose caps are given.
func termsOf(r contract.Terms, a agreement.Terms, statute []cap.Terms) attendance.Terms {
	weekly, _ := attendance.Weekly(r.Weekly, statute)
	return attendance.Terms{
		About: attendance.About{Contract: r.Contract, Participant: r.Participant, Agreement: r.Agreement, Programme: r.Programme},
		From:  max(r.From, a.From), To: min(r.To, a.To), WeeklyCap: weekly, MonthlyCap: a.MonthlyCap,
		RefundPercent: a.RefundPercent, Basis: a.Basis, BaseRate: a.BaseRate, ReferralRate: r.Rate,
	}
}
