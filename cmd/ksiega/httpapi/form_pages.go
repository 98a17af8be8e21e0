package httpapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// commandForm is the form of a command, made of the same declaration as its import file.
type commandForm struct {
	name, title string
	fields      []commands.FormField
	// carry carries out what was typed, by the names of the fields, by what was seen of it; what
	// is refused stands at these.
	carry func(ctx context.Context, o commands.Origin, seen string, typed map[string]string) (commands.Result, error)
	// stands is what is recorded of the thing that an event is about, or that is told apart by
	// what is typed.
	stands   func(context.Context, *commands.Ledger, commands.Origin, *commands.Recorded) (commands.Standing, error)
	standsBy func(context.Context, *commands.Ledger, commands.Origin, map[string]string) (commands.Standing, error)
}

// formFor is the form of a command; false where it has none.
func formFor[C commands.Request](s *server, name, title string, do func(context.Context, commands.Origin, C) (commands.Result, error)) (commandForm, bool) {
	f := commandForm{name: name, title: title, fields: commands.FormOf(new(C)), stands: commands.StandsAt[C], standsBy: commands.StandsBy[C]}
	f.carry = func(ctx context.Context, o commands.Origin, seen string, typed map[string]string) (commands.Result, error) {
		var c C
		if err := commands.FillForm(&c, typed); err != nil {
			return commands.Result{}, err
		}
		if err := o.SawIn(c, seen); err != nil {
			return commands.Result{}, problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz jest niepełny.")
		}
		out, err := carryOut(ctx, s, o, c, do)
		return out, commands.AtFields(&c, err)
	}
	return f, len(f.fields) > 0
}

// recording serves the forms of commands.
func (s *server) recording(page chi.Router) {
	page.Get("/polecenia", s.commandsPage)
	page.Get("/polecenia/{name}", s.formPage)
	page.Post("/polecenia/{name}", s.posts(s.sendForm))
	page.Post("/polecenia/{name}/szukaj/{field}", s.posts(s.findPart))
	page.Get("/zapisy/{position}", s.recordPage)
	s.reading(page)
}

// form is the one that an address names, for whoever may send it.
func (s *server) form(r *http.Request) (commandForm, error) {
	name := chi.URLParam(r, "name")
	i := slices.IndexFunc(s.forms, func(f commandForm) bool { return f.name == name })
	if i < 0 {
		return commandForm{}, problem(codeNotFound, "Wybierz z listy poleceń: takiego formularza nie ma.")
	}
	return s.forms[i], session.Of(r.Context()).Allowed(access.Operation(name))
}

func (s *server) commandsPage(w http.ResponseWriter, r *http.Request) {
	var all []pages.CommandLink
	for _, f := range s.forms {
		if session.Of(r.Context()).May(access.Operation(f.name)) {
			all = append(all, pages.CommandLink{Title: f.title, Name: f.name})
		}
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Commands(w, s.visit(r), all) })
}

// What an address of a form may say beside its fields.
const (
	fieldAmend = "_zmiana"
	fieldFind  = "_find"
	// fieldRecord is the position of what a form was filled with.
	fieldRecord = "_zapis"
)

// formPage is a form with what its address says of it: ids, days and choices of which nothing
// is sealed.
func (s *server) formPage(w http.ResponseWriter, r *http.Request) {
	f, err := s.form(r)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	typed, query := map[string]string{}, r.URL.Query()
	for name := range query {
		i := slices.IndexFunc(f.fields, func(field commands.FormField) bool { return field.Name == name && field.Secrecy == commands.InClear })
		if i < 0 && name != paramSaved && name != fieldAmend {
			s.write(w, r, problem(codeInvalid, "Popraw adres: tego pola nie da się w nim wypełnić."))
			return
		}
		if i >= 0 {
			typed[name] = query.Get(name)
		}
	}
	if query.Has(fieldAmend) {
		is, err := f.standsBy(r.Context(), s.Ledger, s.looking(r), s.inFiles(f, typed))
		if err != nil || is.Typed != nil {
			s.showStanding(w, r, f, is, err)
			return
		}
	}
	page, err := s.formShown(r, f, typed, nil, s.newForm(r, ""))
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	if query.Has(paramSaved) {
		page.Saved = "Zapisano."
	}
	s.showForm(w, r, page)
}

