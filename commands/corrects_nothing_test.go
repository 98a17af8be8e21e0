package commands_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// A correction of what is not recorded, or was withdrawn, is refused by every kind of file
// and every command: its reason would be of nothing. Only a sheet of days or visits may
// lack an entry, which the correction adds, with its reason.
func TestACorrectionOfNothing(t *testing.T) {
	t.Parallel()
	files := map[string]bool{}
	for _, w := range waysBack() {
		kind := w.correct.name[:len(w.correct.name)-len("_4.csv")]
		files[kind] = true
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			withdrawn := w.withdraw // for another reason than the correction's, or a claim's would be one that was cut short
			withdrawn.rows = strings.Replace(withdrawn.rows, "pomyłka", "nie było", 1)
			for _, before := range [][]sheet{nil, {w.wrong, withdrawn}} {
				l := ledgertest.Open(t)
				for _, f := range append(append(anyCentre(), w.before...), before...) {
					accepted(t, l, f)
				}
				s := l.Import(t, w.correct.name, w.correct.rows)
				if kind == "obecnosci" || kind == "godziny" {
					if added := lastReason(t, l); s.Accepted != 1 || added == "" {
						t.Errorf("added to a sheet, for %q: %+v", added, s)
					}
				} else if s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why[0].Refusal, domain.ErrNothingToCorrect) {
					t.Errorf("corrected: %+v", s)
				}
			}
		})
	}
	corrected := map[string]bool{}
	for _, way := range ledgertest.Table(t).Ways() {
		if way.File != "" && !files[way.File] {
			t.Errorf("no correction by %s is tried", way.File)
		}
		switch way.Command {
		case "", "withdraw-claim", "write-off-claim", "match-line", "unmatch-line", "resolve-finding": // correct nothing
		default:
			corrected[way.Command] = true
		}
	}
	l := ledgertest.Open(t)
	for _, f := range append(append(anyCentre(), paidInMarch(), claimedForMarch()), socialContract()...) {
		accepted(t, l, f)
	}
	o, fix, on := ledgertest.Actor, commands.Amendment{Correct: true, Reason: "pomyłka"}, domain.NewDate(2024, 4, 9)
	places := 3
	tried := map[string]bool{}
	try := func(c commands.Request, adds bool, err error) {
		t.Helper()
		op := string(c.Operation())
		if tried[op] = true; adds != (err == nil) || !adds && !errors.Is(err, domain.ErrNothingToCorrect) {
			t.Errorf("%s: %v", op, err)
		}
	}
	person := commands.RegisterParticipant{ID: "U7", FirstName: "G", LastName: "G", Amendment: fix}
	_, err := l.RegisterParticipant(t.Context(), o, person)
	try(person, false, err)
	assistant := commands.RegisterAssistant{ID: "A7", FirstName: "G", LastName: "G", Amendment: fix}
	_, err = l.RegisterAssistant(t.Context(), o, assistant)
	try(assistant, false, err)
	status := commands.RecordStatus{Participant: "U1", Kind: "profil", Value: "I", From: on, Amendment: fix}
	_, err = l.RecordStatus(t.Context(), o, status)
	try(status, false, err)
	stay := commands.RecordStay{Participant: "U1", Kind: "dps", From: on, Amendment: fix}
	_, err = l.RecordStay(t.Context(), o, stay)
	try(stay, false, err)
	edition := commands.RecordProgramme{File: nowy, Correct: true, Reason: "pomyłka"}
	_, err = l.RecordProgramme(t.Context(), o, edition)
	try(edition, false, err)
	taking := commands.RecordParticipation{Participant: "U1", Programme: "aoon-2006", Event: "nominacja", Date: on, Amendment: fix}
	_, err = l.RecordParticipation(t.Context(), o, taking)
	try(taking, false, err)
	agreement := commands.ConcludeAgreement{Number: "P/7", Concluded: on, From: on, To: on + 90, RefundPercent: 60, Amendment: fix}
	_, err = l.ConcludeAgreement(t.Context(), o, agreement)
	try(agreement, false, err)
	contract := commands.SignContract{Number: "T/7", Kind: "trojstronny", Programme: "aoon-2006", Participant: "U2", Concluded: on, From: on, To: on + 90, Amendment: fix}
	_, err = l.SignContract(t.Context(), o, contract)
	try(contract, false, err)
	change := commands.ChangeContract{Number: "T/1", Change: "suspend", On: on, Correct: true, CorrectionReason: "pomyłka"}
	_, err = l.ChangeContract(t.Context(), o, change)
	try(change, false, err)
	task := commands.SetTask{Contract: "K/1", No: "7", Side: "osrodek", Text: "opłata", Due: on, Amendment: fix}
	_, err = l.SetTask(t.Context(), o, task)
	try(task, false, err)
	result := commands.RecordTaskResult{Contract: "K/1", No: "1", Date: on, Result: "wykonane", Amendment: fix}
	_, err = l.RecordTaskResult(t.Context(), o, result)
	try(result, false, err)
	evaluation := commands.EvaluateContract{Contract: "K/1", Date: on, Result: "pozytywna", Amendment: fix}
	_, err = l.EvaluateContract(t.Context(), o, evaluation)
	try(evaluation, false, err)
	aid := commands.GrantAid{Contract: "K/1", Date: on, Purpose: "odzież", AmountGrosze: 100, Amendment: fix}
	_, err = l.GrantAid(t.Context(), o, aid)
	try(aid, false, err)
	payment := commands.PayBenefit{List: "L/7", Contract: "S/1", Month: on.Month(), AmountGrosze: 100, Date: on, Amendment: fix}
	_, err = l.PayBenefit(t.Context(), o, payment)
	try(payment, false, err)
	claim := commands.SubmitClaim{Number: "W/7", Agreement: "P/1", Month: on.Month(), Submitted: on, Amendment: fix}
	_, err = l.SubmitClaim(t.Context(), o, claim)
	try(claim, false, err)
	answer := commands.RecordClaimDecision{Claim: "W/1", Date: on + 10, Outcome: "przyjety", Correct: true, CorrectionReason: "pomyłka"}
	_, err = l.RecordClaimDecision(t.Context(), o, answer)
	try(answer, false, err)
	amount := domain.Grosze(100)
	plan := commands.PlanBudget{Programme: "psu", Line: "kursy", AmountGrosze: &amount, Amendment: fix}
	_, err = l.PlanBudget(t.Context(), o, plan)
	try(plan, false, err)
	expense := commands.RecordExpense{Programme: "psu", Line: "kursy", Document: "FV/7", Date: on, AmountGrosze: amount, Amendment: fix}
	_, err = l.RecordExpense(t.Context(), o, expense)
	try(expense, false, err)
	met := commands.RecordContact{ID: "K/7", Date: on, Time: 600, Place: "dworzec", Amendment: fix}
	_, err = l.RecordContact(t.Context(), o, met)
	try(met, false, err)
	counted := commands.CountPlace{Place: "dworzec", Date: on, People: 3, Amendment: fix}
	_, err = l.CountPlace(t.Context(), o, counted)
	try(counted, false, err)
	if _, err := l.RecordContact(t.Context(), o, commands.RecordContact{ID: "K/8", Date: on, Time: 600, Place: "dworzec", Pseudonym: "Kazik"}); err != nil {
		t.Fatal(err)
	}
	who := commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "kazik", Participant: "U1", Date: on, Amendment: fix}
	_, err = l.IdentifyPseudonym(t.Context(), o, who)
	try(who, false, err)
	told := commands.TellDurability{Project: "asystent-aktywnosci", Event: "miejsca", Date: on, Value: &places, Amendment: fix}
	_, err = l.TellDurability(t.Context(), o, told)
	try(told, false, err)
	day := commands.RecordAttendance{Contract: "S/1", Date: on, Minutes: 60, Amendment: fix}
	_, err = l.RecordAttendance(t.Context(), o, day)
	try(day, true, err)
	if lastReason(t, l) == "" {
		t.Error("a day was added without its reason")
	}
	visit := commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: on, From: 600, To: 660, Amendment: fix}
	_, err = l.LogVisit(t.Context(), o, visit)
	try(visit, true, err)
	if lastReason(t, l) == "" {
		t.Error("a visit was added without its reason")
	}
	for _, op := range slices.Sorted(maps.Keys(corrected)) {
		if !tried[op] || !slices.Contains(access.Operations(), access.Operation(op)) {
			t.Errorf("no correction by %s is tried", op)
		}
	}
}

