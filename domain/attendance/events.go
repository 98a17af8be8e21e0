// Package attendance decides what may be entered on the attendance of one
// referral to socially useful work.
//
// One stream `attendance-<contract>` is its whole life, since the weekly cap
// must see the week over New Year and a correction everything accepted before.
// It promises that no accepted history breaks a cap or lies outside referral or
// agreement, and that each entry carries the rates that decided it. Work on a
// day off, sick notes and late payments are recorded as they were: they block a
// refund claim, not the record.
package attendance

import (
	"ksiega/domain"
	"ksiega/domain/agreement"
)

// Absence is why somebody did not work. It is recorded sealed: sick leave is
// health.
type Absence string

// The kinds of absence.
const (
	Present    Absence = ""
	Sick       Absence = "choroba"
	Excused    Absence = "usprawiedliwiona"
	Unexcused  Absence = "nieusprawiedliwiona"
	dayMinutes         = 24 * 60
)

// Excused says whether it is in order not to have worked. It is all that an event
// tells of an absence in clear.
func (a Absence) Excused() bool { return a == Sick || a == Excused }

// About names what an entry concerns.
type About struct {
	Contract    string `json:"contract"`
	Participant string `json:"participant"`
	Agreement   string `json:"agreement"`
	Programme   string `json:"programme"`
}

// Of is what an entry concerns.
func (a About) Of() About { return a }

// Refs names contract, participant, agreement and programme.
func (a About) Refs() []domain.Ref {
	return domain.Refs(
		domain.Ref{Kind: domain.RefContract, ID: a.Contract},
		domain.Ref{Kind: domain.RefParticipant, ID: a.Participant},
		domain.Ref{Kind: domain.RefAgreement, ID: a.Agreement},
		domain.Ref{Kind: domain.RefProgramme, ID: a.Programme})
}

// SealOf is how a text about a day is sealed: by the participant's key.
func (a About) SealOf(day domain.Date, field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: a.Participant}, Field: field,
		Scope: domain.Scope{Of: domain.Ref{Kind: domain.RefContract, ID: a.Contract}, Day: day}}
}

// Terms are the figures of referral and agreement that bind the entries.
type Terms struct {
	About
	From          domain.Date       `json:"from"` // days both referral and agreement cover
	To            domain.Date       `json:"to"`
	WeeklyCap     domain.Minutes    `json:"weeklyCapMinutes"`
	MonthlyCap    domain.Minutes    `json:"monthlyCapMinutes,omitzero"` // 0 is none
	RefundPercent int               `json:"refundPercent"`
	Basis         agreement.Basis   `json:"refundBasis"`
	BaseRate      domain.HourlyRate `json:"baseRateGrosze,omitzero"`     // of the agreement
	ReferralRate  domain.HourlyRate `json:"referralRateGrosze,omitzero"` // of the referral
}

// Rates are what an hour of a day is paid and refunded at.
type Rates struct {
	Minimum domain.HourlyRate `json:"minimumRateGrosze"` // the statutory minimum of the day
	Paid    domain.HourlyRate `json:"paidRateGrosze"`    // max(referral, base rate, minimum)
	Refund  domain.HourlyRate `json:"refundRateGrosze"`  // what the refund share is taken of
	Percent int               `json:"refundPercent"`
	Edition string            `json:"rateEdition"` // of the minimum rate
}

// Editions are what caps count a day's hours under: which edition of its programme and
// of the statutory figures was in force when they were entered. Those from before
// editions were recorded were entered under 0.
type Editions struct {
	ProgrammeEdition int `json:"programmeEdition"`
	StatuteEdition   int `json:"statuteEdition"`
}

// Value is what one day holds: minutes worked, or an absence and whether it was
// excused.
type Value struct {
	Minutes domain.Minutes `json:"minutes,omitzero"`
	Excused bool           `json:"excused,omitzero"`
	Absence domain.Sealed  `json:"absence,omitzero"` // an Absence
	Place   domain.Sealed  `json:"place,omitzero"`
}

// TermsSet says which figures bind the entries that follow.
type TermsSet struct{ Terms }

// HoursRecorded says that somebody worked on a day.
type HoursRecorded struct {
	About
	Date    domain.Date    `json:"date"`
	Minutes domain.Minutes `json:"minutes"`
	Place   domain.Sealed  `json:"place,omitzero"`
	Rates
	Editions
}

