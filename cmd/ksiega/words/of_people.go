package words

import (
	"ksiega/commands"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
)

// ofPeople are the refusals of participants and assistants.
func ofPeople() []sentence {
	return []sentence{
		{participant.ErrNoName, "Podaj imię i nazwisko."},
		{participant.ErrOwnCarer, "Popraw identyfikator: nikt nie jest opiekunem samego siebie."},
		{participant.ErrEmployment, "Wybierz rodzaj zatrudnienia: etat, zlecenie albo pracownik_socjalny."},
		{participant.ErrQualified, "Wybierz kwalifikacje: dyplom albo doswiadczenie."},
		{participant.ErrStatusKind, "Wybierz rodzaj statusu: rynek_pracy, profil, dps, bezdomnosc, klient_ops, niepelnosprawnosc, sprzezona albo grupa_zs."},
		{participant.ErrStatusValue, "Wybierz wartość, którą ma rodzaj {0}: {1}."},
		{participant.ErrStayKind, "Wybierz rodzaj pobytu: szpital, dps, areszt albo inny."},
		{participant.ErrSeveralStays, "Poproś o tę zmianę kogoś, kto widzi dane osób: tego dnia zaczął się więcej niż jeden pobyt."},
		{participant.ErrPeriod, "Popraw daty: ostatni dzień leży przed pierwszym."},
		{participant.ErrMergedSelf, "Popraw identyfikatory: nikogo nie łączy się z nim samym."},
		{participant.ErrMergedRound, "Najpierw wycofaj połączenie odwrotne: osoba, która ma zostać, jest już połączona z tą drugą."},
		{participant.ErrOther, "Wyślij ponownie: zapis należy do innej osoby."},
		{commands.ErrRegistering, "Spróbuj ponownie: ten PESEL rejestruje w tej chwili ktoś inny."},
		{participant.ErrUnknown, "Popraw identyfikator uczestnika albo najpierw go zarejestruj: takiego nie zapisano."},
		{participant.ErrAssistant, "Popraw identyfikator asystenta albo najpierw go zarejestruj: takiego nie zapisano."},
		{commands.ErrPESEL, "Popraw PESEL: nie zgadza się liczba cyfr, data urodzenia albo cyfra kontrolna."},
		{commands.ErrAccount, "Popraw numer konta: nie zgadza się liczba cyfr albo cyfry kontrolne."},
		{commands.ErrPESELFuture, "Popraw PESEL: należy do kogoś, kto się jeszcze nie urodził."},
		{commands.ErrBirthDate, "Popraw datę urodzenia albo PESEL: nie zgadzają się ze sobą."},
		{commands.ErrSex, "Popraw płeć albo PESEL: nie zgadzają się ze sobą."},
		{commands.ErrElsewhere, "Zapytaj koordynatora: ta osoba już jest w księdze, poza Twoim zakresem."},
		{intake.ErrAsked, "Zapytaj koordynatora: o osoby spoza Twojego zakresu pytano dziś z tego konta 30 razy, więcej nie można."},
		{commands.ErrPESELTaken, "Użyj identyfikatora, pod którym ta osoba jest zapisana: jej PESEL ma już inny wpis."},
	}
}
