package naive

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Part is a row of the report participation.
type Part struct {
	Programme, Group, Participant, Household string
	State, From, To, FirstSupport            string
	SupportMinutes                           int
	Outcome, OutcomeDate, FollowUpDue        string
	Entry                                    map[string]string

	from, to time.Time // what the enrolment covers; no to: open
}

// taking are the facts of somebody's part in a programme by the day of AsOf, by kind and day.
func (b *Ledger) taking(programme, who string) (facts []record) {
	for _, r := range b.standing("udzial", "uczestnik", "program", "zdarzenie", "data") {
		if r.cell["program"] == programme && r.cell["uczestnik"] == who && !b.later(r.date("data")) {
			facts = append(facts, r)
		}
	}
	slices.SortFunc(facts, func(a, b record) int {
		return cmp.Or(a.date("data").Compare(b.date("data")), cmp.Compare(a.row, b.row))
	})
	return facts
}

// Participation tells who takes part in what: by each enrolment, and by what came after the
// last one.
func (b *Ledger) Participation() (all []Part) {
	type key struct{ programme, who string }
	takes := map[key]bool{}
	for _, r := range b.rows["udzial"] {
		takes[key{r.cell["program"], r.cell["uczestnik"]}] = true
	}
	supports := b.Supports()
	for k := range takes {
		all = append(all, b.partsOf(k.programme, k.who, supports)...)
	}
	for i := range all {
		for _, r := range b.rows["uczestnicy"] {
			if r.cell["id"] == all[i].Participant {
				all[i].Household = r.cell["gospodarstwo"]
			}
		}
	}
	slices.SortFunc(all, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.Programme, b.Programme), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Participant, b.Participant),
			cmp.Compare(a.Household, b.Household), cmp.Compare(a.State, b.State), cmp.Compare(a.From, b.From))
	})
	return all
}

// partsOf are those of one person in one programme.
func (b *Ledger) partsOf(programme, who string, supports []Support) (all []Part) {
	facts := b.taking(programme, who)
	of := func(event string) (some []record) {
		for _, f := range facts {
			if f.cell["zdarzenie"] == event {
				some = append(some, f)
			}
		}
		return some
	}
	enrolled := of("przyjecie")
	var last time.Time // the first day that belongs to no enrolment
	open := false
	for i, e := range enrolled {
		p := Part{Programme: programme, Participant: who, State: "enrolled", Group: e.cell["grupa"], from: e.date("data")}
		next := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
		if i+1 < len(enrolled) {
			next = enrolled[i+1].date("data")
		}
		in := func(r record) bool { return !r.date("data").Before(p.from) && r.date("data").Before(next) }
		for _, r := range of("zakonczenie") {
			if in(r) {
				p.State, p.to = "left", r.date("data")
			}
		}
		for _, r := range of("rezultat") {
			if in(r) {
				p.Outcome, p.OutcomeDate = r.cell["wartosc"], dayOf(r.date("data"))
			}
		}
		open = p.to.IsZero()
		if last = p.to; !open {
			p.To = dayOf(p.to)
			if p.OutcomeDate == "" {
				p.FollowUpDue = dayOf(p.to.AddDate(0, 0, 28))
			}
		}
		p.From = dayOf(p.from)
		p.support(supports)
		p.Entry = b.statuses(who, p.from)
		all = append(all, p)
	}
	if open {
		return all
	}
	p := Part{Programme: programme, Participant: who, Entry: map[string]string{}}
	for _, f := range facts {
		event := f.cell["zdarzenie"]
		if event != "nominacja" && event != "ocena" || len(enrolled) > 0 && !f.date("data").After(last) {
			continue
		}
		if p.From == "" {
			p.From, p.State = dayOf(f.date("data")), "nominated"
		}
		if event == "ocena" {
			p.State = "assessed"
		}
	}
	if p.From != "" {
		all = append(all, p)
	}
	return all
}

// Support is a visit, or a session that somebody was at.
type Support struct {
	Participant, Programme, Kind, Topic string
	Effects                             []string
	Day                                 time.Time
	Minutes                             int
}

// Supports are all by the day of AsOf.
func (b *Ledger) Supports() (all []Support) {
	contracts := b.contractsByNumber()
	visits, _ := b.Visits()
	for _, v := range visits {
		if c := contracts[v.Contract]; !b.later(v.Date) {
			all = append(all, Support{Participant: c.Participant, Programme: c.Programme, Kind: "visit", Day: v.Date, Minutes: int(v.ToMinute - v.FromMinute)})
		}
	}
	sessions := b.sessions()
	for _, r := range b.presences() {
		s := sessions[r.cell["zajecia"]]
		all = append(all, Support{Participant: r.cell["uczestnik"], Programme: s.cell["program"], Kind: s.cell["rodzaj"], Topic: s.cell["temat"],
			Effects: effectsIn(r), Day: s.date("data"), Minutes: sessionMinutes(s)})
	}
	return all
}

func (p *Part) covers(day time.Time) bool {
	return !p.from.IsZero() && !day.Before(p.from) && (p.to.IsZero() || !day.After(p.to))
}

func (p *Part) support(supports []Support) {
	for _, s := range supports {
		if s.Participant != p.Participant || s.Programme != p.Programme || !p.covers(s.Day) {
			continue
		}
		p.SupportMinutes += s.Minutes
		if day := dayOf(s.Day); p.FirstSupport == "" || day < p.FirstSupport {
			p.FirstSupport = day
		}
	}
}

// statuses are what is known of somebody on a day: the last row that began by then, unless it
// has ended, of each kind; before the first one what the registration says.
func (b *Ledger) statuses(who string, day time.Time) map[string]string {
	all := map[string]string{}
	for _, r := range b.rows["uczestnicy"] {
		if r.cell["id"] == who {
			for kind, column := range map[string]string{"rynek_pracy": "status", "profil": "profil", "klient_ops": "klient_ops", "niepelnosprawnosc": "niepelnosprawnosc"} {
				if r.cell[column] != "" {
					all[kind] = r.cell[column]
				}
			}
		}
	}
	rows := slices.SortedFunc(maps.Values(b.standing("statusy", "uczestnik", "rodzaj", "od")), func(a, b record) int { return a.date("od").Compare(b.date("od")) })
	for _, r := range rows {
		if r.cell["uczestnik"] != who || r.date("od").After(day) {
			continue
		}
		if delete(all, r.cell["rodzaj"]); r.cell["do"] == "" || !read(r, "do", false, parseDate).Before(day) {
			all[r.cell["rodzaj"]] = r.cell["wartosc"]
		}
	}
	return all
}
