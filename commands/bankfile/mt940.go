package bankfile

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"ksiega/domain"
)

const (
	maxBytes      = 64 << 20
	maxFieldLines = 100
	maxLines      = 50_000 // of one statement; with twelve digits each, no sum overflows
)

// Statement is one statement of one account, or one page of it.
type Statement struct {
	Account string // 26 digits if it is a valid NRB, else as the bank wrote it
	Number  string // as in :28C:, "8/1"; banks begin again every year
	Opening Balance
	Closing Balance
	Lines   []Line
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
	BankRef             string
}

// field is one tag with its text, line by line. The tag of the end of a
// message is "-".
type field struct {
	tag  string
	line int // in the file, from 1
	text []string
}

func (f field) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: tag %s: %w", f.line, f.tag, fmt.Errorf(format, args...))
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
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxBytes>>20)
	}
	text, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	fields, err := split(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var file reader
	for _, f := range fields {
		if err := file.take(f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := file.end(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(file.statements) == 0 {
		return nil, fmt.Errorf("%s: no statement (no tag 20)", name)
	}
	return file.statements, nil
}

// split cuts a text into fields.
func split(text string) ([]field, error) {
	var fields []field
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.Map(printable, strings.TrimRight(line, "\r\n"))
		if len(line) > 2 && line[0] == '{' && line[1] >= '1' && line[1] <= '5' && line[2] == ':' {
			_, line, _ = strings.Cut(line, "{4:")
		}
		if tag, rest, ok := cutTag(line); ok {
			fields = append(fields, field{tag, number, []string{rest}})
			continue
		}
		if bare := strings.TrimSpace(line); bare == "-}" || bare == "-" || strings.HasPrefix(bare, "-}") {
			fields = append(fields, field{"-", number, []string{bare}})
			continue
		}
		if len(fields) == 0 || fields[len(fields)-1].tag == "-" && len(fields[len(fields)-1].text[0]) > 1 {
			if strings.TrimSpace(line) != "" {
				return nil, fmt.Errorf("line %d: text outside any tag", number)
			}
			continue
		}
		last := &fields[len(fields)-1]
		if len(last.text) == maxFieldLines {
			return nil, last.errorf("more than %d lines", maxFieldLines)
		}
		last.text = append(last.text, line)
	}
	return fields, nil
}

// printable drops the control characters that some banks put around messages.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r < ' ' || r == 0x7F:
		return -1
	}
	return r
}

// cutTag splits `:61:…`. Only tags of a statement count: a line of a title may
// begin with a colon.
func cutTag(line string) (tag, rest string, ok bool) {
	line, ok = strings.CutPrefix(line, ":")
	if !ok {
		return "", "", false
	}
	tag, rest, ok = strings.Cut(line, ":")
	switch tag {
	case "20", "21", "13D", "25", "25P", "28", "28C", "34F", "60F", "60M", "61", "62F", "62M", "64", "65", "86", "90C", "90D", "NS":
		return tag, rest, ok
	}
	return "", "", false
}

// reader folds fields into statements.
type reader struct {
	statements []Statement
	current    *draft
	last       *draft // the statement before, for pages that continue
}

// draft is a statement that is being read.
type draft struct {
	Statement
	start          field
	opened, closed string // tags of the balances
	line           *Line  // that a :86: belongs to
}

var errNotClosed = errors.New("the statement has no closing balance (tag 62F); is the file complete?")

func (r *reader) take(f field) error {
	if f.tag == "20" {
		if err := r.end(); err != nil {
			return err
		}
		r.current = &draft{start: f}
		return nil
	}
	d := r.current
	switch {
	case f.tag == "-":
		// A lone dash may also be a line of a title; only a closed statement ends.
		if d != nil && d.closed != "" {
			return r.end()
		}
		return nil
	case d == nil:
		return f.errorf("stands before tag 20")
	case d.closed != "" && f.tag != "64" && f.tag != "65" && f.tag != "86" && f.tag != "NS":
		return f.errorf("stands after the closing balance")
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
		d.Account = account(value)
		if d.Account == "" {
			return f.errorf("empty")
		}
	case "28", "28C":
		d.Number = value
		if value == "" || len(value) > 35 {
			return f.errorf("not a statement number")
		}
	case "60F", "60M":
		if d.opened != "" {
			return f.errorf("a second opening balance")
		}
		d.opened = f.tag
		d.Opening, err = balance(f, value)
	case "62F", "62M":
		if d.opened == "" {
			return f.errorf("no opening balance (tag 60F) before it")
		}
		d.closed = f.tag
		if d.Closing, err = balance(f, value); err == nil {
			err = d.check(f)
		}
	case "61":
		if d.opened == "" {
			return f.errorf("no opening balance (tag 60F) before it")
		}
		if len(d.Lines) == maxLines {
			return f.errorf("more than %d lines in one statement", maxLines)
		}
		var line Line
		if line, err = entry(f); err == nil {
			line.Number = len(d.Lines) + 1
			d.Lines = append(d.Lines, line)
			d.line = &d.Lines[len(d.Lines)-1]
		}
	case "86":
		if d.line != nil {
			describe(d.line, f.text)
		}
	}
	return err
}

// check holds the closing balance against the opening one and the lines.
func (d *draft) check(f field) error {
	sum := d.Opening.Amount
	for _, l := range d.Lines {
		sum += l.Amount
	}
	if sum != d.Closing.Amount {
		return f.errorf("statement %s: opening %s and %d lines come to %s, the closing balance is %s: a difference of %s",
			d.Number, d.Opening.Amount, len(d.Lines), sum, d.Closing.Amount, d.Closing.Amount-sum)
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
		return d.start.errorf("%w", errNotClosed)
	case d.Account == "":
		return d.start.errorf("the statement names no account (tag 25)")
	case d.Number == "":
		return d.start.errorf("the statement has no number (tag 28C)")
	}
	if p := r.last; p != nil && p.closed == "62M" && d.opened == "60M" && p.Account == d.Account && p.Closing.Amount != d.Opening.Amount {
		return d.start.errorf("statement %s: opens with %s, but the page before closed with %s", d.Number, d.Opening.Amount, p.Closing.Amount)
	}
	r.statements = append(r.statements, d.Statement)
	r.last, r.current = d, nil
	return nil
}
