package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

// socialContract is one that takes aid, with a task.
func socialContract() []sheet {
	return []sheet{
		{"umowy_0.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;pomoc;wzor\nK/1;socjalny;wszyscy-razem;U2;02.01.2024;02.01.2024;31.12.2024;500,00;2010-A\n"},
		{"zadania_0.csv", "umowa;nr;strona;tresc;termin\nK/1;1;uczestnik;zapis na kurs;31.03.2024\n"},
	}
}

func waysBackOfSocialContracts() []wayBack {
	return []wayBack{
		{name: "task", onlyWords: true, before: socialContract()[:1],
			wrong:    sheet{"zadania_1.csv", "umowa;nr;strona;tresc;termin\nK/1;2;osrodek;ważne powody;30.04.2024\n"},
			withdraw: sheet{"zadania_2.csv", "umowa;nr;strona;tresc;termin;powod;wycofanie\nK/1;2;;;;pomyłka;tak\n"},
			right:    sheet{"zadania_3.csv", "umowa;nr;strona;tresc;termin\nK/1;2;uczestnik;leczenie;31.05.2024\n"},
			correct:  sheet{"zadania_4.csv", "umowa;nr;strona;tresc;termin;korekta;powod\nK/1;2;uczestnik;leczenie;31.05.2024;tak;pomyłka\n"}},
		{name: "result of a task", onlyWords: true, before: socialContract(),
			wrong:    sheet{"realizacja-zadan_1.csv", "umowa;nr;data;wynik;opis\nK/1;1;28.03.2024;wykonane;zapisany\n"},
			withdraw: sheet{"realizacja-zadan_2.csv", "umowa;nr;data;wynik;powod;wycofanie\nK/1;1;28.03.2024;;pomyłka;tak\n"},
			right:    sheet{"realizacja-zadan_3.csv", "umowa;nr;data;wynik;opis\nK/1;1;28.03.2024;niewykonane;\n"},
			correct:  sheet{"realizacja-zadan_4.csv", "umowa;nr;data;wynik;opis;korekta;powod\nK/1;1;28.03.2024;niewykonane;;tak;pomyłka\n"}},
		{name: "evaluation", onlyWords: true, before: socialContract(),
			wrong:    sheet{"oceny_1.csv", "umowa;data;wynik;opis\nK/1;28.06.2024;pozytywna;dobrze\n"},
			withdraw: sheet{"oceny_2.csv", "umowa;data;wynik;powod;wycofanie\nK/1;28.06.2024;;pomyłka;tak\n"},
			right:    sheet{"oceny_3.csv", "umowa;data;wynik;opis\nK/1;28.06.2024;negatywna;\n"},
			correct:  sheet{"oceny_4.csv", "umowa;data;wynik;opis;korekta;powod\nK/1;28.06.2024;negatywna;;tak;pomyłka\n"}},
		{name: "aid", before: socialContract(),
			wrong:    sheet{"pomoc_1.csv", "umowa;data;cel;kwota\nK/1;05.04.2024;ważne powody;120,00\n"},
			withdraw: sheet{"pomoc_2.csv", "umowa;data;cel;kwota;powod;wycofanie\nK/1;05.04.2024;ważne powody;;pomyłka;tak\n"},
			right:    sheet{"pomoc_3.csv", "umowa;data;cel;kwota\nK/1;05.04.2024;ważne powody;500,00\n"},
			correct:  sheet{"pomoc_4.csv", "umowa;data;cel;kwota;korekta;powod\nK/1;05.04.2024;ważne powody;500,00;tak;pomyłka\n"}},
	}
}

