package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"ksiega/domain"
)

// count adds to a tally that may not pass ten by one command's author; a note
// of its own makes a command "already true".
type count struct {
	By   string
	Add  int
	Note string
}

var errOver = domain.Refusal(domain.CodeRule, "over ten")

type tally struct {
	total map[string]int
	notes map[string]bool
	order []string
}

func tallies() domain.Decider[tally, count] {
	return domain.Decider[tally, count]{
		Decide: func(s tally, c count) ([]domain.Event, error) {
			if s.notes[c.Note] && c.Note != "" {
				return nil, nil
			}
			if s.total[c.By]+c.Add > 10 {
				return nil, errOver
			}
			var events []domain.Event
			for range c.Add {
				events = append(events, counted{By: c.By, N: 1, Note: c.Note})
			}
			return events, nil
		},
		Evolve: func(s tally, e domain.Event) tally {
			if s.total == nil {
				s.total, s.notes = map[string]int{}, map[string]bool{}
			}
			if e, ok := e.(counted); ok {
				s.total[e.By] += e.N
				s.notes[e.Note] = true
				s.order = append(s.order, e.By)
			}
			return s
		},
		Events: domain.Types(counted{}),
	}
}

// meddled is a log in which somebody else is faster before some appends.
type meddled struct {
	Log
	before func(append int) // called before each append, counted from 1
	count  atomic.Int64
}

func (m *meddled) Append(ctx context.Context, stream string, expected int64, events ...Decided) (Written, error) {
	m.before(int(m.count.Add(1)))
	return m.Log.Append(ctx, stream, expected, events...)
}

func TestExecute(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	first, err := Execute(ctx, j, "tally-1", tallies(), count{By: "a", Add: 4, Note: "x"}, Meta{Actor: "t", Key: "k1"})
	if err != nil || first.Events != 4 || first.Revision != 3 || first.Position.IsZero() {
		t.Fatalf("first: %+v, %v", first, err)
	}
	// The key answers, whatever is asked.
	refuse := tallies()
	refuse.Decide = func(tally, count) ([]domain.Event, error) { t.Error("decided again"); return nil, errOver }
	if again, err := Execute(ctx, j, "tally-1", refuse, count{By: "b", Add: 1}, Meta{Actor: "t", Key: "k1"}); err != nil ||
		again != (Result{Position: first.Position, Revision: 3}) {
		t.Errorf("the same key: %+v, %v", again, err)
	}
	if same, err := Execute(ctx, j, "tally-1", tallies(), count{By: "a", Add: 4, Note: "x"}, Meta{Actor: "t"}); err != nil ||
		same != (Result{Position: first.Position, Revision: 3}) {
		t.Errorf("already true: %+v, %v", same, err)
	}
	if _, err := Execute(ctx, j, "tally-1", tallies(), count{By: "a", Add: 7}, Meta{Actor: "t"}); !errors.Is(err, errOver) {
		t.Errorf("over: %v", err)
	}
	stale, right := int64(2), int64(3)
	if _, err := ExecuteAt(ctx, j, "tally-1", &stale, tallies(), count{By: "b", Add: 1}, Meta{Actor: "t"}); !errors.Is(err, ErrConflict) {
		t.Errorf("at a stale revision: %v", err)
	}
	if r, err := ExecuteAt(ctx, j, "tally-1", &right, tallies(), count{By: "b", Add: 1}, Meta{Actor: "t"}); err != nil || r.Revision != 4 {
		t.Errorf("at the right revision: %+v, %v", r, err)
	}
	faster := &meddled{Log: j, before: func(n int) {
		mustAppend(t, j, "tally-1", 4+int64(n-1), decided(fmt.Sprint("m", n), counted{By: "m", N: 1})...)
	}}
	if _, err := Execute(ctx, faster, "tally-1", tallies(), count{By: "c", Add: 1}, Meta{Actor: "t"}); !errors.Is(err, ErrConflict) || faster.count.Load() != 3 {
		t.Errorf("after %d attempts: %v", faster.count.Load(), err)
	}
}

func TestExecuteConcurrently(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	const writers = 6
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range 4 {
				for done := false; !done; {
					_, err := Execute(ctx, j, "tally-1", tallies(), count{By: fmt.Sprint(w), Add: 2}, Meta{Actor: "t", Key: fmt.Sprintf("%d/%d", w, n)})
					if err != nil && !errors.Is(err, ErrConflict) {
						t.Error(err)
						return
					}
					done = err == nil
				}
			}
		})
	}
	group.Wait()
	l, err := Load(ctx, j, "tally-1", tallies())
	if err != nil || l.Revision != writers*8-1 || len(l.Keys) != writers*4 {
		t.Fatalf("revision %d, %d keys, %v", l.Revision, len(l.Keys), err)
	}
	for by, n := range l.State.total {
		if n != 8 {
			t.Errorf("%s: %d", by, n)
		}
	}
}

