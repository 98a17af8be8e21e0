package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"ksiega/domain"
	"ksiega/internal/polish"
	"ksiega/internal/report"
	"ksiega/queries"
)

//go:embed assets
var assets embed.FS

// ReadModel is the state of one read model, as the start page shows it.
type ReadModel struct {
	Name string
	// Position is the last it has seen, Lag how many events the log has behind it.
	Position string
	Lag      uint64
	CaughtUp bool
	Stopped  bool
	// Anew is why it is being built anew, in Polish; "" where it is not.
	Anew string
}

// Options are what every page rests on.
type Options struct {
	Version string
	Zone    *time.Location // of moments
}

// Pages writes pages.
type Pages struct {
	Options
	byName map[string]*template.Template // each with the common frame
}

// New parses the templates.
func New(o Options) (*Pages, error) {
	p := &Pages{Options: o, byName: map[string]*template.Template{}}
	for _, name := range []string{"start", "report", "docs", "problem"} {
		t, err := template.New("frame.html").Funcs(template.FuncMap{"count": polish.Count, "table": tableOf, "class": classOf, "input": inputOf}).
			ParseFS(assets, "assets/frame.html", "assets/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parse the page %s: %w", name, err)
		}
		p.byName[name] = t
	}
	return p, nil
}

// Asset serves one file that pages refer to.
func Asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, assets, "assets/"+name) }
}

// frame is what every page has around its own content.
type frame struct {
	Title   string
	Here    string // path of the page
	Version string
	Page    any
}

