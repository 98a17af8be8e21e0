package projections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/position"
)

// RefActor is the kind under which the audit index keeps who recorded an event,
// beside the kinds of domain.Ref.
const RefActor domain.RefKind = "actor"

// AuditHead begins the postings of one thing: the positions of every event that
// concerns it, ascending. They are packed as varints of the differences, the
// first of each block from 0; full blocks lie in rows of their own, the last
// lies here.
type AuditHead struct {
	Kind   domain.RefKind `json:"kind"`
	ID     string         `json:"id"`
	Events uint64         `json:"events"`
	First  domain.Date    `json:"first"` // earliest day an event belongs to
	Last   domain.Date    `json:"last"`
	Blocks int            `json:"blocks"` // full ones
	Open   AuditBlock     `json:"open"`
}

// AuditBlock is a run of postings.
type AuditBlock struct {
	First  journal.Position `json:"first"`
	Last   journal.Position `json:"last"`
	Count  int              `json:"count"`
	Packed []byte           `json:"packed"`
}

// AuditCount counts the events of one type.
type AuditCount struct {
	Type     string           `json:"type"`
	Events   uint64           `json:"events"`
	First    domain.Date      `json:"first"`
	Last     domain.Date      `json:"last"`
	Position journal.Position `json:"position"` // of the last
	Recorded time.Time        `json:"recorded"` // the last, UTC
}

// AuditHour says where in the log an hour begins: the first event recorded in
// it, of those recorded later than everything before them.
type AuditHour struct {
	Position journal.Position `json:"position"`
	Hour     time.Time        `json:"hour"` // UTC
}

// AuditHeads holds a part a kind of thing and a field a thing.
func AuditHeads() fold.Table[AuditHead] { return fold.Table[AuditHead]{Name: "heads"} }

// AuditBlocks holds a part a thing and a field a full block, numbered from 0.
func AuditBlocks() fold.Table[AuditBlock] { return fold.Table[AuditBlock]{Name: "blocks"} }

// AuditCounts holds one part and a field an event type.
func AuditCounts() fold.Table[AuditCount] { return fold.Table[AuditCount]{Name: "counts"} }

// AuditHours holds a part a day (UTC) and a field an hour.
func AuditHours() fold.Table[AuditHour] { return fold.Table[AuditHour]{Name: "hours"} }

// The one part of AuditCounts, and the one row that holds the latest hour.
const (
	AuditCountsPart = "types"
	auditLatest     = "latest"
)

// blockPostings is how many postings make a block full.
const blockPostings = 256

// Audit folds every event into the index that an auditor follows a thing by,
// across streams. A single stream needs no index: the log reads it by itself.
func Audit() Projection {
	return Projection{Name: "audit", Version: 1, Passing: true, Keys: auditKeys, Fold: foldAudit}
}

// auditKeys are the heads of what an event is posted under, each once, and then
// the count and the latest hour.
func auditKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	add := func(ref domain.Ref) {
		k := AuditHeads().Key(string(ref.Kind), domain.Escape(ref.ID))
		if ref.ID != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	add(domain.Ref{Kind: RefActor, ID: r.Meta.Actor})
	for _, ref := range r.Event.Refs() {
		add(ref)
	}
	return append(keys, AuditCounts().Key(AuditCountsPart, r.Type), AuditHours().Key(auditLatest, auditLatest))
}

// auditID is the id that one of an event's auditKeys was made of.
func auditID(r *journal.Recorded, k fold.Key) string {
	for _, ref := range r.Event.Refs() {
		if string(ref.Kind) == k.Part && domain.Escape(ref.ID) == k.Field {
			return ref.ID
		}
	}
	return strings.Clone(r.Meta.Actor) // apart from the envelope it was part of
}

func foldAudit(tx *fold.Tx, r *journal.Recorded) error {
	on := r.OccurredOn()
	heads := 0
	for ; tx.Named(heads).Table == AuditHeads().Name; heads++ {
		h, k := AuditHeads().Nth(tx, heads), tx.Named(heads)
		if h.Events == 0 {
			h.Kind, h.ID = domain.RefKind(k.Part), auditID(r, k)
		}
		h.Events++
		h.First, h.Last = widen(h.First, h.Last, on)
		h.Open.add(r.Position)
		if h.Open.Count == blockPostings {
			AuditBlocks().Put(tx, auditPart(k), auditBlockField(h.Blocks), h.Open)
			h.Blocks++
			h.Open = AuditBlock{}
		}
	}
	c := AuditCounts().Nth(tx, heads)
	c.Type = r.Type
	c.Events++
	c.First, c.Last = widen(c.First, c.Last, on)
	c.Position, c.Recorded = r.Position, r.Created.UTC()
	hour := r.Created.UTC().Truncate(time.Hour)
	if latest := AuditHours().Nth(tx, heads+1); hour.After(latest.Hour) {
		*latest = AuditHour{r.Position, hour}
		AuditHours().Put(tx, hour.Format(time.DateOnly), hour.Format("15"), *latest)
	}
	return nil
}

