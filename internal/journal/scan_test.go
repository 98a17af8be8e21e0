package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"ksiega/internal/position"
)

// fill records streams of counted and ignored events, vault records among them,
// and returns how many of them are the ledger's.
func fill(t testing.TB, j *Journal, streams, each int) int {
	t.Helper()
	for s := range streams {
		var events []Decided
		for n := range each {
			events = append(events, decided("k", counted{By: fmt.Sprint(s), N: n})...)
			if n%10 == 9 {
				events[n] = Decided{Event: ignored{N: n}, Meta: Meta{Actor: "tester"}}
			}
		}
		mustAppend(t, j, fmt.Sprintf("tally-%d", s), NoStream, events...)
		if err := j.KeyStore().Append(within(t), fmt.Sprint(s), NoStream, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	return streams * each
}

func TestScanWireIsBulk(t *testing.T) {
	t.Parallel()
	j, node := openLog(t, testTable(t))
	total := fill(t, j, 12, 300)
	wire, end := scan(t, j, ScanOptions{Wire: true})
	if len(wire) != total || !end.CaughtUp || wire[total-1].Position.After(end.Through) {
		t.Fatalf("%d events through %d, caught up %v", len(wire), end.Through, end.CaughtUp)
	}
	if ends := (Last{wire[total-1].Position, wire[total-1].ID}); end.Last != ends || end.Covered < total+12 {
		t.Errorf("%d events end with %v, not with %v", end.Covered, end.Last, ends)
	}
	head, err := j.Head(within(t))
	if err != nil || external() == "" && head != end.Through {
		t.Errorf("head %d, %v", head, err)
	}
	wanted := func(typ string) bool { return typ == "test.ignored.v1" }
	a, b := wire[100].Position, wire[2000].Position
	gap := position.Of(b.Number() + 5).Bound() // where perhaps no event stands
	for name, o := range map[string]ScanOptions{"all": {}, "after": {After: a}, "until": {Until: b.Bound()}, "typed": {Until: gap}, "between": {After: a, Until: b.Bound()},
		"wanted": {Want: wanted}, "nothing": {After: end.Through}, "empty": {After: a, Until: a.Bound()}, "before all": {Until: Position{}.Bound()}, "before vault": {Until: end.Through.Bound()}} {
		o.Wire = true
		overWire, lastWire := scan(t, j, o)
		for i, r := range overWire {
			if !r.Position.After(o.After) || !o.Until.Includes(r.Position) || o.Want != nil && !o.Want(r.Type) || r.Event == nil {
				t.Errorf("%s: event %d is %+v", name, i, r)
			}
		}
		if name == "wanted" && (lastWire.Covered != end.Covered || lastWire.Last != end.Last) {
			t.Errorf("%d events end with %v, where few are wanted", lastWire.Covered, lastWire.Last)
		}
		if name == "until" && (lastWire.CaughtUp || lastWire.Through != b) || name == "all" && !lastWire.CaughtUp {
			t.Errorf("%s: ends through %d, caught up %v", name, lastWire.Through, lastWire.CaughtUp)
		}
		if node == nil {
			continue
		}
		o.Wire = false
		overBulk, lastBulk := scan(t, j, o)
		for i := range overWire {
			overWire[i].Created = overWire[i].Created.UTC()
		}
		for i := range overBulk {
			overBulk[i].Created = overBulk[i].Created.UTC()
		}
		if !reflect.DeepEqual(overWire, overBulk) || lastWire.Through != lastBulk.Through ||
			lastWire.Covered != lastBulk.Covered || lastWire.Last != lastBulk.Last ||
			lastWire.CaughtUp != lastBulk.CaughtUp && (lastBulk.CaughtUp || os.Getenv("KSIEGA_TEST_SHARED") == "") {
			t.Errorf("%s: %d events through %d over the wire, %d through %d in bulk", name, len(overWire), lastWire.Through, len(overBulk), lastBulk.Through)
		}
	}
	between, _ := scan(t, j, ScanOptions{After: a, Until: b.Bound(), Wire: true})
	if len(between) != 1900 {
		t.Errorf("%d events between", len(between))
	}
}

func TestScanStopsEarly(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	fill(t, j, 30, 400)
	halt := errors.New("halt")
	for _, wire := range []bool{true, false} {
		if !wire && j.opts.Bulk == nil {
			continue
		}
		for stopAt := range 4 {
			n := 0
			err := j.Scan(within(t), ScanOptions{Wire: wire}, func(Batch) error {
				if n++; n > stopAt {
					return halt
				}
				return nil
			})
			if err != halt { //nolint:errorlint // as it is
				t.Errorf("wire %v, after %d batches: %v", wire, stopAt, err)
			}
			// Cancelled half-way it must never look complete.
			ctx, cancel := context.WithCancel(context.Background())
			events := 0
			err = j.Scan(ctx, ScanOptions{Wire: wire}, func(b Batch) error {
				if events += len(b.Events); events > 512*stopAt {
					cancel()
				}
				return nil
			})
			cancel()
			if !errors.Is(err, context.Canceled) && events != 12000 {
				t.Errorf("wire %v, cancelled after %d events: %v", wire, events, err)
			}
		}
	}
}

func TestBulkFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	j := openAt(t, Options{Address: "esdb://127.0.0.1:1?tls=false", Table: testTable(t),
		Bulk: &Bulk{Last: func() (uint64, error) { return 700, nil }, Ahead: dense, Read: func(_ context.Context, _, _ uint64, each func(uint64, *Recorded) error) error {
			buffer := []byte(`{"by":"a","n":1}`)
			for n := range uint64(700) {
				buffer[len(buffer)-2] = '0' + byte(n%10)
				if err := each(n+1, &Recorded{Stream: "tally-1", Type: "test.counted.v1", RawData: buffer, RawMeta: []byte(`{}`)}); err != nil {
					return err
				}
			}
			return broken
		}}})
	n := 0
	err := j.Scan(within(t), ScanOptions{}, func(b Batch) error {
		for _, r := range b.Events {
			if r.Event != (counted{By: "a", N: n % 10}) {
				t.Fatalf("event %d is %+v: the reader's bytes were not copied", n, r.Event)
			}
			n++
		}
		if b.CaughtUp {
			t.Error("caught up with a reader that failed")
		}
		return nil
	})
	if !errors.Is(err, broken) || n != 512 {
		t.Errorf("%d events, %v", n, err)
	}
}

// A batch's memory is used for another as soon as it was handed over; what was
// decoded stays.
func TestScanRecycles(t *testing.T) {
	t.Parallel()
	const total = 40 * batchEvents
	j := openAt(t, Options{Address: "esdb://127.0.0.1:1?tls=false", Table: testTable(t),
		Bulk: &Bulk{Last: func() (uint64, error) { return total, nil }, Ahead: dense, Read: func(_ context.Context, after, until uint64, each func(uint64, *Recorded) error) error {
			var r Recorded
			for n := after; n < until; n++ {
				r = Recorded{Stream: fmt.Sprint("tally-", n%3), Type: "test.counted.v1",
					RawData: fmt.Appendf(r.RawData[:0], `{"by":"by %d","n":%d}`, n%5000, n), RawMeta: fmt.Appendf(r.RawMeta[:0], `{"actor":"actor %d","idempotencyKey":"k:%d"}`, n%700, n)}
				if n == 3*batchEvents {
					r.RawData = fmt.Appendf(r.RawData[:0], `{"by":"by %d","n":%d,"note":%q}`, n%5000, n, strings.Repeat("large", slabBytes))
				}
				if err := each(n+1, &r); err != nil {
					return err
				}
			}
			return nil
		}}})
	var kept, first []Recorded // with what may be kept; the first batch as it came
	buffers := map[*Recorded]bool{}
	if err := j.scan(within(t), ScanOptions{Raw: true}, true, func(b Batch) error {
		if len(b.Events) > 0 { // the end of the log comes without
			buffers[&b.Events[0]] = true
		}
		if first == nil {
			first = b.Events
		}
		for _, r := range b.Events {
			if want := fmt.Sprintf(`"n":%d`, r.Position.Number()-1); !strings.Contains(string(r.RawData), want) {
				t.Errorf("%.80s lies at position %s", r.RawData, r.Position)
			}
			kept = append(kept, Recorded{Stream: r.Stream, Position: r.Position, Meta: r.Meta, Event: r.Event})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(kept) != total || len(buffers) > buffersInUse(runtime.GOMAXPROCS(0)) {
		t.Errorf("%d events in %d buffers", len(kept), len(buffers))
	}
	if first[0].Position.Number() == 1 || string(first[0].RawData) == `{"by":"by 0","n":0}` {
		t.Errorf("the first batch was not used again: %+v", first[0])
	}
	for n, r := range kept {
		want := counted{By: fmt.Sprint("by ", n%5000), N: n}
		if e, ok := r.Event.(counted); ok && n == 3*batchEvents && len(e.Note) == 5*slabBytes {
			want.Note = e.Note
		}
		if r.Position.Number() != uint64(n+1) || r.Stream != fmt.Sprint("tally-", n%3) || r.Event != want ||
			r.Meta != (Meta{Actor: fmt.Sprint("actor ", n%700), Key: fmt.Sprint("k:", n)}) {
			t.Fatalf("event %d is %+v", n, r)
		}
	}
}

func TestOccurredOn(t *testing.T) {
	t.Parallel()
	r := Recorded{Created: time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)}
	if got := r.OccurredOn().String(); got != "2026-03-01" {
		t.Error(got)
	}
	r.Meta.OccurredOn = r.OccurredOn() - 40
	if got := r.OccurredOn().String(); got != "2026-01-20" {
		t.Error(got)
	}
}

// A stretch holds more batches than wait for their turn where events are large;
// where one cannot be read, what lies before it is handed over, in order.
func TestScanStretches(t *testing.T) {
	t.Parallel()
	const stretch = stretchBatches * batchEvents
	const large, total, damagedAt = 40, 5*stretch + 7, 4*stretch + 600
	removed := func(n uint64) bool { return n%3 == 0 && n > 3*stretch }
	foreign := func(n uint64) bool { return n > stretch && n <= 2*stretch }
	want := 0
	for n := uint64(1); n <= total; n++ {
		if !removed(n) && !foreign(n) {
			want++
		}
	}
	damage := false
	note := strings.Repeat("n", 600<<10)
	j := openAt(t, Options{Address: "esdb://127.0.0.1:1?tls=false", Table: testTable(t),
		Bulk: &Bulk{Last: func() (uint64, error) { return total, nil }, Ahead: dense, Read: func(_ context.Context, after, until uint64, each func(uint64, *Recorded) error) error {
			for n := after + 1; n <= until; n++ {
				r := Recorded{Stream: "tally-1", Type: "test.counted.v1", RawData: fmt.Appendf(nil, `{"by":"a","n":%d}`, n), RawMeta: []byte(`{"actor":"b"}`)}
				switch {
				case removed(n):
					continue
				case n < large:
					r.RawData = fmt.Appendf(nil, `{"by":"a","n":%d,"note":%q}`, n, note)
				case foreign(n):
					r.Type = "$metadata"
				case damage && n == damagedAt:
					r.RawData = []byte(`{"by":`)
				}
				if err := each(n, &r); err != nil {
					return err
				}
			}
			return nil
		}}})
	for _, damage = range []bool{false, true} {
		last, events, ends := Position{}, 0, 0
		err := j.Scan(within(t), ScanOptions{}, func(b Batch) error {
			bytes := 0
			for _, r := range b.Events {
				e, ok := r.Event.(counted)
				if !ok || uint64(e.N) != r.Position.Number() || !r.Position.After(last) || r.RawData != nil || r.RawMeta != nil {
					t.Fatalf("after %d: %+v", last, r)
				}
				last, bytes = r.Position, bytes+len(e.Note)
				events++
			}
			if bytes > batchBytes+len(note) || last.After(b.Through) {
				t.Errorf("%d bytes in a batch through %d", bytes, b.Through)
			}
			if last = b.Through; b.CaughtUp {
				ends++
			}
			return nil
		})
		switch {
		case !damage && (err != nil || last.Number() != total || ends != 1 || events != want):
			t.Errorf("%d events through %d, %d ends, %v", events, last, ends, err)
		case damage && (!errors.Is(err, ErrDamaged) || ends != 0 || last.Number() >= damagedAt || last.Number() < 4*stretch-1):
			t.Errorf("damaged: through %d, %d ends, %v", last, ends, err)
		}
	}
}
