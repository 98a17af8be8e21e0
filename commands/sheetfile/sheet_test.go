package sheetfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"ksiega/commands/charset"
	"ksiega/domain"
)

var (
	people     = Spec{Kind: "uczestnicy", Required: []string{"id", "imie", "nazwisko"}, Optional: []string{"pesel", "konto", "plec", "opiekun_dla"}}
	attendance = Spec{Kind: "obecnosci", Required: []string{"umowa", "data", "godziny"}, Optional: []string{"miejsce", "korekta", "powod"}}
)

func read(t *testing.T, name, text string, spec Spec) *Sheet {
	t.Helper()
	s, err := Read(name, strings.NewReader(text), spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRowNumbersAreThoseOfTheSpreadsheet(t *testing.T) {
	t.Parallel()
	s := read(t, "obecnosci_luty.csv", "\uFEFFUmowa; DATA ;godziny;miejsce;;\r\n"+
		"u1;08.02.2018;1,5;\"hala;\r\ndrugie \"\"piętro\"\"\";;\r\n"+
		"\r\n;;;\r\n"+
		"u2;2018-02-09;2:30\r\n\r\n\r\n", attendance)
	if !slices.Equal(s.Header, []string{"umowa", "data", "godziny", "miejsce"}) || s.Len() != 2 {
		t.Fatalf("got %q, %d rows", s.Header, s.Len())
	}
	r := s.Record(0)
	if r.Number() != 2 || r.ID("umowa") != "u1" || r.Date("data").String() != "2018-02-08" || r.Hours("godziny") != 90 ||
		r.Text("miejsce") != "hala;\r\ndrugie \"piętro\"" || r.YesNo("korekta") || r.Text("powod") != "" || r.Err() != nil {
		t.Fatalf("row 2: got %+v, %v", r.row, r.Err())
	}
	if r = s.Record(1); r.Number() != 5 || r.Hours("godziny") != 150 || r.Text("miejsce") != "" || r.Err() != nil {
		t.Fatalf("row 5: got %+v, %v", r.row, r.Err())
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "id;imie;nazwisko\nu1;Zażółć;Gęślą-Jaźń\n"
	old, err := charmap.Windows1250.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, input := range map[string]string{"plain": text, "bom": "\uFEFF" + text, "1250": old, "decomposed": strings.ReplaceAll(text, "ż", "z\u0307")} {
		r := read(t, "uczestnicy.csv", input, people).Record(0)
		if r.Text("imie") != "Zażółć" || r.Text("nazwisko") != "Gęślą-Jaźń" || r.Err() != nil {
			t.Errorf("%s: got %q %q, %v", name, r.Text("imie"), r.Text("nazwisko"), r.Err())
		}
	}
	if _, err := Read("uczestnicy.csv", strings.NewReader("\xFF\xFEi\x00d"), people); err == nil {
		t.Error("half a letter was taken for text")
	}
}

// Read is Parse of what a reader gives.
func Read(name string, r io.Reader, spec Spec) (*Sheet, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return Parse(name, raw, spec)
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"uczestnicy.csv", "", "uczestnicy.csv: the file is empty"},
		{"uczestnicy.csv", "\nid;imie;nazwisko\n", "uczestnicy.csv: row 1 is empty; it must be the header"},
		{"uczestnicy.txt", "id", "uczestnicy.txt: neither .csv nor .xlsx"},
		{"a/b/uczestnicy.csv", "id;imie;nazwisko;wzrost\n", `uczestnicy.csv: column "wzrost": not a column of uczestnicy`},
		{"uczestnicy.csv", "id;imie;44051401359\n", `uczestnicy.csv: column 3: not a column of uczestnicy`},
		{"uczestnicy.csv", "id;imie\n", "uczestnicy.csv: column nazwisko: missing, and uczestnicy needs it"},
		{"uczestnicy.csv", "id;imie;nazwisko;IMIE\n", "uczestnicy.csv: column imie: stands twice"},
		{"uczestnicy.csv", "id;imie;;nazwisko\n", "uczestnicy.csv: row 1: column 3 has no name"},
		{"uczestnicy.csv", "id;imie;nazwisko\n\n\nu1;\"Jan;Nowak\nu2;Ewa;Nowak\n", "uczestnicy.csv: row 4: a quote is never closed"},
		{"uczestnicy.csv", "u1;Jan;Nowak\n", "uczestnicy.csv: row 1 is no header of uczestnicy: none of its columns is known (cells are separated by `;`, TAB or `,`, the first required column is \"id\")"},
		{"uczestnicy.csv", "id;imie;nazwisko\n" + strings.Repeat(";", 300), "uczestnicy.csv: row 2: more than 256 cells"},
		{"uczestnicy.xlsx", "PK\x03\x04 nothing", "uczestnicy.xlsx: " + ErrWorkbook.Message},
		{"uczestnicy.xlsx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", "uczestnicy.xlsx: " + ErrProtected.Message},
		{"uczestnicy.xlsx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00", "uczestnicy.xlsx: " + ErrOldWorkbook.Message},
		{"uczestnicy.xlsx", "\uFEFF\r\n<!DOCTYPE html><table><tr><td>id</td></tr></table>", "uczestnicy.xlsx: " + ErrWebPage.Message},
		{"uczestnicy.csv", "<html><table>", "uczestnicy.csv: " + ErrWebPage.Message},
		{"uczestnicy.csv", "\xFF\xFEi\x00d", "uczestnicy.csv: " + charset.ErrCut.Message},
	} {
		if _, err := Read(c.name, strings.NewReader(c.text), people); err == nil || err.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.text, err, c.want)
		}
	}
}

