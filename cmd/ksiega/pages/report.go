package pages

import (
	"io"
	"net/url"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/internal/report"
	"ksiega/queries"
)

// Asked is what the address of a report's page asks, as the API is asked, and how the
// page shows the answer.
type Asked struct {
	Query url.Values // without what follows
	Sort  string     // name of a column, with "-" before it descending; "" as the report is
	Page  int        // from 1; 0 is all rows, as far as a page goes
	Above []BoardSection
}

// How many rows a page has, and how many all of them on one page are at most; the other
// formats hold all.
const (
	pageRows    = 100
	maxPageRows = 2000
)

type reportView struct {
	Head    Head
	Path    string
	Fields  []Field
	Moment  []Field // as of which day, and by which records
	Sort    string
	Refused *Note
	Above   []BoardSection
	Other   *Note // that the answer is of another moment than now
	Answer  *answerView
}

type answerView struct {
	Files               []fileView
	Table               Table
	Pages               *pagesView
	Notes               [][2]string // what is counted of the whole table
	More                *Note       // rows left out of the page
	Names               string
	Generated, Position string
}

// fileView is the same answer in another format.
type fileView struct{ Title, Href string }

// pagesView leads through a table of several pages.
type pagesView struct{ Shown, Before, Next, All string }

// Report writes the answer to a report.
func (p *Pages) Report(w io.Writer, visit Visit, a *queries.Answer, asked Asked) error {
	v := p.reportView(a.Report, asked, a.Params, a.AsOf, a.KnownAt, nil)
	v.Above = asked.Above
	f := p.framed(visit, a.Report.Title, v.Path, momentOf(asked.Query))
	f.tells(a)
	f.Moment = p.momentOfAnswer(a, asked)
	v.Other = otherMoment(a, f.Moment)
	table, first, last := asked.rows(a)
	v.Answer = &answerView{Notes: table.Notes(), Generated: polish.Moment(a.GeneratedAt, p.Zone), Position: a.Position}
	for _, format := range report.Formats() {
		v.Answer.Files = append(v.Answer.Files, fileView{format.Title, "/api/v1/reports/" + a.Report.Name + with(asked.Query, "format", format.Name)})
	}
	v.Answer.Pages = pager(v.Path, table.Len, first, last, asked)
	v.Answer.Table = p.tableOf(visit, a, table, asked, first, last)
	if asked.Page == 0 && last < table.Len {
		v.Answer.More = &Note{State: "info", Text: "Na stronie nie ma " + rows(table.Len-last) + "; wszystkie są w" + polish.NoBreak + "plikach. Suma obejmuje wszystkie."}
	}
	for i := range table.Fields {
		if table.Fields[i].Refers == report.Reference(domain.RefParticipant) {
			v.Answer.Names = namesNote(visit, last-first)
		}
	}
	f.Wide = len(v.Answer.Table.Columns) > 7
	return p.render(w, "report", f, v)
}

// namesNote says of whom a table names, and of whom it does not.
func namesNote(visit Visit, rows int) string {
	switch {
	case visit.Named != nil:
		return "Nazwiska widzą role, które pracują z" + polish.NoBreak + "tymi osobami; kto je widział, jest zapisane."
	case visit.As.May(access.Names) && rows > pageRows:
		return "Nazwiska są na stronach po" + polish.NoBreak + number(pageRows) + " wierszy; tu są identyfikatory."
	}
	if visit.As.May(access.Names) {
		return "Osoby pod identyfikatorami."
	}
	return "Osoby pod identyfikatorami: Twoja rola nie pokazuje ich nazwisk."
}

// Refused writes the page of a report that was not asked, with what was typed.
func (p *Pages) Refused(w io.Writer, visit Visit, r *queries.Report, asked Asked, why Refusal) error {
	params := map[string]string{}
	for key := range asked.Query {
		params[key] = asked.Query.Get(key)
	}
	v := p.reportView(r, asked, params, params["asOf"], params["knownAt"], why.Fields)
	v.Refused = &Note{State: "bad", Role: "alert", Strong: "Nie pokazano zestawienia.", Text: why.Text}
	f := p.framed(visit, r.Title, v.Path, nil)
	f.Moment = p.today(visit.Today)
	return p.render(w, "report", f, v)
}

