package naive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// SocialContract is a row of the report social-contracts.
type SocialContract struct {
	Contract, Programme, Participant, State string
	Tasks, Done, Overdue, Evaluations       int
	LastEvaluation                          string // days RRRR-MM-DD, "" is none
	Limit, Spent                            int64
	Breach, Decision, DecisionDate, Number  string
	Served, Appeal                          string
	Parties                                 []string
	Form                                    string
}

// SocialContracts are those as of a day, cut by AsOf too.
func (b *Ledger) SocialContracts(today time.Time) (all []SocialContract) {
	if !b.asOf.IsZero() {
		today = b.asOf
	}
	for _, r := range b.rows["umowy"] {
		if r.cell["rodzaj"] != "socjalny" || b.later(r.date("zawarto")) {
			continue
		}
		row := SocialContract{Contract: r.cell["numer"], Programme: r.cell["program"], Participant: r.cell["uczestnik"], State: b.stateOn(r.cell["numer"], today),
			Limit: read(r, "pomoc", true, parseMoney), Form: r.cell["wzor"], Parties: b.household(r.cell["uczestnik"])}
		b.tasksOf(&row, today)
		for _, e := range b.rows["oceny"] {
			if day := e.date("data"); e.cell["umowa"] == row.Contract && !day.After(today) {
				row.Evaluations++
				row.LastEvaluation = max(row.LastEvaluation, dayOf(day))
			}
		}
		for _, a := range b.rows["pomoc"] {
			if a.cell["umowa"] == row.Contract && !a.date("data").After(today) {
				row.Spent += read(a, "kwota", false, parseMoney)
			}
		}
		b.decisionsOf(&row, today)
		all = append(all, row)
	}
	slices.SortFunc(all, func(a, b SocialContract) int { return strings.Compare(a.Contract, b.Contract) })
	return all
}

// stateOn is where a contract stands on a day.
func (b *Ledger) stateOn(contract string, day time.Time) string {
	state, otherwise := "signed", "signed"
	type rest struct{ from, to time.Time } // zero: open
	var rests []rest
	at := func(r rest, day time.Time) bool { return !day.Before(r.from) && (r.to.IsZero() || !day.After(r.to)) }
	for _, c := range b.changes(contract) {
		if c.from.After(day) {
			continue
		}
		switch c.kind {
		case "zawieszenie":
			state, rests = "suspended", append(rests, rest{c.from, c.to})
		case "wznowienie":
			state = otherwise
			for i, r := range rests {
				if at(r, c.from) {
					rests[i].to = c.from.AddDate(0, 0, -1)
				}
			}
		case "niedotrzymanie":
			state, otherwise = "breached", "breached"
		case "rozwiazanie":
			return "terminated"
		case "zakonczenie":
			return "completed"
		}
	}
	if state == "suspended" && !slices.ContainsFunc(rests, func(r rest) bool { return at(r, day) }) {
		return otherwise
	}
	return state
}

// household are a participant and whoever is registered as of the same household.
func (b *Ledger) household(participant string) []string {
	of := map[string]string{}
	for _, r := range b.rows["uczestnicy"] {
		of[r.cell["id"]] = r.cell["gospodarstwo"]
	}
	all := []string{participant}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		if id != participant && of[id] != "" && of[id] == of[participant] {
			all = append(all, id)
		}
	}
	return all
}

func (b *Ledger) tasksOf(row *SocialContract, today time.Time) {
	for _, t := range b.rows["zadania"] {
		if t.cell["umowa"] != row.Contract {
			continue
		}
		row.Tasks++
		done := false
		for _, r := range b.rows["realizacja-zadan"] {
			done = done || r.cell["umowa"] == row.Contract && r.cell["nr"] == t.cell["nr"] && r.cell["wynik"] == "wykonane" && !r.date("data").After(today)
		}
		switch {
		case done:
			row.Done++
		case t.date("termin").Before(today):
			row.Overdue++
		}
	}
}

// decisionsOf adds the annexes of the limit, the latest breach, and the decision that was made
// last, as the last row of its number says.
func (b *Ledger) decisionsOf(row *SocialContract, today time.Time) {
	first := map[string]string{}
	rows := slices.Clone(b.rows["zmiany-umow"])
	slices.SortStableFunc(rows, func(a, b record) int { return a.date("od").Compare(b.date("od")) })
	for _, r := range rows {
		if r.cell["umowa"] != row.Contract || r.date("od").After(today) {
			continue
		}
		switch r.cell["zmiana"] {
		case "aneks":
			if limit := (change{value: r.cell["wartosc"]}).annexed("pomoc"); limit != "" {
				amount, err := parseMoney(limit)
				if err != nil {
					r.fail("wartosc", err)
				}
				row.Limit = amount
			}
		case "niedotrzymanie":
			row.Breach = dayOf(r.date("od"))
		case "decyzja":
			number := r.cell["numer"]
			if first[number] == "" {
				first[number], row.Number = dayOf(r.date("od")), number
			}
			if number == row.Number {
				row.Decision, row.DecisionDate, row.Appeal, row.Served = r.cell["wartosc"], first[number], r.cell["odwolanie"], ""
				if r.cell["doreczono"] != "" {
					row.Served = dayOf(r.date("doreczono"))
				}
			}
		}
	}
}

// Aid is a row of the report material-aid.
type Aid struct {
	Contract, Programme, Participant, Purpose string
	Items                                     int
	Amount                                    int64
}

// MaterialAid is what was given, by contract and purpose.
func (b *Ledger) MaterialAid() []Aid {
	contracts, sums := b.contractsByNumber(), map[string]Aid{}
	for _, r := range b.rows["pomoc"] {
		if b.later(r.date("data")) {
			continue
		}
		c := contracts[r.cell["umowa"]]
		key := fmt.Sprint(r.cell["umowa"], "\x00", r.cell["cel"])
		a := sums[key]
		a.Contract, a.Programme, a.Participant, a.Purpose = r.cell["umowa"], c.Programme, c.Participant, r.cell["cel"]
		a.Items++
		a.Amount += read(r, "kwota", false, parseMoney)
		sums[key] = a
	}
	all := make([]Aid, 0, len(sums))
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		all = append(all, sums[key])
	}
	return all
}
