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

const (
	agreementColumns = "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_miesiac;limit_godzin_razem;korekta;wycofanie;powod"
	referralColumns  = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;korekta;wycofanie;powod"
	workColumns      = "umowa;data;godziny;nieobecnosc;korekta;wycofanie;powod"
)

// agreement is a row of what PUP and the centre agreed to.
func (h *history) agreement(number string) string {
	return number + ";2025-06-02;2025-06-02;2026-06-30;60;" + h.one("places", "", "1", "2") + ";" + h.one("month", "", "12", "20") + ";" + h.one("in all", "", "25", "60") + ";;;"
}

// workAct draws what is recorded next of socially useful work.
func (h *history) workAct() {
	referral := func() string { return fmt.Sprint("S/", h.num("referral", 4)+1) }
	switch h.num("act", 14) {
	case 0:
		h.take("porozumienia", agreementColumns, putBack(strings.Split(h.agreement("P/1"), ";"), 8, false))
	case 1:
		if cells := h.again("umowy"); cells != nil {
			cells[6], cells[8] = h.one("to", "2026-01-10", "2026-06-30"), h.one("weekly", "", "5", "8")
			h.take("umowy", referralColumns, putBack(cells, 9, false))
		}
	case 2, 3:
		h.take("zmiany-umow", lifeColumns, referral()+";aneks;"+h.drawnDay().String()+";;"+h.one("annexed", "godziny_tydzien=4", "godziny_tydzien=9", "do=2026-01-12", "do=2026-05-31")+";;;")
	case 4:
		h.take("zmiany-umow", lifeColumns, referral()+";"+h.one("change", "zawieszenie", "wznowienie", "zakonczenie")+";"+h.drawnDay().String()+";;;;;")
	case 5:
		if cells := h.again("zmiany-umow"); cells != nil {
			h.take("zmiany-umow", lifeColumns, putBack(cells, 5, true))
		}
	case 6, 7:
		if cells := h.again("obecnosci"); cells != nil {
			cells[2], cells[3] = fmt.Sprint(h.num("corrected", 6)+1), ""
			h.take("obecnosci", workColumns, putBack(cells, 4, h.num("withdrawn", 2) == 0))
		}
	case 8:
		h.merge("U1", "U2", h.num("apart", 3) == 0)
	default:
		for range 5 {
			what := fmt.Sprint(h.num("hours", 6)+1) + ";"
			if h.num("absent", 6) == 0 {
				what = ";choroba"
			}
			h.take("obecnosci", workColumns, referral()+";"+h.drawnDay().String()+";"+what+";;;")
		}
	}
}

// TestWorkOverCapsAgainstTheOracle: whatever is recorded of agreements, referrals and days of
// work, corrected and taken back, what is found over the caps of referrals, agreements and the
// statute, and what is left of them, are what a count by hand comes to. No week is over its
// referral's hours and no month over its agreement's: those are refused.
func TestWorkOverCapsAgainstTheOracle(t *testing.T) {
	t.Parallel()
	few(t, 30, func(rt *rapid.T) {
		h := newHistory(t, rt)
		h.must("uczestnicy", "id;imie;nazwisko", "U1;A;A", "U2;B;B", "U3;C;C")
		h.must("porozumienia", agreementColumns, h.agreement("P/1"), h.agreement("P/2"), "P/3;2025-06-02;2025-06-02;2026-06-30;60;;;;;;")
		weekly := func() string { return h.one("weekly", "", "5", "8") + ";;;" }
		h.must("umowy", referralColumns, "S/1;psu;psu;U1;2025-12-02;2025-12-02;2026-06-30;P/1;"+weekly(), "S/2;psu;psu;U2;2025-12-20;2025-12-27;2026-01-31;P/1;"+weekly(),
			"S/3;psu;psu;U1;2025-12-02;2025-12-20;2026-01-31;P/2;"+weekly(), "S/4;psu;psu;U3;2025-12-30;2026-01-03;2026-01-20;P/1;"+weekly(), "S/5;psu;psu;U1;2025-06-02;2025-06-02;2025-12-31;P/3;;;;")
		if h.num("all year", 3) == 0 {
			var rows []string
			for i := range 176 + h.num("days", 10) {
				rows = append(rows, fmt.Sprint("S/5;", day(2025, 6, 22).Add(i), ";1;;;;"))
			}
			h.must("obecnosci", workColumns, rows...)
		}
		for range 4 + h.num("acts", 16) {
			if h.workAct(); h.num("marked", 12) == 0 {
				h.mark()
			}
		}
		asOf, on := []domain.Date{h.drawnDay(), day(2026, 1, 12)}, h.drawnDay()
		h.compared(asOf, func(b *naive.Ledger, today time.Time) []string { return b.OverWork(today) },
			func(req queries.Request) []string { return h.findings(req, "over-cap") })
		h.compared(asOf, func(b *naive.Ledger, _ time.Time) []string { return capsLeftSaid(b.CapsLeft(on.Time())) },
			func(req queries.Request) []string { return h.capsLeft(req, on.String()) })
		for _, found := range naive.Recorded(h.acts).OverWork(sampleDay()) {
			if strings.HasPrefix(found, "over-cap:S/") {
				rt.Fatalf("%s\nin\n%s", found, h)
			}
		}
	})
}
