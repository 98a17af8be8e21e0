package saying

import (
	"ksiega/domain/finding"
	"ksiega/projections/findings"
)

// overlap: <person>:<day>:<contract or assistant>@<time>:<another>@<time>.
func overlap(f findings.Found, parts []string) Said {
	one, from := at(parts[2])
	other, since := at(parts[3])
	when := day(f.From) + " wspólne " + hours(f.Minutes) + " dwóch wizyt"
	if f.Kind == finding.AssistantOverlap {
		return Said{"Asystent " + parts[0] + " ma " + when + ", w umowie " + one + " od " + from + " i w umowie " + other + " od " + since +
			": popraw godziny jednej z nich albo ją wycofaj.", "asystent jest w jednym miejscu naraz"}
	}
	return Said{"Uczestnik " + parts[0] + " ma " + when + ", asystenta " + one + " od " + from + " i asystenta " + other + " od " + since +
		": popraw godziny jednej z nich albo ją wycofaj.", "z uczestnikiem jest jeden asystent naraz"}
}
