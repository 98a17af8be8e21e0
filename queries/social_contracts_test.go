package queries_test

import (
	"fmt"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"

	"context"
	"errors"
)

const (
	socialColumns = "numer;rodzaj;program;uczestnik;zawarto;od;do;pomoc;wzor\n"
	changeColumns = "umowa;zmiana;od;wartosc;powod;numer;doreczono;odwolanie\n"
)

// ofSocial is a centre with a social contract of a household, and one of somebody alone.
func ofSocial(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko;gospodarstwo\nU2;A;A;G/1\nU1;B;B;G/1\nU3;C;C;\nU10;D;D;G/1\n")
	imported(t, l, "umowy.csv", socialColumns+"K/1;socjalny;wszyscy-razem;U2;02.03.2009;02.03.2009;31.12.2009;500,00;2005\nK/2;socjalny;wszyscy-razem;U3;01.06.2009;01.06.2009;31.12.2009;;\n"+
		"T/1;trojstronny;aoon-2006;U1;02.03.2009;02.03.2009;31.12.2009;;\n")
	imported(t, l, "zadania.csv", "umowa;nr;strona;tresc;termin\nK/1;1;uczestnik;kurs;31.03.2009\nK/1;2;osrodek;opłata;30.04.2009\nK/1;3;uczestnik;lekarz;31.05.2009\n")
	imported(t, l, "realizacja-zadan.csv", "umowa;nr;data;wynik\nK/1;1;28.03.2009;wykonane\nK/1;2;30.04.2009;czesciowo\nK/1;2;05.05.2009;wykonane\n")
	imported(t, l, "oceny.csv", "umowa;data;wynik\nK/1;30.06.2009;pozytywna\nK/1;31.03.2009;negatywna\n")
	imported(t, l, "pomoc.csv", "umowa;data;cel;kwota;dokument\nK/1;05.03.2009;podręczniki;120,00;FV/1\nK/1;06.04.2009;fryzjer;30,50;\nK/1;07.04.2009;podręczniki;100,00;FV/2\n")
	imported(t, l, "zmiany-umow.csv", changeColumns+"K/1;aneks;01.05.2009;pomoc=600;;;;\nK/1;niedotrzymanie;02.05.2009;;;;;\n"+
		"K/1;decyzja;11.05.2009;odmowa;nie przyszła;D/1;15.05.2009;\nK/1;decyzja;20.06.2009;odmowa;odwołanie;D/1;;uwzglednione\n")
	return l
}

func socialAs(t *testing.T, l *ledgertest.Ledger, role access.Role, asOf domain.Date, params map[string]string) []string {
	t.Helper()
	return written(rowsOf(askedBy(t, memoryReader(l), role, "social-contracts", queries.Request{AsOf: asOf, Params: params})))
}

