package words

import (
	"ksiega/commands"
	"ksiega/domain/session"
)

// ofSessions are the refusals of sessions and of presences at them.
func ofSessions() []sentence {
	return []sentence{
		{session.ErrUnknown, "Popraw identyfikator zajęć: takich zajęć nie zapisano ({0})."},
		{session.ErrOther, "Wyślij ponownie: zapis należy do innych zajęć."},
		{session.ErrKind, "Popraw rodzaj zajęć: takiego nie ma."},
		{session.ErrTimes, "Popraw godziny: zajęcia kończą się po swoim początku i najpóźniej o 24:00."},
		{session.ErrMinutes, "Popraw godziny: czas zajęć nie zgadza się z ich początkiem i końcem."},
		{session.ErrHeadcount, "Popraw liczbę osób bez listy: nie może być ujemna."},
		{session.ErrNoTopic, "Podaj temat zajęć."},
		{session.ErrPresence, "Wybierz obecność: obecny, spozniony, nieobecny albo usprawiedliwiony."},
		{session.ErrEffect, "Wybierz efekt: profil, cv, spotkanie, ukonczenie albo zatrudnienie."},
		{session.ErrNoEffect, "Usuń efekt albo popraw obecność: kogo nie było, u tego zajęcia nie dały efektu."},
		{commands.ErrWeekday, "Popraw dzień tygodnia: od 1 (poniedziałek) do 7."},
		{commands.ErrException, "Popraw dzień bez zajęć: {0} nie jest żadnym z dni tych zajęć."},
		{commands.ErrNoSeries, "Popraw dni: w tym okresie nie wypada żaden dzień zajęć."},
		{commands.ErrSeries, "Skróć okres: naraz planuje się najwyżej {0} zajęć."},
		{session.ErrCancelled, "Popraw zajęcia albo usuń obecność: zajęcia {0} odwołano."},
	}
}
