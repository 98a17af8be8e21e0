package commands_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/testkit/ledgertest"
)

// cells are those of a row by column.
type cells map[string]string

func (c cells) sheet(kind string, n int) sheet {
	names := slices.Sorted(maps.Keys(c))
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = c[name]
	}
	return sheet{fmt.Sprintf("%s_%d.csv", kind, n), strings.Join(names, ";") + "\n" + strings.Join(values, ";") + "\n"}
}

// differing is a row of each kind of file that is recorded, and what each column that is no
// part of its identity may say instead, without anything else being wrong with it.
func differing() map[string][]struct{ row, others cells } {
	type all = []struct{ row, others cells }
	person := cells{"id": "U9", "imie": "Jan", "nazwisko": "Kos", "pesel": "", "data_urodzenia": "01.02.1980", "plec": "M", "gmina": "Brody", "niepelnosprawnosc": "lekki",
		"klient_ops": "tak", "status": "bezrobotny", "bez_zasilku": "tak", "profil": "I", "konto": "", "opiekun_dla": "U1", "gospodarstwo": "G1"}
	return map[string]all{
		"uczestnicy": {{person, cells{"imie": "Jerzy", "nazwisko": "Kosa", "pesel": "80020100018", "data_urodzenia": "02.02.1980", "plec": "K", "gmina": "Mirzec",
			"niepelnosprawnosc": "znaczny", "klient_ops": "nie", "status": "bierny", "bez_zasilku": "nie", "profil": "II", "konto": "61109010140000071219812874",
			"opiekun_dla": "U2", "gospodarstwo": "G2"}}},
		"asystenci": {{cells{"id": "A9", "imie": "Ewa", "nazwisko": "Lis", "zatrudnienie": "etat", "kwalifikacje": "dyplom"},
			cells{"imie": "Ola", "nazwisko": "Lisek", "zatrudnienie": "zlecenie", "kwalifikacje": "doswiadczenie"}}},
		"statusy": {{cells{"uczestnik": "U1", "rodzaj": "profil", "wartosc": "I", "od": "01.02.2024", "do": "31.03.2024"}, cells{"wartosc": "II", "do": "30.03.2024"}}},
		"pobyty":  {{cells{"uczestnik": "U1", "rodzaj": "szpital", "od": "01.02.2024", "do": "31.03.2024"}, cells{"do": "30.03.2024"}}},
		"porozumienia": {{cells{"numer": "P/9", "zawarto": "02.01.2024", "od": "02.01.2024", "do": "31.12.2024", "refundacja": "60", "limit_osob": "5", "limit_godzin_miesiac": "40",
			"limit_godzin_razem": "900", "stawka_bazowa": "30,00", "podstawa_refundacji": "ustawowa", "dla_opiekunow": "nie",
			"podstawa": "porozumienie", "termin_refundacji": "30"},
			cells{"zawarto": "03.01.2024", "od": "03.01.2024", "do": "30.12.2024", "refundacja": "50", "limit_osob": "6", "limit_godzin_miesiac": "30",
				"limit_godzin_razem": "800", "stawka_bazowa": "31,00", "podstawa_refundacji": "umowna", "dla_opiekunow": "tak",
				"podstawa": "wniosek_prezydenta", "termin_refundacji": "14"}}},
		"umowy": {{cells{"numer": "T/9", "rodzaj": "trojstronny", "program": "asystent-aktywnosci", "uczestnik": "U2", "zawarto": "02.01.2024", "od": "02.01.2024", "do": "31.12.2024",
			"asystent": "A1", "porozumienie": "", "godziny_tydzien": "4", "stawka": "20,00", "miejsce": "dom", "prace": "zakupy", "pomoc": "500,00"},
			cells{"rodzaj": "socjalny", "program": "aoon-2006", "uczestnik": "U1", "zawarto": "03.01.2024", "od": "03.01.2024", "do": "30.12.2024",
				"asystent": "A2", "porozumienie": "P/1", "godziny_tydzien": "3", "stawka": "21,00", "miejsce": "biuro", "prace": "sprzątanie", "pomoc": "600,00"}},
			{cells{"numer": "K/9", "rodzaj": "socjalny", "program": "wszyscy-razem", "uczestnik": "U2", "zawarto": "02.01.2024", "od": "02.01.2024", "do": "31.12.2024",
				"wzor": "2010-A"}, cells{"wzor": "2010-B"}}},
		"udzial": {
			{cells{"uczestnik": "U1", "program": "razem", "zdarzenie": "przyjecie", "data": "01.02.2024", "wartosc": "", "grupa": "bezrobotni", "opis": "lista"}, cells{"grupa": "nieaktywni", "opis": "wniosek"}},
			{cells{"uczestnik": "U1", "program": "razem", "zdarzenie": "ocena", "data": "01.02.2024", "wartosc": "pozytywna", "grupa": "", "opis": ""}, cells{"wartosc": "negatywna"}}},
		"zmiany-umow": {
			{cells{"umowa": "T/1", "zmiana": "zawieszenie", "od": "01.04.2024", "do": "10.04.2024", "powod": "szpital"}, cells{"do": "11.04.2024", "powod": "urlop"}},
			{cells{"umowa": "T/1", "zmiana": "aneks", "od": "01.05.2024", "wartosc": "do=30.11.2024,godziny_tydzien=3"}, cells{"wartosc": "do=30.11.2024,godziny_tydzien=2"}},
			{cells{"umowa": "T/1", "zmiana": "niedotrzymanie", "od": "02.05.2024"}, cells{"powod": "nieobecność"}},
			{cells{"umowa": "T/1", "zmiana": "zastepstwo", "od": "02.05.2024", "wartosc": "A2"}, cells{"wartosc": "A1"}},
			{cells{"umowa": "T/1", "zmiana": "decyzja", "od": "09.05.2024", "wartosc": "odmowa", "powod": "brak współpracy", "numer": "D/1", "doreczono": "13.05.2024", "odwolanie": "zlozone"},
				cells{"wartosc": "utrzymanie", "powod": "choroba", "numer": "D/2", "doreczono": "14.05.2024", "odwolanie": "oddalone"}}},
		"zadania":          {{cells{"umowa": "K/1", "nr": "2", "strona": "uczestnik", "tresc": "kurs", "termin": "31.03.2024"}, cells{"strona": "osrodek", "tresc": "szkolenie", "termin": "30.04.2024"}}},
		"realizacja-zadan": {{cells{"umowa": "K/1", "nr": "1", "data": "28.03.2024", "wynik": "wykonane", "opis": "zapisany"}, cells{"wynik": "czesciowo", "opis": "nie zapisany"}}},
		"oceny":            {{cells{"umowa": "K/1", "data": "28.06.2024", "wynik": "pozytywna", "opis": "dobrze"}, cells{"wynik": "negatywna", "opis": "źle"}}},
		"pomoc":            {{cells{"umowa": "K/1", "data": "05.04.2024", "cel": "odzież", "kwota": "100,00", "dokument": "FV/1"}, cells{"kwota": "90,00"}}},
		"obecnosci": {
			{cells{"umowa": "S/1", "data": "18.03.2024", "godziny": "4", "nieobecnosc": "", "miejsce": "park"}, cells{"godziny": "5", "miejsce": "szkoła"}},
			{cells{"umowa": "S/1", "data": "19.03.2024", "godziny": "", "nieobecnosc": "choroba", "miejsce": ""}, cells{"nieobecnosc": "nieusprawiedliwiona"}}},
		"godziny": {{cells{"asystent": "A1", "umowa": "T/1", "data": "05.03.2024", "od": "10:00", "do": "12:00", "czynnosc": "zakupy", "miejsce": "dom"},
			cells{"do": "13:00", "czynnosc": "spacer", "miejsce": "park"}}},
		"wyplaty": {{cells{"lista": "L/9", "umowa": "S/1", "miesiac": "2024-03", "kwota": "10,00", "data": "05.04.2024", "zwrot": "nie"}, cells{"kwota": "11,00", "data": "06.04.2024"}}},
		"wnioski": {{cells{"numer": "W/9", "porozumienie": "P/1", "miesiac": "2024-03", "zlozono": "10.04.2024", "kwota": "50,00", "koryguje": ""},
			cells{"porozumienie": "P/8", "miesiac": "2024-02", "zlozono": "11.04.2024", "kwota": "51,00", "koryguje": "W/1"}}},
		"decyzje-pup": {{cells{"wniosek": "W/1", "data": "25.04.2024", "wynik": "czesciowo", "kwota": "50,00", "powod": "brak"}, cells{"wynik": "zwrocony", "kwota": "51,00", "powod": "inny"}}},
		"plan-budzetu": {{cells{"program": "psu", "pozycja": "kursy", "kwota": "100,00", "od": "01.02.2024", "ue": "50,00", "budzet": "20,00", "wlasny": "30,00"},
			cells{"kwota": "99,00", "ue": "51,00", "budzet": "21,00", "wlasny": "31,00"}}},
		"wydatki": {{cells{"program": "psu", "pozycja": "kursy", "dokument": "FV/9", "data": "05.04.2024", "kwota": "10,00", "nip": "5260250274", "suma_dokumentu": "20,00"},
			cells{"data": "06.04.2024", "kwota": "11,00", "nip": "", "suma_dokumentu": "21,00"}},
			{cells{"program": "psu", "pozycja": "sala", "dokument": "FV/9", "data": "05.04.2024", "kwota": "100,00", "ue": "50,00", "budzet": "20,00", "wlasny": "30,00"},
				cells{"ue": "51,00", "budzet": "21,00", "wlasny": "31,00"}}},
		"kontakty": {{cells{"id": "K/9", "data": "05.04.2024", "godzina": "20:00", "miejsce": "dworzec", "pseudonim": "Kazik", "pracownik": "A1", "pierwszy": "tak", "rodzaj": "prewencja",
			"przyczyna": "alkohol", "potrzeby": "nocleg", "interwencja": "rozmowa", "skierowanie": "schronisko", "wynik": "brak", "program": "streetworking"},
			cells{"data": "06.04.2024", "godzina": "21:00", "miejsce": "altanki", "pseudonim": "Zenek", "program": "pal-osada", "pracownik": "A2", "pierwszy": "nie", "rodzaj": "interwencja",
				"przyczyna": "długi", "potrzeby": "odzież", "interwencja": "koc", "skierowanie": "szpital", "wynik": "schronisko"}}},
		"liczenia": {{cells{"miejsce": "dworzec", "data": "04.03.2024", "osoby": "4", "kategoria": "dworzec", "badanie": "noc 2024"},
			cells{"osoby": "5", "kategoria": "ulica", "badanie": "noc 2025"}}},
		"tozsamosci": {{cells{"program": "streetworking", "pseudonim": "kazik", "uczestnik": "U1", "data": "05.04.2024"}, cells{"uczestnik": "U2", "data": "06.04.2024"}}},
		"trwalosc": {
			{cells{"projekt": "asystent-aktywnosci", "zdarzenie": "zobowiazanie", "data": "01.01.2024", "nr": "", "wartosc": "30", "do": "31.12.2024", "opis": "umowa", "url": ""},
				cells{"wartosc": "31", "do": "30.12.2024", "opis": "aneks"}},
			{cells{"projekt": "asystent-aktywnosci", "zdarzenie": "publikacja", "data": "02.01.2024", "nr": "", "wartosc": "", "do": "", "opis": "", "url": "https://mops.pl/a?b"},
				cells{"url": "https://mops.pl/a?c"}}},
	}
}

