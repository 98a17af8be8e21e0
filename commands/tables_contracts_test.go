package commands_test

func waysBackOfContracts() []wayBack {
	return []wayBack{
		{name: "contract",
			before:   []sheet{{"uczestnicy_0.csv", "id;imie;nazwisko\nU5;E;E\n"}},
			wrong:    sheet{"umowy_1.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;godziny_tydzien\nT/2;trojstronny;asystent-aktywnosci;U5;02.01.2024;02.01.2024;31.12.2024;A1;3\n"},
			withdraw: sheet{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;powod;wycofanie\nT/2;;;;;;;pomyłka;tak\n"},
			right:    sheet{"umowy_3.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;godziny_tydzien\nT/2;trojstronny;aoon-2006;U2;03.01.2024;03.01.2024;30.11.2024;A2;4\n"},
			correct:  sheet{"umowy_4.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;godziny_tydzien;korekta;powod\nT/2;trojstronny;aoon-2006;U2;03.01.2024;03.01.2024;30.11.2024;A2;4;tak;pomyłka\n"}},
		{name: "referral",
			before:   []sheet{{"porozumienia_0.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/2;02.01.2024;02.01.2024;31.12.2024;60;1\n"}},
			wrong:    sheet{"umowy_1.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/2;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/1\n"},
			withdraw: sheet{"umowy_2.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;powod;wycofanie\nS/2;;;;;;;pomyłka;tak\n"},
			right:    sheet{"umowy_3.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;stawka\nS/2;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/2;12,00\n"},
			correct:  sheet{"umowy_4.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;stawka;korekta;powod\nS/2;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024;P/2;12,00;tak;pomyłka\n"},
			after:    []sheet{{"umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie\nS/3;psu;psu;U1;02.01.2024;02.01.2024;31.12.2024;P/2\n"}}},
		{name: "annex",
			wrong:    sheet{"zmiany-umow_1.csv", "umowa;zmiana;od;wartosc\nT/1;aneks;04.03.2024;godziny_tydzien=3, asystent=A2\n"},
			withdraw: sheet{"zmiany-umow_2.csv", "umowa;zmiana;od;powod_korekty;wycofanie\nT/1;aneks;04.03.2024;pomyłka;tak\n"},
			right:    sheet{"zmiany-umow_3.csv", "umowa;zmiana;od;wartosc\nT/1;aneks;04.03.2024;do=30.06.2024,stawka=12.50\n"},
			correct:  sheet{"zmiany-umow_4.csv", "umowa;zmiana;od;wartosc;korekta;powod_korekty\nT/1;aneks;04.03.2024;do=30.06.2024,stawka=12.50;tak;pomyłka\n"}},
		{name: "substitution",
			before:   []sheet{{"godziny_0.csv", "asystent;umowa;data;od;do\nA2;T/1;05.03.2024;08:00;10:00\n"}},
			wrong:    sheet{"zmiany-umow_1.csv", "umowa;zmiana;od;do;wartosc\nT/1;zastepstwo;05.03.2024;;A2\n"},
			withdraw: sheet{"zmiany-umow_2.csv", "umowa;zmiana;od;powod_korekty;wycofanie\nT/1;zastepstwo;05.03.2024;pomyłka;tak\n"},
			right:    sheet{"zmiany-umow_3.csv", "umowa;zmiana;od;do;wartosc\nT/1;zastepstwo;05.03.2024;31.03.2024;A1\n"},
			correct:  sheet{"zmiany-umow_4.csv", "umowa;zmiana;od;do;wartosc;korekta;powod_korekty\nT/1;zastepstwo;05.03.2024;31.03.2024;A1;tak;pomyłka\n"}},
		{name: "decision",
			before:   []sheet{{"zmiany-umow_0.csv", "umowa;zmiana;od\nT/1;niedotrzymanie;05.03.2024\n"}},
			wrong:    sheet{"zmiany-umow_1.csv", "umowa;zmiana;od;wartosc;powod;numer\nT/1;decyzja;12.03.2024;odmowa;nie przyszedł;D/1\n"},
			withdraw: sheet{"zmiany-umow_2.csv", "umowa;zmiana;od;powod_korekty;wycofanie\nT/1;decyzja;12.03.2024;pomyłka;tak\n"},
			right:    sheet{"zmiany-umow_3.csv", "umowa;zmiana;od;wartosc;powod;numer;doreczono;odwolanie\nT/1;decyzja;12.03.2024;utrzymanie;ważne powody;D/2;15.03.2024;brak\n"},
			correct:  sheet{"zmiany-umow_4.csv", "umowa;zmiana;od;wartosc;powod;numer;doreczono;odwolanie;korekta;powod_korekty\nT/1;decyzja;12.03.2024;utrzymanie;ważne powody;D/2;15.03.2024;brak;tak;pomyłka\n"}},
	}
}

func everyWordOfContracts() []sheet {
	return []sheet{
		{"umowy.csv", referrals},
		{"umowy_t.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;miejsce;prace\n" +
			"T/1;trojstronny;asystent-aktywnosci;U1;03.07.2017;03.07.2017;30.06.2019;A1;dom;opieka\n"},
		{"zmiany-umow.csv", "umowa;zmiana;od;wartosc;powod;numer\nT/1;aneks;01.08.2017;miejsce=świetlica,prace=lekcje;przeprowadzka;\n" +
			"T/1;niedotrzymanie;04.09.2017;;nie przyszedł;\nT/1;decyzja;11.09.2017;ograniczenie;ważne powody;D/1\nT/1;zastepstwo;02.10.2017;A1;urlop;\n"},
	}
}
