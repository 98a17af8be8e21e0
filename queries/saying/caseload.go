package saying

import "ksiega/projections/findings"

// overload: <programme>:<assistant>:<first day>.
func overload(f findings.Found, parts []string) Said {
	return Said{"Asystent " + parts[1] + " ma w programie " + parts[0] + " " + days(f) + " o " + people(f.Count) + " więcej, niż wolno naraz (" +
		plural(int(f.Rule.Limit), "osoba", "osoby", "osób") + "): zmień asystenta w jednej z umów albo wyjaśnij, dlaczego tak jest.", ruled(f)}
}
