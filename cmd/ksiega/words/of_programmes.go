package words

import (
	"ksiega/commands"
	"ksiega/commands/programmefile"
	"ksiega/domain/programme"
)

// ofProgrammes are the refusals of programmes and their files.
func ofProgrammes() []sentence {
	return []sentence{
		{commands.ErrNoSetting, "Popraw nazwę ustawienia: poleceniem zmienia się tylko one-accountant."},
		{commands.ErrSettingValue, "Popraw wartość: tak albo nie."},
		{commands.ErrProgramme, "Popraw program: takiego nie ma w katalogu."},
		{programme.ErrContractKind, "Popraw rodzaj umowy albo program: program {1} ma umowy rodzaju: {0} (plik programu, od {2})."},
		{programme.ErrServiceKind, "Popraw rodzaj albo program: program {1} ma usługi rodzaju: {0} (plik programu, od {2})."},
		{programme.ErrDictionary, "Wybierz jedno ze słów programu {1}: {0} (plik programu, od {2})."},
		{programme.ErrGroup, "Wybierz grupę programu {1}: {0} (plik programu, od {2})."},
		{programme.ErrOutcome, "Wybierz rezultat, który ma program {1}: {0} (plik programu, od {2})."},
		{programme.ErrGroupless, "Zostaw grupę pustą: program {0} grup nie ma (plik programu, od {1})."},
		{programme.ErrOutcomeless, "Usuń rezultat albo zapisz plik programu, który ma rezultaty: program {0} ich nie ma (plik programu, od {1})."},
		{commands.ErrProgrammeFile, "{2} To wiersz {0} pliku[, klucz {1}]."},
		{commands.ErrYAMLName, "Zapisz plik {0} jako .yaml: tylko takie opisują programy."},
		{programmefile.ErrLarge, "Skróć plik programu: ma więcej niż {0}."},
		{programmefile.ErrYAML, "Popraw plik: to nie jest YAML, który można odczytać ({0})."},
		{programmefile.ErrEmpty, "Wypełnij plik: jest pusty."},
		{programmefile.ErrSeveral, "Zapisz każdy program w osobnym pliku: w tym stoi więcej niż jeden."},
		{programmefile.ErrKey, "Usuń albo popraw klucz: w tym miejscu takiego nie ma."},
		{programmefile.ErrKeyTwice, "Usuń powtórzenie: ten klucz stoi tu dwa razy."},
		{programmefile.ErrAlias, "Wpisz wartość tutaj: odwołań do innego miejsca pliku się nie czyta."},
		{programmefile.ErrKeys, "Wpisz tu klucze z wartościami."},
		{programmefile.ErrList, "Wpisz tu listę, na przykład [jeden, drugi]."},
		{programmefile.ErrText, "Wpisz tu tekst; liczbę weź w cudzysłów."},
		{programmefile.ErrUnread, "Skróć tekst do 4000 znaków i wpisz go w jednym wierszu, bez znaków, których nie widać."},
		{programmefile.ErrDate, "Popraw datę: przyjmuje się zapis RRRR-MM-DD."},
		{programmefile.ErrCount, "Wpisz liczbę całkowitą, nie mniejszą niż 0."},
		{programmefile.ErrDecimal, "Wpisz liczbę nie mniejszą niż 0, najwyżej z dwoma miejscami po kropce."},
		{programmefile.ErrMinutes, "Popraw godziny: nie dają pełnych minut."},
		{programmefile.ErrOneOf, "Wpisz w limicie jedno z trzech: hours, days albo people."},
		{programme.ErrNIPAsID, "Nazwij program inaczej: to NIP, a on wskazuje wystawcę dokumentów."},
		{programme.ErrMissing, "Uzupełnij: tu musi coś stać."},
		{programme.ErrWord, "Popraw „{0}”: może tu stać {1}."},
		{programme.ErrTwice, "Usuń powtórzenie: {0} stoi tu dwa razy."},
		{programme.ErrNowhere, "Popraw „{0}”: plik niczego takiego nie wymienia."},
		{programme.ErrBounds, "Popraw liczbę {0}: może być od {1} do {2}."},
		{programme.ErrEnds, "Popraw daty: okres kończy się, zanim się zacznie."},
		{programme.ErrShares, "Popraw udziały: ue, budzet i wlasny dają razem 100."},
		{programme.ErrRefuse, "Wpisz over: finding: tego limitu nie rozstrzyga jeden strumień, więc niczego nie można przez niego odmówić."},
		{programme.ErrWhose, "Usuń when: limit asystenta albo programu nie zależy od niczyich danych."},
		{programme.ErrNoRule, "Popraw wartość: odmowa odpowiedzi nie podlega żadnej regule."},
		{programme.ErrPeople, "Wpisz hours albo days: uczestnik i umowa to zawsze jedna osoba."},
		{programme.ErrMeasure, "Usuń minHours: najmniejszą liczbę godzin mają tylko wskaźniki measure: people."},
		{programme.ErrNoGroups, "Dopisz grupy programu albo usuń groups: nie ma czego liczyć."},
	}
}
