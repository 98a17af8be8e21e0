package polish_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/internal/polish"
)

// spaced shows no-break spaces as they would be typed.
func spaced(s string) string { return strings.ReplaceAll(s, polish.NoBreak, "_") }

func same[T cmp.Ordered](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for grosze, want := range map[int64]string{0: "0,00_zł", 5: "0,05_zł", 188494: "1_884,94_zł", -7: "−0,07_zł", -123456789: "−1_234_567,89_zł",
		math.MaxInt64: "92_233_720_368_547_758,07_zł", math.MinInt64: "−92_233_720_368_547_758,08_zł"} {
		same(t, spaced(polish.Zloty(grosze)), want)
	}
	for minutes, want := range map[int64]string{0: "0:00", 9: "0:09", 150: "2:30", -5: "−0:05", 22875: "381:15", math.MinInt64: "−153722867280912930:08"} {
		same(t, polish.Hours(minutes), want)
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1_000", -1234567: "−1_234_567", math.MinInt64: "−9_223_372_036_854_775_808"} {
		same(t, spaced(polish.Count(n)), want)
	}
	for n, want := range map[int64]string{0: "0", 100: "1", 250: "2,5", 205: "2,05", -50: "−0,5", 123450: "1_234,5"} {
		same(t, spaced(polish.Hundredths(n)), want)
	}
}

// The forms of 0 to 125 are what the grammar says of each, written down and not computed.
func TestNounsAfterNumbers(t *testing.T) {
	t.Parallel()
	row := polish.Noun{One: "wiersz", Few: "wiersze", Many: "wierszy", Part: "wiersza"}
	few := []int64{2, 3, 4, 22, 23, 24, 32, 33, 34, 42, 43, 44, 52, 53, 54, 62, 63, 64, 72, 73, 74, 82, 83, 84, 92, 93, 94, 102, 103, 104, 122, 123, 124}
	for n := range int64(126) {
		want := "wierszy"
		switch {
		case n == 1:
			want = "wiersz"
		case slices.Contains(few, n):
			want = "wiersze"
		}
		same(t, row.After(n), want)
		same(t, row.After(-n), want)
		same(t, row.After(1000+n), map[bool]string{true: "wierszy", false: want}[n == 1])
	}
	same(t, spaced(row.Count(1002)), "1_002_wiersze")
	hour := polish.Noun{One: "godzina", Few: "godziny", Many: "godzin", Part: "godziny"}
	for hundredths, want := range map[int64]string{100: "1_godzina", 500: "5_godzin", 250: "2,5_godziny", 150: "1,5_godziny", 2200: "22_godziny", 1: "0,01_godziny", -50: "−0,5_godziny"} {
		same(t, spaced(hour.Hundredths(hundredths)), want)
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for iso, want := range map[string]string{"2018-06-05": "05.06.2018", "2018-06": "06.2018", "": ""} {
		same(t, polish.Day(iso), want)
	}
	for _, c := range [][3]string{
		{"2019-07-01", "2019-07-10", "01.07–10.07.2019"}, {"2018-12-31", "2019-01-01", "31.12.2018–01.01.2019"},
		{"2019-07-01", "2019-07-01", "01.07.2019"}, {"2019-07-01", "", "od_01.07.2019"}, {"2019-07", "2019-08", "07–08.2019"},
	} {
		same(t, spaced(polish.Range(c[0], c[1])), c[2])
	}
	inWords := []string{"1_stycznia_2018", "2_lutego_2018", "3_marca_2018", "4_kwietnia_2018", "5_maja_2018", "6_czerwca_2018", "7_lipca_2018", "8_sierpnia_2018",
		"9_września_2018", "10_października_2018", "11_listopada_2018", "12_grudnia_2018"}
	months := []string{"styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień", "wrzesień", "październik", "listopad", "grudzień"}
	roman := []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
	for i := range 12 {
		day := time.Date(2018, time.Month(i+1), i+1, 0, 0, 0, 0, time.UTC)
		same(t, spaced(polish.DayInWords(day.Format(time.DateOnly))), inWords[i])
		same(t, spaced(polish.MonthInWords(day.Format("2006-01"))), months[i]+"_2018")
		same(t, polish.Roman(day.Month()), roman[i])
	}
	same(t, polish.DayInWords("wczoraj"), "wczoraj")
	same(t, polish.MonthInWords("2018"), "2018")
	for i, want := range []string{"poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"} {
		same(t, polish.Weekday(time.Date(2018, 12, 17+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)), want)
	}
	same(t, polish.Weekday(""), "")
	at := time.Date(2018, 12, 19, 7, 5, 0, 0, time.UTC)
	same(t, polish.Moment(at, time.FixedZone("", 3600)), "19.12.2018, 08:05")
	same(t, polish.Moment(at, nil), "19.12.2018, 07:05")
	same(t, polish.Moment(time.Time{}, time.UTC), "–")
}

func TestWordsOfOneLetterStandWithTheNext(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"w Łodzi i w Radomiu": "w_Łodzi i_w_Radomiu", "Z urzędu": "Z_urzędu", "dom (w mieście)": "dom (w_mieście)", "„o pomoc”": "„o_pomoc”",
		"umowa SK/w dziś": "umowa SK/w dziś", "5 osób": "5 osób", "na wsi": "na wsi", "a": "a", "": "", "a b": "a_b", "K w": "K w",
	} {
		same(t, spaced(polish.Tied(text)), want)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if tied := polish.Tied(text); strings.ReplaceAll(tied, polish.NoBreak, " ") != strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), polish.NoBreak, " ") ||
			polish.Tied(tied) != tied {
			t.Fatalf("%q became %q", text, tied)
		}
	})
}