func TestRefusedCellsNameColumnAndReasonOnly(t *testing.T) {
	t.Parallel()
	spec := Spec{Kind: "proba", Required: []string{"data", "imie"}, Optional: []string{"kwota", "godziny", "pesel", "konto", "nip", "id", "rodzaj"}}
	for _, c := range []struct {
		column, value, want string
		read                func(*Record)
	}{
		{"data", "32.01.2018", `column data: no such day between 1900 and 2199: "32.01.2018"`, func(r *Record) { r.Date("data") }},
		{"data", "wczoraj", `column data: not a date (DD.MM.RRRR or YYYY-MM-DD)`, func(r *Record) { r.Date("data") }},
		{"data", "44051401359", `column data: not a date (DD.MM.RRRR or YYYY-MM-DD)`, func(r *Record) { r.Date("data") }},
		{"data", strings.Repeat("-", 50), `column data: not a date (DD.MM.RRRR or YYYY-MM-DD): "` + strings.Repeat("-", 40) + `…"`, func(r *Record) { r.Date("data") }},
		{"data", "", `column data: empty`, func(r *Record) { r.Need("data") }},
		{"imie", " ", `column imie: empty`, func(r *Record) { r.Need("imie") }},
		{"imie", "Jan\x01", `column imie: holds a character that cannot be read`, func(r *Record) { r.Text("imie") }},
		{"imie", strings.Repeat("a", 4001), `column imie: longer than 4000 characters`, func(r *Record) { r.Text("imie") }},
		{"kwota", "1,234", `column kwota: more than two decimals: "1,234"`, func(r *Record) { r.Amount("kwota") }},
		{"godziny", "0,33", `column godziny: does not come to whole minutes: "0,33"`, func(r *Record) { r.Hours("godziny") }},
		{"pesel", "44051401358", `column pesel: not a valid PESEL (eleven digits, date of birth, check digit)`, func(r *Record) { r.PESEL("pesel") }},
		{"konto", "61109010140000071219812875", `column konto: not a valid account number (26 digits, check digits); number cells cannot hold one, use text`, func(r *Record) { r.Account("konto") }},
		{"nip", "5260250275", `column nip: not a valid NIP (ten digits, check digit)`, func(r *Record) { r.NIP("nip") }},
		{"id", "44051401359", `column id: ` + domain.ErrPESELAsID.Message, func(r *Record) { r.ID("id") }},
		{"rodzaj", "inny", `column rodzaj: not one of the values that the column takes: psu, socjalny`, func(r *Record) { r.Choice("rodzaj", "psu", "socjalny") }},
		{"rodzaj", "-1", `column rodzaj: not one of the values that the column takes: psu, socjalny`, func(r *Record) { r.Choice("rodzaj", "psu", "socjalny") }},
		{"rodzaj", "psu,1", `column rodzaj: not one of the values that the column takes: psu, socjalny`, func(r *Record) { r.Choices("rodzaj", "psu", "socjalny") }},
		{"rodzaj", "2", `column rodzaj: not one of the values that the column takes: tak, nie`, func(r *Record) { r.YesNo("rodzaj") }},
		{"rodzaj", "x", `column rodzai: not a column of the file`, func(r *Record) { r.Choice("rodzai", "x") }},
	} {
		s := &Sheet{spec: spec, Header: []string{c.column}, workbook: &workbookRows{rows: []Row{{Number: 1}, {Number: 2, Cells: []string{c.value}}}}}
		r := s.Record(0)
		c.read(r)
		var cell *CellError
		if err := r.Err(); !errors.As(err, &cell) || err.Error() != c.want {
			t.Errorf("%s %q: got %v, want %s", c.column, c.value, err, c.want)
		}
		c.read(r)
		r.Need("nie ma")
		var all RowError
		if !errors.As(r.Err(), &all) || len(all) != 2 || all[0] != cell || all[1].Refusal != ErrEmpty && all[1].Refusal != ErrColumn {
			t.Errorf("%s: with one more, %v is wrong", c.column, r.Err())
		}
	}
}

