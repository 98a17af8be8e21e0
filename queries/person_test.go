package queries_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// lived is a centre that knows everything of U1 that a ledger may know, and as much of U2.
func lived(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	imported(t, l, "program_razem.yaml", "id: razem\nod: 2018-01-01\nname: Razem\ngroups: [{id: a, name: A}]\noutcomes: [praca]\n")
	imported(t, l, "uczestnicy.csv", "id;imie;nazwisko;status\nU1;A;A;bezrobotny\nU2;B;B;bezrobotny\n")
	imported(t, l, "asystenci.csv", "id;imie;nazwisko\nA1;C;C\nA2;D;D\n")
	both := func(name, header, rows string) {
		imported(t, l, name, header+"\n"+rows+strings.NewReplacer("U1", "U2", "/1", "/2", "Z1", "Z2").Replace(rows))
	}
	imported(t, l, "porozumienia.csv", "numer;zawarto;od;do;refundacja\nP/9;02.01.2018;02.01.2018;31.12.2018;60\n")
	both("statusy.csv", "uczestnik;rodzaj;wartosc;od;do", "U1;bezdomnosc;tak;03.01.2018;10.01.2018\n")
	both("pobyty.csv", "uczestnik;rodzaj;od;do", "U1;szpital;05.05.2018;09.05.2018\n")
	both("umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;asystent;pomoc", "S/1;psu;psu;U1;02.01.2018;02.01.2018;31.12.2018;P/9;;\nK/1;socjalny;wszyscy-razem;U1;02.01.2018;02.01.2018;31.12.2018;;;500,00\nT/1;trojstronny;aoon-2006;U1;02.01.2018;02.01.2018;31.12.2018;;A1;\n")
	both("udzial.csv", "uczestnik;program;zdarzenie;data;wartosc;grupa", "U1;razem;nominacja;04.01.2018;;\nU1;razem;przyjecie;05.01.2018;;a\nU1;razem;rezultat;20.06.2018;praca;\n")
	both("zmiany-umow.csv", "umowa;zmiana;od;do;wartosc;powod;numer", "T/1;zastepstwo;10.02.2018;11.02.2018;A2;;\nK/1;niedotrzymanie;01.03.2018;;;;\nK/1;decyzja;10.03.2018;;utrzymanie;rodzina;D/1\n")
	both("zadania.csv", "umowa;nr;strona;tresc;termin", "K/1;1;uczestnik;kurs;31.03.2018\n")
	both("obecnosci.csv", "umowa;data;godziny;nieobecnosc", "S/1;05.03.2018;4;\nS/1;06.03.2018;;choroba\nS/1;07.03.2018;2;\n")
	imported(t, l, "godziny.csv", "asystent;umowa;data;od;do;czynnosc\nA1;T/1;05.02.2018;10:00;11:30;zakupy\nA1;T/2;05.02.2018;12:00;13:00;zakupy\n")
	imported(t, l, "zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ/1;mkis;warsztat;angielski;12.02.2018;16:00;17:00\nZ/3;mkis;warsztat;angielski;13.02.2018;16:00;17:00\n")
	imported(t, l, "obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ/1;U1;spozniony\nZ/3;U1;nieobecny\nZ/1;U2;obecny\n")
	both("realizacja-zadan.csv", "umowa;nr;data;wynik", "K/1;1;28.03.2018;wykonane\n")
	both("oceny.csv", "umowa;data;wynik", "K/1;30.03.2018;pozytywna\n")
	both("pomoc.csv", "umowa;data;cel;kwota", "K/1;05.03.2018;leki;120,00\n")
	both("wyplaty.csv", "lista;umowa;miesiac;kwota;data;zwrot", "L/9;S/1;2018-03;49,80;05.04.2018;\nL/9;S/1;2018-03;49,80;06.04.2018;tak\n")
	imported(t, l, "kontakty.csv", contactColumns+"C/1;03.01.2018;20:00;dworzec;Kazik;tak;interwencja;;;;schronisko;\nC/2;03.01.2018;20:00;dworzec;Zenek;tak;interwencja;;;;;\n")
	imported(t, l, "tozsamosci.csv", identityColumns+"streetworking;Kazik;U1;10.01.2018\n")
	// What was put right is told as it is, and what was withdrawn is not.
	imported(t, l, "godziny_1.csv", "asystent;umowa;data;od;do;korekta;powod\nA1;T/1;05.02.2018;10:00;12:00;tak;pomyłka\n")
	imported(t, l, "obecnosci_1.csv", "umowa;data;godziny;wycofanie;powod\nS/1;07.03.2018;;tak;pomyłka\n")
	imported(t, l, "udzial_1.csv", "uczestnik;program;zdarzenie;data;wycofanie;powod\nU1;razem;rezultat;20.06.2018;tak;pomyłka\n")
	return l
}

