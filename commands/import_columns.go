package commands

import (
	"fmt"
	"slices"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
)

// ImportColumn is a column of an import file. It is declared once, by the command that it
// fills: reading, refusals, notices, templates and the docs go by that.
type ImportColumn struct {
	Name     string // in the file
	Field    string // of the command that it fills, by its JSON name
	Doc      string // what stands in it, in Polish
	Kind     ValueKind
	Secrecy  Secrecy // declared, or a test fails
	Choices  []string
	Optional bool // the file may lack it
	Filled   bool // no cell may be empty
	Key      bool // it is part of a row's identity
}

// column is one that is bound to a command.
type column struct {
	ImportColumn
	isName  bool           // what stands in it names something for the first time
	isWords bool           // and is words of a thing
	isLong  bool           // it is typed in several lines
	refers  domain.RefKind // the kind of thing that is named in it, where its name alone does not say so
	also    []string       // fields that it fills too, where its values are of several kinds
	codes   []coded        // what the words of the column stand for, where they are others
	read    func(*sheetfile.Record)
	text    func() string // of the field
}

// ValueKind is what a column's cells hold, in Polish.
type ValueKind string

// The kinds of values.
const (
	KindText    ValueKind = "tekst"
	KindID      ValueKind = "identyfikator"
	KindIDs     ValueKind = "identyfikatory, po przecinku"
	KindChoice  ValueKind = "jedna z wartości"
	KindChoices ValueKind = "wartości, po przecinku"
	KindYesNo   ValueKind = "tak lub nie"
	KindDate    ValueKind = "data"
	KindMonth   ValueKind = "miesiąc"
	KindClock   ValueKind = "godzina"
	KindHours   ValueKind = "czas"
	KindAmount  ValueKind = "kwota"
	KindPercent ValueKind = "procent"
	KindCount   ValueKind = "liczba"
	KindPESEL   ValueKind = "PESEL"
	KindAccount ValueKind = "numer konta"
	KindNIP     ValueKind = "NIP"
)

// Secrecy is how a column's cells are recorded, in Polish.
type Secrecy string

// The ways to record them. A code is one of a closed list that tells of health or status,
// or of what somebody came to: it is sealed as texts are, and counted where it may be opened.
const (
	InClear    Secrecy = "jawne"
	SealedText Secrecy = "szyfrowany tekst"
	SealedCode Secrecy = "szyfrowany kod"
)

// fromRow is a command that a row of an import file makes: columns are bound to its
// fields, so that reading them fills it.
type fromRow[R any] interface {
	*R
	columns() []column
}

func columnOf[T any](name, field string, into *T, kind ValueKind, doc string, read func(*sheetfile.Record, string) T) column {
	return column{ImportColumn: ImportColumn{Name: name, Field: field, Kind: kind, Doc: doc, Filled: true},
		read: func(r *sheetfile.Record) { *into = read(r, name) },
		text: func() string { return fmt.Sprint(*into) }}
}

// given is columnOf for a number, in clear, of which an empty cell is told from a zero.
func given[T any](name, field string, into **T, kind ValueKind, doc string, read func(*sheetfile.Record, string) T) column {
	return column{ImportColumn: ImportColumn{Name: name, Field: field, Kind: kind, Secrecy: InClear, Doc: doc, Optional: true}, read: func(r *sheetfile.Record) {
		if v := read(r, name); !r.Empty(name) {
			*into = &v
		}
	}}
}

// textColumn is of words: whether they are sealed, whoever declares one says.
func textColumn(name, field string, into *string, doc string) column {
	return columnOf(name, field, into, KindText, doc, (*sheetfile.Record).Text)
}

func idColumn(name, field string, into *string, doc string) column {
	return columnOf(name, field, into, KindID, doc, (*sheetfile.Record).ID).open()
}

func idsColumn(name, field string, into *[]string, doc string) column {
	return columnOf(name, field, into, KindIDs, doc, (*sheetfile.Record).IDs).open()
}

