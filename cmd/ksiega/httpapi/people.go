package httpapi

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/report"
	"ksiega/queries"
)

// People are found by what is sent, which stands in no address: a name, or a PESEL.

// finding serves the page on which people are found.
func (s *server) finding(page chi.Router) {
	page.Get("/osoby", func(w http.ResponseWriter, r *http.Request) { s.people(w, r, sought{}) })
	page.Post("/osoby", s.posts(func(w http.ResponseWriter, r *http.Request, form url.Values) {
		s.people(w, r, sought{Name: form.Get("szukaj"), PESEL: strings.TrimSpace(form.Get("pesel"))})
	}))
}

// sought is by what somebody looks for people.
type sought struct{ Name, PESEL string }

// found are those whom somebody looks for, and that their names were shown is recorded.
func (s *server) found(ctx context.Context, by sought) (*queries.People, error) {
	who, of := session.Of(ctx), &queries.People{}
	var err error
	if by.PESEL == "" {
		of, err = s.Reader.FindPeople(ctx, who, by.Name, maxListed)
	} else {
		var ids []string
		// Whoever goes away has asked all the same.
		if ids, err = s.Ledger.FindPerson(context.WithoutCancel(ctx), origin(ctx, "", nil), commands.FindPerson{PESEL: by.PESEL}); err == nil && len(ids) > 0 {
			of, err = s.Reader.PeopleOf(ctx, who, ids)
		}
	}
	if err != nil {
		return nil, err
	}
	return of, s.noteRead(ctx, commands.NoteReading{What: "people", Subjects: of.Shown})
}

// noteRead records whose texts somebody is shown, before they are; nothing where they are nobody's.
func (s *server) noteRead(ctx context.Context, c commands.NoteReading) error {
	if len(c.Subjects) == 0 {
		return nil
	}
	c.On = s.today()
	slices.SortFunc(c.Subjects, func(a, b domain.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	_, err := s.Ledger.NoteReport(ctx, origin(ctx, "", nil), c)
	return err
}

func (s *server) people(w http.ResponseWriter, r *http.Request, by sought) {
	who := session.Of(r.Context())
	v := pages.Things{Path: "/osoby", Hidden: s.newForm(r, ""), Fields: []pages.Field{{ID: "szukaj", Name: "szukaj", Label: "Imię, nazwisko albo identyfikator", Value: by.Name, Width: "w-l"}}}
	if who.SeesIn(access.Find, access.PESEL) {
		v.Fields = append(v.Fields, pages.Field{ID: "pesel", Name: "pesel", Label: "PESEL", Value: by.PESEL, Width: "w-m", Mode: "numeric", Exact: true})
	} else {
		by.PESEL = ""
	}
	of, status := &queries.People{}, http.StatusOK
	var err error
	if r.Method != http.MethodHead {
		of, err = s.found(r.Context(), by)
	} else {
		err = who.Allowed(access.Find)
	}
	if err != nil {
		p := s.problemOf(r.Context(), err)
		switch {
		case errors.Is(err, commands.ErrElsewhere), errors.Is(err, intake.ErrAsked):
			v.Note = &pages.Note{State: "warn", Role: "alert", Text: p.Detail}
		case errors.Is(err, commands.ErrPESEL):
			v.Fields[1].Error = p.Detail
		default:
			s.write(w, r, p)
			return
		}
		of, status, v.Unsaid = &queries.People{}, p.Status, true
	}
	v.All, v.Named = of.All, len(of.Shown) > 0
	for _, f := range of.Found {
		c := pages.Choice{Title: f.ID}
		if f.Name != "" {
			c.Title, c.Hint = f.Name, f.ID
		}
		switch {
		case who.May(access.Report("person")):
			c.Value = "/osoby/" + url.PathEscape(f.ID)
		case who.May(access.Report("access-log")):
			c.Value = pathAccess + "?" + url.Values{"participant": {f.ID}}.Encode()
		}
		v.Found = append(v.Found, c)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Things(w, s.visit(r), v) })
}

// PersonSought is by what people are found over the API; one of the two.
type PersonSought struct {
	Name  string `json:"name,omitempty" maxLength:"200" doc:"Części imienia, nazwiska albo identyfikatora, bez względu na wielkość liter i znaki diakrytyczne"`
	PESEL string `json:"pesel,omitempty" maxLength:"40" doc:"Cały PESEL"`
}

// PeopleFound are those within the limits of whoever asks.
type PeopleFound struct {
	People []queries.FoundPerson `json:"people" nullable:"false"`
	All    int                   `json:"all" doc:"Ile jest ich razem"`
}

type peopleFound struct{ Body PeopleFound }

func (s *server) registerPeople(api huma.API) {
	op := s.listing("find-people", "/api/v1/people", "Znajdź osoby po nazwisku albo numerze PESEL", tagPeople, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusTooManyRequests)
	op.Method, op.MaxBodyBytes = http.MethodPost, maxCommandBytes
	huma.Register(api, op, func(ctx context.Context, in *struct{ Body PersonSought }) (*peopleFound, error) {
		if in.Body.Name != "" && in.Body.PESEL != "" {
			return nil, problem(codeInvalid, "Podaj jedno: name albo pesel.")
		}
		of, err := s.found(ctx, sought(in.Body))
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return &peopleFound{PeopleFound{People: slices.Concat([]queries.FoundPerson{}, of.Found), All: of.All}}, nil
	})
}

// named are names of people.
type named map[domain.Ref]string

// namesOf are those whom a page names by their ids, with the names that whoever looks may see; with
// whoever else it shows they are one reading.
func (s *server) namesOf(r *http.Request, asked []queries.NameAsked, reading commands.NoteReading) (named, error) {
	if r.Method == http.MethodHead {
		return nil, nil
	}
	names, err := s.Reader.Names(r.Context(), session.Of(r.Context()), asked)
	if err != nil {
		return nil, err
	}
	if names, err = s.accountsNamed(r.Context(), asked, names); err != nil {
		return nil, err
	}
	for of := range names {
		if !slices.Contains(reading.Subjects, of) {
			reading.Subjects = append(reading.Subjects, of)
		}
	}
	return names, s.noteRead(r.Context(), reading)
}

// accountsNamed adds whose accounts a page names, for whoever may see that.
func (s *server) accountsNamed(ctx context.Context, asked []queries.NameAsked, names named) (named, error) {
	if s.accounts == nil || !session.Of(ctx).SeesIn(access.ListAccounts, access.Account) {
		return names, nil
	}
	for _, a := range asked {
		if a.Of.Kind != domain.RefAccount || names[a.Of] != "" || len(names) >= intake.MaxSubjects {
			continue
		}
		of, err := s.accounts.Owner(ctx, a.Of.ID)
		if err != nil {
			return nil, err
		}
		if of.Name != "" {
			if names == nil {
				names = named{}
			}
			names[a.Of] = of.Name
		}
	}
	return names, nil
}

// visitOf is a visit to a page with names.
func (s *server) visitOf(r *http.Request, names named) pages.Visit {
	v := s.visit(r)
	if len(names) > 0 {
		v.Named = func(of report.Reference, id string) string {
			return names[domain.Ref{Kind: domain.RefKind(of), ID: id}]
		}
	}
	return v
}
