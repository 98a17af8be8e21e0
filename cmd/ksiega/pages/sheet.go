package pages

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"ksiega/domain/sheet"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// sheetView is what becomes of a month: its steps, and what whoever looks may do next.
type sheetView struct {
	Title, Sum        string
	Chip              Chip
	Steps             []stepView
	Text              string
	Reason            string
	HandOver, Approve string // what their buttons say; "" is no button
	Blocked           string // why there is nothing to press
	Return            bool
	ReturnReason      Field
	Correct           string // address
	Seen              string
}

type stepView struct {
	Title, Text   string
	Done, Current bool
}

// SeenText is the revisions of a sheet's streams as its form carries them; ReadSeen reads it.
func SeenText(seen map[string]int64) string {
	var all []string
	for _, stream := range slices.Sorted(maps.Keys(seen)) {
		all = append(all, stream+"="+strconv.FormatInt(seen[stream], 10))
	}
	return strings.Join(all, " ")
}

// ReadSeen is what SeenText wrote; false is anything else.
func ReadSeen(text string) (map[string]int64, bool) {
	seen := map[string]int64{}
	for part := range strings.FieldsSeq(text) {
		stream, at, found := strings.Cut(part, "=")
		revision, err := strconv.ParseInt(at, 10, 64)
		if !found || err != nil || revision < -1 {
			return nil, false
		}
		seen[stream] = revision
	}
	return seen, true
}

// StepChip is a step of a month.
func StepChip(step sheet.Step, partly bool) Chip {
	c := map[sheet.Step]Chip{sheet.Open: {"info", "w trakcie"}, sheet.HandedOver: {"warn", "czeka na zatwierdzenie"}, sheet.Returned: {"bad", "zwrócony"}, sheet.Approved: {"good", "zatwierdzony"}}[step]
	if partly && step != sheet.Returned {
		c = Chip{"warn", "zatwierdzony częściowo"}
		if step == sheet.HandedOver || step == sheet.Open {
			c.Text = "przekazany częściowo"
		}
	}
	return c
}

func sheetViewOf(g Grid, unsolved int) sheetView {
	s := g.Sheet
	step, partly := s.Step()
	v := sheetView{Title: "Arkusz za " + polish.MonthInWords(s.Month.String()), Sum: sheetSum(s), Chip: StepChip(step, partly), Seen: SeenText(s.Seen), Reason: s.Reason()}
	v.Steps = []stepView{{Title: "Wpisywanie", Done: step != sheet.Open && step != sheet.Returned || partly}, {Title: "Przekazanie", Done: step == sheet.HandedOver && !partly || step == sheet.Approved},
		{Title: "Zatwierdzenie", Text: "koordynator lub dyrektor, nie ten, kto wpisywał", Done: step == sheet.Approved && !partly}}
	for i := range v.Steps {
		if !v.Steps[i].Done {
			v.Steps[i].Current = true
			break
		}
	}
	v.Text = "Kto wpisuje, ten nie zatwierdza. Po zatwierdzeniu arkusz jest zamknięty, a każda zmiana jest korektą z powodem."
	v.ReturnReason = Field{ID: "powod-zwrotu", Name: "powod", Label: "Co poprawić", Value: g.TurnReason, Width: "w-l", Required: true}
	if step == sheet.Approved && g.May.Enter && !g.Correcting {
		v.Correct = GridPath(s.SheetAsked) + "?koryguj=1"
	}
	v.turns(g, step, unsolved)
	return v
}

// turns say what whoever looks may do next, or who may.
func (v *sheetView) turns(g Grid, step sheet.Step, unsolved int) {
	s := g.Sheet
	switch {
	case len(s.Rows) == 0:
	case unsolved > 0:
		v.Blocked = "Najpierw rozwiąż " + polish.Noun{One: "komórkę", Few: "komórki", Many: "komórek"}.Count(int64(unsolved)) + "."
	case step == sheet.Open || step == sheet.Returned:
		switch {
		case !s.Entered():
			v.Blocked = "Przekażesz arkusz, gdy coś w nim będzie."
		case g.May.HandOver:
			v.HandOver = "Przekaż do zatwierdzenia"
		default:
			v.Blocked = "Arkusz przekazuje pracownik socjalny, asystent lub koordynator."
		}
	case step == sheet.HandedOver:
		v.Return = g.May.Return
		switch {
		case !g.May.Approve:
			v.Blocked = "Arkusz zatwierdza koordynator lub dyrektor."
		case s.Own:
			v.Blocked = "Masz w tym arkuszu własne wpisy albo to Ty go przekazujesz, więc zatwierdza go ktoś inny: koordynator lub dyrektor."
		case !s.Whole:
			v.Blocked = "Widzisz część arkusza. Zatwierdza go ktoś, kto widzi cały: koordynator lub dyrektor."
		default:
			v.Approve = "Zatwierdź arkusz"
		}
	case step == sheet.Approved:
		v.Return = g.May.Return
		v.Text = "Arkusz jest zatwierdzony. Każda zmiana jest korektą z powodem, także przy imporcie."
	}
}

// sheetSum is what a month holds, in a line.
func sheetSum(s *queries.Sheet) string {
	minutes, away, visits := int64(0), 0, 0
	for i := range s.Rows {
		minutes += int64(s.Rows[i].Minutes())
		for _, c := range s.Rows[i].Cells {
			for _, e := range c.Entries {
				if visits++; e.Away {
					away++
				}
			}
		}
	}
	all := polish.Hours(minutes) + " godzin, " + polish.Noun{One: "osoba", Few: "osoby", Many: "osób"}.Count(int64(len(s.Rows)))
	if s.Assistant != "" {
		return all + ", " + polish.Noun{One: "wizyta", Few: "wizyty", Many: "wizyt"}.Count(int64(visits))
	}
	return all + ", " + polish.Noun{One: "dzień", Few: "dni", Many: "dni"}.Count(int64(away)) + " nieobecności"
}
