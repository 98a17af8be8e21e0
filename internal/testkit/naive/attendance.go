package naive

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Agreement is one row of porozumienia; rates in zł an hour, nil where none is given.
type Agreement struct {
	Number          string
	Concluded       time.Time
	From, To        time.Time
	RefundShare     *big.Rat // 0 to 1
	MonthCapMinutes int64    // 0 = none
	BaseRate        *big.Rat
	RefundOnBase    bool // podstawa_refundacji is umowna
}

// Contract is one row of umowy.
type Contract struct {
	Number, Kind, Programme, Participant, Assistant, Agreement string
	Concluded, From, To                                        time.Time
	WeekMinutes                                                int64 // 0 = none
	Rate                                                       *big.Rat
}

// Row is one row of obecnosci as it stands in the file.
type Row struct {
	File                                                string
	Number                                              int // spreadsheet row, the header being 1
	Contract, Date, Hours, Absence, Correction, Because string
}

// Day is what is recorded of a contract's day.
type Day struct {
	Contract string
	Date     time.Time
	Minutes  int64
	Absence  string
}

// Refusal is a row that must not be recorded.
type Refusal struct {
	File   string
	Row    int
	Reason string
}

const weekCapMinutes = 10 * 60

// ledger is the state the rows of obecnosci are decided against.
type ledger struct {
	agreements map[string]Agreement
	contracts  map[string]Contract
	days       map[string]Day // by contract and date
	weeks      map[string]int64
	months     map[string]int64
	seen       map[string]int // by file, contract and date: the row that came first
}

// Attendance decides rows in the given order and returns the days recorded, sorted by contract
// and date, and the rows refused, in order.
func Attendance(agreements []Agreement, contracts []Contract, rows []Row) ([]Day, []Refusal) {
	l := ledger{
		agreements: map[string]Agreement{}, contracts: map[string]Contract{}, days: map[string]Day{},
		weeks: map[string]int64{}, months: map[string]int64{}, seen: map[string]int{},
	}
	for _, a := range agreements {
		l.agreements[a.Number] = a
	}
	for _, c := range contracts {
		l.contracts[c.Number] = c
	}
	var refused []Refusal
	for _, row := range rows {
		if reason := l.decide(row); reason != "" {
			refused = append(refused, Refusal{File: row.File, Row: row.Number, Reason: reason})
		}
	}
	days := make([]Day, 0, len(l.days))
	for _, d := range l.days {
		days = append(days, d)
	}
	slices.SortFunc(days, func(a, b Day) int {
		if a.Contract != b.Contract {
			return strings.Compare(a.Contract, b.Contract)
		}
		return a.Date.Compare(b.Date)
	})
	return days, refused
}

// decide records the row or returns why not.
func (l *ledger) decide(row Row) string {
	date, err := parseDate(row.Date)
	if err != nil {
		return "bad date"
	}
	key := row.Contract + "|" + dayOf(date)
	inFile := row.File + "|" + key
	if first, ok := l.seen[inFile]; ok {
		return fmt.Sprintf("same contract and day as row %d", first)
	}
	l.seen[inFile] = row.Number

	minutes, reason := l.check(row, date)
	if reason != "" {
		return reason
	}
	old, recorded := l.days[key]
	if recorded && old.Minutes == minutes && old.Absence == row.Absence {
		return ""
	}
	if recorded && (row.Correction != "tak" || row.Because == "") {
		return "differs from what is recorded"
	}
	week, month := row.Contract+"|"+weekOf(date), row.Contract+"|"+monthOf(date)
	contract := l.contracts[row.Contract]
	weekCap := int64(weekCapMinutes)
	if contract.WeekMinutes > 0 && contract.WeekMinutes < weekCap {
		weekCap = contract.WeekMinutes
	}
	monthCap := l.agreements[contract.Agreement].MonthCapMinutes
	if l.weeks[week]-old.Minutes+minutes > weekCap {
		return "over the weekly cap"
	}
	if monthCap > 0 && l.months[month]-old.Minutes+minutes > monthCap {
		return "over the monthly cap"
	}
	l.weeks[week] += minutes - old.Minutes
	l.months[month] += minutes - old.Minutes
	l.days[key] = Day{Contract: row.Contract, Date: date, Minutes: minutes, Absence: row.Absence}
	return ""
}

