package pages

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
	"ksiega/domain/session"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// Presences is the list of a session, and what became of each answer that was sent.
type Presences struct {
	Session   *queries.SessionList
	Hidden    Hidden
	Told      map[string]Told // by participant
	Sent      map[string]string
	Effects   map[string][]string
	Headcount string // as it was typed
	Wrong     string // with the head-count
	Enter     bool
	Counts    bool // whoever looks may say how many were there without being listed
	Saved     bool
	Adds      bool // somebody else may be put on the list
}

type presencesView struct {
	Head      Head
	Path      string
	Hidden    Hidden
	People    []personView
	Enter     bool
	Headcount *Field
	Sum       string
	Names     string
	Locked    string // why nothing can be entered
	Empty     *Empty
	Add       string // address
}

type personView struct {
	ID, Name, Small string
	Field           string
	Was             string
	Choices         []choiceView
	Effects         []choiceView
	Is              string // what stands, where nothing can be entered
	Note            *cellNote
	State           string
}

type choiceView struct {
	Value, Title string
	Checked      bool
}

// presenceWords are the kinds of presence, as a list has them.
func presenceWords() [][2]string {
	return [][2]string{{string(session.Present), "był(a)"}, {string(session.Late), "spóźniony(a)"}, {string(session.Absent), "nie było"}, {string(session.Excused), "usprawiedliwiony(a)"}}
}

func effectWords() [][2]string {
	return [][2]string{{string(session.Profile), "profil zawodowy"}, {string(session.CV), "CV"}, {string(session.Meeting), "spotkanie z pracodawcą"},
		{string(session.Completion), "ukończenie"}, {string(session.Employment), "zatrudnienie"}}
}

// PresenceText is a presence with its effects as a form carries what it showed.
func PresenceText(p queries.Presence) string {
	text := string(p.Presence)
	for _, e := range p.Effects {
		text += "+" + string(e)
	}
	return text
}

// SessionPath is the address of a session.
func SessionPath(id string) string { return "/zajecia/" + domain.Escape(id) }

// Presences writes the page of a session.
func (p *Pages) Presences(w io.Writer, visit Visit, of Presences) error {
	s, t := of.Session, of.Session.Terms
	v := presencesView{Path: SessionPath(t.Session), Hidden: of.Hidden, Enter: of.Enter && !t.Cancelled}
	v.Head = Head{Title: "Obecność: " + cmp.Or(s.Topic, kindWord(t.Kind)), Crumbs: []Crumb{{"Zajęcia", "/zajecia?miesiac=" + t.Date.Month().String()}, {Title: t.Session}},
		Meta: sessionMeta(s)}
	there := 0
	for _, one := range s.People {
		if one.Presence.Attended() {
			there++
		}
		v.People = append(v.People, personOf(of, one, v.Enter))
	}
	v.Sum = polish.Noun{One: "osoba", Few: "osoby", Many: "osób"}.Count(int64(there)) + " z listy"
	if t.Headcount > 0 {
		v.Sum += ", " + strconv.Itoa(t.Headcount) + " bez listy"
	}
	if of.Counts && v.Enter {
		v.Headcount = &Field{ID: "bez-listy", Name: "bez_listy", Label: "Osoby bez listy", Value: of.Headcount, Mode: "numeric", Width: "w-s", Hint: "Ile osób spoza listy przyszło.", Error: of.Wrong}
	}
	switch {
	case t.Cancelled:
		v.Locked = "Te zajęcia odwołano, więc nikt na nich nie był."
	case !of.Enter:
		v.Locked = "Obecność wpisuje pracownik socjalny lub koordynator."
	}
	if !s.Names {
		v.Names = "Osoby pod identyfikatorami, bo ta rola nie widzi nazwisk."
	}
	if len(s.People) == 0 {
		v.Empty = &Empty{"Na liście nie ma jeszcze nikogo", "Będą tu osoby przyjęte do programu i te, które były na jego zajęciach."}
	}
	if of.Adds && v.Enter {
		v.Add = "/polecenia/record-presence"
	}
	f := p.framed(visit, v.Head.Title, "/zajecia", nil)
	f.Moment = p.today(visit.Today)
	if f.FootNote = ""; of.Saved {
		f.Saved = f.Moment.KnownAt
	}
	return p.render(w, "session", f, v)
}

func sessionMeta(s *queries.SessionList) string {
	t := s.Terms
	meta := polish.Capital(polish.Weekday(t.Date.String())) + ", " + polish.DayInWords(t.Date.String()) + ", " + t.From.String() + "–" + t.To.String() + "; " + kindWord(t.Kind) + ", program " + t.Programme
	for _, more := range []string{s.Specialist, s.Organiser, strings.Join(t.Leaders, ", ")} {
		if more != "" {
			meta += "; " + more
		}
	}
	return meta + "."
}

