package report

import (
	"cmp"
	"slices"
	"strings"

	"ksiega/internal/polish"
)

// Sorted is the table with its rows by one column: texts in Polish order, as people read
// them, numbers by size, days in time. Rows that are alike there stay as they were.
func (t Table) Sorted(column int, descending bool) Table {
	f, order, keys := &t.Fields[column], polish.NewOrder(), map[string]string{}
	ranks, places := make([]rank, t.Len), make([]int, t.Len)
	var row []Value
	for i := range t.Len {
		row = t.Row(i, row)
		v := row[column]
		places[i], ranks[i] = i, rank{there: !v.none, number: v.number}
		if f.Kind.Numeric() || f.Kind == KindDecimal || f.Kind == KindFlag {
			continue
		}
		said := v.text // of a day or month
		if f.Kind != KindDate && f.Kind != KindMonth {
			said = f.Say(v)
		}
		key, known := keys[said]
		if !known {
			key = order.Key(said)
			keys[said] = key
		}
		ranks[i].text = key
	}
	slices.SortStableFunc(places, func(a, b int) int {
		c := ranks[a].compare(ranks[b])
		if descending {
			return -c
		}
		return c
	})
	read := t.read
	t.read = func(row int, into []Value) { read(places[row], into) }
	return t
}

// rank is where a row belongs: what has no value comes first.
type rank struct {
	there  bool
	number int64
	text   string
}

func (r rank) compare(o rank) int {
	if r.there != o.there {
		if o.there {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(r.number, o.number), strings.Compare(r.text, o.text))
}