// check looks at the row alone and at its contract; it returns the minutes or a reason.
func (l *ledger) check(row Row, date time.Time) (int64, string) {
	if !slices.Contains([]string{"", "choroba", "usprawiedliwiona", "nieusprawiedliwiona"}, row.Absence) {
		return 0, "unknown kind of absence"
	}
	if !slices.Contains([]string{"", "tak", "nie"}, row.Correction) {
		return 0, "unknown value of korekta"
	}
	contract, ok := l.contracts[row.Contract]
	if !ok || contract.Kind != "psu" {
		return 0, "unknown contract"
	}
	agreement, ok := l.agreements[contract.Agreement]
	if !ok {
		return 0, "unknown agreement"
	}
	minutes := int64(0)
	if row.Hours != "" {
		var err error
		if minutes, err = parseHours(row.Hours); err != nil {
			return 0, "bad hours: " + err.Error()
		}
	}
	if row.Absence != "" && minutes > 0 {
		return 0, "hours with an absence"
	}
	if row.Absence == "" && minutes == 0 {
		return 0, "neither hours nor an absence"
	}
	if date.Before(contract.From) || date.After(contract.To) || date.Before(agreement.From) || date.After(agreement.To) {
		return 0, "outside the referral or the agreement"
	}
	return minutes, ""
}

// Attendance decides the book's own rows.
func (b *Ledger) Attendance() ([]Day, []Refusal) {
	var rows []Row
	for _, r := range b.rows["obecnosci"] {
		rows = append(rows, Row{
			File: r.file, Number: r.row, Contract: r.cell["umowa"], Date: r.cell["data"], Hours: r.cell["godziny"],
			Absence: r.cell["nieobecnosc"], Correction: r.cell["korekta"], Because: r.cell["powod"],
		})
	}
	days, refused := Attendance(b.Agreements(), b.Contracts(), rows)
	days = slices.DeleteFunc(days, func(d Day) bool { return b.later(d.Date) })
	return days, refused
}

// Agreements reads porozumienia.
func (b *Ledger) Agreements() []Agreement {
	var all []Agreement
	for _, r := range b.rows["porozumienia"] {
		percent := read(r, "refundacja", false, parseNumber)
		if percent != nil {
			percent.Quo(percent, big.NewRat(100, 1))
		}
		all = append(all, Agreement{Number: r.cell["numer"], Concluded: r.date("zawarto"), From: r.date("od"), To: r.date("do"), RefundShare: percent,
			MonthCapMinutes: read(r, "limit_godzin_miesiac", true, parseHours), BaseRate: read(r, "stawka_bazowa", true, parseNumber),
			RefundOnBase: r.cell["podstawa_refundacji"] == "umowna"})
	}
	return all
}

// Contracts reads umowy.
func (b *Ledger) Contracts() []Contract {
	var all []Contract
	standing := b.standing("umowy", "numer")
	for _, r := range b.rows["umowy"] {
		if now, stands := standing[r.cell["numer"]]; !stands || now.file != r.file || now.row != r.row {
			continue
		}
		all = append(all, Contract{
			Number: r.cell["numer"], Kind: r.cell["rodzaj"], Programme: r.cell["program"],
			Participant: r.cell["uczestnik"], Assistant: r.cell["asystent"], Agreement: r.cell["porozumienie"], Concluded: read(r, "zawarto", true, parseDate),
			From: r.date("od"), To: r.date("do"), WeekMinutes: read(r, "godziny_tydzien", true, parseHours), Rate: read(r, "stawka", true, parseNumber),
		})
	}
	return all
}
