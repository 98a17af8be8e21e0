package saying

// doubled: <participant>:<participant>.
func doubled(parts []string) Said {
	return Said{"Uczestnicy " + parts[0] + " i " + parts[1] + " mają jeden PESEL, więc limity liczą tę osobę dwa razy: popraw PESEL albo wycofaj jedną z rejestracji.",
		"jedna osoba, jeden identyfikator"}
}