// life are the rows of somebody, without their positions.
func lifeOf(t *testing.T, reader *queries.Reader, role access.Role, req queries.Request, id string) []string {
	t.Helper()
	params := map[string]string{"participant": id}
	for name, value := range req.Params {
		params[name] = value
	}
	req.Params = params
	rows := rowsOf(askedBy(t, reader, role, "person", req))
	for i, r := range rows {
		if r[8] != id || r[7] == "" {
			t.Errorf("%v is not of %s", r, id)
		}
		rows[i] = r[:7]
	}
	return written(rows)
}

// TestAPersonsLife: everything that the ledger knows of somebody, a row an event, by day.
func TestAPersonsLife(t *testing.T) {
	t.Parallel()
	l := lived(t)
	want := []string{
		"{2018-01-02 aoon-2006 contract T/1 <nil> <nil> Podpisano kontrakt trójstronny T/1 na czas od 02.01.2018 do 31.12.2018.}",
		"{2018-01-02 psu contract S/1 <nil> <nil> Podpisano skierowanie do prac społecznie użytecznych S/1 na czas od 02.01.2018 do 31.12.2018.}",
		"{2018-01-02 wszyscy-razem contract K/1 <nil> <nil> Podpisano kontrakt socjalny K/1 na czas od 02.01.2018 do 31.12.2018.}",
		"{2018-01-02 wszyscy-razem task K/1 <nil> <nil> Zadanie 1 uczestnika z terminem 31.03.2018.}",
		"{2018-01-03  status bezdomnosc <nil> <nil> Status (bezdomność) zapisany od 03.01.2018 do 10.01.2018.}",
		"{2018-01-03 streetworking contact C/1 <nil> <nil> Kontakt na ulicy, miejsce dworzec (interwencja).}",
		"{2018-01-04 razem participation nominacja <nil> <nil> Nominacja do programu razem.}",
		"{2018-01-05 razem participation przyjecie <nil> <nil> Przyjęcie do programu razem.}",
		"{2018-02-05 aoon-2006 visit T/1 120 <nil> Wizyta asystenta A1 od 10:00 do 12:00.}",
		"{2018-02-10 aoon-2006 contract T/1 <nil> <nil> Zastępstwo asystenta w umowie T/1: A2 od 10.02.2018 do 11.02.2018.}",
		"{2018-02-12 mkis session Z/1 60 <nil> Obecność ze spóźnieniem: warsztat od 16:00 do 17:00.}",
		"{2018-02-13 mkis session Z/3 <nil> <nil> Nieobecność: warsztat od 16:00 do 17:00.}",
		"{2018-03-01 wszyscy-razem contract K/1 <nil> <nil> Niedotrzymanie umowy K/1.}",
		"{2018-03-05 psu work S/1 240 <nil> Praca społecznie użyteczna, 4:00 h.}",
		"{2018-03-05 wszyscy-razem aid K/1 <nil> 12000 Pomoc materialna 120,00\u00a0zł w kontrakcie K/1.}",
		"{2018-03-06 psu absence S/1 <nil> <nil> Nieobecność usprawiedliwiona na pracy społecznie użytecznej.}",
		"{2018-03-10 wszyscy-razem contract K/1 <nil> <nil> Decyzja D/1 po niedotrzymaniu umowy K/1: utrzymanie pomocy.}",
		"{2018-03-28 wszyscy-razem task K/1 <nil> <nil> Zapis wyniku zadania 1.}",
		"{2018-03-30 wszyscy-razem evaluation K/1 <nil> <nil> Ocena realizacji kontraktu K/1.}",
		"{2018-04-05 psu payment L/9 <nil> 4980 Wypłata świadczenia 49,80\u00a0zł za 03.2018, lista L/9.}",
		"{2018-04-06 psu payment L/9 <nil> -4980 Zwrot przelewu świadczenia 49,80\u00a0zł za 03.2018, lista L/9.}",
		"{2018-05-05  stay  <nil> <nil> Pobyt poza domem od 05.05.2018 do 09.05.2018.}",
	}
	fromRedis, _ := redisReader(t, l)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	for name, reader := range map[string]*queries.Reader{"memory": memoryReader(l), "redis": fromRedis} {
		req := queries.Request{MinPosition: head.Bound()}
		sameTexts(t, name, lifeOf(t, reader, access.Coordinator, req, "U1"), want)
		req.KnownAt = head.String()
		sameTexts(t, name+" as known", lifeOf(t, reader, access.Coordinator, req, "U1"), want)
	}
	sameTexts(t, "of days", lifeOf(t, fromRedis, access.Coordinator, queries.Request{Params: map[string]string{"from": "2018-02-10", "to": "2018-03-01"}}, "U1"), want[9:13])
	sameTexts(t, "as of a day", lifeOf(t, fromRedis, access.Coordinator, queries.Request{AsOf: day(2018, 3, 5)}, "U1"), want[:15])
	sameTexts(t, "before the identity was known", lifeOf(t, fromRedis, access.Coordinator, queries.Request{AsOf: day(2018, 1, 3)}, "U1"), want[:5])
	if other := lifeOf(t, fromRedis, access.Coordinator, queries.Request{}, "U2"); len(other) != len(want)-1+2-1 { // no contact, no second session; a day and a result that stand
		t.Errorf("U2: %d rows\n%s", len(other), strings.Join(other, "\n"))
	}
}

