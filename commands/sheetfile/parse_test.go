package sheetfile

import (
	"strings"
	"testing"

	"ksiega/domain"
)

// table runs one parser over texts; a want of "" is a refusal.
func table[T any](t *testing.T, parse func(string) (T, *domain.Error), show func(T) string, cases map[string]string) {
	t.Helper()
	for text, want := range cases {
		v, reason := parse(text)
		got := ""
		if reason == nil {
			got = show(v)
		}
		if got != want {
			t.Errorf("%q: got %q (%v), want %q", text, got, reason, want)
		}
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	table(t, parseAmount, domain.Grosze.String, map[string]string{
		"0": "0.00", "8,3": "8.30", "8.30": "8.30", "1234.56": "1234.56",
		"1 234,56": "1234.56", "1\u00a0234,56": "1234.56", "1\u202f234\u202f567,00": "1234567.00",
		"570,00 zł": "570.00", "-12,05": "-12.05", "−12,05": "-12.05", "99 999 999 999,99": "99999999999.99",
		"100 000 000 000,01": "", "1,234": "", "1,230": "", "1.234,56": "", "1,234.56": "", "12 34": "", "1 2345,00": "",
		",5": "", "5,": "", "": "", "-": "", "1e3": "", "0x10": "", "1,2,3": "", "--1": "", "+5": "", "５": "",
		"9999999999999999999999": "",
	})
}

func TestHours(t *testing.T) {
	t.Parallel()
	table(t, parseHours, domain.Minutes.String, map[string]string{
		"1,5": "1:30", "1.5": "1:30", "1:30": "1:30", "01:30:00": "1:30", "0,1": "0:06", "0,05": "0:03", "40": "40:00",
		"0": "0:00", "160:00": "160:00", "2,250": "2:15", "1 000": "1000:00",
		"0,33": "", "0,333333333333333": "", "1:60": "", "1:5": "", ":30": "", "1:30:30": "", "-1": "", "-1:30": "", "1h": "1:00", "8,5 h": "8:30", "8,5\u00a0godz.": "8:30", "1:30 h": "1:30", "h": "", "1 hh": "", "": "",
		"999999": "999999:00", "1000000": "", "9999999:00": "", "99999999": "",
	})
}

func TestDates(t *testing.T) {
	t.Parallel()
	table(t, parseDate, domain.Date.String, map[string]string{
		"08.02.2018": "2018-02-08", "8.2.2018": "2018-02-08", "2018-02-08": "2018-02-08", "43139": "2018-02-08",
		"2018-02-08 00:00:00": "2018-02-08", "08.02.2018 00:00": "2018-02-08", "20000": "1954-10-03", "80000": "2119-01-11",
		"30.02.2018": "", "29.02.2017": "", "00.01.2018": "", "8.2.18": "", "1985": "", "19999": "", "80001": "", "2018-02-08 10:30": "",
		"02/08/2018": "", "31/12/2018": "", "8.2.2018.": "", "02.01.2026 r.": "2026-01-02", "2.1.2026r": "2026-01-02", "2026-01-02 r.": "2026-01-02", "7-10-2026": "2026-10-07", "07-10-2026": "2026-10-07", "7-10-26": "", "r.": "", "": "", "2018-2-8": "", "08.13.2018": "",
	})
	table(t, parseMonth, domain.Month.String, map[string]string{
		"2018-03": "2018-03", "03.2018": "2018-03", "2018-03-01": "2018-03", "01.03.2018": "2018-03",
		"2018-03-02": "", "2018-13": "", "3.2018": "", "marzec": "", "43160": "",
	})
	for serial, want := range map[int]string{1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 43139: "2018-02-08"} {
		if got := serialDate(serial); got.String() != want {
			t.Errorf("serial %d: got %s, want %s", serial, got, want)
		}
	}
}

func TestClocksAndWholeNumbers(t *testing.T) {
	t.Parallel()
	table(t, parseClock, domain.TimeOfDay.String, map[string]string{
		"8:05": "08:05", "08:05": "08:05", "08:05:00": "08:05", "24:00": "24:00", "24:01": "", "8": "08:00", "8,5": "08:30", "8.5": "08:30", "24": "24:00",
		"8.05": "", "25": "", "8,51": "", "-1": "", "08:05:30": "",
	})
	show := func(n int) string { return domain.Minutes(n * 60).String() }
	table(t, parseInt, show, map[string]string{"0": "0:00", "12": "12:00", "1 000": "1000:00", "-3": "-3:00", "1,0": "", "x": "", "": ""})
	table(t, parsePercent, show, map[string]string{"60": "60:00", "60%": "60:00", "60 %": "60:00", "100": "100:00", "101": "", "-1": "", "0,6": "", "%": ""})
}

func TestNumbersOfAWorkbook(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"570": "570", "8.3000000000000007": "8.3", "0.30000000000000004": "0.3", "-12.5": "-12.5", "1E3": "1000", "1.5E-2": "0.015",
		"0": "0", "-0": "0", "0.0": "0", "999999999999999.9": "999999999999999.9", "6.1109E+25": "6.1109E+25", "44051401359": "44051401359",
		"9.9999999999999995E-2": "0.1", "00012": "12",
	} {
		n, ok := parseNumber(text)
		if !ok || n.String() != want {
			t.Errorf("%q: got %q, want %q", text, n.String(), want)
		}
	}
	for _, bad := range []string{"", "-", ".", "1e", "1e9999", "0x1p3", "1.2.3", "Inf", "NaN"} {
		if _, ok := parseNumber(bad); ok {
			t.Errorf("%q was taken for a number", bad)
		}
	}
}

