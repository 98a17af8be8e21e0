package sheetfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds of an archive, so that reading a workbook takes no more memory than its
// rows are worth, whatever the archive says of itself.
const (
	maxDirectory = 1 << 20      // bytes of its list of parts
	maxPart      = 2 * MaxBytes // of one part, unpacked
	maxRatio     = 100          // a part unpacks to; sheets do to 5 to 30 times
	freeRatio    = 4 << 20      // bytes that may be unpacked whatever the ratio
	maxToken     = 1 << 20      // bytes of one tag or text
	maxDepth     = 64           // of elements within each other
)

// archive is the zip file that a workbook is.
type archive struct {
	size  uint64
	parts map[string]*zip.File
}

// capped reads until its budget is spent.
type capped struct {
	io.ReaderAt
	budget int
}

// ReadAt reads within the budget.
func (c *capped) ReadAt(p []byte, at int64) (int, error) {
	if c.budget -= len(p); c.budget < 0 {
		return 0, ErrPacked
	}
	return c.ReaderAt.ReadAt(p, at)
}

func openArchive(raw []byte) (*archive, error) {
	from := &capped{bytes.NewReader(raw), maxDirectory + 128<<10} // the end of the archive is looked for in its last 64 KiB
	z, err := zip.NewReader(from, int64(len(raw)))
	if errors.Is(err, ErrPacked) {
		return nil, ErrPacked
	}
	if err != nil {
		return nil, noArchive(raw)
	}
	from.budget = int(^uint(0) >> 1)
	a := &archive{size: uint64(len(raw)), parts: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		name := partName("", f.Name)
		if _, twice := a.parts[name]; twice {
			return nil, ErrWorkbook // which of the two a spreadsheet shows, nobody can say
		}
		a.parts[name] = f
	}
	return a, nil
}

// noArchive says what stands under the name of a workbook and is none.
func noArchive(raw []byte) error {
	if !bytes.HasPrefix(raw, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) { // no compound file either ([MS-CFB] 2.2)
		return ErrWorkbook
	}
	// [MS-OFFCRYPTO] 2.3.4.4: what a password protects lies in a stream of this name.
	if inUTF16 := strings.Join(strings.Split("EncryptedPackage", ""), "\x00"); bytes.Contains(raw, []byte(inUTF16)) {
		return ErrProtected
	}
	return ErrOldWorkbook
}

// webPage tells a table that a program saved as HTML under the name of a spreadsheet.
func webPage(raw []byte) bool {
	start := bytes.ToLower(bytes.TrimLeft(raw[:min(len(raw), 64)], "\ufeff \t\r\n"))
	return bytes.HasPrefix(start, []byte("<!doctype")) || bytes.HasPrefix(start, []byte("<html")) || bytes.HasPrefix(start, []byte("<table"))
}

// partName resolves the name of a part as one that lies in a folder gives it; names
// are alike in any case.
func partName(folder, name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if !strings.HasPrefix(name, "/") {
		name = folder + "/" + name
	}
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+name), "/"))
}

// open reads the XML of a part; a part that is not there has none.
func (a *archive) open(name string) (*tokens, error) {
	f := a.parts[name]
	if f == nil {
		return nil, nil
	}
	most := min(f.CompressedSize64, a.size)*maxRatio + freeRatio
	if f.UncompressedSize64 > min(most, maxPart) {
		return nil, ErrPacked
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrWorkbook
	}
	in := &meter{from: bufio.NewReaderSize(r, 64<<10), left: f.UncompressedSize64}
	return &tokens{dec: xml.NewDecoder(in), in: in, close: r.Close}, nil
}

// meter hands over bytes, no more of one token than maxToken and no more in all than
// the archive said.
type meter struct {
	from  *bufio.Reader
	left  uint64
	token int
}

// ReadByte is what the decoder reads by.
func (m *meter) ReadByte() (byte, error) {
	b, err := m.from.ReadByte()
	if err != nil {
		return 0, err
	}
	if m.token++; m.token > maxToken || m.left == 0 {
		return 0, ErrPacked
	}
	m.left--
	return b, nil
}

// Read is there because a decoder is made from a Reader.
func (m *meter) Read(p []byte) (int, error) {
	b, err := m.ReadByte()
	if err != nil || len(p) == 0 {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// tokens are the tags and texts of a part, in order.
type tokens struct {
	dec   *xml.Decoder
	in    *meter
	depth int
	close func() error
}

// next is the next start, end or text; io.EOF where the part is complete.
func (t *tokens) next() (xml.Token, error) {
	t.in.token = 0
	token, err := t.dec.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case errors.Is(err, ErrPacked):
		return nil, ErrPacked
	case err != nil:
		return nil, ErrWorkbook
	}
	switch token.(type) {
	case xml.StartElement:
		if t.depth++; t.depth > maxDepth {
			return nil, ErrPacked
		}
	case xml.EndElement:
		t.depth--
	}
	return token, nil
}

// each calls start for every element of a part, by its name without a namespace.
func (t *tokens) each(start func(xml.StartElement) error) error {
	defer func() { _ = t.close() }()
	for {
		token, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok {
			if err := start(e); err != nil {
				return err
			}
		}
	}
}

// text gathers what stands within the element that has just begun, in all its
// elements but those named, and reads past its end.
func (t *tokens) text(except string) (string, error) {
	var all []byte
	skipped := 0
	for depth := t.depth; ; {
		token, err := t.next()
		if err != nil {
			return "", cutShort(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == except {
				skipped++
			}
		case xml.EndElement:
			if t.depth < depth {
				return string(all), nil
			}
			if e.Name.Local == except {
				skipped--
			}
		case xml.CharData:
			if skipped == 0 {
				if all = append(all, e...); len(all) > maxToken {
					return "", ErrPacked
				}
			}
		}
	}
}

// cutShort takes the end of a part in its middle for damage.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrWorkbook
	}
	return err
}

// attribute is the value of an element's attribute, by its name without a namespace.
func attribute(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}
