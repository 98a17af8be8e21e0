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
	"ksiega/domain/erasure"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// subjects are all that can be erased of what texts of waysBack are about.
func subjects() []domain.Ref {
	var all []domain.Ref
	for kind, ids := range map[domain.RefKind]string{domain.RefParticipant: "U1 U2 U3 U5", domain.RefAssistant: "A1 A2 A3",
		domain.RefClaim: "W/1"} {
		for id := range strings.FieldsSeq(ids) {
			all = append(all, domain.Ref{Kind: kind, ID: id})
		}
	}
	return all
}

// eraseAll destroys the key of everything that waysBack tells of, whether or not there was one.
func eraseAll(t *testing.T, l *ledgertest.Ledger) {
	t.Helper()
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	for _, of := range subjects() {
		if _, err := l.Vault.Seal(t.Context(), of.Subject(), "reason", "", "x"); err != nil {
			t.Fatal(err)
		}
		erase := commands.EraseSubject{Kind: of.Kind, ID: of.ID, On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}
		if _, err := l.EraseSubject(t.Context(), officer, erase); err != nil {
			t.Fatalf("erase %s: %v", of.Subject(), err)
		}
	}
}

// takesBack is a command that takes something back for a reason.
type takesBack = func(reason string) sent

// withdrawals are the commands that withdraw what waysBack recorded wrongly, by its name.
func withdrawals() map[string][]takesBack {
	all := map[string][]takesBack{}
	for _, of := range []map[string][]takesBack{
		withdrawalsOfPeople(),
		withdrawalsOfAssistants(),
		withdrawalsOfContracts(),
		withdrawalsOfParticipations(),
		withdrawalsOfSocialContracts(),
		withdrawalsOfAttendance(),
		withdrawalsOfVisits(),
		withdrawalsOfSessions(),
		withdrawalsOfPayments(),
		withdrawalsOfClaims(),
		withdrawalsOfStreet(),
	} {
		maps.Copy(all, of)
	}
	return all
}

// Whatever is recorded about somebody, or something, whose key was destroyed is withdrawn
// and corrected in numbers without a reason, which could not be kept; words are refused.
func TestWhatIsErasedIsTakenBack(t *testing.T) {
	t.Parallel()
	for _, w := range waysBack() {
		if slices.ContainsFunc([]string{"trwalosc", "porozumienia", "plan-budzetu", "wydatki", "kontakty", "liczenia", "zajecia"}, func(kind string) bool { return strings.HasPrefix(w.wrong.name, kind) }) {
			continue // texts about a programme or an agreement are nobody's, and those about a pseudonym are another's
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			open := func(also sheet) *ledgertest.Ledger {
				l := ledgertest.Open(t)
				for _, f := range append(append(anyCentre(), w.before...), also) {
					accepted(t, l, f)
				}
				eraseAll(t, l)
				return l
			}
			wordless := func(f sheet) sheet {
				f.rows = strings.Replace(strings.Replace(f.rows, "pomyłka", "", 1), "ważne powody", "", 1) // also the words of a fact
				return f
			}
			withdrawn := open(w.wrong)
			if s := withdrawn.Import(t, w.withdraw.name, w.withdraw.rows); s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why[0].Refusal, erasure.ErrErased) {
				t.Errorf("withdrawn in words: %+v", s)
			}
			accepted(t, withdrawn, wordless(w.withdraw))
			byCommand := open(w.wrong)
			for _, withdraw := range withdrawals()[w.name] {
				if err := withdraw("pomyłka").do(t.Context(), byCommand.Ledger, ledgertest.Actor); !errors.Is(err, erasure.ErrErased) {
					t.Errorf("withdrawn in words by command: %v", err)
				}
				if err := withdraw("").do(t.Context(), byCommand.Ledger, ledgertest.Actor); err != nil {
					t.Errorf("withdrawn by command: %v", err)
				}
				sameTold(t, "by command", toldOf(t, byCommand), toldOf(t, withdrawn))
				byCommand = open(w.wrong)
			}
			if len(withdrawals()[w.name]) == 0 {
				t.Error("no command withdraws it")
			}
			if !w.onlyWords {
				corrected := open(w.wrong)
				if s := corrected.Import(t, w.correct.name, w.correct.rows); s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why[0].Refusal, erasure.ErrErased) {
					t.Errorf("corrected in words: %+v", s)
				}
				accepted(t, corrected, wordless(w.correct))
				sameTold(t, "corrected", toldOf(t, corrected), toldOf(t, open(w.right)))
			}
		})
	}
}

// What has no file is taken back by command: changes of a contract, writings off, what
// was said of a line.
func TestChangesOfTheErasedAreTakenBack(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	o := ledgertest.Actor
	for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch(),
		sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;czesciowo;60,00\n"},
		sheet{"wyciag.sta", ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C240501PLN0,00\n:61:2405020502CN50,00NTRFNONREF//1\n:86:020~00UZNANIE~20W/9~32X\n:62F:C240502PLN50,00\n-\n"}) {
		accepted(t, l, f)
	}
	annex := commands.ChangeContract{Number: "S/1", Change: "amend", On: domain.NewDate(2024, 3, 5), RateGrosze: 3000, Reason: "podwyżka"}
	off := commands.WriteOffClaim{Claim: "W/1", Date: domain.NewDate(2024, 5, 10), Reason: "nie zapłaci"}
	var statement string
	if err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for i := range b.Events {
			for _, ref := range b.Events[i].Event.Refs() {
				if ref.Kind == domain.RefStatement {
					statement = ref.ID
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	matched := commands.MatchLine{Statement: statement, Line: 1, Claim: "W/1"}
	do := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	_, err := l.ChangeContract(t.Context(), o, annex)
	do("change", err)
	_, err = l.MatchLine(t.Context(), o, matched)
	do("match", err)
	before := toldOf(t, l)
	_, err = l.WriteOffClaim(t.Context(), o, off)
	do("write off", err)
	eraseAll(t, l)
	for _, reason := range []string{"pomyłka", ""} {
		annex := commands.ChangeContract{Number: "S/1", Change: "amend", On: annex.On, Withdraw: true, CorrectionReason: reason}
		lower := commands.ChangeContract{Number: "S/1", Change: "amend", On: annex.On, RateGrosze: 2000, Correct: true, CorrectionReason: reason}
		_, corrected := l.ChangeContract(t.Context(), o, lower)
		_, changed := l.ChangeContract(t.Context(), o, annex)
		_, written := l.WriteOffClaim(t.Context(), o, commands.WriteOffClaim{Claim: "W/1", Date: off.Date, Withdraw: true, Reason: reason})
		if reason == "" {
			sameTold(t, "written off", map[string]string{"refunds as of ": toldOf(t, l)["refunds as of "]}, map[string]string{"refunds as of ": before["refunds as of "]})
		}
		_, freed := l.UnmatchLine(t.Context(), o, commands.UnmatchLine{Statement: statement, Line: 1, Claim: "W/1", Reason: reason})
		for what, err := range map[string]error{"correct an annex": corrected, "withdraw an annex": changed, "write off": written, "unmatch": freed} {
			if (reason == "") != (err == nil) || reason != "" && !errors.Is(err, erasure.ErrErased) {
				t.Errorf("%s, for reason %q: %v", what, reason, err)
			}
		}
	}
}
