package saying

import (
	"strconv"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/projections/findings"
)

// overCap: <contract>:<month> and <contract>:week:<Monday> of a referral's terms,
// <participant>:<Monday> and <participant>:<year> of the statute, <agreement>:hours and
// <agreement>:people:<day> of an agreement's.
func overCap(f findings.Found, parts []string, facts Facts) (Said, error) {
	who, over := parts[0], hours(f.Minutes)
	switch {
	case parts[1] == "hours":
		return Said{"W porozumieniu " + who + " przepracowano o " + over + " więcej, niż ma ono godzin razem: popraw dni albo zapisz aneks.", "limit godzin razem porozumienia " + who}, nil
	case parts[1] == "people":
		return Said{"Z porozumienia " + who + " skierowano " + days(f) + " o " + people(f.Count) + " więcej, niż ma ono miejsc: popraw skierowania albo zapisz aneks.",
			"limit osób porozumienia " + who}, nil
	case parts[1] == "week":
		return Said{"Ze skierowania " + who + " przepracowano w tygodniu od " + day(f.From) + " o " + over + " więcej, niż ono pozwala: popraw dni albo warunki skierowania.",
			"godziny w tygodniu skierowania " + who}, nil
	}
	if _, err := domain.ParseDate(parts[1]); err == nil {
		source, err := facts.Statute(cap.Week, cap.Minutes, f.From)
		return Said{"Uczestnik " + who + " przepracował w tygodniu od " + day(f.From) + " we wszystkich skierowaniach razem o " + over +
			" więcej, niż wolno: popraw dni; wniosek o refundację tych godzin urząd zwróci.", source}, err
	}
	if _, err := domain.ParseMonth(parts[1]); err == nil {
		return Said{"Ze skierowania " + who + " przepracowano w miesiącu " + month(parts[1]) + " o " + over + " więcej, niż pozwala porozumienie: popraw dni albo zapisz aneks.",
			"limit godzin w miesiącu porozumienia " + f.Subjects[2]}, nil
	}
	much := "o " + strconv.Itoa(f.Count) + " dni więcej"
	if f.Running {
		much = "więcej dni"
	}
	source, err := facts.Statute(cap.Year, cap.Days, f.To)
	return Said{"Uczestnik " + who + " ma w roku " + parts[1] + " " + much + " prac społecznie użytecznych, niż wolno: popraw dni albo skróć skierowania.", source}, err
}

// people counts them.
func people(n int) string {
	switch {
	case n == 1:
		return "1 osobę"
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return strconv.Itoa(n) + " osoby"
	}
	return strconv.Itoa(n) + " osób"
}
