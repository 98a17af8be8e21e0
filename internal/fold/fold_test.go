package fold_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/internal/fold"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
)

// rows is a store in memory, which counts how often it is asked.
type rows struct {
	kept  map[fold.Key]string
	asked int
}

func (r *rows) fetch(_ context.Context, keys []fold.Key, found func(fold.Key, string)) error {
	r.asked++
	for _, k := range keys {
		for at, row := range r.kept {
			if at == k || k.Field == fold.Whole && at.Place() == k.Place() {
				found(at, row)
			}
		}
	}
	return nil
}

func (r *rows) take(changes []fold.Change) error {
	for _, c := range changes {
		if r.kept[c.Key] != c.Before || c.Before == c.After {
			return fmt.Errorf("%v was %q, not %q, and is %q", c.Key, r.kept[c.Key], c.Before, c.After)
		}
		if r.kept[c.Key] = c.After; c.After == "" {
			delete(r.kept, c.Key)
		}
	}
	return nil
}

// What a store is told comes to the same as a fold in memory, whatever the batches
// are, where the rows of an event depend on those that earlier ones of its batch
// changed; and the store is told of every row what it was.
func TestApplyIsTheFoldInMemory(t *testing.T) {
	t.Parallel()
	p := foldtest.Leaders()
	rapid.Check(t, func(rt *rapid.T) {
		log := foldtest.Sayings(rt)
		store, memory := &rows{kept: map[fold.Key]string{}}, fold.NewMemory(p)
		for _, b := range foldtest.Batches(rt, log) {
			store.asked = 0
			changes, err := p.Apply(t.Context(), b.Events, store.fetch)
			if err == nil {
				err = store.take(changes)
			}
			foldtest.Must(t, errors.Join(err, memory.Fold(b)))
			if store.asked > 4 {
				rt.Fatalf("%d events asked %d times", len(b.Events), store.asked)
			}
			got := map[fold.Key]string{}
			for k := range store.kept {
				raw, err := memory.Row(t.Context(), k)
				foldtest.Must(t, err)
				got[k] = raw
			}
			if !maps.Equal(got, store.kept) || len(foldtest.Dump(t, memory)) != len(got) {
				rt.Fatalf("the store has %v, memory %v", store.kept, foldtest.Dump(t, memory))
			}
		}
		foldtest.ComesBack(rt, memory, foldtest.Members)
		foldtest.ComesBack(rt, memory, foldtest.Leads)
		podium, err := foldtest.Podium.Every(t.Context(), memory)
		foldtest.Must(t, err)
		first, _, err := foldtest.First.Find(t.Context(), memory, "all", "first")
		foldtest.Must(t, err)
		best := ""
		for _, it := range podium {
			best = max(best, it.Row)
		}
		if first != best {
			rt.Fatalf("%q is first of the podium, not %q", first, best)
		}
		for _, it := range podium {
			lead, _, err := foldtest.Leads.Find(t.Context(), memory, it.Field, "lead")
			foldtest.Must(t, err)
			m, _, err := foldtest.Members.Find(t.Context(), memory, it.Field, foldtest.LeaderOf(lead))
			if foldtest.Must(t, err); lead.Points <= 0 || fmt.Sprint(lead.Who, " with ", m.Points) != it.Row {
				rt.Fatalf("%s has %s on the podium, not %v", it.Field, it.Row, lead)
			}
		}
	})
}

// A batch asks for what its events name, then for what the rows name, then for what
// follows from rows of the second stage, and last for what it wrote unread.
func TestFewRoundTrips(t *testing.T) {
	t.Parallel()
	p, store := foldtest.Leaders(), &rows{kept: map[fold.Key]string{}}
	step := func(want int, events ...*foldtest.Said) {
		t.Helper()
		for i, s := range events {
			s.At = position.Of(uint64(i + 1))
		}
		store.asked = 0
		changes, err := p.Apply(t.Context(), events, store.fetch)
		foldtest.Must(t, err)
		foldtest.Must(t, store.take(changes))
		if store.asked != want {
			t.Errorf("asked %d times, not %d", store.asked, want)
		}
	}
	step(4, &foldtest.Said{Who: "a", Team: "x", Points: 1}, &foldtest.Said{Who: "b", Team: "y", Points: 2}, &foldtest.Said{Who: "c", Team: "x"})
	step(4, &foldtest.Said{Who: "a", Points: 1}, &foldtest.Said{Who: "b", Points: 2}, &foldtest.Said{Who: "c", Left: true})
	step(4, &foldtest.Said{Who: "b", Team: "x"}, &foldtest.Said{Who: "b", Team: "y"}, &foldtest.Said{Who: "e", CalledFrom: "b"})
}