// reportView is what there is of a report's page without an answer.
func (p *Pages) reportView(r *queries.Report, asked Asked, params map[string]string, asOf, knownAt string, wrong map[string]string) reportView {
	v := reportView{Head: Head{Crumbs: []Crumb{{"Zestawienia", "/#zestawienia"}, {Title: areaTitle(r.Name)}}, Title: r.Title, Meta: polish.Tied(r.Doc)},
		Path: "/reports/" + r.Name, Sort: asked.Sort}
	for i := range r.Params {
		param := &r.Params[i]
		label, hint, _ := strings.Cut(param.Doc, "; ")
		f := Field{Name: param.Name, Label: polish.Capital(label), Hint: polish.Tied(hint), Value: params[param.Name], Width: "w-s"}
		switch {
		case len(param.Words) > 0:
			all := map[bool]string{true: "żadne", false: "wszystkie"}[param.Several]
			f.Choices = append(f.Choices, Choice{Title: all})
			for _, word := range param.Choices() {
				f.Choices = append(f.Choices, Choice{Value: word.Code, Title: word.Polish})
			}
			f.Width = "w-m"
		case param.Kind == report.KindDate || param.Kind == report.KindMonth:
			f.Value, f.Width = typedDay(f.Value), "w-date"
		}
		v.Fields = append(v.Fields, f)
	}
	v.Moment = []Field{{Name: "asOf", Label: "Stan na dzień", Hint: "puste: dziś", Value: typedDay(asOf), Width: "w-date"},
		{Name: "knownAt", Label: "Tak, jak było wiadomo", Hint: "dzień, chwila, np. 22.06.2018 14:10, albo pozycja; puste: teraz", Value: p.typedMoment(knownAt), Width: "w-m"}}
	for _, fields := range [][]Field{v.Fields, v.Moment} {
		for i := range fields {
			fields[i].ID, fields[i].Error = "p-"+fields[i].Name, wrong[fields[i].Name]
		}
	}
	return v
}

func (p *Pages) momentOfAnswer(a *queries.Answer, asked Asked) Moment {
	m := p.today(a.GeneratedAt)
	m.Position, m.Change = a.Position, "#moment"
	today := a.GeneratedAt
	if p.Zone != nil {
		today = today.In(p.Zone)
	}
	m.Past = a.KnownAt != "" || a.AsOf != "" && a.AsOf < today.Format("2006-01-02")
	if a.AsOf != "" {
		m.Day = polish.Day(a.AsOf)
	}
	if a.KnownAt != "" {
		m.KnownAt = p.knownAt(a.KnownAt)
		if digits.MatchString(a.KnownAt) {
			m.Position = ""
		}
	}
	if a.KnownAt != "" || a.AsOf != "" && a.AsOf != today.Format("2006-01-02") {
		m.Back = "/reports/" + a.Report.Name + with(asked.Query, "asOf", "", "knownAt", "", "sort", asked.Sort)
	}
	return m
}

// otherMoment says that an answer is of another moment than now.
func otherMoment(a *queries.Answer, m Moment) *Note {
	if m.Back == "" {
		return nil
	}
	n := &Note{State: "past", Strong: "To nie jest stan na dziś.", Links: []Link{{"Wróć do dziś", m.Back}}}
	switch {
	case a.AsOf == "":
		n.Text = "Zestawienie liczy to, co było wiadomo do " + m.KnownAt + "."
	case a.KnownAt == "" && m.Past:
		n.Text = "Zestawienie pokazuje stan na " + m.Day + ", razem z" + polish.NoBreak + "tym, co o" + polish.NoBreak + "tych dniach zapisano później."
	case a.KnownAt == "":
		n.Text = "Zestawienie pokazuje stan na " + m.Day + "."
	default:
		n.Text = "Zestawienie pokazuje stan na " + m.Day + ", tak jak było wiadomo do " + m.KnownAt + "."
	}
	return n
}

