package pages

import (
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"ksiega/internal/polish"
)

// parseForms parses the pages of commands' forms.
func (p *Pages) parseForms(functions template.FuncMap) error {
	for _, name := range []string{"command", "commands", "things", "life", "findings", "keys", "patterns"} {
		t, err := template.New("layout.html").Funcs(functions).ParseFS(sources, "templates/layout.html", "components/*.html", "templates/"+name+".html")
		if err != nil {
			return fmt.Errorf("parse the page %s: %w", name, err)
		}
		p.byName[name] = t
	}
	return nil
}

// A CommandField is a field of a command's form as whoever declares it has it.
type CommandField struct {
	Name, Doc string // Doc is Polish: what stands in it; hint
	Kind      string // text, id, ids, choice, choices, yesno, day, month, clock, hours, amount, percent, count
	Choices   []string
	Optional  bool
	Long      bool
	Key       bool   // what is recorded is told apart by it
	Thing     string // what it names, in Polish; "" is nothing that can be chosen
	Find      *Find  // how that is chosen
}

// CommandForm is the page of a command's form.
type CommandForm struct {
	Name, Title string
	Fields      []CommandField
	Hidden      Hidden
	Typed       map[string]string // by the field's name; several by commas
	Amends      []Choice          // ways to change what is recorded, beside a new entry
	Amend       string            // the way that is chosen
	Refused     *Refusal
	Saved       string // that it was done, right after it was; "" is not
	// Record is the position of what the form was filled with, which is put right and nothing
	// else: what tells it apart stays as it is. "" is a form that somebody fills in.
	Record    string
	Withdrawn bool // it was taken back, and is recorded anew
	Veiled    bool // fields of it are left out that are not for whoever looks
	Past      bool
	Named     bool // some of what may be chosen is told by people's names
}

type commandFormView struct {
	Head  Head
	Notes []Note
	Form  Form
	Saved *Toast
}

// CommandForm writes the page of a command's form.
func (p *Pages) CommandForm(w io.Writer, visit Visit, c CommandForm) error {
	path := "/polecenia/" + c.Name
	if c.Record != "" && !c.Withdrawn {
		c.Title = amendTitle(c.Name, c.Title)
	}
	v := commandFormView{Head: Head{Crumbs: []Crumb{{"Polecenia", "/polecenia"}, {Title: c.Title}}, Title: c.Title}, Form: c.form(path), Notes: c.notes()}
	if c.Saved != "" {
		v.Saved = &Toast{Text: c.Saved}
	}
	f := p.framed(visit, c.Title, path, nil)
	f.Here, f.Moment = "/polecenia", p.today(visit.Today)
	if c.Record != "" || c.Named {
		f.FootNote = footNamed
	}
	return p.render(w, "command", f, v)
}

// notes are what there is to know of a form that is filled with what stands.
func (c CommandForm) notes() (all []Note) {
	switch {
	case c.Record == "":
		return nil
	case c.Withdrawn:
		all = append(all, Note{State: "warn", Strong: "To wycofano.", Text: "Pola pokazują, co było zapisane. Zapisz, jeśli ma znowu obowiązywać."})
	case len(c.Amends) > 0:
		all = append(all, Note{State: "info", Text: "Pola są wypełnione tym, co jest zapisane. Zmień, co trzeba, i podaj powód."})
	}
	if c.Veiled {
		all = append(all, Note{State: "warn", Strong: "Nie widzisz wszystkich pól.", Text: "Poprawka zastępuje cały zapis, więc pole, które zostawisz puste, przepadnie. Poproś o nią kogoś, kto je widzi."})
	}
	return all
}

// settled tells a field that stays as it is: what is put right is told apart by it.
func (c CommandForm) settled(f CommandField) bool {
	return c.Record != "" && !c.Withdrawn && f.Key && c.Typed[f.Name] != ""
}