// TestWhoAsksOfAPerson: not the visitor; a role that sees no street is told of no contact; who
// has other cases is told nothing; and it is of one person.
func TestWhoAsksOfAPerson(t *testing.T) {
	t.Parallel()
	l := lived(t)
	reader := memoryReader(l)
	met := func(r string) bool { return strings.Contains(r, " contact ") }
	if all := lifeOf(t, reader, access.Token, queries.Request{}, "U1"); len(all) != 21 || slices.ContainsFunc(all, met) {
		t.Errorf("finance: %d rows", len(all))
	}
	ask := func(who access.Who, id string) (*queries.Answer, error) {
		return reader.Ask(t.Context(), "person", queries.Request{Who: who, Params: map[string]string{"participant": id}})
	}
	if _, err := ask(access.By("x", access.API, access.Visitor), "U1"); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a visitor: %v", err)
	}
	if a, err := ask(ledgertest.Actor.Who, ""); err != nil || a.Table.Len != 0 {
		t.Errorf("of nobody: %v, %v", a, err)
	}
	if _, err := ask(ledgertest.Actor.Who, "U9"); !errors.Is(err, queries.ErrUnknown) {
		t.Errorf("of a stranger: %v", err)
	}
	who := ledgertest.Actor.Who
	who = ledgertest.Limited(who, domain.Ref{Kind: domain.RefParticipant, ID: "U2"})
	if a, err := ask(who, "U1"); err != nil || a.Table.Len != 0 {
		t.Errorf("of another's case: %v, %v", a, err)
	}
	if a, err := ask(who, "U2"); err != nil || a.Table.Len != 22 {
		t.Errorf("of a case: %v, %v", a, err)
	}
}

// TestAPersonOfTwoIDs is one person, by whichever of them somebody asks: their lives are one,
// under the id that they go on under, and so is the sheet of a month.
func TestAPersonOfTwoIDs(t *testing.T) {
	t.Parallel()
	l := lived(t)
	apart := map[string]int{}
	for _, id := range []string{"U1", "U2"} {
		apart[id] = len(lifeOf(t, memoryReader(l), access.Coordinator, queries.Request{}, id))
	}
	before, err := l.Journal.Head(t.Context())
	must(t, err)
	_, err = l.MergeParticipants(t.Context(), ledgertest.Actor, commands.MergeParticipants{Kept: "U2", Merged: "U1", Date: day(2018, 7, 1), Amendment: commands.Amendment{Reason: "jedna osoba"}})
	must(t, err)
	one := lifeOf(t, memoryReader(l), access.Coordinator, queries.Request{}, "U2")
	if len(one) != apart["U1"]+apart["U2"] {
		t.Errorf("%d events, not %d and %d", len(one), apart["U1"], apart["U2"])
	}
	a := askedBy(t, memoryReader(l), access.Coordinator, "person", queries.Request{Params: map[string]string{"participant": "U1"}})
	if a.Table.Len != len(one) || ledgertest.Totals(&a.Table)["people"] != 1 || rowsOf(a)[0][8] != "U2" {
		t.Errorf("by the id that was given up: %d events, %v", a.Table.Len, a.Table.Totals)
	}
	sheet := askedBy(t, memoryReader(l), access.Coordinator, "service-sheet", queries.Request{Params: map[string]string{"participant": "U1"}})
	if sheet.Table.Len != 2 {
		t.Errorf("the sheet: %v", rowsOf(sheet))
	}
	if then := lifeOf(t, memoryReader(l), access.Coordinator, queries.Request{KnownAt: before.String()}, "U1"); len(then) != apart["U1"] {
		t.Errorf("known before: %d events", len(then))
	}
}
