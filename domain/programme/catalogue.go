// Package programme is the catalogue of programmes, statutory rates and days off
// work: data with its legal source, embedded, never a constant in code.
//
// It promises that a figure carries the edition it comes from, so that an event
// can record which one decided it. It stops at looking things up; what a rate
// means for a payment is attendance's to decide.
package programme

import (
	"cmp"
	_ "embed" // the catalogue is data beside the code
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ksiega/domain"
)

// Regime is the body of law that a socially-useful-work agreement falls under.
type Regime string

// The regimes.
const (
	OldRegime Regime = "old" // agreements concluded before 2025-06-01
	NewRegime Regime = "new" // agreements concluded on or after it
)

// RegimeOf an agreement follows from the day it was concluded, not from the
// day of work; an annex keeps its agreement's regime (ustawa z 20.03.2025 o
// rynku pracy i służbach zatrudnienia, in force since 2025-06-01).
func RegimeOf(concluded domain.Date) Regime {
	if concluded < domain.NewDate(2025, 6, 1) {
		return OldRegime
	}
	return NewRegime
}

// newEditions begins the edition of every rate of the new regime, for ever: events
// carry editions.
const newEditions = "godzinowa-"

// RegimeOfEdition is the regime of the rate with that edition.
func RegimeOfEdition(edition string) Regime {
	if strings.HasPrefix(edition, newEditions) {
		return NewRegime
	}
	return OldRegime
}

// YearlyDays is how many days of a calendar year one person may do socially
// useful work under the new regime (ustawa z 20.03.2025 o rynku pracy i służbach
// zatrudnienia), over all agreements.
const YearlyDays = 180

// DayCount says which days count towards YearlyDays. The statute leaves it open,
// so it is a setting; the zero value is WorkingDays.
type DayCount string

// The ways to count.
const (
	WorkingDays  DayCount = "praca"       // days with hours
	ReferralDays DayCount = "skierowanie" // days of a referral in force
)

// Rate is a statutory minimum for an hour of work, in force from a day until
// the next one of its regime.
type Rate struct {
	Regime Regime      `json:"regime"`
	From   domain.Date `json:"from"`
	// Until is the last day of the regime's latest rate: what holds after it is not
	// known yet. 0: until the next rate.
	Until    domain.Date       `json:"until"`
	Grosze   domain.HourlyRate `json:"grosze"`
	Edition  string            `json:"edition"`
	Citation string            `json:"citation"`
	// Attested: read in the statute or a source, not derived by indexation.
	Attested bool   `json:"attested"`
	Note     string `json:"note"`
}

// Programme is one programme a centre runs.
type Programme struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Source string `json:"source"`
	// Contracts are the kinds of contract it works by.
	Contracts []string    `json:"contracts"`
	From      domain.Date `json:"from"`
	To        domain.Date `json:"to"`
	// DailyCap and MonthlyCap bind one assistant's visits; 0 is none.
	DailyCap   domain.Minutes `json:"dailyCapMinutes"`
	MonthlyCap domain.Minutes `json:"monthlyCapMinutes"`
}

// Catalogue is what is known of programmes and rates. It never changes.
type Catalogue struct {
	rates      []Rate
	programmes []Programme
	daysOff    []DayOff
}

//go:embed catalogue/rates.json
var ratesJSON []byte

//go:embed catalogue/programmes.json
var programmesJSON []byte

// Load reads the embedded catalogue.
func Load() (*Catalogue, error) {
	var r struct{ Rates []Rate }
	if err := json.Unmarshal(ratesJSON, &r); err != nil {
		return nil, fmt.Errorf("catalogue of rates: %w", err)
	}
	var p struct{ Programmes []Programme }
	if err := json.Unmarshal(programmesJSON, &p); err != nil {
		return nil, fmt.Errorf("catalogue of programmes: %w", err)
	}
	daysOff, err := loadDaysOff()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.Rates, func(a, b Rate) int {
		return cmp.Or(cmp.Compare(a.Regime, b.Regime), cmp.Compare(a.From, b.From))
	})
	return &Catalogue{rates: r.Rates, programmes: p.Programmes, daysOff: daysOff}, nil
}

// MinimumRate is the statutory minimum of a regime on a day; false where the
// catalogue knows none: before the first, and after the last known day of the latest.
func (c *Catalogue) MinimumRate(regime Regime, day domain.Date) (Rate, bool) {
	for _, r := range slices.Backward(c.rates) {
		if r.Regime != regime || r.From > day {
			continue
		}
		if !day.Within(r.From, r.Until) {
			break
		}
		return r, true
	}
	return Rate{}, false
}

// Rates lists every rate by regime and day.
func (c *Catalogue) Rates() []Rate { return slices.Clone(c.rates) }

// Programme finds a programme by id.
func (c *Catalogue) Programme(id string) (Programme, bool) {
	i := slices.IndexFunc(c.programmes, func(p Programme) bool { return p.ID == id })
	if i < 0 {
		return Programme{}, false
	}
	return c.programmes[i], true
}

// Programmes lists every programme.
func (c *Catalogue) Programmes() []Programme { return slices.Clone(c.programmes) }
