package words

import "ksiega/domain/finding"

// ofFindings are the refusals of resolutions of findings.
func ofFindings() []sentence {
	return []sentence{
		{finding.ErrUnknown, "Odśwież ustalenia: tego już nie ma."},
		{finding.ErrFigures, "Odśwież ustalenie: jego liczby są już inne niż te, które widziano."},
		{finding.ErrUnseen, "Podaj, co widziano w ustaleniu: od, do, kwotę i czas."},
		{finding.ErrReason, "Podaj powód wyjaśnienia."},
		{finding.ErrNotResolved, "Nie otwieraj ponownie: ustalenie nie jest wyjaśnione."},
		{finding.ErrEarlier, "Popraw datę: leży przed ostatnim wpisem o tym ustaleniu."},
		{finding.ErrOther, "Wyślij ponownie: zapis należy do innego ustalenia."},
	}
}
