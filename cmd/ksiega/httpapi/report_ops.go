package httpapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/report"
	"ksiega/queries"
)

// common are the parameters that every report has.
const (
	paramFormat      = "format"
	paramAsOf        = "asOf"
	paramKnownAt     = "knownAt"
	paramMinPosition = "minPosition"
)

// inPage is the format that is a page of this server.
const inPage = "html"

func formats() []string { return append(report.FormatNames(), inPage) }

// ReportList names the reports.
type ReportList struct {
	Reports []ReportEntry `json:"reports" nullable:"false"`
}

// ReportEntry is one report in the list.
type ReportEntry struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Doc    string   `json:"doc"`
	Params []string `json:"params" nullable:"false"`
	Fields []string `json:"fields" nullable:"false"`
	Href   string   `json:"href"`
}

type reportList struct{ Body ReportList }

// questionAsked takes the whole request, as each report has parameters of its own.
type questionAsked struct{ request *http.Request }

// Resolve is called by huma.
func (q *questionAsked) Resolve(ctx huma.Context) []error {
	q.request, _ = humachi.Unwrap(ctx)
	return nil
}

// streamed is an answer that is written as it goes.
type streamed struct{ Body func(huma.Context) }

func (s *server) registerReports(api huma.API) {
	huma.Register(api, s.listing("list-reports", "/api/v1/reports", "Lista zestawień", tagReports), func(ctx context.Context, _ *struct{}) (*reportList, error) {
		return s.listReports(session.Of(ctx)), nil
	})
	for _, r := range s.Reader.Reports() {
		s.registerReport(api, r)
	}
	huma.Register(api, huma.Operation{Method: http.MethodGet, Path: "/api/v1/reports/{name}", Hidden: true},
		func(_ context.Context, in *struct {
			Name string `path:"name"`
		}) (*reportList, error) {
			return nil, problem(codeNotFound, words.Of(queries.ErrNoReport.With("%s", short(in.Name))))
		})
}

// reportsOf are those that somebody may ask.
func (s *server) reportsOf(who access.Who) []*queries.Report {
	return slices.DeleteFunc(s.Reader.Reports(), func(r *queries.Report) bool { return !who.May(access.Report(r.Name)) })
}

// listReports describes them.
func (s *server) listReports(who access.Who) *reportList {
	list := &reportList{Body: ReportList{Reports: []ReportEntry{}}}
	for _, r := range s.reportsOf(who) {
		e := ReportEntry{Name: r.Name, Title: r.Title, Doc: r.Doc, Params: []string{}, Href: "/api/v1/reports/" + r.Name}
		for _, p := range r.Params {
			e.Params = append(e.Params, p.Name)
		}
		for _, f := range r.Fields {
			e.Fields = append(e.Fields, f.Name)
		}
		list.Body.Reports = append(list.Body.Reports, e)
	}
	return list
}

func (s *server) registerReport(api huma.API, r *queries.Report) {
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	huma.Register(api, huma.Operation{
		OperationID: "report-" + r.Name, Method: http.MethodGet, Path: "/api/v1/reports/" + r.Name, Summary: r.Title, Description: r.Doc,
		Tags: []string{tagReports}, Parameters: reportParams(r), Errors: failures(http.StatusNotFound, http.StatusNotAcceptable, http.StatusUnprocessableEntity),
		Responses: map[string]*huma.Response{
			"200": {Description: "Zestawienie", Headers: map[string]*huma.Param{"ETag": {Description: "Do If-None-Match; brak, gdy odpowiedź pokazuje odczytane teksty",
				Schema: &huma.Schema{Type: huma.TypeString}}}, Content: map[string]*huma.MediaType{typeJSON: {Schema: answerSchema(r)}, "text/csv": text, typeHTML: text}},
			"304": {Description: "Odpowiedź jest ta sama, co przy podanym If-None-Match"}},
	}, func(ctx context.Context, in *questionAsked) (*streamed, error) {
		req, format, err := s.question(in.request)
		if err == nil && format == "" {
			format, err = negotiated(in.request)
		}
		if err != nil {
			return nil, s.problemOf(ctx, err).ofQuery()
		}
		if tag := s.unchanged(in.request, r.Name, req, format); tag != "" {
			return &streamed{Body: func(c huma.Context) { notModified(c, tag) }}, nil
		}
		a, err := s.answer(in.request, r.Name, req)
		if err != nil {
			return nil, s.problemOf(ctx, err).ofQuery()
		}
		return &streamed{Body: func(c huma.Context) { s.stream(c, a, format, in.request) }}, nil
	})
}

