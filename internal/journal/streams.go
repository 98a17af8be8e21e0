package journal

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"ksiega/internal/position"
)

// A store is shared: other applications and other ledgers keep streams in it.
// A ledger's own are, where it has a name, those that begin with `NAME.`; where
// it has none, those of the categories in its Table, the first part of a name up
// to its dash, so that `NAME.…` of another ledger is none of them. What is
// another's is passed over wherever it stands, and never written to.

// Categories that a reader of the log is not shown.
const (
	vaultCategory    = "vault"    // wrapped keys, read by the KeyStore alone
	trialCategory    = "trial"    // what Rights tries
	identityCategory = "identity" // of the ledger
	noticeCategory   = "notice"   // of keys that are about to be destroyed
)

// ledgerCategories are those of all streams that the ledger writes. One that
// stands here stays: a ledger without a name would no longer read its streams.
func ledgerCategories() []string {
	return []string{
		"access", "accounts", "agreement", "asked", "assistance", "assistant", "attendance", "budget", "contact", "contract", "durability", "erasure",
		"expense", "finding", "guesses", "import", "participant", "participation", "payout", "place", "programme", "refundclaim",
		"request", "session", "setting", "signin", "statement", "statute", "street",
		vaultCategory, trialCategory, identityCategory, noticeCategory,
	}
}

// CheckName refuses what is no name of a ledger.
func CheckName(name string) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`).MatchString(name) {
		return errors.New("a ledger's name has 1 to 32 of a-z, 0-9 and -, the first of them a letter")
	}
	return nil
}

// PrefixOf is what the streams of the ledger of that name begin with.
func PrefixOf(name string) string {
	if name == "" {
		return ""
	}
	return name + "."
}

// named tells whether the ledger's streams have a prefix, by which the store can
// find them.
func (j *Journal) named() bool { return j.opts.Prefix != "" }

// own is the name within the ledger of a stream of its own.
func (j *Journal) own(stream string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(stream, j.opts.Prefix)
	if !ok || strings.HasPrefix(rest, "$") {
		return "", false
	}
	return rest, j.named() || j.opts.Table.hasCategory(categoryOf(rest))
}

// categoryOf is "" for a stream without one.
func categoryOf(stream string) string {
	category, _, ok := strings.Cut(stream, "-")
	if !ok {
		return ""
	}
	return category
}

// local is a stream's name within the ledger, or "" for an event that readers of
// the log are not shown: another's, the server's own, the vault's.
func (j *Journal) local(stream, typ string) string {
	rest, ok := j.own(stream)
	if !ok || strings.HasPrefix(typ, "$") {
		return ""
	}
	switch categoryOf(rest) {
	case vaultCategory, trialCategory, identityCategory, noticeCategory:
		return ""
	}
	return rest
}

// writable refuses a stream that this ledger would not find again.
func (j *Journal) writable(stream string) error {
	if !j.opts.Table.hasCategory(categoryOf(stream)) {
		return fmt.Errorf("append to %s: its category is not in the table", stream)
	}
	return nil
}

// passes tells whether a position counts for this ledger: all do where it has no
// name, since it is shown the whole log; its own events where it has one.
func (j *Journal) passes(stream string) bool {
	return !j.named() || strings.HasPrefix(stream, j.opts.Prefix)
}

// filter has the store leave out what is another's; nil where it cannot. Now and
// then it says how far it has looked, so that its silence means something.
func (j *Journal) filter() *esdb.SubscriptionFilter {
	if !j.named() {
		return nil
	}
	return &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{j.opts.Prefix}}
}

// Events that a filter looks at between two signs of life.
const (
	filterWindow   = 128
	filterInterval = 32
)

// lookedAt is how much of the log's end was looked through for the ledger's last
// event.
type lookedAt struct{ end, own Position }

// ownHead is the position of the last event that counts, looked for from the
// log's end back to where somebody looked before.
func (j *Journal) ownHead(ctx context.Context, l *sharedClient) (Position, error) {
	if !j.named() {
		last, err := j.lastOf(ctx, l)
		return last.Position, err
	}
	j.mu.Lock()
	known := j.looked
	j.mu.Unlock()
	now := known
	first := true
	err := j.pullOver(ctx, l, backwardsFromEnd(^uint64(0)), func(e *esdb.RecordedEvent) error {
		at := position.Of(e.Position.Commit)
		if !at.After(known.end) {
			return ErrEnough
		}
		if first {
			now.end, first = at, false
		}
		if j.passes(e.StreamID) {
			now.own = at
			return ErrEnough
		}
		return nil
	})
	if err != nil {
		return Position{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if now.end.After(j.looked.end) {
		j.looked = now
	}
	return now.own, nil
}

// unheard looks whether an event that counts stands after a position, and how
// far it looked.
func (j *Journal) unheard(ctx context.Context, l *sharedClient, after Position) (some bool, through Position, err error) {
	if !j.named() {
		last, err := j.lastOf(ctx, l)
		return last.Position.After(after), after, err
	}
	through = after
	err = j.pullOver(ctx, l, readAllFrom(after, ^uint64(0)), func(e *esdb.RecordedEvent) error {
		at := position.Of(e.Position.Commit)
		if !at.After(after) {
			return nil
		}
		if j.passes(e.StreamID) {
			some = true
			return ErrEnough
		}
		through = at
		return nil
	})
	return some, through, err
}