// choicesColumn is of some of a list's words: whether they are sealed, whoever declares one
// says.
func choicesColumn(name, field string, into *[]string, doc string, choices ...string) column {
	c := columnOf(name, field, into, KindChoices, doc, func(r *sheetfile.Record, name string) []string { return r.Choices(name, choices...) })
	c.Choices = choices
	return c
}

// choiceColumn is of one of a list's words: whether it is sealed, whoever declares one says.
func choiceColumn(name, field string, into *string, doc string, choices ...string) column {
	c := columnOf(name, field, into, KindChoice, doc, func(r *sheetfile.Record, name string) string { return r.Choice(name, choices...) })
	c.Choices = choices
	return c
}

// coded is a value by its name in files and by the command's code.
type coded struct{ name, code string }

// codedColumn is choiceColumn for a field whose codes files call otherwise.
func codedColumn(name, field string, into *string, doc string, values []coded) column {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.name
	}
	c := choiceColumn(name, field, into, doc, names...)
	c.codes = values
	c.read = func(r *sheetfile.Record) {
		if i := slices.Index(names, r.Choice(name, names...)); i >= 0 {
			*into = values[i].code
		}
	}
	return c
}

func yesNoColumn(name, field string, into *bool, doc string) column {
	return columnOf(name, field, into, KindYesNo, doc, (*sheetfile.Record).YesNo).open().optional()
}

func dateColumn(name, field string, into *domain.Date, doc string) column {
	return columnOf(name, field, into, KindDate, doc, (*sheetfile.Record).Date).open()
}

func monthColumn(name, field string, into *domain.Month, doc string) column {
	return columnOf(name, field, into, KindMonth, doc, (*sheetfile.Record).Month).open()
}

func clockColumn(name, field string, into *domain.TimeOfDay, doc string) column {
	return columnOf(name, field, into, KindClock, doc, (*sheetfile.Record).Clock).open()
}

func hoursColumn(name, field string, into *domain.Minutes, doc string) column {
	return columnOf(name, field, into, KindHours, doc, (*sheetfile.Record).Hours).open()
}

func amountColumn(name, field string, into *domain.Grosze, doc string) column {
	return columnOf(name, field, into, KindAmount, doc, (*sheetfile.Record).Amount).open()
}

func percentColumn(name, field string, into *int, doc string) column {
	return columnOf(name, field, into, KindPercent, doc, (*sheetfile.Record).Percent).open()
}

func countColumn(name, field string, into *int, doc string) column {
	return columnOf(name, field, into, KindCount, doc, (*sheetfile.Record).Int).open()
}

// Amendment is how a command replaces or takes back what is recorded under its identity.
type Amendment struct {
	Correct  bool   `json:"correct,omitempty" doc:"Replace what is recorded"`
	Withdraw bool   `json:"withdraw,omitempty" doc:"Take back what is recorded; of the rest only what names it counts"`
	Reason   string `json:"reason,omitempty" doc:"Why it is replaced or taken back"`
}

// columns are those by which a row replaces or takes back what is recorded under its
// identity.
func (a *Amendment) columns() []column {
	return []column{
		yesNoColumn("korekta", "correct", &a.Correct, "tak: wiersz zastępuje to, co zapisano"),
		textColumn("powod", "reason", &a.Reason, "powód korekty lub wycofania").sealed().optional(),
		yesNoColumn("wycofanie", "withdraw", &a.Withdraw, "tak: wiersz wycofuje to, co zapisano; wystarczą kolumny, po których to poznać"),
	}
}

// taken is what a decision is told of it; the reason is sealed as seal says.
func (a Amendment) taken(s *sealer, seal domain.Seal) domain.Amend {
	if !a.Correct && !a.Withdraw {
		return domain.Amend{}
	}
	reason, wordless := s.reason(seal, a.Reason)
	return domain.Amend{Correct: a.Correct, Withdraw: a.Withdraw, Reason: reason, Wordless: wordless}
}

// unlessWithdrawn is what can be said against what a command records, which nothing is
// where it only takes back.
func (a Amendment) unlessWithdrawn(err error) error {
	if a.Withdraw {
		return nil
	}
	return err
}

// open is the amendment without its reason.
func (a Amendment) open() Amendment { return Amendment{Correct: a.Correct, Withdraw: a.Withdraw} }

