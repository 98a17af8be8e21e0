package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	strict "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
)

// Tags of the described operations, Polish as the pages show them.
const (
	tagReports  = "Zestawienia"
	tagCommands = "Polecenia"
	tagHistory  = "Historia"
	tagPeople   = "Osoby"
)

// describe registers every operation of the API on the router and keeps the
// document that follows from them.
func (s *server) describe(r chi.Router) (huma.API, error) {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[domain.Date](), reflect.TypeFor[dateText]())
	registry.RegisterTypeAlias(reflect.TypeFor[domain.Month](), reflect.TypeFor[monthText]())
	registry.RegisterTypeAlias(reflect.TypeFor[domain.TimeOfDay](), reflect.TypeFor[timeText]())
	registry.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	format := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	api := humachi.New(r, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Księga – API", Version: s.Version, Description: "Kwoty są w groszach, czas w minutach, daty RRRR-MM-DD, " +
				"pozycje dziennika napisami. Odmowy mają postać application/problem+json ze stałym kodem.",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Servers:    []*huma.Server{{URL: "/", Description: "Ten serwer"}},
			Components: &huma.Components{Schemas: registry},
			Tags: []*huma.Tag{
				{Name: tagReports, Description: "Zestawienia na wybrany dzień (asOf) i według wiedzy z wybranej chwili (knownAt)."},
				{Name: tagCommands, Description: "Polecenia zapisują fakty. To samo polecenie z tym samym Idempotency-Key wykonuje się raz."},
				{Name: tagPeople, Description: "Szukanie osób w zakresie tego, kto pyta. Czego szukano, nie stoi w żadnym adresie; komu pokazano nazwiska, jest zapisane."},
				{Name: tagHistory, Description: "Zapisane zdarzenia w kolejności dziennika. Dane osobowe pozostają zaszyfrowane."},
			},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{translate},
	})
	api.OpenAPI().Security = []map[string][]string{{}} // none
	if s.Token != "" || s.Desk != nil {
		api.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
		api.OpenAPI().Security = []map[string][]string{{"token": {}}}
	}
	s.registerReports(api)
	s.registerCommands(api)
	s.registerHistory(api)
	s.registerPeople(api)
	shown := withoutOurs(registry.Map())
	defer shown()
	var err error
	if s.specJSON, err = json.MarshalIndent(api.OpenAPI(), "", "  "); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	if s.specYAML, err = api.OpenAPI().YAML(); err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return api, nil
}

// withoutOurs takes from schemas what is no part of JSON Schema, until back is called:
// the words in which a pattern is explained to whoever missed it.
func withoutOurs(schemas map[string]*huma.Schema) (back func()) {
	kept := map[*huma.Schema]string{}
	var take func(s *huma.Schema)
	take = func(s *huma.Schema) {
		if s == nil {
			return
		}
		if s.PatternDescription != "" {
			kept[s], s.PatternDescription = s.PatternDescription, ""
		}
		take(s.Items)
		for _, of := range s.Properties {
			take(of)
		}
	}
	for _, s := range schemas {
		take(s)
	}
	return func() {
		for s, words := range kept {
			s.PatternDescription = words
		}
	}
}

// What the calendar's types look like to clients; the domain knows no schema.
type (
	dateText  string
	monthText string
	timeText  string
)

// Schema of a civil date.
func (dateText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Pattern: `^[12]\d{3}-\d{2}-\d{2}$`, PatternDescription: "RRRR-MM-DD",
		Examples: []any{"2018-03-05"}}
}

// Schema of a calendar month.
func (monthText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[12]\d{3}-(0[1-9]|1[0-2])$`, PatternDescription: "RRRR-MM", Examples: []any{"2018-03"}}
}

// Schema of a time of day.
func (timeText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([01]\d|2[0-3]):[0-5]\d$|^24:00$`, PatternDescription: "GG:MM, do 24:00",
		Examples: []any{"08:30"}}
}

func marshal(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

var (
	errNotJSON   = errors.New("not valid JSON")
	errNotSchema = errors.New("the value or the name of the field is not as described")
)

// unmarshal is strict: names are spelt exactly and stand once. Its errors name
// the place and never the value.
func unmarshal(data []byte, v any) error {
	err := strict.Unmarshal(data, v, strict.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var semantic *strict.SemanticError
	if errors.As(err, &semantic) {
		return fmt.Errorf("%s: %w", semantic.JSONPointer, errNotSchema)
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%w (byte %d)", errNotJSON, syntax.ByteOffset)
	}
	return errNotJSON
}

// listing describes an operation that answers a question in JSON.
func (s *server) listing(id, path, summary, tag string, fails ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Tags: []string{tag}, RejectUnknownQueryParameters: true,
		Middlewares: huma.Middlewares{s.needAccept}, Errors: failures(append(fails, http.StatusNotAcceptable, http.StatusUnprocessableEntity)...)}
}

// failures are the statuses that an operation documents.
func failures(more ...int) []int {
	return append([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable}, more...)
}
