package naive

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Generated says what an import of a generated directory must come to.
type Generated struct {
	Agreement string
	Rows      int   // of obecnosci.csv, without the header
	Refused   []int // spreadsheet rows of obecnosci.csv, ascending
	Accepted  int   // rows, absences included
	Minutes   int64 // in all accepted rows
	// ByContractMonth holds the accepted minutes by contract and month (RRRR-MM), without zeros.
	ByContractMonth map[string]map[string]int64
	Kinds           map[string]int // refused rows by what is wrong with them
}

var (
	generatedFrom = time.Date(2018, 2, 8, 0, 0, 0, 0, time.UTC)
	// The last day the old regime's rates are known for.
	generatedLast = time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC)
)

const generatedMonthCap = 40 * 60

// attendanceWriter writes the rows and keeps the sums a right import would have.
type attendanceWriter struct {
	Generated
	rng      *rand.Rand
	out      *bufio.Writer
	week     map[string]int64 // by contract and Monday
	month    map[string]int64
	absences int
}

// GenerateAttendance writes porozumienia.csv, uczestnicy.csv, umowy.csv and an obecnosci.csv of
// rows rows, sorted by date, over contracts contracts, to dir, which must exist. About badPercent
// of a hundred rows are bad, in twelve ways; a bad row keeps its place in the order even where
// the date it carries is impossible or outside the referral. The same arguments write the same
// bytes. It fails where the rows need more days than the rates are known for.
func GenerateAttendance(dir string, rows, contracts, badPercent int, seed uint64) (Generated, error) {
	if rows < 1 || contracts < 1 || badPercent < 0 || badPercent > 100 {
		return Generated{}, fmt.Errorf("naive: %d rows over %d contracts, %d %% bad: out of range", rows, contracts, badPercent)
	}
	var workdays []time.Time
	for d := generatedFrom; len(workdays)*contracts < rows; d = d.AddDate(0, 0, 1) {
		if d.After(generatedLast) {
			return Generated{}, fmt.Errorf("naive: %d rows do not fit %d contracts", rows, contracts)
		}
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			workdays = append(workdays, d)
		}
	}
	w := attendanceWriter{
		Generated: Generated{Agreement: "GEN/PSU/1", ByContractMonth: map[string]map[string]int64{}, Kinds: map[string]int{}},
		rng:       rand.New(rand.NewPCG(seed, 1)),
		week:      map[string]int64{}, month: map[string]int64{},
	}
	if err := w.writeParties(dir, contracts, workdays[len(workdays)-1]); err != nil {
		return Generated{}, err
	}
	file, err := os.Create(filepath.Join(dir, "obecnosci.csv"))
	if err != nil {
		return Generated{}, err
	}
	w.out = bufio.NewWriter(file)
	// Write errors stay in the buffered writer until Flush.
	fmt.Fprint(w.out, "\ufeffumowa;data;godziny;nieobecnosc;miejsce;korekta;powod\r\n")
	for _, d := range workdays {
		for i := 0; i < contracts && w.Rows < rows; i++ {
			w.entry(contractName(i), d, rows, badPercent)
		}
	}
	if err := w.out.Flush(); err != nil {
		file.Close()
		return Generated{}, err
	}
	return w.Generated, file.Close()
}

func contractName(i int) string { return fmt.Sprintf("GEN/%05d", i+1) }

