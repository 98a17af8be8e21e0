package saying

import (
	"strings"

	"ksiega/projections/findings"
)

// overBudget: <programme>:<line>.
func overBudget(f findings.Found, parts []string) Said {
	return Said{"Na pozycję " + parts[1] + " budżetu programu " + parts[0] + " wydano o " + money(f.Amount) + " więcej, niż zaplanowano: popraw wydatki albo zmień plan.",
		"plan budżetu programu " + parts[0]}
}

// twicePaid: <NIP or programme>:<document>:document; it is about the programmes and the document.
func twicePaid(f findings.Found, parts []string) Said {
	programmes := f.Subjects[:len(f.Subjects)-1]
	return Said{"Z dokumentu " + parts[1] + " rozliczono o " + money(f.Amount) + " więcej, niż wynosi jego suma (" + strings.Join(programmes, ", ") +
		"): popraw wydatki albo sumę dokumentu.", "dokument rozlicza się raz, najwyżej do jego sumy"}
}