// AbsenceRecorded says that somebody did not work on a day, and why.
type AbsenceRecorded struct {
	About
	Date    domain.Date   `json:"date"`
	Excused bool          `json:"excused,omitzero"`
	Absence domain.Sealed `json:"absence"` // an Absence
	Place   domain.Sealed `json:"place,omitzero"`
}

// DayCorrected says that a day's entry was wrong, or missing: Before is nothing then. Hours in
// the place of hours keep their editions.
type DayCorrected struct {
	About
	Date   domain.Date    `json:"date"`
	Before Value          `json:"before"`
	After  Value          `json:"after"`
	Delta  domain.Minutes `json:"deltaMinutes"`
	Reason domain.Sealed  `json:"reason"`
	Rates
	Editions
}

// DayWithdrawn says that nothing should have been entered for a day, with what was.
type DayWithdrawn struct {
	About
	Date   domain.Date    `json:"date"`
	Before Value          `json:"before"`
	Delta  domain.Minutes `json:"deltaMinutes"` // −before.minutes
	Reason domain.Sealed  `json:"reason,omitzero"`
}

// DayOf is the day of the sheet that an event enters, corrects or takes back.
func DayOf(e domain.Event) (domain.Date, bool) {
	switch e := e.(type) {
	case HoursRecorded:
		return e.Date, true
	case AbsenceRecorded:
		return e.Date, true
	case DayCorrected:
		return e.Date, true
	case DayWithdrawn:
		return e.Date, true
	}
	return 0, false
}

// Seen says which terms something was decided by: how often those of the referral and
// those of its agreement had changed.
type Seen struct {
	ContractEdition  int `json:"contractEdition,omitzero"`
	AgreementEdition int `json:"agreementEdition,omitzero"`
}

// Before says whether terms are older than others.
func (s Seen) Before(o Seen) bool {
	return s.ContractEdition < o.ContractEdition || s.ContractEdition == o.ContractEdition && s.AgreementEdition < o.AgreementEdition
}

// Rerated says by what hours are paid and refunded, now that the terms of their referral or
// agreement are others: those days whose rates differ, which may be none. What a claim asks
// for was frozen, and stays.
type Rerated struct {
	About
	Seen
	Days []RatedDay `json:"days,omitzero"`
}

// RatedDay is a day with its rates.
type RatedDay struct {
	Date domain.Date `json:"date"`
	Rates
}

// Names of the events, for ever.
func (TermsSet) EventType() string        { return "attendance.terms-set.v1" }
func (HoursRecorded) EventType() string   { return "attendance.hours-recorded.v2" }
func (AbsenceRecorded) EventType() string { return "attendance.absence-recorded.v2" }
func (DayCorrected) EventType() string    { return "attendance.day-corrected.v3" }
func (DayWithdrawn) EventType() string    { return "attendance.day-withdrawn.v1" }
func (Rerated) EventType() string         { return "attendance.rerated.v2" }

// The first day that terms bind, or the day of the entry: a correction is true of the day it
// is about and known from its recording on.
func (e TermsSet) OccurredOn() domain.Date        { return e.From }
func (e HoursRecorded) OccurredOn() domain.Date   { return e.Date }
func (e AbsenceRecorded) OccurredOn() domain.Date { return e.Date }
func (e DayCorrected) OccurredOn() domain.Date    { return e.Date }
func (e DayWithdrawn) OccurredOn() domain.Date    { return e.Date }

// OccurredOn is the first of the days, that of recording where there is none.
func (e Rerated) OccurredOn() domain.Date {
	if len(e.Days) == 0 {
		return 0
	}
	return e.Days[0].Date
}

// Each is sealed as a text of its day.
func (e HoursRecorded) Seal(field string) domain.Seal   { return e.SealOf(e.Date, field) }
func (e AbsenceRecorded) Seal(field string) domain.Seal { return e.SealOf(e.Date, field) }
func (e DayCorrected) Seal(field string) domain.Seal    { return e.SealOf(e.Date, field) }
func (e DayWithdrawn) Seal(field string) domain.Seal    { return e.SealOf(e.Date, field) }