// negotiated is the format that the request's Accept asks for.
func negotiated(r *http.Request) (string, error) {
	formats := map[string]string{typeJSON: "json", "text/csv": "csv", typeHTML: inPage}
	if format := formats[preferred(r, typeJSON, "text/csv", typeHTML)]; format != "" {
		return format, nil
	}
	return "", notAcceptable([]string{typeJSON, "text/csv", typeHTML})
}

// question reads what the query string asks, and in which format, "" where it does not
// say; a parameter that is not declared or makes no sense is refused by name.
func (s *server) question(r *http.Request) (req queries.Request, format string, err error) {
	req = queries.Request{Who: session.Of(r.Context()), Params: map[string]string{}}
	for key, values := range r.URL.Query() {
		value := values[0] // there are no others, see readable
		switch key {
		case paramFormat:
			if format = value; value != "" && !slices.Contains(formats(), format) {
				err = queries.ErrFormat.With("%s, %s", short(value), strings.Join(formats(), ", "))
			} else if value != "" && preferred(r, mediaType(format)) == "" {
				err = notAcceptable([]string{mediaType(format)})
			}
		case paramAsOf:
			if value == "" {
				continue
			}
			if req.AsOf, err = domain.ParseDate(value); err != nil {
				err = queries.ErrDate.At(paramAsOf).With("%s", paramAsOf)
			}
		case paramKnownAt:
			req.KnownAt = value
		case paramMinPosition:
			if value == "" {
				continue
			}
			req.MinPosition, err = queries.LeastPosition(value)
		default:
			req.Params[short(key)] = value
		}
		if err != nil {
			return req, "", err
		}
	}
	return req, format, nil
}

// mediaType of a format, without its parameters.
func mediaType(format string) string {
	f, ok := report.FormatNamed(format)
	if !ok {
		return typeHTML
	}
	media, _, _ := strings.Cut(f.MediaType, ";")
	return media
}

// answer asks, and records whose texts are shown. HEAD shows none.
func (s *server) answer(r *http.Request, name string, req queries.Request) (*queries.Answer, error) {
	a, err := s.Reader.Ask(r.Context(), name, req)
	if err == nil && r.Method != http.MethodHead {
		err = s.noteRead(r.Context(), s.readingOf(a))
	}
	return a, err
}

// readingOf is the reading of an answer, which is recorded before it is sent. Something
// was found by its parameters, so that none is only what somebody typed; one that tells
// what is sealed of those who are shown is left out, since the reading outlives the key.
func (s *server) readingOf(a *queries.Answer) commands.NoteReading {
	filters := maps.Clone(a.Params)
	for _, p := range a.Report.Params {
		if p.Tells {
			delete(filters, p.Name)
		}
	}
	if a.AsOf != "" {
		filters[paramAsOf] = a.AsOf
	}
	if a.KnownAt != "" {
		filters[paramKnownAt] = a.KnownAt
	}
	return commands.NoteReading{What: a.Report.Name, Filters: filters, Subjects: slices.Clone(a.Shown)}
}

func (s *server) stream(c huma.Context, a *queries.Answer, format string, r *http.Request) {
	c.SetHeader("X-Ledger-Position", a.Position)
	c.SetHeader("Vary", vary)
	if len(a.Shown) == 0 && format != inPage {
		tag := s.tag(a.Head, format, session.Of(r.Context()))
		if hasTag(r, tag) {
			notModified(c, tag)
			return
		}
		c.SetHeader("ETag", tag)
		c.SetHeader("Cache-Control", keptByWhoAsked)
	}
	f, written := report.FormatNamed(format)
	if written {
		c.SetHeader("Content-Type", f.MediaType)
		if f.Extension != "" {
			c.SetHeader("Content-Disposition", `attachment; filename="`+fileName(a)+"."+f.Extension+`"`)
		}
	} else {
		c.SetHeader("Content-Type", "text/html; charset=utf-8")
	}
	var err error
	switch {
	case r.Method == http.MethodHead: // nor how long the body would be
		c.SetStatus(http.StatusOK)
	case written:
		err = a.Write(c.BodyWriter(), format)
	default:
		err = s.pages.Report(c.BodyWriter(), s.visit(r), a, pages.Asked{Query: asksOf(r.URL.Query()), Page: 1})
	}
	if err != nil {
		s.Log.Error("an answer broke off", "correlation", correlation(c.Context()), "report", a.Report.Name, "error", err)
		// Part of it is sent; only a broken connection tells the reader so.
		panic(http.ErrAbortHandler)
	}
}

