package sheetfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// hostile is a workbook with a sheet, styles and shared texts written by hand.
func hostile(t *testing.T, parts map[string]func(w io.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, fill func(io.Writer)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fill(w)
	}
	const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	text := func(s string) func(io.Writer) { return func(w io.Writer) { _, _ = io.WriteString(w, s) } }
	all := map[string]func(io.Writer){
		"_rels/.rels": text(`<Relationships><Relationship Id="a" Type="` + types + `officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/_rels/workbook.xml.rels": text(`<Relationships><Relationship Id="r1" Type="` + types + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="` + types + `styles" Target="/xl/styles.xml"/><Relationship Id="r3" Type="` + types + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`),
		"xl/workbook.xml":          text(`<workbook xmlns:r="` + types + `"><sheets><sheet name="A" r:id="r1"/></sheets></workbook>`),
		"xl/styles.xml":            text(`<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`),
		"xl/sharedStrings.xml":     text(`<sst><si><t>x</t></si></sst>`),
		"xl/worksheets/sheet1.xml": text(`<worksheet><sheetData><row r="1">` + header + `</row></sheetData></worksheet>`),
	}
	for name, fill := range parts {
		all[name] = fill
	}
	for name, fill := range all {
		put(name, fill)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const header = `<c r="A1" t="inlineStr"><is><t>umowa</t></is></c><c r="B1" t="inlineStr"><is><t>data</t></is></c><c r="C1" t="inlineStr"><is><t>godziny</t></is></c>`

func repeated(before string, n int, each func(i int) string, after string) func(io.Writer) {
	return func(w io.Writer) {
		_, _ = io.WriteString(w, before)
		for i := range n {
			_, _ = io.WriteString(w, each(i))
		}
		_, _ = io.WriteString(w, after)
	}
}

// A small file that a stranger made must not take the memory of the ledger: each of
// these took gigabytes, or would. Not parallel, as it measures the process.
func TestHostileWorkbooksTakeLittleMemory(t *testing.T) {
	const open, end = `<worksheet><sheetData><row r="1">` + header + `</row>`, `</sheetData></worksheet>`
	fixed := func(s string) func(int) string { return func(int) string { return s } }
	directory := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := range 300_000 {
			if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		raw  []byte
		want string // part of the refusal; "" is taken
	}{
		"a cell in column XFD of 2,000 rows": {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(open, 2000, func(i int) string {
			return fmt.Sprintf(`<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i+2, i+2)
		}, end)}), "row 2: more than 256 cells"},
		"a formatted cell in column XFD of 2,000 rows": {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(open, 2000, func(i int) string {
			return fmt.Sprintf(`<row r="%d"><c r="A%d"><v>1</v></c><c r="XFD%d" s="1"/></row>`, i+2, i+2, i+2)
		}, end)}), ""},
		"a cell in column IV of 60,000 rows": {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(open, 60_000, func(i int) string {
			return fmt.Sprintf(`<row r="%d"><c r="IV%d"><v>1</v></c></row>`, i+2, i+2)
		}, end)}), "more cells or text in the file than can be read at once"},
		"63 KB of cells that unpack to 60 MB": {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(open+`<row>`, 2_500_000, fixed(`<c><v>1</v></c><c/><c/>`), `</row>`+end)}), ErrPacked.Message},
		"rows that unpack to 60 MB":           {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(open, 10_000_000, fixed(`<row/>`), end)}), ErrPacked.Message},
		"columns that unpack to 60 MB":        {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(`<worksheet><cols>`, 1_000_000, fixed(`<col min="1" max="16384" width="9" style="1"/>`), `</cols></worksheet>`)}), ErrPacked.Message},
		"styles that unpack to 60 MB":         {hostile(t, map[string]func(io.Writer){"xl/styles.xml": repeated(`<styleSheet><cellXfs>`, 3_000_000, fixed(`<xf numFmtId="14"/>`), `</cellXfs></styleSheet>`)}), ErrPacked.Message},
		"more styles than there can be":       {hostile(t, map[string]func(io.Writer){"xl/styles.xml": repeated(`<styleSheet><cellXfs>`, 100_000, fixed(`<xf numFmtId="14"/>`), `</cellXfs></styleSheet>`)}), ErrPacked.Message},
		"texts that unpack to 60 MB":          {hostile(t, map[string]func(io.Writer){"xl/sharedStrings.xml": repeated(`<sst>`, 12_000_000, fixed(`<si/>`), `</sst>`)}), ErrPacked.Message},
		"one text in many cells": {hostile(t, map[string]func(io.Writer){
			"xl/sharedStrings.xml": repeated(`<sst><si><t>`, 30_000, fixed("x"), `</t></si></sst>`),
			"xl/worksheets/sheet1.xml": repeated(open, 50_000, func(i int) string {
				return fmt.Sprintf(`<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>`, i+2, i+2)
			}, end)}), "more cells or text in the file than can be read at once"},
		"one text of 4 MB":          {hostile(t, map[string]func(io.Writer){"xl/sharedStrings.xml": repeated(`<sst><si><t>`, 4<<20, fixed("x"), `</t></si></sst>`)}), ErrPacked.Message},
		"one tag of 4 MB":           {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(`<worksheet a="`, 4<<20, fixed("x"), `"/>`)}), ErrPacked.Message},
		"elements in each other":    {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(``, 1_000_000, fixed(`<a>`), ``)}), ErrPacked.Message},
		"merged cells of all rows":  {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(open+strings.Repeat(`<row><c><v>1</v></c></row>`, 5000)+`</sheetData><mergeCells>`, 5000, fixed(`<mergeCell ref="A2:C1048576"/>`), `</mergeCells></worksheet>`)}), ErrPacked.Message},
		"a list of 300,000 parts":   {directory(), ErrPacked.Message},
		"a document type":           {hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(`<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&b;`, 1, fixed(""), `</t></is></c></row></sheetData></worksheet>`)}), ErrWorkbook.Message},
		"two sheets under one name": {append(hostile(t, map[string]func(io.Writer){"xl/Workbook.xml": repeated("<workbook/>", 0, nil, "")}), 0), ErrWorkbook.Message},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := Read("obecnosci.xlsx", bytes.NewReader(c.raw), attendance)
		runtime.ReadMemStats(&after)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s, %d bytes: %v, want %q", name, len(c.raw), err, c.want)
		}
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 256<<20 {
			t.Errorf("%s, %d bytes: the heap grew by %d MiB", name, len(c.raw), grown>>20)
		}
		t.Logf("%s: %d bytes, %d MiB allocated", name, len(c.raw), (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}

// What stands in a cell and is no value is refused by its column, also where the list
// of refused rows is read back unrepaired.
func TestCellsThatAreNoValue(t *testing.T) {
	t.Parallel()
	cell := func(attributes, inside string) string { return `<c r="C2" ` + attributes + `>` + inside + `</c>` }
	for name, c := range map[string]struct{ cell, more, want string }{
		"a formula":            {cell(``, `<f>A1</f>`), ``, ErrFormula.Message},
		"an empty formula":     {cell(``, `<f>A1</f><v></v>`), ``, ErrFormula.Message},
		"an error":             {cell(`t="e"`, `<v>#N/A</v>`), ``, ErrSpreadsheet.Message},
		"an unknown kind":      {cell(`t="z"`, `<v>x</v>`), ``, ErrCellKind.Message},
		"no number":            {cell(``, `<v>one</v>`), ``, ErrNumber.Message},
		"no ISO day":           {cell(`t="d"`, `<v>2024-05-07T01:00:00+02:00</v>`), ``, ErrCellKind.Message},
		"an error's word":      {cell(`t="inlineStr"`, `<is><t>#ARG!</t></is>`), ``, ErrSpreadsheet.Message},
		"a merged cell":        {``, `<mergeCells><mergeCell ref="C1:C2"/></mergeCells>`, ErrMerged.Message},
		"a formula with value": {cell(``, `<f>A1</f><v>1.5</v>`), ``, ""},
		"an empty text":        {cell(`t="str"`, `<f>A1</f><v></v>`), ``, "empty"},
	} {
		raw := hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(`<worksheet><sheetData><row r="1">`+header+`</row><row r="2">`+
			`<c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>45419</v></c>`+c.cell+`</row></sheetData>`+c.more+`</worksheet>`, 0, nil, "")})
		s, err := Read("obecnosci.xlsx", bytes.NewReader(raw), attendance)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ask := func(s *Sheet) error {
			r := s.Record(0)
			r.ID("umowa")
			r.Date("data")
			r.Hours("godziny")
			r.Need("godziny")
			return r.Err()
		}
		got := ask(s)
		if c.want == "" && got != nil || c.want != "" && (got == nil || !strings.Contains(got.Error(), "column godziny: "+c.want)) {
			t.Errorf("%s: %v", name, got)
		}
		if got == nil {
			continue
		}
		back, err := Read("obecnosci.xlsx.odrzucone.csv", refusedText(s.Header, Refused{s.Row(0), got.Error()}), attendance)
		if err != nil {
			t.Fatal(err)
		}
		if again := ask(back); again == nil {
			t.Errorf("%s: its refused row is taken as %q", name, back.Row(0).Cells)
		}
	}
}

func FuzzWorkbook(f *testing.F) {
	for _, inside := range []string{
		`<row r="1">` + header + `</row><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" s="1"><v>45419.5</v></c><c r="C2" t="d"><v>PT1H30M</v></c></row>`,
		`<row>` + strings.ReplaceAll(header, ` r="`, ` x="`) + `</row><row><c><f/><v>1e5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B9"/></mergeCells><sheetData>`,
	} {
		f.Add(inside)
	}
	f.Fuzz(func(t *testing.T, inside string) {
		raw := hostile(t, map[string]func(io.Writer){"xl/worksheets/sheet1.xml": repeated(`<worksheet><sheetData>`+inside+`</sheetData></worksheet>`, 0, nil, "")})
		s, err := Read("obecnosci.xlsx", bytes.NewReader(raw), attendance)
		if err != nil {
			return
		}
		last := 1
		for i := range s.Len() {
			row := s.Row(i)
			if row.Number <= last || len(row.Cells) > maxWidth {
				t.Fatalf("row %d after %d, %d cells", row.Number, last, len(row.Cells))
			}
			last = row.Number
			r := s.Record(i)
			r.ID("umowa")
			r.Date("data")
			r.Hours("godziny")
			if len(row.faults) > 0 && row.faults[0].column < len(s.Header) && r.Err() == nil {
				t.Fatalf("row %d: %v was taken", row.Number, row.faults)
			}
		}
	})
}
