package commands

import (
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
)

// blamed says which column of an import file a refusal is about: the first of
// these that the file has.
type blamed struct {
	refusal *domain.Error
	columns []string
}

func blame() []blamed {
	return []blamed{
		{contract.ErrUnknown, []string{"umowa"}},
		{agreement.ErrUnknown, []string{"porozumienie"}},
		{refund.ErrUnknown, []string{"wniosek", "koryguje"}},
		{ErrParticipant, []string{"uczestnik"}},
		{ErrAssistant, []string{"asystent"}},
		{ErrProgramme, []string{"program"}},
		{ErrNotReferral, []string{"umowa"}},
		{ErrNoVisiting, []string{"umowa"}},
		{ErrCorrects, []string{"koryguje"}},
		{ErrNoValue, []string{"wartosc"}},
		{ErrPESELFuture, []string{"pesel"}},
		{ErrPESELTaken, []string{"pesel"}},
		{ErrBirthDate, []string{"data_urodzenia"}},
		{ErrSex, []string{"plec"}},
		{domain.ErrNoReason, []string{"powod"}},
		{domain.ErrNoDay, []string{"data", "zlozono", "zawarto"}},
		{domain.ErrFuture, []string{"data", "zlozono", "zawarto"}},
		{domain.ErrForgotten, []string{"data", "zlozono", "zawarto"}},
		{domain.ErrMonth, []string{"miesiac"}},
		{domain.ErrClockChange, []string{"od"}},
		{participant.ErrOwnCarer, []string{"opiekun_dla"}},
		{agreement.ErrPeriod, []string{"do"}},
		{agreement.ErrRefundShare, []string{"refundacja"}},
		{contract.ErrPeriod, []string{"do"}},
		{contract.ErrNoAgreement, []string{"porozumienie"}},
		{contract.ErrNegative, []string{"godziny_tydzien"}},
		{attendance.ErrHours, []string{"godziny"}},
		{attendance.ErrNoHours, []string{"godziny"}},
		{attendance.ErrBoth, []string{"godziny"}},
		{attendance.ErrWeeklyCap, []string{"godziny"}},
		{attendance.ErrMonthCap, []string{"godziny"}},
		{attendance.ErrOutside, []string{"data"}},
		{attendance.ErrNoRate, []string{"data"}},
		{ErrTimes, []string{"do"}},
		{assistance.ErrTimes, []string{"do"}},
		{assistance.ErrOverlap, []string{"od"}},
		{assistance.ErrOverDailyCap, []string{"do"}},
		{assistance.ErrOverMonthlyCap, []string{"do"}},
		{payment.ErrAmount, []string{"kwota"}},
		{payment.ErrTooMuch, []string{"kwota"}},
		{payment.ErrNoPayment, []string{"zwrot"}},
		{payment.ErrEarlier, []string{"data"}},
		{refund.ErrAmount, []string{"kwota"}},
		{refund.ErrNoAmount, []string{"kwota"}},
		{refund.ErrOverClaim, []string{"kwota"}},
		{refund.ErrBeforeClaim, []string{"data"}},
		{refund.ErrSelf, []string{"koryguje"}},
		{agreement.ErrCorrected, []string{"koryguje", "wniosek"}},
		{durability.ErrPeriod, []string{"do"}},
		{durability.ErrNegative, []string{"wartosc"}},
		{durability.ErrURL, []string{"url"}},
		{durability.ErrNoRequest, []string{"nr"}},
		{durability.ErrAnswered, []string{"zdarzenie"}},
		{durability.ErrBeforeRequest, []string{"data"}},
		{domain.ErrNoID, []string{"nr"}},
	}
}
