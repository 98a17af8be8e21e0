package programme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/cap"
)

// Programme is one edition of a programme that a centre runs, whole, as its file says
// it. An empty list allows all, or names none. Its texts are public.
type Programme struct {
	ID        string      `json:"programme"`
	From      domain.Date `json:"from"` // first day of this edition
	Name      string      `json:"name"`
	Source    string      `json:"source,omitzero"`
	Organiser string      `json:"organiser,omitzero"`
	Partners  []string    `json:"partners,omitzero"`
	Period    Days        `json:"period,omitzero"`
	// Contracts are the kinds of contract it works by.
	Contracts    []string     `json:"contracts,omitzero"`
	Enrolment    bool         `json:"enrolment,omitzero"` // support needs a participation
	Caseload     int          `json:"caseload,omitzero"`  // participants an assistant looks after at once; 0: as many as there are
	Caps         []cap.Terms  `json:"caps,omitzero"`
	Stays        []Stay       `json:"stays,omitzero"`
	Groups       []Group      `json:"groups,omitzero"`
	Services     []Service    `json:"services,omitzero"`
	Shares       Shares       `json:"shares,omitzero"`
	Outcomes     []string     `json:"outcomes,omitzero"`
	Dictionaries []Dictionary `json:"dictionaries,omitzero"`
	Indicators   []Indicator  `json:"indicators,omitzero"`
	Durability   Durability   `json:"durability,omitzero"`
}

// Parts of a programme's file.
type (
	// Days are a stretch of days, both inclusive; 0 is open.
	Days = cap.Stretch
	// Stay is a kind of stay whose days do not take support's eligibility away.
	Stay struct {
		Kind     string `json:"kind"`
		Eligible bool   `json:"eligible,omitzero"`
	}
	// Group is one of those that take part, with how many are to.
	Group struct {
		ID     string `json:"id"`
		Name   string `json:"name,omitzero"`
		Target int    `json:"target,omitzero"`
	}
	// Service is something that may be recorded, and what it counts as.
	Service struct {
		ID        string `json:"id"`
		Kind      string `json:"kind"`
		Name      string `json:"name,omitzero"`
		Organiser string `json:"organiser,omitzero"`
	}
	// Shares are who bears an expense, in hundredths of a per cent.
	Shares struct {
		EU    int `json:"eu,omitzero"`
		State int `json:"state,omitzero"`
		Own   int `json:"own,omitzero"`
	}
	// Dictionary is the words that a field may have.
	Dictionary struct {
		Field string   `json:"field"`
		Words []string `json:"words"`
	}
	// Indicator is one figure that the programme is judged by.
	Indicator struct {
		ID         string         `json:"id"`
		Name       string         `json:"name,omitzero"`
		Unit       string         `json:"unit,omitzero"`
		Target     int64          `json:"targetHundredths,omitzero"`
		Measure    string         `json:"measure"`
		Of         Of             `json:"of,omitzero"`
		MinMinutes domain.Minutes `json:"minMinutes,omitzero"`
		EachGroup  bool           `json:"eachGroup,omitzero"`
	}
	// Of narrows what an indicator counts.
	Of struct {
		Kind     string `json:"kind,omitzero"`
		Topic    string `json:"topic,omitzero"`
		Group    string `json:"group,omitzero"`
		Effect   string `json:"effect,omitzero"`
		Outcome  string `json:"outcome,omitzero"`
		Contract string `json:"contract,omitzero"`
		State    string `json:"state,omitzero"`
	}
	// Durability is what is promised for the time after the programme.
	Durability struct {
		Anchor     string `json:"anchor,omitzero"`
		Months     int    `json:"months,omitzero"`
		Places     int    `json:"places,omitzero"`
		Assistants int    `json:"assistants,omitzero"`
		Service    string `json:"service,omitzero"`
	}
)

// Origin is where an edition came from.
type Origin string

// The origins.
const (
	Embedded Origin = "embedded" // in a build's catalogue
	Imported Origin = "import"   // a file, which the envelope names
)

// EditionRecorded says what a programme is from a day on.
type EditionRecorded struct {
	Programme
	Edition int    `json:"edition"`
	Hash    string `json:"hash"` // SHA-256 of what it says
	Origin  Origin `json:"origin"`
	// Corrects is the edition of the same day whose place it takes; what is recorded under
	// that stays so.
	Corrects *int          `json:"corrects,omitzero"`
	Reason   domain.Sealed `json:"reason,omitzero"`
}

// StatuteRecorded says which statutory figures hold.
type StatuteRecorded struct {
	Statute
	Edition int    `json:"edition"`
	Hash    string `json:"hash"` // SHA-256 of what it says
	Origin  Origin `json:"origin"`
}

// Names of the events, for ever.
func (EditionRecorded) EventType() string { return "programme.edition-recorded.v2" }
func (StatuteRecorded) EventType() string { return "statute.edition-recorded.v1" }

// The edition's first day.
func (e EditionRecorded) OccurredOn() domain.Date { return e.From }
func (e StatuteRecorded) OccurredOn() domain.Date { return e.From }

