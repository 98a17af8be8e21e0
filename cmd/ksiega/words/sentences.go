package words

import (
	"slices"

	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/commands/bankfile"
	"ksiega/commands/charset"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/queries"
)

func sentences() []sentence {
	return slices.Concat(ofAnything(), ofCells(), ofStatements(), ofQuestions(), ofWork(), ofClaims(), ofProgrammeFiles(), ofOthers())
}

// ofAnything are the refusals of days, amounts and identifiers.
func ofAnything() []sentence {
	return []sentence{
		{domain.ErrDiffers, "Zapisano już z innymi wartościami: popraw dane, a jeśli błędny jest zapis, wprowadź korektę z powodem."},
		{domain.ErrRecorded, "Coś już pod tym zapisano; czy to samo, powie ktoś, kto może to zobaczyć."},
		{domain.ErrNoReason, "Podaj powód."},
		{domain.ErrNothingToCorrect, "Usuń „korektę”: nie zapisano niczego, co można by poprawić ({0}). Zapisz to bez korekty."},
		{domain.ErrNothingToWithdraw, "Popraw dane: nie zapisano niczego, co można by wycofać ({0})."},
		{domain.ErrOvertaken, "Ktoś zmienił w tej chwili to, od czego to zależy. Wyślij jeszcze raz."},
		{domain.ErrNamed, "Najpierw wycofaj to, co się na tym opiera: {0}."},
		{session.ErrToken, "Podaj token: brakuje go albo jest inny."},
		{session.ErrNoToken, "Uruchom serwer z --token-file albo KSIEGA_TOKEN: nie ma tokenu."},
		{session.ErrShut, "Podaj token: bez niego nic tu nie widać ({0})."},
		{session.ErrHost, "Użyj adresu, pod którym serwer odpowiada."},
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
		{journal.ErrTooLarge, "Podziel dane: to więcej, niż można zapisać naraz."},
		{access.ErrDenied, "Poproś kogoś z uprawnieniem: ta rola albo jej zakres na to nie pozwala[ (może to rola {1})]."},
		{commands.ErrReading, "Podaj powód i użyj roli auditor, coordinator albo caseworker: tylko one odczytują dane osobowe."},
		{commands.ErrTwice, "Usuń powtórzenie: to samo stoi w tym pliku wcześniej (wiersz {0})."},
		{commands.ErrKind, "Zmień nazwę pliku: nie wiadomo, co zawiera ({0})."},
		{commands.ErrNoKind, "Popraw rodzaj pliku: rodzaju {0} nie ma."},
		{commands.ErrEnding, "Zapisz plik {0} jako .xlsx albo CSV: innych plików tego rodzaju księga nie czyta."},
		{commands.ErrRefusedList, "Zaimportuj jeszcze raz plik z banku: listy odrzuconych pozycji się nie wczytuje."},
		{commands.ErrNotBuilt, "Pomiń plik {0}: tego rodzaju księga jeszcze nie przyjmuje (wyciąg pobierz z banku jako MT940)."},
	}
}