// What only an event of the batch makes Then name is asked for when the next one's
// turn has come.
func TestKeysThatABatchMakes(t *testing.T) {
	t.Parallel()
	type link struct{ Next string }
	hand, chain := fold.Table[link]{Name: "hand"}, fold.Table[link]{Name: "chain"}
	next := func(tx *fold.Tx, s *foldtest.Said) string {
		at, _ := hand.Peek(tx, s.Who, "at")
		return at.Next
	}
	p := fold.Projection[*foldtest.Said]{Name: "chains", Version: 1,
		Keys: func(keys []fold.Key, s *foldtest.Said) []fold.Key { return append(keys, hand.Key(s.Who, "at")) },
		Then: func(tx *fold.Tx, s *foldtest.Said) []fold.Key { return []fold.Key{chain.Key(s.Who, next(tx, s))} },
		Fold: func(tx *fold.Tx, s *foldtest.Said) error {
			to, known := chain.Peek(tx, s.Who, next(tx, s))
			if !known {
				return fmt.Errorf("nothing is known of %s", next(tx, s))
			}
			*hand.Get(tx, s.Who, "at") = to
			return nil
		}}
	store := &rows{kept: map[fold.Key]string{hand.Key("a", "at"): `{"Next":"1"}`}}
	for i := range 5 {
		store.kept[chain.Key("a", fmt.Sprint(i))] = fmt.Sprintf(`{"Next":"%d"}`, i+1)
	}
	changes, err := p.Apply(t.Context(), []*foldtest.Said{{Who: "a"}, {Who: "a"}, {Who: "a"}}, store.fetch)
	if err != nil || len(changes) != 1 || changes[0].After != `{"Next":"4"}` || store.asked != 4 {
		t.Errorf("%v, %v, asked %d times", changes, err, store.asked)
	}
}

