package commands_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
)

// atKeys lets as many as are waited for append to the streams of keys together: each has
// looked at the key before any has taken it.
type atKeys struct {
	journal.Log
	all *sync.WaitGroup // nil lets everybody go on
}

func (l *atKeys) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if all := l.all; all != nil && strings.HasPrefix(stream, "request-") {
		l.all = nil // the second try goes on
		all.Done()
		all.Wait()
	}
	return l.Log.Append(ctx, stream, expected, events...)
}

// server is another server on the ledger's store, with keys and a log of its own.
func server(t *testing.T, l *ledgertest.Ledger, all *sync.WaitGroup) *commands.Ledger {
	t.Helper()
	v, err := vault.Open(t.Context(), l.Journal.KeyStore(), ledgertest.Master(t))
	if err != nil {
		t.Fatal(err)
	}
	s := *l.Ledger
	s.Vault, s.Log, s.Registering, s.Matching = v, commands.NewLog(&atKeys{l.Journal, all}, v), new(commands.Registering), new(sync.Mutex)
	return &s
}

// Of two who take a key in the same moment and the same words each counts: that one is
// refused does not free it while the other is in hand, which may yet record something.
func TestAKeyTakenTwiceInOneMomentIsHeldTwice(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var together, inHand, refusedFirst sync.WaitGroup
	together.Add(2)
	inHand.Add(1)
	refusedFirst.Add(1)
	one, two, third := server(t, l, &together), server(t, l, &together), server(t, l, nil)
	decided := make(chan error, 1)
	go func() { // the first takes the key, and is slow
		_, err := commands.Once(t.Context(), one, program("k"), agreementOf("A/1", 60), func(ctx context.Context, o commands.Origin, c commands.ConcludeAgreement) (commands.Result, error) {
			inHand.Done()
			refusedFirst.Wait()
			return one.ConcludeAgreement(ctx, o, c)
		})
		decided <- err
	}()
	_, err := commands.Once(t.Context(), two, program("k"), agreementOf("A/1", 60), func(context.Context, commands.Origin, commands.ConcludeAgreement) (commands.Result, error) {
		inHand.Wait()
		return commands.Result{}, agreement.ErrUnknown // as what another stream says may have it
	})
	if !errors.Is(err, agreement.ErrUnknown) {
		t.Error(err)
	}
	if _, err := commands.Once(t.Context(), third, program("k"), agreementOf("B/1", 60), third.ConcludeAgreement); !errors.Is(err, intake.ErrKeyReused) {
		t.Errorf("another request takes the key of one that is in hand: %v", err)
	}
	refusedFirst.Done()
	if err := <-decided; err != nil {
		t.Error(err)
	}
	if s, err := journal.Load(t.Context(), l.Journal, domain.Stream("agreement", "B/1"), agreement.Decider()); err != nil || s.State.Exists() {
		t.Errorf("two requests were decided under one key: %v", err)
	}
}

// Where others take and give back a key at each try to give it back, it is given back all
// the same: what nobody gave back would stay bound for thirty days.
func TestAKeyIsGivenBackHoweverManyTakeIt(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	s, others := server(t, l, nil), server(t, l, nil)
	busy := 10
	s.Log = commands.NewLog(&meddled{l.Journal, func(stream string, events []journal.Decided) {
		if _, ok := events[0].Event.(intake.RequestRefused); !ok || busy == 0 {
			return
		}
		busy--
		if _, err := commands.Once(t.Context(), others, program("k"), wrong("P/1"), others.ConcludeAgreement); !refusedFor(err) {
			t.Error(err)
		}
	}}, s.Vault)
	if _, err := commands.Once(t.Context(), s, program("k"), wrong("P/1"), s.ConcludeAgreement); !refusedFor(err) {
		t.Error(err)
	}
	if _, err := conclude(t, l, program("k"), agreementOf("P/1", 60)); err != nil {
		t.Errorf("the mended request: %v", err)
	}
}

// meddled is a log before whose appends something else takes place.
type meddled struct {
	journal.Log
	before func(stream string, events []journal.Decided)
}

func (l *meddled) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	l.before(stream, events)
	return l.Log.Append(ctx, stream, expected, events...)
}

