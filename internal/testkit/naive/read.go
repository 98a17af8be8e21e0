package naive

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// record is one row: its place and its cells by column.
type record struct {
	file string
	row  int // as a spreadsheet counts, the header being 1
	cell map[string]string
	of   *Ledger
}

func (r record) fail(column string, err error) {
	r.of.fail(fmt.Errorf("%s row %d column %s: %w", r.file, r.row, column, err))
}

// read is a cell as parse reads it; of an empty one that may be so it is zero.
func read[T any](r record, column string, mayBeEmpty bool, parse func(string) (T, error)) (value T) {
	text := r.cell[column]
	if text == "" && mayBeEmpty {
		return value
	}
	value, err := parse(text)
	if err != nil {
		r.fail(column, err)
	}
	return value
}

func (r record) date(column string) time.Time { return read(r, column, false, parseDate) }

// Ledger is the rows of some directories, by kind and in file order.
type Ledger struct {
	rows       map[string][]record
	Statements []Statement
	asOf       time.Time // zero: everything
	editions   []recordedEdition
	accepted   bool // its rows are those that were accepted, and none is decided again
	fail       func(error)
}

// AsOf is the same book in which nothing dated after d has happened. What was refused stays
// refused: the rows are decided before they are cut.
func (b *Ledger) AsOf(d time.Time) *Ledger {
	cut := *b
	cut.asOf = d
	return &cut
}

func (b *Ledger) later(d time.Time) bool { return !b.asOf.IsZero() && d.After(b.asOf) }

// kinds are those that some report here is made of, unread those that none is.
var (
	kinds = []string{"uczestnicy", "asystenci", "porozumienia", "umowy", "przydzialy", "zmiany-umow", "zadania", "obecnosci", "godziny", "statusy", "udzial", "zajecia", "obecnosci-zajec", "realizacja-zadan", "oceny", "pomoc",
		"wyplaty", "wnioski", "decyzje-pup", "plan-budzetu", "wydatki", "trwalosc", "kontakty", "liczenia", "tozsamosci"}
	unread = []string{"program", "pobyty"}
)

// Load reads every file of the directories' roots, one directory after another, and fails
// where a report could not be made of it. Refused rows of an earlier import are passed over.
func Load(dirs ...fs.FS) (*Ledger, error) {
	b := &Ledger{rows: map[string][]record{}}
	for _, dir := range dirs {
		if err := b.load(dir); err != nil {
			return nil, err
		}
	}
	var err error
	b.fail = func(why error) { err = cmp.Or(err, why) }
	b.Settlement()
	b.Refunds()
	b.AssistantHours()
	b.Durability(time.Time{})
	b.Budget(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	b.Outreach()
	b.Diagnosis("")
	b.Participation()
	b.SessionAttendance(time.Time{}, time.Time{}, func(_, _ string) string { return "" }, "topic")
	b.SocialContracts(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	b.MaterialAid()
	b.fail = func(why error) { panic(why) } // nothing is left that could
	return b, err
}

func (b *Ledger) load(fsys fs.FS) error {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".odrzucone.csv") {
			continue
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".sta") || strings.HasSuffix(name, ".mt940") {
			statements, err := parseStatements(name, content)
			if err != nil {
				return err
			}
			b.Statements = append(b.Statements, statements...)
			continue
		}
		kind, _, _ := strings.Cut(name, ".")
		kind, _, _ = strings.Cut(kind, "_")
		if slices.Contains(unread, kind) {
			continue
		}
		if !slices.Contains(kinds, kind) || !strings.HasSuffix(name, ".csv") {
			return fmt.Errorf("%s: naive does not know this kind of file", name)
		}
		records, err := readSheet(name, content)
		if err != nil {
			return err
		}
		for _, r := range records {
			r.of = b
			b.rows[kind] = append(b.rows[kind], r)
		}
	}
	return nil
}

func readSheet(name string, content []byte) ([]record, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		decoded, err := charmap.Windows1250.NewDecoder().Bytes(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		content = decoded
	}
	reader := csv.NewReader(bytes.NewReader(content))
	reader.Comma = ';'
	reader.FieldsPerRecord = -1
	var header []string
	var records []record
	for {
		fields, err := reader.Read()
		if err == io.EOF {
			return records, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if header == nil {
			header = fields
			continue
		}
		line, _ := reader.FieldPos(0)
		r := record{file: name, row: line, cell: map[string]string{}}
		for i, field := range fields {
			if i >= len(header) {
				return nil, fmt.Errorf("%s row %d: more cells than columns", name, line)
			}
			r.cell[header[i]] = strings.TrimSpace(field)
		}
		records = append(records, r)
	}
}

// parseDate reads DD.MM.RRRR and ISO dates.
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{"02.01.2006", "2006-01-02"} {
		if d, err := time.Parse(layout, text); err == nil {
			return d, nil
		}
	}
	return time.Time{}, fmt.Errorf("not a date")
}

// parseNumber reads `1 234,56` with any of the three spaces.
func parseNumber(text string) (*big.Rat, error) {
	clean := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\u202f':
			return -1
		case ',':
			return '.'
		}
		return r
	}, text)
	for i, r := range clean {
		if (r < '0' || r > '9') && r != '.' && (r != '-' || i > 0) {
			return nil, fmt.Errorf("not a number")
		}
	}
	n, ok := new(big.Rat).SetString(clean)
	if !ok {
		return nil, fmt.Errorf("not a number")
	}
	return n, nil
}

// parseMoney returns grosze.
func parseMoney(text string) (int64, error) {
	n, err := parseNumber(text)
	if err != nil {
		return 0, err
	}
	n.Mul(n, big.NewRat(100, 1))
	if !n.IsInt() {
		return 0, fmt.Errorf("not whole grosze")
	}
	return n.Num().Int64(), nil
}

// parseHours returns the minutes of `10`, `2,5` or `1:30`.
func parseHours(text string) (int64, error) {
	if h, m, clock := strings.Cut(text, ":"); clock {
		hours, err := parseNumber(h)
		if err != nil {
			return 0, err
		}
		minutes, err := parseNumber(m)
		if err != nil || len(m) != 2 || !hours.IsInt() || !minutes.IsInt() || hours.Sign() < 0 || minutes.Sign() < 0 || minutes.Cmp(big.NewRat(59, 1)) > 0 {
			return 0, fmt.Errorf("not a time")
		}
		return hours.Num().Int64()*60 + minutes.Num().Int64(), nil
	}
	n, err := parseNumber(text)
	if err != nil {
		return 0, err
	}
	n.Mul(n, big.NewRat(60, 1))
	if !n.IsInt() {
		return 0, fmt.Errorf("not whole minutes")
	}
	if n.Sign() < 0 {
		return 0, fmt.Errorf("negative")
	}
	return n.Num().Int64(), nil
}

// roundHalfUp rounds a sum of money that is never negative to whole grosze.
func roundHalfUp(n *big.Rat) int64 {
	twice := new(big.Int).Mul(n.Num(), big.NewInt(2))
	twice.Add(twice, n.Denom())
	return twice.Div(twice, new(big.Int).Mul(n.Denom(), big.NewInt(2))).Int64()
}

func monthOf(d time.Time) string { return d.Format("2006-01") }
func dayOf(d time.Time) string   { return d.Format("2006-01-02") }

// weekOf is the Monday of d's week.
func weekOf(d time.Time) string {
	for d.Weekday() != time.Monday {
		d = d.AddDate(0, 0, -1)
	}
	return dayOf(d)
}
