package journal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/internal/eventdb"
)

// soak tells whether the tests are to take their time.
func soak() bool { return os.Getenv("KSIEGA_SOAK") != "" }

// operation is one thing a journal does, over a log of its own or one that is
// only read. Both functions may be called again after a failure.
type operation struct {
	name  string
	reads bool // what fillStill wrote, and nothing else
	early bool // it ends a call before the node does
	setUp func(ctx context.Context, direct *Journal) error
	run   func(ctx context.Context, j *Journal) error // says also whether what it got is right
	check func(ctx context.Context, direct *Journal) error
}

// What fillStill writes, for the operations that read.
const stillStreams, stillEvents = 2, 4

func fillStill(ctx context.Context, j *Journal) error {
	for s := range stillStreams {
		var events []Decided
		for n := range stillEvents {
			events = append(events, decided(fmt.Sprint("k", n), counted{By: fmt.Sprint(s), N: n})...)
		}
		if _, err := j.Append(ctx, fmt.Sprintf("tally-%d", s), NoStream, events...); err != nil {
			return err
		}
		for n := range 2 {
			if err := j.KeyStore().Append(ctx, fmt.Sprint(s), int64(n)-1, fmt.Appendf(nil, `{"r":%d}`, 10*s+n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// expect compares a stream with the numbers it should hold, each once.
func expect(ctx context.Context, j *Journal, stream string, numbers ...int) error {
	var got []int
	if err := j.ReadStream(ctx, stream, 0, func(r *Recorded) error {
		if r.Revision != uint64(len(got)) {
			return fmt.Errorf("revision %d after %d events", r.Revision, len(got))
		}
		got = append(got, r.Event.(counted).N)
		return nil
	}); err != nil {
		return err
	}
	if !slices.Equal(got, numbers) {
		return fmt.Errorf("%s holds %v, not %v", stream, got, numbers)
	}
	return nil
}

// inOrder checks the events of the still log as they come.
type inOrder struct {
	next  map[string]int
	total int
	last  Position
}

func newInOrder() *inOrder { return &inOrder{next: map[string]int{}} }

func (o *inOrder) take(r *Recorded) error {
	if e, ok := r.Event.(counted); !ok || e.N != o.next[r.Stream] || int(r.Revision) != e.N || !r.Position.After(o.last) {
		return fmt.Errorf("%s revision %d at %d after %d: %+v", r.Stream, r.Revision, r.Position, o.last, r.Event)
	}
	o.next[r.Stream]++
	o.total++
	o.last = r.Position
	return nil
}

func (o *inOrder) whole(want int) error {
	if o.total != want {
		return fmt.Errorf("%d of %d events", o.total, want)
	}
	return nil
}

func readings(positions []Position, head Position) []operation {
	all := stillStreams * stillEvents
	return []operation{
		{name: "load", reads: true, run: func(ctx context.Context, j *Journal) error {
			l, err := Load(ctx, j, "tally-0", domain.Decider[[]int, string]{Events: domain.Types(counted{}),
				Evolve: func(s []int, e domain.Event) []int { return append(s, e.(counted).N) }})
			if err == nil && (!slices.Equal(l.State, []int{0, 1, 2, 3}) || l.Revision != 3 || l.Position != positions[3] || len(l.Keys) != 4) {
				err = fmt.Errorf("loaded %+v", l)
			}
			return err
		}},
		{name: "load nothing", reads: true, early: true, run: func(ctx context.Context, j *Journal) error {
			l, err := Load(ctx, j, "tally-none", pairs())
			if err == nil && (l.State != 0 || l.Revision != NoStream) {
				err = fmt.Errorf("loaded %+v", l)
			}
			return err
		}},
		{name: "scan", reads: true, run: func(ctx context.Context, j *Journal) error {
			o, last := newInOrder(), Batch{}
			err := j.Scan(ctx, ScanOptions{}, func(b Batch) error {
				last = b
				for i := range b.Events {
					if err := o.take(&b.Events[i]); err != nil {
						return err
					}
				}
				return nil
			})
			if err == nil && (last.Through != head || !last.CaughtUp) {
				err = fmt.Errorf("scanned through %d, caught up %v", last.Through, last.CaughtUp)
			}
			return errors.Join(err, unless(err, o.whole(all)))
		}},
		{name: "read at", reads: true, early: true, run: func(ctx context.Context, j *Journal) error {
			o := newInOrder()
			err := j.ReadAt(ctx, positions, o.take)
			return errors.Join(err, unless(err, o.whole(all)))
		}},
		{name: "head", reads: true, run: func(ctx context.Context, j *Journal) error {
			at, err := j.Head(ctx)
			if err == nil && at != head {
				err = fmt.Errorf("the head is at %d", at)
			}
			return err
		}},
		{name: "key store get", reads: true, run: func(ctx context.Context, j *Journal) error {
			records, err := kept(ctx, j.KeyStore(), "1")
			if err == nil && fmt.Sprint(records) != `[0 {"r":10} 1 {"r":11}]` {
				err = fmt.Errorf("records %s", records)
			}
			return err
		}},
		{name: "key store each", reads: true, run: func(ctx context.Context, j *Journal) error {
			var got []string
			err := j.KeyStore().Each(ctx, func(_ int64, record []byte) error { got = append(got, string(record)); return nil })
			if err == nil && strings.Join(got, "") != `{"r":0}{"r":1}{"r":10}{"r":11}` {
				err = fmt.Errorf("records %s", got)
			}
			return err
		}},
	}
}

// unless is what counts only where nothing else is wrong.
func unless(err, second error) error {
	if err != nil {
		return nil
	}
	return second
}

// appending is an append that must end at a revision, whether or not it was
// stored before.
func appending(stream string, expected int64, events ...domain.Event) func(context.Context, *Journal) error {
	return func(ctx context.Context, j *Journal) error {
		w, err := j.Append(ctx, stream, expected, decided("key", events...)...)
		if err == nil && (w.Revision != expected+int64(len(events)) || w.Position.IsZero()) {
			err = fmt.Errorf("written %+v", w)
		}
		return err
	}
}

// pairs decides on the next two numbers of a stream.
func pairs() domain.Decider[int, string] {
	return domain.Decider[int, string]{
		Evolve: func(s int, _ domain.Event) int { return s + 1 },
		Events: domain.Types(counted{}),
		Decide: func(s int, by string) ([]domain.Event, error) {
			return []domain.Event{counted{By: by, N: s}, counted{By: by, N: s + 1}}, nil
		},
	}
}

func writings() []operation {
	note := strings.Repeat("x", 100_000) // more than a call takes that nobody reads
	if underRace {
		// The client reads the trailers of a call that its deadline ended in the
		// middle of a message while gRPC writes them.
		note = "x"
	}
	first := func(ctx context.Context, direct *Journal) error {
		_, err := direct.Append(ctx, "tally-1", NoStream, decided("first", counted{N: 0})...)
		return err
	}
	return []operation{
		{name: "append one", run: appending("tally-1", NoStream, counted{N: 0}),
			check: func(ctx context.Context, direct *Journal) error { return expect(ctx, direct, "tally-1", 0) }},
		{name: "append many", setUp: first, run: appending("tally-1", 0, counted{N: 1, Note: note}, counted{N: 2, Note: note}, counted{N: 3, Note: note}, counted{N: 4}),
			check: func(ctx context.Context, direct *Journal) error {
				return expect(ctx, direct, "tally-1", 0, 1, 2, 3, 4)
			}},
		{name: "execute", setUp: first, run: func(ctx context.Context, j *Journal) error {
			r, err := Execute(ctx, j, "tally-1", pairs(), "a", Meta{Actor: "tester", Key: "k1"})
			if err == nil && r.Revision != 2 {
				err = fmt.Errorf("executed %+v", r)
			}
			return err
		}, check: func(ctx context.Context, direct *Journal) error { return expect(ctx, direct, "tally-1", 0, 1, 2) }},
		{name: "execute all", setUp: first, run: func(ctx context.Context, j *Journal) error {
			outcomes, err := ExecuteAll(ctx, j, "tally-1", pairs(), []Item[string]{{Cmd: "a", Meta: Meta{Actor: "t", Key: "a"}}, {Cmd: "b", Meta: Meta{Actor: "t", Key: "b"}}})
			if err == nil && (outcomes[0].Refused != nil || outcomes[1].Revision != 4) {
				err = fmt.Errorf("executed %+v", outcomes)
			}
			return err
		}, check: func(ctx context.Context, direct *Journal) error {
			return expect(ctx, direct, "tally-1", 0, 1, 2, 3, 4)
		}},
		{name: "key store append", run: func(ctx context.Context, j *Journal) error {
			return j.KeyStore().Append(ctx, "s", NoStream, []byte(`{"r":1}`))
		}, check: func(ctx context.Context, direct *Journal) error {
			records, err := kept(ctx, direct.KeyStore(), "s")
			if err == nil && len(records) != 1 {
				err = fmt.Errorf("%d records", len(records))
			}
			return err
		}},
		{name: "key store truncate", setUp: func(ctx context.Context, direct *Journal) error {
			return errors.Join(direct.KeyStore().Append(ctx, "s", NoStream, []byte(`{"r":1}`)), direct.KeyStore().Append(ctx, "s", 0, []byte(`{"r":2}`)))
		}, run: func(ctx context.Context, j *Journal) error { return j.KeyStore().Truncate(ctx, "s", 1) },
			check: func(ctx context.Context, direct *Journal) error {
				records, err := kept(ctx, direct.KeyStore(), "s")
				if err == nil && fmt.Sprint(records) != `[1 {"r":2}]` {
					err = fmt.Errorf("records %v", records)
				}
				return err
			}},
	}
}

// bench is what the cases of a table share.
type bench struct {
	t     *testing.T
	still *eventdb.Node // only read
	busy  *eventdb.Node // written to, under a prefix each
	table *Table
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, still: embedded(t, t.TempDir()), busy: embedded(t, t.TempDir()), table: testTable(t)}
	if err := fillStill(within(t), openAt(t, Options{Address: b.still.Address(), Table: b.table})); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) operations() []operation {
	direct := openAt(b.t, Options{Address: b.still.Address(), Table: b.table})
	events, last := scan(b.t, direct, ScanOptions{})
	var positions []Position
	for _, e := range events {
		positions = append(positions, e.Position)
	}
	return append(readings(positions, last.Through), writings()...)
}

func (b *bench) node(o operation) *eventdb.Node {
	if o.reads {
		return b.still
	}
	return b.busy
}

// lasting is how hurried and how patient the journals of a table are, and
// whether faults stay.
type lasting struct {
	deadline, patience time.Duration
	search             int // seconds that the client waits for a node
	always             bool
}

// calm journals take nothing for silence.
func calm() lasting {
	return lasting{deadline: 10 * time.Second, patience: 40 * time.Second, search: 10}
}

// against is calm, but for faults that only the clock tells of. A machine that is
// too slow for a deadline gets twice as much at the next try.
func against(how fault, try int) lasting {
	l := calm()
	if how.byTheClock() {
		l.deadline, l.search = 250*time.Millisecond<<try, 1<<try
	}
	return l
}

// byTheClock: the journal notices it by waiting.
func (how fault) byTheClock() bool { return how == delayed || how == tooLate || how == swallowed }

// stubborn is against faults that stay.
func stubborn(how fault, try int) lasting {
	l := against(how, try)
	l.patience, l.always = 200*time.Millisecond<<try, true
	return l
}

// hitting tries until the fault was met: the journal may have given up before.
func hitting(once func(try int) error) error {
	err := errNotMet
	for try := 0; try < 5 && errors.Is(err, errNotMet); try++ {
		err = once(try)
	}
	return err
}

func (b *bench) journal(address, prefix string, l lasting) (*Journal, error) {
	j, err := Open(Options{Address: address, Table: b.table, Prefix: prefix})
	if err != nil {
		return nil, err
	}
	j.bounds = bounds{deadline: l.deadline, patience: l.patience, pause: time.Millisecond}
	j.config.DiscoveryInterval = 1
	j.config.GossipTimeout = l.search
	return j, nil
}

// one runs an operation through a gate that does harm, and says what is wrong.
func (b *bench) one(ctx context.Context, o operation, l lasting, how fault, where string) ([]string, error) {
	g := newGate(b.t, b.node(o).Address())
	defer g.stop()
	g.harm(how, where, l.always)
	err := b.through(ctx, o, l, g.address(), g)
	if err == nil && how != noFault && g.hits() == 0 {
		err = errNotMet
	}
	return g.passed(), err
}

var errNotMet = errors.New("it never came so far")

// through runs an operation over gates, of which the first may do harm, and
// checks what came of it.
func (b *bench) through(ctx context.Context, o operation, l lasting, address string, gates ...*gate) (err error) {
	prefix := ""
	if !o.reads {
		prefix = randomPrefix()
	}
	direct, err := b.journal(b.node(o).Address(), prefix, calm())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, direct.Close()) }()
	if o.setUp != nil {
		if err := o.setUp(ctx, direct); err != nil {
			return err
		}
	}
	j, err := b.journal(address, prefix, l)
	if err != nil {
		return err
	}
	err = o.run(ctx, j)
	if l.always && errors.Is(err, ErrUnavailable) {
		// What it could not do, or could not know, it can when the harm is over.
		gates[0].set(func(g *gate) { g.how = noFault })
		j.bounds = bounds{deadline: calm().deadline, patience: calm().patience, pause: time.Millisecond}
		j.config.GossipTimeout = calm().search
		err = o.run(ctx, j)
	}
	err = errors.Join(err, j.Close())
	for _, g := range gates {
		err = errors.Join(err, g.settle())
	}
	if err != nil || o.check == nil {
		return err
	}
	return o.check(ctx, direct)
}

// applies leaves out what no connection can say before it is one.
func applies(how fault, step string) bool {
	said := how == notLeader || how == nobodyLeads || how == unavailable
	return !said || !strings.HasPrefix(step, "connect")
}

// meets leaves out also what nobody listens to any more.
func (o operation) meets(how fault, step string) bool {
	return applies(how, step) && (!o.early || !strings.HasSuffix(step, "trailers"))
}

// a deed is one case of a table.
type deed struct {
	name string
	wait bool // most of its time
	do   func(ctx context.Context) error
}

// crowd does many deeds beside each other, those that wait above all.
func crowd(t *testing.T, deeds []deed) {
	t.Helper()
	t.Logf("%d cases", len(deeds))
	var group sync.WaitGroup
	busy, waiting := make(chan struct{}, 4), make(chan struct{}, 48)
	for _, d := range deeds {
		places := busy
		if d.wait {
			places = waiting
		}
		group.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			if err := d.do(ctx); err != nil {
				t.Errorf("%s: %v", d.name, err)
			}
		})
	}
	group.Wait()
}

