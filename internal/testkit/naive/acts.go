package naive

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Act is something that was recorded: a row of a kind of import file, by the names of its
// columns; a merge, which has no file, of columns kept and merged; or an edition of a programme.
type Act struct {
	Kind, Columns, Row string
	Edition            *Edition
}

// Edition is what a programme's file says, as far as it caps anything.
type Edition struct {
	Programme string
	From      time.Time // its first day
	First     time.Time // of the programme
	Last      time.Time
	Caseload  int // 0: any
	Caps      []Cap
}

// Cap is one of a programme's file, in one of minutes, days and people.
type Cap struct {
	Per, Period           string
	Minutes, Days, People int64
	Refuses               bool
	When                  map[string]string
}

// recordedEdition is one that was recorded after so many acts.
type recordedEdition struct {
	Edition
	after int
}

// Recorded is the ledger of what was accepted, one act after another.
func Recorded(acts []Act) *Ledger {
	b := &Ledger{rows: map[string][]record{}, accepted: true, fail: func(why error) { panic(why) }}
	for i, act := range acts {
		if act.Edition != nil {
			b.editions = append(b.editions, recordedEdition{*act.Edition, i})
			continue
		}
		r := record{file: act.Kind, row: i, cell: map[string]string{}, of: b}
		columns := strings.Split(act.Columns, ";")
		for k, cell := range strings.Split(act.Row, ";") {
			r.cell[columns[k]] = cell
		}
		b.rows[act.Kind] = append(b.rows[act.Kind], r)
	}
	return b
}

// Programmes has the ledger know what files of programmes say, as if they had been there first.
func (b *Ledger) Programmes(files ...Edition) {
	for _, e := range files {
		b.editions = append(b.editions, recordedEdition{e, -1})
	}
}

// kept is the id that whoever has an id goes on under.
func (b *Ledger) kept(id string) string {
	if len(b.rows["merge"]) == 0 {
		return id
	}
	for _, r := range b.standing("merge", "merged") {
		if r.cell["merged"] == id {
			return b.kept(r.cell["kept"])
		}
	}
	return id
}

// editionOf is which of some editions goes for a day: the newest that has begun by then, or
// else the first to begin; of one day the one that was recorded last. −1 is none.
func editionOf(all []recordedEdition, some []int, day time.Time) int {
	some = slices.Clone(some)
	slices.SortFunc(some, func(a, b int) int {
		return cmp.Or(all[a].From.Compare(all[b].From), cmp.Compare(b, a))
	})
	best := -1
	for _, i := range some {
		switch {
		case best < 0:
			best = i
		case !all[i].From.After(day) && all[i].From.After(all[best].From):
			best = i
		}
	}
	return best
}

// editionsOf are a programme's that were recorded before so many acts; −1 is all.
func (b *Ledger) editionsOf(programme string, before int) (some []int) {
	for i, e := range b.editions {
		if e.Programme == programme && (before < 0 || e.after < before) {
			some = append(some, i)
		}
	}
	return some
}

// fact is what is known of somebody on a day: what a row says that has begun by then and not
// ended, of any of their ids; before all rows what a registration says.
func (b *Ledger) fact(who, kind string, day time.Time) string {
	var dated, registered string
	ids := []string{b.kept(who)}
	for _, r := range b.rows["uczestnicy"] {
		if id := r.cell["id"]; b.kept(id) == ids[0] && id != ids[0] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[1:])
	for _, id := range ids {
		var rows []record
		for _, r := range b.standing("statusy", "uczestnik", "rodzaj", "od") {
			if r.cell["uczestnik"] == id && r.cell["rodzaj"] == kind && !b.later(r.date("od")) {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, func(a, b record) int { return a.date("od").Compare(b.date("od")) })
		said, begun := "", false
		for _, r := range rows {
			if !r.date("od").After(day) {
				said, begun = r.cell["wartosc"], true
				if to := read(r, "do", true, parseDate); !to.IsZero() && to.Before(day) {
					said = ""
				}
			}
		}
		dated = cmp.Or(dated, said)
		if r := b.standing("uczestnicy", "id")[id]; !begun && kind == "niepelnosprawnosc" {
			registered = cmp.Or(registered, r.cell[kind])
		}
	}
	return cmp.Or(dated, registered)
}

// fulfils says whether somebody is what a cap is for, as they are on the first of some days on
// which all of it is known; known says whether there is one.
func (b *Ledger) fulfils(who string, when map[string]string, first, last time.Time) (is, known bool) {
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		is, known = true, true
		for kind, value := range when {
			said := b.fact(who, kind, day)
			is, known = is && said == value, known && said != ""
		}
		if known {
			return is, true
		}
	}
	return false, false
}