// What is recorded with other values is refused with the column that differs, whatever
// column of whatever kind of file that is.
func TestWhatDiffersIsNamed(t *testing.T) {
	t.Parallel()
	rows := differing()
	for _, f := range commands.ImportFiles() {
		if len(f.Columns) == 0 { // a bank's file, which nobody mends
			continue
		}
		t.Run(f.Kind, func(t *testing.T) {
			t.Parallel()
			l := ledgertest.Open(t)
			for _, before := range append(append(anyCentre(), socialContract()...), ofGroups(), paidInMarch(), claimedForMarch(), sheet{"porozumienia_8.csv", "numer;zawarto;od;do;refundacja\nP/8;02.01.2024;02.01.2024;31.12.2024;60\n"},
				sheet{"kontakty_8.csv", "id;data;godzina;miejsce;pseudonim\nK/8;04.03.2024;20:00;dworzec;Kazik\n"}) {
				accepted(t, l, before)
			}
			tried, n := map[string]bool{}, 10
			for _, c := range rows[f.Kind] {
				accepted(t, l, c.row.sheet(f.Kind, n))
				for column, value := range c.others {
					n++
					tried[column] = true
					other := maps.Clone(c.row)
					other[column] = value
					s := l.Import(t, other.sheet(f.Kind, n).name, other.sheet(f.Kind, n).rows)
					if s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, domain.ErrDiffers) || s.RefusedRows[0].Why[0].Column != column {
						t.Errorf("column %s: %+v", column, s)
					}
				}
			}
			for _, c := range f.Columns {
				amends := slices.Contains([]string{"correct", "withdraw", "correctionReason"}, c.Field) || c.Field == "reason" && f.Kind != "decyzje-pup" && f.Kind != "zmiany-umow"
				if !c.Key && !amends && !tried[c.Name] {
					t.Errorf("column %s is not tried", c.Name)
				}
			}
		})
	}
}