// TestSocialContractsAsOfDays: tasks, what became of them, evaluations, aid within the limit of
// the day, the breach and the decision that stands, by the day asked.
func TestSocialContractsAsOfDays(t *testing.T) {
	t.Parallel()
	l := ofSocial(t)
	const first, parties = "{K/1 wszyscy-razem U2 ", " [U2 U1 U10] 2005}"
	for asOf, want := range map[domain.Date]string{
		day(2009, 3, 2):  "signed 3 0 0 0  50000 0 50000      ",
		day(2009, 4, 6):  "signed 3 1 0 1 2009-03-31 50000 15050 34950      ",
		day(2009, 5, 1):  "signed 3 1 1 1 2009-03-31 60000 25050 34950      ",
		day(2009, 5, 2):  "breached 3 1 1 1 2009-03-31 60000 25050 34950 2009-05-02     ",
		day(2009, 5, 31): "breached 3 2 0 1 2009-03-31 60000 25050 34950 2009-05-02 odmowa 2009-05-11 D/1 2009-05-15 ",
		day(2009, 6, 20): "breached 3 2 1 1 2009-03-31 60000 25050 34950 2009-05-02 odmowa 2009-05-11 D/1  uwzglednione",
	} {
		sameTexts(t, asOf.String(), socialAs(t, l, access.Coordinator, asOf, nil)[:1], []string{first + want + parties})
	}
	if rows := socialAs(t, l, access.Coordinator, day(2009, 3, 1), nil); len(rows) != 0 {
		t.Errorf("before it was concluded: %v", rows)
	}
	all := askedBy(t, memoryReader(l), access.Coordinator, "social-contracts", queries.Request{})
	if rows := written(rowsOf(all)); len(rows) != 2 || rows[1] != "{K/2 wszyscy-razem U3 signed 0 0 0 0  <nil> 0 0       [U3] }" {
		t.Errorf("%v", rows)
	}
	if totals := ledgertest.Totals(&all.Table); totals["people"] != 2 || totals["tasksDone"] != 2 || totals["tasksOverdue"] != 1 || totals["aidLimitGrosze"] != 60000 || totals["erased"] != 0 {
		t.Errorf("totals: %v", totals)
	}
	if rows := socialAs(t, l, access.Coordinator, 0, map[string]string{"state": "breached", "programme": "wszyscy-razem"}); len(rows) != 1 {
		t.Errorf("breached: %v", rows)
	}
	// What became of tasks follows from what is sealed.
	for _, role := range []access.Role{access.Token, access.Visitor} {
		a := askedBy(t, memoryReader(l), role, "social-contracts", queries.Request{AsOf: day(2009, 6, 20)})
		sameTexts(t, string(role), written(rowsOf(a))[:1], []string{first + "breached 3 <nil> <nil> 1 2009-03-31 60000 25050 34950 2009-05-02 odmowa 2009-05-11 D/1  uwzglednione" + parties})
		if totals := ledgertest.Totals(&a.Table); len(a.Shown) != 0 || totals["tasks"] != 3 || len(totals) != 7 {
			t.Errorf("%s: %v, %v", role, a.Shown, totals)
		}
	}
	// A person's cases alone.
	who := ledgertest.Actor.Who
	who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: "U1"})
	if a, err := memoryReader(l).Ask(t.Context(), "social-contracts", queries.Request{Who: who}); err != nil || a.Table.Len != 0 || len(a.Shown) != 0 {
		t.Errorf("of another's: %v, %v", rowsOf(a), err)
	}
}

// TestMaterialAidByPurpose: a row a purpose for who may see people, a row a contract for
// whoever may not.
func TestMaterialAidByPurpose(t *testing.T) {
	t.Parallel()
	l := ofSocial(t)
	reader := memoryReader(l)
	of := func(role access.Role, asOf domain.Date, params map[string]string) []string {
		return written(rowsOf(askedBy(t, reader, role, "material-aid", queries.Request{AsOf: asOf, Params: params})))
	}
	hair, books := "{K/1 wszyscy-razem U2 fryzjer 1 3050}", "{K/1 wszyscy-razem U2 podręczniki 2 22000}"
	sameTexts(t, "all", of(access.Auditor, 0, nil), []string{hair, books})
	sameTexts(t, "as of a day", of(access.Auditor, day(2009, 4, 6), nil), []string{hair, "{K/1 wszyscy-razem U2 podręczniki 1 12000}"})
	sameTexts(t, "of a purpose", of(access.Auditor, 0, map[string]string{"purpose": "podręczniki", "contract": "K/1", "programme": "wszyscy-razem"}), []string{books})
	if rows := of(access.Auditor, 0, map[string]string{"contract": "K/2"}); len(rows) != 0 {
		t.Errorf("of another: %v", rows)
	}
	for _, role := range []access.Role{access.Token, access.Visitor} {
		sameTexts(t, string(role), of(role, 0, nil), []string{"{K/1 wszyscy-razem U2  3 25050}"})
		_, err := reader.Ask(t.Context(), "material-aid", queries.Request{Who: access.By("x", access.API, role), Params: map[string]string{"purpose": "fryzjer"}})
		if !errors.Is(err, queries.ErrUnseen) {
			t.Errorf("%s asks for a purpose: %v", role, err)
		}
	}
	// What the words are is gone with the key; that it was given is not.
	l.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, l.Journal, l.Vault, of)
	}
	officer := commands.Origin{Who: access.By("iod", "", access.Officer)}
	_, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefParticipant, ID: "U2", On: day(2026, 1, 1), Ground: "zadanie", Register: "RODO-7/2026"})
	must(t, err)
	a := askedBy(t, memoryReader(l), access.Auditor, "material-aid", queries.Request{})
	sameTexts(t, "erased", written(rowsOf(a)), []string{"{K/1 wszyscy-razem U2  3 25050}"})
	if totals := ledgertest.Totals(&a.Table); totals["erased"] != 1 || len(a.Shown) != 0 {
		t.Errorf("erased: %v, %v", totals, a.Shown)
	}
	a = askedBy(t, memoryReader(l), access.Auditor, "social-contracts", queries.Request{AsOf: day(2009, 6, 20)})
	if r := rowsOf(a)[0]; fmt.Sprint(r[4:8]) != "{3 0 1 1}" || ledgertest.Totals(&a.Table)["erased"] != 1 { // of the third nothing was ever recorded
		t.Errorf("erased: %v", r)
	}
}

