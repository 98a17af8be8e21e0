package saying

import (
	"slices"

	"ksiega/domain/finding"
	"ksiega/projections/findings"
)

// overlap: <person>:<day>:<contract or assistant, or session>@<time>:<another>@<time>.
func overlap(f findings.Found, parts []string) Said {
	assistants := f.Kind == finding.AssistantOverlap
	one, from := at(parts[2])
	other, since := at(parts[3])
	when := " ma " + day(f.From) + " wspólne " + hours(f.Minutes)
	switch {
	case assistants && len(f.Sessions) > 0:
		return Said{"Asystent " + parts[0] + when + ", " + in(f, "w umowie", one) + " od " + from + " i " + in(f, "w umowie", other) + " od " + since +
			": popraw godziny lub prowadzących albo wycofaj jedno z nich.", "asystent jest w jednym miejscu naraz"}
	case assistants:
		return Said{"Asystent " + parts[0] + when + " dwóch wizyt, w umowie " + one + " od " + from + " i w umowie " + other + " od " + since +
			": popraw godziny jednej z nich albo ją wycofaj.", "asystent jest w jednym miejscu naraz"}
	case len(f.Sessions) > 0:
		return Said{"Uczestnik " + parts[0] + when + ", " + in(f, "z asystentem", one) + " od " + from + " i " + in(f, "z asystentem", other) + " od " + since +
			": popraw godziny lub obecność albo wycofaj jedno z nich.", "uczestnik jest w jednym miejscu naraz"}
	}
	return Said{"Uczestnik " + parts[0] + when + " dwóch wizyt, asystenta " + one + " od " + from + " i asystenta " + other + " od " + since +
		": popraw godziny jednej z nich albo ją wycofaj.", "z uczestnikiem jest jeden asystent naraz"}
}

// twiceFunded: <participant>:<day>:<assistant or session>@<time>:<another>@<time>, of two
// programmes, which its subjects end with.
func twiceFunded(f findings.Found, parts []string) Said {
	one, from := at(parts[2])
	other, since := at(parts[3])
	programmes := f.Subjects[len(f.Subjects)-2:]
	return Said{"Uczestnik " + parts[0] + " ma " + day(f.From) + " wspólne " + hours(f.Minutes) + " w dwóch programach, " + programmes[0] + " (" + in(f, "z asystentem", one) + " od " + from +
		") i " + programmes[1] + " (" + in(f, "z asystentem", other) + " od " + since + "): popraw godziny albo wycofaj jedno z nich.", "jedną godzinę uczestnika finansuje jeden program"}
}

// in says where somebody was: at a session, or at what a visit is named by.
func in(f findings.Found, visit, id string) string {
	if slices.Contains(f.Sessions, id) {
		return "na zajęciach " + id
	}
	return visit + " " + id
}
