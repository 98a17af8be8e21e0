package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfAgreements() []wayBack {
	return []wayBack{
		{name: "agreement",
			wrong:    sheet{"porozumienia_1.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/2;02.01.2024;02.01.2024;31.12.2024;60;1\n"},
			withdraw: sheet{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;powod;wycofanie\nP/2;;;;;pomyłka;tak\n"},
			right:    sheet{"porozumienia_3.csv", "numer;zawarto;od;do;refundacja;limit_osob\nP/2;03.01.2024;03.01.2024;30.11.2024;50;2\n"},
			correct:  sheet{"porozumienia_4.csv", "numer;zawarto;od;do;refundacja;limit_osob;korekta;powod\nP/2;03.01.2024;03.01.2024;30.11.2024;50;2;tak;pomyłka\n"}},
	}
}

func everyWordOfAgreements() []sheet {
	return []sheet{
		{"porozumienia.csv", agreements},
	}
}

func differingAgreements() map[string][]differing {
	return map[string][]differing{
		"porozumienia": {{cells{"numer": "P/9", "zawarto": "02.01.2024", "od": "02.01.2024", "do": "31.12.2024", "refundacja": "60", "limit_osob": "5", "limit_godzin_miesiac": "40",
			"limit_godzin_razem": "900", "stawka_bazowa": "30,00", "podstawa_refundacji": "ustawowa", "dla_opiekunow": "nie",
			"podstawa": "porozumienie", "termin_refundacji": "30"},
			cells{"zawarto": "03.01.2024", "od": "03.01.2024", "do": "30.12.2024", "refundacja": "50", "limit_osob": "6", "limit_godzin_miesiac": "30",
				"limit_godzin_razem": "800", "stawka_bazowa": "31,00", "podstawa_refundacji": "umowna", "dla_opiekunow": "tak",
				"podstawa": "wniosek_prezydenta", "termin_refundacji": "14"}}},
	}
}

func correctionsOfAgreements() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	return []sent{
		sentBy(commands.ConcludeAgreement{Number: "P/7", Concluded: on, From: on, To: on + 90, RefundPercent: 60, Amendment: fix}, (*commands.Ledger).ConcludeAgreement),
	}
}

func refusedRowsOfAgreements() []sheet {
	return []sheet{
		{"porozumienia_9.csv", "numer;zawarto;od;do;refundacja\nP/1;02.01.2024;02.01.2024;31.12.2024;50\n"},
	}
}

func refusedOfAgreements() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.ConcludeAgreement{Number: "P/1", Concluded: on}, (*commands.Ledger).ConcludeAgreement),
	}
}
