package commands_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// standsAs is a command as what stands fills its form, and as a row of a file does.
type standsAs struct {
	stands func(context.Context, *commands.Ledger, commands.Origin, *commands.Recorded) (commands.Standing, error)
	filled func(t *testing.T, typed map[string]string) string
}

func standsOf[C commands.Request]() standsAs {
	return standsAs{commands.StandsAt[C], func(t *testing.T, typed map[string]string) string {
		t.Helper()
		var c C
		if err := commands.FillForm(&c, typed); err != nil {
			t.Errorf("%T of %v: %v", c, typed, err)
		}
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}}
}

func standing() map[access.Operation]standsAs {
	return map[access.Operation]standsAs{
		"register-participant": standsOf[commands.RegisterParticipant](), "register-assistant": standsOf[commands.RegisterAssistant](),
		"record-status": standsOf[commands.RecordStatus](), "record-stay": standsOf[commands.RecordStay](), "assign-case": standsOf[commands.AssignCase](),
		"merge-participants": standsOf[commands.MergeParticipants](), "conclude-agreement": standsOf[commands.ConcludeAgreement](), "sign-contract": standsOf[commands.SignContract](),
		"change-contract": standsOf[commands.ChangeContract](), "record-participation": standsOf[commands.RecordParticipation](), "set-task": standsOf[commands.SetTask](),
		"record-task-result": standsOf[commands.RecordTaskResult](), "evaluate-contract": standsOf[commands.EvaluateContract](), "grant-aid": standsOf[commands.GrantAid](),
		"record-attendance": standsOf[commands.RecordAttendance](), "log-visit": standsOf[commands.LogVisit](), "record-session": standsOf[commands.RecordSession](),
		"record-presence": standsOf[commands.RecordPresence](), "pay-benefit": standsOf[commands.PayBenefit](), "submit-claim": standsOf[commands.SubmitClaim](),
		"record-claim-decision": standsOf[commands.RecordClaimDecision](), "plan-budget": standsOf[commands.PlanBudget](), "record-expense": standsOf[commands.RecordExpense](),
		"tell-durability": standsOf[commands.TellDurability](), "record-contact": standsOf[commands.RecordContact](), "count-place": standsOf[commands.CountPlace](),
	}
}

// lastOfFile is the last event that a command of a kind of file puts right.
func lastOfFile(t *testing.T, l *ledgertest.Ledger, kind string) (last journal.Recorded) {
	t.Helper()
	ways := ledgertest.Table(t).Ways()
	if err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for _, e := range b.Events {
			if way := ways[e.Type[:strings.LastIndex(e.Type, ".v")]]; way.File == kind && !strings.HasPrefix(e.Stream, "agreement-") == (kind != "porozumienia") {
				last = e
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return last
}

// What stands fills the form of its command as the row of the file did that recorded it, whether
// somebody looks at the first event that says so or the last; a withdrawal says what it was.
func TestWhatStandsFillsItsForm(t *testing.T) {
	t.Parallel()
	for _, w := range waysBack() {
		if strings.HasPrefix(w.wrong.name, "tozsamosci") {
			continue // who somebody is called is no address, and no position is theirs
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			kind := w.wrong.name[:strings.LastIndex(w.wrong.name, "_")]
			l := ledgertest.Open(t)
			for _, f := range append(append(anyCentre(), w.before...), w.wrong) {
				accepted(t, l, f)
			}
			stands := func(of sheet, e journal.Recorded) {
				t.Helper()
				as, told := standing()[l.CommandOf(&e)]
				if !told {
					t.Fatalf("%s: nobody tells what stands for %s", e.Type, l.CommandOf(&e))
				}
				s, err := as.stands(t.Context(), l.Ledger, ledgertest.Actor, &e)
				if s.Withdrawn && e.Position != lastOfFile(t, l, kind).Position {
					return // what took its place is told apart from it
				}
				if err != nil || s.Typed == nil || s.Veiled || s.Withdrawn || s.Position == "" {
					t.Fatalf("%s: %+v %v", e.Type, s, err)
				}
				want := rowOf(of)
				switch kind {
				case "zmiany-umow":
					return // its cell of several values is not the form's
				case "kontakty", "liczenia":
					want["program"] = "streetworking"
				}
				if got, want := as.filled(t, s.Typed), as.filled(t, want); !strings.EqualFold(got, want) { // a pseudonym is told as it was first given
					t.Errorf("%s:\n%s stands, and the row was\n%s", e.Type, got, want)
				}
			}
			first := lastOfFile(t, l, kind)
			stands(w.wrong, first)
			if w.right.rows != "" {
				accepted(t, l, w.correct)
				stands(w.right, first)
				stands(w.right, lastOfFile(t, l, kind))
			}
			withdrawn := ledgertest.Open(t)
			for _, f := range append(append(anyCentre(), w.before...), w.wrong) {
				accepted(t, withdrawn, f)
			}
			first = lastOfFile(t, withdrawn, kind)
			accepted(t, withdrawn, w.withdraw)
			s, err := standing()[withdrawn.CommandOf(&first)].stands(t.Context(), withdrawn.Ledger, ledgertest.Actor, &first)
			if err != nil || !s.Withdrawn || s.Typed == nil {
				t.Errorf("withdrawn: %+v %v", s, err)
			}
		})
	}
}

// rowOf is the last row of a file, by its columns.
func rowOf(f sheet) map[string]string {
	lines := strings.Split(strings.TrimRight(f.rows, "\n"), "\n")
	names, cells := strings.Split(lines[0], ";"), strings.Split(lines[len(lines)-1], ";")
	typed := map[string]string{}
	for i, name := range names {
		if cells[i] != "" && !slices.Contains([]string{"korekta", "wycofanie", "powod_korekty"}, name) {
			typed[name] = cells[i]
		}
	}
	return typed
}