func (w *attendanceWriter) writeParties(dir string, contracts int, last time.Time) error {
	period := generatedFrom.Format("02.01.2006") + ";" + last.Format("02.01.2006")
	files := map[string]*strings.Builder{"porozumienia.csv": {}, "uczestnicy.csv": {}, "umowy.csv": {}}
	fmt.Fprintf(files["porozumienia.csv"], "numer;zawarto;od;do;refundacja;limit_godzin_miesiac;stawka_bazowa\r\n%s;06.02.2018;%s;60;40;8,30\r\n", w.Agreement, period)
	fmt.Fprint(files["uczestnicy.csv"], "\ufeffid;imie;nazwisko;klient_ops;status;bez_zasilku;profil;gmina\r\n")
	fmt.Fprint(files["umowy.csv"], "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;miejsce\r\n")
	for i := range contracts {
		fmt.Fprintf(files["uczestnicy.csv"], "G%05d;Żaneta;Próbna;tak;bezrobotny;tak;II;Starachowice\r\n", i+1)
		fmt.Fprintf(files["umowy.csv"], "%s;psu;psu;G%05d;07.02.2018;%s;%s;10;MOPS\r\n", contractName(i), i+1, period, w.Agreement)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// entry writes one row of a contract's day, and sometimes a duplicate of it.
func (w *attendanceWriter) entry(contract string, d time.Time, rows, badPercent int) {
	if w.rng.IntN(100) < badPercent {
		// One bad row in twelve repeats a good one; a repeat needs room for both.
		if kind := w.rng.IntN(12); kind > 0 {
			w.bad(kind, contract, d)
			return
		}
		if w.Rows+2 <= rows {
			hours, absence := w.good(contract, d)
			w.refuse("duplicate", contract, d.Format("02.01.2006"), hours, absence, "")
			return
		}
	}
	w.good(contract, d)
}

// left is what the contract may still work on d, by the week's and the month's cap.
func (w *attendanceWriter) left(contract string, d time.Time) int64 {
	return min(weekCapMinutes-w.week[contract+weekOf(d)], generatedMonthCap-w.month[contract+monthOf(d)])
}

// good writes a row that must be accepted: hours within the caps, or else an absence.
func (w *attendanceWriter) good(contract string, d time.Time) (hours, absence string) {
	minutes := min(int64(15*(4+w.rng.IntN(8))), w.left(contract, d))
	if minutes < 15 || w.rng.IntN(20) == 0 {
		w.absences++
		absence = []string{"choroba", "usprawiedliwiona", "nieusprawiedliwiona"}[w.absences%3]
		minutes = 0
	} else {
		hours = fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
		if w.rng.IntN(2) == 0 {
			hours = strings.TrimSuffix(fmt.Sprintf("%d,%02d", minutes/60, minutes%60*100/60), ",00")
		}
		w.week[contract+weekOf(d)] += minutes
		w.month[contract+monthOf(d)] += minutes
		if w.ByContractMonth[contract] == nil {
			w.ByContractMonth[contract] = map[string]int64{}
		}
		w.ByContractMonth[contract][monthOf(d)] += minutes
	}
	w.Accepted++
	w.Minutes += minutes
	w.row(contract, d.Format("02.01.2006"), hours, absence, "")
	return hours, absence
}

// bad writes a row that must be refused whatever the caps leave; kind is 1 to 11.
func (w *attendanceWriter) bad(kind int, contract string, d time.Time) {
	date := d.Format("02.01.2006")
	switch kind {
	case 1:
		impossible := []string{"31.02.2018", "32.01.2019", "wczoraj", "2018-13-01", "29.02.2019"}
		w.refuse("bad date", contract, impossible[w.rng.IntN(len(impossible))], "2", "", "")
	case 2:
		w.refuse("unknown contract", "BRAK/"+contract, date, "2", "", "")
	case 3:
		over := w.left(contract, d) + int64(15*(1+w.rng.IntN(8)))
		w.refuse("over a cap", contract, date, fmt.Sprintf("%d:%02d", over/60, over%60), "", "")
	case 4:
		// Ten years earlier by the calendar week, as a slip of the year would have it.
		w.refuse("before the referral", contract, d.AddDate(0, 0, -7*522).Format("02.01.2006"), "2", "", "")
	case 5:
		w.refuse("after the referral", contract, d.AddDate(0, 0, 7*522).Format("02.01.2006"), "1:30", "", "")
	case 6:
		w.refuse("unknown absence", contract, date, "", "urlop", "")
	case 7:
		w.refuse("unknown korekta", contract, date, "1", "", "moze")
	case 8:
		w.refuse("negative hours", contract, date, "-2", "", "")
	case 9:
		w.refuse("hours with an absence", contract, date, "3", "choroba", "")
	case 10:
		w.refuse("no hours", contract, date, []string{"0", "", "0:00"}[w.rng.IntN(3)], "", "")
	default:
		w.refuse("not hours", contract, date, []string{"dwie", "1,33", "1:75"}[w.rng.IntN(3)], "", "")
	}
}

func (w *attendanceWriter) refuse(why, contract, date, hours, absence, correction string) {
	w.row(contract, date, hours, absence, correction)
	w.Refused = append(w.Refused, w.Rows+1)
	w.Kinds[why]++
}

func (w *attendanceWriter) row(contract, date, hours, absence, correction string) {
	fmt.Fprintf(w.out, "%s;%s;%s;%s;MOPS;%s;\r\n", contract, date, hours, absence, correction)
	w.Rows++
}
