package words

import (
	"ksiega/commands"
	"ksiega/commands/bankfile"
	"ksiega/domain/statement"
)

// ofStatements are the refusals of a bank's file, which nobody mends by hand, and of what is
// recorded of one.
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
		{statement.ErrUnknown, "Popraw numer wyciągu: takiego nie zapisano."},
		{statement.ErrBalance, "Pobierz wyciąg ponownie: saldo początkowe i pozycje nie dają salda końcowego."},
		{statement.ErrLines, "Pobierz wyciąg ponownie: jego pozycje nie są numerowane od 1."},
		{statement.ErrLong, "Podziel wyciąg: ma więcej niż 50 000 pozycji."},
		{statement.ErrNoLine, "Popraw numer pozycji: wyciąg takiej nie ma."},
		{commands.ErrOwnClaim, "Poproś o przypisanie kogoś innego: kto wnioskował o refundację (wniosek {0}), nie przypisuje wpłaty. W ośrodku z jedną księgową dyrektor może na to pozwolić ustawieniem."},
		{statement.ErrMatched, "Najpierw cofnij przypisanie: pozycja opłaca inny wniosek."},
		{statement.ErrZero, "Wskaż inną pozycję: ta jest na 0,00 zł."},
		{statement.ErrPart, "Zaimportuj plik wyciągu ponownie: nie jest zapisany do końca."},
		{statement.ErrUndone, "Przypisz ręcznie: ktoś cofnął przypisanie tej pozycji."},
	}
}