// fileName holds nothing that a person typed but dates.
func fileName(a *queries.Answer) string {
	name := a.Report.Name
	if a.AsOf != "" {
		name += "-" + a.AsOf
	}
	return name + "-" + a.Position
}

func reportParams(r *queries.Report) []*huma.Param {
	var params []*huma.Param
	add := func(name, doc string, s *huma.Schema) *huma.Param {
		params = append(params, &huma.Param{Name: name, In: "query", Description: doc, Schema: s})
		return params[len(params)-1]
	}
	for _, p := range r.Params {
		s := schemaOf(&report.Field{Kind: p.Kind})
		for _, w := range p.Words {
			s.Enum = append(s.Enum, w.Code)
		}
		if !p.Several {
			add(p.Name, p.Doc, s)
			continue
		}
		together := false // one value, with commas
		add(p.Name, p.Doc, &huma.Schema{Type: huma.TypeArray, Items: s, UniqueItems: true}).Explode = &together
	}
	format := &huma.Schema{Type: huma.TypeString, Default: "json"}
	for _, f := range formats() {
		format.Enum = append(format.Enum, f)
	}
	add(paramFormat, "postać odpowiedzi", format)
	add(paramAsOf, "tylko fakty do tego dnia włącznie", schemaOf(&report.Field{Kind: report.KindDate}))
	add(paramKnownAt, "według wiedzy z tej pozycji dziennika lub chwili (RFC 3339)", &huma.Schema{Type: huma.TypeString})
	add(paramMinPosition, "poczekaj (do 2 s), aż ta pozycja będzie objęta", &huma.Schema{Type: huma.TypeString, Pattern: `^\d*$`})
	return params
}

// answerSchema is what an answer in JSON is.
func answerSchema(r *queries.Report) *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }
	params, row, totals := object(), object(), object()
	for _, p := range r.Params {
		params.Properties[p.Name] = text(p.Doc)
	}
	for i := range r.Fields {
		row.Properties[r.Fields[i].Name] = schemaOf(&r.Fields[i])
	}
	for _, t := range r.Totals {
		totals.Properties[t.Name] = schemaOf(&report.Field{Title: t.Title, Kind: t.Kind})
	}
	answer := object()
	answer.Properties = map[string]*huma.Schema{
		"report": {Type: huma.TypeString, Enum: []any{r.Name}}, "params": params, "asOf": schemaOf(&report.Field{Kind: report.KindDate}),
		"day":     schemaOf(&report.Field{Title: "dzień, z którego patrzy zestawienie: asOf albo dzień odpowiedzi", Kind: report.KindDate}),
		"knownAt": text("pozycja lub chwila, o którą pytano"), "position": text("pozycja dziennika, której odpowiada zestawienie"),
		"generatedAt": {Type: huma.TypeString, Format: "date-time"}, "rows": {Type: huma.TypeArray, Items: row}, "totals": totals,
	}
	answer.Required = []string{"report", "params", "asOf", "knownAt", "position", "generatedAt", "day", "rows", "totals"}
	return answer
}

func object() *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
}

// schemaOf is what a value of a field is in JSON.
func schemaOf(f *report.Field) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: f.Title, Nullable: f.Optional}
	switch f.Kind {
	case report.KindInteger, report.KindGrosze, report.KindMinutes:
		s.Type, s.Format = huma.TypeInteger, "int64"
	case report.KindDecimal:
		s.Type = huma.TypeNumber
	case report.KindFlag:
		s.Type = huma.TypeBoolean
	case report.KindDate:
		s.Pattern, s.Examples = `^(\d{4}-\d{2}-\d{2})?$`, []any{"2018-03-31"}
	case report.KindMonth:
		s.Pattern, s.Examples = `^(\d{4}-\d{2})?$`, []any{"2018-03"}
	case report.KindList:
		s.Type, s.Items = huma.TypeArray, itemSchema(f.Items)
	case report.KindObject:
		s.Type, s.AdditionalProperties = huma.TypeObject, schemaOf(&f.Items[1])
	}
	return s
}

// itemSchema is that of a list's items: objects, or plain values where their one field
// has no name.
func itemSchema(fields []report.Field) *huma.Schema {
	if len(fields) == 1 && fields[0].Name == "" {
		return schemaOf(&fields[0])
	}
	item := object()
	for i := range fields {
		item.Properties[fields[i].Name] = schemaOf(&fields[i])
		item.Required = append(item.Required, fields[i].Name)
	}
	return item
}