// ofCells are the refusals of what stands in a spreadsheet.
func ofCells() []sentence {
	return []sentence{
		{sheetfile.ErrEmpty, "Uzupełnij: komórka jest pusta."},
		{sheetfile.ErrLong, "Skróć tekst do 4000 znaków."},
		{sheetfile.ErrUnread, "Wpisz ponownie: zawiera znak, którego nie można odczytać."},
		{sheetfile.ErrAmount, "Popraw kwotę[ {0}]: przyjmuje się zapis 1 234,56."},
		{sheetfile.ErrDecimals, "Popraw kwotę[ {0}]: ma więcej niż dwa miejsca po przecinku."},
		{sheetfile.ErrHours, "Popraw czas[ {0}]: przyjmuje się zapis 1,5 albo 1:30."},
		{sheetfile.ErrMinutes, "Popraw czas[ {0}]: nie daje pełnych minut."},
		{sheetfile.ErrDate, "Popraw datę[ {0}]: przyjmuje się zapis DD.MM.RRRR albo RRRR-MM-DD."},
		{sheetfile.ErrSlashes, "Napisz datę jako DD.MM.RRRR: zapis z ukośnikami można odczytać na dwa sposoby."},
		{sheetfile.ErrNoDay, "Popraw datę[ {0}]: takiego dnia nie ma."},
		{sheetfile.ErrMonth, "Popraw miesiąc[ {0}]: przyjmuje się zapis RRRR-MM."},
		{sheetfile.ErrClock, "Popraw godzinę[ {0}]: przyjmuje się zapis GG:MM."},
		{sheetfile.ErrWhole, "Popraw liczbę[ {0}]: ma być całkowita."},
		{sheetfile.ErrTooLarge, "Popraw liczbę[ {0}]: jest za duża."},
		{sheetfile.ErrPercent, "Popraw procent[ {0}]: ma być całkowity, od 0 do 100."},
		{sheetfile.ErrChoice, "Wybierz jedną z wartości: {0}."},
		{sheetfile.ErrPESEL, "Popraw PESEL: nie zgadza się liczba cyfr, data urodzenia albo cyfra kontrolna."},
		{sheetfile.ErrAccount, "Popraw numer konta: ma mieć 26 cyfr i zgodne cyfry kontrolne; komórka ma być tekstem, nie liczbą."},
		{sheetfile.ErrNIP, "Popraw NIP: ma mieć dziesięć cyfr i zgodną cyfrę kontrolną."},
		{sheetfile.ErrColumn, "Usuń kolumnę: ten plik takiej nie ma."},
		{sheetfile.ErrWide, "Popraw wiersz: ma {0} komórek, a nagłówek {1}."},
		{sheetfile.ErrQuote, "Popraw wiersz: po zamykającym cudzysłowie stoi tekst."},
		{sheetfile.ErrComma, "Weź w cudzysłów liczby z przecinkiem albo rozdziel komórki średnikiem: wiersz ma {0} komórek, a nagłówek {1}."},
		{sheetfile.ErrFileLarge, "Podziel plik: można odczytać najwyżej {0} MiB."},
		{sheetfile.ErrFileEmpty, "Wypełnij plik: jest pusty."},
		{charset.ErrNoText, "Zapisz arkusz jako CSV UTF-8, a wyciąg pobierz z banku jako MT940: ten plik nie jest tekstem, który można odczytać."},
		{charset.ErrCut, "Zapisz albo pobierz plik jeszcze raz: urywa się w połowie litery (UTF-16)."},
		{charset.ErrEncoding, "Zapisz plik w jednym kodowaniu, najlepiej jako CSV UTF-8: wiersz {0} nie jest w {1}, jak reszta pliku."},
		{sheetfile.ErrFileQuote, "Zamknij cudzysłów, który otwiera się w wierszu {0}."},
		{sheetfile.ErrNoHeader, "Wpisz w wierszu 1 nagłówek, na przykład zaczynając od kolumny {0}; komórki rozdziela średnik, tabulator albo przecinek."},
		{sheetfile.ErrHeaderCell, "Popraw nagłówek: nie można odczytać nazwy kolumny {0}."},
		{sheetfile.ErrNoName, "Nazwij albo usuń kolumnę {0}: nagłówek nie ma dla niej nazwy."},
		{sheetfile.ErrNotColumn, "Usuń albo popraw kolumnę {0}: ten rodzaj pliku takiej nie ma."},
		{sheetfile.ErrColumnTwice, "Usuń jedną z kolumn {0}: stoi w nagłówku dwa razy."},
		{sheetfile.ErrMissing, "Dodaj kolumnę {0}: ten rodzaj pliku jej wymaga."},
		{sheetfile.ErrExtension, "Zapisz plik jako .xlsx albo .csv."},
		{sheetfile.ErrRows, "Podziel plik: można odczytać najwyżej {0} wierszy."},
		{sheetfile.ErrRowCells, "Usuń zbędne komórki w wierszu {0}: jest ich więcej niż 256."},
		{sheetfile.ErrTooMuch, "Podziel plik: do wiersza {0} ma więcej komórek albo tekstu, niż można odczytać naraz."},
		{sheetfile.ErrWorkbook, "Otwórz plik w arkuszu i zapisz jako .xlsx jeszcze raz: jest uszkodzony, urwany albo nie jest skoroszytem."},
		{sheetfile.ErrProtected, "Zapisz skoroszyt bez hasła: plik jest nim zaszyfrowany."},
		{sheetfile.ErrOldWorkbook, "Zapisz plik w arkuszu jako .xlsx: to skoroszyt w dawnym formacie .xls, a zmiana samej nazwy nie wystarczy."},
		{sheetfile.ErrWebPage, "Otwórz plik w arkuszu i zapisz jako .xlsx: to strona WWW, a nie arkusz."},
		{sheetfile.ErrPacked, "Otwórz plik w arkuszu i zapisz jeszcze raz: po rozpakowaniu jest o wiele większy, niż bywa skoroszyt."},
		{sheetfile.ErrSpreadsheet, "Popraw komórkę: stoi w niej błąd arkusza."},
		{sheetfile.ErrFormula, "Otwórz plik w arkuszu i zapisz: formuła nie ma obliczonej wartości."},
		{sheetfile.ErrMerged, "Rozdziel scalone komórki i wypełnij każdy wiersz."},
		{sheetfile.ErrCellKind, "Sformatuj kolumnę jako tekst: tego rodzaju komórki nie można odczytać."},
		{sheetfile.ErrNumber, "Wpisz liczbę ponownie: nie można jej odczytać."},
		{sheetfile.ErrMade, "Sformatuj kolumnę jako tekst i wpisz ponownie: arkusz zrobił z identyfikatora datę, czas, procent albo zaokrągloną liczbę."},
	}
}