func everyWordOfSocialContracts() []sheet {
	return []sheet{
		{"umowy_k.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;pomoc\nK/1;socjalny;wszyscy-razem;U1;02.01.2018;02.01.2018;31.12.2018;500,00\n"},
		{"zadania.csv", "umowa;nr;strona;tresc;termin\nK/1;1;uczestnik;zapis na kurs;31.03.2018\nK/1;2;osrodek;opłata kursu;31.03.2018\n"},
		{"realizacja-zadan.csv", "umowa;nr;data;wynik;opis\nK/1;1;28.03.2018;wykonane;zapisany\n"},
		{"oceny.csv", "umowa;data;wynik;opis\nK/1;28.06.2018;czesciowa;przerwy\n"},
		{"pomoc.csv", "umowa;data;cel;kwota;dokument\nK/1;05.03.2018;podręczniki;120,00;FV/1\n"},
		{"zadania_w.csv", "umowa;nr;strona;tresc;termin;powod;wycofanie\nK/1;2;;;;pomyłka;tak\n"},
		{"oceny_w.csv", "umowa;data;wynik;powod;wycofanie\nK/1;28.06.2018;;pomyłka;tak\n"},
		{"pomoc_w.csv", "umowa;data;cel;kwota;dokument;powod;wycofanie\nK/1;05.03.2018;podręczniki;;FV/1;pomyłka;tak\n"},
		{"realizacja-zadan_w.csv", "umowa;nr;data;wynik;powod;wycofanie\nK/1;1;28.03.2018;;pomyłka;tak\n"},
	}
}

func withdrawalsOfSocialContracts() map[string][]takesBack {
	return map[string][]takesBack{
		"task": {func(reason string) sent {
			return sentBy(commands.SetTask{Contract: "K/1", No: "2", Amendment: takenBack(reason)}, (*commands.Ledger).SetTask)
		}},
		"result of a task": {func(reason string) sent {
			return sentBy(commands.RecordTaskResult{Contract: "K/1", No: "1", Date: domain.NewDate(2024, 3, 28), Amendment: takenBack(reason)}, (*commands.Ledger).RecordTaskResult)
		}},
		"aid": {func(reason string) sent {
			return sentBy(commands.GrantAid{Contract: "K/1", Date: domain.NewDate(2024, 4, 5), Amendment: takenBack(reason)}, (*commands.Ledger).GrantAid)
		}},
		"evaluation": {func(reason string) sent {
			return sentBy(commands.EvaluateContract{Contract: "K/1", Date: domain.NewDate(2024, 6, 28), Amendment: takenBack(reason)}, (*commands.Ledger).EvaluateContract)
		}},
	}
}

func differingSocialContracts() map[string][]differing {
	return map[string][]differing{
		"zadania":          {{cells{"umowa": "K/1", "nr": "2", "strona": "uczestnik", "tresc": "kurs", "termin": "31.03.2024"}, cells{"strona": "osrodek", "tresc": "szkolenie", "termin": "30.04.2024"}}},
		"realizacja-zadan": {{cells{"umowa": "K/1", "nr": "1", "data": "28.03.2024", "wynik": "wykonane", "opis": "zapisany"}, cells{"wynik": "czesciowo", "opis": "nie zapisany"}}},
		"oceny":            {{cells{"umowa": "K/1", "data": "28.06.2024", "wynik": "pozytywna", "opis": "dobrze"}, cells{"wynik": "negatywna", "opis": "źle"}}},
		"pomoc":            {{cells{"umowa": "K/1", "data": "05.04.2024", "cel": "odzież", "kwota": "100,00", "dokument": "FV/1"}, cells{"kwota": "90,00"}}},
	}
}

func correctionsOfSocialContracts() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.SetTask{Contract: "K/1", No: "7", Side: "osrodek", Text: "opłata", Due: on, Amendment: fix}, (*commands.Ledger).SetTask),
		sentBy(commands.RecordTaskResult{Contract: "K/1", No: "1", Date: on, Result: "wykonane", Amendment: fix}, (*commands.Ledger).RecordTaskResult),
		sentBy(commands.EvaluateContract{Contract: "K/1", Date: on, Result: "pozytywna", Amendment: fix}, (*commands.Ledger).EvaluateContract),
		sentBy(commands.GrantAid{Contract: "K/1", Date: on, Purpose: "odzież", AmountGrosze: 100, Amendment: fix}, (*commands.Ledger).GrantAid),
	}
}
