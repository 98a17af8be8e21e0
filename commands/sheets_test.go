package commands_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	sheets "ksiega/domain/sheet"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// as is somebody in a role.
func as(actor string, role access.Role) commands.Origin {
	return commands.Origin{Who: access.By(actor, access.API, role)}
}

var (
	worker      = as("jan", access.Caseworker) // who enters the days of these tests
	coordinator = as("ewa", access.Coordinator)
	director    = as("ala", access.Director)
)

// revisionIn is the revision of a stream.
func revisionIn(t *testing.T, l *ledgertest.Ledger, stream string) int64 {
	t.Helper()
	at := journal.NoStream
	if err := l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error { at = int64(r.Revision); return nil }); err != nil {
		t.Fatal(err)
	}
	return at
}

// marchOf is the sheet of March of the agreement, as it stands.
func marchOf(t *testing.T, l *ledgertest.Ledger, contracts ...string) commands.SheetOf {
	t.Helper()
	of := commands.SheetOf{Agreement: "P/1", Month: march, Seen: map[string]int64{}}
	for _, c := range contracts {
		stream := domain.Stream("attendance", c)
		of.Seen[stream] = revisionIn(t, l, stream)
	}
	return of
}

func enterDay(t *testing.T, l *ledgertest.Ledger, o commands.Origin, contract string, day int, a commands.Amendment) error {
	t.Helper()
	c := commands.RecordAttendance{Contract: contract, Date: domain.NewDate(2018, 3, day), Amendment: a}
	if !a.Withdraw {
		c.Minutes = 60
	}
	_, err := l.RecordAttendance(t.Context(), o, c)
	return err
}

// entered is a ledger of two referrals, of which one has days of March.
func entered(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := centre(t)
	for _, day := range []int{5, 12} {
		if err := enterDay(t, l, worker, "S/1", day, commands.Amendment{}); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// stepOf is what became of a referral's March.
func stepOf(t *testing.T, l *ledgertest.Ledger, contract string) sheets.Step {
	t.Helper()
	return sheetOf(t, l, contract).Sheet(march).Step
}

func refusedAs(t *testing.T, what string, want *domain.Error, names string) func(journal.Result, error) {
	t.Helper()
	return func(_ journal.Result, err error) {
		t.Helper()
		if !errors.Is(err, want) || !strings.Contains(err.Error(), names) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A month goes from hand to hand: entered, handed over, sent back, approved, corrected.
func TestAMonthFromHandToHand(t *testing.T) {
	t.Parallel()
	l, ctx := entered(t), t.Context()
	both := func() commands.SheetOf { return marchOf(t, l, "S/1", "S/2") }
	refusedAs(t, "approved as it is entered", sheets.ErrNotHandedOver, "S/1, S/2")(l.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: both()}))
	refusedAs(t, "returned as it is entered", sheets.ErrNotHandedOver, "2018-03")(l.ReturnMonth(ctx, coordinator, commands.ReturnMonth{SheetOf: both(), Reason: "brak podpisu"}))
	april := both()
	april.Month++
	refusedAs(t, "a month without a day", sheets.ErrEmpty, "2018-04")(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: april}))

	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: both()}))
	if a, b := stepOf(t, l, "S/1"), stepOf(t, l, "S/2"); a != sheets.HandedOver || b != sheets.HandedOver {
		t.Fatalf("handed over: %q, %q", a, b)
	}
	at := both()
	if again, err := l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: at}); err != nil || again.Events != 0 {
		t.Errorf("handed over twice: %+v, %v", again, err)
	}
	refusedAs(t, "returned without a reason", domain.ErrNoReason, "")(l.ReturnMonth(ctx, coordinator, commands.ReturnMonth{SheetOf: at, Reason: " "}))
	back := commands.ReturnMonth{SheetOf: at, Reason: "brak podpisu"}
	taken(t)(l.ReturnMonth(ctx, coordinator, back))
	if again, err := l.ReturnMonth(ctx, coordinator, back); err != nil || again.Events != 0 {
		t.Errorf("returned twice: %+v, %v", again, err)
	}
	if err := enterDay(t, l, worker, "S/2", 6, commands.Amendment{}); err != nil {
		t.Fatal(err)
	}
	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: both()}))
	r, err := l.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: both()})
	if err != nil || r.Events != 2 || r.Position.IsZero() {
		t.Fatalf("approved: %+v, %v", r, err)
	}

	// At every door, for a day that is not there too.
	if err := enterDay(t, l, worker, "S/2", 7, commands.Amendment{}); !errors.Is(err, sheets.ErrApproved) {
		t.Errorf("a new day: %v", err)
	}
	if s := l.Import(t, "obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;1\nS/1;06.03.2018;1\nS/1;03.04.2018;1\n"); s.Known != 1 || s.Accepted != 1 || s.Refused != 1 || !strings.Contains(reasons(s), "approved") {
		t.Errorf("imported: %+v, %s", s, reasons(s))
	}
	if s := l.Import(t, "obecnosci_1.csv", "umowa;data;godziny;korekta;powod\nS/1;06.03.2018;1;tak;\nS/1;07.03.2018;1;tak;lista\n"); s.Accepted != 1 || s.Refused != 1 {
		t.Errorf("corrected: %+v, %s", s, reasons(s))
	}
	if err := enterDay(t, l, worker, "S/1", 12, commands.Amendment{Withdraw: true, Reason: "pomyłka"}); err != nil {
		t.Errorf("taken back: %v", err)
	}
	if got := stepOf(t, l, "S/1"); got != sheets.Approved {
		t.Errorf("after corrections it is %q", got)
	}
	// Payments are not frozen; what is paid is not returned any more, until the money came back.
	pay := commands.PayBenefit{List: "L/1", Contract: "S/1", Month: march, AmountGrosze: 1000, Date: domain.NewDate(2018, 4, 5)}
	taken(t)(l.PayBenefit(ctx, coordinator, pay))
	refusedAs(t, "returned once it is paid", sheets.ErrPaid, "S/1")(l.ReturnMonth(ctx, director, commands.ReturnMonth{SheetOf: both(), Reason: "kontrola"}))
	pay.CameBack = true
	taken(t)(l.PayBenefit(ctx, coordinator, pay))
	taken(t)(l.ReturnMonth(ctx, director, commands.ReturnMonth{SheetOf: both(), Reason: "kontrola"}))
	if err := enterDay(t, l, worker, "S/2", 7, commands.Amendment{}); err != nil {
		t.Errorf("after the return: %v", err)
	}
}

