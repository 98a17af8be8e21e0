// Package programme is the catalogue of programmes, statutory figures and days off
// work: data with its legal source, embedded, never a constant in code.
//
//	programme-<id>   programme.edition-recorded.v2   a programme's edition, whole
//	statute-psu      statute.edition-recorded.v1     statutory rates and caps, whole
//
// A build's catalogue is recorded by the first writer whose ledger lacks it; from then
// on the ledger goes by its events, whatever another build has embedded. Editions are
// numbered from 0 in the order of recording. Entries from before editions were recorded
// name none, which is edition 0.
//
// A programme is a file of its own, which commands/programmefile reads; Check is what can
// be said against one, wherever it comes from.
//
// It promises that a figure carries the edition it comes from, so that an event
// can record which one decided it. It stops at looking things up; what a rate
// means for a payment is attendance's to decide.
package programme

import (
	"cmp"
	"embed" // the catalogue is data beside the code
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/cap"
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

// DayCount says which days count towards the days of a calendar year that one person may
// work. The statute leaves it open, so it is a setting.
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
	Until    domain.Date       `json:"until,omitzero"`
	Grosze   domain.HourlyRate `json:"grosze"`
	Edition  string            `json:"edition"`
	Citation string            `json:"citation"`
	// Attested: read in the statute or a source, not derived by indexation.
	Attested bool   `json:"attested,omitzero"`
	Note     string `json:"note,omitzero"`
}

// Statute is what the law says of socially useful work in figures: rates, and caps that
// hold whatever the agreement.
type Statute struct {
	From  domain.Date `json:"from"` // first day of this edition
	Rates []Rate      `json:"rates"`
	Caps  []cap.Terms `json:"caps"`
}

// UnderRegime is the fact by which a statutory cap is one of a regime alone.
const UnderRegime = "regime"

// Catalogue is what a build knows of programmes and statutory figures by itself. It never
// changes. What a ledger goes by stands in its events: see EditionRecorded and
// StatuteRecorded.
type Catalogue struct {
	statute    Statute
	programmes []Programme
	daysOff    []DayOff
}

//go:embed catalogue/rates.json
var ratesJSON []byte

//go:embed catalogue/*.yaml
var files embed.FS

// Files are the embedded programmes, a file each.
func Files() (fs.FS, error) { return fs.Sub(files, "catalogue") }

// Load reads the embedded statutory figures and days off work. Whoever reads the
// programmes' Files completes it, see New.
func Load() (*Catalogue, error) { return parse(ratesJSON) }

func parse(rates []byte) (*Catalogue, error) {
	var s Statute
	if err := json.Unmarshal(rates, &s); err != nil {
		return nil, fmt.Errorf("catalogue of rates: %w", err)
	}
	daysOff, err := loadDaysOff()
	if err != nil {
		return nil, err
	}
	return New(s, nil, daysOff), nil
}

// New is a catalogue of some figures and programmes.
func New(s Statute, programmes []Programme, daysOff []DayOff) *Catalogue {
	s.Rates = slices.SortedStableFunc(slices.Values(s.Rates), func(a, b Rate) int {
		return cmp.Or(cmp.Compare(a.Regime, b.Regime), cmp.Compare(a.From, b.From))
	})
	return &Catalogue{statute: s, programmes: programmes, daysOff: daysOff}
}

// MinimumRate is the statutory minimum of a regime on a day; false where none is
// known: before the first, and after the last known day of the latest.
func (s Statute) MinimumRate(regime Regime, day domain.Date) (Rate, bool) {
	for _, r := range slices.Backward(s.Rates) {
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

// Under are the caps that hold under a regime.
func (s Statute) Under(regime Regime) []cap.Terms {
	return slices.DeleteFunc(slices.Clone(s.Caps), func(t cap.Terms) bool {
		return slices.ContainsFunc(t.When, func(c cap.Condition) bool { return c.Fact != UnderRegime || c.Value != string(regime) })
	})
}

// Statute is what the law says in figures.
func (c *Catalogue) Statute() Statute { return c.statute }

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

// DaysOff lists the rules that make days off work.
func (c *Catalogue) DaysOff() []DayOff { return slices.Clone(c.daysOff) }
