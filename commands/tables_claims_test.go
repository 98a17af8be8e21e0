package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfClaims() []wayBack {
	return []wayBack{
		{name: "claim",
			before:   []sheet{paidInMarch()},
			wrong:    sheet{"wnioski_1.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2024-03;10.04.2024;\n"},
			withdraw: sheet{"wnioski_2.csv", "numer;porozumienie;miesiac;zlozono;kwota;powod;wycofanie\nW/1;;;;;pomyłka;tak\n"},
			right:    sheet{"wnioski_3.csv", "numer;porozumienie;miesiac;zlozono;kwota\nW/1;P/1;2024-03;15.04.2024;100,00\n"},
			correct:  sheet{"wnioski_4.csv", "numer;porozumienie;miesiac;zlozono;kwota;korekta;powod\nW/1;P/1;2024-03;15.04.2024;100,00;tak;pomyłka\n"}},
		{name: "acceptance",
			before:   []sheet{paidInMarch(), claimedForMarch()},
			wrong:    sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;czesciowo;50,00\n"},
			withdraw: sheet{"decyzje-pup_2.csv", "wniosek;data;wynik;kwota;powod_korekty;wycofanie\nW/1;25.04.2024;;;pomyłka;tak\n"},
			right:    sheet{"decyzje-pup_3.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;przyjety;\n"},
			correct:  sheet{"decyzje-pup_4.csv", "wniosek;data;wynik;kwota;korekta;powod_korekty\nW/1;25.04.2024;przyjety;;tak;pomyłka\n"}},
		{name: "return of a claim",
			before:   []sheet{paidInMarch(), claimedForMarch()},
			wrong:    sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;powod\nW/1;25.04.2024;zwrocony;brak podpisu\n"},
			withdraw: sheet{"decyzje-pup_2.csv", "wniosek;data;wynik;powod_korekty;wycofanie\nW/1;25.04.2024;zwrocony;pomyłka;tak\n"},
			right:    sheet{"decyzje-pup_3.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;czesciowo;60,00\n"},
			correct:  sheet{"decyzje-pup_4.csv", "wniosek;data;wynik;kwota;korekta;powod_korekty\nW/1;25.04.2024;czesciowo;60,00;tak;pomyłka\n"}},
		{name: "demand for money back",
			before:   []sheet{paidInMarch(), claimedForMarch()},
			wrong:    sheet{"decyzje-pup_1.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;zwrot;50,00\n"},
			withdraw: sheet{"decyzje-pup_2.csv", "wniosek;data;wynik;powod_korekty;wycofanie\nW/1;25.04.2024;zwrot;pomyłka;tak\n"},
			right:    sheet{"decyzje-pup_3.csv", "wniosek;data;wynik;kwota\nW/1;25.04.2024;zwrot;40,00\n"},
			correct:  sheet{"decyzje-pup_4.csv", "wniosek;data;wynik;kwota;korekta;powod_korekty\nW/1;25.04.2024;zwrot;40,00;tak;pomyłka\n"}},
	}
}

func withdrawalsOfClaims() map[string][]takesBack {
	answer := func(outcome string) takesBack {
		return func(reason string) sent {
			return sentBy(commands.RecordClaimDecision{Claim: "W/1", Date: domain.NewDate(2024, 4, 25), Outcome: outcome, Withdraw: true, CorrectionReason: reason}, (*commands.Ledger).RecordClaimDecision)
		}
	}
	return map[string][]takesBack{
		"acceptance": {answer("czesciowo"), answer("")}, "return of a claim": {answer("zwrocony")}, "demand for money back": {answer("zwrot")},
		"claim": {func(reason string) sent {
			return sentBy(commands.SubmitClaim{Number: "W/1", Amendment: takenBack(reason)}, (*commands.Ledger).SubmitClaim)
		}, func(reason string) sent {
			return sentBy(commands.WithdrawClaim{Claim: "W/1", Agreement: "P/1", Reason: reason}, (*commands.Ledger).WithdrawClaim)
		}},
	}
}

func differingClaims() map[string][]differing {
	return map[string][]differing{
		"wnioski": {{cells{"numer": "W/9", "porozumienie": "P/1", "miesiac": "2024-03", "zlozono": "10.04.2024", "kwota": "50,00", "koryguje": ""},
			cells{"porozumienie": "P/8", "miesiac": "2024-02", "zlozono": "11.04.2024", "kwota": "51,00", "koryguje": "W/1"}}},
		"decyzje-pup": {{cells{"wniosek": "W/1", "data": "25.04.2024", "wynik": "czesciowo", "kwota": "50,00", "powod": "brak"}, cells{"wynik": "zwrocony", "kwota": "51,00", "powod": "inny"}}},
	}
}

func correctionsOfClaims() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.SubmitClaim{Number: "W/7", Agreement: "P/1", Month: on.Month(), Submitted: on, Amendment: fix}, (*commands.Ledger).SubmitClaim),
		sentBy(commands.RecordClaimDecision{Claim: "W/1", Date: on + 10, Outcome: "przyjety", Correct: true, CorrectionReason: "pomyłka"}, (*commands.Ledger).RecordClaimDecision),
	}
}

func refusedRowsOfClaims() []sheet {
	return []sheet{
		{"wnioski_9.csv", "numer;porozumienie;miesiac;zlozono\nW/1;P/1;2024-02;10.04.2024\nW/9;P/9;2024-02;10.04.2024\n"},
		{"decyzje-pup_9.csv", "wniosek;data;wynik\nW/9;25.04.2024;przyjety\nW/1;01.04.2024;przyjety\n"},
	}
}

func refusedOfClaims() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.SubmitClaim{Number: "W/9", Agreement: "P/9", Month: on.Month(), Submitted: on}, (*commands.Ledger).SubmitClaim),
		sentBy(commands.WithdrawClaim{Claim: "W/9", Agreement: "P/1", Reason: "pomyłka"}, (*commands.Ledger).WithdrawClaim),
		sentBy(commands.RecordClaimDecision{Claim: "W/9", Date: on, Outcome: "zwrocony", Reason: "brak"}, (*commands.Ledger).RecordClaimDecision),
		sentBy(commands.WriteOffClaim{Claim: "W/9", Date: on, Reason: "x"}, (*commands.Ledger).WriteOffClaim),
	}
}
