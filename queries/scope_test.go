package queries_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// centre is a ledger with two people of two programmes, each the case of another worker.
func centre(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko;pesel\nU1;Anna;Kos;44051401359\nU2;Jan;Lis;02070803628\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;Ewa;Sowa\n")
	imported(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;asystent;zawarto;od;do;miejsce\n"+
		"T/1;trojstronny;asystent-aktywnosci;U1;A1;02.01.2018;02.01.2018;31.12.2018;dom\nT/2;trojstronny;aoon-2006;U2;A1;02.01.2018;02.01.2018;31.12.2018;szkoła\n")
	imported(t, l, "przydzialy.csv", "uczestnik;pracownik;od;do\nU1;W1;01.01.2018;\nU2;W2;01.01.2018;\n")
	return l
}

func limited(role access.Role, kind domain.RefKind, ids ...string) access.Who {
	who := access.Who{Actor: "k", Account: "k", Door: access.API, Grants: []access.Grant{{Role: role}}}
	for _, id := range ids {
		who.Grants[0].Limits = append(who.Grants[0].Limits, domain.Ref{Kind: kind, ID: id})
	}
	return who
}

// column is a column of an answer.
func column(a *queries.Answer, name string) (all []string) {
	at := slices.IndexFunc(a.Table.Fields, func(f report.Field) bool { return f.Name == name })
	for _, r := range rowsOf(a) {
		all = append(all, fmt.Sprint(r[at]))
	}
	return all
}

// A worker's cases, and a coordinator's programmes, are rows and totals, whatever day and
// knowledge is asked of; tomorrow they may be others, and no answer kept is the same then.
func TestLimitsAreThoseOfToday(t *testing.T) {
	t.Parallel()
	l := centre(t)
	before, err := l.Journal.Head(t.Context())
	must(t, err)
	reader := memoryReader(l)
	scopes := map[string]bool{}
	asked := func(who access.Who, req queries.Request) []string {
		t.Helper()
		req.Who = who
		a, err := reader.Ask(t.Context(), "contracts", req)
		must(t, err)
		scopes[a.Scope] = true
		people := slices.IndexFunc(a.Table.Totals, func(of report.Total) bool { return of.Name == "people" })
		if n := len(column(a, "participant")); people >= 0 && fmt.Sprint(a.Table.Totals[people].Value) != fmt.Sprint(n) {
			t.Errorf("%d rows, and of people %v", n, a.Table.Totals[people].Value)
		}
		return column(a, "participant")
	}
	w1, w2 := limited(access.Caseworker, domain.RefWorker, "W1"), limited(access.Caseworker, domain.RefWorker, "W2")
	sameTexts(t, "own cases", asked(w1, queries.Request{}), []string{"U1"})
	sameTexts(t, "nobody's", asked(limited(access.Caseworker, domain.RefWorker, "W9"), queries.Request{}), nil)
	sameTexts(t, "own programme", asked(limited(access.Coordinator, domain.RefProgramme, "aoon-2006"), queries.Request{}), []string{"U2"})
	sameTexts(t, "own visits", asked(limited(access.Assistant, domain.RefAssistant, "A1"), queries.Request{}), []string{"U1", "U2"})
	sameTexts(t, "another's visits", asked(limited(access.Assistant, domain.RefAssistant, "A2"), queries.Request{}), nil)
	if len(scopes) < 4 {
		t.Errorf("%d scopes are told apart", len(scopes))
	}
	// U1 goes from one to the other: what was known, and what was, are then the other's.
	imported(t, l, "przydzialy.csv", "uczestnik;pracownik;od;do;korekta;powod\nU1;W1;01.01.2018;31.12.2018;tak;koniec\n")
	imported(t, l, "przydzialy.csv", "uczestnik;pracownik;od;do\nU1;W2;01.01.2019;\n")
	for _, req := range []queries.Request{{}, {AsOf: day(2018, 6, 1)}, {KnownAt: before.String()}} {
		sameTexts(t, "no case any more", asked(w1, req), nil)
		sameTexts(t, "cases today", asked(w2, req), []string{"U1", "U2"})
	}
}

// A role shows of what it reaches what it sees, and no other role's rows.
func TestEachRoleShowsItsOwn(t *testing.T) {
	t.Parallel()
	l := centre(t)
	who := limited(access.Caseworker, domain.RefWorker, "W1")
	who.Grants = append(who.Grants, access.Grant{Role: access.Finance})
	a, err := memoryReader(l).Ask(t.Context(), "contracts", queries.Request{Who: who})
	must(t, err)
	sameTexts(t, "reached", column(a, "participant"), []string{"U1", "U2"})
	sameTexts(t, "seen", column(a, "place"), []string{"dom", ""})
	if want := []domain.Ref{{Kind: domain.RefParticipant, ID: "U1"}}; !slices.Equal(a.Shown, want) {
		t.Errorf("shown are %v", a.Shown)
	}
}

