package queries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/internal/vault"
	"ksiega/projections"
)

// waitBound is how long a question waits for a position.
const waitBound = 2 * time.Second

// Store keeps the rows of read models.
type Store interface {
	// Read lets fn read views of them by name, all at one position. It may run more
	// than once.
	Read(ctx context.Context, fn func(views map[string]projections.View) error, ps ...projections.Projection) error
	// Sparing has the process let little garbage gather until end is called.
	Sparing() (end func())
}

// Runner feeds a Store.
type Runner interface {
	// WaitFor waits until the named read models have seen a position.
	WaitFor(ctx context.Context, position journal.Bound, names ...string) error
}

// Options say what a Reader answers from.
type Options struct {
	Journal *journal.Journal
	// Store holds the read models; nil folds those of a question in memory.
	Store Store
	// Runner feeds the Store in this process; nil where nobody can be waited
	// for.
	Runner Runner
	// Keeper keeps rows of earlier moments; nil keeps none, and what was known is
	// folded from the first event.
	Keeper fold.Keeper
	// Vault opens sealed text; nil opens none.
	Vault *vault.Vault
	// Shared: other servers record in the log too, with vaults of their own.
	Shared bool
	// Now is the clock, and Zone where its day begins (Europe/Warsaw).
	Now  func() time.Time
	Zone *time.Location
	// Catalogue is the build's, which an answer goes by where the ledger has recorded no
	// editions yet, as DayCount where it has recorded no settings.
	Catalogue *programme.Catalogue
	DayCount  programme.DayCount
}

// Reader answers questions. It is safe for concurrent use.
type Reader struct {
	opts    Options
	reports []*Report
	byName  map[string]*Report

	folds     known
	stretches stretches
	judged    judged
}

// NewReader with every report.
func NewReader(o Options) *Reader {
	d := &Reader{opts: o, byName: map[string]*Report{}, folds: newKnown(), reports: reports()}
	for _, r := range d.reports {
		d.byName[r.Name] = r
	}
	return d
}

// Reports in the order they are shown.
func (d *Reader) Reports() []*Report { return slices.Clone(d.reports) }

// Report by name, or ErrNoReport.
func (d *Reader) Report(name string) (*Report, error) {
	r, ok := d.byName[name]
	if !ok {
		return nil, ErrNoReport.With("%s", name)
	}
	return r, nil
}

// Ask answers a report. It fails with a refusal (refusals.go), access.ErrDenied, or
// an error of Redis or the log.
func (d *Reader) Ask(ctx context.Context, name string, req Request) (*Answer, error) {
	r, checked, head, err := d.checked(ctx, name, req)
	if err != nil {
		return nil, err
	}
	a := &Answer{Report: r, Answer: report.Answer{Head: head}}
	err = d.read(ctx, req.KnownAt, req.MinPosition, r.needs, func(views map[string]projections.View) (err error) {
		q := checked
		q.views = views
		a.Table, err = r.table(ctx, &q)
		a.Position, a.Shown = position(views).String(), sortedRefs(q.shown)
		return err
	})
	if err == nil && a.Table.Len == 0 {
		err = d.checkNamed(ctx, r, &checked, a.Params)
	}
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", name, err)
	}
	return a, nil
}

// checked is a request whose report there is, which may be asked and makes sense.
func (d *Reader) checked(ctx context.Context, name string, req Request) (*Report, question, report.Head, error) {
	refused := func(err error) (*Report, question, report.Head, error) { return nil, question{}, report.Head{}, err }
	r, err := d.Report(name)
	if err != nil {
		return refused(err)
	}
	op := access.Report(name)
	if err := req.Who.Allowed(op); err != nil {
		return refused(err)
	}
	if !req.MinPosition.IsZero() && !req.Who.May(access.Wait) {
		return refused(ErrNoWait)
	}
	now := d.opts.Now()
	q := question{reader: d, asOf: req.AsOf, today: d.today(now), who: req.Who, op: op}
	if err := r.check(req, &q); err != nil {
		return refused(err)
	}
	if q.scope, err = d.scope(ctx, req.Who, op, req.MinPosition); err != nil {
		return refused(err)
	}
	return r, q, report.Head{Name: r.Name, Title: r.Title, Params: q.params, AsOf: req.AsOf.String(), KnownAt: req.KnownAt,
		Day: q.day().String(), GeneratedAt: now, Scope: q.scope.digest()}, nil
}