// shareOf is how many cases of a table there are for each that is tried: all in
// a soak, few where everything is slow.
func shareOf(usual int) int {
	switch {
	case soak():
		return 1
	case underRace:
		return 8 * usual
	}
	return usual
}

// TestEveryStepOnce lets every operation meet every fault at every step of its
// conversation with the node, as a run without faults counts them.
func TestEveryStepOnce(t *testing.T) {
	t.Parallel()
	everyStep(t, shareOf(1), against)
}

// TestEveryStepForEver is that with faults that stay until the journal gives up.
func TestEveryStepForEver(t *testing.T) {
	t.Parallel()
	everyStep(t, shareOf(6), stubborn)
}

// everyStep takes one case of so many.
func everyStep(t *testing.T, share int, lasts func(fault, int) lasting) {
	b := newBench(t)
	random := rand.New(rand.NewPCG(1, 2))
	var deeds []deed
	for _, o := range b.operations() {
		steps, err := b.one(within(t), o, calm(), noFault, "")
		if err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		if len(steps) < 10 {
			t.Errorf("%s: only %d steps: %q", o.name, len(steps), steps)
		}
		for _, how := range faults() {
			for _, where := range steps {
				if !o.meets(how, where) || random.IntN(share) > 0 {
					continue
				}
				deeds = append(deeds, deed{fmt.Sprintf("%s, %s at %q", o.name, how, where), how.byTheClock(), func(ctx context.Context) error {
					return hitting(func(try int) error {
						_, err := b.one(ctx, o, lasts(how, try), how, where)
						return err
					})
				}})
			}
		}
	}
	crowd(t, deeds)
}
