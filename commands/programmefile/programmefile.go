// Package programmefile reads programme files: YAML, one edition of a programme a file, in
// the words of docs/PROGRAMME.md.
//
// It promises that every refusal says in which line of which key what is wrong, and that
// what is handed over passed programme.Programme.Check. Comments, the order of keys and
// how something is quoted make no difference to what is read; lists keep their order,
// what stands under keys of its own (when, stays, dictionaries) is sorted by them. It stops
// at the file: whether a programme that goes on after it is known, the ledger says.
package programmefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"ksiega/domain"
	"ksiega/domain/programme"
)

// MaxBytes bounds a programme file.
const MaxBytes = 64 << 10

// File is a programme file that was read.
type File struct {
	Programme programme.Programme
	lines     map[string]int // of each key, from the root: caps[0].hours
}

// Parse reads a programme file. What it refuses are Faults; any other error says that the
// file is no YAML at all.
func Parse(data []byte) (File, error) {
	root, err := document(data)
	if err != nil {
		return File{}, err
	}
	r := reader{lines: map[string]int{}}
	p := r.programme(root)
	f := File{p, r.lines}
	if len(r.faults) == 0 {
		r.faults = f.Faults(p.Check())
	}
	if len(r.faults) > 0 {
		return File{}, r.faults
	}
	return f, nil
}

// document is the one thing that a file holds.
func document(data []byte) (*yaml.Node, error) {
	if len(data) > MaxBytes {
		return nil, ErrLarge.With("%d KiB", MaxBytes>>10)
	}
	var first, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	switch err := d.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case err != nil:
		return nil, ErrYAML.With("%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, ErrSeveral
	}
	if first.Kind != yaml.DocumentNode || len(first.Content) != 1 {
		return nil, ErrEmpty
	}
	return first.Content[0], nil
}

// Catalogue is what the build has embedded, whole.
func Catalogue() (*programme.Catalogue, error) {
	figures, err := programme.Load()
	if err != nil {
		return nil, err
	}
	files, err := programme.Files()
	if err != nil {
		return nil, fmt.Errorf("embedded programmes: %w", err)
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("embedded programmes: %w", err)
	}
	var programmes []programme.Programme
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("embedded programme: %w", err)
		}
		f, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("embedded programme %s: %w", name, err)
		}
		programmes = append(programmes, f.Programme)
	}
	return programme.New(figures.Statute(), programmes, figures.DaysOff()), nil
}

// Faults are refusals of what a file says, each where its key stands.
func (f File) Faults(refusals []*domain.Error) (all Faults) {
	for _, r := range refusals {
		all = append(all, Fault{f.line(r.Field), spelt(r.Field), r})
	}
	return all
}

// line is where a key stands, or the nearest above it that does.
func (f File) line(at string) int {
	for ; at != ""; at = at[:max(0, strings.LastIndexAny(at, ".["))] {
		if line, ok := f.lines[at]; ok {
			return line
		}
	}
	return 1
}

var index = regexp.MustCompile(`\[\d+\]`)

// spelt is a key as people say it: of several caps the line says which. A file may have
// anything for a key.
func spelt(at string) string {
	at = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, index.ReplaceAllString(at, ""))
	if runes := []rune(at); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return at
}

// Fault is one thing that is wrong with a file.
type Fault struct {
	Line    int
	Key     string // "" is the file as a whole
	Refusal *domain.Error
}

func (f Fault) Error() string {
	return fmt.Sprintf("line %d: %s: %s", f.Line, f.Key, f.Refusal.Message)
}

// Faults are all that is wrong with a file, in its order.
type Faults []Fault

func (f Faults) Error() string {
	messages := make([]string, len(f))
	for i, one := range f {
		messages[i] = one.Error()
	}
	return strings.Join(messages, "; ")
}

// Unwrap gives what is refused.
func (f Faults) Unwrap() []error {
	all := make([]error, len(f))
	for i, one := range f {
		all[i] = one.Refusal
	}
	return all
}