// ofQuestions are the refusals of reports and histories.
func ofQuestions() []sentence {
	return []sentence{
		{queries.ErrUnknown, "Popraw parametr {0}: księga niczego takiego nie zna."},
		{queries.ErrNoType, "Popraw wzorzec: nie pasuje do niego żaden rodzaj zdarzenia."},
		{queries.ErrNoWait, "Poproś o token dostępu albo usuń parametr minPosition: na pozycję czekają tylko osoby z tokenem."},
		{queries.ErrNoReport, "Wybierz inne zestawienie: zestawienia {0} nie ma."},
		{queries.ErrNoParam, "Usuń parametr {1}: zestawienie {0} takiego nie ma."},
		{queries.ErrTwice, "Podaj parametr {0} tylko raz."},
		{queries.ErrDate, "Popraw parametr {0}: przyjmuje datę RRRR-MM-DD."},
		{queries.ErrMonth, "Popraw parametr {0}: przyjmuje miesiąc RRRR-MM."},
		{queries.ErrWord, "Popraw parametr {0}: przyjmuje jedną z wartości: {1}."},
		{queries.ErrPosition, "Popraw parametr minPosition: przyjmuje pozycję w księdze, czyli liczbę."},
		{queries.ErrOrder, "Popraw daty: to (do) leży przed from (od)."},
		{queries.ErrFormat, "Wybierz inny format: formatu {0} nie ma, są {1}."},
		{queries.ErrKnownAt, "Popraw parametr {0}: przyjmuje pozycję w księdze, dzień RRRR-MM-DD albo chwilę RFC 3339, na przykład 2018-05-01T12:00:00+02:00."},
		{queries.ErrAhead, "Podaj w parametrze {0} wcześniejszą chwilę albo pozycję: tej księga jeszcze nie osiągnęła."},
		{queries.ErrGlob, "Popraw wzorzec rodzaju zdarzeń: ma być jak attendance.*."},
		{queries.ErrCursor, "Zacznij od pierwszej strony: ten kursor nie jest z tej historii."},
		{queries.ErrNarrow, "Zostaw jedno: historia idzie za jednym strumieniem, jedną rzeczą albo jedną osobą zapisującą."},
		{queries.ErrBehind, "Spróbuj ponownie za chwilę: zestawienia nie objęły jeszcze tej pozycji."},
		{queries.ErrNothingKept, "Wskaż Redis (--redis) albo uruchom serwer: nie ma zapisanych zestawień, które można by sprawdzić."},
		{queries.ErrMonthSum, "Popraw zapisane godziny albo kwoty: miesiąc {0} umowy {1} daje więcej, niż księga liczy."},
		{queries.ErrClaimSum, "Popraw zapisane kwoty: wniosek {0} daje więcej, niż księga liczy."},
		{queries.ErrClaimsSum, "Popraw zapisane kwoty: wnioski za {0} z porozumienia {1} dają więcej, niż księga liczy."},
		{queries.ErrHoursSum, "Popraw zapisane godziny: porozumienie {0} daje ich więcej, niż księga liczy."},
		{queries.ErrTotal, "Zawęź zestawienie {0}: jego suma jest większa, niż księga liczy."},
	}
}