func items(adds ...count) []Item[count] {
	var out []Item[count]
	for i, c := range adds {
		out = append(out, Item[count]{Cmd: c, Meta: Meta{Actor: "t", Key: fmt.Sprint("i", i)}})
	}
	return out
}

func TestExecuteAll(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	all := items(count{By: "a", Add: 6, Note: "x"}, count{By: "a", Add: 5}, count{By: "a", Add: 6, Note: "x"}, count{By: "a", Add: 4}, count{By: "a", Add: 1})
	got, err := ExecuteAll(ctx, j, "tally-1", tallies(), all)
	if err != nil {
		t.Fatal(err)
	}
	end := got[3].Position
	want := []Outcome{{Result: Result{end, 9, 6}}, {Refused: errOver, Result: Result{Position{}, NoStream, 0}}, {Result: Result{end, 9, 0}},
		{Result: Result{end, 9, 4}}, {Refused: errOver, Result: Result{Position{}, NoStream, 0}}}
	if end.IsZero() || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	again, err := ExecuteAll(ctx, j, "tally-1", tallies(), all)
	for i := range again {
		if again[i].Events != 0 || (again[i].Refused == nil) != (want[i].Refused == nil) || again[i].Refused == nil && again[i].Position != end && i != 0 {
			t.Errorf("again %d: %+v", i, again[i])
		}
	}
	if n := len(read(t, j, "tally-1", 0)); err != nil || n != 10 {
		t.Errorf("%d events, %v", n, err)
	}
	// One key is one decision, within a call too.
	twice := items(count{By: "k", Add: 1}, count{By: "k", Add: 1})
	twice[1].Meta.Key = twice[0].Meta.Key
	if got, err := ExecuteAll(ctx, j, "tally-2", tallies(), twice); err != nil || got[0].Events != 1 || got[1].Events != 0 || got[1].Position != got[0].Position {
		t.Errorf("a key twice: %+v, %v", got, err)
	}
	if got, err := ExecuteAll(ctx, j, "tally-3", tallies(), nil); err != nil || len(got) != 0 {
		t.Errorf("nothing: %+v, %v", got, err)
	}
}

func TestExecuteAllInParts(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	log := &meddled{Log: j, before: func(int) {}}
	var many []count
	for i := range 1200 {
		many = append(many, count{By: fmt.Sprint(i), Add: 1})
	}
	if got, err := ExecuteAll(within(t), log, "tally-1", tallies(), items(many...)); err != nil || got[1199].Revision != 1199 || log.count.Load() != 3 {
		t.Errorf("%d appends, %+v, %v", log.count.Load(), got[1199], err)
	}
	// Fewer than the events of an append, more than its bytes.
	var large []count
	for i := range 20 {
		large = append(large, count{By: fmt.Sprint(i), Add: 2, Note: fmt.Sprint(i, strings.Repeat("x", 60_000))})
	}
	got, err := ExecuteAll(within(t), j, "tally-2", tallies(), items(large...))
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range got {
		if o.Events != 2 || o.Refused != nil || o.Position.IsZero() {
			t.Errorf("%d: %+v", i, o)
		}
	}
	events := read(t, j, "tally-2", 0)
	if len(events) != 40 {
		t.Fatalf("%d events", len(events))
	}
	for i, r := range events {
		if r.Meta.Key != fmt.Sprint("i", i/2) {
			t.Errorf("event %d belongs to %s", i, r.Meta.Key)
		}
	}
	if _, err := ExecuteAll(within(t), j, "tally-3", tallies(), items(count{By: "a", Add: 3, Note: strings.Repeat("x", 400_000)})); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one decision too large: %v", err)
	}
}

