package journal

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ksiega/domain"
	"ksiega/internal/eventdb"
)

// The official client forgets a connection that it makes while it is being closed;
// what such a connection runs is all that may be left.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("google.golang.org/grpc/internal/grpcsync.(*CallbackSerializer).run"))
}

// limit bounds every wait of the tests; none of them should come near it.
const limit = 60 * time.Second

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

// counted is the event of most tests here.
type counted struct {
	By   string      `json:"by"`
	N    int         `json:"n"`
	Note string      `json:"note,omitzero"`
	On   domain.Date `json:"on,omitzero"`
}

func (counted) EventType() string         { return "test.counted.v1" }
func (e counted) OccurredOn() domain.Date { return e.On }
func (counted) Refs() []domain.Ref        { return nil }

// ignored is an event that some scans do not want.
type ignored struct {
	N int `json:"n"`
}

func (ignored) EventType() string       { return "test.ignored.v1" }
func (ignored) OccurredOn() domain.Date { return 0 }
func (ignored) Refs() []domain.Ref      { return nil }

func testTable(t testing.TB) *Table {
	t.Helper()
	table, err := NewTable(KindOf[counted](), KindOf[ignored]())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// external is the shared server that tests run against, if one is named.
func external() string { return os.Getenv("KSIEGA_TEST_EVENTSTORE") }

// embedded starts a node that ends with the test.
func embedded(t testing.TB, dir string) *eventdb.Node {
	t.Helper()
	n, err := eventdb.Open(eventdb.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return n
}

// bulkOf reads a node without the wire.
func bulkOf(n *eventdb.Node) *Bulk {
	return &Bulk{Last: n.Last, Ahead: n.Ahead, Read: func(ctx context.Context, after, until uint64, each func(uint64, *Recorded) error) error {
		return n.Scan(ctx, after, until, func(e eventdb.Record) error {
			return each(e.Position, &Recorded{ID: e.ID, Stream: e.Stream, Type: e.Type, Revision: e.Revision,
				Created: e.Created, RawMeta: e.Meta, RawData: e.Data})
		})
	}}
}

// dense is a log in which every number is a position.
func dense(after uint64, events int) uint64 { return after + uint64(events) }

func randomPrefix() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return "test" + hex.EncodeToString(b[:]) + "."
}

// openLog opens a journal over the shared server, or over a node of its own that
// it returns too and that Bulk reads.
func openLog(t testing.TB, table *Table) (*Journal, *eventdb.Node) {
	t.Helper()
	opts := Options{Address: external(), Table: table, Prefix: randomPrefix()}
	var n *eventdb.Node
	if opts.Address == "" {
		n = embedded(t, t.TempDir())
		opts.Address, opts.Bulk = n.Address(), bulkOf(n)
	}
	if os.Getenv("KSIEGA_TEST_SHARED") != "" {
		shareStore(t, &opts)
	}
	return openAt(t, opts), n
}

// shareStore has others write before the journal's first event and after each of
// its appends.
func shareStore(t testing.TB, opts *Options) {
	t.Helper()
	table, err := NewTable(KindOf[foreign]())
	if err != nil {
		t.Fatal(err)
	}
	others, own := openAt(t, Options{Address: opts.Address, Table: table}), opts.Prefix
	var mu sync.Mutex // guards round
	round := 0
	write := func(time.Duration, int) {
		mu.Lock()
		defer mu.Unlock()
		for _, stream := range []string{"shop-" + own, "other." + own + "test-1"} {
			if _, err := others.Append(context.Background(), stream, int64(round)-1, decided(strconv.Itoa(round), foreign{N: round})...); err != nil {
				t.Logf("a neighbour: %v", err) // the node may be ending
				return
			}
		}
		round++
	}
	write(0, 0)
	opts.Observe = write
}

func openAt(t testing.TB, opts Options) *Journal {
	t.Helper()
	j, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return j
}

// decided wraps events in an envelope with a key.
func decided(key string, events ...domain.Event) []Decided {
	var out []Decided
	for _, e := range events {
		out = append(out, Decided{Event: e, Meta: Meta{Actor: "tester", Key: key}})
	}
	return out
}

func mustAppend(t testing.TB, j Log, stream string, expected int64, events ...Decided) Written {
	t.Helper()
	w, err := j.Append(within(t), stream, expected, events...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// read collects a stream.
func read(t testing.TB, j Log, stream string, from uint64) []Recorded {
	t.Helper()
	var out []Recorded
	if err := j.ReadStream(within(t), stream, from, func(r *Recorded) error {
		out = append(out, *r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// scan collects a scan, with the bytes of events; what it covered is added up.
func scan(t testing.TB, j *Journal, o ScanOptions) (events []Recorded, last Batch) {
	t.Helper()
	o.Raw = true
	if err := j.Scan(within(t), o, func(b Batch) error {
		if last.Through.After(b.Through) {
			t.Errorf("a batch through %d after one through %d", b.Through, last.Through)
		}
		b.Covered += last.Covered
		if b.Last.Position.IsZero() {
			b.Last = last.Last
		}
		last = b
		for _, r := range b.Events {
			r.RawData, r.RawMeta = []byte(strings.Clone(string(r.RawData))), []byte(strings.Clone(string(r.RawMeta)))
			events = append(events, r)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return events, last
}
