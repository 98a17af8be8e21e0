package words

import (
	"ksiega/commands"
	"ksiega/domain/erasure"
)

// ofErasures are the refusals of erasures.
func ofErasures() []sentence {
	return []sentence{
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
