package queries_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// visiting is a centre with visits of two participants.
func visiting(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;A;A\nA2;B;B\n")
	imported(t, l, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;aoon-2006;U1;02.01.2024;08.01.2024;31.12.2024;A1\nT/2;trojstronny;aoon-2006;U2;02.01.2024;02.01.2024;31.12.2024;A1\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do;czynnosc;miejsce\n"+
		"A1;T/1;05.01.2024;10:00;11:00;zakupy;sklep\nA1;T/1;09.01.2024;10:00;11:30;zakupy;targ\nA1;T/1;10.01.2024;22:00;24:00;;\nA1;T/1;11.01.2024;10:00;10:30;urząd;urząd\n"+
		"A1;T/2;09.01.2024;12:00;13:00;zakupy;\nA1;T/1;01.02.2024;10:00;11:00;kino;kino\n")
	imported(t, l, "godziny_1.csv", "asystent;umowa;data;od;do;czynnosc;miejsce;korekta;powod\nA1;T/1;11.01.2024;10:00;11:00;lekarz;przychodnia;tak;pomyłka\n")
	imported(t, l, "godziny_2.csv", "asystent;umowa;data;od;do;wycofanie;powod\nA1;T/1;01.02.2024;10:00;11:00;tak;pomyłka\n")
	return l
}

// TestHoursByActivity: a row an activity, for who may see people; whoever may not is refused,
// since the rows would tell.
func TestHoursByActivity(t *testing.T) {
	t.Parallel()
	l := visiting(t)
	of := func(asOf domain.Date, params map[string]string) []string {
		params["by"] = "activity"
		return written(rowsOf(askedBy(t, memoryReader(l), access.Caseworker, "assistant-hours", queries.Request{AsOf: asOf, Params: params})))
	}
	const none, doctor, shops, other = "{aoon-2006 A1 T/1 U1 2024-01 120 120 1 }", "{aoon-2006 A1 T/1 U1 2024-01 60 60 1 lekarz}", "{aoon-2006 A1 T/1 U1 2024-01 150 90 2 zakupy}", "{aoon-2006 A1 T/2 U2 2024-01 60 60 1 zakupy}"
	sameTexts(t, "all", of(0, map[string]string{}), []string{none, doctor, shops, other})
	sameTexts(t, "as of a day", of(day(2024, 1, 5), map[string]string{}), []string{"{aoon-2006 A1 T/1 U1 2024-01 60 0 1 zakupy}"})
	sameTexts(t, "of days", of(0, map[string]string{"from": "2024-01-10", "to": "2024-01-10"}), []string{none})
	for _, role := range []access.Role{access.Finance, access.Token, access.Visitor} {
		_, err := memoryReader(l).Ask(t.Context(), "assistant-hours", queries.Request{Who: access.By("x", access.API, role), Params: map[string]string{"by": "activity"}})
		if !errors.Is(err, queries.ErrUnseen) {
			t.Errorf("%s: %v", role, err)
		}
		a := askedBy(t, memoryReader(l), role, "assistant-hours", queries.Request{})
		sameTexts(t, string(role), written(rowsOf(a)), []string{"{aoon-2006 A1 T/1 U1 2024-01 330 270 4 }", "{aoon-2006 A1 T/2 U2 2024-01 60 60 1 }"})
	}
	who := ledgertest.Actor.Who
	who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: "U2"})
	a, err := memoryReader(l).Ask(t.Context(), "assistant-hours", queries.Request{Who: who, Params: map[string]string{"by": "activity"}})
	if must(t, err); a.Table.Len != 1 || len(a.Shown) != 1 || a.Shown[0].ID != "U2" {
		t.Errorf("of a case: %v, %v", rowsOf(a), a.Shown)
	}
	eraseU1(t, l)
	a = askedBy(t, memoryReader(l), access.Auditor, "assistant-hours", queries.Request{Params: map[string]string{"by": "activity"}})
	sameTexts(t, "erased", written(rowsOf(a)), []string{"{aoon-2006 A1 T/1 U1 2024-01 330 270 4 }", other})
	if totals := ledgertest.Totals(&a.Table); totals["erased"] != 1 || totals["people"] != 2 {
		t.Errorf("erased: %v", totals)
	}
}

