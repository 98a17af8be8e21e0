package commands_test

func waysBackOfVisits() []wayBack {
	return []wayBack{
		{name: "visit",
			before:   []sheet{{"godziny_0.csv", "asystent;umowa;data;od;do\nA2;T/1;05.03.2024;09:00;12:00\n"}},
			wrong:    sheet{"godziny_1.csv", "asystent;umowa;data;od;do\nA1;T/1;05.03.2024;10:00;13:00\n"},
			withdraw: sheet{"godziny_2.csv", "asystent;umowa;data;od;do;powod;wycofanie\nA1;T/1;05.03.2024;10:00;;pomyłka;tak\n"},
			right:    sheet{"godziny_3.csv", "asystent;umowa;data;od;do\nA1;T/1;05.03.2024;10:00;11:00\n"},
			correct:  sheet{"godziny_4.csv", "asystent;umowa;data;od;do;korekta;powod\nA1;T/1;05.03.2024;10:00;11:00;tak;pomyłka\n"}},
	}
}

func everyWordOfVisits() []sheet {
	return []sheet{
		{"godziny.csv", "asystent;umowa;data;od;do;czynnosc;miejsce\nA1;T/1;05.03.2018;08:00;10:00;zakupy;sklep\n"},
		{"godziny_k.csv", "asystent;umowa;data;od;do;czynnosc;miejsce;korekta;powod\nA1;T/1;05.03.2018;08:00;11:00;zakupy;sklep;tak;pomyłka\n"},
	}
}
