package saying

import (
	"strconv"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/internal/polish"
	"ksiega/projections/findings"
)

// overCap: <contract>:<month> and <contract>:week:<Monday> of a referral's terms,
// <participant>:<Monday> and <participant>:<year> of the statute, <agreement>:hours and
// <agreement>:people:<day> of an agreement's; overProgrammeCap of a programme's.
func overCap(f findings.Found, parts []string, facts Facts) (Said, error) {
	if f.Rule != nil {
		return overProgrammeCap(f, parts), nil
	}
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

// overProgrammeCap: <programme>:<per>-<period>:<whose>:<first day>:<limit>.
func overProgrammeCap(f findings.Found, parts []string) Said {
	r := f.Rule
	in := " w programie " + r.Programme
	whose := map[cap.Per]string{cap.Participant: "Uczestnik " + parts[2] + " ma" + in, cap.Contract: "Umowa " + parts[2] + " ma" + in,
		cap.Assistant: "Asystent " + parts[2] + " ma" + in, cap.Programme: "Program " + r.Programme + " ma"}[r.Per]
	when := map[cap.Period]string{cap.Day: day(f.From), cap.Week: "w tygodniu od " + day(f.From), cap.Month: "w miesiącu " + month(f.From.Month().String()),
		cap.Year: "w roku " + strconv.Itoa(f.From.Year()), cap.Total: "w całym programie"}[r.Period]
	limit := hours(domain.Minutes(r.Limit))
	much := "o " + hours(f.Minutes) + " wizyt więcej"
	switch r.Counts {
	case cap.Days:
		limit, much = plural(int(r.Limit), "dzień", "dni", "dni"), "o "+plural(f.Count, "dzień", "dni", "dni")+" wizyt więcej"
	case cap.People:
		limit, much = plural(int(r.Limit), "osoba", "osoby", "osób"), "o "+people(f.Count)+" więcej"
	}
	return Said{whose + " " + when + " " + much + ", niż wolno (" + limit + "): popraw wizyty albo wyjaśnij, dlaczego limit przekroczono.", ruled(f)}
}

// ruled is what the rule of a programme stands in: its source, or else the programme's file.
func ruled(f findings.Found) string {
	source, of := f.Rule.Cited()
	if source != "" {
		return source
	}
	return "plik programu " + of + ", od " + day(f.Rule.From)
}

// plural is a number with the noun that goes with it.
func plural(n int, one, few, many string) string {
	return strconv.Itoa(n) + " " + polish.Noun{One: one, Few: few, Many: many}.After(int64(n))
}

// people counts them.
func people(n int) string { return plural(n, "osobę", "osoby", "osób") }