// open says that what stands in the column is recorded in clear.
func (c column) open() column {
	c.Secrecy = InClear
	return c
}

// sealed says that it is recorded sealed.
func (c column) sealed() column {
	c.Secrecy = SealedText
	return c
}

// code says that it is a code that is recorded sealed.
func (c column) code() column {
	c.Secrecy = SealedCode
	return c
}

// key makes the column part of the identity of a row.
func (c column) key() column {
	c.Key = true
	return c
}

// naming says that what stands in the column is given a name by it.
func (c column) naming() column {
	c.isName = true
	return c
}

// words says that words name what the column gives a name to.
func (c column) words() column {
	c.isWords = true
	return c.naming()
}

// looksLikeName says whether what the column gives a name to may be called by a person's.
func (c column) looksLikeName(id string) bool {
	if c.isWords {
		return domain.LooksLikeNameAmongWords(id)
	}
	return c.isName && domain.LooksLikeName(id)
}

// optional lets a file lack the column and leave its cells empty.
func (c column) optional() column {
	c.Optional, c.Filled = true, false
	return c
}

// needed has every file have the column, and no cell of it empty.
func (c column) needed() column {
	c.Optional, c.Filled = false, true
	return c
}

// mayBeEmpty lets cells be empty in a column that every file has.
func (c column) mayBeEmpty() column {
	c.Filled = false
	return c
}

// notZero refuses a zero where an empty cell is meant.
func (c column) notZero(refusal *domain.Error) column {
	read, zero := c.read, c.text()
	c.read = func(r *sheetfile.Record) {
		if read(r); !r.Empty(c.Name) && r.Readable(c.Name) && c.text() == zero {
			r.Refuse(c.Name, refusal)
		}
	}
	return c
}

// specOf is what the reader of a kind of file has to know of its columns.
func specOf(kind string, columns []column) sheetfile.Spec {
	s := sheetfile.Spec{Kind: kind}
	for _, c := range columns {
		if c.Optional {
			s.Optional = append(s.Optional, c.Name)
		} else {
			s.Required = append(s.Required, c.Name)
		}
	}
	return s
}

// readRow fills the command that columns are bound to.
func readRow(r *sheetfile.Record, columns []column) {
	withdraws := slices.ContainsFunc(columns, func(c column) bool { return c.Name == "wycofanie" && r.YesNo(c.Name) })
	for _, c := range columns {
		c.read(r)
		if c.Filled && (c.Key || !withdraws) {
			r.Need(c.Name)
		}
	}
}

// identityOf is what tells the row apart that columns were filled from; false where it
// cannot be read.
func identityOf(r *sheetfile.Record, columns []column) (string, bool) {
	var identity []byte
	for _, c := range columns {
		if !c.Key {
			continue
		}
		if !r.Readable(c.Name) {
			return "", false
		}
		identity = append(append(identity, c.text()...), 0)
	}
	return string(identity), true
}

// NamesNoticed are the fields of a request whose identifiers look like people's names:
// a door tells whoever asked, who alone can know.
func NamesNoticed(request any) (fields []string) {
	c, ok := request.(interface{ columns() []column })
	if !ok {
		return nil
	}
	for _, c := range c.columns() {
		if c.isName && c.looksLikeName(c.text()) { // other columns may have no text
			fields = append(fields, c.Field)
		}
	}
	return fields
}

// Notice is a cell of an accepted row that looks as if it named somebody.
type Notice struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
}

// noticed are the notices of a file's accepted rows, one for what several rows name.
func (im *importing) noticed(columns []column) (all []Notice) {
	columns = slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return !c.isName })
	type name struct{ column, id string }
	told := map[name]bool{}
	for i, v := range im.verdicts {
		if v != accepted || len(columns) == 0 {
			continue
		}
		r := im.sheet.Record(i)
		for _, c := range columns {
			if n := (name{c.Name, r.Text(c.Name)}); c.looksLikeName(n.id) && !told[n] {
				told[n] = true
				all = append(all, Notice{Row: r.Number(), Column: c.Name})
			}
		}
	}
	return all
}
