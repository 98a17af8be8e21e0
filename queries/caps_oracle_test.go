package queries_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// drawnEdition is an edition of a programme with a few caps.
func (h *history) drawnEdition(programme string, from domain.Date) naive.Edition {
	e := naive.Edition{Programme: programme, From: from.Time(), First: day(2025, 12, 24).Time(), Last: day(2026, 1, 25).Time(), Caseload: h.num("caseload", 3)}
	seen := map[string]bool{}
	for range h.num("caps", 5) {
		c := naive.Cap{Per: h.one("per", "participant", "contract", "assistant", "programme"), Period: h.one("period", "day", "week", "month", "year", "total")}
		most := int64(h.num("limit", 4) + 1)
		switch counts := h.num("counts", 5); {
		case counts == 0:
			c.Days = most
		case counts == 1 && c.Per != "participant" && c.Per != "contract":
			c.People = most
		default:
			c.Minutes = 60 * most * 2
		}
		switch {
		case c.Per == "assistant" && c.Minutes > 0 && (c.Period == "day" || c.Period == "month"):
			c.Refuses = h.num("refuses", 2) == 0
		case c.Per == "participant" || c.Per == "contract":
			if of := h.num("when", 4); of > 1 {
				c.When = map[string]string{"niepelnosprawnosc": h.one("is", "lekki", "znaczny")}
				if of > 2 {
					c.When["sprzezona"] = h.one("coupled", "tak", "nie")
				}
			}
		}
		if at := fmt.Sprint(c.Per, c.Period, most); !seen[at] {
			seen[at], e.Caps = true, append(e.Caps, c)
		}
	}
	return e
}

const (
	visitColumns    = "asystent;umowa;data;od;do;czynnosc;korekta;wycofanie;powod"
	statusColumns   = "uczestnik;rodzaj;wartosc;od;do;korekta;wycofanie;powod"
	contractColumns = "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;korekta;powod"
	lifeColumns     = "umowa;zmiana;od;do;wartosc;korekta;wycofanie;powod_korekty"
)

// drawnDay is a day of some weeks over the end of a year.
func (h *history) drawnDay() domain.Date { return day(2025, 12, 22).Add(h.num("day", 40)) }

// putBack corrects a row, or takes it back; how is the column of the first of the two.
func putBack(cells []string, how int, withdrawn bool) string {
	cells = slices.Clone(cells)
	cells[how], cells[how+1], cells[how+2] = "tak", "", "pomyłka"
	if withdrawn {
		cells[how], cells[how+1] = "", "tak"
	}
	return strings.Join(cells, ";")
}

// act draws what is recorded next of people with assistants.
func (h *history) act() {
	contract := func() string { return fmt.Sprint("T/", h.num("contract", 4)+1) }
	done := func() string { return h.one("done", "zakupy", "zakupy", "spacer") }
	switch h.num("act", 16) {
	case 0:
		h.edition(h.drawnEdition("limity", h.drawnDay()))
	case 1, 2:
		h.routine(contract(), done())
	case 3, 4:
		if cells := h.again("godziny"); cells != nil {
			cells[4], cells[5] = fmt.Sprintf("%02d:30", 10+h.num("until", 8)), done()
			h.take("godziny", visitColumns, putBack(cells, 6, h.num("withdrawn", 2) == 0))
		}
	case 5, 6:
		h.take("statusy", statusColumns, fmt.Sprintf("U%d;%s;%s;;;", h.num("who", 3)+1, h.one("fact", "niepelnosprawnosc;lekki", "niepelnosprawnosc;znaczny", "niepelnosprawnosc;odmowa", "sprzezona;tak", "sprzezona;nie")+
			";"+h.drawnDay().String(), h.one("ends", "", "", "2026-01-20")))
	case 7:
		if cells := h.again("statusy"); cells != nil {
			h.take("statusy", statusColumns, putBack(cells, 5, h.num("withdrawn", 2) == 0))
		}
	case 8, 9:
		h.change(contract())
	case 10:
		if cells := h.again("zmiany-umow"); cells != nil {
			h.take("zmiany-umow", lifeColumns, putBack(cells, 5, true))
		}
	case 11:
		if cells := h.again("umowy"); cells != nil {
			cells[6], cells[7], cells[8], cells[9] = h.one("to", "2026-01-10", "2026-06-30"), h.one("assistant", "A1", "A2"), "tak", "pomyłka"
			h.take("umowy", contractColumns, strings.Join(cells, ";"))
		}
	case 12:
		if h.num("merges", 2) == 0 {
			h.merge("U1", "U2", h.num("apart", 3) == 0)
		}
	default:
		for range 3 {
			from := 8 + h.num("from", 8)
			h.take("godziny", visitColumns, fmt.Sprintf("%s;%s;%s;%02d:00;%02d:30;%s;;;", h.one("assistant", "A1", "A2"), contract(), h.drawnDay(), from, from+h.num("hours", 4), done()))
		}
	}
}

