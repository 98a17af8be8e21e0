package pages

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
	"ksiega/domain/sheet"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// Grid is a month as it is entered: the sheet, and what became of the cells that were sent.
type Grid struct {
	Sheet      *queries.Sheet
	Hidden     Hidden
	Told       map[CellID]Told
	Correcting bool // though it is approved
	Reason     string
	// Unreasoned: a correction was sent without its reason.
	Unreasoned bool
	Saved      bool // something was, just before
	Refused    *Refusal
	DayOff     func(domain.Date) (name string, off bool)
	Day        domain.Date // of the day's view; the zero Date is the whole month
	Page       int         // from 1
	Picked     map[string]bool
	ForDay     string // what was typed for those who are picked
	ForHours   string
	May        Turns
	TurnReason string // typed for a return
}

// Turns are what whoever looks may do with a month.
type Turns struct{ Enter, HandOver, Return, Approve bool }

// CellID names a cell.
type CellID struct {
	Contract string
	Date     domain.Date
}

// What became of a cell that was sent.
const (
	CellSaved   = "saved"
	CellRefused = "refused"
	CellClash   = "clash" // a colleague changed it since it was shown
)

// Told is what became of a cell that was sent, and what stands in it now.
type Told struct {
	State, Typed string
	Is           string // what stands
	Text         string // why it was refused; who changed it
	Nearest      string // what may be typed instead
}

// gridRows is how many rows a page has: more than a group, and no more than a browser likes.
const gridRows = 50

type gridView struct {
	Head                              Head
	Path                              string
	Turn                              string // where the month is handed on
	Actions                           []Choice
	Hidden                            Hidden
	Correcting, Visits, Locked, Enter bool
	Reason                            Field
	Bulk                              bool
	ForDay, ForHours                  Field
	Region, Caption                   string
	Weeks                             []gridWeek
	Days                              []gridDay
	Rows                              []gridRow
	Columns                           int
	Foot                              []string
	Total                             string
	WeekHead, MonthHead               string
	Said                              *Note
	Pages                             *pagesView
	Empty                             *Empty
	Legend                            [][2]string
	Sheet                             sheetView
	Unsolved                          int
	Names                             string
	OfAssistant                       *meterView
	KeptDay                           string
	Month                             string
	Single                            bool // one day for all people
}

type gridWeek struct {
	Title string
	Span  int
}

type gridDay struct {
	N, Weekday, Class, Holiday string
	Off                        bool
}

type gridRow struct {
	Contract, Title, Small string
	Picked                 bool
	Was                    string // positions and texts of the cells as they are shown
	Weeks                  string // of the caps, for the script
	Cells                  []gridCell
	Week, Month            meterView
	Notes                  []cellNote
}

type gridCell struct {
	Name, Value, Label, Class, Note string
	Input, Invalid                  bool
	Saved                           string // what stands, for print
}

type cellNote struct {
	ID, State, Role, Strong, Text  string
	Instead, Keep, Insist          string // buttons
	InsteadValue, KeepValue, Label string
}

type meterView struct{ Title, Used, Of, Level, Width string }

// Grid writes the page of a month.
func (p *Pages) Grid(w io.Writer, visit Visit, g Grid) error {
	v := p.gridView(g)
	f := p.framed(visit, v.Head.Title, "/miesiace", nil)
	f.Moment, f.Wide, f.Folded = p.today(visit.Today), true, true
	if f.FootNote = ""; g.Saved {
		f.Saved = f.Moment.KnownAt
	}
	return p.render(w, "grid", f, v)
}

// GridPath is the address of a sheet.
func GridPath(of queries.SheetAsked) string {
	if of.Assistant != "" {
		return "/wizyty/" + domain.Escape(of.Assistant) + "/" + of.Month.String()
	}
	return "/obecnosci/" + domain.Escape(of.Agreement) + "/" + of.Month.String()
}

// TurnPath is where a sheet is handed on.
func TurnPath(of queries.SheetAsked) string {
	if of.Assistant != "" {
		return "/miesiace/asystent/" + domain.Escape(of.Assistant) + "/" + of.Month.String()
	}
	return "/miesiace/porozumienie/" + domain.Escape(of.Agreement) + "/" + of.Month.String()
}