// ofStatements are the refusals of a bank's file. Nobody mends one by hand.
func ofStatements() []sentence {
	return []sentence{
		{bankfile.ErrLarge, "Pobierz z banku krótsze wyciągi: można odczytać plik do {0} MiB."},
		{bankfile.ErrNoStatement, "Pobierz z banku wyciąg jako MT940: w tym pliku nie ma żadnego (pola :20:)."},
		{bankfile.ErrBefore, "Pobierz wyciąg z banku jeszcze raz: pole :{1}: w wierszu {0} stoi przed początkiem wyciągu (:20:)."},
		{bankfile.ErrAfter, "Pobierz wyciąg z banku jeszcze raz: pole :{1}: w wierszu {0} stoi po saldzie końcowym."},
		{bankfile.ErrLong, "Pobierz wyciąg z banku jeszcze raz: pole :{1}: od wiersza {0} jest za długie."},
		{bankfile.ErrAccounts, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) stoi drugi numer rachunku."},
		{bankfile.ErrAccount, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma numeru rachunku."},
		{bankfile.ErrNumbers, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) stoi drugi numer wyciągu."},
		{bankfile.ErrNumber, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma numeru wyciągu."},
		{bankfile.ErrOpenings, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) stoi drugie saldo początkowe; poprzedni wyciąg nie ma może końcowego (:62F:)."},
		{bankfile.ErrNoOpening, "Pobierz wyciąg z banku jeszcze raz: przed wierszem {0} (pole :{1}:) nie ma salda początkowego (:60F:)."},
		{bankfile.ErrLines, "Pobierz z banku krótszy wyciąg: w wierszu {0} (pole :{1}:) zaczyna się pozycja ponad {2}."},
		{bankfile.ErrBalance, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma salda (C albo D, data, waluta, kwota)."},
		{bankfile.ErrDate, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma daty RRMMDD."},
		{bankfile.ErrCurrency, "Pobierz wyciąg rachunku w złotych: w wierszu {0} (pole :{1}:) stoi inna waluta."},
		{bankfile.ErrAmount, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma kwoty z przecinkiem."},
		{bankfile.ErrShort, "Pobierz wyciąg z banku jeszcze raz: wiersz {0} (pole :{1}:) jest za krótki."},
		{bankfile.ErrValueDate, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma daty waluty RRMMDD."},
		{bankfile.ErrBookedDate, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma daty księgowania MMDD."},
		{bankfile.ErrMark, "Pobierz wyciąg z banku jeszcze raz: w wierszu {0} (pole :{1}:) nie ma znaku wpływu ani obciążenia (C, D, RC, RD)."},
		{bankfile.ErrSum, "Pobierz wyciąg z banku jeszcze raz: saldo początkowe i pozycje dają {2}, a saldo końcowe w wierszu {0} (pole :{1}:) to {3}."},
		{bankfile.ErrNotClosed, "Pobierz wyciąg z banku jeszcze raz: wyciąg od wiersza {0} nie ma salda końcowego (:62F:), plik jest może urwany."},
		{bankfile.ErrNoAccount, "Pobierz wyciąg z banku jeszcze raz: wyciąg od wiersza {0} nie ma numeru rachunku (:25:)."},
		{bankfile.ErrNoNumber, "Pobierz wyciąg z banku jeszcze raz: wyciąg od wiersza {0} nie ma numeru (:28C:)."},
		{bankfile.ErrPage, "Pobierz z banku wszystkie strony wyciągu: ta od wiersza {0} otwiera się saldem {2}, a poprzednia zamyka {3}."},
	}
}

// ofWork are the refusals of people, contracts and hours.
func ofWork() []sentence {
	return []sentence{
		{attendance.ErrHours, "Popraw godziny: doba ma od 0 do 24 godzin."},
		{attendance.ErrNoHours, "Podaj godziny albo rodzaj nieobecności."},
		{attendance.ErrBoth, "Zostaw godziny puste albo usuń nieobecność: nieobecność nie ma godzin."},
		{attendance.ErrAbsence, "Wybierz rodzaj nieobecności: choroba, usprawiedliwiona albo nieusprawiedliwiona."},
		{attendance.ErrOutside, "Popraw datę: {0} leży poza skierowaniem lub porozumieniem ({1}–{2})."},
		{attendance.ErrSuspended, "Popraw datę: {0} skierowanie jest zawieszone."},
		{attendance.ErrWeeklyCap, "Zmniejsz godziny: w tygodniu od {1} byłoby {0} h, wolno {2} h."},
		{attendance.ErrMonthCap, "Zmniejsz godziny: w miesiącu {1} byłoby {0} h, wolno {2} h."},
		{attendance.ErrDaysStand, "Najpierw popraw lub wycofaj zapisane dni, których nowe warunki nie dopuszczą: {0}[; i jeszcze {1}]."},
		{attendance.ErrDayOutside, "{0} ma {1} poza skierowaniem lub porozumieniem"},
		{attendance.ErrDayRests, "{0} ma {1} w zawieszeniu"},
		{attendance.ErrWeekOver, "{0} ma w tygodniu od {1} {2} h, a byłoby wolno {3} h"},
		{attendance.ErrMonthOver, "{0} ma w miesiącu {1} {2} h, a byłoby wolno {3} h"},
		{attendance.ErrNoRate, "Popraw datę: dla dnia {0} nie ma stawki minimalnej."},
		{assistance.ErrTimes, "Popraw godziny: wizyta kończy się po swoim początku i najpóźniej o 24:00; noc to dwie wizyty."},
		{assistance.ErrMinutes, "Popraw godziny: czas wizyty nie zgadza się z jej początkiem i końcem."},
		{assistance.ErrOther, "Wyślij ponownie: wizyta należy do innego asystenta albo miesiąca."},
		{assistance.ErrOverlap, "Popraw godziny: wizyta nakłada się na inną tego asystenta."},
		{assistance.ErrOverMonthlyCap, "Skróć wizytę: w miesiącu {0} byłoby {1} h, wolno {2} h."},
		{assistance.ErrOverDailyCap, "Skróć wizytę: w dniu {0} byłoby {1} h, wolno {2} h."},
		{participant.ErrNoName, "Podaj imię i nazwisko."},
		{participant.ErrOwnCarer, "Popraw identyfikator: nikt nie jest opiekunem samego siebie."},
		{participant.ErrEmployment, "Wybierz rodzaj zatrudnienia: etat, zlecenie albo pracownik_socjalny."},
		{participant.ErrQualified, "Wybierz kwalifikacje: dyplom albo doswiadczenie."},
		{participant.ErrOther, "Wyślij ponownie: zapis należy do innej osoby."},
		{contract.ErrUnknown, "Popraw numer umowy: takiej nie zapisano."},
		{contract.ErrKind, "Wybierz rodzaj umowy: psu, socjalny, trojstronny albo usamodzielnianie."},
		{contract.ErrPeriod, "Popraw daty: ostatni dzień leży przed pierwszym."},
		{contract.ErrNegative, "Popraw liczbę: godziny, stawka i limit pomocy nie są ujemne."},
		{contract.ErrForm, "Wybierz wzór kontraktu: 2005, 2010-A albo 2010-B."},
		{contract.ErrNotSocial, "Zostaw wzór pusty: ma go tylko kontrakt socjalny."},
		{contract.ErrNoAgreement, "Podaj numer porozumienia: skierowanie go wymaga."},
		{contract.ErrNotSigned, "Najpierw zapisz podpisanie umowy."},
		{contract.ErrEnded, "Popraw datę: umowa się już skończyła albo kończy się inaczej."},
		{contract.ErrSuspended, "Popraw datę: umowa jest już wtedy zawieszona."},
		{contract.ErrNotSuspended, "Popraw datę: umowa nie jest wtedy zawieszona."},
		{contract.ErrBeforeStart, "Popraw datę: {0} leży przed pierwszym dniem umowy."},
		{contract.ErrNoDay, "Podaj dzień zmiany."},
		{commands.ErrChange, "Wybierz zmianę, którą umowy znają."},
		{commands.ErrRegistering, "Spróbuj ponownie: ten PESEL rejestruje w tej chwili ktoś inny."},
		{commands.ErrNotReferral, "Popraw numer: ta umowa nie jest skierowaniem do prac społecznie użytecznych."},
		{commands.ErrNoVisiting, "Popraw numer: ta umowa nie jest umową na godziny asystenta."},
		{commands.ErrProgramme, "Popraw program: takiego nie ma w katalogu."},
		{participant.ErrUnknown, "Popraw identyfikator uczestnika albo najpierw go zarejestruj: takiego nie zapisano."},
		{participant.ErrAssistant, "Popraw identyfikator asystenta albo najpierw go zarejestruj: takiego nie zapisano."},
		{commands.ErrTimes, "Popraw godziny: wizyta kończy się po swoim początku i najpóźniej o 24:00; noc to dwie wizyty."},
		{commands.ErrPESEL, "Popraw PESEL: nie zgadza się liczba cyfr, data urodzenia albo cyfra kontrolna."},
		{commands.ErrAccount, "Popraw numer konta: nie zgadza się liczba cyfr albo cyfry kontrolne."},
		{commands.ErrPESELFuture, "Popraw PESEL: należy do kogoś, kto się jeszcze nie urodził."},
		{commands.ErrBirthDate, "Popraw datę urodzenia albo PESEL: nie zgadzają się ze sobą."},
		{commands.ErrSex, "Popraw płeć albo PESEL: nie zgadzają się ze sobą."},
		{commands.ErrPESELTaken, "Użyj identyfikatora, pod którym ta osoba jest zapisana: jej PESEL ma już inny wpis."},
	}
}

// ofClaims are the refusals of agreements, payments, claims and statements.
func ofClaims() []sentence {
	return []sentence{
		{agreement.ErrUnknown, "Popraw numer porozumienia: takiego nie zapisano."},
		{agreement.ErrPeriod, "Popraw daty: ostatni dzień leży przed pierwszym."},
		{agreement.ErrRefundShare, "Popraw procent refundacji ({0}): do 60, dla prac u opiekunów do 100, a w nowych porozumieniach dokładnie 100."},
		{agreement.ErrNoLimit, "Zostaw puste, jeśli limitu nie ma: limit 0 nie pozwala na nic."},
		{agreement.ErrNegative, "Popraw liczbę: limit, stawka i termin nie są ujemne."},
		{agreement.ErrGround, "Wybierz podstawę: porozumienie albo wniosek_prezydenta."},
		{agreement.ErrNoClaim, "Popraw numer: porozumienie nie ma wniosku {0}."},
		{agreement.ErrCorrected, "Koryguj wniosek {1}: to on zastępuje wniosek {0}."},
		{agreement.ErrAmending, "Poczekaj: wniosek {0} jest właśnie wycofywany lub poprawiany; jeśli to przerwano, wyślij to ponownie."},
		{agreement.ErrClaimed, "Najpierw skoryguj wniosek {2}: obejmuje już skierowanie {1} w tym miesiącu."},
		{payment.ErrAmount, "Popraw kwotę: ma być większa od zera."},
		{payment.ErrNoPayment, "Popraw listę lub miesiąc: na tej liście nic za ten miesiąc nie wypłacono."},
		{payment.ErrTooMuch, "Zmniejsz kwotę: wróciłoby {0}, a wypłacono {1}."},
		{payment.ErrEarlier, "Popraw datę: przelew wróciłby przed wypłatą."},
		{refund.ErrUnknown, "Popraw numer wniosku: takiego nie zapisano."},
		{refund.ErrAmount, "Popraw kwotę: ma być większa od zera."},
		{refund.ErrNoAmount, "Podaj kwotę, którą urząd pracy przyjął."},
		{refund.ErrOutcome, "Wybierz odpowiedź: przyjety, czesciowo, zwrocony albo zwrot."},
		{refund.ErrOverClaim, "Zmniejsz kwotę {0}: to razem więcej, niż było we wniosku."},
		{refund.ErrOverPaid, "Wskaż inny wniosek: przelew {0} to więcej, niż z tego pozostało ({1})."},
		{refund.ErrOverBack, "Wskaż inny wniosek: przelew {0} to więcej, niż z tego jest do zwrotu ({1})."},
		{refund.ErrUndone, "Przypisz ręcznie: ktoś cofnął, że ten przelew opłaca ten wniosek."},
		{refund.ErrPaidBack, "Najpierw cofnij przypisanie przelewu zwrotnego: oddano by więcej, niż wpłynęło."},
		{refund.ErrBeforeClaim, "Popraw datę: leży przed dniem złożenia wniosku."},
		{refund.ErrSelf, "Popraw numer: wniosek nie koryguje sam siebie."},
		{refund.ErrDayOff, "Popraw dzień {1} skierowania {0} albo podaj kwotę, o którą wystąpiono: godzin w dniu wolnym od pracy ({2}) wniosek nie obejmuje[; takich dni jest więcej o {3}]."},
		{refund.ErrExcused, "Podaj kwotę, o którą wystąpiono, albo niech wniosek złoży ktoś, kto widzi rodzaj nieobecności: {1} inne skierowanie ma tę osobę za nieobecną (skierowanie {0})[; takich dni jest więcej o {3}]."},
		{refund.ErrSickLeave, "Popraw dzień {1} skierowania {0} albo podaj kwotę, o którą wystąpiono: godzin w czasie zwolnienia lekarskiego wniosek nie obejmuje[; takich dni jest więcej o {3}]."},
		{refund.ErrNotReady, "Uzupełnij dane miesiąca albo podaj kwotę, o którą wystąpiono: nie ma z czego wyliczyć wniosku[: {0}][; i jeszcze {1} skierowań]."},
		{refund.ErrNoHours, "{0} nie ma godzin"},
		{refund.ErrUnpaid, "{0} nie jest wypłacone w całości ({1} z {2} do {3})"},
		{refund.ErrUncountable, "{0} daje kwotę nie do policzenia"},
		{refund.ErrNoRefund, "{0} nie ma zwrotu"},
		{refund.ErrTaken, "{0} jest już we wniosku {1}"},
		{refund.ErrCutShort, "{0} jest zarezerwowane dla niedokończonego wniosku {1} (wyślij go ponownie bez zmian albo wycofaj)"},
		{refund.ErrNothing, "Popraw numer wniosku: z tego nic nie pozostało do zapłaty."},
		{statement.ErrUnknown, "Popraw numer wyciągu: takiego nie zapisano."},
		{statement.ErrBalance, "Pobierz wyciąg ponownie: saldo początkowe i pozycje nie dają salda końcowego."},
		{statement.ErrLines, "Pobierz wyciąg ponownie: jego pozycje nie są numerowane od 1."},
		{statement.ErrLong, "Podziel wyciąg: ma więcej niż 50 000 pozycji."},
		{statement.ErrNoLine, "Popraw numer pozycji: wyciąg takiej nie ma."},
		{statement.ErrMatched, "Najpierw cofnij przypisanie: pozycja opłaca inny wniosek."},
		{statement.ErrZero, "Wskaż inną pozycję: ta jest na 0,00 zł."},
		{statement.ErrPart, "Zaimportuj plik wyciągu ponownie: nie jest zapisany do końca."},
		{statement.ErrUndone, "Przypisz ręcznie: ktoś cofnął przypisanie tej pozycji."},
		{commands.ErrCorrects, "Popraw numer: korygowany wniosek dotyczy innego porozumienia albo miesiąca."},
	}
}

// ofOthers are the refusals of durability, findings and erasures.
func ofOthers() []sentence {
	return []sentence{
		{durability.ErrPeriod, "Popraw daty: zobowiązanie potrzebuje obu, a ostatni dzień nie leży przed pierwszym."},
		{durability.ErrNoDate, "Podaj datę."},
		{durability.ErrNegative, "Popraw liczbę: miejsca i asystenci nie są ujemni."},
		{durability.ErrAnchor, "Wybierz, od czego liczy się trwałość: od końca projektu albo od płatności końcowej."},
		{durability.ErrURL, "Popraw adres: ma się zaczynać od http:// albo https://."},
		{durability.ErrNoRequest, "Popraw numer zapytania: {0} nie zapisano."},
		{durability.ErrAnswered, "Popraw odpowiedź: na zapytanie {0} odpowiedziano już odwrotnie."},
		{durability.ErrBeforeRequest, "Popraw datę: odpowiedź {2} leży przed zapytaniem {0} z {1}."},
		{durability.ErrOther, "Wyślij ponownie: zapis należy do innego projektu."},
		{commands.ErrDurabilityEvent, "Wybierz zdarzenie, które trwałość zna."},
		{commands.ErrNoValue, "Podaj liczbę miejsc lub asystentów."},
		{finding.ErrUnknown, "Odśwież ustalenia: tego już nie ma."},
		{finding.ErrFigures, "Odśwież ustalenie: jego liczby są już inne niż te, które widziano."},
		{finding.ErrUnseen, "Podaj, co widziano w ustaleniu: od, do, kwotę i czas."},
		{finding.ErrReason, "Podaj powód wyjaśnienia."},
		{finding.ErrNotResolved, "Nie otwieraj ponownie: ustalenie nie jest wyjaśnione."},
		{finding.ErrEarlier, "Popraw datę: leży przed ostatnim wpisem o tym ustaleniu."},
		{finding.ErrOther, "Wyślij ponownie: zapis należy do innego ustalenia."},
		{erasure.ErrKind, "Wskaż coś innego: danych tego rodzaju się nie usuwa."},
		{erasure.ErrGround, "Wybierz podstawę usunięcia, którą księga zna."},
		{erasure.ErrRegister, "Podaj numer decyzji w rejestrze ośrodka."},
		{erasure.ErrRetention, "Podaj ostatni dzień przechowywania: musi już minąć."},
		{erasure.ErrErased, "Zostaw pola słowne puste: dane tej osoby lub rzeczy usunięto i nic słowami się o niej nie zapisze."},
		{erasure.ErrErasedPerson, "Wycofaj ten wpis (bez powodu) albo podaj nowy identyfikator, jeśli ta osoba wraca: jej dane usunięto i nie da się ich zapisać ani poprawić."},
		{erasure.ErrListDamaged, "Użyj innej kopii listy usunięć: ta jest zmieniona albo uszkodzona[ (przy wpisie {0})]."},
		{erasure.ErrListDiffers, "Uzgodnij listy usunięć: różnią się[ od wpisu {0}]."},
		{erasure.ErrListForeign, "Użyj listy usunięć tej księgi: ta jest innej."},
		{commands.ErrNothing, "Popraw identyfikator: o tym nic nie jest zaszyfrowane."},
	}
}