// momentOf is what of a query says which moment is looked at.
func momentOf(query url.Values) url.Values {
	kept := url.Values{}
	for _, key := range []string{"asOf", "knownAt"} {
		if value := query.Get(key); value != "" {
			kept.Set(key, value)
		}
	}
	return kept
}

// sortedBy finds the column that rows are asked to be sorted by.
func sortedBy(fields []report.Field, asked string) (column int, down, found bool) {
	name, down := strings.CutPrefix(asked, "-")
	for i := range fields {
		if name != "" && fields[i].Name == name && !fields[i].Beneath {
			return i, down, true
		}
	}
	return 0, false, false
}

// Sorts says whether a report's rows may be asked for by a column.
func Sorts(r *queries.Report, asked string) bool {
	_, _, found := sortedBy(r.Fields, asked)
	return found
}

// shown are the rows of a page, from first up to before last.
func shown(length, page int) (first, last int) {
	if page == 0 {
		return 0, min(length, maxPageRows)
	}
	last = (length + pageRows - 1) / pageRows // the last page, where fewer are left than were asked for
	first = (min(page, max(last, 1)) - 1) * pageRows
	return first, min(first+pageRows, length)
}

func pager(path string, length, first, last int, asked Asked) *pagesView {
	if length <= pageRows {
		return nil
	}
	to := func(page string) string { return path + with(asked.Query, "sort", asked.Sort, "page", page) }
	v := &pagesView{Shown: "Wiersze " + polish.Count(int64(first+1)) + "–" + polish.Count(int64(last)) + " z" + polish.NoBreak + polish.Count(int64(length))}
	if asked.Page == 0 {
		return v
	}
	page := first/pageRows + 1
	if page == 2 {
		v.Before = to("")
	} else if page > 2 {
		v.Before = to(number(page - 1))
	}
	if last < length {
		v.Next = to(number(page + 1))
	}
	v.All = to("all")
	return v
}

// tableOf is a page of an answer's rows.
func (p *Pages) tableOf(visit Visit, a *queries.Answer, table report.Table, asked Asked, first, last int) Table {
	t := Table{Label: "Wiersze zestawienia", Caption: rows(table.Len), Asked: asking(a), Empty: Empty{"Nic nie odpowiada temu pytaniu.", "Zmień pola powyżej albo wyczyść je."}}
	column, down, sorted := sortedBy(table.Fields, asked.Sort)
	for i := range table.Fields {
		f := &table.Fields[i]
		if f.Beneath {
			continue
		}
		c := Column{Title: f.Title, Class: classOf(f)}
		next := f.Name
		if sorted && i == column {
			c.Sorted = map[bool]string{true: "descending", false: "ascending"}[down]
			if !down {
				next = "-" + f.Name
			}
		}
		c.Sort = "/reports/" + a.Report.Name + with(asked.Query, "sort", next)
		t.Columns = append(t.Columns, c)
	}
	t.Fits = len(t.Columns) <= 9
	links := refsOf(visit, a, asked.Query)
	var values []report.Value
	for row := first; row < last; row++ {
		values = table.Row(row, values)
		t.Rows = append(t.Rows, rowOf(table.Fields, values, links))
	}
	for i, text := range table.Footer() {
		if f := &table.Fields[i]; !f.Beneath {
			t.Foot = append(t.Foot, Cell{Text: text, Class: classOf(f)})
		}
	}
	return t
}

// asking is what was asked, in words, also for paper.
func asking(a *queries.Answer) string {
	var asked []string
	for i := range a.Report.Params {
		param := &a.Report.Params[i]
		if value := a.Params[param.Name]; value != "" {
			asked = append(asked, param.Doc+": "+param.Say(value))
		}
	}
	return strings.Join(asked, "; ")
}

func rowOf(fields []report.Field, values []report.Value, to refs) (row Row) {
	for i, value := range values {
		switch f := &fields[i]; {
		case !f.Beneath:
			row.Cells = append(row.Cells, to.lead(f, value, cellOf(f, value)))
		case f.Say(value) != "":
			row.Beneath = append(row.Beneath, Sentence{f.Title, f.Say(value)})
		}
	}
	return row
}