func (p *Pages) gridView(g Grid) gridView {
	s, visits := g.Sheet, g.Sheet.Assistant != ""
	title := map[bool]string{true: "Godziny asystenta, ", false: "Obecności, "}[visits] + polish.MonthInWords(s.Month.String())
	v := gridView{Head: Head{Title: title, Crumbs: []Crumb{{"Miesiące", "/miesiace"}, {Title: cmp.Or(s.Name, s.Assistant, s.Agreement)}}},
		Path: GridPath(s.SheetAsked), Turn: TurnPath(s.SheetAsked), Hidden: g.Hidden, Correcting: g.Correcting, Visits: visits, Single: g.Day != 0}
	v.Head.Meta = gridMeta(s, visits)
	v.Region = "Od 1 do " + strconv.Itoa(s.Month.Last().Day()) + " " + polish.MonthInWords(s.Month.String())
	v.Caption = "Wiersz to osoba, kolumna to dzień"
	before, after := s.SheetAsked, s.SheetAsked
	before.Month--
	after.Month++
	v.Actions = []Choice{{GridPath(before), "← " + polish.Capital(polish.MonthInWords(before.Month.String())), ""}, {GridPath(after), polish.Capital(polish.MonthInWords(after.Month.String())) + " →", ""}}
	if g.Day == 0 {
		v.Actions = append(v.Actions, Choice{v.Path + "?dzien=" + s.Month.First().String(), "Widok dnia", ""})
	} else {
		v.KeptDay = g.Day.String()
		v.Actions = append(v.Actions, Choice{v.Path, "Cały miesiąc", ""})
		v.Actions = append(v.Actions, daysBeside(v.Path, s.Month, g.Day)...)
	}
	v.days(g)
	v.rows(g)
	v.fields(g)
	v.Sheet = sheetViewOf(g, v.Unsolved)
	if !s.Names {
		v.Names = "Osoby pod identyfikatorami, bo ta rola nie widzi nazwisk."
	}
	if visits && s.Total.Limit > 0 {
		m := meterOf("Miesiąc", s.Total)
		v.OfAssistant = &m
	}
	return v
}

func gridMeta(s *queries.Sheet, visits bool) string {
	if visits {
		return "Asystent " + cmp.Or(s.Name, s.Assistant) + ". Wizyty wpisuje się jako godziny od–do, kilka po przecinku."
	}
	meta := "Prace społecznie użyteczne, " + s.Agreement + "."
	if len(s.Rows) == 0 || len(s.Rows[0].Weeks) == 0 {
		return meta
	}
	row := s.Rows[0]
	if w := row.Weeks[0].Limit; w > 0 {
		meta += " Limit " + polish.Hours(int64(w)) + " w tygodniu od poniedziałku do niedzieli"
		if row.Month.Limit > 0 {
			meta += " i " + polish.Hours(int64(row.Month.Limit)) + " w miesiącu"
		}
		meta += "."
	}
	return meta
}

func daysBeside(path string, m domain.Month, day domain.Date) (all []Choice) {
	if day > m.First() {
		all = append(all, Choice{path + "?dzien=" + (day - 1).String(), "← " + shortDay(day-1), ""})
	}
	if day < m.Last() {
		all = append(all, Choice{path + "?dzien=" + (day + 1).String(), shortDay(day+1) + " →", ""})
	}
	return all
}

func shortDay(d domain.Date) string { return d.Time().Format("02.01") }

// days are the columns of the grid.
func (v *gridView) days(g Grid) {
	first, last := g.Sheet.Month.First(), g.Sheet.Month.Last()
	if g.Day != 0 {
		first, last = g.Day, g.Day
	}
	for day := first; day <= last; day++ {
		d := gridDay{N: strconv.Itoa(day.Day()), Weekday: [...]string{"pn", "wt", "śr", "cz", "pt", "so", "nd"}[int(day-day.Monday())], Class: dayClass(g, day)}
		_, d.Off = g.DayOff(day)
		if name, off := g.DayOff(day); off && !strings.Contains(strings.ToLower(name), "niedziel") && !strings.Contains(strings.ToLower(name), "sobot") {
			d.Holiday = name
		}
		if n := len(v.Weeks); n == 0 || day == day.Monday() {
			monday := day.Monday()
			v.Weeks = append(v.Weeks, gridWeek{shortDay(monday) + "–" + shortDay(monday.Add(6)), 1})
		} else {
			v.Weeks[n-1].Span++
		}
		v.Days = append(v.Days, d)
		v.Foot = append(v.Foot, "")
	}
	v.Columns = len(v.Days) + 4 // with who it is, two caps, and where they are picked
}

