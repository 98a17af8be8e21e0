package pages

import (
	"io"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

type docsView struct {
	Head   Head
	Groups []docsGroup
}

type docsGroup struct {
	Name, Doc  string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Doc string
	Tables                         []Table
	Statuses                       string
}

type docsField struct {
	Name, Where, Type, Doc string
	Required               bool
}

// Docs writes the page that describes the API.
func (p *Pages) Docs(w io.Writer, visit Visit, doc *huma.OpenAPI) error {
	v := docsView{Head: Head{Title: "Opis API", Meta: "Co przyjmuje i co odpowiada serwer, polecenie po poleceniu."}}
	for _, tag := range doc.Tags {
		v.Groups = append(v.Groups, docsGroup{Name: tag.Name, Doc: tag.Description, Operations: operations(doc, tag.Name)})
	}
	return p.render(w, "docs", p.framed(visit, "Opis API", "/docs", nil), v)
}

func operations(doc *huma.OpenAPI, tag string) []docsOperation {
	var out []docsOperation
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil && slices.Contains(op.Tags, tag) {
				out = append(out, operation(doc, path, op))
			}
		}
	}
	slices.SortFunc(out, func(a, b docsOperation) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func operation(doc *huma.OpenAPI, path string, op *huma.Operation) docsOperation {
	o := docsOperation{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Doc: op.Description}
	where := map[string]string{"query": "adres", "path": "ścieżka", "header": "nagłówek"}
	var params, body, answered []docsField
	for _, p := range op.Parameters {
		params = append(params, docsField{Name: p.Name, Where: where[p.In], Type: typeOf(p.Schema), Doc: p.Description, Required: p.Required})
	}
	if op.RequestBody != nil {
		body = fields(doc, op.RequestBody.Content["application/json"])
	}
	var statuses []string
	for status, answer := range op.Responses {
		statuses = append(statuses, status)
		if status == "200" && answer.Content != nil {
			answered = fields(doc, answer.Content["application/json"])
			for i := range answered {
				answered[i].Required = false // a word for what clients send
			}
		}
	}
	slices.Sort(statuses)
	o.Statuses = strings.Join(statuses, ", ")
	for _, t := range []struct {
		caption string
		fields  []docsField
	}{{"Parametry", params}, {"Treść żądania (JSON)", body}, {"Odpowiedź (JSON)", answered}} {
		if len(t.fields) > 0 {
			o.Tables = append(o.Tables, tableOfFields(op.Summary, t.caption, t.fields))
		}
	}
	return o
}

// fields lists an object's properties; those of a report's rows stand in place
// of the word rows.
func fields(doc *huma.OpenAPI, media *huma.MediaType) []docsField {
	if media == nil {
		return nil
	}
	schema := resolved(doc, media.Schema)
	var out []docsField
	for _, name := range names(schema) {
		property := resolved(doc, schema.Properties[name])
		out = append(out, docsField{Name: name, Type: typeOf(property), Doc: property.Description, Required: slices.Contains(schema.Required, name)})
		if property.Type != huma.TypeArray || property.Items == nil {
			continue
		}
		row := resolved(doc, property.Items)
		for _, inner := range names(row) {
			p := resolved(doc, row.Properties[inner])
			out = append(out, docsField{Name: name + "[]." + inner, Type: typeOf(p), Doc: p.Description})
		}
	}
	return out
}

func names(s *huma.Schema) []string {
	out := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func resolved(doc *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return &huma.Schema{}
	}
	return s
}

// typeOf is a schema's type in words, with what narrows it.
func typeOf(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	name := map[string]string{huma.TypeString: "tekst", huma.TypeInteger: "liczba całkowita", huma.TypeBoolean: "tak/nie (true, false)",
		huma.TypeNumber: "liczba", huma.TypeArray: "lista", huma.TypeObject: "obiekt"}[s.Type]
	if s.Nullable {
		name += " albo null"
	}
	switch {
	case len(s.Enum) > 0:
		return "jedno z: " + choices(s.Enum)
	case s.Items != nil && len(s.Items.Enum) > 0:
		return "z przecinkami, z: " + choices(s.Items.Enum)
	case s.PatternDescription != "":
		return name + " " + s.PatternDescription
	case s.Format == "date-time":
		return "chwila (RFC 3339)"
	case len(s.Examples) > 0:
		if text, ok := s.Examples[0].(string); ok {
			return name + ", np. " + text
		}
	}
	return name
}

func choices(enum []any) string {
	var values []string
	for _, e := range enum {
		if text, ok := e.(string); ok && text != "" {
			values = append(values, text)
		}
	}
	return strings.Join(values, ", ")
}

// tableOfFields is a table of them under a caption.
func tableOfFields(summary, caption string, fields []docsField) Table {
	t := Table{Label: caption + ": " + summary, Caption: caption, Compact: true, Columns: []Column{{Title: "Nazwa"}, {Title: "Typ"}, {Title: "Opis"}}}
	for _, f := range fields {
		kind := Cell{Text: f.Type}
		if f.Where != "" {
			kind.Text += " (" + f.Where + ")"
		}
		if f.Required {
			kind.Text, kind.Strong = kind.Text+",", "wymagane"
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: f.Name, Code: true}, kind, {Text: f.Doc}}})
	}
	return t
}
