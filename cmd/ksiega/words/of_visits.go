package words

import (
	"ksiega/commands"
	"ksiega/domain/assistance"
)

// ofVisits are the refusals of visits.
func ofVisits() []sentence {
	return []sentence{
		{assistance.ErrTimes, "Popraw godziny: wizyta kończy się po swoim początku i najpóźniej o 24:00; noc to dwie wizyty."},
		{assistance.ErrMinutes, "Popraw godziny: czas wizyty nie zgadza się z jej początkiem i końcem."},
		{assistance.ErrOther, "Wyślij ponownie: wizyta należy do innego asystenta albo miesiąca."},
		{assistance.ErrOverlap, "Popraw godziny: {0} ten asystent ma już wizytę od {1} do {2}."},
		{assistance.ErrOverMonthlyCap, "Skróć wizytę: w miesiącu {0} byłoby {1} h, wolno {2} h (plik programu {4}, od {5}[: {3}])."},
		{assistance.ErrOverDailyCap, "Skróć wizytę: w dniu {0} byłoby {1} h, wolno {2} h (plik programu {4}, od {5}[: {3}])."},
		{commands.ErrNoVisiting, "Popraw numer: ta umowa nie jest umową na godziny asystenta."},
		{commands.ErrBusy, "Popraw godziny: ten asystent ma już wtedy inną wizytę."},
		{commands.ErrTimes, "Popraw godziny: wizyta kończy się po swoim początku i najpóźniej o 24:00; noc to dwie wizyty."},
	}
}
