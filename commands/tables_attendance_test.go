package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfAttendance() []wayBack {
	return []wayBack{
		{name: "day",
			wrong:    sheet{"obecnosci_1.csv", "umowa;data;godziny\nS/1;18.03.2024;4\n"},
			withdraw: sheet{"obecnosci_2.csv", "umowa;data;godziny;powod;wycofanie\nS/1;18.03.2024;;pomyłka;tak\n"},
			right:    sheet{"obecnosci_3.csv", "umowa;data;godziny\nS/1;18.03.2024;6\n"},
			correct:  sheet{"obecnosci_4.csv", "umowa;data;godziny;korekta;powod\nS/1;18.03.2024;6;tak;pomyłka\n"}},
		{name: "absence",
			wrong:    sheet{"obecnosci_1.csv", "umowa;data;godziny;nieobecnosc\nS/1;18.03.2024;;choroba\n"},
			withdraw: sheet{"obecnosci_2.csv", "umowa;data;godziny;powod;wycofanie\nS/1;18.03.2024;;pomyłka;tak\n"},
			right:    sheet{"obecnosci_3.csv", "umowa;data;godziny\nS/1;18.03.2024;6\n"},
			correct:  sheet{"obecnosci_4.csv", "umowa;data;godziny;korekta;powod\nS/1;18.03.2024;6;tak;pomyłka\n"}},
	}
}

func everyWordOfAttendance() []sheet {
	return []sheet{
		{"obecnosci.csv", "umowa;data;godziny;nieobecnosc;miejsce\nS/1;05.03.2018;2;;urząd\nS/1;06.03.2018;;choroba;dom\n"},
		{"obecnosci_k.csv", "umowa;data;godziny;nieobecnosc;miejsce;korekta;powod\nS/1;05.03.2018;3;;urząd;tak;pomyłka\n"},
	}
}

func withdrawalsOfAttendance() map[string][]takesBack {
	day := func(reason string) sent {
		return sentBy(commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2024, 3, 18), Amendment: takenBack(reason)}, (*commands.Ledger).RecordAttendance)
	}
	return map[string][]takesBack{
		"day": {day}, "absence": {day},
	}
}

func differingAttendance() map[string][]differing {
	return map[string][]differing{
		"obecnosci": {
			{cells{"umowa": "S/1", "data": "18.03.2024", "godziny": "4", "nieobecnosc": "", "miejsce": "park"}, cells{"godziny": "5", "miejsce": "szkoła"}},
			{cells{"umowa": "S/1", "data": "19.03.2024", "godziny": "", "nieobecnosc": "choroba", "miejsce": ""}, cells{"nieobecnosc": "nieusprawiedliwiona"}}},
	}
}

func correctionsOfAttendance() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.RecordAttendance{Contract: "S/1", Date: on, Minutes: 60, Amendment: fix}, (*commands.Ledger).RecordAttendance),
	}
}

func refusedRowsOfAttendance() []sheet {
	return []sheet{
		{"obecnosci_9.csv", "umowa;data;godziny\nS/1;04.03.2024;4\nS/9;04.03.2024;4\nS/1;05.03.2024;4\nS/1;05.03.2024;4\n"},
	}
}

func refusedOfAttendance() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.RecordAttendance{Contract: "S/9", Date: on}, (*commands.Ledger).RecordAttendance),
	}
}
