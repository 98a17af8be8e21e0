package words

import (
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
	"ksiega/domain/payment"
	"ksiega/domain/programme"
	"ksiega/domain/refund"
	"ksiega/domain/session"
	"ksiega/domain/sheet"
	"ksiega/domain/statement"
	"ksiega/queries"
)

// rule is a refusal as it is given, and what its sentence has to say of where the rule stands
// and of the figures.
type rule struct {
	given *domain.Error
	says  []string
}

// sourced are the refusals of caps, and of whatever else stands in a law, a programme's file, an
// agreement, a contract or a decision.
func sourced() []rule {
	month, day, from := domain.NewMonth(2024, 5), domain.NewDate(2024, 5, 6), domain.NewDate(2024, 2, 1)
	used, limit := domain.Minutes(630), domain.Minutes(600)
	const file, law = "plik programu p, od 01.02.2024", "art. 73a ust. 1, ustawa z 20.04.2004"
	return []rule{
		{assistance.ErrOverMonthlyCap.With("%s%s%s%s%s%s", month, used, limit, "", "p", from), []string{"05.2024", "10:30", "10:00", file}},
		{assistance.ErrOverMonthlyCap.With("%s%s%s%s%s%s", month, used, limit, "regulamin § 4", "p", from), []string{file, "regulamin § 4"}},
		{assistance.ErrOverDailyCap.With("%s%s%s%s%s%s", day, used, limit, "", "p", from), []string{"06.05.2024", "10:30", "10:00", file}},
		{assistance.ErrOverDailyCap.With("%s%s%s%s%s%s", day, used, limit, "regulamin § 4", "p", from), []string{file, "regulamin § 4"}},
		{attendance.ErrWeeklyCap.With("%s%s%s%s%s", used, day, limit, law, ""), []string{"06.05.2024", "10:30", "10:00", law}},
		{attendance.ErrWeeklyCap.With("%s%s%s%s%s", used, day, limit, "", "S/1"), []string{"skierowanie S/1"}},
		{attendance.ErrMonthCap.With("%s%s%s%s", used, month, limit, "P/1"), []string{"05.2024", "10:30", "10:00", "porozumienie P/1"}},
		{attendance.ErrOutside.With("%s%s%s%s%s", day, from, from, "S/1", "P/1"), []string{"06.05.2024", "skierowaniem S/1", "porozumieniem P/1", "01.02.2024"}},
		{agreement.ErrRefundShare.With("%d", 70), []string{"70", "60", "100", "art. 73a ust. 1 i 2", "ustawa z 20.03.2025"}},
		{programme.ErrContractKind.With("%s%s%s", "psu", "p", from), []string{"rodzaju: psu", "plik programu", "01.02.2024"}},
		{programme.ErrServiceKind.With("%s%s%s", "visit", "p", from), []string{"visit", "plik programu", "01.02.2024"}},
		{programme.ErrDictionary.With("%s%s%s", "zakupy", "p", from), []string{"zakupy", "plik programu", "01.02.2024"}},
		{programme.ErrGroup.With("%s%s%s", "a, b", "p", from), []string{"a, b", "plik programu", "01.02.2024"}},
		{programme.ErrOutcome.With("%s%s%s", "praca", "p", from), []string{"praca", "plik programu", "01.02.2024"}},
		{programme.ErrGroupless.With("%s%s", "p", from), []string{"plik programu", "01.02.2024"}},
		{programme.ErrOutcomeless.With("%s%s", "p", from), []string{"plik programu", "01.02.2024"}},
		{contract.ErrNoAid.With("%s", day), []string{"06.05.2024", "umowa nie ma limitu", "aneks"}},
		{contract.ErrAidOver.With("%s%s%s", day, domain.Grosze(60000), domain.Grosze(50000)), []string{"06.05.2024", "600,00\u00a0zł", "limit umowy to 500,00\u00a0zł"}},
		{contract.ErrAidRefused.With("%s%s", day, "D/1"), []string{"06.05.2024", "decyzja D/1"}},
		{refund.ErrDayOff.With("%s%s%s%d", "S/1", day, "Trzeciego Maja", 1), []string{"S/1", "06.05.2024", "dniu wolnym od pracy (Trzeciego Maja)"}},
	}
}

