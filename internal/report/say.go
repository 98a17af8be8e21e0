package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ksiega/internal/polish"
)

// Say writes a value for people, a list in one line.
func (f *Field) Say(v Value) string {
	if v.none {
		return ""
	}
	switch f.Kind {
	case KindInteger:
		return polish.Count(v.number)
	case KindDecimal:
		return polish.Hundredths(v.number)
	case KindGrosze:
		return polish.Zloty(v.number)
	case KindMinutes:
		return polish.Hours(v.number)
	case KindDate, KindMonth:
		return polish.Day(v.text)
	case KindFlag:
		if v.number != 0 {
			return "tak"
		}
		return "nie"
	case KindList, KindObject:
		return strings.Join(f.Lines(v), "; ")
	}
	return f.Words.Say(v.text)
}

// Lines writes a list or an object for people, a line for each item or member.
func (f *Field) Lines(v Value) []string {
	lines := make([]string, 0, len(v.items))
	for _, item := range v.items {
		if f.Kind == KindObject {
			lines = append(lines, f.Items[0].Say(item[0])+":"+polish.NoBreak+f.Items[1].Say(item[1]))
			continue
		}
		var parts []string
		for i := range f.Items {
			if text := f.Items[i].within(item[i]); text != "" {
				parts = append(parts, text)
			}
		}
		lines = append(lines, strings.Join(parts, ", "))
	}
	return lines
}

// within writes a value in the running text of an item.
func (f *Field) within(v Value) string {
	text := f.Say(v)
	switch f.Kind {
	case KindInteger, KindDecimal, KindDate, KindMonth:
		if f.Title != "" && text != "" {
			return f.Title + polish.NoBreak + text
		}
	case KindList, KindObject:
		return strings.Join(f.Lines(v), " + ")
	}
	return text
}

// Say writes a parameter's value for people.
func (p *Param) Say(value string) string {
	f := Field{Kind: p.Kind, Words: p.Words}
	if p.Several {
		said := strings.Split(value, Separator)
		for i, code := range said {
			said[i] = p.Words.Say(code)
		}
		return strings.Join(said, Separator+" ")
	}
	if p.Kind.Numeric() {
		return value
	}
	return f.Say(Value{text: value})
}

// Footer has for each column what people are told below it: its total, "Razem" below
// the first where that has none; nothing of a table without rows or totals.
func (t *Table) Footer() []string { return t.footer((*Field).Say) }

func (t *Table) footer(say func(*Field, Value) string) []string {
	if t.Len == 0 || !slices.ContainsFunc(t.Totals, func(total Total) bool { return !total.noted }) {
		return nil
	}
	feet := make([]string, len(t.Fields))
	feet[0] = "Razem"
	for _, total := range t.Totals {
		if total.noted {
			continue
		}
		feet[total.Column] = say(&Field{Kind: total.Kind}, Value{number: total.Value})
		if total.unit != "" {
			feet[total.Column] += polish.NoBreak + total.unit
		}
	}
	return feet
}

// Notes are what people are told below the totals of the whole table: a title and a number,
// none of which is zero.
func (t *Table) Notes() (notes [][2]string) {
	for _, total := range t.Totals {
		if total.noted && total.Value != 0 {
			notes = append(notes, [2]string{total.Title, polish.Count(total.Value) + polish.NoBreak + total.unit})
		}
	}
	return notes
}

// heading is a field's title where its values stand without their unit.
func (f *Field) heading() string {
	switch f.Kind {
	case KindGrosze:
		return f.Title + " (zł)"
	case KindMinutes:
		return f.Title + " (godz.)"
	}
	return f.Title
}

// sheet writes a value for a spreadsheet of people, which reads it as a number or a day
// again.
func (f *Field) sheet(v Value) string {
	if v.none {
		return ""
	}
	switch f.Kind {
	case KindInteger:
		return strconv.FormatInt(v.number, 10)
	case KindDecimal:
		return decimal(v.number, ",")
	case KindGrosze:
		return strings.Replace(polish.Amount(v.number), polish.Minus, "-", 1)
	case KindMinutes:
		return strings.Replace(polish.Hours(v.number), polish.Minus, "-", 1)
	}
	return guarded(f.Say(v))
}

// decimal writes hundredths without zeros at the end, as `12.5`.
func decimal(hundredths int64, point string) string {
	sign, n := "", uint64(hundredths)
	if hundredths < 0 {
		sign, n = "-", -n
	}
	digits := sign + strconv.FormatUint(n/100, 10)
	if n%100 == 0 {
		return digits
	}
	return digits + point + strings.TrimRight(fmt.Sprintf("%02d", n%100), "0")
}