func dayClass(g Grid, day domain.Date) string {
	var class []string
	if name, off := g.DayOff(day); off {
		class = append(class, "off")
		if day-day.Monday() < 5 || !strings.Contains(strings.ToLower(name), "sobot") && day-day.Monday() == 5 {
			class = append(class, "hol")
		}
	}
	if day-day.Monday() == 6 || day == g.Sheet.Month.Last() {
		class = append(class, "wk-end")
	}
	return strings.Join(class, " ")
}

// rows are the people of the page.
func (v *gridView) rows(g Grid) {
	s := g.Sheet
	first := min(max(g.Page-1, 0)*gridRows, len(s.Rows))
	last := min(first+gridRows, len(s.Rows))
	if len(s.Rows) > gridRows {
		v.Pages = &pagesView{Shown: fmt.Sprintf("Osoby %d–%d z %d", first+1, last, len(s.Rows))}
		if first > 0 {
			v.Pages.Before = v.Path + "?strona=" + strconv.Itoa(g.Page-1)
		}
		if last < len(s.Rows) {
			v.Pages.Next = v.Path + "?strona=" + strconv.Itoa(max(g.Page, 1)+1)
		}
	}
	if len(s.Rows) == 0 {
		v.Empty = &Empty{"W tym miesiącu nie ma tu nikogo", "Będą tu osoby, których skierowanie lub umowa obejmuje ten miesiąc."}
	}
	var total domain.Minutes
	working := make([]int, len(v.Days))
	for i := range s.Rows {
		total += s.Rows[i].Minutes()
		for k := range v.Days {
			if c := s.Rows[i].Cells[v.cellAt(g, k)]; len(c.Entries) > 0 && !c.Entries[0].Away {
				working[k]++
			}
		}
	}
	for k, n := range working {
		if n > 0 {
			v.Foot[k] = strconv.Itoa(n)
		}
	}
	v.Total = polish.Hours(int64(total))
	for i := first; i < last; i++ {
		v.Rows = append(v.Rows, v.row(g, &s.Rows[i]))
	}
	v.Enter = slices.ContainsFunc(v.Rows, func(r gridRow) bool { return slices.ContainsFunc(r.Cells, func(c gridCell) bool { return c.Input }) })
	week := s.Month.Last().Monday()
	if g.Day != 0 {
		week = g.Day.Monday()
	}
	v.WeekHead, v.MonthHead = shortDay(week)+"–"+shortDay(week.Add(6)), polish.Capital(strings.TrimSpace(strings.TrimSuffix(polish.MonthInWords(s.Month.String()), polish.NoBreak+strconv.Itoa(int(s.Month)/12))))
}

// cellAt is the index of the cell of a row that a column shows.
func (v *gridView) cellAt(g Grid, column int) int {
	if g.Day != 0 {
		return int(g.Day - g.Sheet.Month.First())
	}
	return column
}

func (v *gridView) row(g Grid, of *queries.SheetRow) gridRow {
	r := gridRow{Contract: of.Contract, Title: cmp.Or(of.Name, of.Participant), Small: of.Contract, Picked: g.Picked[of.Contract]}
	if of.Place != "" {
		r.Small += ", " + of.Place
	}
	open := g.May.Enter && (of.Step != sheet.Approved || g.Correcting)
	for k := range v.Days {
		c := of.Cells[v.cellAt(g, k)]
		cell, note := v.cell(g, of, c, open, k)
		r.Cells = append(r.Cells, cell)
		if note != nil {
			r.Notes = append(r.Notes, *note)
			v.Unsolved++
		}
	}
	r.Was, r.Weeks = RowState(of, v.Visits)
	if n := len(of.Weeks); n > 0 {
		week := of.Weeks[n-1]
		for _, w := range of.Weeks {
			if g.Day != 0 && g.Day.Within(w.First, w.Last) {
				week = w
			}
		}
		r.Week = meterOf("tydzień", week)
	}
	r.Month = meterOf("miesiąc", of.Month)
	return r
}

