package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"ksiega/domain"
	"ksiega/internal/position"
)

func TestAppendExactRevisions(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	first := mustAppend(t, j, "tally-1", NoStream, decided("k1", counted{N: 1}, counted{N: 2})...)
	if first.Revision != 1 || first.Position.IsZero() {
		t.Fatalf("first append: %+v", first)
	}
	second := mustAppend(t, j, "tally-1", 1, decided("k2", counted{N: 3})...)
	if second.Revision != 2 || !second.Position.After(first.Position) {
		t.Fatalf("second append: %+v after %+v", second, first)
	}
	for _, expected := range []int64{NoStream, 0, 1, 3, 7} {
		_, err := j.Append(ctx, "tally-1", expected, decided("other", counted{N: 9})...)
		var refusal *domain.Error
		if !errors.Is(err, ErrConflict) || !errors.As(err, &refusal) || refusal.Code != domain.CodeConflict {
			t.Errorf("at revision %d: %v", expected, err)
		}
	}
	if _, err := j.Append(ctx, "tally-2", 0, decided("k", counted{})...); !errors.Is(err, ErrConflict) {
		t.Errorf("revision 0 of no stream: %v", err)
	}
	if _, err := j.Append(ctx, "tally-2", -2, decided("k", counted{})...); err == nil {
		t.Error("revision -2 was taken")
	}
	if _, err := j.Append(ctx, "tally-2", NoStream); err == nil {
		t.Error("an append of nothing was taken")
	}
	got := read(t, j, "tally-1", 0)
	for i, r := range got {
		if r.Revision != uint64(i) || r.Stream != "tally-1" || r.Event != (counted{N: i + 1}) || r.Meta.Actor != "tester" || r.Created.IsZero() {
			t.Errorf("event %d: %+v", i, r)
		}
	}
	if len(got) != 3 || got[1].Position != first.Position || got[2].Position != second.Position {
		t.Errorf("positions: %+v", got)
	}
	if got := read(t, j, "tally-1", 2); len(got) != 1 || got[0].Revision != 2 {
		t.Errorf("from revision 2: %+v", got)
	}
	if got := read(t, j, "nothing-1", 0); len(got) != 0 {
		t.Errorf("of no stream: %+v", got)
	}
}

func TestAppendSentTwice(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	events := decided("k1", counted{N: 1}, counted{N: 2})
	first := mustAppend(t, j, "tally-1", NoStream, events...)
	mustAppend(t, j, "tally-1", 1, decided("k2", counted{N: 3})...)
	if again := mustAppend(t, j, "tally-1", NoStream, events...); again != first {
		t.Errorf("sent twice: %+v, then %+v", first, again)
	}
	if got := read(t, j, "tally-1", 0); len(got) != 3 {
		t.Errorf("%d events", len(got))
	}
	if _, err := j.Append(within(t), "tally-1", NoStream, decided("k1", counted{N: 1}, counted{N: 4})...); !errors.Is(err, ErrConflict) {
		t.Errorf("the same key with another payload: %v", err)
	}
}

func TestAppendBounds(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	empty, err := j.opts.Table.encode(counted{Note: "x"})
	if err != nil {
		t.Fatal(err)
	}
	fits := strings.Repeat("x", maxAppendBytes-len(empty)+1)
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{Note: fits})...)
	if _, err := j.Append(within(t), "tally-2", NoStream, decided("k", counted{Note: fits + "x"})...); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a byte too much: %v", err)
	}
	if _, err := j.Append(within(t), "tally-2", NoStream, Decided{Event: unlisted{}}); err == nil {
		t.Error("an event that is not in the table was taken")
	}
	_, err = j.Append(within(t), "tally-2", NoStream, Decided{Event: counted{}, Meta: Meta{Actor: "Kowalska\xff"}})
	if err == nil || strings.Contains(err.Error(), "Kowalska") {
		t.Errorf("an actor that is no text: %v", err)
	}
}

type unlisted struct{ counted }

func (unlisted) EventType() string { return "test.unlisted.v1" }