func TestAcceptedCells(t *testing.T) {
	t.Parallel()
	spec := Spec{Kind: "proba", Required: []string{"konto"}, Optional: []string{"pesel", "nip", "plec", "limit", "id", "korekta", "kwota", "miesiac", "refundacja", "od"}}
	s := read(t, "p.csv", "konto;pesel;nip;plec;limit;id;korekta;kwota;miesiac;refundacja;od\n"+
		"PL61 1090 1014 0000 0712 1981 2874;44051401359;526-025-02-74;k;1 000;u\u0301;TAK;-1,00;2018-02;60%;24:00\n", spec)
	r := s.Record(0)
	limit, amount := r.Int("limit"), r.Amount("kwota")
	if r.Account("konto") != "61109010140000071219812874" || r.PESEL("pesel") != "44051401359" || r.NIP("nip") != "5260250274" ||
		r.Choice("plec", "K", "M") != "K" || limit != 1000 || r.Empty("limit") || r.ID("id") != "ú" || !r.YesNo("korekta") || amount != -100 ||
		r.Month("miesiac").String() != "2018-02" || r.Percent("refundacja") != 60 || r.Clock("od") != 1440 || r.Int("limit") != 1000 || r.Err() != nil {
		t.Fatalf("got %v", r.Err())
	}
	s = read(t, "p.csv", "konto\n'\n", spec)
	r = s.Record(0)
	if !r.Empty("kwota") || r.Amount("kwota") != 0 || r.PESEL("pesel") != "" || r.Date("od") != 0 || r.ID("id") != "" || r.Text("id") != "" || r.Err() != nil {
		t.Fatalf("absent columns: got %v", r.Err())
	}
}

func TestRowsWithABadShape(t *testing.T) {
	t.Parallel()
	s := read(t, "obecnosci.csv", "umowa;data;godziny\nu1;2018-02-08;1;;\nu1;2018-02-08;1;;x\n\"u1\"x;2018-02-08;1\n\"u1\" ;2018-02-08;1\nu1\n", attendance)
	for i, want := range []string{"", "more cells than the header has: 5, not 3", "text stands after a closing quote", "", "column data: empty"} {
		r := s.Record(i)
		r.ID("umowa")
		r.Date("data")
		r.Need("data")
		if got := fmt.Sprint(r.Err()); got != want && (want != "" || r.Err() != nil) {
			t.Errorf("row %d: got %s, want %s", r.Number(), got, want)
		}
	}
}

func TestRefusedRowsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cells := [][]string{
		{"u1", "=1+1", "1;2", "a\nb", "tak", "+48"},
		{"u2", " 2018 ", "-1,50", "\"q\"", "", "@x"},
		{"'=u3", "\tx", "'-y", "\ra", "'", "''=z", "too", "many"},
		{"Ż", "-1:30"},
	}
	s := &Sheet{Name: "/tmp/obecnosci_luty.xlsx", Header: []string{"umowa", "data", "godziny", "miejsce", "korekta", "powod"}}
	refused := make([]Refused, 0, len(cells))
	for i, c := range cells {
		refused = append(refused, Refused{Row{Number: 10 * (i + 1), Cells: c}, "column data: not a\ndate; \"x\""})
	}
	path, err := writeRefused(dir, s, refused)
	if err != nil || path != filepath.Join(dir, "obecnosci_luty.xlsx.odrzucone.csv") || !IsRefusedName(path) {
		t.Fatalf("got %s, %v", path, err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const head = "\uFEFFwiersz;powod;umowa;data;godziny;miejsce;korekta;powod\r\n10;\"column data: not a date; \"\"x\"\"\";u1;'=1+1;\"1;2\";\"a\nb\";tak;'+48\r\n"
	if !strings.HasPrefix(string(raw), head) {
		t.Fatalf("got %q", raw)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("got %v, %v", info.Mode(), err)
	}
	back, err := Read(path, bytes.NewReader(raw), attendance)
	if err != nil || !slices.Equal(back.Header, s.Header) || back.Len() != len(cells) {
		t.Fatalf("got %q, %v", back.Header, err)
	}
	for i := range back.Len() {
		row := back.Row(i)
		want := append(slices.Clone(cells[i]), make([]string, max(0, len(s.Header)-len(cells[i])))...)
		if row.Number != i+2 || !slices.Equal(row.Cells, want) {
			t.Errorf("row %d: got %q, want %q", row.Number, row.Cells, want)
		}
	}
	if w, err := CreateRefused(dir, s.Name, s.Header); err != nil || w.Drop() != nil {
		t.Fatal(err)
	}
	if err := RemoveRefused(dir, s.Name); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
}

// writeRefused writes a whole file of refused rows.
func writeRefused(dir string, s *Sheet, rows []Refused) (string, error) {
	w, err := CreateRefused(dir, s.Name, s.Header)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		w.Add(r)
	}
	return w.Keep()
}

func refusedText(header []string, rows ...Refused) io.Reader {
	var b bytes.Buffer
	w := newRefusedRows(&b, header)
	for _, r := range rows {
		w.Add(r)
	}
	_ = w.out.Flush()
	return &b
}

func TestReasonColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		spec   Spec
		header string
		want   string
	}{
		{attendance, "wiersz;powod;umowa;data;godziny;powod", "umowa,data,godziny,powod"},
		{attendance, "wiersz;powod;umowa;data;godziny", "umowa,data,godziny"},
		{attendance, "umowa;data;godziny;powod", "umowa,data,godziny,powod"},
		{attendance, "umowa;wiersz;data;godziny;powod", "umowa,data,godziny,powod"},
		{people, "id;powod;imie;wiersz;nazwisko", "id,imie,nazwisko"},
		{people, "wiersz;powod;id;imie;nazwisko", "id,imie,nazwisko"},
	} {
		row := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(c.header, "wiersz", "-"), "powod;", "-;"), ";", ";")
		s := read(t, "x.csv", c.header+"\n"+row+"\n", c.spec)
		if got := strings.Join(s.Header, ","); got != c.want || strings.Join(s.Row(0).Cells, ",") != c.want {
			t.Errorf("%s: got %s, row %q", c.header, got, s.Row(0).Cells)
		}
	}
	if _, err := Read("x.csv", strings.NewReader("powod;umowa;data;godziny;powod\n"), attendance); err == nil {
		t.Error("a doubled powod was taken")
	}
}

