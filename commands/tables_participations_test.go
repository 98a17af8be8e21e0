package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

// ofGroups is a programme with groups and outcomes.
func ofGroups() sheet {
	return sheet{"program_razem.yaml", "id: razem\nod: 2018-01-01\nname: Razem\nenrolment: required\n" +
		"groups:\n  - {id: bezrobotni, name: Bezrobotni}\n  - {id: nieaktywni, name: Nieaktywni}\noutcomes: [praca, nauka]\n"}
}

func waysBackOfParticipations() []wayBack {
	const header = "uczestnik;program;zdarzenie;data;wartosc;grupa;opis"
	enrolled := sheet{"udzial_0.csv", header + "\nU1;razem;przyjecie;04.03.2024;;bezrobotni;\n"}
	return []wayBack{
		{name: "nomination",
			before:    []sheet{ofGroups()},
			wrong:     sheet{"udzial_1.csv", header + "\nU1;razem;nominacja;04.03.2024;;;ulotka\n"},
			withdraw:  sheet{"udzial_2.csv", header + ";powod;wycofanie\nU1;razem;nominacja;04.03.2024;;;;pomyłka;tak\n"},
			right:     sheet{"udzial_3.csv", header + "\nU1;razem;nominacja;04.03.2024;;;kurator\n"},
			correct:   sheet{"udzial_4.csv", header + ";korekta;powod\nU1;razem;nominacja;04.03.2024;;;kurator;tak;pomyłka\n"},
			onlyWords: true},
		{name: "assessment",
			before:    []sheet{ofGroups()},
			wrong:     sheet{"udzial_1.csv", header + "\nU1;razem;ocena;04.03.2024;negatywna;;\n"},
			withdraw:  sheet{"udzial_2.csv", header + ";powod;wycofanie\nU1;razem;ocena;04.03.2024;;;;pomyłka;tak\n"},
			right:     sheet{"udzial_3.csv", header + "\nU1;razem;ocena;04.03.2024;pozytywna;;\n"},
			correct:   sheet{"udzial_4.csv", header + ";korekta;powod\nU1;razem;ocena;04.03.2024;pozytywna;;;tak;pomyłka\n"},
			onlyWords: true},
		{name: "enrolment",
			before:    []sheet{ofGroups()},
			wrong:     enrolled,
			withdraw:  sheet{"udzial_2.csv", header + ";powod;wycofanie\nU1;razem;przyjecie;04.03.2024;;;;pomyłka;tak\n"},
			right:     sheet{"udzial_3.csv", header + "\nU1;razem;przyjecie;04.03.2024;;nieaktywni;\n"},
			correct:   sheet{"udzial_4.csv", header + ";korekta;powod\nU1;razem;przyjecie;04.03.2024;;nieaktywni;;tak;pomyłka\n"},
			onlyWords: true},
		{name: "leaving",
			before:    []sheet{ofGroups(), enrolled},
			wrong:     sheet{"udzial_1.csv", header + "\nU1;razem;zakonczenie;18.03.2024;przerwanie;;\n"},
			withdraw:  sheet{"udzial_2.csv", header + ";powod;wycofanie\nU1;razem;zakonczenie;18.03.2024;;;;pomyłka;tak\n"},
			right:     sheet{"udzial_3.csv", header + "\nU1;razem;zakonczenie;18.03.2024;ukonczenie;;\n"},
			correct:   sheet{"udzial_4.csv", header + ";korekta;powod\nU1;razem;zakonczenie;18.03.2024;ukonczenie;;;tak;pomyłka\n"},
			onlyWords: true},
		{name: "outcome",
			before:    []sheet{ofGroups(), enrolled},
			wrong:     sheet{"udzial_1.csv", header + "\nU1;razem;rezultat;18.03.2024;nauka;;\n"},
			withdraw:  sheet{"udzial_2.csv", header + ";powod;wycofanie\nU1;razem;rezultat;18.03.2024;;;;pomyłka;tak\n"},
			right:     sheet{"udzial_3.csv", header + "\nU1;razem;rezultat;18.03.2024;praca;;\n"},
			correct:   sheet{"udzial_4.csv", header + ";korekta;powod\nU1;razem;rezultat;18.03.2024;praca;;;tak;pomyłka\n"},
			onlyWords: true},
	}
}

func everyWordOfParticipations() []sheet {
	const header = "uczestnik;program;zdarzenie;data;wartosc;grupa;opis"
	return []sheet{ofGroups(),
		{"udzial.csv", header + "\nU1;razem;nominacja;01.03.2018;;;kurator\nU1;razem;ocena;02.03.2018;pozytywna;;rozmowa\nU1;razem;przyjecie;05.03.2018;;bezrobotni;z listy\n" +
			"U1;razem;rezultat;06.03.2018;praca;;umowa\nU1;razem;zakonczenie;07.03.2018;ukonczenie;;koniec\n"},
		{"udzial_k.csv", header + ";korekta;powod\nU1;razem;przyjecie;05.03.2018;;nieaktywni;z listy;tak;pomyłka\n"},
	}
}

func withdrawalsOfParticipations() map[string][]takesBack {
	taking := func(event string, day int) takesBack {
		return func(reason string) sent {
			return sentBy(commands.RecordParticipation{Participant: "U1", Programme: "razem", Event: event, Date: domain.NewDate(2024, 3, day), Amendment: takenBack(reason)}, (*commands.Ledger).RecordParticipation)
		}
	}
	return map[string][]takesBack{
		"nomination": {taking("nominacja", 4)}, "assessment": {taking("ocena", 4)}, "enrolment": {taking("przyjecie", 4)},
		"leaving": {taking("zakonczenie", 18)}, "outcome": {taking("rezultat", 18)},
	}
}

func differingParticipations() map[string][]differing {
	return map[string][]differing{
		"udzial": {
			{cells{"uczestnik": "U1", "program": "razem", "zdarzenie": "przyjecie", "data": "01.02.2024", "wartosc": "", "grupa": "bezrobotni", "opis": "lista"}, cells{"grupa": "nieaktywni", "opis": "wniosek"}},
			{cells{"uczestnik": "U1", "program": "razem", "zdarzenie": "ocena", "data": "01.02.2024", "wartosc": "pozytywna", "grupa": "", "opis": ""}, cells{"wartosc": "negatywna"}}},
	}
}

func correctionsOfParticipations() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.RecordParticipation{Participant: "U1", Programme: "aoon-2006", Event: "nominacja", Date: on, Amendment: fix}, (*commands.Ledger).RecordParticipation),
	}
}

func refusedRowsOfParticipations() []sheet {
	return []sheet{
		{"udzial_9.csv", "uczestnik;program;zdarzenie;data;wartosc;grupa\nU1;aoon-2006;zakonczenie;04.03.2024;ukonczenie;\nU1;aoon-2006;przyjecie;04.03.2024;;nie ma\nU9;aoon-2006;nominacja;04.03.2024;;\n"},
	}
}

func refusedOfParticipations() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.RecordParticipation{Participant: "U9", Programme: "aoon-2006", Event: "nominacja", Date: on}, (*commands.Ledger).RecordParticipation),
	}
}