// Standing is the head of what Ask would answer, where that costs less than to answer:
// with a Position only where read models tell it as they are now. It fails as Ask does.
func (d *Reader) Standing(ctx context.Context, name string, req Request) (report.Head, error) {
	r, _, head, err := d.checked(ctx, name, req)
	if err != nil || d.opts.Store == nil || req.KnownAt != "" {
		return head, err
	}
	err = d.read(ctx, "", req.MinPosition, r.needs, func(views map[string]projections.View) error {
		head.Position = position(views).String()
		return nil
	})
	return head, err
}

// checkNamed refuses what parameters name that the ledger does not know, as far as
// whoever asks may know that.
func (d *Reader) checkNamed(ctx context.Context, r *Report, q *question, params map[string]string) error {
	for _, p := range r.Params {
		thing := domain.Ref{Kind: domain.RefKind(p.Refers), ID: params[p.Name]}
		if p.Refers == "" || thing.ID == "" || !q.reaches(thing) {
			continue
		}
		if err := d.checkKnown(ctx, p.Name, thing); err != nil {
			return err
		}
	}
	return nil
}

func (d *Reader) today(now time.Time) domain.Date {
	if d.opts.Zone != nil {
		now = now.In(d.opts.Zone)
	}
	return domain.DateOf(now)
}

// position is what all views have seen.
func position(views map[string]projections.View) (least journal.Position) {
	first := true
	for _, v := range views {
		if first || least.After(v.Position()) {
			first, least = false, v.Position()
		}
	}
	return least
}

// read hands fn views of read models, all at one position: those of Redis, or
// ones folded in memory. fn may run more than once.
func (d *Reader) read(ctx context.Context, knownAt string, least journal.Bound, ps []projections.Projection, fn func(map[string]projections.View) error) error {
	if knownAt != "" {
		until, err := d.knownAt(ctx, knownAt)
		if err != nil {
			return ofParam("knownAt", err)
		}
		return fold.FromKept(d.opts.Keeper, func(keeper fold.Keeper) error {
			views, folds, err := d.known(ctx, keeper, until, ps)
			if err != nil {
				return err
			}
			if err = fn(views); errors.Is(err, fold.ErrBase) {
				d.folds.forget(folds)
			}
			return err
		})
	}
	if d.opts.Store == nil {
		return d.latest(ctx, least, ps, fn)
	}
	if err := d.wait(ctx, least, ps); err != nil {
		return err
	}
	return d.opts.Store.Read(ctx, func(views map[string]projections.View) error {
		if !least.ReachedBy(position(views)) {
			return ErrBehind
		}
		return fn(views)
	}, ps...)
}

// latest is read by folding the log in memory.
func (d *Reader) latest(ctx context.Context, least journal.Bound, ps []projections.Projection, fn func(map[string]projections.View) error) error {
	return fold.FromKept(d.opts.Keeper, func(keeper fold.Keeper) error {
		views, err := fold.Latest(ctx, projections.Log{Journal: d.opts.Journal}, keeper, ps...)
		if err != nil {
			return err
		}
		if !least.ReachedBy(position(views)) {
			return ErrBehind
		}
		return fn(views)
	})
}

// wait until the runner has fed the read models up to a position, for two
// seconds at most; a read model whose fold failed says so at once.
func (d *Reader) wait(ctx context.Context, least journal.Bound, ps []projections.Projection) error {
	if least.IsZero() || d.opts.Runner == nil {
		return nil
	}
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.Name
	}
	bounded, cancel := context.WithTimeout(ctx, waitBound)
	defer cancel()
	err := d.opts.Runner.WaitFor(bounded, least, names...)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return ErrBehind
	}
	return err
}
