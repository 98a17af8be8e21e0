// Package story tells in Polish what happened to a person: one sentence an event of their
// life, a file a noun.
//
// It promises that no sentence holds a word that is sealed: ids, days, hours, amounts and
// codes that tell nothing of health or status. It stops at words; what happened is for
// whoever reads the rows.
package story

import (
	"ksiega/domain"
	"ksiega/internal/polish"
)

func day(d domain.Date) string { return polish.Day(d.String()) }

func money(g domain.Grosze) string { return polish.Zloty(int64(g)) }

func hours(m domain.Minutes) string { return polish.Hours(int64(m)) + " h" }

// days are from one to another; a zero end is open.
func days(from, to domain.Date) string {
	if to == 0 {
		return "od " + day(from)
	}
	return "od " + day(from) + " do " + day(to)
}

// clock is from a time of day to another.
func clock(from, to domain.TimeOfDay) string { return "od " + from.String() + " do " + to.String() }

// said is the word for a code, or the code.
func said[C ~string](words map[C]string, code C) string {
	if word, ok := words[code]; ok {
		return word
	}
	return string(code)
}
