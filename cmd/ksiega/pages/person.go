package pages

import (
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/internal/polish"
	"ksiega/internal/report"
	"ksiega/queries"
)

// Link leads somewhere, to a form say.
type Link struct{ Title, Href string }

// Things are a list of people or contracts, with a search.
type Things struct {
	Path   string
	Fields []Field // by which they are looked for
	Note   *Note
	Named  bool // some of them by name
	Unsaid bool // nobody looked: what was typed is refused
	All    int
	Found  []Choice // Value is the address; "" where there is none
	Hidden Hidden
}

type thingsView struct {
	Head  Head
	Title string
	Things
	More  *Note
	Empty Empty
}

// Things writes the list.
func (p *Pages) Things(w io.Writer, visit Visit, of Things) error {
	v := thingsView{Things: of, Title: "Osoby", Empty: Empty{"Nikt nie pasuje.", "Sprawdź numer albo poszukaj inaczej."}}
	counted := polish.Noun{One: "osoba", Few: "osoby", Many: "osób"}
	if of.Path == "/umowy" {
		v.Title, v.Empty.Title = "Umowy i skierowania", "Żadna umowa nie pasuje."
		counted = polish.Noun{One: "umowa", Few: "umowy", Many: "umów"}
	}
	if v.Head = (Head{Title: v.Title}); !of.Unsaid {
		v.Head.Meta = counted.Count(int64(of.All)) + " w" + polish.NoBreak + "Twoim zakresie"
	}
	if of.All > len(of.Found) {
		v.More = &Note{State: "info", Text: "Pokazano pierwsze " + counted.Count(int64(len(of.Found))) + ". Wyszukaj, żeby zobaczyć pozostałe."}
	}
	f := p.framed(visit, v.Title, of.Path, nil)
	f.Moment = p.today(visit.Today)
	if of.Named {
		f.FootNote = footNamed
	}
	return p.render(w, "things", f, v)
}

// Person is the page of somebody, of the answers to reports by their names.
type Person struct {
	ID      string
	Answers map[string]*queries.Answer
	Links   []Link
}

// Known says whether there is the person, within reach.
func (p Person) Known() bool { return p.Answers["person"] != nil && p.Answers["person"].Table.Len > 0 }

// Contract is the page of a contract, likewise.
type Contract struct {
	Number  string
	Answers map[string]*queries.Answer
	Links   []Link
}

// Known says whether there is the contract, within reach.
func (c Contract) Known() bool { return len(picked(c.Answers["contracts"], "contract", c.Number)) > 0 }

// Participant is whose contract it is.
func (c Contract) Participant() string {
	return picked(c.Answers["contracts"], "contract", c.Number)[0].said["participant"]
}

type section struct {
	ID, Title string
	Table     Table
}

type lifeView struct {
	Head     Head
	Links    []Link
	Chart    *chart
	Sections []section
	Story    []Step
	Told     string // how many events the story has
	to       refs
}

// Person writes the page.
func (p *Pages) Person(w io.Writer, visit Visit, of Person) error {
	name := visit.called(domain.RefParticipant, of.ID)
	v := lifeView{to: refsOf(visit, nil, nil), Head: Head{Crumbs: []Crumb{{"Osoby", "/osoby"}, {Title: name}}, Title: name, Meta: "Identyfikator " + of.ID + "."}, Links: of.Links}
	if name == of.ID {
		v.Head.Meta = "Nazwiska widzą role, które pracują z" + polish.NoBreak + "tą osobą; tu jest identyfikator."
	}
	mine := picked(of.Answers["contracts"], "participant", of.ID)
	v.Chart = chartOf(mine, visit.Today)
	v.add("umowy", "Umowy", mine, "contract", "kind", "programme", "assistant", "from", "to", "state")
	v.add("limity", "Ile jeszcze godzin", picked(of.Answers["caps-left"], "participant", of.ID), "contract", "capKind", "capMinutes", "usedMinutes", "leftMinutes")
	v.add("kontrakty", "Kontrakty socjalne", picked(of.Answers["social-contracts"], "participant", of.ID), "contract", "tasks", "tasksDone", "tasksOverdue", "lastEvaluation", "aidLimitGrosze", "aidSpentGrosze", "aidLeftGrosze")
	v.add("pomoc", "Pomoc materialna", picked(of.Answers["material-aid"], "participant", of.ID), "contract", "purpose", "items", "amountGrosze")
	v.tell(visit, picked(of.Answers["person"], "", ""))
	f := p.framed(visit, name, "/osoby", nil)
	f.tells(slices.Collect(maps.Values(of.Answers))...)
	f.Moment = p.today(visit.Today)
	return p.render(w, "life", f, v)
}

// tell tells a story, the newest first, each line with what puts it right for whoever may.
func (v *lifeView) tell(visit Visit, life []pickedRow) {
	slices.Reverse(life)
	for _, row := range life {
		step := Step{Text: row.said["date"] + ": " + row.said["text"], Meta: "poz." + polish.NoBreak + row.said["position"]}
		if records(visit) {
			step.Act = &Link{"Popraw", v.to.to("event", row.said["position"])}
		}
		v.Story = append(v.Story, step)
	}
	v.Told = polish.Noun{One: "zdarzenie", Few: "zdarzenia", Many: "zdarzeń"}.Count(int64(len(life)))
}