func TestContextEnds(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 1}, counted{N: 2})...)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := j.Append(ctx, "tally-1", 1, decided("k2", counted{})...); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if err := j.ReadStream(ctx, "tally-1", 0, func(*Recorded) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	if err := j.Scan(ctx, ScanOptions{Wire: true}, func(Batch) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("scan: %v", err)
	}
	if _, err := j.Head(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("head: %v", err)
	}
	if err := j.Follow(ctx, Position{}, nil, func(Batch) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("follow: %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	err := j.ReadStream(ctx, "tally-1", 0, func(*Recorded) error { cancel(); return nil })
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled by its reader: %v", err)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{})...)
	following, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var once sync.Once
		ended <- j.Follow(context.Background(), Position{}, nil, func(Batch) error { once.Do(func() { close(following) }); return nil })
	}()
	<-following
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, errClosed) {
		t.Errorf("follow: %v", err)
	}
	if _, err := j.Append(within(t), "tally-1", 0, decided("k2", counted{})...); !errors.Is(err, errClosed) {
		t.Errorf("append: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestPrefixKeepsApart(t *testing.T) {
	t.Parallel()
	j, node := openLog(t, testTable(t))
	other := openAt(t, Options{Address: j.opts.Address, Bulk: j.opts.Bulk, Table: testTable(t), Prefix: randomPrefix()})
	at := mustAppend(t, j, "tally-1", NoStream, decided("k", counted{By: "one"})...)
	mustAppend(t, other, "tally-1", NoStream, decided("k", counted{By: "two"})...)
	if err := j.KeyStore().Append(within(t), "s1", NoStream, []byte(`{"r":1}`)); err != nil {
		t.Fatal(err)
	}
	for _, wire := range []bool{true, false} {
		if node == nil && !wire {
			continue
		}
		got, _ := scan(t, other, ScanOptions{Wire: wire})
		if len(got) != 1 || got[0].Event != (counted{By: "two"}) || got[0].Stream != "tally-1" {
			t.Errorf("wire %v: %+v", wire, got)
		}
	}
	if err := other.ReadAt(within(t), []Position{at.Position}, func(*Recorded) error { return nil }); !errors.Is(err, ErrDamaged) {
		t.Errorf("read of the other's event: %v", err)
	}
	count := 0
	if err := other.KeyStore().Each(within(t), func(int64, []byte) error { count++; return nil }); err != nil || count != 0 {
		t.Errorf("%d of the other's records, %v", count, err)
	}
}

func TestReadAt(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	var at []Position
	for s := range 30 {
		var events []Decided
		for n := range 40 {
			events = append(events, decided("k", counted{By: fmt.Sprint(s), N: n})...)
		}
		mustAppend(t, j, fmt.Sprintf("tally-%d", s), NoStream, events...)
	}
	all, _ := scan(t, j, ScanOptions{Wire: true})
	if len(all) != 1200 {
		t.Fatalf("%d events", len(all))
	}
	for i := range all {
		at = append(at, all[i].Position)
	}
	sparse := []Position{at[0], at[1], at[33], at[34], at[700], at[1199]}
	for name, positions := range map[string][]Position{"none": {}, "one": {at[5]}, "sparse": sparse, "all": at, "dense": at[100:400]} {
		var got []Position
		if err := j.ReadAt(within(t), positions, func(r *Recorded) error {
			if r.Event == nil || r.Stream == "" {
				t.Errorf("%s: %+v", name, r)
			}
			got = append(got, r.Position)
			return nil
		}); err != nil || !slices.Equal(got, positions) {
			t.Errorf("%s: %d of %d, %v", name, len(got), len(positions), err)
		}
	}
	nothing := func(*Recorded) error { return nil }
	if err := j.ReadAt(within(t), []Position{at[2], at[1]}, nothing); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("descending: %v", err)
	}
	for _, positions := range [][]Position{{position.Of(at[1199].Number() + 1)}, {at[3], position.Of(at[1199].Number() + 5)}} {
		if err := j.ReadAt(within(t), positions, nothing); external() == "" && !errors.Is(err, ErrDamaged) {
			t.Errorf("beyond the end: %v", err)
		}
	}
	halt := errors.New("halt")
	if err := j.ReadAt(within(t), sparse, func(*Recorded) error { return halt }); err != halt { //nolint:errorlint // as it is
		t.Errorf("halted: %v", err)
	}
}

func TestDamagedIsNeverSkipped(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 1}, counted{N: 2})...)
	foreign := func(typ, data, meta string) {
		id := uuid.New()
		if _, err := j.write(within(t), "odd-"+id.String(), NoStream, []esdb.EventData{{EventID: id, EventType: typ,
			ContentType: esdb.ContentTypeJson, Data: []byte(data), Metadata: []byte(meta)}}); err != nil {
			t.Fatal(err)
		}
	}
	foreign("test.counted.v1", `{"by":"Kowalska"`, `{"actor":"a"}`)
	for _, wire := range []bool{true, false} {
		if !wire && j.opts.Bulk == nil {
			continue
		}
		err := j.Scan(within(t), ScanOptions{Wire: wire}, func(Batch) error { return nil })
		if !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "Kowalska") {
			t.Errorf("scan: %v", err)
		}
		if _, last := scan(t, j, ScanOptions{Wire: wire, Want: func(typ string) bool { return typ == "test.ignored.v1" }}); !last.CaughtUp {
			t.Errorf("an unwanted type was looked at")
		}
	}
	seen := 0
	err := j.Follow(within(t), Position{}, func(err error) { t.Errorf("broken: %v", err) }, func(b Batch) error { seen += len(b.Events); return nil })
	if !errors.Is(err, ErrDamaged) || seen != 2 {
		t.Errorf("follow: %d events, %v", seen, err)
	}
	for _, c := range [][3]string{{"test.counted.v1", `null`, `{}`}, {"test.counted.v1", `{}`, `null`}, {"test.counted.v1", `{}`, ``}, {"test.unknown.v1", `{}`, `{}`}} {
		r := Recorded{Type: c[0], RawData: []byte(c[1]), RawMeta: []byte(c[2])}
		if err := j.opts.Table.Complete(&r); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v", c, err)
		}
	}
}