func TestNumberFormats(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]numberFormat{
		"General": {}, "#,##0.00": {}, `#,##0.00\ "zł";[Red]-#,##0.00\ "zł"`: {}, `#,##0.00\ [$zł-415]`: {}, `0.00" godzin"`: {},
		"yyyy-mm-dd": {date: true}, "dd.mm.yyyy": {date: true}, `[$-415]d\ mmmm\ yyyy`: {date: true}, "mmm": {date: true},
		"h:mm": {clock: true}, "[h]:mm": {clock: true}, "[h]:mm:ss": {clock: true}, "yyyy-mm-dd hh:mm": {date: true, clock: true},
		"0%": {percent: true}, "00000000000": {width: 11}, "[broken": {},
	} {
		if got := numberFormatOf(code); got != want {
			t.Errorf("%q: got %+v, want %+v", code, got, want)
		}
	}
	for _, c := range []struct {
		value        string
		numberFormat numberFormat
		epoch        int
		want         string
	}{
		{"0.0625", numberFormat{clock: true}, 0, "1:30"},
		{"5.5555555555555552E-2", numberFormat{clock: true}, 0, "1:20"},
		{"0.99999999999999", numberFormat{clock: true}, 0, "24:00"},
		{"1", numberFormat{clock: true}, 0, "24:00"},
		{"1.0833333333333333", numberFormat{clock: true}, 0, "26:00"},
		{"43139.354166666664", numberFormat{clock: true}, 0, "8:30"},
		{"0.06260", numberFormat{clock: true}, 0, "1:30:09"},
		{"43139", numberFormat{date: true}, 0, "2018-02-08"},
		{"41677", numberFormat{date: true}, 1462, "2018-02-08"},
		{"43139.354166666664", numberFormat{date: true}, 0, "2018-02-08"},
		{"43139.354166666664", numberFormat{date: true, clock: true}, 0, "2018-02-08 8:30"},
		{"0.354166666666667", numberFormat{date: true, clock: true}, 0, "8:30"},
		{"0", numberFormat{date: true}, 0, "0"},
		{"1E+9", numberFormat{date: true}, 0, "1000000000"},
		{"-1", numberFormat{date: true}, 0, "-1"},
		{"0.6", numberFormat{percent: true}, 0, "60%"},
		{"1", numberFormat{percent: true}, 0, "100%"},
		{"7", numberFormat{width: 3}, 0, "007"},
	} {
		n, ok := parseNumber(c.value)
		if got := n.shownAs(c.numberFormat, c.epoch); !ok || got != c.want {
			t.Errorf("%s as %+v: got %q, want %q", c.value, c.numberFormat, got, c.want)
		}
	}
}

func TestGuardIsExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+48 600": "'+48 600", "@x": "'@x", "-x": "'-x", "\tx": "'\tx", "\rx": "'\rx", "-1:30": "'-1:30",
		"-12,50": "-12,50", "-1 234,56": "-1 234,56", "'=x": "''=x", "''@": "'''@", "'tak": "'tak", "'": "'", "": "", "a=b": "a=b", "-": "'-",
	} {
		if got := guard(text); got != want {
			t.Errorf("guard %q: got %q, want %q", text, got, want)
		}
		if got := unguard(guard(text)); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"1 234,56", "-0,01", "1234.5", "1\u202f000,00 zł", "9e9", "0,001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g, reason := parseAmount(s)
		if reason != nil {
			if g != 0 {
				t.Fatalf("%q: refused (%s) with %s", s, reason, g)
			}
			return
		}
		// What is accepted is worth what its digits say.
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, s)
		back, reason := parseAmount(g.String())
		if reason != nil || back != g {
			t.Fatalf("%q: %s came back as %s, %s", s, g, back, reason)
		}
		got := strings.NewReplacer("-", "", ".", "").Replace(g.String())
		if strings.TrimLeft(strings.TrimRight(digits, "0"), "0") != strings.Trim(got, "0") {
			t.Fatalf("%q became %s", s, g)
		}
	})
}

func FuzzHours(f *testing.F) {
	for _, s := range []string{"1,5", "1.25", "1:30", "0,33", "-1", "12:00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, reason := parseHours(s)
		if reason != nil && m != 0 || m < 0 || m > maxHours*60 {
			t.Fatalf("%q: got %d, %v", s, m, reason)
		}
		if reason == nil {
			if back, reason := parseHours(m.String()); back != m || reason != nil {
				t.Fatalf("%q: %s came back as %s, %s", s, m, back, reason)
			}
		}
	})
}

func FuzzGuard(f *testing.F) {
	f.Add("'=x")
	f.Fuzz(func(t *testing.T, s string) {
		if got := unguard(guard(s)); got != s {
			t.Fatalf("%q came back as %q", s, got)
		}
	})
}
