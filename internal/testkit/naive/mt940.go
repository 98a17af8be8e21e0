package naive

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Statement is one MT940 message.
type Statement struct {
	File, Account, Number        string // Number as :28C: has it
	Opened                       string // the day of :60F:
	OpeningGrosze, ClosingGrosze int64
	Lines                        []Line
}

// Line is one :61: with its :86:.
type Line struct {
	Number       int // from 1 in the statement
	Date         time.Time
	AmountGrosze int64 // negative: paid out
	Title        string
}

// Balanced tells whether opening and lines come to closing.
func (s Statement) Balanced() bool {
	sum := s.OpeningGrosze
	for _, l := range s.Lines {
		sum += l.AmountGrosze
	}
	return sum == s.ClosingGrosze
}

func parseStatements(name string, content []byte) ([]Statement, error) {
	fail := func(line int, why string) ([]Statement, error) {
		return nil, fmt.Errorf("%s line %d: %s", name, line, why)
	}
	var all []Statement
	var information []string // the :86: being read
	current := func() *Statement { return &all[len(all)-1] }
	flush := func() {
		if information != nil && len(all) > 0 && len(current().Lines) > 0 {
			lines := current().Lines
			lines[len(lines)-1].Title = titleOf(information)
		}
		information = nil
	}
	for i, line := range strings.Split(decodeBank(content), "\n") {
		line = strings.TrimRight(line, "\r")
		if !strings.HasPrefix(line, ":") && line != "-" {
			if information != nil {
				information = append(information, line)
			}
			continue
		}
		flush()
		tag, value, _ := strings.Cut(strings.TrimPrefix(line, ":"), ":")
		if tag == "20" {
			all = append(all, Statement{File: name})
			continue
		}
		if len(all) == 0 {
			return fail(i+1, "no :20: before it")
		}
		var err error
		switch tag {
		case "25":
			current().Account = value
		case "28C":
			current().Number = value
		case "60F":
			current().OpeningGrosze, err = balanceOf(value)
			if err == nil {
				current().Opened = "20" + value[1:3] + "-" + value[3:5] + "-" + value[5:7]
			}
		case "62F":
			current().ClosingGrosze, err = balanceOf(value)
		case "61":
			var l Line
			l, err = lineOf(value)
			l.Number = len(current().Lines) + 1
			current().Lines = append(current().Lines, l)
		case "86":
			information = []string{value}
		}
		if err != nil {
			return fail(i+1, err.Error())
		}
	}
	flush()
	return all, nil
}

// decodeBank takes UTF-8 where it is valid, else the code page that yields more Polish letters.
func decodeBank(content []byte) string {
	if utf8.Valid(content) {
		return string(content)
	}
	best, most := "", -1
	for _, page := range []*charmap.Charmap{charmap.CodePage852, charmap.Windows1250} {
		text, err := page.NewDecoder().String(string(content))
		if err != nil {
			continue
		}
		letters := 0
		for _, r := range text {
			if strings.ContainsRune("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", r) {
				letters++
			}
		}
		if letters > most {
			best, most = text, letters
		}
	}
	return best
}

// balanceOf reads C180331PLN1234,56.
func balanceOf(value string) (int64, error) {
	if len(value) < 11 {
		return 0, fmt.Errorf("not a balance")
	}
	amount, err := parseMoney(value[10:])
	if value[0] == 'D' {
		amount = -amount
	}
	return amount, err
}

// lineOf reads YYMMDD[MMDD]C|D|RC|RD[letter]amountN… ; the booking date is the second one.
func lineOf(value string) (Line, error) {
	if len(value) < 12 {
		return Line{}, fmt.Errorf("not a statement line")
	}
	valueDate, err := time.Parse("060102", value[:6])
	if err != nil {
		return Line{}, fmt.Errorf("not a date")
	}
	l := Line{Date: valueDate}
	rest := value[6:]
	if booked, err := time.Parse("0102", rest[:4]); err == nil {
		rest = rest[4:]
		l.Date = time.Date(valueDate.Year(), booked.Month(), booked.Day(), 0, 0, 0, 0, time.UTC)
		if gap := l.Date.Sub(valueDate).Hours() / 24; gap > 180 {
			l.Date = l.Date.AddDate(-1, 0, 0)
		} else if gap < -180 {
			l.Date = l.Date.AddDate(1, 0, 0)
		}
	}
	reversed := strings.HasPrefix(rest, "R")
	rest = strings.TrimPrefix(rest, "R")
	out := strings.HasPrefix(rest, "D")
	digits := strings.TrimLeft(rest, "CDRN")
	end := strings.IndexFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != ',' })
	if end < 0 {
		end = len(digits)
	}
	if l.AmountGrosze, err = parseMoney(strings.TrimSuffix(digits[:end], ",")); err != nil {
		return Line{}, err
	}
	if out != reversed {
		l.AmountGrosze = -l.AmountGrosze
	}
	return l, nil
}

// titleOf joins the subfields 20 to 25.
func titleOf(information []string) string {
	text := strings.Join(information, "")
	title := ""
	for _, separator := range []string{"<", "~", "+"} {
		if !strings.Contains(text, separator+"20") {
			continue
		}
		for _, field := range strings.Split(text, separator)[1:] {
			if len(field) >= 2 && field[:2] >= "20" && field[:2] <= "25" {
				title += field[2:]
			}
		}
		return title
	}
	return text
}
