package commands_test

func waysBackOfAssistants() []wayBack {
	return []wayBack{
		{name: "assistant",
			wrong:    sheet{"asystenci_1.csv", "id;imie;nazwisko;zatrudnienie\nA3;Ewa;Nowak;etat\n"},
			withdraw: sheet{"asystenci_2.csv", "id;imie;nazwisko;powod;wycofanie\nA3;;;pomyłka;tak\n"},
			right:    sheet{"asystenci_3.csv", "id;imie;nazwisko;zatrudnienie\nA3;Ewa;Nowak;zlecenie\n"},
			correct:  sheet{"asystenci_4.csv", "id;imie;nazwisko;zatrudnienie;korekta;powod\nA3;Ewa;Nowak;zlecenie;tak;pomyłka\n"}, onlyWords: true},
	}
}

func everyWordOfAssistants() []sheet {
	return []sheet{
		{"asystenci.csv", "id;imie;nazwisko\nA1;Ewa;Lis\n"},
	}
}
