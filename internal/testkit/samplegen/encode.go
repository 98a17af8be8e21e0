package main

import (
	"fmt"
	"strings"
)

type encoding int

const (
	utf8Plain encoding = iota
	utf8BOM
	cp1250
	cp852
)

const noBreakSpace = '\u00a0'

// singleByte lists what the samples contain outside ASCII, and its byte in the two code pages.
var singleByte = map[rune][2]byte{
	'ą': {0xB9, 0xA5}, 'ć': {0xE6, 0x86}, 'ę': {0xEA, 0xA9}, 'ł': {0xB3, 0x88}, 'ń': {0xF1, 0xE4},
	'ó': {0xF3, 0xA2}, 'ś': {0x9C, 0x98}, 'ź': {0x9F, 0xAB}, 'ż': {0xBF, 0xBE},
	'Ą': {0xA5, 0xA4}, 'Ć': {0xC6, 0x8F}, 'Ę': {0xCA, 0xA8}, 'Ł': {0xA3, 0x9D}, 'Ń': {0xD1, 0xE3},
	'Ó': {0xD3, 0xE0}, 'Ś': {0x8C, 0x97}, 'Ź': {0x8F, 0x8D}, 'Ż': {0xAF, 0xBD},
	noBreakSpace: {0xA0, 0xFF},
}

// encode panics on a character no sample should contain: the test would never let it be committed.
func encode(text string, as encoding) []byte {
	switch as {
	case utf8Plain:
		return []byte(text)
	case utf8BOM:
		return []byte("\ufeff" + text)
	}
	page := 0
	if as == cp852 {
		page = 1
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r < 0x80 {
			out = append(out, byte(r))
			continue
		}
		bytes, ok := singleByte[r]
		if !ok {
			panic(fmt.Sprintf("samplegen: %q has no byte in the code page", r))
		}
		out = append(out, bytes[page])
	}
	return out
}

// sheet is one CSV file on its way.
type sheet struct {
	lines   []string
	newline string
}

func newSheet(newline string, columns ...string) *sheet {
	s := &sheet{newline: newline}
	s.add(columns...)
	return s
}

func (s *sheet) add(cells ...string) {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		if strings.ContainsAny(cell, ";\"") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		quoted[i] = cell
	}
	s.lines = append(s.lines, strings.Join(quoted, ";"))
}

func (s *sheet) bytes(as encoding) []byte {
	return encode(strings.Join(s.lines, s.newline)+s.newline, as)
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
