package words

import (
	"ksiega/commands"
	"ksiega/domain/sheet"
)

// ofSheets are the refusals of months that are handed over, returned and approved.
func ofSheets() []sentence {
	return []sentence{
		{sheet.ErrApproved, "Wprowadź korektę z powodem: miesiąc {0} jest zatwierdzony."},
		{sheet.ErrNotHandedOver, "Najpierw przekaż miesiąc {0} do zatwierdzenia: nie został przekazany albo zmieniono go od tego czasu[ ({1})]."},
		{sheet.ErrEmpty, "Najpierw wpisz godziny lub nieobecności: w miesiącu {0} nie ma nic, co można by przekazać."},
		{sheet.ErrPaid, "Popraw dni korektą: miesiąc {0} jest zatwierdzony i wypłacony, więc nie można go zwrócić[ ({1})]."},
		{commands.ErrWhichSheet, "Podaj porozumienie albo asystenta, jedno z dwojga."},
		{commands.ErrSheetChanged, "Sprawdź te części miesiąca jeszcze raz i wyślij ponownie: {0} – zmieniono je po tym, jak je pokazano."},
		{sheet.ErrOwn, "Poproś o zatwierdzenie kogoś innego: kto wpisywał, poprawiał lub przekazał ten miesiąc, nie zatwierdza go[ ({0})]."},
	}
}
