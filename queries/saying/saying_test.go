package saying_test

import (
	"strings"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
	"ksiega/projections/findings"
	"ksiega/queries/saying"
)

func TestEachKindInOneSentence(t *testing.T) {
	t.Parallel()
	on := func(d int) domain.Date { return domain.NewDate(2024, time.March, d) }
	one := findings.Found{From: on(4), To: on(4), Minutes: 60, Amount: 2400, Count: 2}
	withSession := one
	withSession.Sessions, withSession.Subjects = []string{"Z2"}, []string{"U1", "Z2", "mkis", "aoon-2006"}
	kept := one // of U1, who goes on as U7
	kept.Subjects = []string{"U7", "A1", "T/1"}
	month := one
	month.From, month.To, month.Subjects = on(1), on(31), []string{"U1", "S/1", "P/1", "W/1", "W/2"}
	claim := one
	claim.Subjects = []string{"W/1", "P/1", "W/2"}
	facts := saying.Facts{Statute: func(period cap.Period, counts cap.Unit, _ domain.Date) (string, error) {
		return "ustawa, " + string(period) + " " + string(counts), nil
	}}
	told := map[finding.Kind]bool{}
	by := func(f findings.Found, per cap.Per, period cap.Period, counts cap.Unit, limit int64, source string) findings.Found {
		f.Rule = &cap.Rule{Programme: "p", From: domain.NewDate(2024, time.January, 1), Terms: cap.Terms{Per: per, Period: period, Counts: counts, Limit: limit, Source: source}}
		return f
	}
	for _, c := range []struct {
		kind       finding.Kind
		parts      []string
		of         findings.Found
		text, rule string
	}{
		{finding.AssistantOverlap, []string{"A1", "2024-03-04", "T/1@08.00", "T/2@09.30"}, one,
			"Asystent A1 ma 04.03.2024 wspólne 1:00 h dwóch wizyt, w umowie T/1 od 08:00 i w umowie T/2 od 09:30: popraw godziny jednej z nich albo ją wycofaj.",
			"asystent jest w jednym miejscu naraz"},
		{finding.ParticipantOverlap, []string{"U1", "2024-03-04", "A:1@08.00", "A2@09.30"}, one,
			"Uczestnik U1 ma 04.03.2024 wspólne 1:00 h dwóch wizyt, asystenta A:1 od 08:00 i asystenta A2 od 09:30: popraw godziny jednej z nich albo ją wycofaj.",
			"z uczestnikiem jest jeden asystent naraz"},
		{finding.AssistantOverlap, []string{"A1", "2024-03-04", "T/1@08.00", "Z2@09.30"}, withSession,
			"Asystent A1 ma 04.03.2024 wspólne 1:00 h, w umowie T/1 od 08:00 i na zajęciach Z2 od 09:30: popraw godziny lub prowadzących albo wycofaj jedno z nich.",
			"asystent jest w jednym miejscu naraz"},
		{finding.ParticipantOverlap, []string{"U1", "2024-03-04", "Z2@08.00", "A2@09.30"}, withSession,
			"Uczestnik U1 ma 04.03.2024 wspólne 1:00 h, na zajęciach Z2 od 08:00 i z asystentem A2 od 09:30: popraw godziny lub obecność albo wycofaj jedno z nich.",
			"uczestnik jest w jednym miejscu naraz"},
		{finding.DoubleFunding, []string{"U1", "2024-03-04", "Z2@08.00", "A1@09.30"}, withSession,
			"Uczestnik U1 ma 04.03.2024 wspólne 1:00 h w dwóch programach, mkis (na zajęciach Z2 od 08:00) i aoon-2006 (z asystentem A1 od 09:30): popraw godziny albo wycofaj jedno z nich.",
			"jedną godzinę uczestnika finansuje jeden program"},
		{finding.Stay, []string{"U1", "2024-03-04", "T/1@08.00"}, kept,
			"Wsparcie 04.03.2024 od 08:00 (T/1) przypada na dzień pobytu uczestnika U7 w szpitalu lub areszcie: popraw dzień wsparcia albo pobyt.", "dzień pobytu między pierwszym a ostatnim; zapis pobytu uczestnika U7"},
		{finding.Stay, []string{"U1", "2024-03-04", "S/1"}, kept,
			"Praca 04.03.2024 z umowy S/1 przypada na dzień pobytu uczestnika U7 w szpitalu lub areszcie: popraw dzień wsparcia albo pobyt.", "dzień pobytu między pierwszym a ostatnim; zapis pobytu uczestnika U7"},
		{finding.DoubleFunding, []string{"U1", "2024-03-04", "T/1@08.00", "dps"}, kept,
			"Wsparcie 04.03.2024 od 08:00 (T/1) przypada na dzień pobytu uczestnika U7 w domu pomocy społecznej, który takie wsparcie już opłaca: wyjaśnij, z czego je sfinansowano.",
			"zakaz podwójnego finansowania; plik programu może uznać takie dni (stays: dps)"},
		{finding.NotRegistered, []string{"S/1", "2024-03-04"}, one,
			"Dnia 04.03.2024 przepracowano 1:00 h z umowy S/1, choć osoba nie była już zapisana jako bezrobotna: popraw status albo nie ujmuj tego dnia we wniosku.",
			"prace społecznie użyteczne wykonują bezrobotni bez prawa do zasiłku: art. 73a ustawy o promocji zatrudnienia i instytucjach rynku pracy"},
		{finding.NotEnrolled, []string{"p", "U1", "2024-03-04", "Z/1@08.00"}, kept,
			"Wsparcie 04.03.2024 od 08:00 (Z/1) przypada na dzień, w którym uczestnik U7 nie brał udziału w programie p: zapisz przyjęcie albo popraw dzień wsparcia.", "plik programu p: enrolment: required"},
		{finding.OutsideContract, []string{"T/1", "2024-03-04", "A1@08.00"}, one,
			"Wizyta asystenta A1 z 04.03.2024 od 08:00 (1:00 h) leży poza umową T/1 lub w jej zawieszeniu albo nie jest to asystent tej umowy ani jego zastępca, i nie jest kwalifikowalna: popraw wizytę albo zapisz zmianę umowy.",
			"umowa T/1 i jej zmiany"},
		{finding.OutsideContract, []string{"S/1", "2024-03-04"}, month,
			"Praca 01.03.2024 (1:00 h) leży poza skierowaniem S/1 lub jego porozumieniem albo w zawieszeniu: popraw dzień albo warunki.",
			"okres skierowania S/1 i porozumienia P/1"},
		{finding.OverCap, []string{"S/1", "2024-03"}, month,
			"Ze skierowania S/1 przepracowano w miesiącu 03.2024 o 1:00 h więcej, niż pozwala porozumienie: popraw dni albo zapisz aneks.", "limit godzin w miesiącu porozumienia P/1"},
		{finding.OverCap, []string{"S/1", "week", "2024-03-04"}, one,
			"Ze skierowania S/1 przepracowano w tygodniu od 04.03.2024 o 1:00 h więcej, niż ono pozwala: popraw dni albo warunki skierowania.", "godziny w tygodniu skierowania S/1"},
		{finding.OverCap, []string{"U1", "2024-03-04"}, one,
			"Uczestnik U1 przepracował w tygodniu od 04.03.2024 we wszystkich skierowaniach razem o 1:00 h więcej, niż wolno: popraw dni; wniosek o refundację tych godzin urząd zwróci.",
			"ustawa, week minutes"},
		{finding.OverCap, []string{"U1", "2024"}, one, "Uczestnik U1 ma w roku 2024 o 2 dni więcej prac społecznie użytecznych, niż wolno: popraw dni albo skróć skierowania.", "ustawa, year days"},
		{finding.OverCap, []string{"U1", "2024"}, findings.Found{Running: true},
			"Uczestnik U1 ma w roku 2024 więcej dni prac społecznie użytecznych, niż wolno: popraw dni albo skróć skierowania.", "ustawa, year days"},
		{finding.OverCap, []string{"P/1", "hours"}, one, "W porozumieniu P/1 przepracowano o 1:00 h więcej, niż ma ono godzin razem: popraw dni albo zapisz aneks.", "limit godzin razem porozumienia P/1"},
		{finding.OverCap, []string{"P/1", "people", "2024-03-04"}, one, "Z porozumienia P/1 skierowano 04.03.2024 o 2 osoby więcej, niż ma ono miejsc: popraw skierowania albo zapisz aneks.",
			"limit osób porozumienia P/1"},
		{finding.WorkedNotPaid, []string{"S/1", "2024-03"}, month,
			"Wypłaty za 03.2024 ze skierowania S/1 są o 24,00 zł mniejsze od świadczenia za 1:00 h pracy: wypłać różnicę albo popraw dni.", "świadczenie za każdą przepracowaną godzinę, porozumienie P/1"},
		{finding.PaidNotWorked, []string{"S/1", "2024-03"}, month,
			"Wypłaty za 03.2024 ze skierowania S/1 są o 24,00 zł większe od świadczenia za 1:00 h pracy: popraw dni albo odzyskaj nadpłatę i zapisz jej zwrot.",
			"świadczenie za każdą przepracowaną godzinę, porozumienie P/1"},
		{finding.NotClaimed, []string{"S/1", "2024-03"}, month,
			"Świadczenie za 03.2024 ze skierowania S/1 wypłacono w całości, a o jego refundację (24,00 zł) nie prosi żaden wniosek: złóż wniosek.", "refundacja wypłaconych świadczeń, porozumienie P/1"},
		{finding.ClaimedNotPaid, []string{"S/1", "2024-03", "W/1"}, month,
			"Wniosek W/1 prosi o refundację za 03.2024 ze skierowania S/1, choć do wypłaty zostało 24,00 zł: wypłać świadczenie albo popraw wniosek.",
			"refundacja wypłaconych świadczeń, porozumienie P/1"},
		{finding.ClaimedTwice, []string{"S/1", "2024-03"}, month,
			"Wnioski W/1, W/2 proszą za 03.2024 ze skierowania S/1 razem o 24,00 zł więcej, niż wynosi refundacja: popraw albo wycofaj jeden z nich.", "jedna refundacja miesiąca, porozumienie P/1"},
		{finding.ClaimedTwice, []string{"P/1", "2024-03", "sum"}, findings.Found{Amount: 2400, Subjects: []string{"P/1", "W/1", "W/2"}},
			"Wnioski W/1, W/2 proszą za 03.2024 z porozumienia P/1 razem o 24,00 zł więcej, niż wynosi refundacja: popraw albo wycofaj jeden z nich.", "jedna refundacja miesiąca, porozumienie P/1"},
		{finding.RefundDifference, []string{"W/1", "given"}, claim, "Kwota podana we wniosku W/1 różni się o 24,00 zł od wyliczonej z dni i wypłat: popraw wniosek albo dane miesiąca.",
			"refundacja stawki minimalnej, porozumienie P/1"},
		{finding.RefundDifference, []string{"W/1", "accepted"}, claim,
			"Urząd pracy przyjął z wniosku W/1 kwotę o 24,00 zł inną niż ta, o którą wystąpiono: wyjaśnij różnicę z urzędem albo złóż korektę.", "odpowiedź urzędu pracy na wniosek, porozumienie P/1"},
		{finding.RefundDifference, []string{"W/1", "corrected"}, claim,
			"Z wniosku W/1 należy się jeszcze 24,00 zł, choć zastąpiła go korekta W/2: uzgodnij z urzędem, który z nich spłaca, i popraw odpowiedź.", "korekta zastępuje wniosek, porozumienie P/1"},
		{finding.RefundDifference, []string{"W/1", "S/1"}, findings.Found{Amount: 2400, Subjects: []string{"W/1", "S/1", "U1", "P/1"}},
			"Udział skierowania S/1 we wniosku W/1 jest o 24,00 zł większy od refundacji, którą dają dziś jego dni: złóż korektę wniosku.", "refundacja stawki minimalnej, porozumienie P/1"},
		{finding.ReceivedUnmatched, []string{"W/1", "PL61/2018-05-01/5", "3"}, claim,
			"Na koncie wniosku W/1 jest 24,00 zł z pozycji 3 wyciągu PL61/2018-05-01/5, która nie jest do niego przypisana: cofnij to przypisanie jeszcze raz, podając wniosek.",
			"jeden przelew spłaca jeden wniosek"},
		{finding.OverCap, []string{"p", "participant-week", "U1", "2024-03-04", "240"}, by(one, cap.Participant, cap.Week, cap.Minutes, 240, "regulamin § 1"),
			"Uczestnik U1 ma w programie p w tygodniu od 04.03.2024 o 1:00 h wizyt więcej, niż wolno (4:00 h): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.", "regulamin § 1"},
		{finding.OverCap, []string{"p", "contract-month", "T/1", "2024-03-01", "3-days"}, by(month, cap.Contract, cap.Month, cap.Days, 3, ""),
			"Umowa T/1 ma w programie p w miesiącu 03.2024 o 2 dni wizyt więcej, niż wolno (3 dni): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.", "plik programu p, od 01.01.2024"},
		{finding.OverCap, []string{"p", "assistant-day", "A1", "2024-03-04", "1-people"}, by(one, cap.Assistant, cap.Day, cap.People, 1, ""),
			"Asystent A1 ma w programie p 04.03.2024 o 2 osoby więcej, niż wolno (1 osoba): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.", "plik programu p, od 01.01.2024"},
		{finding.OverCap, []string{"p", "programme-total", "p", "2024-03-01", "600"}, by(month, cap.Programme, cap.Total, cap.Minutes, 600, ""),
			"Program p ma w całym programie o 1:00 h wizyt więcej, niż wolno (10:00 h): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.", "plik programu p, od 01.01.2024"},
		{finding.Caseload, []string{"p", "A1", "2024-03-01"}, by(month, cap.Assistant, cap.Once, cap.People, 10, ""),
			"Asystent A1 ma w programie p od 01.03.2024 do 31.03.2024 o 2 osoby więcej, niż wolno naraz (10 osób): zmień asystenta w jednej z umów albo wyjaśnij, dlaczego tak jest.",
			"plik programu p, od 01.01.2024"},
		{finding.Pattern, []string{"T/1", "2024-03"}, findings.Found{From: on(1), To: on(31), Count: 12, Minutes: 720},
			"W umowie T/1 w miesiącu 03.2024 powtarzają się wizyty o tych samych godzinach i z tą samą czynnością: 12 wizyt, razem 12:00 h: sprawdź, czy odbyły się tak, jak zapisano, i popraw je albo wyjaśnij.",
			"najmniej dziesięć takich samych wizyt jednej umowy w miesiącu"},
		{finding.OverBudget, []string{"p", "sala"}, one, "Na pozycję sala budżetu programu p wydano o 24,00 zł więcej, niż zaplanowano: popraw wydatki albo zmień plan.", "plan budżetu programu p"},
		{finding.DoubleFunding, []string{"1234563218", "fv/1", "document"}, findings.Found{Amount: 2400, Subjects: []string{"p", "q", "FV/1", "fv/1"}},
			"Z dokumentu FV/1 albo fv/1 rozliczono o 24,00 zł więcej, niż wynosi jego suma (p, q): popraw wydatki albo sumę dokumentu.", "dokument rozlicza się raz, najwyżej do jego sumy"},
		{finding.DurabilityGap, []string{"trwalosc", "2024-03-01"}, month,
			"W projekcie trwalosc gotowych miejsc od 01.03.2024 do 31.03.2024 było o 2 mniej, niż obiecano: zapisz miejsca, jeśli były, albo przywróć gotowość.",
			"zobowiązanie trwałości projektu trwalosc"},
		{finding.DurabilityGap, []string{"trwalosc", "2024-03-01"}, findings.Found{From: on(1), To: on(9), Count: 2, Running: true},
			"W projekcie trwalosc gotowych miejsc od 01.03.2024 jest o 2 mniej, niż obiecano: zapisz miejsca, jeśli były, albo przywróć gotowość.",
			"zobowiązanie trwałości projektu trwalosc"},
		{finding.DoubledPESEL, []string{"U1", "U2"}, one,
			"Uczestnicy U1 i U2 mają jeden PESEL, więc limity liczą tę osobę dwa razy: popraw PESEL albo wycofaj jedną z rejestracji.", "jedna osoba, jeden identyfikator"},
	} {
		told[c.kind] = true
		f := c.of
		f.Kind, f.ID = c.kind, finding.ID(c.kind, c.parts...)
		said, err := saying.Of(f, facts)
		text := strings.ReplaceAll(said.Text, "\u00a0", " ")
		if err != nil || text != c.text || said.Rule != c.rule {
			t.Errorf("%s is told as\n%q, by %q, %v; want\n%q, by %q", f.ID, text, said.Rule, err, c.text, c.rule)
		}
		if strings.Count(text, ". ") > 0 || !strings.HasSuffix(text, ".") {
			t.Errorf("%q is not one sentence", text)
		}
	}
	for _, kind := range finding.Kinds() {
		if !told[kind] {
			t.Errorf("a finding of %s is told in no sentence", kind)
		}
	}
}
