package saying

import "ksiega/projections/findings"

// support is what was done, in words: a visit or presence with the time that it began, or a
// day of work.
func support(f findings.Found, of string) string {
	id, from := at(of)
	if from == "" {
		return "Praca " + day(f.From) + " z umowy " + of
	}
	return "Wsparcie " + day(f.From) + " od " + from + " (" + id + ")"
}

// Who it was is told by the first subject, the id they go on under after a merge.

// inStay: support on a day between the first and last one of a stay.
func inStay(f findings.Found, parts []string) Said {
	return Said{Text: support(f, parts[2]) + " przypada na dzień pobytu uczestnika " + f.Subjects[0] + " w szpitalu lub areszcie: popraw dzień wsparcia albo pobyt.",
		Rule: "dzień pobytu między pierwszym a ostatnim; zapis pobytu uczestnika " + f.Subjects[0]}
}

// inCareHome: support of somebody whom a care home is paid to support.
func inCareHome(f findings.Found, parts []string) Said {
	return Said{Text: support(f, parts[2]) + " przypada na dzień pobytu uczestnika " + f.Subjects[0] + " w domu pomocy społecznej, który takie wsparcie już opłaca: wyjaśnij, z czego je sfinansowano.",
		Rule: "zakaz podwójnego finansowania; plik programu może uznać takie dni (stays: dps)"}
}

// notRegistered: work of somebody who was no longer unemployed.
func notRegistered(f findings.Found, parts []string) Said {
	return Said{Text: "Dnia " + day(f.From) + " przepracowano " + hours(f.Minutes) + " z umowy " + parts[0] + ", choć osoba nie była już zapisana jako bezrobotna: popraw status albo nie ujmuj tego dnia we wniosku.",
		Rule: "prace społecznie użyteczne wykonują bezrobotni bez prawa do zasiłku: art. 73a ustawy o promocji zatrudnienia i instytucjach rynku pracy"}
}

// notEnrolled: support on a day on which nobody takes part in a programme that asks for that.
func notEnrolled(f findings.Found, parts []string) Said {
	return Said{Text: support(f, parts[3]) + " przypada na dzień, w którym uczestnik " + f.Subjects[0] + " nie brał udziału w programie " + parts[0] + ": zapisz przyjęcie albo popraw dzień wsparcia.",
		Rule: "plik programu " + parts[0] + ": enrolment: required"}
}
