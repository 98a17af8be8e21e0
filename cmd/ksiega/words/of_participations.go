package words

import (
	"ksiega/commands"
	"ksiega/domain/participation"
)

// ofParticipations are the refusals of taking part in programmes.
func ofParticipations() []sentence {
	return []sentence{
		{participation.ErrEnrolled, "Popraw datę: ta osoba bierze już wtedy udział w programie ({0})."},
		{participation.ErrNotEnrolled, "Popraw datę albo najpierw zapisz przyjęcie: w dniu {0} ta osoba nie bierze udziału w programie."},
		{participation.ErrEnded, "Popraw datę: ten udział ma już ostatni dzień, {0}."},
		{participation.ErrValue, "Wybierz jedną z wartości[: {0}]."},
		{participation.ErrOther, "Wyślij ponownie: zapis należy do innej osoby albo innego programu."},
		{commands.ErrParticipation, "Wybierz zdarzenie: nominacja, ocena, przyjecie, zakonczenie albo rezultat."},
		{commands.ErrValueless, "Zostaw wartość pustą: nominacja i przyjęcie jej nie mają."},
		{commands.ErrGroupless, "Zostaw grupę pustą: ma ją tylko przyjęcie."},
	}
}
