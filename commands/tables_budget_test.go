package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfBudgets() []wayBack {
	return []wayBack{
		{name: "plan of a line",
			before:   []sheet{{"wydatki_0.csv", "program;pozycja;dokument;data;kwota\npsu;kursy;FV/1;04.03.2024;500,00\n"}},
			wrong:    sheet{"plan-budzetu_1.csv", "program;pozycja;kwota;od\npsu;kursy;100,00;01.03.2024\n"},
			withdraw: sheet{"plan-budzetu_2.csv", "program;pozycja;kwota;od;powod;wycofanie\npsu;kursy;;01.03.2024;pomyłka;tak\n"},
			right:    sheet{"plan-budzetu_3.csv", "program;pozycja;kwota;od;ue;wlasny\npsu;kursy;400,00;01.03.2024;300,00;100,00\n"},
			correct:  sheet{"plan-budzetu_4.csv", "program;pozycja;kwota;od;ue;wlasny;korekta;powod\npsu;kursy;400,00;01.03.2024;300,00;100,00;tak;pomyłka\n"}},
		{name: "expense",
			before: []sheet{{"plan-budzetu_0.csv", "program;pozycja;kwota\npsu;sala;100,00\n"},
				{"wydatki_0.csv", "program;pozycja;dokument;data;kwota;nip;suma_dokumentu\nmkis;sala;FV/2;04.03.2024;90,00;5260250274;100,00\n"}},
			wrong:    sheet{"wydatki_1.csv", "program;pozycja;dokument;data;kwota;nip\npsu;sala;fv/2;05.03.2024;120,00;526-025-02-74\n"},
			withdraw: sheet{"wydatki_2.csv", "program;pozycja;dokument;data;kwota;powod;wycofanie\npsu;sala;fv/2;;;pomyłka;tak\n"},
			right:    sheet{"wydatki_3.csv", "program;pozycja;dokument;data;kwota;budzet\npsu;sala;fv/2;01.03.2024;80,00;80,00\n"},
			correct:  sheet{"wydatki_4.csv", "program;pozycja;dokument;data;kwota;budzet;korekta;powod\npsu;sala;fv/2;01.03.2024;80,00;80,00;tak;pomyłka\n"}},
	}
}

func everyWordOfBudgets() []sheet {
	return []sheet{
		{"plan-budzetu_1.csv", "program;pozycja;kwota\npsu;kursy;100,00\n"},
		{"plan-budzetu_2.csv", "program;pozycja;kwota;korekta;powod\npsu;kursy;200,00;tak;pomyłka\n"},
		{"wydatki_1.csv", "program;pozycja;dokument;data;kwota\npsu;kursy;FV/1;04.03.2019;50,00\n"},
		{"wydatki_2.csv", "program;pozycja;dokument;data;kwota;korekta;powod\npsu;kursy;FV/1;04.03.2019;60,00;tak;pomyłka\n"},
		{"wydatki_3.csv", "program;pozycja;dokument;data;kwota;wycofanie;powod\npsu;kursy;FV/1;;;tak;pomyłka\n"},
	}
}

func differingBudgets() map[string][]differing {
	return map[string][]differing{
		"plan-budzetu": {{cells{"program": "psu", "pozycja": "kursy", "kwota": "100,00", "od": "01.02.2024", "ue": "50,00", "budzet": "20,00", "wlasny": "30,00"},
			cells{"kwota": "99,00", "ue": "51,00", "budzet": "21,00", "wlasny": "31,00"}}},
		"wydatki": {{cells{"program": "psu", "pozycja": "kursy", "dokument": "FV/9", "data": "05.04.2024", "kwota": "10,00", "nip": "5260250274", "suma_dokumentu": "20,00"},
			cells{"data": "06.04.2024", "kwota": "11,00", "nip": "", "suma_dokumentu": "21,00"}},
			{cells{"program": "psu", "pozycja": "sala", "dokument": "FV/9", "data": "05.04.2024", "kwota": "100,00", "ue": "50,00", "budzet": "20,00", "wlasny": "30,00"},
				cells{"ue": "51,00", "budzet": "21,00", "wlasny": "31,00"}}},
	}
}

func correctionsOfBudgets() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	amount := domain.Grosze(100)
	return []sent{
		sentBy(commands.PlanBudget{Programme: "psu", Line: "kursy", AmountGrosze: &amount, Amendment: fix}, (*commands.Ledger).PlanBudget),
		sentBy(commands.RecordExpense{Programme: "psu", Line: "kursy", Document: "FV/7", Date: on, AmountGrosze: amount, Amendment: fix}, (*commands.Ledger).RecordExpense),
	}
}

func refusedOfBudgets() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.PlanBudget{Programme: "psu", Line: "kursy"}, (*commands.Ledger).PlanBudget),
		sentBy(commands.RecordExpense{Programme: "psu", Line: "kursy", Document: "FV/9", Date: on}, (*commands.Ledger).RecordExpense),
	}
}
