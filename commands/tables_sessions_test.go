package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfSessions() []wayBack {
	const head = "id;program;rodzaj;temat;data;od;do;prowadzacy;organizator;bez_listy;specjalista"
	held := sheet{"zajecia_0.csv", head + "\nZ/0;mkis;warsztat;komputer;05.03.2024;16:00;18:00;A2;;;\n"}
	return []wayBack{
		{name: "session",
			before:   []sheet{held},
			wrong:    sheet{"zajecia_1.csv", head + "\nZ/1;mkis;warsztat;komputer;06.03.2024;09:00;11:00;A1,A2;;;\n"},
			withdraw: sheet{"zajecia_2.csv", "id;program;rodzaj;temat;data;od;do;powod;wycofanie\nZ/1;;;;;;;pomyłka;tak\n"},
			right:    sheet{"zajecia_3.csv", head + "\nZ/1;kis-doradztwo;grupowe;angielski;13.03.2024;10:00;12:30;A2;dom kultury;7;pedagog\n"},
			correct:  sheet{"zajecia_4.csv", head + ";korekta;powod\nZ/1;kis-doradztwo;grupowe;angielski;13.03.2024;10:00;12:30;A2;dom kultury;7;pedagog;tak;pomyłka\n"}},
		{name: "presence",
			before:   []sheet{held},
			wrong:    sheet{"obecnosci-zajec_1.csv", "zajecia;uczestnik;obecnosc;efekt\nZ/0;U1;obecny;cv\n"},
			withdraw: sheet{"obecnosci-zajec_2.csv", "zajecia;uczestnik;obecnosc;powod;wycofanie\nZ/0;U1;;pomyłka;tak\n"},
			right:    sheet{"obecnosci-zajec_3.csv", "zajecia;uczestnik;obecnosc;efekt\nZ/0;U1;spóźniony;\n"},
			correct:  sheet{"obecnosci-zajec_4.csv", "zajecia;uczestnik;obecnosc;efekt;korekta;powod\nZ/0;U1;spóźniony;;tak;pomyłka\n"}},
	}
}

func everyWordOfSessions() []sheet {
	const head = "id;program;rodzaj;temat;data;od;do;organizator;specjalista"
	return []sheet{
		{"zajecia.csv", head + "\nZ1;mkis;warsztat;komputer;05.03.2018;16:00;17:00;dom kultury;pedagog\nZ2;mkis;warsztat;komputer;06.03.2018;16:00;17:00;;\n"},
		{"zajecia_k.csv", head + ";korekta;powod\nZ1;mkis;warsztat;komputer;05.03.2018;16:00;18:00;dom kultury;pedagog;tak;pomyłka\n"},
		{"zajecia_w.csv", head + ";wycofanie;powod\nZ2;;;;;;;;;tak;pomyłka\n"},
		{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt\nZ1;U1;obecny;cv\nZ1;U2;obecny;\n"},
		{"obecnosci-zajec_k.csv", "zajecia;uczestnik;obecnosc;efekt;korekta;powod\nZ1;U1;obecny;spotkanie,cv;tak;pomyłka\n"},
		{"obecnosci-zajec_w.csv", "zajecia;uczestnik;obecnosc;wycofanie;powod\nZ1;U2;;tak;pomyłka\n"},
	}
}

func withdrawalsOfSessions() map[string][]takesBack {
	return map[string][]takesBack{
		"presence": {func(reason string) sent {
			return sentBy(commands.RecordPresence{Session: "Z/0", Participant: "U1", Amendment: takenBack(reason)}, (*commands.Ledger).RecordPresence)
		}},
	}
}

func differingSessions() map[string][]differing {
	return map[string][]differing{
		"zajecia": {{cells{"id": "Z9", "program": "mkis", "rodzaj": "warsztat", "temat": "komputer", "data": "05.03.2024", "od": "16:00", "do": "18:00", "prowadzacy": "A1",
			"organizator": "szkoła", "bez_listy": "3", "specjalista": "pedagog", "odwolane": "nie"},
			cells{"program": "kis-doradztwo", "rodzaj": "grupowe", "temat": "angielski", "data": "06.03.2024", "od": "15:30", "do": "18:30", "prowadzacy": "A1,A2",
				"organizator": "dom kultury", "bez_listy": "4", "specjalista": "prawnik", "odwolane": "tak"}}},
		"obecnosci-zajec": {{cells{"zajecia": "Z8", "uczestnik": "U1", "obecnosc": "obecny", "efekt": "cv"}, cells{"obecnosc": "spozniony", "efekt": "profil"}}},
	}
}

func correctionsOfSessions() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	workshop := commands.SessionTerms{Programme: "mkis", Kind: "warsztat", Topic: "komputer", From: 600, To: 660}
	return []sent{
		sentBy(commands.RecordSession{ID: "Z7", Date: on, SessionTerms: workshop, Amendment: fix}, (*commands.Ledger).RecordSession),
		sentBy(commands.RecordPresence{Session: "Z8", Participant: "U1", Presence: "obecny", Amendment: fix}, (*commands.Ledger).RecordPresence),
	}
}

func refusedRowsOfSessions() []sheet {
	return []sheet{
		{"zajecia_9.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;komputer;04.03.2024;11:00;08:00\nZ2;nie-ma;warsztat;komputer;04.03.2024;08:00;11:00\n"},
		{"obecnosci-zajec_9.csv", "zajecia;uczestnik;obecnosc\nZ9;U1;obecny\nZ9;U9;obecny\n"},
	}
}

func refusedOfSessions() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.RecordSession{ID: "Z1", Date: on}, (*commands.Ledger).RecordSession),
		sentBy(commands.PlanSeries{Weekday: 8}, (*commands.Ledger).PlanSeries),
		sentBy(commands.RecordPresence{Session: "Z9", Participant: "U1", Presence: "obecny"}, (*commands.Ledger).RecordPresence),
	}
}
