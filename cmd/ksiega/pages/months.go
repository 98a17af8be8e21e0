package pages

import (
	"io"
	"strconv"

	"ksiega/domain"
	"ksiega/domain/sheet"
	"ksiega/internal/polish"
	"ksiega/queries"
)

type monthsView struct {
	Head  Head
	Nav   []Choice
	Month Field
	Table Table
}

// Months writes the list of a month's sheets.
func (p *Pages) Months(w io.Writer, visit Visit, of *queries.SheetsOf, may Turns) error {
	v := monthsView{Head: Head{Title: "Arkusze za " + polish.MonthInWords(of.Month.String()), Meta: "Miesiące do wpisania, przekazania i zatwierdzenia: obecności porozumień i wizyty asystentów."}}
	for _, m := range []domain.Month{of.Month - 1, of.Month + 1} {
		v.Nav = append(v.Nav, Choice{"/miesiace?miesiac=" + m.String(), polish.Capital(polish.MonthInWords(m.String())), ""})
	}
	v.Month = Field{ID: "miesiac", Name: "miesiac", Label: "Miesiąc", Value: typedDay(of.Month.String()), Width: "w-date"}
	v.Table = Table{Label: "Arkusze", Fits: true, Columns: []Column{{Title: "Arkusz"}, {Title: "Osoby", Class: "n"}, {Title: "Godziny", Class: "n"}},
		Empty: Empty{"W tym miesiącu nic jeszcze nie wpisano", "Arkusz pojawi się po pierwszym wpisie; siatkę otworzysz z umowy albo porozumienia."}}
	if of.Money {
		v.Table.Columns = append(v.Table.Columns, Column{Title: "Świadczenie", Class: "n"})
	}
	v.Table.Columns = append(v.Table.Columns, Column{Title: "Stan"}, Column{Title: "Co dalej"})
	for _, l := range of.Sheets {
		chip := StepChip(l.Step, l.Partly)
		name := "Porozumienie " + l.Agreement
		if l.Assistant != "" {
			name = "Asystent " + visit.called(domain.RefAssistant, l.Assistant)
		}
		cells := []Cell{{Text: name, Href: GridPath(l.SheetAsked)}, {Text: strconv.Itoa(l.People), Class: "n"}, {Text: polish.Hours(int64(l.Minutes)), Class: "n"}}
		if of.Money {
			text := ""
			if l.Agreement != "" {
				text = polish.Zloty(int64(l.Benefit))
			}
			cells = append(cells, Cell{Text: text, Class: "n"})
		}
		v.Table.Rows = append(v.Table.Rows, Row{Cells: append(cells, Cell{Chip: &chip}, Cell{Text: nextOf(l, may)})})
	}
	f := p.framed(visit, v.Head.Title, "/miesiace", nil)
	f.Moment = p.today(visit.Today)
	return p.render(w, "months", f, v)
}

// nextOf is what happens next with a sheet, or who does it.
func nextOf(l queries.SheetLine, may Turns) string {
	switch l.Step {
	case sheet.HandedOver:
		switch {
		case !may.Approve:
			return "zatwierdza koordynator lub dyrektor"
		case l.Own:
			return "zatwierdza ktoś inny: masz w nim własne wpisy"
		}
		return "zatwierdź"
	case sheet.Approved:
		return "zamknięty, zmiany są korektami"
	}
	if may.HandOver {
		return "wpisz i przekaż"
	}
	return "przekazuje pracownik socjalny, asystent lub koordynator"
}
