package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfVisits() []wayBack {
	return []wayBack{
		{name: "visit",
			before:   []sheet{{"godziny_0.csv", "asystent;umowa;data;od;do\nA2;T/1;05.03.2024;09:00;12:00\n"}},
			wrong:    sheet{"godziny_1.csv", "asystent;umowa;data;od;do\nA1;T/1;05.03.2024;10:00;13:00\n"},
			withdraw: sheet{"godziny_2.csv", "asystent;umowa;data;od;do;powod;wycofanie\nA1;T/1;05.03.2024;10:00;;pomyłka;tak\n"},
			right:    sheet{"godziny_3.csv", "asystent;umowa;data;od;do\nA1;T/1;05.03.2024;10:00;11:00\n"},
			correct:  sheet{"godziny_4.csv", "asystent;umowa;data;od;do;korekta;powod\nA1;T/1;05.03.2024;10:00;11:00;tak;pomyłka\n"}},
	}
}

func everyWordOfVisits() []sheet {
	return []sheet{
		{"godziny.csv", "asystent;umowa;data;od;do;czynnosc;miejsce\nA1;T/1;05.03.2018;08:00;10:00;zakupy;sklep\n"},
		{"godziny_k.csv", "asystent;umowa;data;od;do;czynnosc;miejsce;korekta;powod\nA1;T/1;05.03.2018;08:00;11:00;zakupy;sklep;tak;pomyłka\n"},
	}
}

func withdrawalsOfVisits() map[string][]takesBack {
	return map[string][]takesBack{
		"visit": {func(reason string) sent {
			return sentBy(commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: domain.NewDate(2024, 3, 5), From: 600, Amendment: takenBack(reason)}, (*commands.Ledger).LogVisit)
		}},
	}
}

func differingVisits() map[string][]differing {
	return map[string][]differing{
		"godziny": {{cells{"asystent": "A1", "umowa": "T/1", "data": "05.03.2024", "od": "10:00", "do": "12:00", "czynnosc": "zakupy", "miejsce": "dom"},
			cells{"do": "13:00", "czynnosc": "spacer", "miejsce": "park"}}},
	}
}

func correctionsOfVisits() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: on, From: 600, To: 660, Amendment: fix}, (*commands.Ledger).LogVisit),
	}
}

func refusedRowsOfVisits() []sheet {
	return []sheet{
		{"godziny_9.csv", "asystent;umowa;data;od;do\nA1;T/1;04.03.2024;08:00;11:00\nA9;T/1;04.03.2024;08:00;11:00\n"},
	}
}

func refusedOfVisits() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.LogVisit{Assistant: "A9", Contract: "T/1", Date: on, From: 60, To: 120}, (*commands.Ledger).LogVisit),
	}
}