func TestListsAndCapitals(t *testing.T) {
	t.Parallel()
	same(t, polish.List(), "")
	same(t, polish.List("praca"), "praca")
	same(t, spaced(polish.List("praca", "aid")), "praca i_aid")
	same(t, spaced(polish.List("a", "b", "c")), "a, b i_c")
	same(t, polish.Capital("łąka"), "Łąka")
	same(t, polish.Capital(""), "")
}

func TestWordsInPolishOrder(t *testing.T) {
	t.Parallel()
	want := []string{"", "2", "10", "Ada Zet", "Adam", "Ądam", "Cezary", "Ćma", "Ewa", "Ęwa", "Lucyna", "Łucja", "Łukasz", "Małgorzata", "Nina", "Ńina", "Olga", "Ólga",
		"Sabina", "SK/9/2018", "SK/10/2018", "Śabina", "Zenon", "Źenon", "Żaneta"}
	order := polish.NewOrder()
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, order.Compare)
	if !slices.Equal(got, want) {
		t.Errorf("compared: %q", got)
	}
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return cmp.Compare(order.Key(a), order.Key(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("by keys: %q", got)
	}
}

func TestDaysAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"5.6.2018": "2018-06-05", " 05.06.2018 ": "2018-06-05", "05.06.2018 r.": "2018-06-05", "2018-06-05": "2018-06-05",
		"31.02.2018": "2018-02-31", "wczoraj": "wczoraj", "": "", "5.6.18": "5.6.18"} {
		same(t, polish.ReadDay(typed), want)
	}
	for typed, want := range map[string]string{"6.2018": "2018-06", "06.2018": "2018-06", "2018-06": "2018-06", "maj": "maj"} {
		same(t, polish.ReadMonth(typed), want)
	}
	warsaw := time.FixedZone("", 7200)
	for typed, want := range map[string]string{"22.06.2018 14:10": "2018-06-22T14:10:00+02:00", "22.6.2018, 9:05": "2018-06-22T09:05:00+02:00",
		"2018-06-22 00:00": "2018-06-22T00:00:00+02:00", "22.06.2018": "2018-06-22", "1398": "1398", "22.06.2018 25:10": "22.06.2018 25:10",
		"2018-06-22T14:10:00Z": "2018-06-22T14:10:00Z"} {
		same(t, polish.ReadMoment(typed, warsaw), want)
	}
	rapid.Check(t, func(t *rapid.T) {
		iso := time.Date(rapid.IntRange(1900, 2199).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		if got := polish.ReadDay(polish.Day(iso)); got != iso {
			t.Fatalf("%s was read as %s", iso, got)
		}
	})
}
