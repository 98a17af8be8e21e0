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
		case "", "withdraw-claim", "write-off-claim", "match-line", "unmatch-line", "resolve-finding", "change-setting", "hand-over-month", "return-month": // correct nothing
		default:
			corrected[way.Command] = true
		}
	}
	l := ledgertest.Open(t)
	for _, f := range append(append(anyCentre(), paidInMarch(), claimedForMarch()), socialContract()...) {
		accepted(t, l, f)
	}
	accepted(t, l, sheet{"kontakty_8.csv", "id;data;godzina;miejsce;pseudonim\nK/8;09.04.2024;10:00;dworzec;Kazik\n"})
	accepted(t, l, sheet{"zajecia_8.csv", "id;program;rodzaj;temat;data;od;do\nZ8;mkis;warsztat;komputer;09.04.2024;10:00;11:00\n"})
	tried := map[string]bool{}
	for _, c := range corrections() {
		op := string(c.request.Operation())
		adds := op == "record-attendance" || op == "log-visit"
		err := c.do(t.Context(), l.Ledger, ledgertest.Actor)
		if tried[op] = true; adds != (err == nil) || !adds && !errors.Is(err, domain.ErrNothingToCorrect) {
			t.Errorf("%s: %v", op, err)
		}
		if adds && lastReason(t, l) == "" {
			t.Errorf("%s added without its reason", op)
		}
	}
	for _, op := range slices.Sorted(maps.Keys(corrected)) {
		if !tried[op] || !slices.Contains(access.Operations(), access.Operation(op)) {
			t.Errorf("no correction by %s is tried", op)
		}
	}
}

// corrections are of what is not recorded.
func corrections() []sent {
	return slices.Concat(
		correctionsOfProgrammes(),
		correctionsOfPeople(),
		correctionsOfAssistants(),
		correctionsOfAgreements(),
		correctionsOfContracts(),
		correctionsOfParticipations(),
		correctionsOfSocialContracts(),
		correctionsOfAttendance(),
		correctionsOfVisits(),
		correctionsOfSessions(),
		correctionsOfPayments(),
		correctionsOfClaims(),
		correctionsOfBudgets(),
		correctionsOfDurability(),
		correctionsOfStreet(),
	)
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
