package bankfile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"ksiega/domain"
)

const (
	ours   = "61109010140000071219812874"
	theirs = "27114020040000300201355387"
)

func day(y, m, d int) domain.Date { return domain.NewDate(y, time.Month(m), d) }

// message wraps entries worth 50.00 in all.
func message(entries string) string {
	return ":20:ST180331\n:25:PL" + ours + "\n:28C:8/1\n:60F:C180301PLN100,00\n" + entries + ":62F:C180331PLN150,00\n:64:C180331PLN150,00\n-\n"
}

func one(t *testing.T, text string) Statement {
	t.Helper()
	got, err := ReadMT940("wyciag.sta", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 {
		t.Fatalf("got %d statements", len(got))
	}
	return got[0]
}

func TestDialects(t *testing.T) {
	t.Parallel()
	const entry = ":61:1803010301CN50,00S02NONREF//BR 7\n"
	want := Line{
		Number: 1, Booked: day(2018, 3, 1), Value: day(2018, 3, 1), Amount: 5000,
		Title: "Refundacja PSU wniosek PSU/2018/02 za luty", Counterparty: "POWIATOWY URZĄD PRACY W STARACHOWICACH",
		CounterpartyAccount: theirs,
	}
	for name, text := range map[string]string{
		"tilde": ":86:152~00VE02~10 1~20Refundacja PSU wniosek PSU/~212018/02 za luty~3011402004\n~31" + theirs +
			"~32POWIATOWY URZĄD PRACY W STA~33RACHOWICACH~34152~600301~62Radomska 1\n",
		"tilde, name in 27":    ":86:152~20Refundacja PSU wniosek~21PSU/2018/02~22za luty~27POWIATOWY URZĄD PRACY W~28STARACHOWICACH~29" + theirs + "\n",
		"less":                 ":86:020<00Przelew\n<20Refundacja PSU wniosek PSU/\n<212018/02\n<22za luty\n<27POWIATOWY URZĄD PRACY\n<28W STARACHOWICACH\n<29\n<3011402004\n<38PL" + theirs + "\n",
		"plus":                 ":86:020+00+20Refundacja PSU wniosek PSU/+212018/02 za luty+27Radomska 1+32POWIATOWY URZĄD PRACY W STARACHOWIC+33ACH+38PL" + theirs + "\n",
		"question mark":        ":86:166?00GUTSCHRIFT?20Refundacja PSU wniosek?21PSU/2018/02?30" + theirs[2:10] + "?31" + theirs[10:] + "?32POWIATOWY URZĄD PRACY W?33STARACHOWICACH?60za luty\n",
		"operation code apart": ":86:020\n:86:020~20Refundacja PSU wniosek~21PSU/2018/02 za luty~32POWIATOWY URZĄD PRACY~33W STARACHOWICACH~38" + theirs + "\n",
	} {
		if got := one(t, message(entry+text)); len(got.Lines) != 1 || got.Lines[0] != want {
			t.Errorf("%s: got %+v", name, got.Lines)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("a", 60) + " PSU/"
	for text, want := range map[string]string{
		":86:Wpłata gotówkowa\nw kasie\n":          "Wpłata gotówkowa w kasie",
		":86:" + full + "\n2018/02\n":              full + "2018/02",
		":86:020+20tel. +48 600 100 200+21dalej\n": "tel. +48 600 100 200 dalej",
		":86:020<20a<b <10 zł<21c\n":               "a<b <10 zł c",
		":86:020<20pierwsza\n:x: druga\n{linia}\n": "pierwsza :x: druga {linia}",
		":86:<20\n":                         "",
		"dodatkowy opis\n":                  "dodatkowy opis",
		"dodatkowy opis\n:86:020~20tytuł\n": "tytuł",
		":86:020~20" + strings.Repeat("ż", 35) + "~21ź\n": strings.Repeat("ż", 35) + "ź",
		":86:020~20" + strings.Repeat("ż", 27) + "~21ź\n": strings.Repeat("ż", 27) + "ź",
		":86:020~20" + strings.Repeat("ż", 26) + "~21ź\n": strings.Repeat("ż", 26) + " ź",
		":86:020~20z\tk\x01ońca\n":                        "z końca",
	} {
		if got := one(t, message(":61:180301C50,00NTRFNONREF\n"+text)); got.Lines[0].Title != want {
			t.Errorf("%q: got %q, want %q", text, got.Lines[0].Title, want)
		}
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const title = "ZAŻÓŁĆ gęślą jaźń, Powiatowy Urząd Pracy, wpłata za miesiąc"
	text := message(":61:180301C50,00NTRFNONREF\n:86:020<20" + title + "\n")
	dos, err1 := charmap.CodePage852.NewEncoder().String(text)
	windows, err2 := charmap.Windows1250.NewEncoder().String(text)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for name, s := range map[string]string{
		"utf-8": text, "bom": "\uFEFF" + text, "cp852": dos, "windows-1250": windows,
		"crlf": strings.ReplaceAll(dos, "\n", "\r\n"), "enclosed": "\x01" + windows + "\x03\x1A",
	} {
		if got := one(t, s); got.Lines[0].Title != title {
			t.Errorf("%s: got %q", name, got.Lines[0].Title)
		}
	}
	for _, word := range []string{"książka", "KSIĄŻKA", "źle", "Łódź", "ŁÓDŹ", "Świętokrzyskie", "miesiąc", "ĆWICZENIE", "rządu", "Urząd Pracy", "URZĄD PRACY"} {
		for name, m := range map[string]*charmap.Charmap{"cp852": charmap.CodePage852, "windows-1250": charmap.Windows1250} {
			s, err := m.NewEncoder().String(word)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := decode([]byte(s)); err != nil || got != word {
				t.Errorf("%s in %s: got %q, %v", word, name, got, err)
			}
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Line{
		"1803010302C50,00NTRFNONREF//R1": {Booked: day(2018, 3, 2), Value: day(2018, 3, 1), Amount: 5000},
		"1812310102CN50,N123PSU/7":       {Booked: day(2019, 1, 2), Value: day(2018, 12, 31), Amount: 5000},
		"1901021231D0,5NTRFNONREF":       {Booked: day(2018, 12, 31), Value: day(2019, 1, 2), Amount: -50},
		"180301RC1234,56NTRFNONREF":      {Booked: day(2018, 3, 1), Value: day(2018, 3, 1), Amount: -123456},
		"180301RDN1234,56NTRF":           {Booked: day(2018, 3, 1), Value: day(2018, 3, 1), Amount: 123456},
		"2002290229DR1,00NTRFX//":        {Booked: day(2020, 2, 29), Value: day(2020, 2, 29), Amount: -100},
		"991231C1,00":                    {Booked: day(1999, 12, 31), Value: day(1999, 12, 31), Amount: 100},
	} {
		got, err := entry(field{"61", 1, []string{text}})
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                          "too short",
		"180230C1,00NTRF":           "not a value date YYMMDD",
		"1803011301C1,00NTRF":       "not a booking date MMDD",
		"1803010301X1,00NTRF":       "neither credit nor debit (C, D, RC, RD)",
		"180301C1.00NTRF":           "not an amount",
		"180301C1,001NTRF":          "not an amount",
		"180301C,50NTRF":            "not an amount",
		"180301C-5,00NTRF":          "not an amount",
		"180301C1234567890123,NTRF": "not an amount",
		"180301":                    "neither credit nor debit (C, D, RC, RD)",
	} {
		if _, err := entry(field{"61", 7, []string{text}}); err == nil || err.Error() != "line 7: tag 61: "+want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestManyStatementsAndPages(t *testing.T) {
	t.Parallel()
	const envelope = "{1:F01BANKPLPWAXXX0000000000}{2:I940BANKPLPWXXXXN}{4:\r\n"
	second := strings.NewReplacer(":28C:8/1", ":28:9", "60F:C180301PLN100,00", "60F:D180401PLN100,00", "62F:C180331", "62M:D180430").Replace(message(":61:180401C0,00NTRF\n"))
	second = strings.Replace(second, "D180430PLN150,00", "D180430PLN100,00", 1)
	third := strings.NewReplacer("8/1", "9/2", "60F:C180301PLN100,00", "60M:D180430PLN100,00").Replace(message(":61:180430C250,NTRF\n"))
	text := envelope + strings.ReplaceAll(message(":86:nagłówek\n:61:180301D20,00NTRF\n:61:180302C70,00NTRF\n"), "-\n", "-}{5:{CHK:1}}\r\n") +
		"\r\n" + envelope[:len(envelope)-2] + "\r\n" + strings.TrimSuffix(second, "-\n") + ":86:stopka\n" + third
	got, err := ReadMT940("x.mt940", strings.NewReader(text))
	if err != nil || len(got) != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	first := Statement{
		Account: ours, Written: "PL" + ours, Number: "8/1", Opening: Balance{day(2018, 3, 1), 10000}, Closing: Balance{day(2018, 3, 31), 15000},
		Lines: []Line{
			{Number: 1, Booked: day(2018, 3, 1), Value: day(2018, 3, 1), Amount: -2000},
			{Number: 2, Booked: day(2018, 3, 2), Value: day(2018, 3, 2), Amount: 7000},
		},
	}
	if !reflect.DeepEqual(got[0], first) {
		t.Errorf("got %+v", got[0])
	}
	if got[1].Number != "9" || got[1].Opening.Amount != -10000 || got[1].Closing.Amount != -10000 || got[2].Opening != got[1].Closing {
		t.Errorf("got %+v", got[1:])
	}
	broken := strings.Replace(text, "60M:D180430PLN100,00", "60M:D180430PLN101,00", 1)
	broken = strings.Replace(broken, "C250,NTRF", "C251,NTRF", 1)
	if _, err := ReadMT940("x.mt940", strings.NewReader(broken)); err == nil || !strings.Contains(err.Error(), ErrPage.Message+": -101.00 -100.00") {
		t.Errorf("got %v", err)
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	second := ErrOpenings.Message
	good := message(":61:180301C50,00NTRFNONREF\n:86:020<20Jan Kowalski\n")
	edit := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for _, c := range []struct{ text, want string }{
		{"", "w.sta: no statement (no tag 20)"},
		{"Drogi Kliencie", "w.sta: no statement (no tag 20)"},
		{":61:180301C50,00NTRFNONREF\n" + good, "w.sta: line 1: tag 61: stands before tag 20"},
		{good + ":61:180301C50,00NTRFNONREF\n", "w.sta: line 10: tag 61: stands before tag 20"},
		{"\x00", "w.sta: not a text file"},
		{edit("C50,00", "C49,99"), "w.sta: line 7: tag 62F: " + ErrSum.Message + ": 149.99 150.00"},
		{edit("PLN100,00", "EUR100,00"), "w.sta: line 4: tag 60F: the currency is not PLN"},
		{edit(":60F:C180301", ":60F:X180301"), "w.sta: line 4: tag 60F: not a balance (C or D, date, currency, amount)"},
		{edit(":60F:C180301", ":60F:C181301"), "w.sta: line 4: tag 60F: not a date YYMMDD"},
		{edit("PLN150,00", "PLN150"), "w.sta: line 7: tag 62F: not an amount"},
		{edit(":60F:C180301PLN100,00\n", ""), "w.sta: line 4: tag 61: no opening balance (tag 60F) before it"},
		{edit(":61:", ":60F:C180301PLN100,00\n:61:"), "w.sta: line 5: tag 60F: " + second},
		{edit(":28C:8/1\n", ""), "w.sta: line 1: tag 20: the statement has no number (tag 28C)"},
		{edit(":25:PL"+ours+"\n", ""), "w.sta: line 1: tag 20: the statement names no account (tag 25)"},
		{edit("-\n", ":61:180301C50,00NTRFNONREF\n"), "w.sta: line 9: tag 61: stands after the closing balance"},
		{edit(":62F:C180331PLN150,00\n:64:C180331PLN150,00\n", ""), "w.sta: line 1: tag 20: " + ErrNotClosed.Message},
		{edit(":62F:C180331PLN150,00\n:64:C180331PLN150,00\n", good), "w.sta: line 10: tag 60F: " + second},
		{edit(":25:PL"+ours, ":25:JAN KOWALSKI 12345678"), "w.sta: line 2: tag 25: not an account number"},
		{edit(":28C:8/1", ":28C:8/KOWALSKI"), "w.sta: line 3: tag 28C: not a statement number"},
		{edit("Jan Kowalski\n", strings.Repeat("x\n", 101)), "w.sta: line 6: tag 86: " + ErrLong.Message},
		{edit("Jan Kowalski", "a\n"+strings.Repeat("x", 20000)), "w.sta: line 6: tag 86: " + ErrLong.Message},
	} {
		got, err := ReadMT940("a/w.sta", strings.NewReader(c.text))
		if err == nil || err.Error() != c.want || got != nil {
			t.Errorf("%q: got %v, want %s", c.text, err, c.want)
		}
	}
	for end := range strings.Index(good, "\n:64:") - 2 {
		if got, err := ReadMT940("w.sta", strings.NewReader(good[:end])); err == nil {
			t.Fatalf("cut at %d of %d it was taken as %+v", end, len(good), got)
		}
	}
}

func FuzzReadMT940(f *testing.F) {
	f.Add([]byte(message(":61:1803010301CN50,00S02NONREF//BR 7\nopis\n:86:020<20tytu\x88<27Jan<38PL" + theirs + "\n")))
	f.Add([]byte("{1:F01}{2:I940}{4:\r\n" + message(":61:180301RD50,00NTRF\r\n:86:166?20a?30"+theirs[2:10]+"?31"+theirs[10:]+"?60b\r\n") + "-}"))
	f.Add([]byte(message(":86:x\n:61:180229D1,NTRF\n:86:+20+48 600+21b+21c\n")))
	f.Add([]byte(message(":61:180301C50,00NTRF\n:86:051^00x^34a^20wg W^21R/05^32P\n^33\xC4\x98^38PL" + theirs + "\n:86:o wyciągu\n")))
	f.Add([]byte(message(":61:180301C50,00NTRF\n:86:770 KRAJOWY; Z RACH.: " + theirs + "; OD: PUP; TYT.: WR/05; TNR: 1\n:25:x\n:61:y\n:20:z\n-\n")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := ReadMT940("f.sta", strings.NewReader(string(raw)))
		if err != nil && got != nil || err == nil && len(got) == 0 {
			t.Fatalf("got %d statements and %v", len(got), err)
		}
		texts := 0
		for _, s := range got {
			sum := s.Opening.Amount
			for i, l := range s.Lines {
				sum += l.Amount
				if l.Number != i+1 || l.Booked == 0 || l.Value == 0 || distance(l.Booked, l.Value) > 4*366 {
					t.Fatalf("line %d: %+v", i+1, l)
				}
				if strings.ContainsAny(fmt.Sprint(l.Title, l.Counterparty), "\r\n\x00") {
					t.Fatalf("line %d: %q", i+1, l.Title)
				}
				texts += len(l.Title) + len(l.Counterparty)
			}
			if strings.ContainsFunc(s.Account+s.Number, func(c rune) bool { return c > 'z' || c < '-' }) {
				t.Fatalf("account %q, number %q", s.Account, s.Number)
			}
			if sum != s.Closing.Amount || s.Account == "" || s.Number == "" {
				t.Fatalf("got %+v", s)
			}
		}
		// CP852 and NFC may lengthen a byte, but never by more than this.
		if texts > 16*len(raw)+16 {
			t.Fatalf("%d bytes grew to %d", len(raw), texts)
		}
	})
}