// showForm shows a form. Whose names stand in it is recorded before.
func (s *server) showForm(w http.ResponseWriter, r *http.Request, page shownForm) {
	if err := s.noteChoices(r, page); err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.CommandForm(w, s.visit(r), page.CommandForm) })
}

// noteChoices records whose names a form, or what was found for it, shows: in one reading.
func (s *server) noteChoices(r *http.Request, page shownForm) error {
	if r.Method == http.MethodHead {
		return nil
	}
	return s.noteRead(r.Context(), commands.NoteReading{What: "choices", Filters: map[string]string{"command": page.Name}, Subjects: page.shown})
}

// sendForm carries out what a form sends, or shows it again: refused, or with what was
// looked for.
func (s *server) sendForm(w http.ResponseWriter, r *http.Request, form url.Values) {
	f, err := s.form(r)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	typed := f.typed(form)
	if form.Has(fieldFind) || f.looks(form, typed) {
		page, err := s.formShown(r, f, typed, form, s.sameForm(r, form))
		if err != nil {
			s.write(w, r, s.problemOf(r.Context(), err))
			return
		}
		s.showForm(w, r, page)
		return
	}
	o, err := formOrigin(r, form)
	var out commands.Result
	if err == nil {
		out, err = f.carry(r.Context(), o, form.Get(formSeen), s.inFiles(f, typed))
	}
	if err != nil {
		s.refuseForm(w, r, f, typed, form, err)
		return
	}
	to := "/polecenia/" + f.name
	if record := form.Get(fieldRecord); record != "" {
		to = recordPath(record)
	}
	s.done(w, r, to+"?"+paramSaved+"="+out.Position.String())
}

// refuseForm shows a form again that was not carried out.
func (s *server) refuseForm(w http.ResponseWriter, r *http.Request, f commandForm, typed map[string]string, form url.Values, why error) {
	page, err := s.formShown(r, f, typed, form, s.sameForm(r, form))
	if err == nil {
		err = s.noteChoices(r, page)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.again(w, r, why, func(w io.Writer, why pages.Refusal) error {
		page.Refused = &why
		return s.pages.CommandForm(w, s.visit(r), page.CommandForm)
	})
}

// looks says whether something is looked for of which nothing is chosen yet: whoever
// pressed Enter there wants to see what is found.
func (f commandForm) looks(form url.Values, typed map[string]string) bool {
	return slices.ContainsFunc(f.fields, func(field commands.FormField) bool {
		return choosable(&field) && form.Get(field.Name+"?") != "" && typed[field.Name] == ""
	})
}

// choosable says of a field that it names what there is to choose from.
func choosable(f *commands.FormField) bool {
	return f.Refers != "" && (!f.Names || f.Refers != domain.RefContract)
}

// findPart answers a script with what is found of a field's things.
func (s *server) findPart(w http.ResponseWriter, r *http.Request, form url.Values) {
	f, err := s.form(r)
	var page shownForm
	name := chi.URLParam(r, "field")
	if err == nil {
		f.fields = slices.DeleteFunc(slices.Clone(f.fields), func(field commands.FormField) bool { return field.Name != name })
		page, err = s.formShown(r, f, f.typed(form), form, pages.Hidden{})
	}
	if err == nil {
		err = s.noteChoices(r, page)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Found(w, page.CommandForm, name) })
}

