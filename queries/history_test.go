package queries_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/queries"
)

// history is what was recorded of a ledger through its commands, one act after another, as far
// as it was accepted. A refused act is none.
type history struct {
	t     *testing.T
	rt    *rapid.T
	l     *ledgertest.Ledger
	acts  []naive.Act
	files int
	marks []mark

	reader *queries.Reader
}

// mark is how far the log went after so many acts.
type mark struct {
	acts int
	head journal.Position
}

// few checks a property a few times, and as often as is asked for where that is said: what it
// draws is long. A check that fails is drawn again and again, to be made smaller.
func few(t *testing.T, times int, property func(*rapid.T)) {
	asked, n, failing := flag.Lookup("rapid.checks"), 0, false
	rapid.Check(t, func(rt *rapid.T) {
		if n++; n > times && !failing && asked.Value.String() == asked.DefValue {
			return
		}
		failing = true
		property(rt)
		failing = false
	})
}

// newHistory is asked by a reader that folds the log anew, or now and then by one whose rows
// are kept up with it.
func newHistory(t *testing.T, rt *rapid.T) *history {
	h := &history{t: t, rt: rt, l: ledgertest.OpenFor(t, rt)}
	if h.reader = memoryReader(h.l); h.num("live", 8) == 0 {
		h.reader, _ = redisReader(ledgertest.During(t, rt), h.l)
	}
	return h
}

func (h *history) num(name string, n int) int { return rapid.IntRange(0, n-1).Draw(h.rt, name) }

func (h *history) one(name string, of ...string) string {
	return rapid.SampledFrom(of).Draw(h.rt, name)
}

// take records rows of a kind of file.
func (h *history) take(kind, columns string, rows ...string) {
	h.files++ // or a file of the same rows would be known already
	s := h.l.Import(h.t, kind+".csv", columns+"\n"+strings.Join(rows, "\n")+strings.Repeat("\n", h.files))
	refused := map[int]bool{}
	for _, r := range s.RefusedRows {
		refused[r.Row-2] = true
	}
	for i, row := range rows {
		if !refused[i] {
			h.acts = append(h.acts, naive.Act{Kind: kind, Columns: columns, Row: row})
		}
	}
}

// must records rows that are to be accepted.
func (h *history) must(kind, columns string, rows ...string) {
	n := len(h.acts)
	if h.take(kind, columns, rows...); len(h.acts) != n+len(rows) {
		h.rt.Fatalf("%s: %d of %v were accepted", kind, len(h.acts)-n, rows)
	}
}

// edition records an edition of a programme.
func (h *history) edition(e naive.Edition) {
	day := func(d time.Time) string { return d.Format(time.DateOnly) }
	var text strings.Builder
	fmt.Fprintf(&text, "id: %s\nod: %s\nname: X\nperiod: {from: %s, to: %s}\n", e.Programme, day(e.From), day(e.First), day(e.Last))
	if e.Caseload > 0 {
		fmt.Fprintf(&text, "caseload: %d\n", e.Caseload)
	}
	for i, c := range e.Caps {
		if i == 0 {
			text.WriteString("caps:\n")
		}
		over, counts := "finding", fmt.Sprintf("hours: %d", c.Minutes/60)
		switch {
		case c.Days > 0:
			counts = fmt.Sprintf("days: %d", c.Days)
		case c.People > 0:
			counts = fmt.Sprintf("people: %d", c.People)
		}
		if c.Refuses {
			over = "refuse"
		}
		fmt.Fprintf(&text, "  - {per: %s, period: %s, %s, over: %s", c.Per, c.Period, counts, over)
		var when []string
		for _, kind := range slices.Sorted(maps.Keys(c.When)) {
			when = append(when, kind+": "+c.When[kind])
		}
		if len(when) > 0 {
			text.WriteString(", when: {" + strings.Join(when, ", ") + "}")
		}
		text.WriteString("}\n")
	}
	if s := h.l.Import(h.t, fmt.Sprintf("program_%s_%d.yaml", e.Programme, len(h.acts)), text.String()); s.Refused == 0 {
		h.acts = append(h.acts, naive.Act{Edition: &e})
	} else if why := s.RefusedRows[0].Why.Error(); !strings.Contains(why, "differs") {
		h.rt.Fatalf("%s\n%s", why, text.String())
	}
}