// The history is cut alike, and opens to each role what it sees: to an auditor no PESEL.
func TestTheHistoryOpensWhatARoleSees(t *testing.T) {
	t.Parallel()
	l := centre(t)
	reader := memoryReader(l)
	of := func(who access.Who, id string) (all string, err error) {
		_, err = reader.History(t.Context(), queries.HistoryRequest{Who: who, Ref: domain.Ref{Kind: domain.RefParticipant, ID: id}, Reveal: true}, func(e queries.Entry) error {
			all += string(e.Data) + "\n"
			return nil
		})
		return all, err
	}
	w1 := limited(access.Caseworker, domain.RefWorker, "W1")
	own, err := of(w1, "U1")
	must(t, err)
	if !strings.Contains(own, "Anna") || !strings.Contains(own, "44051401359") || strings.Contains(own, "U2") {
		t.Error(own)
	}
	for _, who := range []access.Who{w1, limited(access.Coordinator, domain.RefProgramme, "psu")} {
		if all, err := of(who, "U2"); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%v: %s", err, all)
		}
	}
	audit, err := of(limited(access.Auditor, domain.RefProgramme, "asystent-aktywnosci"), "U1")
	must(t, err)
	if !strings.Contains(audit, "Anna") || !strings.Contains(audit, "dom") || strings.Contains(audit, "44051401359") {
		t.Error(audit)
	}
	shown, _, err := reader.Whose(t.Context(), queries.HistoryRequest{Who: limited(access.Coordinator, domain.RefProgramme, "aoon-2006"),
		Ref: domain.Ref{Kind: domain.RefProgramme, ID: "aoon-2006"}, Reveal: true}, 100)
	must(t, err)
	if want := []domain.Ref{{Kind: domain.RefParticipant, ID: "U2"}}; !slices.Equal(shown, want) {
		t.Errorf("shown are %v", shown)
	}
}

// What is found of two people is told to nobody who has one of them, by no kind, state or id.
func TestWhatIsOfTwoIsNeithers(t *testing.T) {
	t.Parallel()
	l := centre(t)
	// By two servers at once, one assistant is at both: read models find it, no decision refuses it.
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko;pesel\nU3;Anna;Kos;\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do;czynnosc\nA1;T/1;05.03.2019;08:00;09:00;zakupy\n")
	reader := memoryReader(l)
	all, err := reader.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who})
	must(t, err)
	for _, c := range []struct {
		who  access.Who
		want int
	}{
		{limited(access.Caseworker, domain.RefWorker, "W1"), 1}, {limited(access.Caseworker, domain.RefWorker, "W2"), 0},
		{limited(access.Coordinator, domain.RefProgramme, "asystent-aktywnosci"), 1}, {limited(access.Coordinator, domain.RefProgramme, "aoon-2006"), 0},
	} {
		a, err := reader.Ask(t.Context(), "findings", queries.Request{Who: c.who, Params: map[string]string{"kind": "outside-contract"}})
		must(t, err)
		if a.Table.Len != c.want {
			t.Errorf("%v: %d of %d findings", c.who.Grants, a.Table.Len, all.Table.Len)
		}
		for _, id := range column(all, "finding") {
			now, err := reader.Finding(t.Context(), id, c.who)
			must(t, err)
			if now.None() == (c.want == 1) {
				t.Errorf("%v: %s is %+v", c.who.Grants, id, now)
			}
		}
	}
}

// A command reaches what a question shows: a colleague's case, or what became one, is refused,
// and the event records the role that allowed it.
func TestCommandsAreCutAlike(t *testing.T) {
	t.Parallel()
	l := centre(t)
	ctx := t.Context()
	status := func(id string) commands.RecordStatus {
		return commands.RecordStatus{Participant: id, Kind: "profil", Value: "II", From: day(2018, 3, 1)}
	}
	w1 := limited(access.Caseworker, domain.RefWorker, "W1")
	w1.Grants = append([]access.Grant{{Role: access.Finance}}, w1.Grants...)
	r, err := l.RecordStatus(ctx, commands.Origin{Who: w1}, status("U1"))
	must(t, err)
	if role := roleAt(t, l, r); role != "caseworker" {
		t.Errorf("%q allowed it", role)
	}
	for _, id := range []string{"U2", "NIE/MA"} {
		if _, err := l.RecordStatus(ctx, commands.Origin{Who: w1}, status(id)); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", id, err)
		}
	}
	psu := limited(access.Coordinator, domain.RefProgramme, "aoon-2006")
	if _, err := l.RecordStatus(ctx, commands.Origin{Who: psu}, status("U1")); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
	_, err = l.RecordStatus(ctx, commands.Origin{Who: psu}, status("U2"))
	must(t, err)
	// Who is new is anybody's who registers, and then their own.
	_, err = l.RegisterParticipant(ctx, commands.Origin{Who: w1}, commands.RegisterParticipant{ID: "U9", FirstName: "Ola", LastName: "Wrona"})
	must(t, err)
	_, err = l.RecordStatus(ctx, commands.Origin{Who: w1}, status("U9"))
	must(t, err)
	if _, err := l.RegisterParticipant(ctx, commands.Origin{Who: w1}, commands.RegisterParticipant{ID: "U2", FirstName: "Ola", LastName: "Wrona"}); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
	// Rows of a file are cut by nothing, so that whoever is limited imports none.
	if _, err := l.Ledger.Import(ctx, commands.Origin{Who: w1}, commands.File{Name: "statusy.csv", Data: []byte("uczestnik;rodzaj;wartosc;od\nU2;profil;II;01.03.2018\n")}, nil); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
}