func TestExecuteAllConflictInTheMiddle(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	var many []count
	for i := range 1200 {
		many = append(many, count{By: fmt.Sprint(i), Add: 1})
	}
	log := &meddled{Log: j, before: func(n int) {
		if n == 2 { // takes all that author 700 may count
			mustAppend(t, j, "tally-1", 499, decided("m", counted{By: "700", N: 10})...)
		}
	}}
	got, err := ExecuteAll(ctx, log, "tally-1", tallies(), items(many...))
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range got {
		if (o.Refused != nil) != (i == 700) || i != 700 && o.Events != 1 {
			t.Errorf("%d: %+v", i, o)
		}
	}
	l, err := Load(ctx, j, "tally-1", tallies())
	if err != nil || l.Revision != 1199 || len(l.Keys) != 1200 {
		t.Fatalf("revision %d, %d keys, %v", l.Revision, len(l.Keys), err)
	}
	for i, by := range l.State.order {
		want := fmt.Sprint(i)
		switch {
		case i == 500:
			want = "700"
		case i > 500 && i <= 700:
			want = fmt.Sprint(i - 1)
		}
		if by != want {
			t.Fatalf("event %d is by %s, not %s", i, by, want)
		}
	}
	always := &meddled{Log: j, before: func(n int) {
		mustAppend(t, j, "tally-2", int64(n)-2, decided("m", counted{By: "m", N: 1})...)
	}}
	if _, err := ExecuteAll(ctx, always, "tally-2", tallies(), items(count{By: "a", Add: 1})); !errors.Is(err, ErrConflict) || always.count.Load() != 3 {
		t.Errorf("always slower: %d, %v", always.count.Load(), err)
	}
}

// Two people who say the same at one moment are two: one is recorded, and the
// other is told that it was already so, not that theirs is recorded.
func TestTwoPeopleSayTheSame(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	same := count{By: "x", Add: 1, Note: "n"}
	both := &meddled{Log: j, before: func(n int) {
		if n == 1 {
			if _, err := Execute(ctx, j, "tally-1", tallies(), same, Meta{Actor: "anna"}); err != nil {
				t.Error(err)
			}
		}
	}}
	r, err := Execute(ctx, both, "tally-1", tallies(), same, Meta{Actor: "jan"})
	if err != nil || r.Events != 0 || r.Revision != 0 {
		t.Errorf("the second: %+v, %v", r, err)
	}
	if got := read(t, j, "tally-1", 0); len(got) != 1 || got[0].Meta.Actor != "anna" {
		t.Errorf("recorded: %+v", got)
	}
}

// What an earlier build recorded, whose ids left people out, is not recorded
// again by this one: neither under its key nor, where it had none, by being true.
func TestRetryAcrossAnUpgrade(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"k", ""} {
		j, _ := openLog(t, testTable(t))
		ctx := within(t)
		earlier := &meddled{Log: j, before: func(n int) {
			if n > 1 {
				return
			}
			meta := Meta{Actor: "anna", Key: key}
			data, err := testTable(t).encode(counted{By: "x", N: 1, Note: "n"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := j.write(ctx, "tally-1", NoStream, []esdb.EventData{{EventID: earlierID("tally-1", 0, key, data), EventType: counted{}.EventType(),
				ContentType: esdb.ContentTypeJson, Data: data, Metadata: encodedMeta(t, meta)}}); err != nil {
				t.Error(err)
			}
		}}
		r, err := Execute(ctx, earlier, "tally-1", tallies(), count{By: "x", Add: 1, Note: "n"}, Meta{Actor: "anna", Key: key})
		if err != nil || r.Events != 0 || r.Revision != 0 || len(read(t, j, "tally-1", 0)) != 1 {
			t.Errorf("key %q: %+v, %v", key, r, err)
		}
	}
}

// earlierID is the id of an event as builds before this one derived it.
func earlierID(stream string, revision uint64, key string, payload []byte) uuid.UUID {
	var b []byte
	for _, part := range []string{stream, key, string(payload)} {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(part))), part...)
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(b, revision))
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return id
}