// merge records that two people are one, or that they are not.
func (h *history) merge(kept, merged string, withdrawn bool) {
	c := commands.MergeParticipants{Kept: kept, Merged: merged, Date: day(2026, 1, 20), Amendment: commands.Amendment{Reason: "jedna osoba"}}
	back := ""
	if c.Withdraw = withdrawn; withdrawn {
		c.Kept, c.Date, back = "", 0, "tak"
	}
	if _, err := h.l.MergeParticipants(h.t.Context(), ledgertest.Actor, c); err == nil {
		h.acts = append(h.acts, naive.Act{Kind: "merge", Columns: "kept;merged;wycofanie", Row: kept + ";" + merged + ";" + back})
	}
}

// mark remembers what is known by now.
func (h *history) mark() {
	head, err := h.l.Journal.Head(h.t.Context())
	must(h.t, err)
	h.marks = append(h.marks, mark{len(h.acts), head})
}

// recorded are the acts of a kind, each once.
func (h *history) recorded(kind string) (all []naive.Act) {
	for _, act := range h.acts {
		if act.Kind == kind {
			all = append(all, act)
		}
	}
	return all
}

// again is some recorded row of a kind, cell by cell; nothing of none.
func (h *history) again(kind string) []string {
	all := h.recorded(kind)
	if len(all) == 0 {
		return nil
	}
	return strings.Split(all[h.num("which "+kind, len(all))].Row, ";")
}

// compared holds what is found to a count by hand, by what was known at the marks and is now, as
// of some days and of none.
func (h *history) compared(asOf []domain.Date, what func(b *naive.Ledger, today time.Time) []string, found func(req queries.Request) []string) {
	h.rt.Helper()
	h.mark()
	for i, m := range h.marks {
		known := naive.Recorded(h.acts[:m.acts])
		for _, day := range append([]domain.Date{0}, asOf...) {
			of, req := known, queries.Request{AsOf: day, Who: access.By("tester", access.API, access.Coordinator)}
			if day != 0 {
				of = known.AsOf(day.Time())
			}
			if req.MinPosition = h.marks[len(h.marks)-1].head.Bound(); i < len(h.marks)-1 {
				req.KnownAt = m.head.String()
			}
			got, want := found(req), what(of, sampleDay().Truncate(24*time.Hour))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				h.rt.Fatalf("as of %s, known after %d of %d:\n%s\nnot\n%s\nof\n%s", day, m.acts, len(h.acts), strings.Join(got, "\n"), strings.Join(want, "\n"), h)
			}
		}
	}
	h.marks = h.marks[:len(h.marks)-1]
}

func (h *history) String() string {
	var all []string
	for _, act := range h.acts {
		if act.Edition != nil {
			all = append(all, fmt.Sprintf("%+v", *act.Edition))
			continue
		}
		all = append(all, act.Kind+" "+act.Row)
	}
	return strings.Join(all, "\n")
}

// findings are those of some kinds, in short.
func (h *history) findings(req queries.Request, kinds ...string) (all []string) {
	h.t.Helper()
	for _, kind := range kinds {
		req.Params = map[string]string{"kind": kind}
		a, err := h.reader.Ask(h.t.Context(), "findings", req)
		must(h.t, err)
		if h.recorded("merge") == nil { // or an id may say one that was given up
			idsSayWhat(h.t, rowsOf(a))
		}
		for _, r := range rowsOf(a) {
			if all = append(all, fmt.Sprint(r[0], " ", r[3], " ", r[4], " ", r[5], " ", r[7])); r[9] == "" || r[10] == "" && kind != "pattern" {
				h.rt.Fatalf("%s is told as %q by %q", r[0], r[9], r[10])
			}
		}
	}
	return all
}

// capsLeft is what is left of caps on a day.
func (h *history) capsLeft(req queries.Request, day string) (all []string) {
	h.t.Helper()
	req.Params = map[string]string{"date": day}
	a, err := h.reader.Ask(h.t.Context(), "caps-left", req)
	must(h.t, err)
	for _, r := range rowsOf(a) {
		all = append(all, fmt.Sprintf("%s|%s|%s|%v|%v|%v|%s|%s", r...))
	}
	return all
}

func capsLeftSaid(rows []naive.CapRow) (all []string) {
	for _, r := range rows {
		limit, left := any(nil), any(nil)
		if r.Known {
			limit, left = r.CapMinutes, r.CapMinutes-r.UsedMinutes
		}
		all = append(all, fmt.Sprintf("%s|%s|%s|%v|%v|%v|%s|%s", r.Contract, r.Participant, r.Kind, limit, r.UsedMinutes, left, r.Assistant, r.Programme))
	}
	return all
}
