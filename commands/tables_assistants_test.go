package commands_test

import (
	"ksiega/commands"
)

func waysBackOfAssistants() []wayBack {
	return []wayBack{
		{name: "assistant",
			wrong:    sheet{"asystenci_1.csv", "id;imie;nazwisko;zatrudnienie\nA3;Ewa;Nowak;etat\n"},
			withdraw: sheet{"asystenci_2.csv", "id;imie;nazwisko;powod;wycofanie\nA3;;;pomyłka;tak\n"},
			right:    sheet{"asystenci_3.csv", "id;imie;nazwisko;zatrudnienie\nA3;Ewa;Nowak;zlecenie\n"},
			correct:  sheet{"asystenci_4.csv", "id;imie;nazwisko;zatrudnienie;korekta;powod\nA3;Ewa;Nowak;zlecenie;tak;pomyłka\n"}, onlyWords: true},
	}
}

func everyWordOfAssistants() []sheet {
	return []sheet{
		{"asystenci.csv", "id;imie;nazwisko\nA1;Ewa;Lis\n"},
	}
}

func withdrawalsOfAssistants() map[string][]takesBack {
	return map[string][]takesBack{
		"assistant": {func(reason string) sent {
			return sentBy(commands.RegisterAssistant{ID: "A3", Amendment: takenBack(reason)}, (*commands.Ledger).RegisterAssistant)
		}},
	}
}

func differingAssistants() map[string][]differing {
	return map[string][]differing{
		"asystenci": {{cells{"id": "A9", "imie": "Ewa", "nazwisko": "Lis", "zatrudnienie": "etat", "kwalifikacje": "dyplom"},
			cells{"imie": "Ola", "nazwisko": "Lisek", "zatrudnienie": "zlecenie", "kwalifikacje": "doswiadczenie"}}},
	}
}

func correctionsOfAssistants() []sent {
	fix := commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.RegisterAssistant{ID: "A7", FirstName: "G", LastName: "G", Amendment: fix}, (*commands.Ledger).RegisterAssistant),
	}
}

func refusedRowsOfAssistants() []sheet {
	return []sheet{
		{"asystenci_9.csv", "id;imie;nazwisko\nA1;C;D\n"},
	}
}

func refusedOfAssistants() []sent {
	return []sent{
		sentBy(commands.RegisterAssistant{}, (*commands.Ledger).RegisterAssistant),
	}
}
