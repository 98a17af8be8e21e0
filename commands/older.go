package commands

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/listing"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// Older finds what earlier builds did not list: what stands on contracts and people, and
// what a loss of power kept from the lists of agreements before
// contract-months were reserved: claims, which are listed first since then, and
// referrals, which are listed before they have hours. It stands before the ledger's id,
// which ledgers did not have then.
type Older struct {
	journal *journal.Journal
	found   bool // may give the ledger its id

	mu       sync.Mutex
	unlisted map[string]*unlisted // by agreement; nil until they were looked for
	standing map[domain.Ref][]string
}

// unlisted are the numbers of claims and referrals that an agreement does not list.
type unlisted struct{ claims, referrals []string }

// standingOn are the streams that may hold what stands on something and is in no list,
// since it was recorded before there were any.
func (o *Older) standingOn(ctx context.Context, on domain.Ref) ([]string, error) {
	if o == nil {
		return nil, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.standing == nil {
		all, err := o.lookForStanding(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for what no list names: %w", err)
		}
		o.standing = all
	}
	return o.standing[on], nil
}

func (o *Older) lookForStanding(ctx context.Context) (map[domain.Ref][]string, error) {
	facts := []string{"contract.", "attendance.", "assistance.", "payment.", "participant.", "agreement.claim-reserved.", "agreement.claim-amendment-reserved.", "listing.entered."}
	found := map[domain.Ref]map[string]bool{}
	err := o.scan(ctx, journal.ScanOptions{}, facts, func(r *journal.Recorded) error {
		if _, listed := r.Event.(listing.Entered); listed {
			return journal.ErrEnough // whatever was recorded after it was entered first
		}
		for _, g := range groundsOf(r.Event) {
			if found[g.Ref] == nil {
				found[g.Ref] = map[string]bool{}
			}
			found[g.Ref][r.Stream] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := make(map[domain.Ref][]string, len(found))
	for on, streams := range found {
		all[on] = slices.Collect(maps.Keys(streams))
	}
	return all, nil
}

// scan hands over the events whose types begin as some facts do.
func (o *Older) scan(ctx context.Context, within journal.ScanOptions, facts []string, each func(*journal.Recorded) error) error {
	within.Want = func(typ string) bool {
		return slices.ContainsFunc(facts, func(fact string) bool { return strings.HasPrefix(typ, fact) })
	}
	return o.journal.Each(ctx, within, each)
}

// NewOlder looks in a log, once, when it is asked; found gives a ledger without an id
// one, so that it is not looked through again.
func NewOlder(j *journal.Journal, found bool) *Older { return &Older{journal: j, found: found} }

func (o *Older) under(ctx context.Context, number string) (unlisted, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unlisted == nil {
		all, err := o.look(ctx)
		if err != nil {
			return unlisted{}, fmt.Errorf("look for what no agreement lists: %w", err)
		}
		o.unlisted = all
	}
	if u := o.unlisted[number]; u != nil {
		return *u, nil
	}
	return unlisted{}, nil
}

func (o *Older) look(ctx context.Context) (map[string]*unlisted, error) {
	if o.found {
		if _, err := o.journal.Identity(ctx); err != nil {
			return nil, err
		}
	}
	founded, err := o.journal.Founded(ctx)
	if err != nil {
		return nil, err
	}
	facts := []string{"refundclaim.submitted.", "contract.signed.", "agreement.claim-listed.", "agreement.claim-reserved.", "agreement.referral-listed."}
	all, listed := map[string]*unlisted{}, map[[2]string]bool{}
	of := func(number string) *unlisted {
		if all[number] == nil {
			all[number] = &unlisted{}
		}
		return all[number]
	}
	var until journal.Bound
	if !founded.IsZero() {
		until = founded.Bound()
	}
	err = o.scan(ctx, journal.ScanOptions{Until: until}, facts, func(r *journal.Recorded) error {
		switch e := r.Event.(type) {
		case refund.Submitted:
			of(e.Agreement).claims = append(of(e.Agreement).claims, e.Claim)
		case contract.Signed:
			if e.Kind == contract.Referral {
				of(e.Agreement).referrals = append(of(e.Agreement).referrals, e.Contract)
			}
		case agreement.ClaimListed:
			listed[[2]string{"claim", e.Claim}] = true
		case agreement.ClaimReserved:
			listed[[2]string{"claim", e.Submitted.Claim}] = true
		case agreement.ReferralListed:
			listed[[2]string{"referral", e.Contract}] = true
		}
		return nil
	})
	for _, u := range all {
		u.claims = slices.DeleteFunc(u.claims, func(c string) bool { return listed[[2]string{"claim", c}] })
		u.referrals = slices.DeleteFunc(u.referrals, func(c string) bool { return listed[[2]string{"referral", c}] })
	}
	return all, err
}

// unlisted is what an agreement's stream should hold from before reservations and does
// not. Of claims it takes all in with its first reservation.
func (l *Ledger) unlisted(ctx context.Context, under agreement.State) (unlisted, error) {
	if l.Older == nil {
		return unlisted{}, nil
	}
	u, err := l.Older.under(ctx, under.Terms.Agreement)
	if err != nil {
		return unlisted{}, err
	}
	var left unlisted
	for _, number := range u.claims {
		if _, listed := under.Claim(number); !listed && !under.Reserves() {
			left.claims = append(left.claims, number)
		}
	}
	for _, number := range u.referrals {
		if !under.Refers(number) {
			left.referrals = append(left.referrals, number)
		}
	}
	return left, nil
}
