package words

import "ksiega/queries"

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
		{queries.ErrUnseen, "Usuń parametr {0}: jest dla ról, które widzą dane osób."},
		{queries.ErrManyLooks, "Podaj mniej dni, osobę albo czytającego: w rejestrze dostępu jest więcej niż {0} takich wpisów."},
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
