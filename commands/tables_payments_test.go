package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfPayments() []wayBack {
	return []wayBack{
		{name: "payment",
			wrong:    sheet{"wyplaty_1.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;300,00;05.04.2024\n"},
			withdraw: sheet{"wyplaty_2.csv", "lista;umowa;miesiac;kwota;data;powod;wycofanie\nL/1;S/1;2024-03;;;pomyłka;tak\n"},
			right:    sheet{"wyplaty_3.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;240,00;08.04.2024\n"},
			correct:  sheet{"wyplaty_4.csv", "lista;umowa;miesiac;kwota;data;korekta;powod\nL/1;S/1;2024-03;240,00;08.04.2024;tak;pomyłka\n"}},
		{name: "transfer that came back",
			before:   []sheet{{"wyplaty_0.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;240,00;05.04.2024\n"}},
			wrong:    sheet{"wyplaty_1.csv", "lista;umowa;miesiac;kwota;data;zwrot\nL/1;S/1;2024-03;240,00;06.04.2024;tak\n"},
			withdraw: sheet{"wyplaty_2.csv", "lista;umowa;miesiac;kwota;data;zwrot;powod;wycofanie\nL/1;S/1;2024-03;;;tak;pomyłka;tak\n"},
			right:    sheet{"wyplaty_3.csv", "lista;umowa;miesiac;kwota;data;zwrot\nL/1;S/1;2024-03;40,00;09.04.2024;tak\n"},
			correct:  sheet{"wyplaty_4.csv", "lista;umowa;miesiac;kwota;data;zwrot;korekta;powod\nL/1;S/1;2024-03;40,00;09.04.2024;tak;tak;pomyłka\n"}},
	}
}

func withdrawalsOfPayments() map[string][]takesBack {
	paid := func(cameBack bool) takesBack {
		return func(reason string) sent {
			return sentBy(commands.PayBenefit{List: "L/1", Contract: "S/1", Month: domain.NewDate(2024, 3, 1).Month(), CameBack: cameBack, Amendment: takenBack(reason)}, (*commands.Ledger).PayBenefit)
		}
	}
	return map[string][]takesBack{
		"payment": {paid(false)}, "transfer that came back": {paid(true)},
	}
}

func differingPayments() map[string][]differing {
	return map[string][]differing{
		"wyplaty": {{cells{"lista": "L/9", "umowa": "S/1", "miesiac": "2024-03", "kwota": "10,00", "data": "05.04.2024", "zwrot": "nie"}, cells{"kwota": "11,00", "data": "06.04.2024"}}},
	}
}

func correctionsOfPayments() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.PayBenefit{List: "L/7", Contract: "S/1", Month: on.Month(), AmountGrosze: 100, Date: on, Amendment: fix}, (*commands.Ledger).PayBenefit),
	}
}

func refusedRowsOfPayments() []sheet {
	return []sheet{
		{"wyplaty_9.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/1;2024-03;10,00;05.04.2024\n"},
	}
}

func refusedOfPayments() []sent {
	return []sent{
		sentBy(commands.PayBenefit{Contract: "S/9"}, (*commands.Ledger).PayBenefit),
	}
}
