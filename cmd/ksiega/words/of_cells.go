package words

import (
	"ksiega/commands"
	"ksiega/commands/charset"
	"ksiega/commands/sheetfile"
)

// ofCells are the refusals of what stands in a spreadsheet.
func ofCells() []sentence {
	return []sentence{
		{commands.ErrField, "Otwórz stronę jeszcze raz: formularz ma pole {0}, którego to polecenie nie zna."},
		{commands.ErrNeeded, "Uzupełnij to pole."},
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
		{sheetfile.ErrAssigned, "Napisz kolumna=wartość, każdą kolumnę raz; kolumny to {0}."},
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
