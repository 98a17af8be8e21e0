package words

import (
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// ofAnything are the refusals of days, amounts and identifiers.
func ofAnything() []sentence {
	return []sentence{
		{domain.ErrDiffers, "Zapisano już z innymi wartościami: popraw dane, a jeśli błędny jest zapis, wprowadź korektę z powodem."},
		{domain.ErrRecorded, "Coś już pod tym zapisano; czy to samo, powie ktoś, kto może to zobaczyć."},
		{domain.ErrNoReason, "Podaj powód."},
		{domain.ErrNothingToCorrect, "Usuń „korektę”: nie zapisano niczego, co można by poprawić. Zapisz to bez korekty."},
		{domain.ErrNothingToWithdraw, "Popraw dane: nie zapisano niczego, co można by wycofać."},
		{domain.ErrOvertaken, "Ktoś zmienił w tej chwili to, od czego to zależy. Wyślij jeszcze raz."},
		{domain.ErrNamed, "Najpierw wycofaj to, co się na tym opiera: {0}."},
		{session.ErrToken, "Podaj token: brakuje go albo jest inny."},
		{session.ErrNoToken, "Uruchom serwer z --token-file albo KSIEGA_TOKEN: nie ma tokenu."},
		{session.ErrShut, "Podaj token: bez niego nic tu nie widać ({0})."},
		{session.ErrSignIn, "Zaloguj się albo podaj klucz programu (Authorization: Bearer)."},
		{session.ErrEnded, "Zaloguj się jeszcze raz: sesja się skończyła."},
		{session.ErrHost, "Użyj adresu, pod którym serwer odpowiada."},
		{session.ErrPast, "Wejdź przez adres https serwera: omijasz pośrednika, przez którego odpowiada, albo pośrednik nie używa TLS."},
		{session.ErrOrigin, "Otwórz tę stronę bezpośrednio: pyta o nią strona z innego adresu."},
		{domain.ErrBoth, "Wybierz jedno: korektę albo wycofanie."},
		{domain.ErrNoDay, "Podaj datę."},
		{domain.ErrFuture, "Popraw datę: {0} jeszcze nie nastał."},
		{domain.ErrForgotten, "Popraw datę: {0} leży przed rokiem 1990."},
		{domain.ErrMonth, "Popraw miesiąc: {0} jeszcze się nie zaczął albo leży przed rokiem 1990."},
		{domain.ErrClockChange, "Popraw godzinę: {1} w dniu {0} wypada na zmianę czasu, więc nie wiadomo, która to chwila."},
		{domain.ErrTooLarge, "Popraw liczbę: księga liczy najwyżej do {0}."},
		{domain.ErrNoID, "Podaj identyfikator."},
		{domain.ErrLongID, "Skróć identyfikator do 64 znaków."},
		{domain.ErrWideID, "Użyj w identyfikatorze liter łacińskich i cyfr: zajmuje ponad 192 bajty."},
		{domain.ErrBadID, "Popraw identyfikator: zawiera znak, którego nie da się wydrukować."},
		{domain.ErrPESELAsID, "Użyj pseudonimowego identyfikatora: ten zawiera numer PESEL."},
		{domain.ErrAccountAsID, "Użyj pseudonimowego identyfikatora: ten jest numerem konta."},
		{domain.ErrAlphabet, "Popraw identyfikator: nowy składa się z polskich liter, cyfr, pojedynczych spacji i znaków - . / _ : ( ) # ~."},
		{intake.ErrKeyReused, "Użyj nowego klucza Idempotency-Key: ten był użyty do innego żądania."},
		{journal.ErrConflict, "Spróbuj ponownie: ktoś inny zmienił to w tej samej chwili."},
		{journal.ErrSeen, "Sprawdź, co teraz jest zapisane, i zdecyduj ponownie: ktoś zmienił to po tym, jak to pokazano[, {0}][ ({1})]."},
		{journal.ErrTooLarge, "Podziel dane: to więcej, niż można zapisać naraz."},
		{access.ErrDenied, "Poproś kogoś z uprawnieniem: ta rola albo jej zakres na to nie pozwala[ (może to: {1})]."},
		{commands.ErrReading, "Podaj powód i użyj roli auditor, coordinator albo caseworker: tylko one odczytują dane osobowe."},
		{commands.ErrTwice, "Usuń powtórzenie: to samo stoi w tym pliku wcześniej (wiersz {0})."},
		{commands.ErrKind, "Zmień nazwę pliku: nie wiadomo, co zawiera ({0})."},
		{commands.ErrNoKind, "Popraw rodzaj pliku: rodzaju {0} nie ma."},
		{commands.ErrEnding, "Zapisz plik {0} jako .xlsx albo CSV: innych plików tego rodzaju księga nie czyta."},
		{commands.ErrRefusedList, "Zaimportuj jeszcze raz plik z banku: listy odrzuconych pozycji się nie wczytuje."},
		{commands.ErrNotBuilt, "Pomiń plik {0}: tego rodzaju księga jeszcze nie przyjmuje (wyciąg pobierz z banku jako MT940)."},
	}
}