func TestDraft(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{By: "a", N: 4})...)
	head, _ := scan(t, j, ScanOptions{Wire: true})
	d := NewDraft(j, func() time.Time { return time.Unix(1_800_000_000, 0) })
	if r, err := Execute(ctx, d, "tally-1", tallies(), count{By: "a", Add: 6}, Meta{Actor: "t", Key: "d1"}); err != nil || r.Events != 6 || r.Revision != 6 {
		t.Errorf("drafted: %+v, %v", r, err)
	}
	if _, err := Execute(ctx, d, "tally-1", tallies(), count{By: "a", Add: 1}, Meta{Actor: "t"}); !errors.Is(err, errOver) {
		t.Errorf("the draft forgot: %v", err)
	}
	if r, err := Execute(ctx, d, "tally-1", tallies(), count{By: "a", Add: 6}, Meta{Actor: "t", Key: "d1"}); err != nil || r.Events != 0 {
		t.Errorf("the same key: %+v, %v", r, err)
	}
	fresh := decided("d2", counted{By: "b", N: 1}, counted{By: "b", N: 2})
	w := mustAppend(t, d, "tally-2", NoStream, fresh...)
	if again := mustAppend(t, d, "tally-2", NoStream, fresh...); again != w || w.Revision != 1 {
		t.Errorf("sent twice: %+v, %+v", w, again)
	}
	for _, expected := range []int64{NoStream, 0, 2} {
		if _, err := d.Append(ctx, "tally-2", expected, decided("d3", counted{})...); !errors.Is(err, ErrConflict) {
			t.Errorf("at %d: %v", expected, err)
		}
	}
	// What others record later does not disturb what is drafted.
	mustAppend(t, j, "tally-1", 0, decided("late", counted{By: "late"})...)
	got := read(t, d, "tally-1", 0)
	if len(got) != 7 || got[1].Event.(counted).By != "a" || got[6].Revision != 6 || got[6].Created.Unix() != 1_800_000_000 {
		t.Errorf("draft reads %+v", got)
	}
	if got := read(t, d, "tally-1", 5); len(got) != 2 || got[0].Revision != 5 {
		t.Errorf("from 5: %+v", got)
	}
	record := []byte(`{"r":1}`)
	if err := d.KeyStore().Append(ctx, "s", NoStream, record); err != nil {
		t.Fatal(err)
	}
	record[2] = 'x'
	if err := d.KeyStore().Append(ctx, "s", NoStream, record); !errors.Is(err, ErrConflict) {
		t.Errorf("a stale number: %v", err)
	}
	if got, err := kept(ctx, d.KeyStore(), "s"); err != nil || len(got) != 1 || got[0] != `0 {"r":1}` {
		t.Errorf("key store: %s, %v", got, err)
	}
	if err := d.KeyStore().Each(ctx, func(int64, []byte) error { t.Error("a drafted record was recorded"); return nil }); err != nil {
		t.Error(err)
	}
	if after, _ := scan(t, j, ScanOptions{Wire: true}); len(after) != len(head)+1 {
		t.Errorf("the log grew from %d to %d events", len(head), len(after))
	}
}

func TestDraftConcurrently(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	d := NewDraft(j, time.Now)
	var group sync.WaitGroup
	var won atomic.Int64
	for w := range 8 {
		group.Go(func() {
			if _, err := d.Append(within(t), "tally-1", NoStream, decided(fmt.Sprint(w), counted{N: w})...); err == nil {
				won.Add(1)
			} else if !errors.Is(err, ErrConflict) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := len(read(t, d, "tally-1", 0)); n != 1 || won.Load() != 1 {
		t.Errorf("%d won, %d events", won.Load(), n)
	}
}

// Of what a stream tells of, beside other things, whoever was shown one decides about it as
// long as nobody says more of it, also where others are faster with the rest.
func TestExecuteSeen(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	ctx := within(t)
	shownOf := func(by string, at Position) *Shown {
		return &Shown{At: at, Of: func(e domain.Event) bool {
			c, ok := e.(counted)
			return ok && c.By == by
		}}
	}
	ask := func(log Log, by string, at Position, c count, key string) (Result, error) {
		return ExecuteSeen(ctx, log, "tally-1", nil, shownOf(by, at), tallies(), c, Meta{Actor: "t", Key: key})
	}
	first, err := ask(j, "a", Position{}, count{By: "a", Add: 1, Note: "x"}, "k")
	if err != nil {
		t.Fatal(err)
	}
	var refusal *domain.Error
	if _, err := ask(j, "a", Position{}, count{By: "a", Add: 1}, ""); !errors.As(err, &refusal) || !errors.Is(err, ErrSeen) || refusal.Args[1] != "t" || strings.Contains(refusal.Message, " t") {
		t.Errorf("over what was not shown: %v", err)
	}
	if _, err := ask(j, "a", Position{}, count{By: "a", Add: 11}, ""); !errors.Is(err, ErrSeen) {
		t.Errorf("what is refused besides: %v", err)
	}
	for name, c := range map[string]struct {
		by  string
		at  Position
		c   count
		key string
	}{
		"the same key":  {"a", Position{}, count{By: "a", Add: 1}, "k"},
		"already true":  {"a", Position{}, count{By: "a", Add: 1, Note: "x"}, ""},
		"another thing": {"b", Position{}, count{By: "b", Add: 1}, ""},
	} {
		if _, err := ask(j, c.by, c.at, c.c, c.key); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Somebody is faster, with another thing and then with this one.
	faster := &meddled{Log: j}
	faster.before = func(n int) {
		by := "m"
		if n == 2 {
			by = "a"
		}
		l, err := Load(ctx, j, "tally-1", tallies())
		if err != nil {
			t.Error(err)
		}
		mustAppend(t, j, "tally-1", l.Revision, decided(fmt.Sprint("m", n), counted{By: by, N: 1})...)
	}
	if _, err := ask(faster, "a", first.Position, count{By: "a", Add: 1}, ""); !errors.Is(err, ErrSeen) || faster.count.Load() != 2 {
		t.Errorf("after %d attempts: %v", faster.count.Load(), err)
	}
}
