package pages

// Form is fields that are sent together. What it sends is one thing that a person does, so
// it has one main button.
type Form struct {
	ID, Label string // Label names it to whoever does not see it
	Action    string
	Hidden    Hidden
	Refused   *Note  // why it was not carried out, before its fields
	Facts     []Pair // what it is about, which stays as it is
	Groups    []FieldGroup
	Submit    string // an imperative with its object
	Back      string // where somebody goes who gives it up; "" is nowhere
	Kept      []Pair // sent along unseen, beside Hidden
}

// FieldGroup is fields under a title; without one they stand by themselves. Rare ones are
// folded away until somebody asks for them.
type FieldGroup struct {
	Title, Hint string
	Folded      bool
	Open        bool // though it is folded away: something in it is wrong or filled
	Fields      []Field
}

// Hidden is what a form carries beside what somebody types: the key of this one thing, kept
// over refusals so that it is done once, what was shown, and that it was made for whoever
// sends it.
type Hidden struct{ Key, Seen, Token string }

// Pair is a name with its value.
type Pair struct{ Name, Value string }

// Field is one of a form. Its hint and what is wrong with it are read out with it. Kind is
// text, long (a text of several lines), choice, radios, checks (some of a list), check (yes
// or no) or found (chosen by name); "" is choice where there are choices, else text. Days,
// months, hours and amounts are typed into text fields: what a browser makes of them follows
// its own language, not ours.
type Field struct {
	ID, Name, Label, Value string
	Kind                   string
	Type                   string // of an input; "" is text
	Choices                []Choice
	Chosen                 []string // of checks; Value of the others
	Hint, Error            string
	Width                  string // w-date, w-s, w-m, w-l
	Mode, Autocomplete     string
	Placeholder            string
	Required               bool
	Optional               bool // said beside the label
	Exact                  bool // nothing in it is a word of a language
	Code                   bool // a few digits, large
	Find                   *Find
}

// Find is how one or several are chosen by name: what is looked for, and what of it was
// found. Without a script a button looks, and the page comes back.
type Find struct {
	Address string // that answers with what is found
	Typed   string // what is looked for
	Several bool
	Note    string // of what was found, or was not
	Found   []Choice
}

// Choice is one that a field offers.
type Choice struct{ Value, Title, Hint string }

// Refusal is why something was not done: in whole, and field by field.
type Refusal struct {
	Title, Text string
	Fields      map[string]string
	Correlation string // under which the log of the server tells more
}

// Toast confirms what was just done, and offers to undo it.
type Toast struct{ Text, Undo, UndoHref string }

// Drawer explains one figure beside its table.
type Drawer struct {
	ID, Title, Meta string
	Close           string // address of the page without it
	Notes           []Note
	Trail           []Step
}

// Step is one of what led to a figure, or of a story. State is good, warn or bad.
type Step struct {
	State, Text, Meta, Href string
	Act                     *Link // what somebody may do about it
}

// Is says whether a choice is the field's.
func (f Field) Is(value string) bool {
	if f.Kind == "checks" || f.Find != nil && f.Find.Several {
		for _, chosen := range f.Chosen {
			if chosen == value {
				return true
			}
		}
		return false
	}
	return f.Value == value
}
