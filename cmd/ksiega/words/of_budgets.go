package words

import (
	"ksiega/commands"
	"ksiega/domain/budget"
)

// ofBudgets are the refusals of plans and expenses.
func ofBudgets() []sentence {
	return []sentence{
		{budget.ErrAmount, "Popraw kwotę: ma być większa od zera."},
		{budget.ErrPlan, "Popraw kwotę: plan nie jest ujemny."},
		{budget.ErrPart, "Popraw część kwoty: nie jest ujemna."},
		{budget.ErrParts, "Popraw podział: ue, budzet i wlasny dają razem {0}, a kwota to {1}."},
		{budget.ErrProgramme, "Wyślij ponownie: zapis należy do innego programu."},
		{budget.ErrNIP, "Popraw NIP: ma mieć dziesięć cyfr i zgodną cyfrę kontrolną."},
		{budget.ErrDocumentTotal, "Popraw sumę dokumentu: ma być większa od zera."},
		{budget.ErrDocument, "Wyślij ponownie: zapis należy do innego dokumentu."},
		{commands.ErrNoAmount, "Podaj kwotę."},
	}
}
