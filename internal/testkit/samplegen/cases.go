package main

// writeCases adds the worked cases of the rules beside the year of the source: 38 hours in May
// 2024 paid above the minimum under the old regime, 40 hours in July 2025 and in January 2026
// under the new one. Their claims are still open, so that the labour office owes something.
func writeCases(files map[string][]byte) {
	for name, content := range map[string]string{
		"uczestnicy_przypadki.csv": "id;imie;nazwisko;plec;gmina;klient_ops;status;bez_zasilku\n" +
			"U011;Grażyna;Żółtowska;K;Starachowice;tak;bezrobotny;tak\n" +
			"U012;Emil;Ćwiąkalski;M;Starachowice;tak;bezrobotny;tak\n",
		"porozumienia_przypadki.csv": "numer;zawarto;od;do;refundacja;limit_osob;limit_godzin_miesiac\n" +
			"PUP/PSU/1/2024;08.01.2024;15.01.2024;31.12.2024;60;1;40\n" +
			"PUP/PSU/1/2025;10.06.2025;16.06.2025;30.06.2026;60;1;40\n",
		"umowy_przypadki.csv": "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;stawka;miejsce\n" +
			"SK/01/2024;psu;psu;U011;10.01.2024;15.01.2024;31.12.2024;PUP/PSU/1/2024;10;15,00;MOPS\n" +
			"SK/01/2025;psu;psu;U012;12.06.2025;16.06.2025;30.06.2026;PUP/PSU/1/2025;10;;MOPS\n",
		"obecnosci_przypadki.csv": "umowa;data;godziny\n" +
			"SK/01/2024;06.05.2024;5\nSK/01/2024;07.05.2024;5\nSK/01/2024;13.05.2024;5\nSK/01/2024;14.05.2024;5\n" +
			"SK/01/2024;20.05.2024;5\nSK/01/2024;21.05.2024;5\nSK/01/2024;27.05.2024;4\nSK/01/2024;28.05.2024;4\n" +
			"SK/01/2025;07.07.2025;5\nSK/01/2025;08.07.2025;5\nSK/01/2025;14.07.2025;5\nSK/01/2025;15.07.2025;5\n" +
			"SK/01/2025;21.07.2025;5\nSK/01/2025;22.07.2025;5\nSK/01/2025;28.07.2025;5\nSK/01/2025;29.07.2025;5\n" +
			"SK/01/2025;07.01.2026;5\nSK/01/2025;08.01.2026;5\nSK/01/2025;12.01.2026;5\nSK/01/2025;13.01.2026;5\n" +
			"SK/01/2025;19.01.2026;5\nSK/01/2025;20.01.2026;5\nSK/01/2025;26.01.2026;5\nSK/01/2025;27.01.2026;5\n",
		"wyplaty_przypadki.csv": "lista;umowa;miesiac;kwota;data\n" +
			"LW/2024/05;SK/01/2024;2024-05;570,00;05.06.2024\n" +
			"LW/2025/07;SK/01/2025;2025-07;1 220,00;05.08.2025\n" +
			"LW/2026/01;SK/01/2025;2026-01;1 256,00;05.02.2026\n",
		"wnioski_przypadki.csv": "numer;porozumienie;miesiac;zlozono;kwota\n" +
			"WR/2024/05;PUP/PSU/1/2024;2024-05;10.06.2024;\n" +
			"WR/2025/07;PUP/PSU/1/2025;2025-07;11.08.2025;\n" +
			"WR/2026/01;PUP/PSU/1/2025;2026-01;10.02.2026;\n",
	} {
		files[name] = []byte(content)
	}
}
