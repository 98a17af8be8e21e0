package words

import (
	"ksiega/commands"
	"ksiega/domain/durability"
)

// ofDurability are the refusals of durability.
func ofDurability() []sentence {
	return []sentence{
		{durability.ErrPeriod, "Popraw daty: zobowiązanie potrzebuje obu, a ostatni dzień nie leży przed pierwszym."},
		{durability.ErrNoDate, "Podaj datę."},
		{durability.ErrNoPlaces, "Podaj liczbę miejsc: nie mówi jej też plik programu."},
		{durability.ErrNegative, "Popraw liczbę: miejsca i asystenci nie są ujemni."},
		{durability.ErrAnchor, "Wybierz, od czego liczy się trwałość: od końca projektu albo od płatności końcowej."},
		{durability.ErrURL, "Popraw adres: ma się zaczynać od http:// albo https://."},
		{durability.ErrNoRequest, "Popraw numer zapytania: {0} nie zapisano."},
		{durability.ErrAnswered, "Popraw odpowiedź: na zapytanie {0} odpowiedziano już odwrotnie."},
		{durability.ErrBeforeRequest, "Popraw datę: odpowiedź {2} leży przed zapytaniem {0} z {1}."},
		{durability.ErrOther, "Wyślij ponownie: zapis należy do innego projektu."},
		{commands.ErrDurabilityEvent, "Wybierz zdarzenie, które trwałość zna."},
		{commands.ErrNoValue, "Podaj liczbę miejsc lub asystentów."},
	}
}
