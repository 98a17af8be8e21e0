package words

import (
	"ksiega/commands"
	"ksiega/domain/contract"
)

// ofContracts are the refusals of contracts.
func ofContracts() []sentence {
	return []sentence{
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
		{contract.ErrNoChange, "Podaj, co aneks zmienia."},
		{contract.ErrNoSubstitute, "Podaj, kto zastępuje asystenta."},
		{contract.ErrRuling, "Wybierz decyzję: utrzymanie, ograniczenie albo odmowa."},
		{contract.ErrAppeal, "Wybierz, co stało się z odwołaniem: brak, zlozone, uwzglednione albo oddalone."},
		{contract.ErrNumber, "Podaj numer decyzji."},
		{contract.ErrUngrounded, "Podaj powód: decyzja go wymaga."},
		{contract.ErrNoBreach, "Najpierw zapisz niedotrzymanie: decyzja musi przyjść po nim."},
		{contract.ErrOfSocial, "Popraw numer: zadania i oceny ma tylko kontrakt socjalny."},
		{contract.ErrBeforeSign, "Popraw datę: leży przed zawarciem kontraktu."},
		{contract.ErrTask, "Popraw numer zadania: kontrakt nie ma zadania {0}."},
		{contract.ErrSide, "Wybierz, czyje to zadanie: uczestnik albo osrodek."},
		{contract.ErrDue, "Popraw termin: leży przed zawarciem kontraktu."},
		{contract.ErrNoText, "Podaj, co jest do zrobienia."},
		{contract.ErrResult, "Wybierz jeden z wyników."},
		{contract.ErrNoPurpose, "Podaj cel pomocy."},
		{contract.ErrAidAmount, "Popraw kwotę: pomoc jest większa od zera."},
		{contract.ErrNoAid, "Zapisz najpierw aneks z limitem pomocy: w dniu {0} umowa nie ma limitu, więc pomocy nie przewiduje."},
		{contract.ErrAidOver, "Zmniejsz kwotę albo zapisz aneks: z pomocą z dnia {0} byłoby razem {1}, a limit umowy to {2}."},
		{contract.ErrAidOutside, "Popraw datę: {0} leży poza okresem umowy albo w czasie jej zawieszenia."},
		{contract.ErrAidRefused, "Popraw datę: w dniu {0} obowiązuje odmowa dalszej pomocy (decyzja {1})."},
		{contract.ErrAidOfDay, "Pomoc z tego dnia jest już w tej umowie zapisana: dalszą, poprawkę albo wycofanie musi wpisać ktoś, kto może widzieć osoby."},
		{contract.ErrAidStands, "Wycofaj najpierw pomoc, której nie można by już udzielić: {0}[ i jeszcze {1}]."},
		{commands.ErrNotOfChange, "Zostaw puste: ta zmiana umowy nie ma takiej wartości."},
		{commands.ErrAnnexZero, "Podaj liczbę większą od zera: aneks niczego nie odbiera."},
		{commands.ErrChange, "Wybierz zmianę, którą umowy znają."},
	}
}