func widen(first, last, on domain.Date) (domain.Date, domain.Date) {
	if first == 0 || on < first {
		first = on
	}
	return first, max(last, on)
}

// auditPart is the part of the blocks that belong to a head.
func auditPart(head fold.Key) string { return head.Part + "-" + head.Field }

func auditBlockField(n int) string { return fmt.Sprintf("%08d", n) }

func (b *AuditBlock) add(position journal.Position) {
	if b.Count == 0 {
		b.First = position
	}
	b.Packed = position.Pack(b.Packed, b.Last)
	b.Last = position
	b.Count++
}

var errPostings = errors.New("a block of the audit index does not unpack")

// positions unpacks a block.
func (b AuditBlock) positions() ([]journal.Position, error) {
	all := make([]journal.Position, 0, b.Count)
	var at journal.Position
	rest, ok := b.Packed, false
	for len(rest) > 0 {
		if at, rest, ok = position.Unpack(rest, at); !ok {
			return nil, errPostings
		}
		all = append(all, at)
	}
	if len(all) != b.Count {
		return nil, errPostings
	}
	return all, nil
}

// Postings are at most limit positions, ascending, of the events that concern a
// thing, after one position and up to a bound. View must be of
// Audit.
func Postings(ctx context.Context, v View, ref domain.Ref, after journal.Position, until journal.Bound, limit int) ([]journal.Position, error) {
	k := AuditHeads().Key(string(ref.Kind), domain.Escape(ref.ID))
	head, ok, err := AuditHeads().Find(ctx, v, k.Part, k.Field)
	if err != nil || !ok {
		return nil, err
	}
	block := func(n int) (AuditBlock, error) {
		if n == head.Blocks {
			return head.Open, nil
		}
		b, ok, err := AuditBlocks().Find(ctx, v, auditPart(k), auditBlockField(n))
		if err == nil && !ok {
			err = errPostings
		}
		return b, err
	}
	// The first block that reaches beyond after, by halving.
	low, high := 0, head.Blocks
	for low < high {
		mid := (low + high) / 2
		b, err := block(mid)
		if err != nil {
			return nil, err
		}
		if !b.Last.After(after) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	var found []journal.Position
	for ; low <= head.Blocks; low++ {
		b, err := block(low)
		if err != nil {
			return nil, err
		}
		all, err := b.positions()
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if !until.Includes(p) || len(found) == limit {
				return found, nil
			}
			if p.After(after) {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

// HourBefore is the position of an event before which, itself included, nothing
// was recorded later than an instant: where the search for that instant begins.
// View must be of Audit.
func HourBefore(ctx context.Context, v View, at time.Time) (journal.Position, error) {
	return lastHour(ctx, v, at.UTC().Format(time.DateOnly), func(h AuditHour) bool {
		// What was recorded in an hour that is over was recorded before its end.
		return h.Hour.Before(at.UTC().Truncate(time.Hour))
	})
}

// PlaceBefore is the position of an event before a bound: where the search for what
// stands there begins; zero where none is known. View must be of Audit.
func PlaceBefore(ctx context.Context, v View, bound journal.Bound) (journal.Position, error) {
	return lastHour(ctx, v, "", func(h AuditHour) bool { return !bound.ReachedBy(h.Position) })
}

// lastHour is where the last hour begins that passes, of the days up to one.
func lastHour(ctx context.Context, v View, until string, passes func(AuditHour) bool) (journal.Position, error) {
	days, err := AuditHours().Parts(ctx, v)
	if err != nil {
		return journal.Position{}, err
	}
	for _, day := range slices.Backward(days) {
		if day == auditLatest || until != "" && day > until {
			continue
		}
		hours, err := AuditHours().All(ctx, v, day)
		if err != nil {
			return journal.Position{}, err
		}
		for _, hour := range slices.Backward(hours) {
			if passes(hour.Row) {
				return hour.Row.Position, nil
			}
		}
	}
	return journal.Position{}, nil
}
