package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"ksiega/internal/polish"
)

//go:embed templates components
var sources embed.FS

// Options are what every page rests on.
type Options struct {
	Version string
	Zone    *time.Location // of moments
}

// Pages writes pages.
type Pages struct {
	Options
	byName map[string]*template.Template // each with the layout around it
	assets map[string]asset
}

// New parses the templates.
func New(o Options) (*Pages, error) {
	assets, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &Pages{Options: o, byName: map[string]*template.Template{}, assets: assets}
	functions := template.FuncMap{"htmx": func() string { return htmxConfig }, "tied": polish.Tied, "asset": func(name string) (string, error) {
		a, found := assets[name]
		if !found {
			return "", fmt.Errorf("there is no asset %s", name)
		}
		return a.address, nil
	}}
	for _, name := range []string{"start", "report", "docs", "problem", "gate", "board", "grid", "months", "session", "sessions"} {
		t, err := template.New("layout.html").Funcs(functions).ParseFS(sources, "templates/layout.html", "components/*.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parse the page %s: %w", name, err)
		}
		p.byName[name] = t
	}
	return p, p.parseForms(functions)
}

// render writes a page, or nothing where the template fails.
func (p *Pages) render(w io.Writer, name string, f Frame, page any) error {
	f.Page = page
	var b bytes.Buffer
	err := error(nil)
	if f.Part == "" {
		err = p.byName[name].Execute(&b, f)
	} else {
		err = p.byName[name].ExecuteTemplate(&b, f.Part, f)
	}
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Problem is why a request was not carried out.
type Problem struct {
	Title, Detail, Code, Correlation string
	Status                           int
}

type problemView struct {
	Head Head
	Note Note
	Problem
}

// Problem writes the page of it.
func (p *Pages) Problem(w io.Writer, visit Visit, of Problem) error {
	v := problemView{Head{Title: of.Title}, Note{State: "bad", Text: of.Detail}, of}
	return p.render(w, "problem", p.framed(visit, of.Title, "", nil), v)
}