// lastReason is why the last thing was recorded, where that is a day or a visit.
func lastReason(t *testing.T, l *ledgertest.Ledger) (reason domain.Sealed) {
	t.Helper()
	if err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for i := range b.Events {
			switch e := b.Events[i].Event.(type) {
			case attendance.DayCorrected:
				reason = e.Reason
			case assistance.VisitLogged:
				reason = e.Reason
			case attendance.HoursRecorded, attendance.AbsenceRecorded:
				reason = ""
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return reason
}

// An answer that only its agreement has, since the power went before the claim heard it, is
// corrected like one that both have.
func TestAnAnswerThatWasCutShortIsCorrected(t *testing.T) {
	t.Parallel()
	amount := domain.Grosze(5000)
	wrong := commands.RecordClaimDecision{Claim: "W/1", Date: domain.NewDate(2024, 4, 25), Outcome: "zwrocony"}
	right := commands.RecordClaimDecision{Claim: "W/1", Date: wrong.Date, Outcome: "czesciowo", AmountGrosze: &amount}
	fix := right
	fix.Correct, fix.CorrectionReason = true, "pomyłka"
	told := func(cutShort bool, then commands.RecordClaimDecision) map[string]string {
		l := ledgertest.Open(t)
		for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
			accepted(t, l, f)
		}
		if cutShort {
			dying := *l.Ledger
			dying.Log = commands.NewLog(&endsAt{Log: l.Journal, category: "refundclaim-"}, l.Vault)
			if _, err := dying.RecordClaimDecision(t.Context(), ledgertest.Actor, wrong); !errors.Is(err, errPowerLost) {
				t.Fatalf("the power was not lost: %v", err)
			}
		}
		if _, err := l.RecordClaimDecision(t.Context(), ledgertest.Actor, then); err != nil {
			t.Fatal(err)
		}
		return toldOf(t, l)
	}
	sameTold(t, "corrected after it was cut short", told(true, fix), told(false, right))
}