// kindWord is a kind of session in words.
func kindWord(kind session.Kind) string {
	return strings.ReplaceAll(map[session.Kind]string{session.Duty: "dyżur"}[kind]+map[bool]string{true: string(kind)}[kind != session.Duty], "_", " ")
}

func personOf(of Presences, one queries.Presence, enter bool) personView {
	v := personView{ID: one.Participant, Name: cmp.Or(one.Name, one.Participant), Field: "p:" + one.Participant, Was: one.At.String() + "=" + PresenceText(one)}
	if one.Name != "" {
		v.Small = one.Participant
	}
	is, effects := string(one.Presence), []string{}
	for _, e := range one.Effects {
		effects = append(effects, string(e))
	}
	told, sent := of.Told[one.Participant]
	if sent {
		v.State = map[string]string{CellSaved: "just", CellRefused: "refused", CellClash: "clash"}[told.State]
		if told.State != CellSaved {
			is, effects = of.Sent[one.Participant], of.Effects[one.Participant]
			v.Note = &cellNote{ID: "nota-" + domain.Escape(one.Participant), State: "bad", Role: "alert", Strong: "Nie zapisano: " + v.Name + ".", Text: told.Text}
			if told.State == CellClash {
				v.Note.State, v.Note.Role, v.Note.Strong = "warn", "status", "Tę obecność zmienił ktoś inny."
				v.Note.Keep, v.Note.KeepValue, v.Note.Insist, v.Note.Label = "Zostaw „"+presenceWord(string(one.Presence))+"”", one.Participant, "Zapisz „"+presenceWord(is)+"”", v.Name
			}
		}
	}
	v.Is = presenceWord(string(one.Presence))
	if !enter {
		return v
	}
	v.Choices = append(v.Choices, choiceView{"", "nie wpisano", is == ""})
	for _, w := range presenceWords() {
		v.Choices = append(v.Choices, choiceView{w[0], w[1], is == w[0]})
	}
	for _, w := range effectWords() {
		if of.Session.Effects {
			v.Effects = append(v.Effects, choiceView{w[0], w[1], slices.Contains(effects, w[0])})
		}
	}
	return v
}

func presenceWord(code string) string {
	for _, w := range presenceWords() {
		if w[0] == code {
			return w[1]
		}
	}
	return "nie wpisano"
}

type sessionsView struct {
	Head  Head
	Nav   []Choice
	Table Table
	Plan  []Choice // where sessions are entered
}

// Sessions writes the list of a month's sessions.
func (p *Pages) Sessions(w io.Writer, visit Visit, of *queries.SessionsOf, enter bool) error {
	v := sessionsView{Head: Head{Title: "Zajęcia, " + polish.MonthInWords(of.Month.String()), Meta: "Zajęcia miesiąca po dniach; z listy wchodzi się do obecności grupy."}}
	for _, m := range []domain.Month{of.Month - 1, of.Month + 1} {
		v.Nav = append(v.Nav, Choice{"/zajecia?miesiac=" + m.String(), polish.Capital(polish.MonthInWords(m.String())), ""})
	}
	v.Table = Table{Label: "Zajęcia", Columns: []Column{{Title: "Dzień", Class: "day"}, {Title: "Godziny", Class: "day"}, {Title: "Zajęcia"}, {Title: "Program"}, {Title: "Rodzaj"}, {Title: "Obecni", Class: "n"}, {Title: "Bez listy", Class: "n"}, {Title: "Stan"}},
		Empty: Empty{"W tym miesiącu nie ma zajęć", "Pierwsze zaplanujesz przyciskiem nad listą."}}
	for _, s := range of.Sessions {
		t := s.Terms
		state := &Chip{"good", "z listą"}
		switch {
		case t.Cancelled:
			state = &Chip{"locked", "odwołane"}
		case s.Present+s.Excused == 0 && t.Date > domain.DateOf(visit.Today):
			state = &Chip{"info", "planowane"}
		case s.Present+s.Excused == 0:
			state = &Chip{"warn", "bez listy obecności"}
		}
		v.Table.Rows = append(v.Table.Rows, Row{Cells: []Cell{{Text: shortDay(t.Date) + " " + polish.Weekday(t.Date.String())}, {Text: t.From.String() + "–" + t.To.String(), Class: "day"},
			{Text: cmp.Or(s.Topic, t.Session), Href: SessionPath(t.Session)}, {Text: t.Programme}, {Text: kindWord(t.Kind)},
			{Text: strconv.Itoa(s.Present), Class: "n"}, {Text: strconv.Itoa(t.Headcount), Class: "n"}, {Chip: state}}})
	}
	if enter {
		v.Plan = []Choice{{"/polecenia/record-session", "Zapisz zajęcia", ""}, {"/polecenia/plan-series", "Zaplanuj serię", ""}}
	}
	f := p.framed(visit, v.Head.Title, "/zajecia", nil)
	f.Moment, f.FootNote = p.today(visit.Today), ""
	return p.render(w, "sessions", f, v)
}
