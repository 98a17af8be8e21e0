package queries_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// factKind is a kind of import file about people: its columns, before korekta, wycofanie and a
// reason; which of them tell a row apart, and a row that is drawn.
type factKind struct {
	kind, columns string
	apart         []int
	row           func() string
}

// factKinds are all that tell anything in a person's life.
func (h *history) factKinds() []factKind {
	on := func() string { return h.drawnDay().String() }
	who := func() string { return fmt.Sprint("U", h.num("who", 3)+1) }
	one := func(of ...string) string { return h.one("of", of...) }
	row := func(cells ...func() string) func() string {
		return func() string {
			var all []string
			for _, cell := range cells {
				all = append(all, cell())
			}
			return strings.Join(all, ";")
		}
	}
	any := func(of ...string) func() string { return func() string { return one(of...) } }
	return []factKind{
		{"umowy", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;porozumienie;pomoc", []int{0}, any(
			"T/1;trojstronny;aoon-2006;U1;2025-12-02;2025-12-02;2026-06-30;A1;;", "T/2;trojstronny;aoon-2006;U2;2026-01-05;2026-01-05;2026-05-30;;;",
			"K/3;socjalny;wszyscy-razem;U1;2025-12-28;2025-12-28;2026-05-30;;;500", "S/3;psu;psu;U1;2025-12-20;2025-12-20;2026-01-25;;P/1;")},
		{"statusy", "uczestnik;rodzaj;wartosc;od;do", []int{0, 1, 3}, row(who, any("bezdomnosc;tak", "bezdomnosc;nie", "rynek_pracy;bierny", "sprzezona;tak"), on, any("", "", "2026-02-10"))},
		{"pobyty", "uczestnik;rodzaj;od;do", []int{0, 1, 2}, row(who, any("szpital", "dps"), on, any("", "2026-02-10"))},
		{"udzial", "uczestnik;program;zdarzenie;data;wartosc", []int{0, 1, 2, 3}, func() string {
			return who() + ";razem;" + one("nominacja;%s;", "ocena;%s;pozytywna", "przyjecie;%s;", "zakonczenie;%s;przerwanie", "rezultat;%s;praca")
		}},
		{"zmiany-umow", "umowa;zmiana;od;do;wartosc;powod", []int{0, 1, 2}, func() string {
			return one("T/1", "T/2", "K/1", "S/1") + ";" + one("aneks;%s;;do=2026-05-31;", "zawieszenie;%s;;;", "wznowienie;%s;;;", "niedotrzymanie;%s;;;", "decyzja;%s;;utrzymanie;rodzina", "zastepstwo;%s;2026-02-20;A2;", "zakonczenie;%s;;;")
		}},
		{"zadania", "umowa;nr;strona;tresc;termin", []int{0, 1}, row(any("K/1", "K/2"), any("1", "2"), any("uczestnik;kurs", "osrodek;kurs"), on)},
		{"realizacja-zadan", "umowa;nr;data;wynik", []int{0, 1, 2}, row(any("K/1", "K/2"), any("1", "2"), on, any("wykonane", "czesciowo"))},
		{"oceny", "umowa;data;wynik", []int{0, 1}, row(any("K/1", "K/2"), on, any("pozytywna", "negatywna"))},
		{"pomoc", "umowa;data;cel;kwota;dokument", []int{0, 1, 2, 4}, row(any("K/1", "K/2"), on, any("leki", "fryzjer"), any("10", "20,50", "300"), any("", "F/1"))},
		{"obecnosci", "umowa;data;godziny;nieobecnosc", []int{0, 1}, row(any("S/1", "S/2"), on, any("2;", "3;", ";choroba"))},
		{"godziny", "asystent;umowa;data;od;do", []int{0, 1, 2, 3}, row(any("A1", "A2"), any("T/1", "T/2"), on, any("08:00;09:30", "10:00;11:00"))},
		{"zajecia", "id;program;rodzaj;temat;data;od;do;odwolane", []int{0}, row(any("Z/1", "Z/2", "Z/3"), any("mkis;warsztat;gry"), on, any("16:00;17:00;", "16:00;18:00;", "16:00;17:00;tak"))},
		{"obecnosci-zajec", "zajecia;uczestnik;obecnosc", []int{0, 1}, row(any("Z/1", "Z/2", "Z/3"), who, any("obecny", "spozniony", "nieobecny", "usprawiedliwiony"))},
		{"wyplaty", "lista;umowa;miesiac;kwota;data;zwrot", []int{0, 1, 2, 5}, row(any("L/1", "L/2"), any("S/1", "S/2"), any("2025-12", "2026-01"), any("49,80", "12"), any("2026-02-02", "2026-02-05"), any("", "tak"))},
		{"kontakty", "id;data;godzina;miejsce;pseudonim", []int{0}, row(any("C/1", "C/2", "C/3"), on, any("20:00;dworzec"), any("Kazik", "kazik ", "Zenek", ""))},
		{"tozsamosci", "program;pseudonim;uczestnik;data", []int{0, 1}, row(any("streetworking;Kazik", "streetworking;Zenek"), who, on)},
	}
}