// typed is what was typed into the fields, by their names; of a list all by commas.
func (f commandForm) typed(form url.Values) map[string]string {
	typed := map[string]string{}
	for name, values := range form {
		if strings.HasPrefix(name, "_") || strings.HasSuffix(name, "?") {
			continue
		}
		if value := strings.Join(values, ", "); strings.TrimSpace(value) != "" {
			typed[strings.TrimSuffix(name, "[]")] = value
		}
	}
	for _, way := range f.amends() {
		delete(typed, way.Value)
		if form.Get(fieldAmend) == way.Value {
			typed[way.Value] = "tak"
		}
	}
	return typed
}

// amends are the ways to change what is recorded.
func (f commandForm) amends() (ways []pages.Choice) {
	for _, way := range []pages.Choice{{Value: "korekta", Title: "poprawka: te wartości zastępują zapisane"}, {Value: "wycofanie", Title: "wycofanie: wystarczą pola, po których to poznać"}} {
		if slices.ContainsFunc(f.fields, func(field commands.FormField) bool { return field.Name == way.Value }) {
			ways = append(ways, way)
		}
	}
	return ways
}

// inFiles is what was typed with days and months in the form that files have them in.
func (s *server) inFiles(f commandForm, typed map[string]string) map[string]string {
	read := map[string]string{}
	for name, value := range typed {
		read[name] = value
		for _, field := range f.fields {
			switch {
			case field.Name != name:
			case field.Kind == commands.KindDate:
				read[name] = polish.ReadDay(value)
			case field.Kind == commands.KindMonth:
				read[name] = polish.ReadMonth(value)
			}
		}
	}
	return read
}

// shownForm is a form's page, with whose names stand in it.
type shownForm struct {
	pages.CommandForm
	shown []domain.Ref
}

// formShown is a form's page with what was typed, and what may be chosen.
func (s *server) formShown(r *http.Request, f commandForm, typed map[string]string, form url.Values, hidden pages.Hidden) (shownForm, error) {
	page := shownForm{CommandForm: pages.CommandForm{Name: f.name, Title: f.title, Hidden: hidden, Typed: typed, Amends: f.amends(), Record: form.Get(fieldRecord)}}
	for _, way := range page.Amends {
		if typed[way.Value] != "" {
			page.Amend = way.Value
		}
	}
	for i := range f.fields {
		field := &f.fields[i]
		shown := pages.CommandField{Name: field.Name, Doc: field.Doc, Kind: fieldKind(field.Kind), Choices: field.Choices, Optional: field.Optional || !field.Filled, Long: field.Long, Key: field.Key}
		if choosable(field) {
			of, err := s.find(r, f, field, typed[field.Name], form.Get(field.Name+"?"), &shown)
			if err != nil {
				return page, err
			}
			for _, is := range of {
				if !slices.Contains(page.shown, is) {
					page.shown = append(page.shown, is)
				}
			}
		}
		page.Fields = append(page.Fields, shown)
	}
	page.Named = len(page.shown) > 0
	return page, nil
}

// Offered are how many things a field shows at once, and how few need no search.
const (
	offeredMost = 12
	offeredFew  = 8
)

