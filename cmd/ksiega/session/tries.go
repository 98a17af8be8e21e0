package session

import (
	"context"
	"strconv"
	"strings"
	"time"

	"ksiega/internal/sessionredis"
)

// Tries count who tries in vain, so that the next try has to wait, longer each time and never
// for good.
type Tries struct {
	store *sessionredis.Store
	seals *Seals
	now   func() time.Time
}

// A Counted is what tries are counted of.
type Counted struct {
	kind, name string
	free       int // wrong tries before anybody waits
}

// OfLogin counts by the login that was tried, whether there is one or not, with a browser
// that has signed in by it before (device) apart from strangers, who can't keep it out.
func OfLogin(login, device string) Counted { return Counted{"login", login + "\x00" + device, 5} }

// OfCode counts the codes that were tried by whoever knew the password.
func OfCode(account, device string) Counted { return Counted{"code", account + "\x00" + device, 5} }

// OfAddress counts by where tries come from. A whole centre may come from one address.
func OfAddress(address string) Counted { return Counted{"address", address, 30} }

const (
	firstWait = time.Minute
	mostWait  = 15 * time.Minute
	// remembered is how long nothing may be tried until it is forgotten.
	remembered = 6 * time.Hour
	triesKind  = "tries"
)

// wait is how long the next try waits after so many wrong ones.
func (c Counted) wait(wrong int) time.Duration {
	if wrong < c.free {
		return 0
	}
	wait := firstWait
	for range min(wrong-c.free, 8) {
		wait *= 2
	}
	return min(wait, mostWait)
}

// Take counts a try as a wrong one, before anybody knows, so that many at once are no more
// than many one after the other. Where it is too soon none is counted, and it says how long
// to wait.
func (t *Tries) Take(ctx context.Context, of ...Counted) (wait time.Duration, err error) {
	for i, c := range of {
		if wait, err = t.take(ctx, c); err != nil || wait > 0 {
			t.Undo(ctx, of[:i]...)
			return wait, err
		}
	}
	return 0, nil
}

func (t *Tries) take(ctx context.Context, c Counted) (wait time.Duration, err error) {
	err = t.change(ctx, c, func(wrong int, last time.Time) int {
		if wait = last.Add(c.wait(wrong)).Sub(t.now()); wait > 0 {
			return wrong
		}
		wait = 0
		return wrong + 1
	})
	return wait, err
}

// Undo says that nothing came of what was taken: nobody looked whether it was right.
func (t *Tries) Undo(ctx context.Context, of ...Counted) {
	for _, c := range of {
		_ = t.change(ctx, c, func(n int, _ time.Time) int { return n - 1 }) // else it counts
	}
}

// Right says that what was taken was no wrong try. Of a login nothing is held against anybody
// any more; of an address no more than this one.
func (t *Tries) Right(ctx context.Context, of ...Counted) error {
	for _, c := range of {
		if err := t.change(ctx, c, func(wrong int, _ time.Time) int {
			if c.kind == "address" {
				return wrong - 1
			}
			return 0
		}); err != nil {
			return err
		}
	}
	return nil
}

// change makes a number of wrong tries another; the last is as long ago as it was where the
// number did not grow.
func (t *Tries) change(ctx context.Context, c Counted, to func(wrong int, last time.Time) int) error {
	return t.store.Change(ctx, triesKind, t.seals.Digest(c.kind, c.name), func(was []byte) ([]byte, time.Time) {
		number, second, _ := strings.Cut(string(was), " ")
		wrong, _ := strconv.Atoi(number)
		unix, _ := strconv.ParseInt(second, 10, 64)
		last := time.Unix(unix, 0)
		next := to(wrong, last)
		if next > wrong {
			last = t.now()
		}
		if next <= 0 {
			return nil, time.Time{}
		}
		return []byte(strconv.Itoa(next) + " " + strconv.FormatInt(last.Unix(), 10)), last.Add(remembered)
	})
}
