package commands

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
)

// A File to import: its name, which says its kind, and its content.
type File struct {
	Name string
	Data []byte
}

// Summary says what became of an imported file.
type Summary struct {
	File     string `json:"file"`
	Kind     string `json:"kind"`
	Rows     int    `json:"rows"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Known    int    `json:"known"`
	// Skipped: the file was imported before with nothing refused.
	Skipped bool `json:"skipped,omitempty"`
	// Header and RefusedRows are what the file of refused rows is made of.
	Header []string `json:"header,omitempty"`
	// Notices are ids of accepted rows that look like names of people.
	Notices     []Notice     `json:"notices,omitempty"`
	RefusedRows []RefusedRow `json:"refusedRows,omitempty"`
}

// RefusedRow is a row that was not accepted, as it stood in the file.
type RefusedRow struct {
	Row    int      `json:"row"` // in the spreadsheet, the header being 1
	Cells  []string `json:"cells,omitempty"`
	Reason string   `json:"reason"`
}

// Progress is told how many of a file's rows are decided; it may be called
// from several goroutines.
type Progress func(done, total int)

// Refusals of whole files.
var (
	ErrKind     = domain.Refusal(domain.CodeInvalid, "no known kind of import file")
	ErrNotBuilt = domain.Refusal(domain.CodeInvalid, "this kind of import file is not built yet")
)

// notBuilt are the kinds of import file that are agreed on and not built yet.
func notBuilt() []string {
	return []string{"statusy", "pobyty", "zmiany-umow", "zajecia", "obecnosci-zajec", "wydatki", "kontakty", "liczenia", "tozsamosci"}
}

// CheckName says whether a file's name is that of an import file: nil, ErrNotBuilt
// or ErrKind.
func CheckName(name string) error {
	if _, ok := ImportOrder(OriginalName(name)); ok {
		return nil
	}
	lower := strings.ToLower(name)
	if slices.Contains(notBuilt(), kindOf(name)) && (strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".xlsx")) {
		return ErrNotBuilt.With("%s", path.Base(name))
	}
	return ErrKind.With("%s", path.Base(name))
}

// FileError says that a file can't be read as what its name says; nothing of it
// was recorded. It names the file.
type FileError struct{ Err error }

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// importWorkers bounds how many streams of one file are decided at once.
const importWorkers = 16

// kindOf is a file's kind: its name up to the first `.` or `_`, or that of bank
// statements by its ending.
func kindOf(name string) string {
	base := strings.ToLower(path.Base(name))
	if strings.HasSuffix(base, ".sta") || strings.HasSuffix(base, ".mt940") || strings.HasSuffix(base, ".xml") {
		return statementKind
	}
	kind, _, _ := strings.Cut(base, ".")
	kind, _, _ = strings.Cut(kind, "_")
	return kind
}

// OriginalName is the name of the file that a file of refused rows came from;
// any other name stays.
func OriginalName(name string) string {
	if !sheetfile.IsRefusedName(name) {
		return name
	}
	return name[:len(name)-len(".odrzucone.csv")]
}

// ImportOrder is the place of a file in a directory's import; false where it is
// no import file, or one of refused rows.
func ImportOrder(name string) (int, bool) {
	if sheetfile.IsRefusedName(name) {
		return 0, false
	}
	base := strings.ToLower(name)
	i := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == kindOf(name) })
	known := strings.HasSuffix(base, ".csv") || strings.HasSuffix(base, ".xlsx") || kindOf(name) == statementKind
	return i, i >= 0 && known
}

// InImportOrder are the import files among names, each after those it depends
// on; files of one kind keep their order.
func InImportOrder(names []string) []string {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, ok := ImportOrder(name)
		return !ok
	})
	slices.SortStableFunc(names, func(a, b string) int {
		x, _ := ImportOrder(a)
		y, _ := ImportOrder(b)
		return x - y
	})
	return names
}

// A kind of import file: its columns, and how its rows are decided.
type kind struct {
	name string
	spec sheetfile.Spec
	run  func(context.Context, *importing) error
}

// importing is one file being imported.
type importing struct {
	*lookups
	l        *Ledger
	origin   Origin
	hash     string
	spec     sheetfile.Spec
	sheet    *sheetfile.Sheet // nil for a bank's file, whose rows are header and cells
	header   []string
	cells    [][]string
	name     string
	data     []byte
	progress Progress
	decided  atomic.Int64

	mu       sync.Mutex // guards outcomes while workers run
	outcomes []outcome  // by index of the row
}

type verdict int

const (
	undecided verdict = iota
	accepted
	known
	refused
)

type outcome struct {
	verdict verdict
	reason  string
}

// Import decides every row of a file, in order within each stream, and records
// what was accepted. A file that was imported to the end with nothing refused
// is skipped. The error is about the file as a whole: it is unreadable, or the
// ledger is; what was recorded stands, and importing it again completes it.
func (l *Ledger) Import(ctx context.Context, o Origin, f File, progress Progress) (Summary, error) {
	if !o.Who().May(access.Record) {
		l.count(ErrMayNot)
		return Summary{}, ErrMayNot
	}
	i, ok := ImportOrder(OriginalName(f.Name))
	if !ok {
		return Summary{}, CheckName(f.Name)
	}
	k := kinds()[i]
	im := &importing{lookups: l.lookups(), l: l, origin: o, spec: k.spec, name: f.Name, data: f.Data, progress: progress}
	sum := Summary{File: f.Name, Kind: k.name}
	seen, err := im.recognise(ctx, k.name)
	if err != nil {
		return sum, err
	}
	mark := domain.Stream("import", im.hash)
	if last := seen.State.Last; seen.State.Clean() {
		sum.Rows, sum.Known, sum.Skipped = last.Rows, last.Rows, true
		return sum, nil
	}
	if k.name != statementKind {
		if im.sheet, err = sheetfile.Read(f.Name, bytes.NewReader(f.Data), k.spec); err != nil {
			return sum, &FileError{err}
		}
		im.outcomes = make([]outcome, len(im.sheet.Rows))
	}
	if err := k.run(ctx, im); err != nil {
		var unreadable *FileError
		if errors.As(err, &unreadable) {
			return sum, err
		}
		return sum, fmt.Errorf("%s: %w", path.Base(f.Name), err)
	}
	im.summarise(&sum)
	sum.Notices = im.noticed(k.name)
	meta := l.meta(o)
	meta.Key = ""
	_, err = journal.Execute(ctx, l.Log, mark, intake.FileDecider(), intake.Finish{Outcome: intake.FileFinished{
		File: im.hash, Kind: k.name, Rows: sum.Rows, Accepted: sum.Accepted, Refused: sum.Refused, Known: sum.Known}}, meta)
	return sum, err
}

// fileHashes are the keyed hashes by which events may name a file, the present one
// first.
func (l *Ledger) fileHashes(kind string, data []byte) []string {
	return l.macs("import", append([]byte(kind+"\x00"), data...))
}

// FileHashes are what events may name some files by in their envelopes.
func (l *Ledger) FileHashes(files []File) map[string]bool {
	all := map[string]bool{}
	for _, f := range files {
		for _, hash := range l.fileHashes(kindOf(OriginalName(f.Name)), f.Data) {
			all[hash] = true
		}
	}
	return all
}

// recognise names the file by its keyed hash: the one it was finished under, which an
// earlier master may have made, or else today's.
func (im *importing) recognise(ctx context.Context, kind string) (seen journal.Loaded[intake.File], err error) {
	hashes := im.l.fileHashes(kind, im.data)
	for _, im.hash = range hashes {
		seen, err = journal.Load(ctx, im.l.Log, domain.Stream("import", im.hash), intake.FileDecider())
		if err != nil || seen.Revision != journal.NoStream {
			return seen, err
		}
	}
	im.hash = hashes[0]
	seen.Revision = journal.NoStream
	return seen, nil
}

func (im *importing) summarise(s *Summary) {
	s.Rows = len(im.outcomes)
	for i, o := range im.outcomes {
		switch o.verdict {
		case accepted:
			s.Accepted++
		case known:
			s.Known++
		default:
			s.Refused++
			r := RefusedRow{Row: i + 1, Reason: o.reason}
			if im.sheet != nil {
				r.Row, r.Cells = im.sheet.Rows[i].Number, im.sheet.Rows[i].Cells
			} else {
				r.Cells = im.cells[i]
			}
			s.RefusedRows = append(s.RefusedRows, r)
		}
	}
	s.Header = im.header
	if im.sheet != nil {
		s.Header = im.sheet.Header
	}
}

// settle keeps a row's outcome; an error that is no refusal is handed back.
func (im *importing) settle(i int, r journal.Result, err error) error {
	o := outcome{verdict: accepted}
	if err == nil && r.Events == 0 {
		o.verdict = known
	}
	if err != nil {
		var refusal *domain.Error
		var cell *sheetfile.CellError
		if !errors.As(err, &refusal) && !errors.As(err, &cell) {
			return err
		}
		if refusal != nil && refusal.Code == domain.CodeConflict {
			return err
		}
		o = outcome{verdict: refused, reason: im.reason(err)}
		im.l.count(err)
		im.l.Guesses.count(im.origin, err)
	}
	im.mu.Lock()
	im.outcomes[i] = o
	im.mu.Unlock()
	if n := im.decided.Add(1); im.progress != nil && (n%256 == 0 || int(n) == len(im.outcomes)) {
		im.progress(int(n), len(im.outcomes))
	}
	return nil
}

// reason says why a row was refused, and in which column where one is to blame.
func (im *importing) reason(err error) string {
	if column := columnOfName(err); column != "" {
		return "column " + column + ": " + err.Error()
	}
	for _, b := range blame() {
		if errors.Is(err, b.refusal) {
			for _, column := range b.columns {
				if slices.Contains(im.spec.Required, column) || slices.Contains(im.spec.Optional, column) {
					return "column " + column + ": " + err.Error()
				}
			}
		}
	}
	return err.Error()
}

// unique refuses a row whose identity stood in the file before.
type unique map[string]int

func (u unique) check(identity string, row int) error {
	if first, twice := u[identity]; twice {
		return domain.Refusal(domain.CodeInvalid, fmt.Sprintf("the same as row %d of this file", first))
	}
	u[identity] = row
	return nil
}

// pesel refuses a second row of one PESEL: rows of two people are decided side by side,
// and neither sees the other. A row that is refused for itself takes nobody's place.
func (u unique) pesel(r *sheetfile.Record, pesel string, refused error) error {
	if pesel == "" || r.Err() != nil || refused != nil {
		return refused
	}
	if first, twice := u[pesel]; twice {
		return &sheetfile.CellError{Column: "pesel", Reason: fmt.Sprintf("the same as in row %d of this file", first)}
	}
	u[pesel] = r.Number()
	return nil
}

// row checks a row whose identity comes from some columns. A row that can't be read
// elsewhere still counts as the first of its identity.
func (u unique) row(r *sheetfile.Record, identity string, from ...string) error {
	var twice error
	if r.Readable(from...) {
		twice = u.check(identity, r.Number())
	}
	if err := r.Err(); err != nil {
		return err
	}
	return twice
}

// ask is what a row asks for: the stream that decides, and how its command is
// made once it is the row's turn.
type ask[C any] struct {
	identity string
	from     []string // columns that the identity is made of
	stream   string
	build    func(context.Context) (C, error)
	refusal  error // of the row, known already
	// alone, if set, keeps others away from what the row is about until done is called,
	// and refuses the row for what they did before. No two rows of a file wait for the
	// same.
	alone func(context.Context) (done func(), refusal error)
	// after, if set, follows a row that was accepted or already known.
	after func(context.Context) error
}

// decideRows reads every row, groups the rows by stream in the file's order and
// decides the streams side by side, each stream's rows in order and recorded
// together. The request is what each row asks for, of whatever values.
func decideRows[S, C any](ctx context.Context, im *importing, request Request, d domain.Decider[S, C], read func(*sheetfile.Record) ask[C]) error {
	seen, groups, order := unique{}, map[string][]member[C]{}, []string{}
	for i := range im.sheet.Rows {
		rec := im.sheet.Record(i)
		a := read(rec)
		if err := cmp.Or(seen.row(rec, a.identity, a.from...), a.refusal); err != nil {
			if err := im.settle(i, journal.Result{}, err); err != nil {
				return err
			}
			continue
		}
		if _, ok := groups[a.stream]; !ok {
			order = append(order, a.stream)
		}
		groups[a.stream] = append(groups[a.stream], member[C]{i, a})
	}
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(importWorkers)
	d = naming(veiled(im.origin, request, d))
	for _, stream := range order {
		workers.Go(func() error { return decideStream(ctx, im, stream, d, groups[stream]) })
	}
	return workers.Wait()
}

// member is a row among those of one stream.
type member[C any] struct {
	row int
	ask[C]
}

// decideStream decides the rows of one stream; no key is made for those that are
// refused.
func decideStream[S, C any](ctx context.Context, im *importing, stream string, d domain.Decider[S, C], rows []member[C]) error {
	rows, done, err := alone(ctx, im, rows)
	defer done()
	if err != nil {
		return err
	}
	ctx = unkeyed(ctx)
	rows, outcomes, err := keylessRows(ctx, im, stream, d, rows)
	if err != nil {
		return err
	}
	for k, m := range rows {
		if outcomes[k].Refused == nil && m.after != nil {
			if err := m.after(ctx); err != nil {
				return err
			}
		}
		if err := im.settle(m.row, outcomes[k].Result, outcomes[k].Refused); err != nil {
			return err
		}
	}
	return nil
}

// keylessRows is keyless for the rows of one stream. Those that are refused without a key
// are settled; the rest is handed back with what became of it.
func keylessRows[S, C any](ctx context.Context, im *importing, stream string, d domain.Decider[S, C], rows []member[C]) (rest []member[C], outcomes []journal.Outcome, err error) {
	for {
		ctx, log := unkeyed(ctx), &once{Log: im.l.Log.Log, stream: stream}
		outcomes, err := attempt(asksFirst.in(ctx), im, Log{log, im.l.Vault}, stream, d, rows)
		if !errors.Is(err, errNoKey) {
			return rows, outcomes, err
		}
		tried, err := attempt(asIfForReal.in(ctx), im, Log{trial{log, false}, im.l.Vault}, stream, d, rows)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(tried, func(o journal.Outcome) bool { return o.Refused != nil }) {
			if made, err := keyMade(ctx, im.l.Vault); err != nil {
				return nil, nil, err
			} else if made {
				continue
			}
		}
		for k, m := range rows {
			if tried[k].Refused == nil {
				rest = append(rest, m)
			} else if err := im.settle(m.row, tried[k].Result, tried[k].Refused); err != nil {
				return nil, nil, err
			}
		}
		outcomes, err = attempt(makingKeys.in(ctx), im, Log{log, im.l.Vault}, stream, d, rest)
		return rest, outcomes, err
	}
}

// alone settles the rows that others have made pointless, and keeps them away from what
// the rest is about until done is called.
func alone[C any](ctx context.Context, im *importing, rows []member[C]) (rest []member[C], done func(), err error) {
	var held []func()
	done = func() {
		for _, let := range held {
			let()
		}
	}
	for _, m := range rows {
		if m.alone == nil {
			rest = append(rest, m)
			continue
		}
		let, err := m.alone(ctx)
		held = append(held, let)
		if err == nil {
			rest = append(rest, m)
		} else if err := im.settle(m.row, journal.Result{}, err); err != nil {
			return nil, done, err
		}
	}
	return rest, done, nil
}

// attempt makes the commands of rows and decides them over a log.
func attempt[S, C any](ctx context.Context, im *importing, log journal.Log, stream string, d domain.Decider[S, C], rows []member[C]) ([]journal.Outcome, error) {
	outcomes := make([]journal.Outcome, len(rows))
	var items []journal.Item[C]
	var asked []int
	for k, m := range rows {
		cmd, err := m.build(ctx)
		if errors.Is(err, errNoKey) {
			return nil, err
		}
		if err != nil {
			outcomes[k].Refused = err
			continue
		}
		origin := im.origin.ofRow(im.hash, im.sheet.Rows[m.row].Number)
		items, asked = append(items, item(im.l, origin, cmd)), append(asked, k)
	}
	decided, err := journal.ExecuteAll(ctx, log, stream, d, items)
	if err != nil {
		return nil, err
	}
	for i, k := range asked {
		outcomes[k] = decided[i]
	}
	return outcomes, im.alreadyDecided(ctx, stream, len(rows) > len(asked), func(k int) int { return rows[k].row }, outcomes)
}

// alreadyDecided takes rows for known that were recorded when the file came before and
// whose command could not be made today.
func (im *importing) alreadyDecided(ctx context.Context, stream string, some bool, row func(int) int, outcomes []journal.Outcome) error {
	if !some {
		return nil
	}
	at, last, err := im.l.decisions(ctx, stream)
	if err != nil || len(at) == 0 {
		return err
	}
	for k := range outcomes {
		if outcomes[k].Refused == nil {
			continue
		}
		origin := im.origin.ofRow(im.hash, im.sheet.Rows[row(k)].Number)
		for _, key := range append([]string{im.l.key(origin)}, im.l.former(origin)...) {
			if position, ok := at[key]; ok && key != "" {
				outcomes[k] = journal.Outcome{Result: journal.Result{Position: position, Revision: last}}
				break
			}
		}
	}
	return nil
}
