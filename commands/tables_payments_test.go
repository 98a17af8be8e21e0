package commands_test

func waysBackOfPayments() []wayBack {
	return []wayBack{
		{name: "payment",
			wrong:    sheet{"wyplaty_1.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;300,00;05.04.2024\n"},
			withdraw: sheet{"wyplaty_2.csv", "lista;umowa;miesiac;kwota;data;powod;wycofanie\nL/1;S/1;2024-03;;;pomyłka;tak\n"},
			right:    sheet{"wyplaty_3.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;240,00;08.04.2024\n"},
			correct:  sheet{"wyplaty_4.csv", "lista;umowa;miesiac;kwota;data;korekta;powod\nL/1;S/1;2024-03;240,00;08.04.2024;tak;pomyłka\n"}},
		{name: "transfer that came back",
			before:   []sheet{{"wyplaty_0.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;240,00;05.04.2024\n"}},
			wrong:    sheet{"wyplaty_1.csv", "lista;umowa;miesiac;kwota;data;zwrot\nL/1;S/1;2024-03;240,00;06.04.2024;tak\n"},
			withdraw: sheet{"wyplaty_2.csv", "lista;umowa;miesiac;kwota;data;zwrot;powod;wycofanie\nL/1;S/1;2024-03;;;tak;pomyłka;tak\n"},
			right:    sheet{"wyplaty_3.csv", "lista;umowa;miesiac;kwota;data;zwrot\nL/1;S/1;2024-03;40,00;09.04.2024;tak\n"},
			correct:  sheet{"wyplaty_4.csv", "lista;umowa;miesiac;kwota;data;zwrot;korekta;powod\nL/1;S/1;2024-03;40,00;09.04.2024;tak;tak;pomyłka\n"}},
	}
}
