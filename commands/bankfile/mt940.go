package bankfile

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/statement"
)

const (
	maxBytes      = 64 << 20
	maxFieldLines = 100
	maxFieldBytes = 16 << 10
)

// Statement is one statement of one account, or one page of it.
type Statement struct {
	Account string // 26 digits if a valid NRB stands there, else the bank's own number
	// Written is the account with all that stands around it, without blanks.
	Written string
	Number  string // as in :28C:, "8/1"; banks begin again every year or month
	// Continues: it is a page that goes on where another closed (60M), whatever its
	// number.
	Continues bool
	Opening   Balance
	Closing   Balance
	Lines     []Line
}

// Balance is what an account holds; negative is owed to the bank.
type Balance struct {
	Date   domain.Date
	Amount domain.Grosze
}

// Line is one booking. Its texts may name a person.
type Line struct {
	Number              int // in the statement, from 1
	Booked, Value       domain.Date
	Amount              domain.Grosze // negative is outgoing
	Title               string
	Counterparty        string
	CounterpartyAccount string // 26 digits if it is a valid NRB
}

// field is one tag with its text, line by line.
type field struct {
	tag  string
	line int // in the file, from 1
	text []string
}

// ReadMT940 reads every statement of a file, or none: the first mistake is an
// error that names the file, its line and tag.
func ReadMT940(name string, r io.Reader) ([]Statement, error) {
	name = filepath.Base(name)
	raw, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(raw) > maxBytes {
		return nil, fmt.Errorf("%s: %w", name, ErrLarge.With("%d MiB", maxBytes>>20))
	}
	text, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var file reader
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := file.read(number, printable(strings.TrimRight(line, "\r\n"))); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := errors.Join(file.flush(), file.end()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(file.statements) == 0 {
		return nil, fmt.Errorf("%s: %w", name, ErrNoStatement)
	}
	return file.statements, nil
}

// printable drops the control characters that some banks put around messages. Bytes
// that are no letter of UTF-8 stay: the next line may have the letter's other half.
func printable(line string) string {
	clean := make([]byte, 0, len(line))
	for _, c := range []byte(line) {
		switch {
		case c == '\t':
			clean = append(clean, ' ')
		case c >= ' ' && c != 0x7F:
			clean = append(clean, c)
		}
	}
	return string(clean)
}

// cutTag splits `:61:…`.
func cutTag(line string) (tag, rest string, ok bool) {
	line, ok = strings.CutPrefix(line, ":")
	if !ok {
		return "", "", false
	}
	tag, rest, ok = strings.Cut(line, ":")
	return tag, rest, ok
}

// reader folds lines into fields and fields into statements.
type reader struct {
	statements []Statement
	current    *draft
	last       *draft // the statement before, for pages that continue
	open       *field // whose text may go on
}

// draft is a statement that is being read.
type draft struct {
	Statement
	start          field
	opened, closed string // tags of the balances
	line           *Line  // that a :86: belongs to
	described      []string
}

// read takes one line. What begins with a tag is a field only where such a field
// stands and in its form: a line of a transfer's title may begin like one. What
// stands before the first field of a statement is the message's envelope.
func (r *reader) read(number int, line string) error {
	if len(line) > 2 && line[0] == '{' && line[1] >= '1' && line[1] <= '5' && line[2] == ':' {
		_, line, _ = strings.Cut(line, "{4:")
	}
	if tag, rest, ok := cutTag(line); ok && tag == "61" && r.open == nil && r.current == nil && entryForm(rest) {
		return field{tag: tag, line: number}.refuse(ErrBefore)
	} else if ok && r.isField(tag, rest) {
		if err := r.flush(); err != nil {
			return err
		}
		r.open = &field{tag, number, []string{rest}}
		return nil
	}
	if r.open == nil {
		return nil
	}
	if bare := strings.TrimSpace(line); (bare == "-" || strings.HasPrefix(bare, "-}")) && r.closes() {
		return errors.Join(r.flush(), r.end())
	}
	if len(r.open.text) == maxFieldLines || len(line) > maxFieldBytes {
		return r.open.refuse(ErrLong)
	}
	r.open.text = append(r.open.text, line)
	return nil
}

// closes says that the field at hand is behind the lines of a statement: a lone dash may
// also be a line of a title.
func (r *reader) closes() bool {
	return r.open.tag == "62F" || r.open.tag == "62M" || r.current != nil && r.current.closed != ""
}

// isField tells a field from a line of text by its place and form. Where a statement
// stands is seen with the field before counted in.
func (r *reader) isField(tag, rest string) bool {
	before := ""
	if r.open != nil {
		before = r.open.tag
	}
	d := r.current
	if before == "20" {
		d = &draft{}
	}
	closing := before == "62F" || before == "62M"
	inside := d != nil && d.closed == "" && !closing
	lines := inside && (d.opened != "" || before == "60F" || before == "60M")
	switch tag {
	case "20":
		return !inside
	case "21", "13D", "25", "25P", "28", "28C", "34F":
		return d != nil && !lines
	case "60F", "60M":
		return r.open != nil && (!lines || balanceForm(rest))
	case "61":
		return r.open != nil && (!lines || entryForm(rest))
	case "62F", "62M":
		return r.open != nil && (!lines || balanceForm(rest))
	case "86":
		return r.open != nil && (before != "86" || !lines || !r.goesOn(rest))
	case "64", "65":
		return r.open != nil && !lines
	case "90C", "90D", "NS":
		return r.open != nil && (!lines || len(rest) > 2 && digits(rest[:2]))
	}
	return false
}

// goesOn says that what begins with :86: is the text of the :86: before: its next
// subfields stand in it.
func (r *reader) goesOn(rest string) bool {
	separator, parts := subfields(joinLines(r.open.text))
	if separator == 0 {
		return false
	}
	text := strings.Join(append(slices.Clone(r.open.text), ":86:"+rest), "\n")
	_, more := subfields(text)
	return len(more) > len(parts)
}

// balanceForm says whether a text begins as a balance does.
func balanceForm(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) >= 7 && (s[0] == 'C' || s[0] == 'D') && digits(s[1:7])
}