// unsourced are the other refusals by a rule: what is recorded stands against the command, or
// it is decided elsewhere, and the sentence says what to do about that.
func unsourced() []*domain.Error {
	return []*domain.Error{
		// Parts of other sentences.
		attendance.ErrDayOutside, attendance.ErrDayRests, attendance.ErrWeekOver, attendance.ErrMonthOver, refund.ErrNoHours, refund.ErrUnpaid, refund.ErrUncountable, refund.ErrNoRefund,
		refund.ErrTaken, refund.ErrCutShort,
		// Records that stand against it.
		agreement.ErrClaimed, agreement.ErrCorrected, agreement.ErrAmending, assistance.ErrOverlap, commands.ErrBusy, attendance.ErrDaysStand, attendance.ErrNoRate, attendance.ErrSuspended, commands.ErrElsewhere, commands.ErrPESELTaken,
		contract.ErrAidOutside, contract.ErrAidStands, contract.ErrEnded, contract.ErrNoBreach, contract.ErrNotSigned, contract.ErrNotSuspended, contract.ErrSuspended, durability.ErrAnswered,
		durability.ErrBeforeRequest, finding.ErrNotResolved, participant.ErrMergedRound, participation.ErrEnded, participation.ErrEnrolled, participation.ErrNotEnrolled, payment.ErrEarlier,
		payment.ErrNoPayment, payment.ErrTooMuch, refund.ErrExcused, refund.ErrNotReady, refund.ErrNotRegistered, refund.ErrNothing, refund.ErrOverBack, refund.ErrOverClaim, refund.ErrOverPaid,
		refund.ErrPaidBack, refund.ErrSickLeave, refund.ErrUndone, session.ErrCancelled, sheet.ErrApproved, sheet.ErrEmpty, sheet.ErrNotHandedOver, sheet.ErrOwn, sheet.ErrPaid, statement.ErrMatched, statement.ErrPart, statement.ErrUndone, statement.ErrZero,
		// Kinds of records that take no such thing, what only some may decide, and sums that nobody can count.
		domain.ErrNamed, queries.ErrNothingKept, queries.ErrMonthSum, queries.ErrClaimSum, queries.ErrClaimsSum, queries.ErrHoursSum, queries.ErrTotal,
		commands.ErrOwnClaim, commands.ErrNotReferral, commands.ErrNoVisiting, contract.ErrOfSocial, erasure.ErrErased, erasure.ErrErasedPerson, erasure.ErrRetention, participant.ErrSeveralStays,
		// Accounts, which no paragraph is about.
		account.ErrTaken, account.ErrOwn, account.ErrJoins, account.ErrDecided, account.ErrOwnRequest, account.ErrLast, account.ErrFirst, account.ErrErased, account.ErrIssued,
		account.ErrDisabled, account.ErrNotOpened, account.ErrCode, account.ErrUsed, account.ErrStep, account.ErrLinked, account.ErrWider, account.ErrSample,
	}
}

// TestARuleNamesItsSource: whatever is refused by a cap, or by another rule that stands
// somewhere, is told with where that is and with its figures. A rule that is new says here
// which it is.
func TestARuleNamesItsSource(t *testing.T) {
	t.Parallel()
	var known []*domain.Error
	for _, r := range sourced() {
		known = append(known, r.given.Kind())
		for _, said := range r.says {
			if text := Of(r.given); !strings.Contains(text, said) {
				t.Errorf("%q does not say %q", text, said)
			}
		}
	}
	for _, e := range unsourced() {
		if slices.Contains(known, e.Kind()) {
			t.Errorf("%q is told twice of", Of(e))
		}
		known = append(known, e.Kind())
	}
	for _, s := range sentences() {
		if s.of.Code == domain.CodeRule && !slices.Contains(known, s.of.Kind()) {
			t.Errorf("%q is a rule: say where it stands, or that it stands nowhere", s.text)
		}
	}
}