// find is how a field's thing is chosen: what is chosen, and what of what was looked for there
// is, within reach; and whose names are shown.
func (s *server) find(r *http.Request, f commandForm, field *commands.FormField, chosen, looked string, shown *pages.CommandField) ([]domain.Ref, error) {
	found := &pages.Find{Address: "/polecenia/" + f.name + "/szukaj/" + field.Name, Typed: looked, Several: field.Kind == commands.KindIDs}
	shown.Find, shown.Thing = found, thingOf(field)
	asked := queries.Choosing{Kind: field.Refers, Typed: looked, Most: offeredMost, Few: offeredFew}
	for id := range strings.SplitSeq(chosen, ",") {
		if id = strings.TrimSpace(id); id != "" {
			asked.Chosen = append(asked.Chosen, id)
		}
	}
	of, err := s.Reader.Offers(r.Context(), session.Of(r.Context()), asked)
	switch {
	case errors.Is(err, access.ErrDenied): // whoever may send the form and see none of them is offered none
		of = &queries.Offered{}
	case err != nil:
		return nil, err
	}
	add := func(c pages.Choice) {
		if !slices.ContainsFunc(found.Found, func(has pages.Choice) bool { return has.Value == c.Value }) {
			found.Found = append(found.Found, c)
		}
	}
	for _, o := range of.Chosen {
		add(choiceOf(o))
	}
	for _, id := range asked.Chosen { // what lies out of reach stands as it was typed
		add(pages.Choice{Value: id, Title: id})
	}
	for _, o := range of.Found {
		add(choiceOf(o))
	}
	if looked != "" && field.Names {
		add(pages.Choice{Value: looked, Title: looked, Hint: "nowy, jeśli jeszcze go nie ma"})
	}
	things, by := polish.Noun{One: "pozycja", Few: "pozycje", Many: "pozycji"}, "numeru"
	if s.namesIn(r, field.Refers) {
		by = "nazwiska albo numeru"
	}
	switch {
	case looked != "" && of.All > offeredMost:
		found.Note = "Pasuje " + things.Count(int64(of.All)) + ": dopisz więcej, żeby zobaczyć właściwą."
	case looked != "" && of.All == 0:
		found.Note = "Nic nie pasuje. Sprawdź pisownię albo poszukaj inaczej."
	case looked == "" && of.All > offeredFew:
		found.Note = "Wpisz część " + by + ": do wyboru jest " + things.Count(int64(of.All)) + "."
	}
	return of.Shown, nil
}

// namesIn says whether somebody finds things of a kind by people's names.
func (s *server) namesIn(r *http.Request, kind domain.RefKind) bool {
	who := session.Of(r.Context())
	switch kind {
	case domain.RefParticipant, domain.RefContract:
		return who.SeesIn(access.Names, access.Name)
	case domain.RefAssistant:
		return who.SeesIn(access.Names, access.Staff)
	}
	return false
}

// choiceOf is what may be chosen, called by name where there is one.
func choiceOf(o queries.Offer) pages.Choice {
	if o.Name == "" {
		return pages.Choice{Value: o.ID, Title: o.ID, Hint: o.Hint}
	}
	return pages.Choice{Value: o.ID, Title: o.Name, Hint: strings.TrimSuffix(o.ID+", "+o.Hint, ", ")}
}

// fieldKind is a kind of value as pages know it.
func fieldKind(k commands.ValueKind) string {
	return map[commands.ValueKind]string{commands.KindID: "id", commands.KindIDs: "ids", commands.KindChoice: "choice", commands.KindChoices: "choices",
		commands.KindYesNo: "yesno", commands.KindDate: "day", commands.KindMonth: "month", commands.KindClock: "clock", commands.KindHours: "hours",
		commands.KindAmount: "amount", commands.KindPercent: "percent", commands.KindCount: "count"}[k]
}

// thingOf is what a field names, in Polish.
func thingOf(f *commands.FormField) string {
	if called := map[string]string{"opiekun_dla": "kim się opiekuje", "zastepca": "zastępca", "zostaje": "kto pozostaje", "polaczony": "czego już nie będzie",
		"koryguje": "który wniosek zastępuje", "projekt": "projekt"}[f.Name]; called != "" {
		return called
	}
	switch f.Refers {
	case domain.RefParticipant:
		return "uczestnik"
	case domain.RefContract:
		if strings.Contains(f.Doc, "kontraktu") {
			return "kontrakt"
		}
		return "umowa"
	case domain.RefAssistant:
		return "asystent"
	case domain.RefAgreement:
		return "porozumienie"
	case domain.RefProgramme:
		return "program"
	case domain.RefSession:
		return "zajęcia"
	case domain.RefClaim:
		return "wniosek"
	case domain.RefStatement:
		return "wyciąg"
	case domain.RefWorker:
		return "pracownik"
	}
	return f.Doc
}
