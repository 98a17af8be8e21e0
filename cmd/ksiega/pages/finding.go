package pages

import (
	"io"

	"ksiega/internal/polish"
	"ksiega/queries"
)

// Findings are the answer to the report of them, with a form each for whoever may resolve
// them.
type Findings struct {
	Answer *queries.Answer
	State  string
	May    bool
	Hidden func() Hidden // a new one each
}

// findingView is a finding with its sentence, what it rests on and its form.
type findingView struct {
	ID, Kind   string
	Chip       Chip
	Text, Rule string
	Facts      []Pair
	Form       *Form
}

type findingsView struct {
	Head  Head
	Tabs  []Entry
	State string
	Found []findingView
	Empty *Empty
}

// maxFindings bounds a page of findings.
const maxFindings = 100

// Findings writes the page.
func (p *Pages) Findings(w io.Writer, visit Visit, of Findings) error {
	v := findingsView{State: of.State, Head: Head{Title: "Ustalenia", Meta: "Rozbieżności, których nie widać w" + polish.NoBreak + "jednym dokumencie. Wyjaśnienie wiąże się z" + polish.NoBreak + "liczbami, które widzisz: gdy się zmienią, ustalenie wróci."},
		Tabs: []Entry{{Title: "Wszystkie", Path: "", Href: "/ustalenia"}, {Title: "Otwarte", Path: "open", Href: "/ustalenia?state=open"}, {Title: "Wyjaśnione", Path: "resolved", Href: "/ustalenia?state=resolved"}}}
	rows := picked(of.Answer, "", "")
	for i, row := range rows[:min(len(rows), maxFindings)] {
		said := row.said
		f := findingView{ID: "u-" + number(i), Kind: polish.Capital(said["kind"]), Text: said["text"], Rule: said["rule"], Chip: Chip{"warn", said["state"]}}
		resolved := said["state"] != "otwarte"
		if resolved {
			f.Chip.State = "good"
		}
		for _, fact := range []Pair{{"Kogo dotyczy", visit.beside(said["subjects"], said["participants"])}, {"Kiedy", span(said["from"], said["to"])}, {"Kwota", said["amountGrosze"]}, {"Czas", said["minutes"]}, {"Dowody", said["events"]}} {
			if fact.Value != "" {
				f.Facts = append(f.Facts, fact)
			}
		}
		if of.May {
			f.Form = resolving(f.ID, said, resolved, of.Hidden())
		}
		v.Found = append(v.Found, f)
	}
	if len(rows) == 0 {
		v.Empty = &Empty{"Nie ma ustaleń do pokazania.", "Pojawią się tu, gdy zapisy przestaną się zgadzać."}
	}
	if len(rows) > maxFindings {
		v.Head.Meta += " Pokazano pierwsze " + number(maxFindings) + " z" + polish.NoBreak + number(len(rows)) + "; wszystkie są w" + polish.NoBreak + "zestawieniu."
	}
	f := p.framed(visit, "Ustalenia", "/ustalenia", nil)
	f.tells(of.Answer)
	f.Moment = p.today(visit.Today)
	return p.render(w, "findings", f, v)
}

// resolving is the form that resolves a finding with the figures that are shown, or opens it
// again. Its id may tell what is sealed, and so stands in no address.
func resolving(id string, said map[string]string, resolved bool, hidden Hidden) *Form {
	f := &Form{Label: "Wyjaśnij: " + said["kind"] + ", " + id, Action: "/polecenia/resolve-finding", Hidden: hidden, Submit: "Wyjaśnij ustalenie",
		Kept: []Pair{{"ustalenie", said["finding"]}},
		Groups: []FieldGroup{{Fields: []Field{{ID: id + "-powod", Name: "powod", Label: "Jak to wyjaśniono", Kind: "long", Width: "w-full"},
			{ID: id + "-data", Name: "data", Label: "Dzień wyjaśnienia", Width: "w-date"}}}}}
	if resolved {
		f.Submit, f.Kept = "Otwórz ustalenie ponownie", append(f.Kept, Pair{"otworz", "tak"})
		return f
	}
	f.Kept = append(f.Kept, Pair{"kwota", said["amountGrosze"]}, Pair{"czas", said["minutes"]}, Pair{"od", said["from"]}, Pair{"do", said["to"]})
	return f
}

func span(from, to string) string {
	if to == "" || to == from {
		return from
	}
	return from + " – " + to
}
