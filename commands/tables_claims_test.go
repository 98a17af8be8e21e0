package commands_test

func waysBackOfClaims() []wayBack {
	return []wayBack{
		{name: "claim",
			before:   []sheet{paidInMarch()},
			wrong:    sheet{"wnioski_1.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2024-03;10.04.2024;\n"},
			withdraw: sheet{"wnioski_2.csv", "numer;porozumienie;miesiac;zlozono;kwota;powod;wycofanie\nW/1;;;;;pomyłka;tak\n"},
			right:    sheet{"wnioski_3.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2024-03;15.04.2024;100,00\n"},
			correct:  sheet{"wnioski_4.csv", "numer;porozumienie;miesiac;zlozono;kwota;korekta;powod\nW/1;P/1;2024-03;15.04.2024;100,00;tak;pomyłka\n"}},
		{name: "acceptance",
			before:   []sheet{paidInMarch(), claimedForMarch()},
			wrong:    sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;czesciowo;50,00\n"},
			withdraw: sheet{"decyzje-pup_2.csv", "wniosek;data;wynik;kwota;powod_korekty;wycofanie\nW/1;25.04.2024;;;pomyłka;tak\n"},
			right:    sheet{"decyzje-pup_3.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;przyjety;\n"},
			correct:  sheet{"decyzje-pup_4.csv", "wniosek;data;wynik;kwota;korekta;powod_korekty\nW/1;25.04.2024;przyjety;;tak;pomyłka\n"}},
		{name: "return of a claim",
			before:   []sheet{paidInMarch(), claimedForMarch()},
			wrong:    sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;powod\nW/1;25.04.2024;zwrocony;brak podpisu\n"},
			withdraw: sheet{"decyzje-pup_2.csv", "wniosek;data;wynik;powod_korekty;wycofanie\nW/1;25.04.2024;zwrocony;pomyłka;tak\n"},
			right:    sheet{"decyzje-pup_3.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;czesciowo;60,00\n"},
			correct:  sheet{"decyzje-pup_4.csv", "wniosek;data;wynik;kwota;korekta;powod_korekty\nW/1;25.04.2024;czesciowo;60,00;tak;pomyłka\n"}},
		{name: "demand for money back",
			before:   []sheet{paidInMarch(), claimedForMarch()},
			wrong:    sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;zwrot;50,00\n"},
			withdraw: sheet{"decyzje-pup_2.csv", "wniosek;data;wynik;powod_korekty;wycofanie\nW/1;25.04.2024;zwrot;pomyłka;tak\n"},
			right:    sheet{"decyzje-pup_3.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;zwrot;40,00\n"},
			correct:  sheet{"decyzje-pup_4.csv", "wniosek;data;wynik;kwota;korekta;powod_korekty\nW/1;25.04.2024;zwrot;40,00;tak;pomyłka\n"}},
	}
}
