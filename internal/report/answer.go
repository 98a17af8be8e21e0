package report

import (
	"errors"
	"io"
	"time"
)

// ErrFormat: there is no such format.
var ErrFormat = errors.New("no such format")

// Head says what was asked and what the answer holds of.
type Head struct {
	Name, Title string
	Params      map[string]string // those that were given
	AsOf        string            // as it was asked, "" where it was not
	KnownAt     string
	// Day is the day that the answer looks from: AsOf, or the day it was given on.
	Day         string
	Position    string
	GeneratedAt time.Time
	// Scope tells apart what askers are limited to, where they are; it is not written.
	Scope string
}

// Answer is what is written of a report, which is one table, or of a document, which is
// sections.
type Answer struct {
	Head
	Table    Table     // of a report
	Sections []Section // of a document
}

// Section is a part of a document. A section of nothing, with its titles and fields, is
// the declaration of all like it.
type Section struct {
	Name, Title string // Title is Polish
	Texts       []string
	Figures     Table // of one row, shown field by field
	Tables      []Named
}

// Named is a table of a section.
type Named struct {
	Name, Title string
	Table
}

// Format is a way to write an answer.
type Format struct {
	Name      string
	Title     string // Polish
	MediaType string
	Extension string // of a file to save; "" where it is read in place
	write     func(Answer, io.Writer) error
}

// Formats in the order they are offered in.
func Formats() []Format {
	return []Format{
		{"json", "JSON", "application/json", "", Answer.writeJSON},
		{"csv", "CSV dla programów", "text/csv; charset=utf-8; header=present", "csv", Answer.writeCSV},
		{"csv-pl", "CSV dla ludzi", "text/csv; charset=utf-8; header=present", "csv", Answer.writePolishCSV},
	}
}

// FormatNames are those by which formats are asked for.
func FormatNames() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// FormatNamed finds a format; "" is the first.
func FormatNamed(name string) (Format, bool) {
	for _, f := range Formats() {
		if f.Name == name || name == "" {
			return f, true
		}
	}
	return Format{}, false
}

// Write writes the answer in a format. It fails with ErrFormat.
func (a Answer) Write(w io.Writer, format string) error {
	f, ok := FormatNamed(format)
	if !ok {
		return ErrFormat
	}
	return f.write(a, w)
}
