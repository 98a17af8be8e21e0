package commands_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// wrong is an agreement that is refused, whoever sends it.
func wrong(number string) commands.ConcludeAgreement {
	c := agreementOf(number, 60)
	c.To = c.From - 1
	return c
}

func refusedFor(err error) bool {
	var refusal *domain.Error
	return errors.As(err, &refusal) && !errors.Is(err, intake.ErrKeyReused)
}

// A refusal is not bound to the key: the request may be mended, as often as it takes.
// What was accepted is.
func TestARefusalLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for range 2 {
		if _, err := conclude(t, l, program("k"), wrong("P/1")); !refusedFor(err) {
			t.Fatal(err)
		}
	}
	first, err := conclude(t, l, program("k"), agreementOf("P/1", 60))
	if err != nil || first.Events != 1 {
		t.Fatal(first, err)
	}
	if r, err := conclude(t, l, program("k"), agreementOf("P/1", 60)); err != nil || r.Events != 0 || r.Position != first.Position {
		t.Errorf("sent again: %+v, %v", r, err)
	}
	for _, c := range []commands.ConcludeAgreement{wrong("P/1"), agreementOf("P/2", 60)} {
		if _, err := conclude(t, l, program("k"), c); !errors.Is(err, intake.ErrKeyReused) {
			t.Errorf("another request under the key: %v", err)
		}
	}
}

// A key is given back only where it is known that nothing was recorded under it.
func TestAKeyStaysBoundWhereSomethingMayBeRecorded(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	once := func(key string, c commands.ConcludeAgreement, do func(context.Context, commands.Origin, commands.ConcludeAgreement) (commands.Result, error)) error {
		_, err := commands.Once(t.Context(), l.Ledger, program(key), c, do)
		return err
	}
	gone := errors.New("the power goes")
	cut := func(context.Context, commands.Origin, commands.ConcludeAgreement) (commands.Result, error) {
		return commands.Result{}, gone
	}
	half := func(ctx context.Context, o commands.Origin, c commands.ConcludeAgreement) (commands.Result, error) {
		if _, err := l.ConcludeAgreement(ctx, o, agreementOf("P/9", 60)); err != nil {
			t.Error(err)
		}
		return commands.Result{}, agreement.ErrUnknown
	}
	if err := once("cut", wrong("P/1"), cut); !errors.Is(err, gone) {
		t.Fatal(err)
	}
	if err := once("half", wrong("P/1"), half); !errors.Is(err, agreement.ErrUnknown) {
		t.Fatal(err)
	}
	for _, key := range []string{"cut", "half"} {
		// The same request goes on; that it is refused now does not say what was before.
		if err := once(key, wrong("P/1"), l.ConcludeAgreement); !refusedFor(err) {
			t.Errorf("%s, the same request: %v", key, err)
		}
		if err := once(key, agreementOf("P/1", 60), l.ConcludeAgreement); !errors.Is(err, intake.ErrKeyReused) {
			t.Errorf("%s, another request: %v", key, err)
		}
	}
}

// Of many requests under one key at once, on one server or two, at most one is decided,
// whatever is refused and given back in between; and none that was accepted is
// forgotten.
func TestAKeyDecidesOnceAtOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for round := range 20 {
		key := fmt.Sprint("k", round)
		bodies := []commands.ConcludeAgreement{wrong(fmt.Sprint("W/", round)), agreementOf(fmt.Sprint("A/", round), 60), wrong(fmt.Sprint("W/", round)),
			agreementOf(fmt.Sprint("B/", round), 60), agreementOf(fmt.Sprint("A/", round), 60)}
		var group sync.WaitGroup
		var mu sync.Mutex
		accepted := map[string]bool{}
		for _, c := range bodies {
			group.Go(func() {
				server := *l.Ledger // that knows nothing of the other but the log
				for range 3 {
					if _, err := commands.Once(context.Background(), &server, program(key), c, server.ConcludeAgreement); err == nil {
						mu.Lock()
						accepted[c.Number] = true
						mu.Unlock()
					} else if !refusedFor(err) && !errors.Is(err, intake.ErrKeyReused) && !errors.Is(err, journal.ErrConflict) {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		recorded := 0
		for _, number := range []string{fmt.Sprint("A/", round), fmt.Sprint("B/", round), fmt.Sprint("W/", round)} {
			s, err := journal.Load(t.Context(), l.Journal, domain.Stream("agreement", number), agreement.Decider())
			if err != nil {
				t.Fatal(err)
			}
			if s.State.Exists() {
				recorded++
			}
			if accepted[number] != s.State.Exists() {
				t.Errorf("%s: accepted %t, recorded %t", number, accepted[number], s.State.Exists())
			}
		}
		if recorded > 1 {
			t.Errorf("under one key %d requests were decided", recorded)
		}
		if recorded == 1 {
			if _, err := conclude(t, l, program(key), agreementOf("C/1", 60)); !errors.Is(err, intake.ErrKeyReused) {
				t.Errorf("another request under the key of one that was accepted: %v", err)
			}
		}
	}
}