// RowState is what a page carries of a row: where the last event of each cell stands, with what
// is in it, and what of its caps is used.
func RowState(of *queries.SheetRow, visits bool) (was, caps string) {
	var cells, all []string
	for _, c := range of.Cells {
		if !c.At.IsZero() {
			cells = append(cells, c.Date.String()+"="+c.At.String()+"="+CellText(c, visits))
		}
	}
	for _, w := range of.Weeks {
		all = append(all, fmt.Sprintf("%s=%d=%d", w.First, w.Used, w.Limit))
	}
	return strings.Join(cells, "|"), strings.Join(append(all, fmt.Sprintf("m=%d=%d", of.Month.Used, of.Month.Limit)), "|")
}

func (v *gridView) cell(g Grid, of *queries.SheetRow, c queries.SheetCell, open bool, k int) (gridCell, *cellNote) {
	text := CellText(c, v.Visits)
	day := c.Date.String()
	in := polish.Weekday(day) + " " + strings.TrimSuffix(polish.DayInWords(day), polish.NoBreak+day[:4])
	is := gridCell{Name: "c:" + of.Contract + ":" + day, Value: text, Saved: text, Class: v.Days[k].Class, Input: open && (c.Open || len(c.Entries) > 0),
		Label: cmp.Or(of.Name, of.Participant) + ", " + in}
	if len(c.Entries) > 0 && c.Entries[0].Away {
		is.Class += " code"
	}
	told, sent := g.Told[CellID{of.Contract, c.Date}]
	if !sent {
		return is, nil
	}
	is.Class += " " + map[string]string{CellSaved: "just", CellRefused: "refused", CellClash: "clash"}[told.State]
	if told.State == CellSaved {
		return is, nil
	}
	is.Value, is.Input, is.Invalid, is.Note = told.Typed, true, told.State == CellRefused, "nota-"+strconv.Itoa(v.Unsolved+1)
	n := cellNote{ID: is.Note, KeepValue: of.Contract + ":" + day, Label: is.Label}
	if told.State == CellRefused {
		n.State, n.Role, n.Strong, n.Text = "bad", "alert", "Nie zapisano "+cmp.Or(told.Typed, "pustej komórki")+", "+in+".", told.Text
		if n.Keep = "Przywróć " + cmp.Or(told.Is, "puste"); told.Nearest != "" {
			n.Instead, n.InsteadValue = "Wpisz "+told.Nearest, of.Contract+":"+day+":"+told.Nearest
		}
		return is, &n
	}
	n.State, n.Role, n.Strong, n.Text = "warn", "status", "Tę komórkę zmienił ktoś inny.", told.Text
	n.Keep, n.Insist = "Zostaw "+cmp.Or(told.Is, "puste"), "Zapisz "+cmp.Or(told.Typed, "puste")
	return is, &n
}

// meterOf is what of a limit is used.
func meterOf(title string, c queries.SheetCap) meterView {
	m := meterView{Title: title, Used: polish.Hours(int64(c.Used)), Level: "ok", Width: "0"}
	if c.Limit == 0 {
		return m
	}
	m.Of = "z " + polish.Hours(int64(c.Limit))
	m.Width = strconv.Itoa(int(min(c.Used*100/c.Limit, 100)))
	switch {
	case c.Used > c.Limit:
		m.Level = "over"
	case c.Used == c.Limit:
		m.Level, m.Of = "full", "pełny"
	case c.Used*10 >= c.Limit*9:
		m.Level = "near"
	}
	return m
}

// fields are those beside the grid.
func (v *gridView) fields(g Grid) {
	v.Bulk = v.Enter && !v.Visits && !v.Single
	v.ForDay = Field{ID: "b-dzien", Name: "dzien", Label: "Dzień", Value: g.ForDay, Width: "w-date"}
	v.ForHours = Field{ID: "b-godz", Name: "godziny", Label: "Godziny", Value: g.ForHours, Width: "w-time"}
	v.Reason = Field{ID: "powod", Name: "powod", Label: "Powód korekty", Value: g.Reason, Width: "w-l", Required: true, Hint: "Miesiąc jest zatwierdzony: każda zmiana jest korektą z powodem."}
	if g.Unreasoned {
		v.Reason.Error = "Napisz, dlaczego poprawiasz zatwierdzony miesiąc. Wpisy czekają w komórkach."
	}
	if g.Refused != nil {
		v.Said = &Note{State: "bad", Role: "alert", Strong: g.Refused.Title + ".", Text: g.Refused.Text}
	}
	if !v.Visits {
		for _, a := range absences() {
			v.Legend = append(v.Legend, [2]string{a[0], a[2]})
		}
	}
}
