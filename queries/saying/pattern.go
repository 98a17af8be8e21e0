package saying

import "ksiega/projections/findings"

// pattern: <contract>:<month>.
func pattern(f findings.Found, parts []string) Said {
	return Said{"W umowie " + parts[0] + " w miesiącu " + month(parts[1]) + " powtarzają się wizyty o tych samych godzinach i z tą samą czynnością: " + plural(f.Count, "wizyta", "wizyty", "wizyt") +
		", razem " + hours(f.Minutes) + ": sprawdź, czy odbyły się tak, jak zapisano, i popraw je albo wyjaśnij.", "najmniej dziesięć takich samych wizyt jednej umowy w miesiącu"}
}
