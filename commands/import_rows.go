package commands

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/internal/journal"
)

// importWorkers bounds how many streams of one file are decided at once.
const importWorkers = 16

// rowRules are what a kind of file asks of its rows beside the use case of their commands.
type rowRules[R any] struct {
	// refuse, if set, is what can be said against a row that was read, whatever the
	// ledger knows. It is asked in the file's order.
	refuse func(*sheetfile.Record, R) error
	// alone, if set, keeps others away from what the row is about until done is called,
	// and refuses the row for what they did before. No two rows of a file wait for the
	// same.
	alone func(context.Context, R) (done func(), refusal error)
	// after, if set, follows a row that was accepted or already known.
	after func(context.Context, Origin, R, journal.Result) error
	// last, if set, follows all rows.
	last func(context.Context) error
}

// byStream declares a kind of file whose rows are decided side by side, those of each
// stream in order and recorded together.
func byStream[R Request, S, C any, P fromRow[R]](name, title string, u useCase[R, S, C], rules func(*importing) rowRules[R]) importKind {
	command := new(R)
	return importKind{name: name, title: title, operation: (*command).Operation(), command: command, columns: P(command).columns(), run: func(ctx context.Context, im *importing) error {
		var with rowRules[R]
		if rules != nil {
			with = rules(im)
		}
		return decideRows[R, S, C, P](ctx, im, u, with)
	}}
}

// inOrder declares a kind of file whose rows are decided one after another, since each
// may depend on those before it.
func inOrder[R Request, P fromRow[R]](name, title string, decide func(context.Context, *importing, Origin, R) (journal.Result, error)) importKind {
	command := new(R)
	return importKind{name: name, title: title, operation: (*command).Operation(), command: command, columns: P(command).columns(), run: func(ctx context.Context, im *importing) error {
		var c R
		columns, seen := P(&c).columns(), unique{}
		for i := range im.sheet.Len() {
			c = *new(R)
			rec := im.sheet.Record(i)
			readRow(rec, columns)
			result, err := journal.Result{}, seen.refuse(rec, columns)
			if err != nil && isTotals(rec, columns) {
				im.passOver(i)
				continue
			}
			if err == nil {
				result, err = decide(ctx, im, im.originOf(i), c)
			}
			if err := im.settle(i, result, err); err != nil {
				return err
			}
		}
		return nil
	}}
}

// ErrTwice refuses a row of what stood in the file before.
var ErrTwice = domain.Refusal(domain.CodeInvalid, "the same as an earlier row of this file")

// unique finds rows whose identity stood in the file before.
type unique map[string]int

func (u unique) check(identity string, row int) *domain.Error {
	if first, twice := u[identity]; twice {
		return ErrTwice.With("row %d", first)
	}
	u[identity] = row
	return nil
}

// refuse says what is wrong with a row that was read. One that can't be read elsewhere
// still counts as the first of its identity.
func (u unique) refuse(r *sheetfile.Record, columns []column) error {
	if identity, ok := identityOf(r, columns); ok {
		if twice := u.check(identity, r.Number()); twice != nil {
			r.Refuse("", twice)
		}
	}
	return r.Err()
}

// isTotals tells a row of totals below a table from one of data: it begins as one, and
// something that every row of data has is missing.
func isTotals(r *sheetfile.Record, columns []column) bool {
	return r.Totals() && slices.ContainsFunc(columns, func(c column) bool { return c.Filled && r.Empty(c.Name) })
}