func workbookOf(t *testing.T, fill func(f *excelize.File, set func(cell string, value any, format string))) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f, func(cell string, value any, format string) {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
		if format == "" {
			return
		}
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err == nil {
			err = f.SetCellStyle("Sheet1", cell, cell, style)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	var b bytes.Buffer
	if err := errors.Join(f.Write(&b), f.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	spec := Spec{Kind: "proba", Required: []string{"id"}, Optional: []string{"pesel", "data", "godziny", "kwota", "korekta", "od", "refundacja", "miesiac", "konto"}}
	header := []any{"ID", "pesel", "data", "godziny", "kwota", "korekta", "od", "refundacja", "miesiac", "konto"}
	raw := workbookOf(t, func(f *excelize.File, set func(string, any, string)) {
		if err := f.SetSheetRow("Sheet1", "A1", &header); err != nil {
			t.Fatal(err)
		}
		set("A2", 7, "000")
		set("B2", 2070803628, "00000000000")
		set("C2", time.Date(2018, 2, 8, 0, 0, 0, 0, time.UTC), "")
		set("D2", 90*time.Minute, "h:mm")
		set("E2", 8.3, `#,##0.00\ "zł"`)
		set("F2", true, "")
		set("G2", 1, "[h]:mm")
		set("H2", 0.6, "0%")
		set("I2", time.Date(2018, 2, 1, 0, 0, 0, 0, time.UTC), "mmm-yy")
		set("J2", "61109010140000071219812874", "")
		set("A4", "1,5", "yyyy-mm-dd")
		set("B4", 2070803628, "")
		set("C4", 43139, "")
		set("D4", 1.5, "0.00")
		set("E4", "1\u00a0234,56", "")
		set("F4", "nie", "")
		set("G4", "8:05", "")
		set("H4", 60, "")
		set("I4", "2018-02", "")
		set("J4", 61109010140000071219812874.0, "0")
	})
	s, err := Read("proba.XLSX", bytes.NewReader(raw), spec)
	if err != nil || s.Len() != 2 {
		t.Fatalf("got %+v, %v", s, err)
	}
	r := s.Record(0)
	if r.Number() != 2 || r.ID("id") != "007" || r.PESEL("pesel") != "02070803628" || r.Date("data").String() != "2018-02-08" ||
		r.Hours("godziny") != 90 || r.Amount("kwota") != 830 || !r.YesNo("korekta") || r.Clock("od") != 1440 || r.Percent("refundacja") != 60 ||
		r.Month("miesiac").String() != "2018-02" || r.Account("konto") != "61109010140000071219812874" || r.Err() != nil {
		t.Errorf("row 2: got %q, %v", r.row.Cells, r.Err())
	}
	r = s.Record(1)
	if r.Number() != 4 || r.ID("id") != "1,5" || r.PESEL("pesel") != "02070803628" || r.Date("data").String() != "2018-02-08" ||
		r.Hours("godziny") != 90 || r.Amount("kwota") != 123456 || r.YesNo("korekta") || r.Clock("od") != 485 || r.Percent("refundacja") != 60 ||
		r.Month("miesiac").String() != "2018-02" || r.Err() != nil {
		t.Errorf("row 4: got %q, %v", r.row.Cells, r.Err())
	}
	if r.Account("konto"); r.Err() == nil {
		t.Error("an account that a number cell had rounded was taken")
	}
	for cut := range 40 {
		if _, err := Read("x.xlsx", bytes.NewReader(raw[:len(raw)*cut/40]), spec); err == nil {
			t.Fatalf("a workbook cut at %d/40 was taken", cut)
		}
	}
}

func TestRefusalFileSavedAsWorkbook(t *testing.T) {
	t.Parallel()
	raw := workbookOf(t, func(_ *excelize.File, set func(string, any, string)) {
		for cell, v := range map[string]any{"A1": "wiersz", "B1": "powod", "C1": "umowa", "D1": "data", "E1": "godziny", "F1": "powod",
			"A2": 12, "B2": "column data", "C2": "u1", "D2": "2018-02-08", "E2": 1, "F2": "'=x"} {
			set(cell, v, "")
		}
	})
	s, err := Read("obecnosci.csv.odrzucone.xlsx", bytes.NewReader(raw), attendance)
	if err != nil || !slices.Equal(s.Row(0).Cells, []string{"u1", "2018-02-08", "1", "=x"}) {
		t.Fatalf("got %+v, %v", s, err)
	}
}

func TestManyRows(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("umowa;data;godziny;miejsce\n")
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&b, "u%d;08.02.2018;1:30;\"hala %d\"\n", i, i)
	}
	s := read(t, "obecnosci.csv", b.String(), attendance)
	if s.Len() != n {
		t.Fatalf("got %d rows", s.Len())
	}
	for i := range s.Len() {
		r := s.Record(i)
		if r.ID("umowa") != fmt.Sprintf("u%d", i) || r.Text("miejsce") != fmt.Sprintf("hala %d", i) || r.Hours("godziny") != 90 || r.Number() != i+2 {
			t.Fatalf("row %d: got %q", i+2, s.Row(i).Cells)
		}
	}
}