// Whoever entered, corrected, took back or handed over any of a sheet does not approve it,
// also where that was before their account was linked to the user of the machine that did.
func TestNobodyApprovesWhatTheyEntered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		did  func(l *ledgertest.Ledger, o commands.Origin) error
		part string
	}{
		"entered": {func(l *ledgertest.Ledger, o commands.Origin) error {
			return enterDay(t, l, o, "S/2", 6, commands.Amendment{})
		}, "S/2"},
		"corrected": {func(l *ledgertest.Ledger, o commands.Origin) error {
			return enterDay(t, l, o, "S/1", 6, commands.Amendment{Correct: true, Reason: "r"})
		}, "S/1"},
		"took back": {func(l *ledgertest.Ledger, o commands.Origin) error {
			return enterDay(t, l, o, "S/1", 12, commands.Amendment{Withdraw: true, Reason: "r"})
		}, "S/1"},
		"handed over": {func(l *ledgertest.Ledger, o commands.Origin) error {
			_, err := l.HandOverMonth(t.Context(), o, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")})
			return err
		}, "S/1, S/2"},
	} {
		l := entered(t)
		if err := c.did(l, coordinator); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		taken(t)(l.HandOverMonth(t.Context(), worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
		approve := commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}
		if _, err := l.ApproveMonth(t.Context(), coordinator, approve); !errors.Is(err, sheets.ErrOwn) || !strings.HasSuffix(err.Error(), ": "+c.part) {
			t.Errorf("%s: %v", name, err)
		}
		taken(t)(l.ApproveMonth(t.Context(), director, approve))
	}
	o := newOffice(t)
	for _, f := range [][2]string{{"uczestnicy.csv", people}, {"porozumienia.csv", agreements}, {"umowy.csv", referrals}, {"obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;1\n"}} {
		if s := o.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatal(reasons(s))
		}
	}
	if err := enterDay(t, o.Ledger, as("ewa", access.Caseworker), "S/1", 6, commands.Amendment{}); err != nil {
		t.Fatal(err)
	}
	o.member(shell(), "admin", access.Administrator)
	o.add(o.as("admin", access.Administrator), "ewa.kos", access.Coordinator)
	if _, err := o.AskLink(t.Context(), o.as("admin", access.Administrator), o.ids["ewa.kos"], "ewa"); err != nil {
		t.Fatal(err)
	}
	taken(t)(o.HandOverMonth(t.Context(), worker, commands.HandOverMonth{SheetOf: marchOf(t, o.Ledger, "S/1", "S/2")}))
	approve := commands.ApproveMonth{SheetOf: marchOf(t, o.Ledger, "S/1", "S/2")}
	refusedAs(t, "as the user of the machine", sheets.ErrOwn, "S/1")(o.ApproveMonth(t.Context(), o.as("ewa.kos", access.Coordinator), approve))
	taken(t)(o.ApproveMonth(t.Context(), director, approve))
}

