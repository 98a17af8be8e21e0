package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

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
		{name: "assignment",
			wrong:     sheet{"przydzialy_1.csv", "uczestnik;pracownik;od;do\nU1;W7;04.03.2024;31.03.2024\n"},
			withdraw:  sheet{"przydzialy_2.csv", "uczestnik;pracownik;od;do;powod;wycofanie\nU1;W7;04.03.2024;;pomyłka;tak\n"},
			right:     sheet{"przydzialy_3.csv", "uczestnik;pracownik;od\nU1;W7;04.03.2024\n"},
			correct:   sheet{"przydzialy_4.csv", "uczestnik;pracownik;od;korekta;powod\nU1;W7;04.03.2024;tak;pomyłka\n"},
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
		{"przydzialy.csv", "uczestnik;pracownik;od;do\nU1;W7;01.03.2019;\nU2;W7;01.03.2019;04.03.2019\n"},
		{"przydzialy_k.csv", "uczestnik;pracownik;od;powod;wycofanie\nU1;W7;01.03.2019;pomyłka;tak\n"},
		{"pobyty.csv", "uczestnik;rodzaj;od;do\nU1;szpital;01.03.2019;\nU2;areszt;01.03.2019;04.03.2019\n"},
		{"pobyty_k.csv", "uczestnik;rodzaj;od;powod;wycofanie\nU1;szpital;01.03.2019;pomyłka;tak\n"},
	}
}

func withdrawalsOfPeople() map[string][]takesBack {
	return map[string][]takesBack{
		"person": {func(reason string) sent {
			return sentBy(commands.RegisterParticipant{ID: "U3", Amendment: takenBack(reason)}, (*commands.Ledger).RegisterParticipant)
		}},
		"status": {func(reason string) sent {
			return sentBy(commands.RecordStatus{Participant: "U1", Kind: "profil", From: domain.NewDate(2024, 3, 4), Amendment: takenBack(reason)}, (*commands.Ledger).RecordStatus)
		}},
		"assignment": {func(reason string) sent {
			return sentBy(commands.AssignCase{Participant: "U1", Worker: "W7", From: domain.NewDate(2024, 3, 4), Amendment: takenBack(reason)}, (*commands.Ledger).AssignCase)
		}},
		"stay": {func(reason string) sent {
			return sentBy(commands.RecordStay{Participant: "U1", Kind: "szpital", From: domain.NewDate(2024, 3, 5), Amendment: takenBack(reason)}, (*commands.Ledger).RecordStay)
		}},
	}
}

func differingPeople() map[string][]differing {
	person := cells{"id": "U9", "imie": "Jan", "nazwisko": "Kos", "pesel": "", "data_urodzenia": "01.02.1980", "plec": "M", "gmina": "Brody", "niepelnosprawnosc": "lekki",
		"klient_ops": "tak", "status": "bezrobotny", "bez_zasilku": "tak", "profil": "I", "konto": "", "opiekun_dla": "U1", "gospodarstwo": "G1"}
	return map[string][]differing{
		"uczestnicy": {{person, cells{"imie": "Jerzy", "nazwisko": "Kosa", "pesel": "80020100018", "data_urodzenia": "02.02.1980", "plec": "K", "gmina": "Mirzec",
			"niepelnosprawnosc": "znaczny", "klient_ops": "nie", "status": "bierny", "bez_zasilku": "nie", "profil": "II", "konto": "61109010140000071219812874",
			"opiekun_dla": "U2", "gospodarstwo": "G2"}}},
		"statusy":    {{cells{"uczestnik": "U1", "rodzaj": "profil", "wartosc": "I", "od": "01.02.2024", "do": "31.03.2024"}, cells{"wartosc": "II", "do": "30.03.2024"}}},
		"przydzialy": {{cells{"uczestnik": "U1", "pracownik": "W7", "od": "01.02.2024", "do": "31.03.2024"}, cells{"do": "30.03.2024"}}},
		"pobyty":     {{cells{"uczestnik": "U1", "rodzaj": "szpital", "od": "01.02.2024", "do": "31.03.2024"}, cells{"do": "30.03.2024"}}},
	}
}

// mergedU2 is that U2 is U1.
func mergedU2(amendment commands.Amendment) sent {
	return sentBy(commands.MergeParticipants{Kept: "U1", Merged: "U2", Date: domain.NewDate(2024, 4, 9), Amendment: amendment}, (*commands.Ledger).MergeParticipants)
}

func correctionsOfPeople() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.RegisterParticipant{ID: "U7", FirstName: "G", LastName: "G", Amendment: fix}, (*commands.Ledger).RegisterParticipant),
		sentBy(commands.RecordStatus{Participant: "U1", Kind: "profil", Value: "I", From: on, Amendment: fix}, (*commands.Ledger).RecordStatus),
		sentBy(commands.AssignCase{Participant: "U1", Worker: "W7", From: on, Amendment: fix}, (*commands.Ledger).AssignCase),
		sentBy(commands.RecordStay{Participant: "U1", Kind: "dps", From: on, Amendment: fix}, (*commands.Ledger).RecordStay),
		mergedU2(fix),
	}
}

func refusedRowsOfPeople() []sheet {
	return []sheet{
		{"uczestnicy_9.csv", "id;imie;nazwisko\nU1;A;B\nU9;;\n"},
		{"statusy_9.csv", "uczestnik;rodzaj;wartosc;od\nU1;profil;tak;04.03.2024\nU9;profil;I;04.03.2024\n"},
		{"przydzialy_9.csv", "uczestnik;pracownik;od;do\nU1;W7;04.03.2024;03.03.2024\nU9;W7;04.03.2024;\n"},
		{"pobyty_9.csv", "uczestnik;rodzaj;od;do\nU1;dps;04.03.2024;03.03.2024\nU9;dps;04.03.2024;\n"},
	}
}

func refusedOfPeople() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.RegisterParticipant{ID: "U1"}, (*commands.Ledger).RegisterParticipant),
		sentBy(commands.RecordStatus{Participant: "U1", Kind: "profil", Value: "tak", From: on}, (*commands.Ledger).RecordStatus),
		sentBy(commands.AssignCase{Participant: "U9", Worker: "W7", From: on}, (*commands.Ledger).AssignCase),
		sentBy(commands.RecordStay{Participant: "U9", Kind: "dps", From: on}, (*commands.Ledger).RecordStay),
		mergedU2(commands.Amendment{}), // without a reason
	}
}