func eraseU1(t *testing.T, l *ledgertest.Ledger) {
	t.Helper()
	l.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, l.Journal, l.Vault, of)
	}
	officer := commands.Origin{Who: access.By("iod", "", access.Officer)}
	_, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefParticipant, ID: "U1", On: day(2026, 1, 1), Ground: "zadanie", Register: "RODO-7/2026"})
	must(t, err)
}

// TestAServiceSheet: a visit a row, as it stands; what was done and where for who may see
// people; known earlier, as it was known then.
func TestAServiceSheet(t *testing.T) {
	t.Parallel()
	l := visiting(t)
	before, err := l.Journal.Head(t.Context())
	must(t, err)
	imported(t, l, "godziny_3.csv", "asystent;umowa;data;od;do;czynnosc;miejsce;korekta;powod\nA1;T/1;09.01.2024;10:00;11:30;zakupy;rynek;tak;pomyłka\n")
	fromRedis, _ := redisReader(t, l)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	want := func(place, corrected string) []string {
		return []string{"{A1 T/1 U1 2024-01-05 10:00 11:00 60 false zakupy sklep false aoon-2006}", "{A1 T/1 U1 2024-01-09 10:00 11:30 90 true zakupy " + place + " " + corrected + " aoon-2006}",
			"{A1 T/1 U1 2024-01-10 22:00 24:00 120 true   false aoon-2006}", "{A1 T/1 U1 2024-01-11 10:00 11:00 60 true lekarz przychodnia true aoon-2006}", "{A1 T/2 U2 2024-01-09 12:00 13:00 60 true zakupy  false aoon-2006}"}
	}
	month := map[string]string{"month": "2024-01", "assistant": "A1"}
	for name, reader := range map[string]*queries.Reader{"memory": memoryReader(l), "redis": fromRedis} {
		req := queries.Request{Params: month, MinPosition: head.Bound()}
		sameTexts(t, name, written(rowsOf(askedBy(t, reader, access.Coordinator, "service-sheet", req))), want("rynek", "true"))
		req.KnownAt = before.String()
		sameTexts(t, name+" as known before", written(rowsOf(askedBy(t, reader, access.Coordinator, "service-sheet", req))), want("targ", "false"))
	}
	for _, fromLog := range []bool{false, true} { // as few visits are read, and many
		places, err := memoryReader(l).SheetPlaces(t.Context(), access.By("x", access.API, access.Coordinator), fromLog)
		must(t, err)
		sameTexts(t, fmt.Sprint("places, of many ", fromLog), places, []string{"2024-01-05 sklep", "2024-01-09 rynek", "2024-01-10 ", "2024-01-11 przychodnia", "2024-01-09 "})
	}
	a := askedBy(t, fromRedis, access.Finance, "service-sheet", queries.Request{Params: map[string]string{"participant": "U1", "contract": "T/1"}, AsOf: day(2024, 1, 9)})
	sameTexts(t, "finance", written(rowsOf(a)), []string{"{A1 T/1 U1 2024-01-05 10:00 11:00 60 false   false aoon-2006}", "{A1 T/1 U1 2024-01-09 10:00 11:30 90 true   true aoon-2006}"})
	if len(a.Shown) != 0 || ledgertest.Totals(&a.Table)["minutes"] != 150 {
		t.Errorf("finance: %v, %v", a.Shown, a.Table.Totals)
	}
	eraseU1(t, l)
	rows := written(rowsOf(askedBy(t, memoryReader(l), access.Coordinator, "service-sheet", queries.Request{Params: month, KnownAt: before.String()})))
	if rows[1] != "{A1 T/1 U1 2024-01-09 10:00 11:30 90 true   false aoon-2006}" || rows[4] != want("", "")[4] {
		t.Errorf("erased since: %v", rows)
	}
}
