package sheetfile

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// Bounds of a workbook; more than any spreadsheet writes, except for cells and text,
// which bound the memory of what is read.
const (
	maxBookCells = 4 << 20   // of the sheet, up to the last filled one of each row
	maxBookText  = 128 << 20 // bytes of them, a text that stands in many cells counted for each
	maxStrings   = 2 << 20   // texts that cells share
	maxStyles    = 64 << 10
	maxSheets    = 1024
	maxMerged    = 256 << 10 // cells that merged ones cover
)

// workbook is what the first sheet's cells refer to.
type workbook struct {
	archive *archive
	epoch   int            // added to serial numbers; the Mac's begin in 1904
	formats []numberFormat // of a cell's style
	shared  []string
}

// readWorkbook reads the first sheet of an XLSX, part by part and each as a stream.
func readWorkbook(raw []byte) (rows []Row, epoch int, err error) {
	a, err := openArchive(raw)
	if err != nil {
		return nil, 0, err
	}
	w := workbook{archive: a}
	relationships, err := w.relationships("", "")
	if err != nil {
		return nil, 0, err
	}
	workbook := relationships.first("/officeDocument")
	first, err := w.sheets(workbook.target)
	if err != nil {
		return nil, 0, err
	}
	if relationships, err = w.relationships(path.Dir(workbook.target), path.Base(workbook.target)); err != nil {
		return nil, 0, err
	}
	if err := w.styles(relationships.first("/styles").target); err != nil {
		return nil, 0, err
	}
	if err := w.strings(relationships.first("/sharedStrings").target); err != nil {
		return nil, 0, err
	}
	for _, id := range first {
		if l, ok := relationships[id]; ok && strings.HasSuffix(l.kind, "/worksheet") {
			rows, err = w.rows(l.target)
			return rows, w.epoch, err
		}
	}
	return nil, 0, ErrWorkbook
}

// relationship is what one part of an archive says of another.
type relationship struct{ kind, target string }

type relationships map[string]relationship

// first is the only link of a kind; the zero link where there is none.
func (l relationships) first(kind string) relationship {
	for _, one := range l {
		if strings.HasSuffix(one.kind, kind) {
			return one
		}
	}
	return relationship{}
}

// relationships reads those of a part in a folder.
func (w *workbook) relationships(folder, name string) (relationships, error) {
	found := relationships{}
	t, err := w.archive.open(partName(folder, "_rels/"+name+".rels"))
	if err != nil || t == nil {
		return found, orWorkbook(err, t == nil)
	}
	return found, t.each(func(e xml.StartElement) error {
		if e.Name.Local != "Relationship" {
			return nil
		}
		id, _ := attribute(e, "Id")
		kind, _ := attribute(e, "Type")
		target, _ := attribute(e, "Target")
		if len(found) == maxSheets {
			return ErrPacked
		}
		found[id] = relationship{kind, partName(folder, target)}
		return nil
	})
}

func orWorkbook(err error, missing bool) error {
	if err == nil && missing {
		return ErrWorkbook
	}
	return err
}

// sheets reads the list of sheets, by their links, and the day that numbers count from.
func (w *workbook) sheets(name string) (ids []string, err error) {
	t, err := w.archive.open(name)
	if err != nil || t == nil {
		return nil, orWorkbook(err, t == nil)
	}
	return ids, t.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if from, ok := attribute(e, "date1904"); ok && (from == "1" || from == "true") {
				w.epoch = 1462
			}
		case "sheet":
			if len(ids) == maxSheets {
				return ErrPacked
			}
			if id, ok := attribute(e, "id"); ok {
				ids = append(ids, id)
			}
		}
		return nil
	})
}

// styles reads which number format each style has. A style's own format counts and
// not that of the named style below it.
func (w *workbook) styles(name string) error {
	t, err := w.archive.open(name)
	if err != nil || t == nil {
		return err
	}
	codes, within := map[int]numberFormat{}, false
	defer func() { _ = t.close() }()
	for {
		token, err := t.next()
		if token == nil {
			return atEnd(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			within = within && e.Name.Local != "cellXfs"
		case xml.StartElement:
			number, _ := attribute(e, "numFmtId")
			id, bad := strconv.Atoi(number)
			switch {
			case len(codes) > maxStyles || len(w.formats) > maxStyles:
				return ErrPacked
			case e.Name.Local == "cellXfs":
				within = true
			case e.Name.Local == "numFmt" && bad == nil:
				code, _ := attribute(e, "formatCode")
				codes[id] = numberFormatOf(code)
			case e.Name.Local == "xf" && within:
				f, own := codes[id]
				if !own {
					f = builtIn(id)
				}
				w.formats = append(w.formats, f)
			}
		}
	}
}

// strings reads the texts that cells name by number, without the readings that
// stand beside Japanese ones.
func (w *workbook) strings(name string) error {
	t, err := w.archive.open(name)
	if err != nil || t == nil {
		return err
	}
	defer func() { _ = t.close() }()
	for bytes := 0; ; {
		token, err := t.next()
		if token == nil {
			return atEnd(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "si" {
			text, err := t.text("rPh")
			if err != nil {
				return err
			}
			if bytes += len(text); bytes > maxBookText || len(w.shared) == maxStrings {
				return ErrPacked
			}
			w.shared = append(w.shared, text)
		}
	}
}
