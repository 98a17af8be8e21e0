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
	}
}

func everyWordOfContracts() []sheet {
	return []sheet{
		{"umowy.csv", referrals},
		{"umowy_t.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent;miejsce;prace\n" +
			"T/1;trojstronny;asystent-aktywnosci;U1;03.07.2017;03.07.2017;30.06.2019;A1;dom;opieka\n"},
	}
}
