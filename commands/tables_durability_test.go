package commands_test

import (
	"ksiega/commands"
	"ksiega/domain"
)

func waysBackOfDurability() []wayBack {
	return []wayBack{
		{name: "obligation",
			before:   []sheet{{"trwalosc_0.csv", "projekt;zdarzenie;data;wartosc\nasystent-aktywnosci;miejsca;01.02.2024;5\n"}},
			wrong:    sheet{"trwalosc_1.csv", "projekt;zdarzenie;data;wartosc;do\nasystent-aktywnosci;zobowiazanie;01.01.2024;30;31.12.2024\n"},
			withdraw: sheet{"trwalosc_2.csv", "projekt;zdarzenie;data;wartosc;do;powod;wycofanie\nasystent-aktywnosci;zobowiazanie;01.01.2024;;;pomyłka;tak\n"},
			right:    sheet{"trwalosc_3.csv", "projekt;zdarzenie;data;wartosc;do\nasystent-aktywnosci;zobowiazanie;01.02.2024;5;30.11.2024\n"},
			correct:  sheet{"trwalosc_4.csv", "projekt;zdarzenie;data;wartosc;do;korekta;powod\nasystent-aktywnosci;zobowiazanie;01.02.2024;5;30.11.2024;tak;pomyłka\n"}},
		{name: "places, of which the last of a day holds",
			before: []sheet{{"trwalosc_0.csv", "projekt;zdarzenie;data;wartosc;do\nasystent-aktywnosci;zobowiazanie;01.01.2024;30;31.12.2024\n"},
				{"trwalosc_9.csv", "projekt;zdarzenie;data;wartosc\nasystent-aktywnosci;miejsca;01.01.2024;30\n"}},
			wrong:    sheet{"trwalosc_1.csv", "projekt;zdarzenie;data;nr;wartosc\nasystent-aktywnosci;miejsca;05.03.2024;1;3\n"},
			withdraw: sheet{"trwalosc_2.csv", "projekt;zdarzenie;data;nr;wartosc;powod;wycofanie\nasystent-aktywnosci;miejsca;05.03.2024;1;;pomyłka;tak\n"},
			right:    sheet{"trwalosc_3.csv", "projekt;zdarzenie;data;nr;wartosc\nasystent-aktywnosci;miejsca;05.03.2024;1;40\n"},
			correct:  sheet{"trwalosc_4.csv", "projekt;zdarzenie;data;nr;wartosc;korekta;powod\nasystent-aktywnosci;miejsca;05.03.2024;1;40;tak;pomyłka\n"}},
		{name: "answer to a request",
			before:   []sheet{{"trwalosc_0.csv", "projekt;zdarzenie;data;nr;wartosc;do\nasystent-aktywnosci;zobowiazanie;01.01.2024;;30;31.12.2024\nasystent-aktywnosci;zapytanie;04.03.2024;Z/1;;\n"}},
			wrong:    sheet{"trwalosc_1.csv", "projekt;zdarzenie;data;nr\nasystent-aktywnosci;start;06.03.2024;Z/1\n"},
			withdraw: sheet{"trwalosc_2.csv", "projekt;zdarzenie;data;nr;powod;wycofanie\nasystent-aktywnosci;start;06.03.2024;Z/1;pomyłka;tak\n"},
			right:    sheet{"trwalosc_3.csv", "projekt;zdarzenie;data;nr\nasystent-aktywnosci;start;04.04.2024;Z/1\n"},
			correct:  sheet{"trwalosc_4.csv", "projekt;zdarzenie;data;nr;korekta;powod\nasystent-aktywnosci;start;04.04.2024;Z/1;tak;pomyłka\n"}},
	}
}

func everyWordOfDurability() []sheet {
	return []sheet{
		{"trwalosc.csv", "projekt;zdarzenie;data;nr;wartosc;do;opis;url\nasystent-aktywnosci;zobowiazanie;01.07.2019;;3;30.06.2021;od końca;\n" +
			"asystent-aktywnosci;deklaracja;02.07.2019;;;;gotowi;https://x.example/a?kto=jan\nasystent-aktywnosci;publikacja;03.07.2019;;;;ogłoszenie;https://x.example/b\n" +
			"asystent-aktywnosci;zapytanie;04.07.2019;1;;;dzwoni;\nasystent-aktywnosci;start;05.07.2019;1;;;ruszyło;\nasystent-aktywnosci;zapytanie;06.07.2019;2;;;dzwoni;\nasystent-aktywnosci;odmowa;07.07.2019;2;;;brak miejsc;\n" +
			"asystent-aktywnosci;miejsca;08.07.2019;;3;;lista;\nasystent-aktywnosci;asystenci;08.07.2019;;1;;lista;\nasystent-aktywnosci;kontrola;09.07.2019;;;;wojewoda;\n"},
	}
}

func differingDurability() map[string][]differing {
	return map[string][]differing{
		"trwalosc": {
			{cells{"projekt": "asystent-aktywnosci", "zdarzenie": "zobowiazanie", "data": "01.01.2024", "nr": "", "wartosc": "30", "do": "31.12.2024", "opis": "umowa", "url": ""},
				cells{"data": "02.01.2024", "wartosc": "31", "do": "30.12.2024", "opis": "aneks"}},
			{cells{"projekt": "asystent-aktywnosci", "zdarzenie": "publikacja", "data": "02.01.2024", "nr": "", "wartosc": "", "do": "", "opis": "", "url": "https://mops.pl/a?b"},
				cells{"url": "https://mops.pl/a?c"}}},
	}
}

func correctionsOfDurability() []sent {
	on, fix := domain.NewDate(2024, 4, 9), commands.Amendment{Correct: true, Reason: "pomyłka"}
	places := 3
	return []sent{
		sentBy(commands.TellDurability{Project: "asystent-aktywnosci", Event: "miejsca", Date: on, Value: &places, Amendment: fix}, (*commands.Ledger).TellDurability),
	}
}

func refusedRowsOfDurability() []sheet {
	return []sheet{
		{"trwalosc_9.csv", "projekt;zdarzenie;data;nr\nasystent-aktywnosci;start;06.03.2024;Z/1\n"},
	}
}

func refusedOfDurability() []sent {
	on := domain.NewDate(2024, 4, 9)
	return []sent{
		sentBy(commands.TellDurability{Project: "asystent-aktywnosci", Event: "start", Date: on, Number: "Z/1"}, (*commands.Ledger).TellDurability),
	}
}