// form puts what has to be filled first, then what may be, and then the changes of what is
// recorded, folded away.
func (c CommandForm) form(path string) Form {
	form := Form{Label: c.Title, Action: path, Hidden: c.Hidden, Submit: c.Title, Back: "/polecenia"}
	needed, may := FieldGroup{}, FieldGroup{Title: "Jeśli wiadomo"}
	amend := FieldGroup{Title: "Poprawka albo wycofanie tego, co zapisano", Folded: len(c.Amends) > 0, Open: c.Amend != ""}
	if len(c.Amends) > 0 && (c.Record == "" || !c.Withdrawn) {
		amend.Fields = []Field{{ID: "f-zmiana", Name: "_zmiana", Label: "Co robisz", Kind: "radios", Value: c.Amend, Choices: append([]Choice{{Title: "nowy zapis"}}, c.Amends...), Width: "w-l"}}
		if c.Record != "" {
			amend.Fields[0].Choices = []Choice{{Value: "korekta", Title: "poprawiam: te wartości zastępują zapisane"}, {Value: "wycofanie", Title: "wycofuję: tego nie miało być w księdze"}}
		}
	}
	if c.Record != "" {
		form.Kept = append(form.Kept, Pair{"_zapis", c.Record})
		amend.Title, amend.Folded = "Co robisz i dlaczego", false
		if len(c.Amends) > 0 && !c.Withdrawn {
			form.Submit = "Zapisz zmianę"
		}
		needed.Title, may.Title = "Co jest zapisane", ""
	}
	for _, field := range c.Fields {
		f := c.field(field)
		switch {
		case c.settled(field):
			form.Facts = append(form.Facts, Pair{f.Label, c.settledText(field)})
			form.Kept = append(form.Kept, Pair{f.Name, c.Typed[field.Name]})
		case amends(field.Name):
			if field.Kind != "yesno" || len(c.Amends) == 0 {
				f.Optional, f.Width = false, "w-full"
				amend.Fields = append(amend.Fields, f)
				amend.Open = amend.Open || f.Error != "" || f.Value != ""
			}
		case field.Optional:
			may.Fields = append(may.Fields, f)
		default:
			needed.Fields = append(needed.Fields, f)
		}
	}
	for _, g := range []FieldGroup{needed, may, amend} {
		if len(g.Fields) > 0 {
			form.Groups = append(form.Groups, g)
		}
	}
	if c.Refused != nil {
		form.Refused = c.Refused.note(slices.DeleteFunc(slices.Clone(c.Fields), c.settled))
		if c.Record != "" {
			form.Refused.Links = []Link{{"Otwórz to, co jest teraz zapisane", "/zapisy/" + c.Record}}
		}
	}
	return form
}

// settledText is a field that stays as it is, as people read it.
func (c CommandForm) settledText(f CommandField) string {
	value := c.Typed[f.Name]
	for _, choice := range wordsFor(f.Choices) {
		if choice.Value == value {
			return choice.Title
		}
	}
	if f.Kind == "day" || f.Kind == "month" {
		return typedDay(value)
	}
	return value
}

// amends tells the fields of a correction or withdrawal.
func amends(name string) bool {
	return slices.Contains([]string{"korekta", "wycofanie", "powod_korekty"}, name) || name == "powod"
}

// note is a refusal as a form shows it before its fields: what stands at a field is not said
// twice.
func (r *Refusal) note(fields []CommandField) *Note {
	n := &Note{State: "bad", Role: "alert", Strong: "Nie zapisano.", Text: r.Text}
	if slices.ContainsFunc(fields, func(f CommandField) bool { return r.Fields[f.Name] != "" }) {
		n.Text = "Popraw zaznaczone pola: niczego innego nie trzeba wpisywać od nowa."
	}
	if n.Text == "" {
		n.Text = r.Title + ". Nic nie przepadło: spróbuj jeszcze raz."
	}
	if r.Correlation != "" {
		n.Text += " Numer zgłoszenia " + r.Correlation + "."
	}
	return n
}

