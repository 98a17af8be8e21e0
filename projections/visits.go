package projections

import (
	"cmp"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// VisitDetail is the day grain of a VisitMonth, ordered by date and start; withdrawn visits
// are not in it. There are many, so that what they have in common stands beside them, and
// they are packed where written.
type VisitDetail struct {
	Visits     []Visit
	Activities []Activity    // those that visits name
	Replaced   []VisitEvents // in the order of recording
}

// Visit is one visit as it stands.
type Visit struct {
	Event    journal.Position // of the last event of it
	Minutes  domain.Minutes
	Date     domain.Date
	From     domain.TimeOfDay
	To       domain.TimeOfDay
	Activity int32 // index in Activities and 1; 0 is none that anybody said
}

// Activity is what was done, sealed, by whose key. Equal ones of a contract's month are
// equal as they are sealed, until the master key changes (AlikeUnderKeys).
type Activity struct {
	Participant string        `json:"participant"`
	Text        domain.Sealed `json:"text"`
}

// VisitEvents are the events of a visit that later ones took the place of.
type VisitEvents struct {
	Date   domain.Date        `json:"date"`
	From   domain.TimeOfDay   `json:"from"`
	Events []journal.Position `json:"events"`
}

// visitDetail is a VisitDetail as it is written: of each visit the index of its activity.
type visitDetail struct {
	Visits     []byte        `json:"visits"`
	Activities []Activity    `json:"activities"`
	Replaced   []VisitEvents `json:"replaced"`
}

// MarshalJSONTo packs visits.
func (d VisitDetail) MarshalJSONTo(e *jsontext.Encoder) error {
	written := visitDetail{nil, d.Activities, d.Replaced}
	if len(d.Visits) > 0 {
		written.Visits = findings.WriteTimed(len(d.Visits), func(i int) findings.Timed {
			v := d.Visits[i]
			return findings.Timed{Date: v.Date, From: v.From, To: v.To, Minutes: v.Minutes, Index: v.Activity, Event: v.Event}
		})
	}
	return json.MarshalEncode(e, written)
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (d *VisitDetail) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	var written visitDetail
	if err := json.UnmarshalDecode(in, &written); err != nil {
		return err
	}
	*d = VisitDetail{Activities: written.Activities, Replaced: written.Replaced}
	return findings.ReadTimed(written.Visits, len(d.Activities), func(n int) { d.Visits = make([]Visit, n) }, func(i int, t findings.Timed) {
		d.Visits[i] = Visit{Date: t.Date, From: t.From, To: t.To, Minutes: t.Minutes, Activity: t.Index, Event: t.Event}
	})
}

// Events are all events of a visit.
func (d *VisitDetail) Events(v Visit) []journal.Position {
	if i := d.replaced(v.Date, v.From); i >= 0 {
		return append(slices.Clone(d.Replaced[i].Events), v.Event)
	}
	return []journal.Position{v.Event}
}

// Corrected says whether a visit has more events than one.
func (d *VisitDetail) Corrected(v Visit) bool { return d.replaced(v.Date, v.From) >= 0 }

func (d *VisitDetail) replaced(date domain.Date, from domain.TimeOfDay) int {
	return slices.IndexFunc(d.Replaced, func(r VisitEvents) bool { return r.Date == date && r.From == from })
}

// Activity is what was done in a visit; none where nobody said.
func (d *VisitDetail) Activity(v Visit) Activity {
	if v.Activity == 0 {
		return Activity{}
	}
	return d.Activities[v.Activity-1]
}

// change puts a visit in, in the place of the one that begins when it does, or takes that
// one away.
func (d *VisitDetail) change(v Visit, done Activity, gone bool) {
	i, known := slices.BinarySearchFunc(d.Visits, v, func(a, b Visit) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.From, b.From)) })
	switch at := d.replaced(v.Date, v.From); {
	case known && gone:
		d.Visits = slices.Delete(d.Visits, i, i+1)
		if at >= 0 {
			d.Replaced = without(d.Replaced, func(r VisitEvents) bool { return r.Date == v.Date && r.From == v.From })
		}
	case gone:
		return
	case known && at >= 0:
		d.Replaced[at].Events = append(d.Replaced[at].Events, d.Visits[i].Event)
	case known:
		d.Replaced = append(d.Replaced, VisitEvents{v.Date, v.From, []journal.Position{d.Visits[i].Event}})
	default:
		d.Visits = slices.Insert(withSpare(d.Visits), i, v)
	}
	if !gone {
		v.Activity = d.activity(done)
		d.Visits[i] = v
	}
	d.prune()
}

// activity is the index of what was done among Activities, and 1.
func (d *VisitDetail) activity(done Activity) int32 {
	if done.Text == "" {
		return 0
	}
	at := slices.Index(d.Activities, done)
	if at < 0 {
		at = len(d.Activities)
		d.Activities = append(d.Activities, done)
	}
	return int32(at + 1)
}

// prune drops activities that no visit has any more.
func (d *VisitDetail) prune() {
	for at := len(d.Activities); at > 0; at-- {
		if slices.ContainsFunc(d.Visits, func(v Visit) bool { return v.Activity == int32(at) }) {
			continue
		}
		d.Activities = slices.Delete(d.Activities, at-1, at)
		for i := range d.Visits {
			if d.Visits[i].Activity > int32(at) {
				d.Visits[i].Activity--
			}
		}
	}
	if len(d.Activities) == 0 {
		d.Activities = nil
	}
}

// erase takes away what somebody's key had sealed.
func (d *VisitDetail) erase(participant string) {
	for i, v := range d.Visits {
		if d.Activity(v).Participant == participant {
			d.Visits[i].Activity = 0
		}
	}
	d.prune()
}

// visitsBy are the rows with a participant's visits, of whose time all is named whole.
func visitsBy(tx *fold.Tx, who string) (keys []fold.Key) {
	for month, m := range Time().Rows(tx, who) {
		for _, p := range m.Parties {
			if k := VisitDetails().Key(month, VisitField(p.Of, p.Assistant)); p.Noun == findings.NounVisit && !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}