// Contract writes the page.
func (p *Pages) Contract(w io.Writer, visit Visit, of Contract) error {
	v := lifeView{to: refsOf(visit, nil, nil), Head: Head{Crumbs: []Crumb{{"Umowy i skierowania", "/umowy"}, {Title: of.Number}}, Title: "Umowa " + of.Number}, Links: of.Links}
	mine := picked(of.Answers["contracts"], "contract", of.Number)
	v.Chart = chartOf(mine, visit.Today)
	v.add("warunki", "Warunki na dziś", mine, "kind", "programme", "participant", "assistant", "from", "to", "weeklyMinutes", "state", "place")
	v.add("limity", "Ile jeszcze godzin", picked(of.Answers["caps-left"], "contract", of.Number), "capKind", "capMinutes", "usedMinutes", "leftMinutes")
	v.add("kontrakt", "Zadania, oceny, decyzja", picked(of.Answers["social-contracts"], "contract", of.Number), "tasks", "tasksDone", "tasksOverdue", "lastEvaluation", "breach", "decision", "decisionDate", "appeal")
	v.add("pomoc", "Pomoc materialna", picked(of.Answers["material-aid"], "contract", of.Number), "purpose", "items", "amountGrosze")
	v.tell(visit, picked(of.Answers["person"], "reference", of.Number))
	f := p.framed(visit, v.Head.Title, "/umowy", nil)
	f.tells(slices.Collect(maps.Values(of.Answers))...)
	f.Moment = p.today(visit.Today)
	return p.render(w, "life", f, v)
}

// pickedRow is a row of an answer, each column as people read it.
type pickedRow struct {
	answer *queries.Answer
	values []report.Value
	said   map[string]string
}

// picked are the rows of an answer of which a column says something; "" is every row.
func picked(a *queries.Answer, column, value string) (rows []pickedRow) {
	if a == nil {
		return nil
	}
	for row := range a.Table.Len {
		values, said := a.Table.Row(row, nil), map[string]string{}
		for i := range a.Table.Fields {
			said[a.Table.Fields[i].Name] = a.Table.Fields[i].Say(values[i])
		}
		if column == "" || said[column] == value {
			rows = append(rows, pickedRow{a, values, said})
		}
	}
	return rows
}

// add adds a section of some columns, where there is a row.
func (v *lifeView) add(id, title string, rows []pickedRow, columns ...string) {
	if len(rows) == 0 {
		return
	}
	t := Table{Label: title + ", tabela", Fits: true}
	fields := rows[0].answer.Table.Fields
	for _, name := range columns {
		for i := range fields {
			if fields[i].Name == name {
				t.Columns = append(t.Columns, Column{Title: fields[i].Title, Class: classOf(&fields[i])})
			}
		}
	}
	for _, row := range rows {
		var cells []Cell
		for _, name := range columns {
			for i := range fields {
				if fields[i].Name != name {
					continue
				}
				cell := Cell{Text: row.said[name], Class: classOf(&fields[i])}
				cell = v.to.lead(&fields[i], row.values[i], cell)
				cells = append(cells, cell)
			}
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	v.Sections = append(v.Sections, section{id, title, t})
}

// chart is contracts as a line of time: a bar each.
type chart struct {
	Title         string
	Width, Height int
	Bars          []bar
	Marks         []mark
	Now           *mark
}

type bar struct {
	Title           string
	X, Y, Width, At int // At is where the title stands
	Text            int
}

type mark struct {
	X, Height int
	Text      string
}

// Where the bars of a chart begin and end.
const (
	chartLeft  = 170
	chartWidth = 690
	chartRow   = 32
)

// chartOf draws contracts over the years that they are of.
func chartOf(rows []pickedRow, today time.Time) *chart {
	first, last := time.Time{}, time.Time{}
	days := func(row pickedRow) (from, to time.Time, ok bool) {
		from, err := time.Parse("02.01.2006", row.said["from"])
		to, none := time.Parse("02.01.2006", row.said["to"])
		return from, to, err == nil && none == nil && !to.Before(from)
	}
	for _, row := range rows {
		from, to, ok := days(row)
		if ok && (first.IsZero() || from.Before(first)) {
			first = from
		}
		if ok && to.After(last) {
			last = to
		}
	}
	if first.IsZero() {
		return nil
	}
	begin, end := time.Date(first.Year(), 1, 1, 0, 0, 0, 0, time.UTC), time.Date(last.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	x := func(t time.Time) int {
		return chartLeft + int(int64(chartWidth-chartLeft)*int64(t.Sub(begin)/time.Hour)/int64(end.Sub(begin)/time.Hour))
	}
	c := &chart{Width: chartWidth + 10, Height: chartRow*len(rows) + 40}
	for year := begin.Year(); year < end.Year(); year++ {
		c.Marks = append(c.Marks, mark{x(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)), c.Height - 20, number(year)})
	}
	var told []string
	for i, row := range rows {
		if from, to, ok := days(row); ok {
			c.Bars = append(c.Bars, bar{Title: row.said["contract"], X: x(from), Y: 24 + i*chartRow, Width: max(x(to.AddDate(0, 0, 1))-x(from), 2), At: chartLeft - 10, Text: 34 + i*chartRow})
			told = append(told, row.said["contract"]+" od "+row.said["from"]+" do "+row.said["to"]+", "+row.said["state"])
		}
	}
	c.Title = "Umowy w czasie. " + strings.Join(told, "; ") + "."
	if today.After(begin) && today.Before(end) {
		c.Now = &mark{x(today), c.Height - 20, "dziś"}
	}
	return c
}
