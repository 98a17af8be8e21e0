package findings

import (
	"cmp"
	"errors"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
	"ksiega/domain/finding"
	"ksiega/internal/position"
)

// Many visits of a contract's month that are alike are a pattern.
const Many = 10

// Alike is a visit that is compared with others of its contract's month. Events is asked
// where it is one of a pattern.
type Alike struct {
	Contract, Assistant, Participant string
	Date                             domain.Date
	From, To                         domain.TimeOfDay
	Minutes                          domain.Minutes
	Activity                         domain.Sealed
	Sealed                           string // whose key the activity is sealed by
	Events                           func() []position.Position
}

func (v Alike) compare(w Alike) int {
	return cmp.Or(cmp.Compare(v.From, w.From), cmp.Compare(v.To, w.To), cmp.Compare(v.Activity, w.Activity))
}

// Pattern is the visits of a contract's month of which many have the same hours and activity,
// whoever they are of: each stands in it once, so that what is found on any day is read off
// it. Several patterns of a month are one finding.
type Pattern struct {
	Contract string
	Month    domain.Month
	Whose    []Pair            // that visits name by index
	Alike    []int             // of each pattern, how many visits it has
	Visits   []Timed           // of one pattern after another, each by date
	Replaced []PatternReplaced // in the order of visits
}

// Pair is who visits whom.
type Pair struct {
	Assistant   string `json:"assistant"`
	Participant string `json:"participant"`
}

// PatternReplaced is an event of a visit, by index, that a later one took the place of.
type PatternReplaced struct {
	Visit int               `json:"visit"`
	Event position.Position `json:"event"`
}

// PatternOf tells of the visits of a contract's month.
func PatternOf(contract string, month domain.Month, visits []Alike) Pattern {
	slices.SortStableFunc(visits, func(a, b Alike) int {
		return cmp.Or(a.compare(b), cmp.Compare(a.Date, b.Date), cmp.Compare(a.Assistant, b.Assistant))
	})
	p := Pattern{Contract: contract, Month: month}
	for first := 0; first < len(visits); {
		n := first + 1
		for n < len(visits) && visits[n].compare(visits[first]) == 0 {
			n++
		}
		if n-first >= Many {
			p.Alike = append(p.Alike, n-first)
			for _, v := range visits[first:n] {
				p.add(v)
			}
		}
		first = n
	}
	return p
}

// AlikeUnderKeys says whether many visits of a contract's month have the same hours, and
// activities that were sealed by several keys, which may be the same all the same.
func AlikeUnderKeys(visits []Alike) bool {
	type hours struct{ from, to domain.TimeOfDay }
	type key struct{ participant, epoch string }
	many, keys := map[hours]int{}, map[hours]key{}
	several := map[hours]bool{}
	for _, v := range visits {
		at := hours{v.From, v.To}
		if many[at]++; v.Activity == "" {
			continue
		}
		by := key{v.Sealed, v.Activity.Epoch()}
		if of, met := keys[at]; met && of != by {
			several[at] = true
		}
		keys[at] = by
	}
	for at := range several {
		if many[at] >= Many {
			return true
		}
	}
	return false
}

func (p *Pattern) add(v Alike) {
	of := Pair{v.Assistant, v.Participant}
	whose := slices.Index(p.Whose, of)
	if whose < 0 {
		whose = len(p.Whose)
		p.Whose = append(p.Whose, of)
	}
	events := v.Events()
	for _, e := range events[:len(events)-1] {
		p.Replaced = append(p.Replaced, PatternReplaced{len(p.Visits), e})
	}
	p.Visits = append(p.Visits, Timed{v.Date, v.From, v.To, v.Minutes, int32(whose), events[len(events)-1]})
}

// On is what is found as of a day, of patterns that have many visits by then; 0 takes in all.
func (p Pattern) On(asOf, _ domain.Date) Step {
	f := Found{Kind: finding.Pattern, From: p.Month.First(), To: p.Month.Last()}
	whose := make([]bool, len(p.Whose))
	first, replaced := 0, p.Replaced
	for _, alike := range p.Alike {
		n := first
		for n < first+alike && (asOf == 0 || p.Visits[n].Date <= asOf) {
			n++
		}
		for ; len(replaced) > 0 && replaced[0].Visit < first+alike; replaced = replaced[1:] {
			if n-first >= Many && replaced[0].Visit < n {
				f.Events = append(f.Events, replaced[0].Event)
			}
		}
		if n-first >= Many {
			f.Count, f.Events = f.Count+n-first, slices.Grow(f.Events, n-first)
			for _, v := range p.Visits[first:n] {
				f.Minutes, f.Events, whose[v.Index] = f.Minutes+v.Minutes, append(f.Events, v.Event), true
			}
		}
		first += alike
	}
	if f.Count == 0 {
		return Step{}
	}
	f.ID = finding.ID(finding.Pattern, p.Contract, p.Month.String())
	f.Subjects, f.People = p.parties(whose)
	return Step{Found: []Found{f}}
}

// parties are the contract, and whose some visits are, each once; and the people of them.
func (p *Pattern) parties(whose []bool) (subjects, people []string) {
	var assistants []string
	for i, of := range p.Whose {
		if whose[i] {
			people, assistants = append(people, of.Participant), append(assistants, of.Assistant)
		}
	}
	slices.Sort(people)
	slices.Sort(assistants)
	people = slices.Compact(people)
	return slices.Concat([]string{p.Contract}, people, slices.Compact(assistants)), people
}

// pattern is a Pattern as it is written.
type pattern struct {
	Contract string            `json:"contract"`
	Month    domain.Month      `json:"month"`
	Whose    []Pair            `json:"whose"`
	Alike    []int             `json:"alike"`
	Visits   []byte            `json:"visits"`
	Replaced []PatternReplaced `json:"replaced"`
}

var errPattern = errors.New("bytes that are no pattern of visits")

// MarshalJSONTo packs visits.
func (p Pattern) MarshalJSONTo(e *jsontext.Encoder) error {
	packed := WriteTimed(len(p.Visits), func(i int) Timed { return p.Visits[i] })
	return json.MarshalEncode(e, pattern{p.Contract, p.Month, p.Whose, p.Alike, packed, p.Replaced})
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (p *Pattern) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var written pattern
	if err := json.UnmarshalDecode(d, &written); err != nil {
		return err
	}
	*p = Pattern{Contract: written.Contract, Month: written.Month, Whose: written.Whose, Alike: written.Alike, Replaced: written.Replaced}
	if err := ReadTimed(written.Visits, len(p.Whose)-1, func(n int) { p.Visits = make([]Timed, n) }, func(i int, t Timed) { p.Visits[i] = t }); err != nil {
		return err
	}
	left := len(p.Visits)
	for _, n := range p.Alike {
		if left -= n; n < 0 || left < 0 {
			return errPattern
		}
	}
	if left > 0 {
		return errPattern
	}
	return nil
}
