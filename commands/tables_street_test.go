package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfStreet() []wayBack {
	const contact = "id;data;godzina;miejsce;pseudonim;przyczyna;potrzeby;wynik;program"
	return []wayBack{
		{name: "contact",
			before:   []sheet{{"kontakty_0.csv", contact + "\nK/0;04.03.2024;20:00;dworzec;Kazik;alkohol;nocleg;brak;\n"}},
			wrong:    sheet{"kontakty_1.csv", contact + "\nK/1;05.03.2024;20:00;dworzec;KAZIK;zadłużenie;odzież;schronisko;\n"},
			withdraw: sheet{"kontakty_2.csv", "id;data;godzina;miejsce;wycofanie;powod\nK/1;;;;tak;pomyłka\n"},
			right:    sheet{"kontakty_3.csv", contact + "\nK/1;03.03.2024;21:00;altanki;Zenek;;nocleg,odzież;praca;\n"},
			correct:  sheet{"kontakty_4.csv", contact + ";korekta;powod\nK/1;03.03.2024;21:00;altanki;Zenek;;nocleg,odzież;praca;;tak;pomyłka\n"}},
		{name: "count",
			before:   []sheet{{"liczenia_0.csv", "miejsce;data;osoby;kategoria;badanie\ndworzec;03.03.2024;4;dworzec;noc 2024\n"}},
			wrong:    sheet{"liczenia_1.csv", "miejsce;data;osoby;kategoria;badanie\ndworzec;04.03.2024;14;ulica;noc 2024\n"},
			withdraw: sheet{"liczenia_2.csv", "miejsce;data;osoby;wycofanie;powod\ndworzec;04.03.2024;;tak;pomyłka\n"},
			right:    sheet{"liczenia_3.csv", "miejsce;data;osoby;kategoria;badanie\ndworzec;04.03.2024;5;dworzec;noc 2025\n"},
			correct:  sheet{"liczenia_4.csv", "miejsce;data;osoby;kategoria;badanie;korekta;powod\ndworzec;04.03.2024;5;dworzec;noc 2025;tak;pomyłka\n"}},
		{name: "identity",
			before: []sheet{{"kontakty_0.csv", contact + "\nK/5;04.03.2024;20:00;dworzec;Kazik;alkohol;nocleg;brak;\nK/6;05.03.2024;20:00;dworzec;Zenek;;;schronisko;\n"},
				{"tozsamosci_0.csv", "program;pseudonim;uczestnik;data\nstreetworking;zenek;U1;04.03.2024\n"}},
			wrong:    sheet{"tozsamosci_1.csv", "program;pseudonim;uczestnik;data\nstreetworking; KAZIK ;U1;06.03.2024\n"},
			withdraw: sheet{"tozsamosci_2.csv", "program;pseudonim;uczestnik;data;wycofanie;powod\nstreetworking;kazik;;;tak;pomyłka\n"},
			right:    sheet{"tozsamosci_3.csv", "program;pseudonim;uczestnik;data\nstreetworking;kazik;U2;05.03.2024\n"},
			correct:  sheet{"tozsamosci_4.csv", "program;pseudonim;uczestnik;data;korekta;powod\nstreetworking;kazik;U2;05.03.2024;tak;pomyłka\n"}},
	}
}

func everyWordOfStreet() []sheet {
	const contact = "id;data;godzina;miejsce;pseudonim;przyczyna;potrzeby;interwencja;skierowanie;wynik"
	return []sheet{
		{"kontakty_1.csv", contact + "\nK/1;04.03.2018;20:00;dworzec;Kazik;alkohol;nocleg;rozmowa;schronisko św. Brata Alberta;brak\nK/2;04.03.2018;21:00;dworzec;;;odzież;koc;;\n"},
		{"kontakty_2.csv", contact + ";korekta;powod\nK/1;04.03.2018;20:30;dworzec;Kazik;alkohol;nocleg;rozmowa;;schronisko;tak;pomyłka\n"},
		{"kontakty_3.csv", "id;data;godzina;miejsce;wycofanie;powod\nK/2;;;;tak;pomyłka\n"},
		{"liczenia_1.csv", "miejsce;data;osoby\ndworzec;04.03.2018;4\n"},
		{"liczenia_2.csv", "miejsce;data;osoby;korekta;powod\ndworzec;04.03.2018;5;tak;pomyłka\n"},
		{"liczenia_3.csv", "miejsce;data;osoby;wycofanie;powod\ndworzec;04.03.2018;;tak;pomyłka\n"},
		{"tozsamosci_1.csv", "program;pseudonim;uczestnik;data\nstreetworking;kazik;U1;05.03.2018\n"},
		{"tozsamosci_2.csv", "program;pseudonim;uczestnik;data;wycofanie;powod\nstreetworking;kazik;;;tak;pomyłka\n"},
	}
}

func withdrawalsOfStreet() map[string][]takesBack {
	return map[string][]takesBack{
		"identity": {func(reason string) sent {
			return sentBy(commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "Kazik", Amendment: takenBack(reason)}, (*commands.Ledger).IdentifyPseudonym)
		}},
	}
}

func differingStreet() map[string][]differing {
	return map[string][]differing{
		"kontakty": {{cells{"id": "K/9", "data": "05.04.2024", "godzina": "20:00", "miejsce": "dworzec", "pseudonim": "Kazik", "pracownik": "A1", "pierwszy": "tak", "rodzaj": "prewencja",
			"przyczyna": "alkohol", "potrzeby": "nocleg", "interwencja": "rozmowa", "skierowanie": "schronisko", "wynik": "brak", "program": "streetworking"},
			cells{"data": "06.04.2024", "godzina": "21:00", "miejsce": "altanki", "pseudonim": "Zenek", "program": "pal-osada", "pracownik": "A2", "pierwszy": "nie", "rodzaj": "interwencja",
				"przyczyna": "długi", "potrzeby": "odzież", "interwencja": "koc", "skierowanie": "szpital", "wynik": "schronisko"}}},
		"liczenia": {{cells{"miejsce": "dworzec", "data": "04.03.2024", "osoby": "4", "kategoria": "dworzec", "badanie": "noc 2024"},
			cells{"osoby": "5", "kategoria": "ulica", "badanie": "noc 2025"}}},
		"tozsamosci": {{cells{"program": "streetworking", "pseudonim": "kazik", "uczestnik": "U1", "data": "05.04.2024"}, cells{"uczestnik": "U2", "data": "06.04.2024"}}},
	}
}

func correctionsOfStreet() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.RecordContact{ID: "K/7", Date: on, Time: 600, Place: "dworzec", Amendment: fix}, (*commands.Ledger).RecordContact),
		sentBy(commands.CountPlace{Place: "dworzec", Date: on, People: 3, Amendment: fix}, (*commands.Ledger).CountPlace),
		sentBy(commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "kazik", Participant: "U1", Date: on, Amendment: fix}, (*commands.Ledger).IdentifyPseudonym),
	}
}

func refusedOfStreet() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.RecordContact{ID: "K/1", Date: on}, (*commands.Ledger).RecordContact),
		sentBy(commands.CountPlace{Place: "dworzec", Date: on, People: -1}, (*commands.Ledger).CountPlace),
		sentBy(commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "nikt", Participant: "U1", Date: on}, (*commands.Ledger).IdentifyPseudonym),
	}
}
