package saying

import (
	"strconv"

	"ksiega/projections/findings"
)

// gap: <project>:<day>.
func gap(f findings.Found, parts []string) Said {
	was := " było "
	if f.Running {
		was = " jest "
	}
	return Said{"W projekcie " + parts[0] + " gotowych miejsc " + days(f) + was + "o " + strconv.Itoa(f.Count) +
		" mniej, niż obiecano: zapisz miejsca, jeśli były, albo przywróć gotowość.",
		"zobowiązanie trwałości projektu " + parts[0]}
}
