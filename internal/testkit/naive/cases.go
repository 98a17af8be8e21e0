package naive

import "time"

// Cases are whose case people are on a day, as `worker participant`, in no order: everybody by
// the id that they were assigned under.
func (b *Ledger) Cases(day time.Time) (all []string) {
	seen := map[string]bool{}
	for _, r := range b.standing("przydzialy", "uczestnik", "pracownik", "od") {
		last := read(r, "do", true, parseDate)
		of := r.cell["pracownik"] + " " + r.cell["uczestnik"]
		if day.Before(r.date("od")) || !last.IsZero() && day.After(last) || seen[of] {
			continue
		}
		seen[of] = true
		all = append(all, of)
	}
	return all
}