// A sheet is turned as it was looked at: whatever changed since is named, and nothing turned.
func TestASheetIsTurnedAsItWasLookedAt(t *testing.T) {
	t.Parallel()
	l, ctx := entered(t), t.Context()
	at := marchOf(t, l, "S/1", "S/2")
	refusedAs(t, "half of it", commands.ErrSheetChanged, ": S/2")(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1")}))
	refusedAs(t, "more than it", commands.ErrSheetChanged, ": S/9")(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2", "S/9")}))
	refusedAs(t, "of nobody", commands.ErrWhichSheet, "")(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: commands.SheetOf{Month: march}}))
	if err := enterDay(t, l, worker, "S/1", 19, commands.Amendment{}); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, "entered since", commands.ErrSheetChanged, ": S/1")(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: at}))
	if got := stepOf(t, l, "S/2"); got != sheets.Open {
		t.Errorf("the part that had not changed is %q", got)
	}
	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	// A colleague enters a day while it is approved: the other part is approved, and the same
	// sheet is, once it is handed over again.
	slow := hooked(l, "attendance-S%2F1", func() {
		if err := enterDay(t, l, worker, "S/1", 20, commands.Amendment{}); err != nil {
			t.Error(err)
		}
	})
	refusedAs(t, "entered meanwhile", commands.ErrSheetChanged, ": S/1")(slow.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	if a, b := stepOf(t, l, "S/1"), stepOf(t, l, "S/2"); a != sheets.Open || b != sheets.Approved {
		t.Fatalf("%q, %q", a, b)
	}
	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	taken(t)(l.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
}

// Cut short anywhere, the same command completes what it began, under a key or without one.
func TestASheetThatIsCutShort(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for cutAt := range 2 {
			for _, key := range []string{"", "k"} {
				t.Run(fmt.Sprint(cutAt, after, key), func(t *testing.T) {
					l, o := entered(t), coordinator
					o.Key = key
					taken(t)(l.HandOverMonth(t.Context(), worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
					approve := commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}
					appends := cutAt
					if key != "" {
						appends++ // of the key
					}
					dying := cut(l, appends, after)
					if _, err := commands.Once(t.Context(), dying, o, approve, dying.ApproveMonth); !errors.Is(err, errPowerLost) {
						t.Fatal(err)
					}
					taken(t)(commands.Once(t.Context(), l.Ledger, o, approve, l.ApproveMonth))
					if a, b := stepOf(t, l, "S/1"), stepOf(t, l, "S/2"); a != sheets.Approved || b != sheets.Approved {
						t.Errorf("%q, %q", a, b)
					}
					if again, err := commands.Once(t.Context(), l.Ledger, o, approve, l.ApproveMonth); err != nil || again.Events != 0 {
						t.Errorf("sent again: %+v, %v", again, err)
					}
				})
			}
		}
	}
}

// Who is limited hands over what is theirs, and approves no sheet that they do not reach whole.
func TestEverybodyHandsOverTheirOwn(t *testing.T) {
	t.Parallel()
	l, ctx := entered(t), t.Context()
	limited := func(o commands.Origin, kind domain.RefKind, ids ...string) commands.Origin {
		var to []domain.Ref
		for _, id := range ids {
			to = append(to, domain.Ref{Kind: kind, ID: id})
		}
		o.Who = ledgertest.Limited(o.Who, to...)
		return o
	}
	first, second := limited(worker, domain.RefParticipant, "U1"), limited(as("iza", access.Caseworker), domain.RefParticipant, "U2")
	refusedAs(t, "a case of others", access.ErrDenied, "")(l.HandOverMonth(ctx, first, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	refusedAs(t, "what is not theirs", access.ErrDenied, "")(l.HandOverMonth(ctx, first, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/2")}))
	taken(t)(l.HandOverMonth(ctx, first, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1")}))
	refusedAs(t, "before the rest is handed over", sheets.ErrNotHandedOver, ": S/2")(l.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	if err := enterDay(t, l, second, "S/2", 6, commands.Amendment{}); err != nil {
		t.Fatal(err)
	}
	taken(t)(l.HandOverMonth(ctx, second, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/2")}))
	of := limited(coordinator, domain.RefProgramme, "kis")
	refusedAs(t, "of another programme", access.ErrDenied, "")(l.ApproveMonth(ctx, of, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	refusedAs(t, "by who enters", access.ErrDenied, "")(l.ApproveMonth(ctx, worker, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	taken(t)(l.ApproveMonth(ctx, limited(coordinator, domain.RefProgramme, "psu"), commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
}

// A referral that is in force in the month and has no day belongs to its sheet, and is not taken
// back once that is approved; one that is signed later is handed over and approved after it.
func TestTheReferralsOfASheet(t *testing.T) {
	t.Parallel()
	l, ctx := entered(t), t.Context()
	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/2")}))
	gone := sheet{"umowy_1.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;powod;wycofanie\nS/2;;;;;;;pomyłka;tak\n"}
	accepted(t, l, gone)
	taken(t)(l.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1")}))
	accepted(t, l, sheet{"umowy_2.csv", strings.Split(referrals, "\n")[0] + "\nS/3;psu;psu;U2;07.02.2018;20.03.2018;31.12.2018;P/1;10\n"})
	if err := enterDay(t, l, worker, "S/3", 20, commands.Amendment{}); err != nil {
		t.Fatal(err)
	}
	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: marchOf(t, l, "S/1", "S/3")}))
	taken(t)(l.ApproveMonth(ctx, coordinator, commands.ApproveMonth{SheetOf: marchOf(t, l, "S/1", "S/3")}))
	if err := enterDay(t, l, worker, "S/3", 20, commands.Amendment{Withdraw: true, Reason: "pomyłka"}); err != nil {
		t.Fatal(err)
	}
	back := sheet{"umowy_3.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;powod;wycofanie\nS/3;;;;;;;pomyłka;tak\n"}
	if s := l.Import(t, back.name, back.rows); s.Refused != 1 || !strings.Contains(reasons(s), "approval of month 2018-03") {
		t.Errorf("taken back under an approval: %+v, %s", s, reasons(s))
	}
	taken(t)(l.ReturnMonth(ctx, coordinator, commands.ReturnMonth{SheetOf: marchOf(t, l, "S/1", "S/3"), Reason: "wycofano skierowanie"}))
	accepted(t, l, back)
}

// An assistant's month goes the same way.
func TestAMonthOfAnAssistant(t *testing.T) {
	t.Parallel()
	l, ctx := shownCentre(t), t.Context()
	const stream = "assistance-A1-2018-03"
	of := func() commands.SheetOf {
		return commands.SheetOf{Assistant: "A1", Month: march, Seen: map[string]int64{stream: revisionIn(t, l, stream)}}
	}
	refusedAs(t, "a month without a visit", sheets.ErrEmpty, "2018-03")(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: of()}))
	assistant := as("zoja", access.Assistant)
	assistant.Who = ledgertest.Limited(assistant.Who, domain.Ref{Kind: domain.RefAssistant, ID: "A1"})
	visit := commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: domain.NewDate(2018, 3, 5), From: 480, To: 540}
	taken(t)(l.LogVisit(ctx, assistant, visit))
	taken(t)(l.HandOverMonth(ctx, assistant, commands.HandOverMonth{SheetOf: of()}))
	other := assistant
	other.Who = ledgertest.Limited(other.Who, domain.Ref{Kind: domain.RefAssistant, ID: "A2"})
	refusedAs(t, "a colleague's", access.ErrDenied, "")(l.HandOverMonth(ctx, other, commands.HandOverMonth{SheetOf: of()}))
	taken(t)(l.ReturnMonth(ctx, director, commands.ReturnMonth{SheetOf: of(), Reason: "brak podpisu"}))
	taken(t)(l.ReturnMonth(ctx, director, commands.ReturnMonth{SheetOf: of(), Reason: "brak podpisu"}))
	taken(t)(l.HandOverMonth(ctx, assistant, commands.HandOverMonth{SheetOf: of()}))
	taken(t)(l.ApproveMonth(ctx, director, commands.ApproveMonth{SheetOf: of()}))
	visit.From, visit.To = 600, 660
	if _, err := l.LogVisit(ctx, assistant, visit); !errors.Is(err, sheets.ErrApproved) {
		t.Errorf("a new visit: %v", err)
	}
	if s := l.Import(t, "godziny.csv", "asystent;umowa;data;od;do;korekta;powod\nA1;T/1;05.03.2018;10:00;11:00;;\nA1;T/1;05.03.2018;12:00;13:00;tak;brakowało\n"); s.Accepted != 1 || s.Refused != 1 {
		t.Errorf("%+v, %s", s, reasons(s))
	}
}

// A month of an assistant's is handed over and approved by whoever reaches each contract that was
// visited in it: a caseworker whose cases they are, a coordinator whose programmes they are of. Of
// what the assistant does elsewhere they learn nothing.
func TestAMonthOfAnAssistantIsOfItsContracts(t *testing.T) {
	t.Parallel()
	l, ctx := shownCentre(t), t.Context()
	const stream = "assistance-A1-2018-03"
	accepted(t, l, sheet{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/2;trojstronny;aoon;U1;02.01.2018;02.01.2018;31.12.2018;A1\n"})
	accepted(t, l, sheet{"przydzialy.csv", "uczestnik;pracownik;od\nU2;P1;01.01.2018\n"})
	of := func() commands.SheetOf {
		return commands.SheetOf{Assistant: "A1", Month: march, Seen: map[string]int64{stream: revisionIn(t, l, stream)}}
	}
	caseworker, ours, another := worker, coordinator, coordinator
	caseworker.Who = ledgertest.Limited(worker.Who, domain.Ref{Kind: domain.RefWorker, ID: "P1"})
	ours.Who = ledgertest.Limited(coordinator.Who, domain.Ref{Kind: domain.RefProgramme, ID: "asystent-aktywnosci"})
	another.Who = ledgertest.Limited(coordinator.Who, domain.Ref{Kind: domain.RefProgramme, ID: "aoon"})
	visit := commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: domain.NewDate(2018, 3, 5), From: 480, To: 540}
	taken(t)(l.LogVisit(ctx, caseworker, visit))
	taken(t)(l.HandOverMonth(ctx, caseworker, commands.HandOverMonth{SheetOf: of()}))
	refusedAs(t, "of another programme", access.ErrDenied, "")(l.ApproveMonth(ctx, another, commands.ApproveMonth{SheetOf: of()}))
	taken(t)(l.ApproveMonth(ctx, ours, commands.ApproveMonth{SheetOf: of()}))
	taken(t)(l.ReturnMonth(ctx, ours, commands.ReturnMonth{SheetOf: of(), Reason: "brak podpisu"}))

	elsewhere := visit
	elsewhere.Contract, elsewhere.From, elsewhere.To = "T/2", 510, 600
	for _, o := range []commands.Origin{another, coordinator} {
		_, err := l.LogVisit(ctx, o, elsewhere)
		if told := strings.Contains(fmt.Sprint(err), "08:00"); err == nil || told != (o.Who.Reaches("log-visit")) {
			t.Errorf("%v: %v", o.Grants, err)
		}
	}
	elsewhere.From = 600
	elsewhere.To = 660
	taken(t)(l.LogVisit(ctx, another, elsewhere))
	refusedAs(t, "a month that is another's too", access.ErrDenied, "")(l.HandOverMonth(ctx, caseworker, commands.HandOverMonth{SheetOf: of()}))
	refusedAs(t, "a month that is another's too", access.ErrDenied, "")(l.ReturnMonth(ctx, ours, commands.ReturnMonth{SheetOf: of(), Reason: "x"}))
	taken(t)(l.HandOverMonth(ctx, worker, commands.HandOverMonth{SheetOf: of()}))
	refusedAs(t, "a month that is another's too", access.ErrDenied, "")(l.ApproveMonth(ctx, ours, commands.ApproveMonth{SheetOf: of()}))
}

// everyWordOfSheets returns what was entered of March.
func everyWordOfSheets(t *testing.T, l *ledgertest.Ledger) {
	t.Helper()
	visits := commands.SheetOf{Assistant: "A1", Month: march, Seen: map[string]int64{"assistance-A1-2018-03": revisionIn(t, l, "assistance-A1-2018-03")}}
	for _, of := range []commands.SheetOf{marchOf(t, l, "S/1", "S/2"), visits} {
		taken(t)(l.HandOverMonth(t.Context(), worker, commands.HandOverMonth{SheetOf: of}))
		for stream := range of.Seen {
			of.Seen[stream]++
		}
		taken(t)(l.ReturnMonth(t.Context(), coordinator, commands.ReturnMonth{SheetOf: of, Reason: "brak podpisu"}))
	}
}