// A server that opened before a key was used knows what it was used for all the same.
func TestAKeyIsKnownToServersThatWereThereBefore(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	one, two := server(t, l, nil), server(t, l, nil)
	first, err := commands.Once(t.Context(), one, program("k"), agreementOf("P/1", 60), one.ConcludeAgreement)
	if err != nil || first.Events != 1 {
		t.Fatal(first, err)
	}
	if r, err := commands.Once(t.Context(), two, program("k"), agreementOf("P/1", 60), two.ConcludeAgreement); err != nil || r.Events != 0 || r.Position != first.Position {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := commands.Once(t.Context(), two, program("k"), agreementOf("P/2", 60), two.ConcludeAgreement); !errors.Is(err, intake.ErrKeyReused) {
		t.Error(err)
	}
}

// Whose rights change between a request and the same sent again is answered with what it
// led to, as far as they may see it now.
func TestAKeyOutlivesAChangeOfRights(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	as := func(role access.Role) commands.Origin {
		return commands.Origin{Who: access.By("jkowalska", access.API, role), Key: "k-" + string(role[:1])}
	}
	register := func(o commands.Origin, id, name string) (commands.Result, error) {
		c := commands.RegisterParticipant{ID: id, FirstName: name, LastName: "Kos"}
		return commands.Once(t.Context(), l.Ledger, o, c, l.RegisterParticipant)
	}
	for _, c := range []struct {
		id         string
		then, last access.Role
		otherWords error // what is said to other words about the same person
	}{
		{"U1", access.Coordinator, access.Token, nil},
		{"U2", access.Token, access.Coordinator, intake.ErrKeyReused},
	} {
		first, then, last := as(c.then), as(c.then), as(c.last)
		last.Key = then.Key
		r, err := register(first, c.id, "Anna")
		if err != nil || r.Events != 1 {
			t.Fatal(r, err)
		}
		for _, o := range []commands.Origin{then, last} {
			if again, err := register(o, c.id, "Anna"); err != nil || again.Events != 0 || again.Position != r.Position {
				t.Errorf("%s, sent again as %s: %+v, %v", c.then, o.Role(), again, err)
			}
			if _, err := register(o, "U9", "Anna"); !errors.Is(err, intake.ErrKeyReused) {
				t.Errorf("%s, somebody else as %s: %v", c.then, o.Role(), err)
			}
		}
		if _, err := register(last, c.id, "Ewa"); !errors.Is(err, c.otherWords) {
			t.Errorf("%s, other words as %s: %v", c.then, last.Role(), err)
		}
		last.Grants = access.By("", "", access.Auditor).Grants
		if _, err := register(last, c.id, "Anna"); !errors.Is(err, access.ErrDenied) {
			t.Errorf("who may record nothing any more: %v", err)
		}
	}
}

// Cut short before a refusal gives the key back, the key stays the request's, which goes on;
// a key that was given back is nobody's, however long ago.
func TestAKeyThatWasNotGivenBackStaysBound(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	now := ledgertest.Now()
	l.Now = func() time.Time { return now }
	gone := errors.New("the power goes")
	cut := server(t, l, nil)
	cut.Log = commands.NewLog(&cutAppends{l.Journal, func(events []journal.Decided) error {
		if _, ok := events[0].Event.(intake.RequestRefused); ok {
			return gone
		}
		return nil
	}}, cut.Vault)
	if _, err := commands.Once(t.Context(), cut, program("cut"), wrong("P/1"), cut.ConcludeAgreement); !refusedFor(err) {
		t.Error(err)
	}
	if _, err := conclude(t, l, program("free"), wrong("P/1")); !refusedFor(err) {
		t.Error(err)
	}
	if _, err := conclude(t, l, program("cut"), wrong("P/1")); !refusedFor(err) {
		t.Errorf("the same request: %v", err)
	}
	for range 2 {
		if _, err := conclude(t, l, program("cut"), agreementOf("P/1", 60)); !errors.Is(err, intake.ErrKeyReused) {
			t.Errorf("another request, on %s: %v", now.Format(time.DateOnly), err)
		}
		now = now.AddDate(0, 0, 31)
		if err := l.ForgetRequests(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := conclude(t, l, program("free"), agreementOf("P/1", 60)); err != nil {
		t.Errorf("under a key that was given back: %v", err)
	}
}

// cutAppends is a log that some appends do not reach.
type cutAppends struct {
	journal.Log
	why func(events []journal.Decided) error
}

func (l *cutAppends) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if err := l.why(events); err != nil {
		return journal.Written{}, err
	}
	return l.Log.Append(ctx, stream, expected, events...)
}
