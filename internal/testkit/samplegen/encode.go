package main

import (
	"encoding/csv"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

type encoding int

const (
	utf8Plain encoding = iota
	utf8BOM
	cp1250
	cp852
)

const noBreakSpace = '\u00a0'

// encode panics on a character no sample should contain: the test would never let it be committed.
func encode(text string, as encoding) []byte {
	var page *charmap.Charmap
	switch as {
	case utf8Plain:
		return []byte(text)
	case utf8BOM:
		return []byte("\ufeff" + text)
	case cp1250:
		page = charmap.Windows1250
	case cp852:
		page = charmap.CodePage852
	}
	out, err := page.NewEncoder().String(text)
	if err != nil {
		panic(fmt.Sprintf("samplegen: a character has no byte in the code page: %v", err))
	}
	return []byte(out)
}

// sheet is one CSV file on its way.
type sheet struct {
	*csv.Writer
	text *strings.Builder
}

func newSheet(newline string, columns ...string) *sheet {
	text := &strings.Builder{}
	s := &sheet{csv.NewWriter(text), text}
	s.Comma, s.UseCRLF = ';', newline == "\r\n"
	s.add(columns...)
	return s
}

func (s *sheet) add(cells ...string) {
	_ = s.Write(cells) // into memory
}

func (s *sheet) bytes(as encoding) []byte {
	s.Flush()
	return encode(s.text.String(), as)
}

// money writes grosze as `1 234,56` with the given separator of thousands.
func money(grosze int, thousands rune) string {
	zloty := fmt.Sprint(grosze / 100)
	if n := len(zloty); n > 3 {
		zloty = zloty[:n-3] + string(thousands) + zloty[n-3:]
	}
	return fmt.Sprintf("%s,%02d", zloty, grosze%100)
}

// hours writes minutes as `4`, `2,5` or `2:30`; clock chooses between the last two.
func hours(minutes int, clock bool) string {
	if minutes%60 == 0 {
		return fmt.Sprint(minutes / 60)
	}
	if clock {
		return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
	}
	return fmt.Sprint(minutes/60) + "," + strings.TrimRight(fmt.Sprintf("%02d", minutes%60*100/60), "0")
}
