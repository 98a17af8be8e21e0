package commands_test

func waysBackOfPeople() []wayBack {
	return []wayBack{
		{name: "person",
			wrong:    sheet{"uczestnicy_1.csv", "id;imie;nazwisko;gospodarstwo\nU3;Jan;Kowalski;G1\n"},
			withdraw: sheet{"uczestnicy_2.csv", "id;imie;nazwisko;powod;wycofanie\nU3;;;pomyłka;tak\n"},
			right:    sheet{"uczestnicy_3.csv", "id;imie;nazwisko;gospodarstwo\nU3;Jan;Kowal;G2\n"},
			correct:  sheet{"uczestnicy_4.csv", "id;imie;nazwisko;gospodarstwo;korekta;powod\nU3;Jan;Kowal;G2;tak;pomyłka\n"}},
	}
}

func everyWordOfPeople() []sheet {
	return []sheet{
		{"uczestnicy.csv", "id;imie;nazwisko;pesel;plec;niepelnosprawnosc;klient_ops;status;bez_zasilku;profil;gmina\n" +
			"U1;Zofia;Wróbel;44051401359;M;znaczny;tak;bezrobotny;tak;II;Starachowice\nU2;Jan;Kos;;;;;;;;\n"},
	}
}
