package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"ksiega/domain"
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
	// Problem is why it stands still, "" if it does not; shown as it is.
	Problem string
}

// Options are what every page rests on.
type Options struct {
	Version string
	Reports []*queries.Report
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
		t, err := template.New("frame.html").Funcs(template.FuncMap{"count": count, "table": tableOf}).
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
	Reports []*queries.Report
	Page    any
}

// render writes a page, or nothing where the template fails.
func (p *Pages) render(w io.Writer, name, title, here string, page any) error {
	var b bytes.Buffer
	f := frame{Title: title, Here: here, Version: p.Version, Reports: p.Reports, Page: page}
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
}

type areaView struct{ Title, Count, Hint string }

type modelView struct {
	Title, State, Class, Problem, Lag, Position string
}

// Start is what the start page tells.
type Start struct {
	Overview queries.Overview
	Failed   string // why there is none, in Polish
	NotReady string // why the server is not ready
	Models   []ReadModel
}

// Start writes the start page.
func (p *Pages) Start(w io.Writer, of Start) error {
	v := startView{Failed: of.Failed, NotReady: of.NotReady}
	if o := of.Overview; v.Failed == "" {
		v.Counted = true
		v.Areas = areas(o)
		v.Events, v.Position, v.Recorded = int64(o.Events), o.LastPosition.String(), polishTime(o.LastRecorded, p.Zone)
		first, last := days(o)
		v.First, v.Last = polishDate(first), polishDate(last)
	}
	for _, m := range of.Models {
		v.Models = append(v.Models, viewOf(m))
	}
	return p.render(w, "start", "Księga", "/", v)
}

func viewOf(m ReadModel) modelView {
	v := modelView{Title: modelTitle(m.Name), State: "aktualny", Class: "good", Lag: "–", Position: m.Position}
	if m.Lag > 0 {
		v.Lag = count(int64(m.Lag))
	}
	switch {
	case m.Problem != "":
		v.State, v.Class, v.Problem = "zatrzymany", "bad", m.Problem
	case !m.CaughtUp || m.Lag > 0:
		v.State, v.Class = "nadrabia", "late"
	}
	return v
}

// days are the first and last that facts belong to. What the doors record about
// themselves, and who is registered, is of the day of recording.
func days(o queries.Overview) (first, last domain.Date) {
	for _, a := range o.Areas {
		switch a.Name {
		case "intake", "participant", "assistant":
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
		return count(int64(n))
	}
	return []areaView{
		{"Uczestnicy", sum("participant.registered"), "zarejestrowane osoby"},
		{"Porozumienia", sum("agreement.concluded"), "z urzędem pracy"},
		{"Umowy", sum("contract.signed"), "kontrakty i skierowania"},
		{"Wpisy obecności", sum("attendance.hours-recorded", "attendance.absence-recorded"), "dni pracy i nieobecności"},
		{"Godziny asystentów", sum("assistance.visit-logged"), "wpisane wizyty"},
		{"Wypłaty", sum("payment.made"), "świadczenia na listach"},
		{"Wnioski", sum("refundclaim.submitted"), "o refundację"},
		{"Wyciągi", sum("statement.received"), "bankowe"},
	}
}

type reportView struct {
	Report    *queries.Report
	Params    []paramView
	AsOf      string
	KnownAt   string
	Asked     []string // what was asked, in words, for print
	Heads     []headView
	Rows      [][]cellView
	Totals    []cellView
	Count     string
	More      string // rows left out of the page
	Position  string
	Generated string
	JSON, CSV string
}

type paramView struct {
	Name, Label, Type, Value, Hint string
	Choices                        []choiceView
}

type choiceView struct {
	Value, Label string
	Chosen       bool
}

type headView struct{ Title, Class string }

type cellView struct {
	Text, Class string
	Lines       []string
}

// maxPageRows bounds a page; JSON and CSV hold all rows.
const maxPageRows = 2000

// Report writes the answer to a report; query is what was asked.
func (p *Pages) Report(w io.Writer, a *queries.Answer, query url.Values) error {
	v := reportView{
		Report: a.Report, AsOf: a.AsOf.String(), KnownAt: a.KnownAt, Count: count(int64(len(a.Rows))),
		Position: a.Position.String(), Generated: polishTime(a.GeneratedAt, p.Zone),
		JSON: reportLink(a.Report.Name, "json", query), CSV: reportLink(a.Report.Name, "csv", query),
	}
	for _, param := range a.Report.Params {
		v.Params = append(v.Params, paramOf(param, a.Params[param.Name]))
		if value := a.Params[param.Name]; value != "" {
			v.Asked = append(v.Asked, param.Doc+": "+spoken(param, value))
		}
	}
	if a.AsOf != 0 {
		v.Asked = append(v.Asked, "stan na dzień "+polishDate(a.AsOf))
	}
	if a.KnownAt != "" {
		v.Asked = append(v.Asked, "według wiedzy z: "+a.KnownAt)
	}
	for _, c := range a.Report.Columns {
		v.Heads = append(v.Heads, headView{c.Title, classOf(c.Kind)})
	}
	rows := a.Rows
	if len(rows) > maxPageRows {
		v.More = count(int64(len(rows) - maxPageRows))
		rows = rows[:maxPageRows]
	}
	for _, row := range rows {
		v.Rows = append(v.Rows, cells(a.Report.Columns, row))
	}
	if slices.ContainsFunc(a.Totals, func(cell any) bool { return cell != nil }) && len(a.Rows) > 0 {
		v.Totals = cells(a.Report.Columns, a.Totals)
		if v.Totals[0].Text == "" {
			v.Totals[0].Text = "Razem"
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

func paramOf(p queries.Param, value string) paramView {
	v := paramView{Name: p.Name, Label: p.Doc, Type: "text", Value: value}
	switch p.Kind {
	case queries.Date:
		v.Type = "date"
	case queries.Month:
		v.Type = "month"
	case queries.Integer:
		v.Type = "number"
	}
	for _, c := range p.Choices {
		label, ok := word(p.Words, c)
		if !ok {
			label = c
		}
		v.Choices = append(v.Choices, choiceView{c, label, c == value})
	}
	return v
}

// spoken is the value of a parameter as people write it.
func spoken(p queries.Param, value string) string {
	switch p.Kind {
	case queries.Date:
		d, _ := domain.ParseDate(value)
		return polishDate(d)
	case queries.Month:
		m, _ := domain.ParseMonth(value)
		return polishMonth(m)
	}
	if w, ok := word(p.Words, value); ok {
		return w
	}
	return value
}

func cells(columns []queries.Column, row queries.Row) []cellView {
	out := make([]cellView, len(columns))
	for i, c := range columns {
		if i >= len(row) || row[i] == nil {
			out[i].Class = classOf(c.Kind)
			continue
		}
		out[i] = cellView{Text: cellText(row[i], c), Class: classOf(c.Kind)}
		if c.Kind == queries.List {
			out[i].Text, out[i].Lines = lined(listText(row[i]))
		} else if utf8.RuneCountInString(out[i].Text) > longText {
			out[i].Class += " long"
		}
	}
	return out
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
func classOf(k queries.Kind) string {
	switch k {
	case queries.Integer, queries.Grosze, queries.Minutes:
		return "num"
	case queries.Date, queries.Month:
		return "day"
	case queries.List:
		return "list"
	}
	return ""
}
