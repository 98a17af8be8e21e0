package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

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

func withdrawalsOfContracts() map[string][]takesBack {
	signed := func(number string) takesBack {
		return func(reason string) sent {
			return sentBy(commands.SignContract{Number: number, Amendment: takenBack(reason)}, (*commands.Ledger).SignContract)
		}
	}
	changed := func(change string, day int) takesBack {
		return func(reason string) sent {
			return sentBy(commands.ChangeContract{Number: "T/1", Change: change, On: domain.NewDate(2024, 3, day), Withdraw: true, CorrectionReason: reason}, (*commands.Ledger).ChangeContract)
		}
	}
	return map[string][]takesBack{
		"contract": {signed("T/2")}, "referral": {signed("S/2")},
		"annex": {changed("amend", 4)}, "substitution": {changed("substitute", 5)}, "decision": {changed("decide", 12)},
	}
}

func differingContracts() map[string][]differing {
	return map[string][]differing{
		"umowy": {{cells{"numer": "T/9", "rodzaj": "trojstronny", "program": "asystent-aktywnosci", "uczestnik": "U2", "zawarto": "02.01.2024", "od": "02.01.2024", "do": "31.12.2024",
			"asystent": "A1", "porozumienie": "", "godziny_tydzien": "4", "stawka": "20,00", "miejsce": "dom", "prace": "zakupy", "pomoc": "500,00"},
			cells{"rodzaj": "socjalny", "program": "aoon-2006", "uczestnik": "U1", "zawarto": "03.01.2024", "od": "03.01.2024", "do": "30.12.2024",
				"asystent": "A2", "porozumienie": "P/1", "godziny_tydzien": "3", "stawka": "21,00", "miejsce": "biuro", "prace": "sprzątanie", "pomoc": "600,00"}},
			{cells{"numer": "K/9", "rodzaj": "socjalny", "program": "wszyscy-razem", "uczestnik": "U2", "zawarto": "02.01.2024", "od": "02.01.2024", "do": "31.12.2024",
				"wzor": "2010-A"}, cells{"wzor": "2010-B"}}},
		"zmiany-umow": {
			{cells{"umowa": "T/1", "zmiana": "zawieszenie", "od": "01.04.2024", "do": "10.04.2024", "powod": "szpital"}, cells{"do": "11.04.2024", "powod": "urlop"}},
			{cells{"umowa": "T/1", "zmiana": "aneks", "od": "01.05.2024", "wartosc": "do=30.11.2024,godziny_tydzien=3"}, cells{"wartosc": "do=30.11.2024,godziny_tydzien=2"}},
			{cells{"umowa": "T/1", "zmiana": "niedotrzymanie", "od": "02.05.2024"}, cells{"powod": "nieobecność"}},
			{cells{"umowa": "T/1", "zmiana": "zastepstwo", "od": "02.05.2024", "wartosc": "A2"}, cells{"wartosc": "A1"}},
			{cells{"umowa": "T/1", "zmiana": "decyzja", "od": "09.05.2024", "wartosc": "odmowa", "powod": "brak współpracy", "numer": "D/1", "doreczono": "13.05.2024", "odwolanie": "zlozone"},
				cells{"wartosc": "utrzymanie", "powod": "choroba", "numer": "D/2", "doreczono": "14.05.2024", "odwolanie": "oddalone"}}},
	}
}

func correctionsOfContracts() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.SignContract{Number: "T/7", Kind: "trojstronny", Programme: "aoon-2006", Participant: "U2", Concluded: on, From: on, To: on + 90, Amendment: fix}, (*commands.Ledger).SignContract),
		sentBy(commands.ChangeContract{Number: "T/1", Change: "suspend", On: on, Correct: true, CorrectionReason: "pomyłka"}, (*commands.Ledger).ChangeContract),
	}
}

func refusedRowsOfContracts() []sheet {
	return []sheet{
		{"umowy_9.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nS/1;psu;psu;U2;02.01.2024;02.01.2024;31.12.2024\n"},
	}
}

func refusedOfContracts() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.SignContract{Number: "S/1"}, (*commands.Ledger).SignContract),
		sentBy(commands.ChangeContract{Number: "T/9", Change: "suspend", On: on}, (*commands.Ledger).ChangeContract),
	}
}
