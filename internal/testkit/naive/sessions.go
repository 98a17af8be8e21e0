package naive

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// AttendanceLine is a row of the report attendance; what it is not asked by is empty.
type AttendanceLine struct {
	Programme, Kind                         string
	Sessions, SessionMinutes, PersonMinutes int
	People, Headcount                       int
	Topic, Specialist, Organiser            string
	Effects                                 map[string]int // people by effect
}

// standing are the rows of a kind by what identifies them, as corrections and withdrawals
// leave them; a row of what stands already is none.
func (b *Ledger) standing(kind string, identity ...string) map[string]record {
	all := map[string]record{}
	for _, r := range b.rows[kind] {
		var id []string
		for _, column := range identity {
			id = append(id, r.cell[column])
		}
		at := strings.Join(id, "\n")
		switch _, there := all[at]; {
		case r.cell["wycofanie"] == "tak":
			delete(all, at)
		case there == (r.cell["korekta"] == "tak") || there && closes(all[at], r) || b.accepted && r.cell["korekta"] == "tak":
			all[at] = r
		}
	}
	return all
}

// inOrder are the standing rows of a kind among some, in the order in which they were first
// recorded.
func (b *Ledger) inOrder(kind string, which func(record) bool, identity ...string) (all []record) {
	for _, r := range b.rows[kind] {
		if !which(r) {
			continue
		}
		at := slices.IndexFunc(all, func(other record) bool {
			return !slices.ContainsFunc(identity, func(column string) bool { return r.cell[column] != other.cell[column] })
		})
		switch {
		case at < 0 && r.cell["wycofanie"] != "tak":
			all = append(all, r)
		case at >= 0 && r.cell["wycofanie"] == "tak":
			all = slices.Delete(all, at, at+1)
		case at >= 0 && (r.cell["korekta"] == "tak" || closes(all[at], r)):
			all[at] = r
		}
	}
	return all
}

// closes says whether a row does nothing but give another, that had none, a last day. A reason
// is said of the correction or withdrawal that a row is; of changes of contracts alone it is
// part of what stands.
func closes(was, is record) bool {
	said := []string{"zmiana", "wartosc", "numer"}
	if was.cell["zmiana"] != "" {
		said = append(said, "powod")
	}
	return was.cell["do"] == "" && is.cell["do"] != "" &&
		!slices.ContainsFunc(said, func(column string) bool { return was.cell[column] != is.cell[column] })
}

// sessions are those that took place by the day of AsOf, by id.
func (b *Ledger) sessions() map[string]record {
	all := b.standing("zajecia", "id")
	maps.DeleteFunc(all, func(_ string, r record) bool { return r.cell["odwolane"] == "tak" || b.later(r.date("data")) })
	return all
}

// presences are those of people who were at such sessions.
func (b *Ledger) presences() (all []record) {
	sessions := b.sessions()
	for _, r := range b.standing("obecnosci-zajec", "zajecia", "uczestnik") {
		if _, took := sessions[r.cell["zajecia"]]; took && slices.Contains([]string{"obecny", "spozniony"}, r.cell["obecnosc"]) {
			all = append(all, r)
		}
	}
	return all
}

func sessionMinutes(r record) int {
	return int(read(r, "do", false, parseHours) - read(r, "od", false, parseHours))
}

// SessionAttendance counts sessions of some days, zero ends being open, by programme, kind and what
// else is asked of topic, specialist and organiser; organiser says who organises a programme's
// kind of sessions where the session itself does not.
func (b *Ledger) SessionAttendance(from, to time.Time, organiser func(programme, kind string) string, by ...string) []AttendanceLine {
	rows, at := map[[5]string]*AttendanceLine{}, map[string][5]string{}
	for id, r := range b.sessions() {
		if day := r.date("data"); day.Before(from) || !to.IsZero() && day.After(to) {
			continue
		}
		key := [5]string{r.cell["program"], r.cell["rodzaj"]}
		for _, by := range by {
			switch by {
			case "topic":
				key[2] = r.cell["temat"]
			case "specialist":
				key[3] = r.cell["specjalista"]
			case "organiser":
				if key[4] = r.cell["organizator"]; key[4] == "" {
					key[4] = organiser(key[0], key[1])
				}
			}
		}
		if rows[key] == nil {
			rows[key] = &AttendanceLine{Programme: key[0], Kind: key[1], Topic: key[2], Specialist: key[3], Organiser: key[4], Effects: map[string]int{}}
		}
		at[id] = key
		rows[key].Sessions++
		rows[key].SessionMinutes += sessionMinutes(r)
		if r.cell["bez_listy"] != "" {
			rows[key].Headcount += int(read(r, "bez_listy", false, parseMoney) / 100)
		}
	}
	people, gained := map[[5]string]map[string]bool{}, map[[5]string]map[string]bool{}
	held := b.sessions()
	for _, r := range b.presences() {
		key, counted := at[r.cell["zajecia"]]
		if !counted {
			continue
		}
		row, who := rows[key], r.cell["uczestnik"]
		row.PersonMinutes += sessionMinutes(held[r.cell["zajecia"]])
		if people[key] == nil {
			people[key], gained[key] = map[string]bool{}, map[string]bool{}
		}
		people[key][who] = true
		for effect := range strings.SplitSeq(r.cell["efekt"], ",") {
			if effect = strings.TrimSpace(effect); effect != "" && !gained[key][effect+"\n"+who] {
				gained[key][effect+"\n"+who] = true
				row.Effects[effect]++
			}
		}
	}
	var all []AttendanceLine
	for _, key := range slices.SortedFunc(maps.Keys(rows), func(a, b [5]string) int { return slices.Compare(a[:], b[:]) }) {
		rows[key].People = len(people[key])
		all = append(all, *rows[key])
	}
	return all
}
