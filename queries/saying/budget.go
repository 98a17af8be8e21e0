package saying

import (
	"strings"

	"ksiega/domain"
	"ksiega/projections/findings"
)

// overBudget: <programme>:<line>.
func overBudget(f findings.Found, parts []string) Said {
	return Said{"Na pozycję " + parts[1] + " budżetu programu " + parts[0] + " wydano o " + money(f.Amount) + " więcej, niż zaplanowano: popraw wydatki albo zmień plan.",
		"plan budżetu programu " + parts[0]}
}

// twicePaid: <NIP or programme>:<document>:document; it is about the programmes and the document,
// as it was spelt each time.
func twicePaid(f findings.Found, parts []string) Said {
	n := len(f.Subjects) - 1
	for n > 1 && domain.Folded(f.Subjects[n-1]) == parts[1] {
		n--
	}
	programmes, spelt := f.Subjects[:n], f.Subjects[n:]
	return Said{"Z dokumentu " + strings.Join(spelt, " albo ") + " rozliczono o " + money(f.Amount) + " więcej, niż wynosi jego suma (" + strings.Join(programmes, ", ") +
		"): popraw wydatki albo sumę dokumentu.", "dokument rozlicza się raz, najwyżej do jego sumy"}
}