func TestKeyStore(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	store, ctx := j.KeyStore(), within(t)
	for i, record := range []string{`{"r":1}`, `{"r":2}`} {
		if err := store.Append(ctx, "żaba", int64(i)-1, []byte(record)); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Append(ctx, "żaba", 0, []byte(`{"r":3}`)); !errors.Is(err, ErrConflict) {
		t.Errorf("a stale number: %v", err)
	}
	got, err := kept(ctx, store, "żaba")
	if err != nil || len(got) != 2 || got[1] != `1 {"r":2}` {
		t.Errorf("get: %s, %v", got, err)
	}
	if got, err := kept(ctx, store, "nobody"); err != nil || len(got) != 0 {
		t.Errorf("nobody: %s, %v", got, err)
	}
	halt := errors.New("halt")
	if err := store.Each(ctx, func(int64, []byte) error { return halt }); !errors.Is(err, halt) {
		t.Errorf("halted: %v", err)
	}
	if events, _ := scan(t, j, ScanOptions{Wire: true}); len(events) != 0 {
		t.Errorf("a reader of the log saw %d vault events", len(events))
	}
	l, err := j.acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.client.TombstoneStream(ctx, j.opts.Prefix+domain.Stream("vault", "żaba"), esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}})
	j.release(l, conditionOf(err))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kept(ctx, store, "żaba"); err != nil || len(got) != 0 {
		t.Errorf("closed for good: %s, %v", got, err)
	}
	if err := store.Append(ctx, "żaba", NoStream, []byte(`{}`)); err == nil || errors.Is(err, ErrConflict) || errors.Is(err, ErrUnavailable) {
		t.Errorf("append to what is closed for good: %v", err)
	}
}