// fact records one of a kind, or puts one right that is recorded.
func (h *history) fact(k factKind) {
	cells := strings.Split(k.row(), ";")
	for i, cell := range cells {
		if cell == "%s" {
			cells[i] = h.drawnDay().String()
		}
	}
	columns := k.columns + ";korekta;wycofanie;powod"
	if k.kind == "zmiany-umow" {
		columns += "_korekty"
	}
	n := len(cells)
	cells = append(cells, "", "", "")
	if h.num("put right", 3) > 0 {
		h.take(k.kind, columns, strings.Join(cells, ";"))
		return
	}
	was := h.again(k.kind)
	if was == nil {
		return
	}
	for _, i := range k.apart {
		cells[i] = was[i]
	}
	h.take(k.kind, columns, putBack(cells, n, h.num("withdrawn", 2) == 0))
}

// TestAPersonAgainstTheOracle: whatever is recorded of people, corrected and taken back, the
// life of each is what stands of it, event by event, as of any day and by what was known.
func TestAPersonAgainstTheOracle(t *testing.T) {
	t.Parallel()
	few(t, 30, func(rt *rapid.T) {
		h := newHistory(t, rt)
		imported(t, h.l, "program_razem.yaml", "id: razem\nod: 2018-01-01\nname: Razem\noutcomes: [praca]\n")
		h.must("uczestnicy", "id;imie;nazwisko", "U1;A;A", "U2;B;B", "U3;C;C")
		h.must("asystenci", "id;imie;nazwisko", "A1;A;A", "A2;B;B")
		h.must("porozumienia", "numer;zawarto;od;do;refundacja", "P/1;2025-06-02;2025-06-02;2026-06-30;60")
		kinds := h.factKinds()
		h.must("umowy", kinds[0].columns+";korekta;wycofanie;powod", "T/1;trojstronny;aoon-2006;U1;2025-12-02;2025-12-02;2026-06-30;A1;;;;;", "T/2;trojstronny;aoon-2006;U2;2025-12-30;2025-12-30;2026-06-30;;;;;;",
			"K/1;socjalny;wszyscy-razem;U1;2025-12-02;2025-12-02;2026-06-30;;;500;;;", "K/2;socjalny;wszyscy-razem;U2;2025-12-27;2025-12-27;2026-06-30;;;40;;;",
			"S/1;psu;psu;U1;2025-12-02;2025-12-02;2026-01-25;;P/1;;;;", "S/2;psu;psu;U3;2025-12-20;2025-12-20;2026-06-30;;P/1;;;;")
		h.must("zajecia", "id;program;rodzaj;temat;data;od;do", "Z/1;mkis;warsztat;gry;2025-12-29;16:00;17:00", "Z/2;mkis;warsztat;gry;2026-01-14;16:00;17:00")
		h.must("kontakty", "id;data;godzina;miejsce;pseudonim", "C/1;2025-12-29;20:00;dworzec;Kazik", "C/2;2026-01-14;20:00;dworzec;Zenek")
		h.fact(kinds[len(kinds)-1])
		for range 8 + h.num("acts", 40) {
			if i := h.num("kind", len(kinds)+1); i < len(kinds) {
				h.fact(kinds[i])
			} else {
				h.merge("U1", "U2", h.num("apart", 3) == 0)
			}
			if h.num("marked", 24) == 0 {
				h.mark()
			}
		}
		asOf := []domain.Date{h.drawnDay(), day(2026, 2, 3)}
		for _, id := range []string{"U1", "U2", "U3"} {
			h.compared(asOf, func(b *naive.Ledger, _ time.Time) []string { return b.Life(id) }, func(req queries.Request) (all []string) {
				req.Params = map[string]string{"participant": id}
				a, err := h.reader.Ask(t.Context(), "person", req)
				must(t, err)
				for _, r := range rowsOf(a) {
					if all = append(all, fmt.Sprintf("%v|%s|%s|%s|%v|%v", r[:6]...)); !strings.HasSuffix(fmt.Sprint(r[6]), ".") || r[7] == "" {
						rt.Fatalf("%v", r)
					}
				}
				return all
			})
		}
	})
}
