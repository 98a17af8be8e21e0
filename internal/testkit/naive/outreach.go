package naive

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// OutreachMonth is a row of the report outreach.
type OutreachMonth struct {
	Month, Place, Programme                    string
	Contacts, People, FirstContacts, Referrals int
	ReachedShelter                             int
	Prevention, Intervention, Integration      int
}

// DiagnosisLine is a row of the report diagnosis; what its section does not fill is zero.
type DiagnosisLine struct {
	Section, Key             string
	People, Contacts, Places int
}

// who is whom a contact counts as: the participant whom its pseudonym is known to be by the
// day of AsOf, else the pseudonym in its programme, else nobody.
func (b *Ledger) who(r record) string {
	pseudonym, programme := strings.ToLower(r.cell["pseudonim"]), cmp.Or(r.cell["program"], "streetworking")
	if pseudonym == "" {
		return ""
	}
	for _, identity := range b.rows["tozsamosci"] {
		if identity.cell["program"] == programme && strings.ToLower(identity.cell["pseudonim"]) == pseudonym && !b.later(identity.date("data")) {
			return "participant " + identity.cell["uczestnik"]
		}
	}
	return programme + " " + pseudonym
}

func (b *Ledger) contacts() (all []record) {
	for _, r := range b.rows["kontakty"] {
		if !b.later(r.date("data")) {
			all = append(all, r)
		}
	}
	return all
}

// Outreach counts contacts by month, place and programme.
func (b *Ledger) Outreach() []OutreachMonth {
	rows := map[[3]string]*OutreachMonth{}
	people, sheltered := map[[3]string]map[string]bool{}, map[[3]string]map[string]bool{}
	for _, r := range b.contacts() {
		key := [3]string{monthOf(r.date("data")), r.cell["miejsce"], cmp.Or(r.cell["program"], "streetworking")}
		if rows[key] == nil {
			rows[key] = &OutreachMonth{Month: key[0], Place: key[1], Programme: key[2]}
			people[key], sheltered[key] = map[string]bool{}, map[string]bool{}
		}
		row := rows[key]
		row.Contacts++
		if r.cell["pierwszy"] == "tak" {
			row.FirstContacts++
		}
		if r.cell["skierowanie"] != "" {
			row.Referrals++
		}
		switch r.cell["rodzaj"] {
		case "prewencja":
			row.Prevention++
		case "interwencja":
			row.Intervention++
		case "integracja":
			row.Integration++
		}
		if who := b.who(r); who != "" {
			people[key][who] = true
			if r.cell["wynik"] == "schronisko" {
				sheltered[key][who] = true
			}
		}
	}
	var all []OutreachMonth
	for _, key := range slices.SortedFunc(maps.Keys(rows), func(a, b [3]string) int { return slices.Compare(a[:], b[:]) }) {
		rows[key].People, rows[key].ReachedShelter = len(people[key]), len(sheltered[key])
		all = append(all, *rows[key])
	}
	return all
}

// Diagnosis counts the last count of each place, of a study or of any, and people by what is
// said of them.
func (b *Ledger) Diagnosis(study string) []DiagnosisLine {
	rows, people := map[[2]string]*DiagnosisLine{}, map[[2]string]map[string]bool{}
	of := func(section, key string) (*DiagnosisLine, map[string]bool) {
		if key == "" || key == "brak" {
			return &DiagnosisLine{}, map[string]bool{}
		}
		at := [2]string{section, key}
		if rows[at] == nil {
			rows[at], people[at] = &DiagnosisLine{Section: section, Key: key}, map[string]bool{}
		}
		return rows[at], people[at]
	}
	last, days := map[[2]string]record{}, map[[2]string]time.Time{}
	for _, r := range b.rows["liczenia"] {
		place := [2]string{cmp.Or(r.cell["program"], "streetworking"), r.cell["miejsce"]}
		if day := r.date("data"); (study == "" || r.cell["badanie"] == study) && !b.later(day) && !day.Before(days[place]) {
			last[place], days[place] = r, day
		}
	}
	for _, r := range last {
		row, _ := of("places", r.cell["kategoria"])
		row.People += int(read(r, "osoby", false, parseMoney) / 100)
		row.Places++
	}
	first := map[string]string{}
	for _, r := range b.contacts() {
		who := b.who(r)
		if month := monthOf(r.date("data")); who != "" && (first[who] == "" || month < first[who]) {
			first[who] = month
		}
	}
	for _, r := range b.contacts() {
		who, month := b.who(r), monthOf(r.date("data"))
		row, seen := of("movement", month)
		row.Contacts++
		if who != "" && first[who] == month {
			seen[who] = true
		}
		said := [][2]string{{"causes", r.cell["przyczyna"]}, {"outcomes", r.cell["wynik"]}}
		for need := range strings.SplitSeq(r.cell["potrzeby"], ",") {
			said = append(said, [2]string{"needs", strings.TrimSpace(need)})
		}
		for _, s := range said {
			row, some := of(s[0], s[1])
			if s[0] != "needs" {
				row.Contacts++
			}
			if who != "" {
				some[who] = true
			}
		}
	}
	var all []DiagnosisLine
	for _, at := range slices.SortedFunc(maps.Keys(rows), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		rows[at].People += len(people[at])
		all = append(all, *rows[at])
	}
	return all
}
