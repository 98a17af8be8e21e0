package commands_test

func waysBackOfPeople() []wayBack {
	return []wayBack{
		{name: "person",
			wrong:    sheet{"uczestnicy_1.csv", "id;imie;nazwisko;gospodarstwo\nU3;Jan;Kowalski;G1\n"},
			withdraw: sheet{"uczestnicy_2.csv", "id;imie;nazwisko;powod;wycofanie\nU3;;;pomyłka;tak\n"},
			right:    sheet{"uczestnicy_3.csv", "id;imie;nazwisko;gospodarstwo\nU3;Jan;Kowal;G2\n"},
			correct:  sheet{"uczestnicy_4.csv", "id;imie;nazwisko;gospodarstwo;korekta;powod\nU3;Jan;Kowal;G2;tak;pomyłka\n"}, onlyWords: true},
		{name: "status",
			wrong:     sheet{"statusy_1.csv", "uczestnik;rodzaj;wartosc;od;do\nU1;profil;II;04.03.2024;31.03.2024\n"},
			withdraw:  sheet{"statusy_2.csv", "uczestnik;rodzaj;wartosc;od;do;powod;wycofanie\nU1;profil;;04.03.2024;;pomyłka;tak\n"},
			right:     sheet{"statusy_3.csv", "uczestnik;rodzaj;wartosc;od\nU1;profil;I;04.03.2024\n"},
			correct:   sheet{"statusy_4.csv", "uczestnik;rodzaj;wartosc;od;korekta;powod\nU1;profil;I;04.03.2024;tak;pomyłka\n"},
			onlyWords: true},
		{name: "stay",
			before:    []sheet{{"pobyty_0.csv", "uczestnik;rodzaj;od;do\nU1;dps;04.03.2024;12.03.2024\n"}},
			wrong:     sheet{"pobyty_1.csv", "uczestnik;rodzaj;od;do\nU1;szpital;05.03.2024;12.03.2024\n"},
			withdraw:  sheet{"pobyty_2.csv", "uczestnik;rodzaj;od;do;powod;wycofanie\nU1;szpital;05.03.2024;;pomyłka;tak\n"},
			right:     sheet{"pobyty_3.csv", "uczestnik;rodzaj;od\nU1;szpital;05.03.2024\n"},
			correct:   sheet{"pobyty_4.csv", "uczestnik;rodzaj;od;korekta;powod\nU1;szpital;05.03.2024;tak;pomyłka\n"},
			onlyWords: true},
	}
}

func everyWordOfPeople() []sheet {
	return []sheet{
		{"uczestnicy.csv", "id;imie;nazwisko;pesel;plec;niepelnosprawnosc;klient_ops;status;bez_zasilku;profil;gmina\n" +
			"U1;Zofia;Wróbel;44051401359;M;znaczny;tak;bezrobotny;tak;II;Starachowice\nU2;Jan;Kos;;;;;;;;\n"},
		{"statusy.csv", "uczestnik;rodzaj;wartosc;od;do\nU1;rynek_pracy;zatrudniony;01.03.2019;\nU2;grupa_zs;alkohol;01.03.2019;31.03.2019\n"},
		{"statusy_k.csv", "uczestnik;rodzaj;wartosc;od;korekta;powod\nU1;rynek_pracy;bierny;01.03.2019;tak;pomyłka\n"},
		{"pobyty.csv", "uczestnik;rodzaj;od;do\nU1;szpital;01.03.2019;\nU2;areszt;01.03.2019;04.03.2019\n"},
		{"pobyty_k.csv", "uczestnik;rodzaj;od;powod;wycofanie\nU1;szpital;01.03.2019;pomyłka;tak\n"},
	}
}