// The programme; the statute is nobody's.
func (e EditionRecorded) Refs() []domain.Ref {
	return domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: e.ID})
}
func (StatuteRecorded) Refs() []domain.Ref { return nil }

// Seal is how the reason of a correction is sealed: by the programme's key, for the
// editions of the day.
func (e EditionRecorded) Seal(field string) domain.Seal { return e.Programme.Seal(field) }

// Seal is how a text about an edition is sealed.
func (p Programme) Seal(field string) domain.Seal {
	of := domain.Ref{Kind: domain.RefProgramme, ID: p.ID}
	return domain.Seal{Subject: of, Field: field, Scope: domain.Scope{Of: of, Day: p.From}}
}

func (e EditionRecorded) caps() cap.Edition {
	return cap.Edition{Programme: e.ID, Number: e.Edition, From: e.From, Own: e.Origin == Imported, Whole: e.Period, Caps: e.Caps}
}

func (e StatuteRecorded) caps() cap.Edition {
	return cap.Edition{Number: e.Edition, From: e.From, Caps: e.Caps}
}

// Stream is where a programme's editions are kept.
func Stream(id string) string { return domain.Stream("programme", id) }

// StatuteStream is where the editions of the statutory figures are kept.
func StatuteStream() string { return domain.Stream("statute", "psu") }

// recorded are the editions of a programme, or of the statutory figures, in the order of
// recording.
type recorded[E interface{ caps() cap.Edition }] struct{ all []E }

// Exists says whether there is any.
func (r recorded[E]) Exists() bool { return len(r.all) > 0 }

// Caps are the caps of every edition.
func (r recorded[E]) Caps() []cap.Edition {
	all := make([]cap.Edition, len(r.all))
	for i, e := range r.all {
		all[i] = e.caps()
	}
	return all
}

// On is the edition that something of a day is recorded under.
func (r recorded[E]) On(day domain.Date) (E, bool) { return r.numbered(cap.Current(r.Caps(), day)) }

func (r recorded[E]) numbered(of cap.Edition, ok bool) (edition E, found bool) {
	i := slices.IndexFunc(r.all, func(e E) bool { return e.caps().Number == of.Number })
	if !ok || i < 0 {
		return edition, false
	}
	return r.all[i], true
}

// Editions are a programme's.
type Editions struct{ recorded[EditionRecorded] }

// All are the editions in the order of recording.
func (e Editions) All() []EditionRecorded { return slices.Clone(e.all) }

// EditionsOf is a programme that nothing is recorded of, as a build knows it: what would
// be recorded as edition 0.
func EditionsOf(p Programme) Editions {
	return Editions{recorded[EditionRecorded]{[]EditionRecorded{{Programme: p}}}}
}

// Edition is the one of a number; false where there is none.
func (e Editions) Edition(number int) (EditionRecorded, bool) {
	return e.numbered(cap.Edition{Number: number}, true)
}

// Statutes are the editions of the statutory figures.
type Statutes struct{ recorded[StatuteRecorded] }

// StatutesOf is what a build knows where nothing is recorded.
func StatutesOf(s Statute) Statutes {
	return Statutes{recorded[StatuteRecorded]{[]StatuteRecorded{{Statute: s}}}}
}

// Edition is the one of a number; false where there is none.
func (s Statutes) Edition(number int) (StatuteRecorded, bool) {
	return s.numbered(cap.Edition{Number: number}, true)
}

// All are the editions in the order of recording.
func (s Statutes) All() []StatuteRecorded { return slices.Clone(s.all) }

// CapsUnder are the caps of every edition that hold under a regime.
func (s Statutes) CapsUnder(regime Regime) []cap.Edition {
	all := s.Caps()
	for i, r := range s.all {
		all[i].Caps = r.Under(regime)
	}
	return all
}

// RecordStatute records an edition of the statutory figures that is not recorded yet.
type RecordStatute struct {
	Statute Statute
	Origin  Origin
}

// StatuteDecider is Decider of the statutory figures.
func StatuteDecider() domain.Decider[Statutes, RecordStatute] {
	return domain.Decider[Statutes, RecordStatute]{
		Decide: func(s Statutes, c RecordStatute) ([]domain.Event, error) {
			hash, err := hashOf(c.Statute)
			if err != nil || slices.ContainsFunc(s.all, func(e StatuteRecorded) bool { return e.Hash == hash }) {
				return nil, err
			}
			return []domain.Event{StatuteRecorded{Statute: c.Statute, Edition: len(s.all), Hash: hash, Origin: c.Origin}}, nil
		},
		Evolve: func(s Statutes, e domain.Event) Statutes {
			if e, ok := e.(StatuteRecorded); ok {
				s.all = append(s.all, e)
			}
			return s
		},
		Events: domain.Types(StatuteRecorded{}),
	}
}

// hashOf tells editions apart by what they say. Fields that a later build adds and an
// edition does not use leave its hash as it is.
func hashOf(edition any) (string, error) {
	b, err := json.Marshal(edition)
	if err != nil {
		return "", fmt.Errorf("hash of an edition: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
