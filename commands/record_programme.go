package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"ksiega/commands/programmefile"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
)

// RecordProgramme records an edition of a programme by its file, whose id and first day
// are its identity. A programme does not end: what was recorded under it stays.
type RecordProgramme struct {
	File    string `json:"file" doc:"The programme file (YAML), whole"`
	Correct bool   `json:"correct,omitempty" doc:"Take the place of the edition of the same first day, for what is recorded from now on"`
	Reason  string `json:"reason,omitempty" doc:"Why it takes its place"`

	beside []string // programmes that are being recorded with it
}

// Operation is its line in the table of rights.
func (RecordProgramme) Operation() access.Operation { return "record-programme" }

// The programme that the file names; one that can't be read names none.
func (c RecordProgramme) concerns() [][]domain.Ref {
	read, err := programmefile.Parse([]byte(c.File))
	if err != nil {
		return nil
	}
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: read.Programme.ID}}}
}

// A programme's texts are public.
func (c RecordProgramme) open() any { return RecordProgramme{File: c.File, Correct: c.Correct} }

func (c *RecordProgramme) formColumns() []column {
	file := textColumn("plik", "file", &c.File, "treść pliku programu (YAML), cała").open().key()
	file.isLong = true
	return []column{file,
		yesNoColumn("korekta", "correct", &c.Correct, "tak: zastępuje edycję z tym samym pierwszym dniem"),
		textColumn("powod", "reason", &c.Reason, "powód korekty").sealed().optional(),
	}
}

func (c RecordProgramme) lastStream() (string, error) {
	read, err := programmefile.Parse([]byte(c.File))
	return programme.Stream(read.Programme.ID), err
}

func programmes() useCase[RecordProgramme, programme.Editions, programme.RecordEdition] {
	return useCase[RecordProgramme, programme.Editions, programme.RecordEdition]{decider: programme.Decider(), prepare: (*Ledger).prepareProgramme,
		stream: func(c RecordProgramme) string {
			stream, _ := c.lastStream() // it was read before
			return stream
		}}
}

// ErrProgrammeFile refuses a programme file for what stands in a line of it.
var ErrProgrammeFile = domain.Refusal(domain.CodeInvalid, "the programme file can't be taken").At("file")

// RecordProgramme carries the command out. What is refused of the file is said with its
// line and key.
func (l *Ledger) RecordProgramme(ctx context.Context, o Origin, c RecordProgramme) (journal.Result, error) {
	r, err := programmes().carryOut(ctx, l, o, c)
	faults := faultsOf([]byte(c.File), err)
	if len(faults) == 0 {
		return r, err
	}
	refused := make(domain.Refusals, len(faults))
	for i, f := range faults {
		refused[i] = ErrProgrammeFile.With("line %d, %s: %v", f.Line, f.Key, []*domain.Error{f.Refusal})
		refused[i].Code = f.Refusal.Code
	}
	return r, refused
}

// faultsOf are the refusals of keys of a file, each where it stands; none where an error
// is about something else.
func faultsOf(file []byte, err error) (faults programmefile.Faults) {
	if err == nil || errors.As(err, &faults) {
		return faults
	}
	read, unread := programmefile.Parse(file)
	about := domain.RefusalsOf(err)
	if unread != nil || slices.ContainsFunc(about, func(r *domain.Error) bool { return r.Field == "" || r.Field == "reason" }) {
		return nil
	}
	return read.Faults(about)
}

func (l *Ledger) prepareProgramme(ctx context.Context, k *lookups, _ Origin, c *RecordProgramme) (programme.RecordEdition, error) {
	read, err := programmefile.Parse([]byte(c.File))
	if err != nil {
		return programme.RecordEdition{}, domain.At("file", err)
	}
	p := read.Programme
	if then := p.Durability.Service; then != "" && then != p.ID && !slices.Contains(c.beside, then) {
		goesOn, err := k.programme(ctx, then)
		if err := cmp.Or(err, ErrProgramme.At("durability.service").Unless(goesOn.Exists())); err != nil {
			return programme.RecordEdition{}, err
		}
	}
	s := l.sealer(ctx)
	amend := Amendment{Correct: c.Correct, Reason: c.Reason}.taken(s, p.Seal("reason"))
	return programme.RecordEdition{Programme: p, Origin: programme.Imported, Amend: amend}, s.err
}

// programmeKind is the kind of import file that is a programme.
const programmeKind = "program"

func programmesFile() importKind {
	return importKind{name: programmeKind, title: "program, plik na program", operation: RecordProgramme{}.Operation(), run: importProgramme}
}

// importProgramme records the programme of a file, which is one row of it: refused, it is
// refused whole, with the line and key of everything that is wrong.
func importProgramme(ctx context.Context, im *importing) error {
	im.expect(1)
	c := RecordProgramme{File: string(im.data), beside: im.beside}
	result, err := programmes().carryOut(ctx, im.l, im.origin.ofRow(im.hash, 1), c)
	faults := faultsOf(im.data, err)
	if _, unread := programmefile.Parse(im.data); unread != nil && len(faults) == 0 {
		return &FileError{fmt.Errorf("%s: %w", path.Base(im.name), unread)}
	}
	for _, f := range faults {
		im.faults = append(im.faults, RefusedRow{Row: f.Line, Why: sheetfile.RowError{{Column: f.Key, Refusal: f.Refusal}}})
	}
	return im.settle(0, result, err)
}

// ProgrammesOf are the ids of the programmes that some files record, of those that can be
// read: whatever is imported, they are known in the end.
func ProgrammesOf(files []File) (ids []string) {
	for _, f := range files {
		if read, err := programmefile.Parse(f.Data); IsProgramme(f.Name) && err == nil {
			ids = append(ids, read.Programme.ID)
		}
	}
	return ids
}

// IsProgramme says whether a file is a programme's, by its name.
func IsProgramme(name string) bool {
	i, ok := ImportOrder(OriginalName(name))
	return ok && kinds()[i].name == programmeKind
}
