package commands_test

func waysBackOfAttendance() []wayBack {
	return []wayBack{
		{name: "day",
			wrong:    sheet{"obecnosci_1.csv", "umowa;data;godziny\nS/1;18.03.2024;4\n"},
			withdraw: sheet{"obecnosci_2.csv", "umowa;data;godziny;powod;wycofanie\nS/1;18.03.2024;;pomyłka;tak\n"},
			right:    sheet{"obecnosci_3.csv", "umowa;data;godziny\nS/1;18.03.2024;6\n"},
			correct:  sheet{"obecnosci_4.csv", "umowa;data;godziny;korekta;powod\nS/1;18.03.2024;6;tak;pomyłka\n"}},
		{name: "absence",
			wrong:    sheet{"obecnosci_1.csv", "umowa;data;godziny;nieobecnosc\nS/1;18.03.2024;;choroba\n"},
			withdraw: sheet{"obecnosci_2.csv", "umowa;data;godziny;powod;wycofanie\nS/1;18.03.2024;;pomyłka;tak\n"},
			right:    sheet{"obecnosci_3.csv", "umowa;data;godziny\nS/1;18.03.2024;6\n"},
			correct:  sheet{"obecnosci_4.csv", "umowa;data;godziny;korekta;powod\nS/1;18.03.2024;6;tak;pomyłka\n"}},
	}
}

func everyWordOfAttendance() []sheet {
	return []sheet{
		{"obecnosci.csv", "umowa;data;godziny;nieobecnosc;miejsce\nS/1;05.03.2018;2;;urząd\nS/1;06.03.2018;;choroba;dom\n"},
		{"obecnosci_k.csv", "umowa;data;godziny;nieobecnosc;miejsce;korekta;powod\nS/1;05.03.2018;3;;urząd;tak;pomyłka\n"},
	}
}
