package naive

import (
	"slices"
	"strings"
	"time"
)

// change is a row of zmiany-umow.
type change struct {
	kind, value string
	from, to    time.Time // no to: open
}

// changes are those of a contract that have begun, by their day.
func (b *Ledger) changes(contract string) []change {
	var all []change
	for _, r := range b.inOrder("zmiany-umow", func(r record) bool { return r.cell["umowa"] == contract }, "zmiana", "od") {
		if c := (change{kind: r.cell["zmiana"], value: r.cell["wartosc"], from: r.date("od"), to: read(r, "do", true, parseDate)}); !b.later(c.from) {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b change) int { return a.from.Compare(b.from) })
	return all
}

// annexed is what an annex says of one of a contract's columns, "" for nothing.
func (c change) annexed(column string) string {
	for _, part := range strings.Split(c.value, ",") {
		if name, value, _ := strings.Cut(part, "="); strings.TrimSpace(name) == column {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// agreed says whether somebody's visit of a day lies within a contract: in its period, in no
// suspension, and of its assistant or a substitute then. A contract without an assistant is
// agreed with nobody in particular.
func (b *Ledger) agreed(c Contract, assistant string, day time.Time) bool {
	last, assists, rests, substitute := c.To, c.Assistant, false, false
	var ended time.Time
	for _, ch := range b.changes(c.Number) {
		begun := !day.Before(ch.from)
		during := begun && (ch.to.IsZero() || !day.After(ch.to))
		switch ch.kind {
		case "aneks":
			if to := ch.annexed("do"); to != "" {
				last, _ = parseDate(to)
			}
			if by := ch.annexed("asystent"); by != "" && begun {
				assists = by
			}
		case "zawieszenie":
			rests = rests || during
		case "wznowienie":
			rests = rests && !begun
		case "rozwiazanie", "zakonczenie":
			ended = ch.from
		case "zastepstwo":
			substitute = substitute || during && ch.value == assistant
		}
	}
	if !ended.IsZero() && ended.Before(last) {
		last = ended
	}
	return !day.Before(c.From) && !day.After(last) && !rests && (assists == "" || assists == assistant || substitute)
}