// decideRows groups the rows of a file by stream, in the file's order, and decides the
// streams side by side. Only the rows of the streams in hand are in memory, and of the
// others where they stand in the file: every row is read twice.
func decideRows[R Request, S, C any, P fromRow[R]](ctx context.Context, im *importing, u useCase[R, S, C], rules rowRules[R]) error {
	groups, refused, err := groupRows[R, P](im, u.stream, rules.refuse)
	if err != nil {
		return err
	}
	workers, within := errgroup.WithContext(ctx)
	workers.SetLimit(importWorkers)
	var request R // its kind is asked, of whatever values
	u.decider = naming(veiled(im.origin, request, u.decider))
	for stream, rows := range groups.each {
		if within.Err() != nil {
			break
		}
		workers.Go(func() error {
			s := streamRows[R, S, C]{importing: im, use: u, rules: rules, stream: stream}
			var c R
			columns, seen := P(&c).columns(), unique{}
			for some := range slices.Chunk(rows, rowsAtOnce) {
				var members []member[R]
				for _, row := range some {
					c = *new(R)
					rec := im.sheet.Record(int(row))
					readRow(rec, columns)
					err := seen.refuse(rec, columns)
					if err == nil {
						err = refused[row]
					}
					if err == nil {
						members = append(members, member[R]{int(row), c})
					} else if err := im.settle(int(row), journal.Result{}, err); err != nil {
						return err
					}
				}
				if err := s.decide(within, members); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil || rules.last == nil {
		return err
	}
	return rules.last(ctx)
}

// rowsAtOnce bounds the rows of one stream that are decided at once.
const rowsAtOnce = 8192

// rowGroups are the rows of a file by stream, each stream's in order.
type rowGroups struct {
	streams []string // in the order of their first rows
	rows    []int32  // by stream
	ends    []int32  // of each stream's rows
}

// each goes through the streams.
func (g rowGroups) each(yield func(string, []int32) bool) {
	from := int32(0)
	for i, stream := range g.streams {
		if !yield(stream, g.rows[from:g.ends[i]]) {
			return
		}
		from = g.ends[i]
	}
}

// groupRows reads every row once for the stream that decides it, and settles those that
// have none. What the rules refuse is kept: it depends on the file's order.
func groupRows[R any, P fromRow[R]](im *importing, streamOf func(R) string, refuse func(*sheetfile.Record, R) error) (g rowGroups, refused map[int32]error, err error) {
	var c R
	columns := P(&c).columns()
	of, groups := make([]int32, im.sheet.Len()), map[string]int32{}
	refused = map[int32]error{}
	for i := range of {
		of[i] = -1
		c = *new(R)
		rec := im.sheet.Record(i)
		readRow(rec, columns)
		if rec.Err() != nil && isTotals(rec, columns) {
			im.passOver(i)
			continue
		}
		if _, ok := identityOf(rec, columns); !ok {
			if err := im.settle(i, journal.Result{}, rec.Err()); err != nil {
				return g, nil, err
			}
			continue
		}
		if rec.Err() == nil && refuse != nil {
			if err := refuse(rec, c); err != nil {
				refused[int32(i)] = err
			}
		}
		stream := streamOf(c)
		group, ok := groups[stream]
		if !ok {
			group = int32(len(g.streams))
			groups[stream] = group
			g.streams, g.ends = append(g.streams, stream), append(g.ends, 0)
		}
		of[i] = group
		g.ends[group]++
	}
	sum := int32(0)
	next := make([]int32, len(g.ends))
	for i, n := range g.ends {
		next[i] = sum
		sum += n
		g.ends[i] = sum
	}
	g.rows = make([]int32, sum)
	for i, group := range of {
		if group >= 0 {
			g.rows[next[group]] = int32(i)
			next[group]++
		}
	}
	return g, refused, nil
}

// member is a row among those of one stream, and the command that it makes.
type member[R any] struct {
	row int
	cmd R
}

// streamRows decides the rows of streams.
type streamRows[R Request, S, C any] struct {
	*importing
	use    useCase[R, S, C]
	rules  rowRules[R]
	stream string
}

// decide decides the rows of one stream; no key is made for those that are refused.
func (s streamRows[R, S, C]) decide(ctx context.Context, rows []member[R]) error {
	if len(rows) == 0 {
		return nil
	}
	rows, done, err := s.alone(ctx, rows)
	defer done()
	if err != nil {
		return err
	}
	ctx = unkeyed(ctx)
	rows, outcomes, err := s.keyless(ctx, rows)
	if err != nil {
		return err
	}
	for k, m := range rows {
		if outcomes[k].Refused == nil && s.rules.after != nil {
			if err := s.rules.after(ctx, s.originOf(m.row), m.cmd, outcomes[k].Result); err != nil {
				return err
			}
		}
		if err := s.settle(m.row, outcomes[k].Result, outcomes[k].Refused); err != nil {
			return err
		}
	}
	return nil
}

// keyless is Ledger.keyless for the rows of one stream. Those that are refused without a
// key are settled; the rest is handed back with what became of it.
func (s streamRows[R, S, C]) keyless(ctx context.Context, rows []member[R]) (rest []member[R], outcomes []journal.Outcome, err error) {
	for {
		ctx, log := unkeyed(ctx), &once{Log: s.l.Log.Log, stream: s.stream}
		outcomes, err := s.attempt(asksFirst.in(ctx), log, rows)
		if !errors.Is(err, errNoKey) {
			return rows, outcomes, err
		}
		tried, err := s.attempt(asIfForReal.in(ctx), trial{log, false}, rows)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(tried, func(o journal.Outcome) bool { return o.Refused != nil }) {
			if made, err := keyMade(ctx, s.l.Vault); err != nil {
				return nil, nil, err
			} else if made {
				continue
			}
		}
		for k, m := range rows {
			if tried[k].Refused == nil {
				rest = append(rest, m)
			} else if err := s.settle(m.row, tried[k].Result, tried[k].Refused); err != nil {
				return nil, nil, err
			}
		}
		outcomes, err = s.attempt(makingKeys.in(ctx), log, rest)
		return rest, outcomes, err
	}
}

// alone settles the rows that others have made pointless, and keeps them away from what
// the rest is about until done is called.
func (s streamRows[R, S, C]) alone(ctx context.Context, rows []member[R]) (rest []member[R], done func(), err error) {
	if s.rules.alone == nil {
		return rows, func() {}, nil
	}
	var ends []func()
	done = func() {
		for _, end := range ends {
			end()
		}
	}
	for _, m := range rows {
		end, err := s.rules.alone(ctx, m.cmd)
		ends = append(ends, end)
		if err == nil {
			rest = append(rest, m)
		} else if err := s.settle(m.row, journal.Result{}, err); err != nil {
			return nil, done, err
		}
	}
	return rest, done, nil
}

// attempt prepares the commands of rows and decides them over a log, and does so anew with
// those of which somebody changed meanwhile what they were decided by.
func (s streamRows[R, S, C]) attempt(ctx context.Context, log journal.Log, rows []member[R]) ([]journal.Outcome, error) {
	all := make([]journal.Outcome, len(rows))
	open := make([]int, len(rows)) // indices of those that are not settled
	for k := range open {
		open[k] = k
	}
	for attempt := 1; ; attempt++ {
		some := make([]member[R], len(open))
		for i, k := range open {
			some[i] = rows[k]
		}
		outcomes, err := s.attemptOnce(ctx, log, some)
		var refusal *domain.Error
		if err != nil && (!errors.As(err, &refusal) || refusal.Code != domain.CodeNotFound && refusal.Code != domain.CodeConflict) {
			return nil, err
		}
		var again []int
		for i, k := range open {
			switch {
			case errors.Is(outcomes[i].Refused, domain.ErrOvertaken), err != nil && outcomes[i].Refused == nil && outcomes[i].Position.IsZero():
				again = append(again, k)
				if all[k] = outcomes[i]; err != nil { // about the append: one of its rows stands on what is gone
					all[k].Refused = err
				}
			default:
				all[k] = outcomes[i]
			}
		}
		if len(again) == 0 || attempt == overtakenAttempts {
			return all, nil
		}
		s.lookups.forget()
		open = again
	}
}

func (s streamRows[R, S, C]) attemptOnce(ctx context.Context, log journal.Log, rows []member[R]) ([]journal.Outcome, error) {
	outcomes := make([]journal.Outcome, len(rows))
	var items []journal.Item[C]
	var asked []int
	for k, m := range rows {
		cmd, err := s.use.prepare(s.l, ctx, s.lookups, s.origin, &m.cmd)
		if errors.Is(err, errNoKey) {
			return nil, err
		}
		if err != nil {
			outcomes[k].Refused = err
			continue
		}
		items, asked = append(items, item(s.l, s.originOf(m.row), cmd)), append(asked, k)
	}
	decided, err := journal.ExecuteAll(ctx, s.l.Log.over(log), s.stream, s.use.decider, items)
	for i, k := range asked {
		outcomes[k] = decided[i]
	}
	if err != nil {
		return outcomes, err
	}
	return outcomes, s.alreadyDecided(ctx, s.stream, len(rows) > len(asked), func(k int) int { return rows[k].row }, outcomes)
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
		if position, done := im.l.decided(im.originOf(row(k)), at); done {
			outcomes[k] = journal.Outcome{Result: journal.Result{Position: position, Revision: last}}
		}
	}
	return nil
}

// originOf is who asks for a row.
func (im *importing) originOf(row int) Origin {
	return im.origin.ofRow(im.hash, im.sheet.Number(row))
}