// roleAt is the role in the envelope of what a command led to.
func roleAt(t *testing.T, l *ledgertest.Ledger, of commands.Result) (role string) {
	t.Helper()
	must(t, l.Journal.ReadAt(t.Context(), []journal.Position{of.Position}, func(r *journal.Recorded) error {
		role = r.Meta.Role
		return nil
	}))
	return role
}

// Claims are a programme's where no referral of their agreement is of another's.
func TestClaimsAreOfTheProgrammesOfTheirReferrals(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	l.ImportSample(t)
	reader := memoryReader(l)
	claims := func(who access.Who) int {
		t.Helper()
		a, err := reader.Ask(t.Context(), "refunds", queries.Request{Who: who})
		must(t, err)
		return a.Table.Len
	}
	all := claims(access.By("k", access.API, access.Coordinator))
	one, other := claims(limited(access.Coordinator, domain.RefProgramme, "psu")), claims(limited(access.Coordinator, domain.RefProgramme, "wszyscy-razem"))
	if one == 0 || other == 0 || one+other != all {
		t.Errorf("%d and %d claims of %d", one, other, all)
	}
	if others := claims(limited(access.Coordinator, domain.RefProgramme, "mkis")); others != 0 {
		t.Errorf("%d claims of another programme's", others)
	}
}

// A session is listed for whoever reaches one of those on its list, with no more of the others
// than that there is one.
func TestSessionsCountWhomOneReaches(t *testing.T) {
	t.Parallel()
	l := centre(t)
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;komputer;05.03.2018;16:00;18:00\nZ2;mkis;warsztat;sad;06.03.2018;16:00;18:00\n")
	imported(t, l, "obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ1;U1;obecny\nZ1;U2;obecny\nZ2;U2;obecny\n")
	reader := memoryReader(l)
	for _, c := range []struct {
		who  access.Who
		want string
	}{
		{access.By("k", access.API, access.Coordinator), "[Z1 2 Z2 1]"},
		{limited(access.Coordinator, domain.RefProgramme, "mkis"), "[Z1 2 Z2 1]"},
		{limited(access.Coordinator, domain.RefProgramme, "psu"), "[]"},
		{limited(access.Caseworker, domain.RefWorker, "W1"), "[Z1 1]"},
	} {
		of, err := reader.Sessions(t.Context(), c.who, domain.NewDate(2018, 3, 1).Month())
		must(t, err)
		var got []any
		for _, s := range of.Sessions {
			got = append(got, s.Terms.Session, s.Present)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%v: %v", c.who.Grants, got)
		}
	}
}

// Whoever is limited to some people, or agreements, is shown by no history who looked at them, who
// asked for them, or who else is limited to the same.
func TestALimitedHistoryTellsNobodyWhoLooks(t *testing.T) {
	t.Parallel()
	l := centre(t)
	u1 := intake.Subject{Kind: domain.RefParticipant, ID: "U1"}
	for stream, e := range map[string]domain.Event{
		"access-2026-11-r1":                        intake.PersonalDataRead{Reading: "r1", On: day(2026, 11, 1), What: "report person", Subjects: []intake.Subject{u1}},
		intake.AskedStream("k2", day(2026, 11, 1)): intake.PersonAsked{Account: "k2", On: day(2026, 11, 1), Door: "ui", Participant: "U1"},
		"accounts-register":                        account.GrantRequested{About: account.About{Account: "k3"}, Request: 1, Grant: account.Grant{Role: access.Auditor, Agreements: []string{"P/1"}}},
	} {
		_, err := l.Journal.Append(t.Context(), stream, journal.NoStream, journal.Decided{Event: e, Meta: journal.Meta{Actor: "k2"}})
		must(t, err)
	}
	for ref, who := range map[domain.Ref]access.Who{domain.Ref(u1): limited(access.Caseworker, domain.RefWorker, "W1"), {Kind: domain.RefAgreement, ID: "P/1"}: limited(access.Auditor, domain.RefAgreement, "P/1")} {
		seen := 0
		_, err := memoryReader(l).History(t.Context(), queries.HistoryRequest{Who: who, Ref: ref}, func(e queries.Entry) error {
			if seen++; e.Actor == "k2" {
				t.Errorf("%s: %s", ref.ID, e.Type)
			}
			return nil
		})
		if must(t, err); ref.ID == "U1" && seen == 0 {
			t.Error("nothing of an own case")
		}
	}
}
