package commands_test

func waysBackOfAgreements() []wayBack {
	return []wayBack{
		{name: "agreement",
			wrong:    sheet{"porozumienia_1.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/2;02.01.2024;02.01.2024;31.12.2024;60;1\n"},
			withdraw: sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;powod;wycofanie\nP/2;;;;;pomyłka;tak\n"},
			right:    sheet{"porozumienia_3.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/2;03.01.2024;03.01.2024;30.11.2024;50;2\n"},
			correct:  sheet{"porozumienia_4.csv", "numer;zawarto;od;do;refundacja;limit_osob;korekta;powod\nP/2;03.01.2024;03.01.2024;30.11.2024;50;2;tak;pomyłka\n"}},
	}
}

func everyWordOfAgreements() []sheet {
	return []sheet{
		{"porozumienia.csv", agreements},
	}
}
