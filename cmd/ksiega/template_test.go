package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"ksiega/commands"
	"ksiega/internal/testkit/ledgertest"
)

// A template that somebody fills in is read: its header is known, its formats spoil
// nothing, its lists offer what the import takes.
func TestTemplatesAreReadBack(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	typed := map[commands.ValueKind]any{commands.KindText: "słowa", commands.KindID: "007", commands.KindIDs: "007, 008", commands.KindDate: "05.03.2018", commands.KindMonth: "2018-03",
		commands.KindClock: "8:00", commands.KindHours: 1.5 / 24, commands.KindAmount: 12.5, commands.KindPercent: 60, commands.KindCount: 3,
		commands.KindPESEL: "44051401359", commands.KindAccount: "61109010140000071219812874", commands.KindNIP: "5260250274"}
	for _, of := range commands.ImportFiles() {
		if len(of.Columns) == 0 {
			continue
		}
		workbook, err := template(of)
		if err != nil {
			t.Fatal(err)
		}
		lists, err := workbook.GetDataValidations(dataSheet)
		if err != nil {
			t.Fatal(err)
		}
		wanted := 0
		for i, c := range of.Columns {
			cell, _ := excelize.CoordinatesToCellName(i+1, 2)
			value := typed[c.Kind]
			if choices := choicesOf(c); len(choices) > 0 {
				if value = choices[0]; c.Kind != commands.KindChoices { // several are typed
					wanted++
				}
			}
			if err := workbook.SetCellValue(dataSheet, cell, value); err != nil {
				t.Fatal(err)
			}
			if said, _ := workbook.GetCellValue(explainSheet, "A"+cell[len(cell)-1:]); i == 0 && said != c.Name {
				t.Errorf("%s explains %q first", of.Kind, said)
			}
		}
		if len(lists) != wanted {
			t.Errorf("%s has %d lists, not %d", of.Kind, len(lists), wanted)
		}
		var b bytes.Buffer
		if err := workbook.Write(&b); err != nil {
			t.Fatal(err)
		}
		s, err := l.Ledger.Import(t.Context(), ledgertest.Actor, commands.File{Name: of.Kind + "_wzor.xlsx", Data: b.Bytes()}, nil)
		if err != nil || s.Rows != 1 {
			t.Fatalf("%s: %+v, %v", of.Kind, s, err)
		}
		for _, r := range s.RefusedRows {
			for _, unread := range []string{"not a", "not one", "empty", "cannot be read", "format the column"} {
				if strings.Contains(r.Why.Error(), unread) {
					t.Errorf("%s: %s", of.Kind, r.Why.Error())
				}
			}
		}
	}
}
