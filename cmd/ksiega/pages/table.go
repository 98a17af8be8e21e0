package pages

import (
	"strings"
	"unicode/utf8"

	"ksiega/internal/report"
)

// Table is rows under their columns. Label names it to whoever does not see it, and no
// other of its page; Caption stands above it.
type Table struct {
	Label, Caption string
	Asked          string // what stands beside the caption
	Columns        []Column
	Rows           []Row
	Foot           []Cell // nil: no totals
	Empty          Empty  // what is told where there are no rows
	Compact        bool
	Fits           bool // narrow enough not to scroll where there is room: then its head stays in sight
}

// Column is a column's head. Sort is the address of the table by it, Sorted how it is:
// ascending or descending.
type Column struct{ Title, Class, Sort, Sorted string }

// Row is a row, and the sentences beneath it.
type Row struct {
	Cells   []Cell
	Beneath []Sentence
}

// Sentence stands beneath a row, over its whole width.
type Sentence struct{ Title, Text string }

// Cell is text, or a list of lines, or a chip with text behind it. Href is what it leads
// to.
type Cell struct {
	Text, Class, Href, Strong string
	Lines                     []string
	Links                     []Link // of a list, each by itself
	Name                      string // whose id it is, for whoever sees names
	Chip                      *Chip
	Code                      bool
}

// cellOf is a value of a report.
func cellOf(f *report.Field, v report.Value) Cell {
	cell := Cell{Class: classOf(f)}
	if f.Kind == report.KindList || f.Kind == report.KindObject {
		cell.Text, cell.Lines = lined(f.Lines(v))
	} else if cell.Text = f.Say(v); utf8.RuneCountInString(cell.Text) > longText {
		cell.Class = "long"
	}
	return cell
}

// What is longer than longText may be broken anywhere; what is no longer than
// shortItem needs no line of its own in a list.
const (
	longText  = 28
	shortItem = 8
)

// lined shows a list of short things, such as positions, as running text.
func lined(items []string) (text string, lines []string) {
	for _, item := range items {
		if utf8.RuneCountInString(item) > shortItem {
			return "", items
		}
	}
	return strings.Join(items, ", "), nil
}

// classOf aligns numbers to the right and keeps short things on one line.
func classOf(f *report.Field) string {
	switch f.Kind {
	case report.KindInteger, report.KindDecimal, report.KindGrosze, report.KindMinutes:
		return "n"
	case report.KindDate, report.KindMonth:
		return "day"
	case report.KindList, report.KindObject:
		return "list"
	}
	if f.Refers != "" {
		return "id"
	}
	return ""
}