// entryForm says whether a text begins as a booking does, with a date and a mark.
func entryForm(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < 7 || !digits(s[:6]) {
		return false
	}
	if s = s[6:]; len(s) > 4 && digits(s[:4]) {
		s = s[4:]
	}
	return strings.IndexByte("CDR", s[0]) >= 0
}

// flush takes the field whose text is complete.
func (r *reader) flush() error {
	if r.open == nil {
		return nil
	}
	f := *r.open
	r.open = nil
	if f.tag == "20" {
		if err := r.end(); err != nil {
			return err
		}
		r.current = &draft{start: f}
		return nil
	}
	d := r.current
	switch {
	case d == nil:
		return f.refuse(ErrBefore)
	case d.closed != "" && f.tag != "64" && f.tag != "65" && f.tag != "86" && f.tag != "NS":
		return f.refuse(ErrAfter)
	}
	return d.take(f)
}

func (d *draft) take(f field) (err error) {
	value := strings.TrimSpace(f.text[0])
	if f.tag != "86" && f.tag != "61" {
		d.line = nil
	}
	switch f.tag {
	case "25", "25P":
		if d.Account != "" {
			return f.refuse(ErrAccounts)
		}
		d.Written = compact(value)
		if d.Account = account(value); d.Account == "" {
			return f.refuse(ErrAccount)
		}
	case "28", "28C":
		if d.Number != "" {
			return f.refuse(ErrNumbers)
		}
		if d.Number = value; !numberForm(value) {
			return f.refuse(ErrNumber)
		}
	case "60F", "60M":
		if d.opened != "" {
			return f.refuse(ErrOpenings)
		}
		d.opened, d.Continues = f.tag, f.tag == "60M"
		d.Opening, err = balance(f, value)
	case "62F", "62M":
		if d.opened == "" {
			return f.refuse(ErrNoOpening)
		}
		d.closed = f.tag
		if d.Closing, err = balance(f, value); err == nil {
			err = d.check(f)
		}
	case "61":
		err = d.book(f)
	case "86":
		d.describe(f)
	}
	return err
}

func (d *draft) book(f field) error {
	if d.opened == "" {
		return f.refuse(ErrNoOpening)
	}
	if len(d.Lines) == statement.MaxLines {
		return f.refuse(ErrLines, statement.MaxLines)
	}
	line, err := entry(f)
	if err != nil {
		return err
	}
	line.Number = len(d.Lines) + 1
	d.Lines = append(d.Lines, line)
	d.line, d.described = &d.Lines[len(d.Lines)-1], nil
	return nil
}

// describe puts a :86: into the line before. A second one says more only where the
// first was the code of the operation alone; else it is about the statement.
func (d *draft) describe(f field) {
	if d.line == nil || len(d.described) > 0 && !digits(strings.Join(strings.Fields(strings.Join(d.described, "")), "")) {
		d.line = nil
		return
	}
	d.described = f.text
	describe(d.line, f.text)
}

// numberForm says whether a text is a statement's number: digits, with what banks put
// between and a few letters. It becomes part of a stream's name, so that nothing that
// could be words may stand in it.
func numberForm(s string) bool {
	letters, some := 0, false
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			letters, some = 0, true
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			letters++
		case strings.IndexByte("/.-", c) >= 0:
		default:
			return false
		}
		if letters > 3 {
			return false
		}
	}
	return some && len(s) <= 20
}

// check holds the closing balance against the opening one and the lines.
func (d *draft) check(f field) error {
	sum := d.Opening.Amount
	for _, l := range d.Lines {
		sum += l.Amount
	}
	if sum != d.Closing.Amount {
		return f.refuse(ErrSum, sum, d.Closing.Amount)
	}
	return nil
}

// end keeps the statement that was being read, if any.
func (r *reader) end() error {
	d := r.current
	if d == nil {
		return nil
	}
	switch {
	case d.closed == "":
		return d.start.refuse(ErrNotClosed)
	case d.Account == "":
		return d.start.refuse(ErrNoAccount)
	case d.Number == "":
		return d.start.refuse(ErrNoNumber)
	}
	if p := r.last; p != nil && p.closed == "62M" && d.opened == "60M" && p.Account == d.Account && p.Closing.Amount != d.Opening.Amount {
		return d.start.refuse(ErrPage, d.Opening.Amount, p.Closing.Amount)
	}
	r.statements = append(r.statements, d.Statement)
	r.last, r.current = d, nil
	return nil
}
