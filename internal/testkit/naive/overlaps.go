package naive

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// taken is what took somebody's time: a visit or a session.
type taken struct {
	day         time.Time
	from, to    int64
	who, by, of string // whose time; a visit's assistant, or the session; a visit's contract, or the session
	programme   string
	beginsWith  string // to order by
}

// Overlaps are the ids of findings of people, and of assistants, at two places at one time, with
// the minutes that they were, in order. It takes every visit to be accepted.
func (b *Ledger) Overlaps() []string {
	contracts, registered := map[string]record{}, map[string]bool{}
	for _, r := range b.rows["umowy"] {
		contracts[r.cell["numer"]] = r
	}
	for _, r := range b.rows["asystenci"] {
		registered[r.cell["id"]] = true
	}
	people, assistants := map[string][]taken{}, map[string][]taken{}
	for _, r := range b.rows["godziny"] {
		if b.later(r.date("data")) {
			continue
		}
		c := contracts[r.cell["umowa"]]
		v := taken{day: r.date("data"), from: read(r, "od", false, parseHours), to: read(r, "do", false, parseHours), by: r.cell["asystent"], of: r.cell["umowa"], programme: c.cell["program"]}
		v.beginsWith = v.by
		v.who = c.cell["uczestnik"]
		people[v.who] = append(people[v.who], v)
		v.who = v.by
		assistants[v.who] = append(assistants[v.who], v)
	}
	sessions := b.sessions()
	held := func(id string) taken {
		r := sessions[id]
		return taken{day: r.date("data"), from: read(r, "od", false, parseHours), to: read(r, "do", false, parseHours), by: id, of: id, programme: r.cell["program"]}
	}
	for id, r := range sessions {
		for leader := range strings.SplitSeq(r.cell["prowadzacy"], ",") {
			if registered[leader] {
				s := held(id)
				s.who, s.beginsWith = leader, leader
				assistants[leader] = append(assistants[leader], s)
			}
		}
	}
	for _, r := range b.presences() {
		s := held(r.cell["zajecia"])
		s.who = r.cell["uczestnik"]
		people[s.who] = append(people[s.who], s)
	}
	var all []string
	for _, of := range people {
		pairs(of, func(one, other taken) {
			kind := "participant-overlap"
			if one.programme != other.programme {
				kind = "double-funding"
			}
			all = append(all, meeting(kind, one, other, one.by, other.by))
		})
	}
	for _, of := range assistants {
		pairs(of, func(one, other taken) { all = append(all, meeting("assistant-overlap", one, other, one.of, other.of)) })
	}
	slices.Sort(all)
	return all
}

// pairs are those that meet, the one that begins first before the other; of those that begin
// at once a session is before a participant's visit, and otherwise ids are in order.
func pairs(of []taken, each func(one, other taken)) {
	slices.SortFunc(of, func(a, b taken) int {
		return slices.Compare([]string{a.day.Format(time.DateOnly), fmt.Sprintf("%05d", a.from), a.beginsWith, a.of}, []string{b.day.Format(time.DateOnly), fmt.Sprintf("%05d", b.from), b.beginsWith, b.of})
	})
	for i, one := range of {
		for _, other := range of[i+1:] {
			if one.day.Equal(other.day) && other.from < one.to {
				each(one, other)
			}
		}
	}
}

func meeting(kind string, one, other taken, a, b string) string {
	clock := func(minutes int64) string { return fmt.Sprintf("%02d.%02d", minutes/60, minutes%60) }
	return fmt.Sprintf("%s:%s:%s:%s@%s:%s@%s %d", kind, one.who, dayOf(one.day), a, clock(one.from), b, clock(other.from), min(one.to, other.to)-other.from)
}