// A fold that reads what it did not name, or changes rows while it names them, fails.
func TestOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	members := foldtest.Members
	for name, c := range map[string]struct {
		then func(*fold.Tx, *foldtest.Said) []fold.Key
		fold func(*fold.Tx)
		want string
	}{
		"a row":         {fold: func(tx *fold.Tx) { members.Get(tx, "y", "a") }, want: "did not name"},
		"a part":        {fold: func(tx *fold.Tx) { members.Rows(tx, "y") }, want: "did not name whole"},
		"a row for all": {fold: func(tx *fold.Tx) { members.Rows(tx, "x") }, want: "did not name whole"},
		"Then changes": {then: func(tx *fold.Tx, _ *foldtest.Said) []fold.Key {
			members.Get(tx, "x", "a").Points++
			return nil
		}, want: "Then changes a row"},
		"Then deletes what is not": {then: func(tx *fold.Tx, _ *foldtest.Said) []fold.Key {
			members.Delete(tx, "x", "nobody")
			return nil
		}, want: "Then changes a row"},
		"Then deletes": {then: func(tx *fold.Tx, _ *foldtest.Said) []fold.Key {
			members.Delete(tx, "x", "a")
			return nil
		}, want: "Then changes a row"},
	} {
		p := fold.Projection[*foldtest.Said]{Name: "p", Version: 1, Then: c.then,
			Keys: func(keys []fold.Key, _ *foldtest.Said) []fold.Key { return append(keys, members.Key("x", "a")) },
			Fold: func(tx *fold.Tx, _ *foldtest.Said) error {
				c.fold(tx)
				return nil
			}}
		events := []*foldtest.Said{{At: position.Of(1), Who: "a"}}
		_, live := p.Apply(t.Context(), events, (&rows{}).fetch)
		for _, err := range []error{live, fold.NewMemory(p).Fold(fold.Batch[*foldtest.Said]{Events: events})} {
			var failure *fold.Failure
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.want) || failure.Stack == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Where the second stage fails or panics, so does the fold, and whoever reads.
func TestSecondStageFails(t *testing.T) {
	t.Parallel()
	for _, work := range []func(*fold.Tx, fold.Key) error{
		func(*fold.Tx, fold.Key) error { return errors.New("refuses") },
		func(tx *fold.Tx, _ fold.Key) error {
			foldtest.Members.Get(tx, "x", "refuses")
			return nil
		},
		func(tx *fold.Tx, unit fold.Key) error { // each follows from the one before
			foldtest.Leads.Put(tx, unit.Part+"'", "lead", foldtest.Leader{Who: "a of x"})
			return nil
		},
	} {
		p := foldtest.Leaders()
		p.Second.Work = work
		events := []*foldtest.Said{{At: position.Of(7), Who: "a", Team: "x"}}
		_, live := p.Apply(t.Context(), events, (&rows{}).fetch)
		m := fold.NewMemory(p)
		foldtest.Must(t, m.Fold(fold.Batch[*foldtest.Said]{Events: events}))
		_, dumped := fold.Dump(t.Context(), m)
		_, _, found := foldtest.Podium.Find(t.Context(), m, "all", "x")
		_, all := foldtest.Podium.All(t.Context(), m, "all")
		for _, err := range []error{live, dumped, found, all} {
			var failure *fold.Failure
			if !errors.As(err, &failure) || failure.Position != position.Of(7) {
				t.Errorf("told %v", err)
			}
		}
	}
}

// What a unit reads may depend on rows that another of the same round changes: live it is
// asked for when the unit's turn has come.
func TestUnitsOfOneRound(t *testing.T) {
	t.Parallel()
	lists, values, sums := fold.Table[string]{Name: "lists"}, fold.Table[int]{Name: "values"}, fold.Table[int]{Name: "sums"}
	named := func(tx *fold.Tx, unit fold.Key) (keys []fold.Key) {
		list, _ := lists.Peek(tx, unit.Part, "list")
		for _, field := range strings.Fields(list) {
			keys = append(keys, values.Key(unit.Part, field))
		}
		return keys
	}
	p := fold.Projection[*foldtest.Said]{Name: "rounds", Version: 1,
		Keys: func(keys []fold.Key, s *foldtest.Said) []fold.Key { return append(keys, lists.Key("x", "list")) },
		Fold: func(tx *fold.Tx, s *foldtest.Said) error {
			values.Put(tx, "x", s.Who, s.Points)
			*lists.Get(tx, "x", "list") += " "
			fold.Table[string]{Name: "first"}.Put(tx, "x", s.Who, s.Who)
			return nil
		},
		Second: &fold.Stage{
			Unit: func(k fold.Key) (fold.Key, bool) { return k, k.Table == "first" || k.Table == "lists" },
			Keys: func(fold.Key) []fold.Key { return []fold.Key{lists.Key("x", "list")} },
			Then: func(tx *fold.Tx, unit fold.Key) []fold.Key {
				if unit.Table == "first" {
					return nil
				}
				return named(tx, unit)
			},
			Work: func(tx *fold.Tx, unit fold.Key) error {
				if unit.Table == "first" {
					if list, _ := lists.Peek(tx, "x", "list"); !slices.Contains(strings.Fields(list), unit.Field) {
						lists.Put(tx, "x", "list", list+" "+unit.Field)
					}
					return nil
				}
				sum := 0
				for _, k := range named(tx, unit) {
					n, _ := values.Peek(tx, k.Part, k.Field)
					sum += n
				}
				sums.Put(tx, "x", "sum", sum)
				return nil
			}}}
	store, memory := &rows{kept: map[fold.Key]string{}}, fold.NewMemory(p)
	for i, who := range []string{"a", "b", "a", "c"} {
		events := []*foldtest.Said{{At: position.Of(uint64(i + 1)), Who: who, Points: i + 1}}
		changes, err := p.Apply(t.Context(), events, store.fetch)
		if err == nil {
			err = store.take(changes)
		}
		foldtest.Must(t, errors.Join(err, memory.Fold(fold.Batch[*foldtest.Said]{Events: events})))
		sum, err := memory.Row(t.Context(), sums.Key("x", "sum"))
		if foldtest.Must(t, err); sum != store.kept[sums.Key("x", "sum")] {
			t.Errorf("in memory %s, live %s", sum, store.kept[sums.Key("x", "sum")])
		}
	}
}

// A retroactive event takes back, of every earlier state, what it takes back; the
// state as it stood then still has it.
func TestRetroactive(t *testing.T) {
	t.Parallel()
	p := foldtest.Leaders()
	p.Retroactive = func(eventType string) bool { return eventType == "said.left" }
	rapid.Check(t, func(rt *rapid.T) {
		ctx, log := t.Context(), foldtest.Sayings(rt)
		n := rapid.IntRange(0, len(log)).Draw(rt, "known")
		until := position.Of(uint64(10 * n)).Bound()
		want := fold.NewMemory(p)
		foldtest.Must(t, want.Fold(fold.Batch[*foldtest.Said]{Events: log[:n]}))
		stands, err := fold.FoldedTo(ctx, log, until, p)
		foldtest.Must(t, err)
		foldtest.SameDump(rt, "as it stood", foldtest.Dump(t, stands), foldtest.Dump(t, want))
		later := false
		for _, s := range log[n:] {
			if s.Left {
				later = true
				foldtest.Must(t, want.Fold(fold.Batch[*foldtest.Said]{Events: foldtest.SaidLog{s}}))
			}
		}
		foldtest.SameDump(rt, "known", foldtest.Dump(t, foldtest.KnownAt(t, log, p, until)), foldtest.Dump(t, want))
		after := position.Position{}
		if n > 0 {
			after = log[n-1].At
		}
		if found, _, err := fold.RetroactiveSince(ctx, log, after, p); err != nil || found != later {
			rt.Fatalf("found %t, not %t, %v", found, later, err)
		}
	})
}