// routine is a visit a day that is always the same, but perhaps for some.
func (h *history) routine(contract, done string) {
	from, first, days := 8+h.num("from", 3), h.drawnDay(), 8+h.num("days", 8)
	by := []string{"A1", h.one("by", "A1", "A2")}
	var rows []string
	for i := range days {
		rows = append(rows, fmt.Sprintf("%s;%s;%s;%02d:00;%02d:00;%s;;;", by[i%2], contract, first.Add(i), from, from+1, done))
	}
	h.take("godziny", visitColumns, rows...)
}

func (h *history) change(contract string) {
	from, rest := h.drawnDay().String(), ";;;"
	switch what := h.one("change", "aneks", "aneks", "zawieszenie", "wznowienie", "zastepstwo", "rozwiazanie", "zakonczenie"); what {
	case "aneks":
		h.take("zmiany-umow", lifeColumns, contract+";aneks;"+from+";;"+h.one("annexed", "asystent=A1", "asystent=A2", "do=2026-01-12", "do=2026-05-31")+rest)
	case "zawieszenie":
		h.take("zmiany-umow", lifeColumns, contract+";zawieszenie;"+from+";"+h.one("until", "", "2026-01-28")+";"+rest)
	case "zastepstwo":
		h.take("zmiany-umow", lifeColumns, contract+";zastepstwo;"+from+";2026-01-28;"+h.one("substitute", "A1", "A2")+rest)
	default:
		h.take("zmiany-umow", lifeColumns, contract+";"+what+";"+from+";;"+rest)
	}
}

// TestCapsOfProgrammesAgainstTheOracle: whatever is recorded of contracts, visits, people and
// editions of programmes, corrected and taken back, what is found over caps, of assistants with
// too many people and of visits all alike, and what is left of caps, are what a count by hand
// comes to: as of any day, and by what was known earlier. No cap that refuses is broken; what
// tells of one that is goes once nothing is over it.
func TestCapsOfProgrammesAgainstTheOracle(t *testing.T) {
	t.Parallel()
	few(t, 40, func(rt *rapid.T) {
		h := newHistory(t, rt)
		h.edition(h.drawnEdition("limity", day(2025, 12, 1)))
		h.edition(h.drawnEdition("inne", day(2026, 1, 5)))
		h.must("uczestnicy", "id;imie;nazwisko;niepelnosprawnosc", "U1;A;A;"+h.one("disability", "", "lekki", "znaczny"), "U2;B;B;"+h.one("disability", "", "znaczny"), "U3;C;C;")
		h.must("asystenci", "id;imie;nazwisko", "A1;A;A", "A2;B;B")
		h.must("umowy", contractColumns, "T/1;trojstronny;limity;U1;2025-12-02;2025-12-02;2026-06-30;A1;;", "T/2;trojstronny;limity;U2;2025-12-20;2025-12-29;2026-06-30;"+h.one("assistant", "A1", "A2")+";;",
			"T/3;trojstronny;inne;U1;2025-12-02;2025-12-02;2026-01-31;A1;;", "T/4;trojstronny;limity;U3;2026-01-02;2026-01-03;2026-01-20;A1;;")
		for range 4 + h.num("acts", 16) {
			if h.act(); h.num("marked", 12) == 0 {
				h.mark()
			}
		}
		asOf, on := []domain.Date{h.drawnDay(), day(2026, 1, 12)}, h.drawnDay()
		kinds := func(req queries.Request) []string { return h.findings(req, "over-cap", "caseload", "pattern") }
		byHand := func(b *naive.Ledger, today time.Time) []string {
			return slices.Concat(b.OverCaps(), b.Caseloads(today), b.Patterns())
		}
		h.compared(asOf, byHand, kinds)
		h.compared(asOf, func(b *naive.Ledger, _ time.Time) []string { return capsLeftSaid(b.CapsLeft(on.Time())) },
			func(req queries.Request) []string { return h.capsLeft(req, on.String()) })
		if broken := naive.Recorded(h.acts).BrokenRefusals(); len(broken) > 0 {
			rt.Fatalf("%v\nin\n%s", broken, h)
		}
		for _, act := range slices.Backward(h.recorded("godziny")) {
			if len(naive.Recorded(h.acts).OverCaps()) == 0 {
				break
			}
			h.take("godziny", visitColumns, putBack(strings.Split(act.Row, ";"), 6, true))
		}
		h.marks = nil
		if h.compared(nil, byHand, kinds); len(h.findings(queries.Request{Who: ledgertest.Actor.Who}, "over-cap")) > 0 {
			rt.Fatalf("nothing is over any cap any more, but found\n%s", h)
		}
	})
}