// Whoever is of the participant's household is party to a contract once, whichever of the ids
// of a person the contract, or the household, has.
func TestPartiesWhoWereMerged(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko;gospodarstwo\nU1;A;B;\nU2;A;B;G1\nU3;C;B;G1\nU4;C;B;G1\n"},
		{"umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nK/1;socjalny;wszyscy-razem;U1;02.01.2024;02.01.2024;31.12.2024\nK/2;socjalny;wszyscy-razem;U2;02.01.2024;02.01.2024;31.12.2024\n"},
	} {
		takenIn(t, l, f[0], f[1])
	}
	parties := func() (all string) {
		for _, r := range rowsOf(ask(t, memoryReader(l), "social-contracts", queries.Request{})) {
			all += fmt.Sprint(r[0], r[18], " ")
		}
		return all
	}
	if got := parties(); got != "K/1[U1] K/2[U2 U3 U4] " {
		t.Error(got)
	}
	mergeInto(t, l, "U1", "U2")
	mergeInto(t, l, "U3", "U4")
	if got := parties(); got != "K/1[U1 U3] K/2[U1 U3] " {
		t.Error(got)
	}
}

// Whoever is limited to one of a household is told of no others in it.
func TestPartiesWithinScopes(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	takenIn(t, l, "uczestnicy.csv", "id;imie;nazwisko;gospodarstwo\nU1;A;B;G1\nU2;C;B;G1\nU3;D;B;G1\n")
	takenIn(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nK/1;socjalny;wszyscy-razem;U1;02.01.2024;02.01.2024;31.12.2024\n")
	who := ledgertest.Actor.Who
	for want, scopes := range map[string][]domain.Ref{
		"[U1]":       {{Kind: domain.RefParticipant, ID: "U1"}},
		"[U1 U3]":    {{Kind: domain.RefParticipant, ID: "U1"}, {Kind: domain.RefParticipant, ID: "U3"}},
		"[U1 U2 U3]": {{Kind: domain.RefProgramme, ID: "wszyscy-razem"}},
	} {
		who = ledgertest.Limited(who, scopes...)
		a, err := memoryReader(l).Ask(t.Context(), "social-contracts", queries.Request{Who: who})
		must(t, err)
		if rows := rowsOf(a); len(rows) != 1 || fmt.Sprint(rows[0][18]) != want {
			t.Errorf("%v: %v, want %s", scopes, rows, want)
		}
	}
}
