package pages

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/internal/report"
	"ksiega/queries"
)

// Visit is who looks at a page, and where they may go from it.
type Visit struct {
	Who     *Who                                  // nil where nobody has said who they are
	SignIn  string                                // where they may; "" where nobody does
	As      access.Who                            // what they may do
	Reports []*queries.Report                     // they may ask
	Named   func(report.Reference, string) string // whose an id is; nil: names are not shown
	Today   time.Time
	Part    string // of the page that is asked for alone; "" is all of it
}

// Who is somebody as pages name them. SignOut is what the form carries by which they leave.
type Who struct {
	Name, Title, SignOut string
	Ends                 string // when the session does, if it is not used before
	Seconds              int    // until then
}

// Frame is what stands around a page.
type Frame struct {
	Title    string
	Here     string // path of the page, which its entry of the navigation shows
	Name     string // of the program
	Centre   string // whose ledger it is
	Version  string
	Theme    string // light or dark where somebody chose; "" as their system is
	Who      *Who
	SignIn   string // where somebody who is not in may come in
	Nav      []Group
	Moment   Moment
	Saved    string // when, right after something was
	FootNote string
	Wide     bool   // printed across the sheet
	Folded   bool   // the navigation is a menu however wide the window is
	Gate     bool   // a card alone, without navigation, for who is not in yet
	Part     string // the define of the page that is written alone; "" is all of it
	Page     any
}

// Group is entries of the navigation under a title, or those on top under none.
type Group struct {
	Title   string
	Entries []Entry
}

// Entry leads to a page.
type Entry struct {
	Title, Path, Href string
	Count             string // of what waits there
}

// Moment is the moment that a page shows: Day is as of which, KnownAt up to which records.
// Without Day the page shows none.
type Moment struct {
	Day, KnownAt, Position string
	Past                   bool   // nothing can be changed
	Change, Back           string // addresses
}

// Head is the head of a page.
type Head struct {
	Crumbs      []Crumb
	Title, Meta string
}

// Crumb is a step of the path to a page; without Href it is the page itself.
type Crumb struct{ Title, Href string }

// Note is a sentence that says what to do, at its place. State is good, warn, bad, info,
// past or locked.
type Note struct {
	State, Role, Strong, Text string
	Links                     []Link
}

// Chip is a state in at most three words.
type Chip struct{ State, Text string }

// Empty is what would be where there is nothing, and the first step to it.
type Empty struct{ Title, Text string }

// framed is the frame of a page for a visit; moment is what of a question's query links to
// other pages keep.
func (p *Pages) framed(v Visit, title, here string, moment url.Values) Frame {
	f := Frame{Title: title, Here: here, Name: "Księga", Version: p.Version, Who: v.Who, SignIn: v.SignIn,
		FootNote: "Osoby występują na tej stronie pod identyfikatorami, bez nazwisk."}
	if v.Named != nil {
		f.FootNote = footNamed
	}
	f.Part, f.Nav = v.Part, navigation(v, moment)
	return f
}

// footNamed is the foot of a page that tells who somebody is, or what is sealed of them.
const footNamed = "Ta strona pokazuje dane osobowe; kto je widział, jest zapisane."

// tells has the foot say so where answers on the page tell what is sealed.
func (f *Frame) tells(answers ...*queries.Answer) {
	for _, a := range answers {
		if a != nil && len(a.Shown) > 0 {
			f.FootNote = footNamed
		}
	}
}

// today is the moment of whoever asks about now.
func (p *Pages) today(now time.Time) Moment {
	if p.Zone != nil {
		now = now.In(p.Zone)
	}
	return Moment{Day: "dziś, " + now.Format("02.01.2006"), KnownAt: now.Format("15:04")}
}

var digits = regexp.MustCompile(`^\d+$`)

// knownAt says up to which records an answer goes, as it was asked.
func (p *Pages) knownAt(asked string) string {
	if digits.MatchString(asked) {
		return "pozycji" + polish.NoBreak + asked
	}
	if t, err := time.Parse(time.RFC3339, asked); err == nil {
		return polish.Moment(t, p.Zone)
	}
	return polish.Day(asked)
}

// typedMoment is a moment in the form that people type it in.
func (p *Pages) typedMoment(asked string) string {
	if t, err := time.Parse(time.RFC3339, asked); err == nil {
		return strings.Replace(polish.Moment(t, p.Zone), ",", "", 1)
	}
	return typedDay(asked)
}

// typedDay is a day or month in the form that people type it in, or what was typed
// instead of one.
func typedDay(iso string) string {
	for _, layout := range []string{time.DateOnly, "2006-01"} {
		if _, err := time.Parse(layout, iso); err == nil {
			return polish.Day(iso)
		}
	}
	return iso
}

func rows(n int) string {
	return polish.Noun{One: "wiersz", Few: "wiersze", Many: "wierszy"}.Count(int64(n))
}

// with is a query with one value changed, "" leaves it out.
func with(query url.Values, pairs ...string) string {
	q := url.Values{}
	for key, values := range query {
		if len(values) == 1 && values[0] != "" {
			q[key] = values
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Del(pairs[i])
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func number(n int) string { return strconv.Itoa(n) }