// field is a field as it is typed into.
func (c CommandForm) field(of CommandField) Field {
	label, hint, _ := strings.Cut(strings.TrimPrefix(of.Doc, "tak: "), "; ")
	f := Field{ID: "f-" + of.Name, Name: of.Name, Label: polish.Capital(label), Hint: hint, Value: c.Typed[of.Name], Optional: false, Width: "w-m"}
	if called := fieldTitles()[of.Name]; called != "" {
		f.Label, f.Hint = called, hint
		if !strings.EqualFold(called, label) {
			f.Hint = of.Doc
		}
	}
	if c.Refused != nil {
		f.Error = c.Refused.Fields[of.Name]
	}
	switch of.Kind {
	case "yesno":
		f.Kind = "check"
	case "choice":
		f.Kind, f.Choices = "radios", wordsFor(of.Choices)
		if len(of.Choices) > 6 {
			f.Kind, f.Choices = "", append([]Choice{{Title: "wybierz"}}, f.Choices...)
		} else if of.Optional {
			f.Choices = append([]Choice{{Title: "nie podano"}}, f.Choices...)
		}
	case "choices":
		f.Kind, f.Name, f.Choices, f.Chosen = "checks", of.Name+"[]", wordsFor(of.Choices), split(f.Value)
	case "day":
		f.Width, f.Value = "w-date", typedDay(f.Value)
	case "month":
		f.Width, f.Value, f.Hint = "w-date", typedDay(f.Value), joined(f.Hint, "na przykład 6.2018")
	case "clock":
		f.Width = "w-date"
	case "hours":
		f.Width, f.Hint = "w-s", joined(f.Hint, "2:30 albo 2,5")
	case "amount":
		f.Width, f.Mode = "w-s", "decimal"
	case "percent", "count":
		f.Width, f.Mode = "w-s", "numeric"
	}
	if of.Long {
		f.Kind, f.Width = "long", "w-full"
	}
	if of.Find != nil {
		f.Label, f.Find, f.Width = polish.Capital(of.Thing), of.Find, ""
		if f.Chosen = split(f.Value); of.Find.Several {
			f.Name = of.Name + "[]"
		}
	}
	return f
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

func split(value string) (all []string) {
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// CommandArea is commands that belong together.
type CommandArea struct {
	Title    string
	Commands []CommandLink
}

// CommandLink leads to a command's form.
type CommandLink struct{ Title, Name string }

type commandsView struct {
	Head  Head
	Areas []CommandArea
	Empty *Empty
}

// Commands writes the list of all forms that somebody may fill in.
func (p *Pages) Commands(w io.Writer, visit Visit, all []CommandLink) error {
	v := commandsView{Head: Head{Title: "Polecenia", Meta: "Wszystko, co możesz zapisać. To samo jest w" + polish.NoBreak + "kartach osób i" + polish.NoBreak + "umów, tam z" + polish.NoBreak + "wypełnionymi polami."}}
	for _, c := range all {
		title := commandArea(c.Name)
		i := slices.IndexFunc(v.Areas, func(a CommandArea) bool { return a.Title == title })
		if i < 0 {
			i = len(v.Areas)
			v.Areas = append(v.Areas, CommandArea{Title: title})
		}
		v.Areas[i].Commands = append(v.Areas[i].Commands, c)
	}
	if len(all) == 0 {
		v.Empty = &Empty{"Nie ma tu nic do zapisania.", "Twoja rola czyta i nie zapisuje."}
	}
	f := p.framed(visit, "Polecenia", "/polecenia", nil)
	return p.render(w, "commands", f, v)
}

// Found writes what was found of a field's things, alone.
func (p *Pages) Found(w io.Writer, c CommandForm, name string) error {
	i := slices.IndexFunc(c.Fields, func(f CommandField) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return p.byName["command"].ExecuteTemplate(w, "found", c.field(c.Fields[i]))
}
