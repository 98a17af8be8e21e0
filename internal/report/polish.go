package report

import (
	"slices"
	"strconv"
	"strings"
)

// noBreak keeps the parts of a number on one line.
const noBreak = "\u00a0"

// minus is one as print has it.
const minus = "−"

// Zloty writes an amount as `1 234,56 zł`.
func Zloty(grosze int64) string { return zloty(grosze) + noBreak + "zł" }

func zloty(grosze int64) string {
	sign, n := "", uint64(grosze)
	if grosze < 0 {
		sign, n = minus, -n
	}
	return sign + grouped(strconv.FormatUint(n/100, 10)) + "," + two(n%100)
}

// Hours writes minutes as `1:30`.
func Hours(minutes int64) string {
	sign, n := "", uint64(minutes)
	if minutes < 0 {
		sign, n = minus, -n
	}
	return sign + strconv.FormatUint(n/60, 10) + ":" + two(n%60)
}

// Count writes a number as `12 345`.
func Count(n int64) string {
	if n < 0 {
		return minus + grouped(strconv.FormatUint(-uint64(n), 10))
	}
	return grouped(strconv.FormatInt(n, 10))
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
	return digits + point + strings.TrimRight(two(n%100), "0")
}

// fraction writes hundredths as `1 234,5`.
func fraction(hundredths int64) string {
	whole, rest, there := strings.Cut(decimal(hundredths, ","), ",")
	digits, negative := strings.CutPrefix(whole, "-")
	said := grouped(digits)
	if negative {
		said = minus + said
	}
	if there {
		said += "," + rest
	}
	return said
}

func two(n uint64) string {
	if n < 10 {
		return "0" + strconv.FormatUint(n, 10)
	}
	return strconv.FormatUint(n, 10)
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(noBreak)
		}
		b.WriteByte(d)
	}
	return b.String()
}

// Day writes a date or month of digits as DD.MM.RRRR or MM.RRRR.
func Day(iso string) string {
	parts := strings.Split(iso, "-")
	for i, k := 0, len(parts)-1; i < k; i, k = i+1, k-1 {
		parts[i], parts[k] = parts[k], parts[i]
	}
	return strings.Join(parts, ".")
}

// Say writes a value for people, a list in one line.
func (f *Field) Say(v Value) string {
	if v.none {
		return ""
	}
	switch f.Kind {
	case KindInteger:
		return Count(v.number)
	case KindDecimal:
		return fraction(v.number)
	case KindGrosze:
		return Zloty(v.number)
	case KindMinutes:
		return Hours(v.number)
	case KindDate, KindMonth:
		return Day(v.text)
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
			lines = append(lines, f.Items[0].Say(item[0])+":"+noBreak+f.Items[1].Say(item[1]))
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
			return f.Title + noBreak + text
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
			feet[total.Column] += noBreak + total.unit
		}
	}
	return feet
}

// Notes are what people are told below the totals of the whole table: a title and a number,
// none of which is zero.
func (t *Table) Notes() (notes [][2]string) {
	for _, total := range t.Totals {
		if total.noted && total.Value != 0 {
			notes = append(notes, [2]string{total.Title, Count(total.Value) + noBreak + total.unit})
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
		return strings.Replace(zloty(v.number), minus, "-", 1)
	case KindMinutes:
		return strings.Replace(Hours(v.number), minus, "-", 1)
	}
	return guarded(f.Say(v))
}
