package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
)

type templateCmd struct {
	Kind   string `arg:"" name:"rodzaj" help:"Rodzaj pliku do importu: uczestnicy, umowy, obecnosci …"`
	Output string `short:"o" placeholder:"FILE" help:"Dokąd; bez tego RODZAJ.xlsx. Istniejącego pliku nie nadpisuje."`
}

// templateRows is how many rows of a template have drop-downs and formats.
const templateRows = 5000

// Run writes an empty workbook of a kind of import file: its header, drop-downs where a
// column has choices, and a sheet that explains the columns.
func (c *templateCmd) Run() error {
	of, err := commands.ImportFileOf(c.Kind)
	if err != nil {
		var kinds []string
		for _, f := range commands.ImportFiles() {
			if len(f.Columns) > 0 {
				kinds = append(kinds, f.Kind)
			}
		}
		return control.Unknown{Err: fmt.Errorf("%w Są: %s", words.Error(err), strings.Join(kinds, ", "))}
	}
	if c.Output == "" {
		c.Output = of.Kind + ".xlsx"
	}
	workbook, err := template(of)
	if err != nil {
		return fmt.Errorf("szablon: %w", err)
	}
	defer func() { _ = workbook.Close() }()
	f, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err := workbook.Write(f); err != nil {
		_ = f.Close()
		return fmt.Errorf("zapis %s: %w", c.Output, err)
	}
	return f.Close()
}

const (
	dataSheet    = "dane"
	explainSheet = "objaśnienia"
)

func template(of commands.ImportFile) (*excelize.File, error) {
	t := workbook{f: excelize.NewFile()}
	t.keep(t.f.SetSheetName("Sheet1", dataSheet))
	_, err := t.f.NewSheet(explainSheet)
	t.keep(err)
	bold, plain := t.style(&excelize.Style{Font: &excelize.Font{Bold: true}}), t.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	for i, c := range of.Columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		t.keep(err)
		t.keep(t.f.SetColWidth(dataSheet, name, name, float64(max(14, len(c.Name)+2))))
		if format := formatOf(c); format != "" {
			cells := t.style(&excelize.Style{CustomNumFmt: &format})
			t.keep(t.f.SetCellStyle(dataSheet, name+"2", fmt.Sprintf("%s%d", name, templateRows), cells))
		}
		t.keep(t.f.SetCellStr(dataSheet, name+"1", c.Name))
		t.keep(t.f.SetCellStyle(dataSheet, name+"1", name+"1", bold))
		if choices := choicesOf(c); len(choices) > 0 && c.Kind != commands.KindChoices {
			v := excelize.NewDataValidation(!c.Filled)
			v.SetSqref(fmt.Sprintf("%s2:%s%d", name, name, templateRows))
			t.keep(v.SetDropList(choices))
			v.SetError(excelize.DataValidationErrorStyleStop, c.Name, "Wybierz wartość z listy.")
			t.keep(t.f.AddDataValidation(dataSheet, v))
		}
	}
	t.keep(t.f.SetPanes(dataSheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	t.row(bold, 1, "kolumna", "co zawiera", "zapis", "dozwolone wartości", "konieczna", "tożsamość wiersza")
	for i, c := range of.Columns {
		t.row(plain, i+2, c.Name, c.Doc, string(c.Kind), strings.Join(choicesOf(c), ", "), need(c), yes(c.Key))
	}
	t.row(plain, len(of.Columns)+3, "Zapisz plik pod nazwą "+of.Kind+".xlsx albo "+of.Kind+"_COKOLWIEK.xlsx; czytany jest pierwszy arkusz.")
	t.keep(t.f.SetColWidth(explainSheet, "A", "A", 24))
	t.keep(t.f.SetColWidth(explainSheet, "B", "D", 40))
	t.keep(t.f.SetColWidth(explainSheet, "E", "F", 18))
	return t.f, t.err
}

// workbook is a file in the making; it keeps the first failure.
type workbook struct {
	f   *excelize.File
	err error
}

func (t *workbook) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *workbook) style(s *excelize.Style) int {
	id, err := t.f.NewStyle(s)
	t.keep(err)
	return id
}

func (t *workbook) row(style, number int, cells ...string) {
	for i, text := range cells {
		cell, err := excelize.CoordinatesToCellName(i+1, number)
		t.keep(err)
		t.keep(t.f.SetCellStr(explainSheet, cell, text))
		t.keep(t.f.SetCellStyle(explainSheet, cell, cell, style))
	}
}

// formatOf is a number format by which a spreadsheet does not spoil what is typed.
func formatOf(c commands.ImportColumn) string {
	switch c.Kind {
	case commands.KindDate:
		return "dd.mm.yyyy"
	case commands.KindClock:
		return "hh:mm"
	case commands.KindHours:
		return "[h]:mm"
	case commands.KindAmount:
		return "#,##0.00"
	case commands.KindCount, commands.KindPercent:
		return "0"
	}
	return "@" // text: identifiers, PESEL and accounts keep their zeros
}

func choicesOf(c commands.ImportColumn) []string {
	if c.Kind == commands.KindYesNo {
		return []string{"tak", "nie"}
	}
	return c.Choices
}

// need says whether a column has to stand in the file and each of its cells be filled.
func need(c commands.ImportColumn) string {
	switch {
	case c.Optional:
		return "nie"
	case !c.Filled:
		return "tak, może być pusta"
	}
	return "tak"
}

func yes(is bool) string {
	if is {
		return "tak"
	}
	return ""
}
