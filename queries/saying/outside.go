package saying

import "ksiega/projections/findings"

// outside: <contract>:<day>:<assistant>@<time> of a visit, <contract>:<day> of work.
func outside(f findings.Found, parts []string) Said {
	if len(parts) < 3 {
		return Said{"Praca " + day(f.From) + " (" + hours(f.Minutes) + ") leży poza skierowaniem " + parts[0] + " lub jego porozumieniem albo w zawieszeniu: popraw dzień albo warunki.",
			"okres skierowania " + parts[0] + " i porozumienia " + f.Subjects[2]}
	}
	assistant, from := at(parts[2])
	return Said{"Wizyta asystenta " + assistant + " z " + day(f.From) + " od " + from + " (" + hours(f.Minutes) + ") leży poza umową " + parts[0] +
		" lub w jej zawieszeniu albo nie jest to asystent tej umowy ani jego zastępca, i nie jest kwalifikowalna: popraw wizytę albo zapisz zmianę umowy.", "umowa " + parts[0] + " i jej zmiany"}
}