// render writes a page, or nothing where the template fails.
func (p *Pages) render(w io.Writer, name, title, here string, page any) error {
	var b bytes.Buffer
	f := frame{Title: title, Here: here, Version: p.Version, Page: page}
	if err := p.byName[name].Execute(&b, f); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Problem is why a request was not carried out.
type Problem struct {
	Title, Detail, Code, Correlation string
	Status                           int
}

// Problem writes the page of it.
func (p *Pages) Problem(w io.Writer, of Problem) error {
	return p.render(w, "problem", of.Title, "", of)
}

type startView struct {
	Areas    []areaView
	Counted  bool
	Events   int64
	Position string
	Recorded string
	First    string
	Last     string
	Models   []modelView
	Failed   string // the counts are not to be had, in Polish
	NotReady string // why the server is not ready, as Ready says it
	Reports  []*queries.Report
}

type areaView struct{ Title, Count, Hint string }

type modelView struct {
	Title, State, Class, Why, Lag, Position string
}

// Start is what the start page tells.
type Start struct {
	Overview queries.Overview
	Failed   string // why there is none, in Polish
	NotReady string // why the server is not ready
	Models   []ReadModel
	Reports  []*queries.Report // that may be asked
}

// Start writes the start page.
func (p *Pages) Start(w io.Writer, of Start) error {
	v := startView{Failed: of.Failed, NotReady: of.NotReady, Reports: of.Reports}
	if o := of.Overview; v.Failed == "" {
		v.Counted = true
		v.Areas = areas(o)
		v.Events, v.Position, v.Recorded = int64(o.Events), o.LastPosition.String(), polish.Moment(o.LastRecorded, p.Zone)
		first, last := days(o)
		v.First, v.Last = polish.Day(first.String()), polish.Day(last.String())
	}
	for _, m := range of.Models {
		v.Models = append(v.Models, viewOf(m))
	}
	return p.render(w, "start", "Księga", "/", v)
}

func viewOf(m ReadModel) modelView {
	v := modelView{Title: ModelTitle(m.Name), State: "aktualny", Class: "good", Lag: "–", Position: m.Position}
	if m.Lag > 0 {
		v.Lag = polish.Count(int64(m.Lag))
	}
	switch {
	case m.Stopped:
		v.State, v.Class = "zatrzymany", "bad"
	case m.Anew != "":
		v.State, v.Class, v.Why = "budowany od nowa", "late", m.Anew
	case !m.CaughtUp || m.Lag > 0:
		v.State, v.Class = "nadrabia", "late"
	}
	return v
}

// days are the first and last that facts belong to. What the doors record about
// themselves, and who is registered, is of the day of recording; what the ledger goes by
// holds from days on which nothing of it happened.
func days(o queries.Overview) (first, last domain.Date) {
	for _, a := range o.Areas {
		switch a.Name {
		case "intake", "participant", "assistant", "listing", "programme", "statute", "setting":
			continue
		}
		for _, t := range a.Types {
			if first == 0 || t.First < first {
				first = t.First
			}
			last = max(last, t.Last)
		}
	}
	return first, last
}

// areas counts what people ask about: things that were entered, corrections of
// them left out.
func areas(o queries.Overview) []areaView {
	recorded := map[string]uint64{}
	for _, a := range o.Areas {
		for _, t := range a.Types {
			recorded[domain.Fact(t.Type)] += t.Events // in whatever version
		}
	}
	sum := func(types ...string) string {
		n := uint64(0)
		for _, t := range types {
			n += recorded[t]
		}
		return polish.Count(int64(n))
	}
	return []areaView{
		{"Uczestnicy", sum("participant.registered"), "zarejestrowane osoby"},
		{"Porozumienia", sum("agreement.concluded"), "z urzędem pracy"},
		{"Umowy", sum("contract.signed"), "kontrakty i skierowania"},
		{"Wpisy obecności", sum("attendance.hours-recorded", "attendance.absence-recorded"), "dni pracy i nieobecności"},
		{"Godziny asystentów", sum("assistance.visit-logged"), "wpisane wizyty"},
		{"Udział w programach", sum("participation.enrolled"), "przyjęcia do programów"},
		{"Zajęcia", sum("session.recorded"), "szkolenia, poradnictwo, dyżury i inne"},
		{"Praca na ulicy", sum("contact.recorded"), "kontakty"},
		{"Wypłaty", sum("payment.made"), "świadczenia na listach"},
		{"Wnioski", sum("refundclaim.submitted"), "o refundację"},
		{"Wyciągi", sum("statement.received"), "bankowe"},
		{"Wydatki", sum("expense.recorded"), "z budżetów programów"},
	}
}

type reportView struct {
	*queries.Answer
	Asked     []string       // what was asked, in words, for print
	Columns   []report.Field // those that are no sentences
	Rows      []rowView
	Totals    []cellView
	Notes     [][2]string // what is counted of the whole table
	Count     string
	More      string // rows left out of the page
	Generated string
	Files     []fileView
}

// rowView is a row, and the sentences beneath it.
type rowView struct {
	Cells   []cellView
	Beneath []sentenceView
}

type sentenceView struct{ Title, Text string }

type cellView struct {
	Text, Class string
	Lines       []string
}

// fileView is the same answer in another format.
type fileView struct{ Title, Href string }

// maxPageRows bounds a page; the other formats hold all rows.
const maxPageRows = 2000

// Report writes the answer to a report; query is what was asked.
func (p *Pages) Report(w io.Writer, a *queries.Answer, query url.Values) error {
	v := reportView{Answer: a, Count: polish.Count(int64(a.Table.Len)), Generated: polish.Moment(a.GeneratedAt, p.Zone)}
	for _, f := range report.Formats() {
		v.Files = append(v.Files, fileView{f.Title, reportLink(a.Report.Name, f.Name, query)})
	}
	for i := range a.Report.Params {
		param := &a.Report.Params[i]
		if value := a.Params[param.Name]; value != "" {
			v.Asked = append(v.Asked, param.Doc+": "+param.Say(value))
		}
	}
	v.Asked = append(v.Asked, "stan na dzień "+polish.Day(a.Day))
	if a.KnownAt != "" {
		v.Asked = append(v.Asked, "według wiedzy z: "+a.KnownAt)
	}
	fields := a.Table.Fields
	if a.Table.Len > maxPageRows {
		v.More = polish.Count(int64(a.Table.Len - maxPageRows))
	}
	for _, f := range fields {
		if !f.Beneath {
			v.Columns = append(v.Columns, f)
		}
	}
	for row := range min(a.Table.Len, maxPageRows) {
		v.Rows = append(v.Rows, rowOf(fields, a.Table.Row(row, nil)))
	}
	v.Notes = a.Table.Notes()
	for i, text := range a.Table.Footer() {
		if !fields[i].Beneath {
			v.Totals = append(v.Totals, cellView{Text: text, Class: classOf(fields[i].Kind)})
		}
	}
	return p.render(w, "report", a.Report.Title, "/reports/"+a.Report.Name, v)
}

// reportLink repeats what was asked in another format.
func reportLink(name, format string, query url.Values) string {
	q := url.Values{"format": {format}}
	for key, values := range query {
		if key != "format" && len(values) == 1 && values[0] != "" {
			q.Set(key, values[0])
		}
	}
	return "/api/v1/reports/" + name + "?" + q.Encode()
}

// inputOf is how a browser asks for a parameter.
func inputOf(k report.Kind) string {
	switch k {
	case report.KindDate:
		return "date"
	case report.KindMonth:
		return "month"
	case report.KindInteger:
		return "number"
	}
	return "text"
}

func rowOf(fields []report.Field, values []report.Value) (row rowView) {
	for i, value := range values {
		switch f := &fields[i]; {
		case !f.Beneath:
			row.Cells = append(row.Cells, cellOf(f, value))
		case f.Say(value) != "":
			row.Beneath = append(row.Beneath, sentenceView{f.Title, f.Say(value)})
		}
	}
	return row
}

func cellOf(f *report.Field, v report.Value) cellView {
	cell := cellView{Class: classOf(f.Kind)}
	if f.Kind == report.KindList || f.Kind == report.KindObject {
		cell.Text, cell.Lines = lined(f.Lines(v))
	} else if cell.Text = f.Say(v); utf8.RuneCountInString(cell.Text) > longText {
		cell.Class += " long"
	}
	return cell
}

// What is longer than longText may be broken anywhere; what is no longer than
// shortItem needs no line of its own in a list.
const (
	longText  = 28
	shortItem = 8
)

// lined shows a list of short things, such as positions, as running text.
func lined(items []string) (text string, lines []string) {
	for _, item := range items {
		if utf8.RuneCountInString(item) > shortItem {
			return "", items
		}
	}
	return strings.Join(items, ", "), nil
}

// classOf aligns numbers to the right and keeps short things on one line.
func classOf(k report.Kind) string {
	switch k {
	case report.KindInteger, report.KindDecimal, report.KindGrosze, report.KindMinutes:
		return "num"
	case report.KindDate, report.KindMonth:
		return "day"
	case report.KindList, report.KindObject:
		return "list"
	}
	return ""
}
