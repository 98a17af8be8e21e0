package words

import (
	"ksiega/commands"
	"ksiega/domain/attendance"
)

// ofAttendance are the refusals of days of work.
func ofAttendance() []sentence {
	return []sentence{
		{attendance.ErrHours, "Popraw godziny: doba ma od 0 do 24 godzin."},
		{attendance.ErrNoHours, "Podaj godziny albo rodzaj nieobecności."},
		{attendance.ErrBoth, "Zostaw godziny puste albo usuń nieobecność: nieobecność nie ma godzin."},
		{attendance.ErrAbsence, "Wybierz rodzaj nieobecności: choroba, usprawiedliwiona albo nieusprawiedliwiona."},
		{attendance.ErrOutside, "Popraw datę: {0} leży poza skierowaniem {3} lub porozumieniem {4} (razem obowiązują od {1} do {2})."},
		{attendance.ErrSuspended, "Popraw datę: {0} skierowanie jest zawieszone."},
		{attendance.ErrWeeklyCap, "Zmniejsz godziny: w tygodniu od {1} byłoby {0} h, wolno {2} h[ ({3})][ (skierowanie {4})]."},
		{attendance.ErrMonthCap, "Zmniejsz godziny: w miesiącu {1} byłoby {0} h, wolno {2} h (porozumienie {3})."},
		{attendance.ErrDaysStand, "Najpierw popraw lub wycofaj zapisane dni, których nowe warunki nie dopuszczą: {0}[; i jeszcze {1}]."},
		{attendance.ErrDayOutside, "{0} ma {1} poza skierowaniem lub porozumieniem"},
		{attendance.ErrDayRests, "{0} ma {1} w zawieszeniu"},
		{attendance.ErrWeekOver, "{0} ma w tygodniu od {1} {2} h, a byłoby wolno {3} h"},
		{attendance.ErrMonthOver, "{0} ma w miesiącu {1} {2} h, a byłoby wolno {3} h"},
		{attendance.ErrNoRate, "Popraw datę: dla dnia {0} nie ma stawki minimalnej."},
		{commands.ErrNotReferral, "Popraw numer: ta umowa nie jest skierowaniem do prac społecznie użytecznych."},
	}
}