// What separates cells is seen in the header or said; names and choices are taken as an
// office writes them.
func TestFilesOfOffices(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"semicolon":         "umowa;data;godziny;miejsce\nu1;08.02.2018;1,5;hala\n",
		"tab":               "umowa\tdata\tgodziny\tmiejsce\nu1\t08.02.2018\t1,5\thala\n",
		"comma":             "umowa,data,godziny,miejsce\nu1,08.02.2018,\"1,5\",hala\n",
		"sep":               "sep=,\r\numowa,data,godziny,miejsce\r\nu1,08.02.2018,1.5,hala\r\n",
		"sep of a pipe":     "SEP=|\numowa|data|godziny|miejsce\nu1|08.02.2018|1,5|hala\n",
		"names of people":   " Umowa ;DATA;Gódziny;Miejsce\nu1;8-2-2018 r.;1,5 h;hala\n",
		"UTF-16":            "\xFF\xFE" + utf16le("umowa\tdata\tgodziny\tmiejsce\r\nu1\t08.02.2018\t1:30\thala\r\n"),
		"a comma in quotes": "\"umowa\",\"data\",\"godziny\",\"miejsce\"\n\"u1\",\"08.02.2018\",\"1,5\",\"hala\"\n",
	} {
		s := read(t, "obecnosci.csv", text, attendance)
		r := s.Record(0)
		if r.Number() != 2 || r.ID("umowa") != "u1" || r.Date("data").String() != "2018-02-08" || r.Hours("godziny") != 90 || r.Text("miejsce") != "hala" || r.Err() != nil {
			t.Errorf("%s: %q, %v", name, r.Cells(), r.Err())
		}
	}
	// A decimal comma without quotes never moves into the next column.
	s := read(t, "obecnosci.csv", "umowa,data,godziny,miejsce\nu1,08.02.2018,1,5,\nu1,08.02.2018,1\n", attendance)
	for i := range s.Len() {
		if err := s.Record(i).Err(); !errors.Is(err, ErrComma) {
			t.Errorf("row %d: %v", i, err)
		}
	}
	r := read(t, "x.csv", "plec\n Trójstronny \n", Spec{Kind: "x", Optional: []string{"plec"}}).Record(0)
	if got := r.Choice("plec", "trojstronny", "pracownik_socjalny"); got != "trojstronny" || r.Err() != nil {
		t.Errorf("%q, %v", got, r.Err())
	}
	for text, want := range map[string]bool{"Razem:;;40": true, ";Suma końcowa;4": true, "OGÓŁEM;1;2": true, "Suma/1;1;2": false, "u1;razem;2": false} {
		if got := read(t, "obecnosci.csv", "umowa;data;godziny\n"+text+"\n", attendance).Record(0).Totals(); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func utf16le(s string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, byte(c), byte(c>>8))
	}
	return string(b)
}

func FuzzRead(f *testing.F) {
	f.Add("sep=,\numowa,data,godziny\nu1,08.02.2018,1,5\n")
	f.Add("Umowa\tdata\tgodziny\n\"u1\t\"\t7-10-2018\t1 h\n")
	f.Add("umowa;data;godziny\nu1;08.02.2018;1,5\n")
	f.Add("\uFEFFwiersz;powod;umowa;data;godziny;powod\r\n2;\"a\"\"b\";'=u1;43139;1:30;\"x\r\ny\"\r\n")
	f.Add("umowa;data;godziny\n\"u1\"x;;;;\n;;\n\xB9;;")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		s, err := Read("obecnosci.csv", strings.NewReader(text), attendance)
		if err != nil {
			return
		}
		refused := make([]Refused, 0, s.Len())
		last := 1
		for i := range s.Len() {
			row := s.Row(i)
			r := s.Record(i)
			r.ID("umowa")
			r.Date("data")
			r.Hours("godziny")
			r.Text("powod")
			if row.Number <= last {
				t.Fatalf("row %d follows row %d", row.Number, last)
			}
			last = row.Number
			refused = append(refused, Refused{row, fmt.Sprint(r.Err())})
		}
		back, err := Read("x.odrzucone.csv", refusedText(s.Header, refused...), attendance)
		if err != nil || !slices.Equal(back.Header, s.Header) || back.Len() != s.Len() {
			t.Fatalf("came back as %+v, %v", back, err)
		}
		for i := range back.Len() {
			row := back.Row(i)
			want := s.Row(i).Cells
			if len(row.Cells) < len(want) || !slices.Equal(row.Cells[:len(want)], want) || strings.Join(row.Cells[len(want):], "") != "" {
				t.Fatalf("row %d: got %q, want %q", i, row.Cells, want)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := "umowa;data;godziny;miejsce;korekta;powod\n" + strings.Repeat("u1;08.02.2018;1:30;hala;nie;\n", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s, err := Read("obecnosci.csv", strings.NewReader(text), attendance)
		if err != nil {
			b.Fatal(err)
		}
		for i := range s.Len() {
			r := s.Record(i)
			r.ID("umowa")
			r.Date("data")
			r.Hours("godziny")
			r.Text("miejsce")
			r.YesNo("korekta")
			r.Text("powod")
		}
	}
}
