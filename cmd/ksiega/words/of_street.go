package words

import (
	"ksiega/domain/contact"
	"ksiega/domain/place"
	"ksiega/domain/street"
)

// ofStreet are the refusals of contacts, counts and identities.
func ofStreet() []sentence {
	return []sentence{
		{contact.ErrKind, "Wybierz rodzaj kontaktu: prewencja, interwencja albo integracja."},
		{contact.ErrOutcome, "Wybierz wynik: brak, schronisko, praca albo mieszkanie."},
		{contact.ErrNoTime, "Popraw godzinę: ma leżeć między 0:00 a 23:59."},
		{contact.ErrOther, "Wyślij ponownie: zapis należy do innego kontaktu."},
		{place.ErrPeople, "Popraw liczbę osób: nie jest ujemna."},
		{place.ErrOther, "Wyślij ponownie: zapis należy do innego miejsca."},
		{street.ErrUnknown, "Popraw pseudonim lub program: nikogo takiego nie zapisano. Osobę zapisuje kontakt z jej pseudonimem."},
		{street.ErrNoPseudonym, "Podaj pseudonim."},
		{street.ErrOther, "Wyślij ponownie: zapis należy do innej osoby."},
	}
}
