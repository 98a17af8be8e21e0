package queries_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// What the ledger does not know is told; what it knows, without rows, is an empty
// answer.
func TestUnknown(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, importPeople(t, l))
	fromRedis, _ := redisReader(t, l)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	ref := func(kind domain.RefKind, id string) queries.HistoryRequest {
		return queries.HistoryRequest{Ref: domain.Ref{Kind: kind, ID: id}}
	}
	for name, d := range map[string]*queries.Reader{"redis": fromRedis, "memory": memoryReader(l)} {
		history := func(r queries.HistoryRequest) (int, error) {
			n := 0
			r.MinPosition = head.Bound()
			r.Who = ledgertest.Actor.Who
			_, err := d.History(t.Context(), r, func(queries.Entry) error { n++; return nil })
			return n, err
		}
		for _, r := range []queries.HistoryRequest{ref(domain.RefParticipant, "NIKT"), ref(domain.RefContract, "S/404"), ref(domain.RefAgreement, "P/404"),
			ref(domain.RefAssistant, "A404"), ref(domain.RefClaim, "WR/404"), {Actor: "nobody"}, {Stream: "contract-S%2F404"}, {Stream: "nonsense"},
			{Stream: "vault-U1"}, {Stream: "$settings"}, {TypeGlob: "obecnosc.*"}, {TypeGlob: "x"}} {
			if n, err := history(r); !errors.Is(err, queries.ErrUnknown) && !errors.Is(err, queries.ErrNoType) || n != 0 {
				t.Errorf("%s, history %+v: %d events, %v", name, r, n, err)
			}
		}
		known := ref(domain.RefContract, "S/1")
		known.TypeGlob = "refundclaim.*"
		for _, r := range []queries.HistoryRequest{known, {Actor: "tester", Until: "0"}, {Stream: domain.Stream("attendance", "S/1"), Until: "0"}, {TypeGlob: "durability.*"}} {
			if n, err := history(r); err != nil || n != 0 {
				t.Errorf("%s, history %+v: %d events, %v", name, r, n, err)
			}
		}
		for _, stream := range []string{"attendance-S%2F1", "attendance-S/1", "attendance-S%252F1"} {
			if n, err := history(queries.HistoryRequest{Stream: stream}); err != nil || n == 0 {
				t.Errorf("%s, stream %s: %d events, %v", name, stream, n, err)
			}
		}
		for report, params := range map[string]map[string]string{"psu-settlement": {"agreement": "P/404"}, "refunds": {"agreement": "P/404"},
			"assistant-hours": {"assistant": "A404"}, "contracts": {"programme": "404"}, "durability": {"project": "404"}} {
			_, err := d.Ask(t.Context(), report, queries.Request{Who: ledgertest.Actor.Who, Params: params, MinPosition: head.Bound()})
			if !errors.Is(err, queries.ErrUnknown) {
				t.Errorf("%s, %s of %v: %v", name, report, params, err)
			}
		}
		for report, params := range map[string]map[string]string{"refunds": {"agreement": "P/1"}, "contracts": {"programme": "asystent-aktywnosci", "state": "suspended"}} {
			if a, err := d.Ask(t.Context(), report, queries.Request{Who: ledgertest.Actor.Who, Params: params, MinPosition: head.Bound()}); err != nil || a.Table.Len != 0 {
				t.Errorf("%s, %s of %v: %+v, %v", name, report, params, a, err)
			}
		}
	}
}

// What is asked as known at a moment that is not over is refused; a day is meant up
// to its end in Warsaw.
func TestKnownAtIsSettled(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	record(t, l, worked(day(2018, 12, 31), 240, 830, 830))
	var last journal.Recorded
	must(t, l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for _, r := range b.Events {
			last = r
		}
		return nil
	}))
	n, err := strconv.ParseUint(last.Position.String(), 10, 64)
	must(t, err)
	end, err := l.Journal.Head(t.Context()) // of a store that others may write to
	must(t, err)
	head, err := strconv.ParseUint(end.String(), 10, 64)
	must(t, err)
	rows := func(clock time.Time, knownAt string) (int, error) {
		d := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Now: func() time.Time { return clock }, Zone: l.Zone})
		a, err := d.Ask(t.Context(), "psu-settlement", queries.Request{Who: ledgertest.Actor.Who, KnownAt: knownAt})
		if err != nil {
			return 0, err
		}
		return a.Table.Len, nil
	}
	clock := last.Created.Add(time.Second)
	today := clock.In(l.Zone)
	for _, c := range []struct {
		knownAt string
		rows    int
		ahead   bool
	}{
		{last.Position.String(), 1, false},
		{strconv.FormatUint(n-1, 10), 0, false}, // no event's, and yet a bound
		{strconv.FormatUint(head+1, 10), 0, true},
		{"99999999999999", 0, true},
		{clock.Format(time.RFC3339Nano), 1, false},
		{clock.Add(time.Minute).Format(time.RFC3339), 0, true},
		{today.Format(time.DateOnly), 1, false},
		{today.AddDate(0, 0, 1).Format(time.DateOnly), 0, true},
		{today.AddDate(0, 0, -1).Format(time.DateOnly), 0, false},
		{"2000-01-01", 0, false},
	} {
		got, err := rows(clock, c.knownAt)
		if errors.Is(err, queries.ErrAhead) != c.ahead || !c.ahead && (err != nil || got != c.rows) {
			t.Errorf("known at %s: %d rows, %v", c.knownAt, got, err)
		}
	}
	// The day ends in Warsaw, not at Greenwich.
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, l.Zone)
	for begin, want := range map[time.Time]int{midnight: 1, midnight.AddDate(0, 0, -1): 0} {
		if got, err := rows(clock.AddDate(0, 0, 2), begin.Format(time.DateOnly)); err != nil || got != want {
			t.Errorf("the day from %s: %d rows, %v", begin, got, err)
		}
	}
}

// However many ask at once what was known at a position, the log is folded once for
// each read model, and what is kept is bounded.
func TestKnownAtFoldsOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var positions []string
	for n := range 12 {
		positions = append(positions, record(t, l, worked(day(2018, 12, 1).Add(n), 60, 830, 830)).String())
	}
	d := memoryReader(l)
	const askers = 512
	var wg sync.WaitGroup
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range askers {
		report, at := []string{"psu-settlement", "findings"}[i%2], positions[i/2%2]
		wg.Go(func() {
			if i%16 == 5 { // some do not wait for their answer
				_, _ = d.Ask(gone, report, queries.Request{Who: ledgertest.Actor.Who, KnownAt: at})
				return
			}
			if _, err := d.Ask(t.Context(), report, queries.Request{Who: ledgertest.Actor.Who, KnownAt: at}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := d.FoldsBegun(); n > 2*10 {
		t.Errorf("%d questions about two moments folded %d read models", askers, n)
	}
	for _, at := range positions {
		_, err := d.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, KnownAt: at})
		must(t, err)
	}
	if n := d.FoldsKept(); n > 24 {
		t.Errorf("%d read models are kept", n)
	}
	before := d.FoldsBegun()
	if _, err := d.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, KnownAt: positions[len(positions)-1]}); err != nil || d.FoldsBegun() != before {
		t.Errorf("what was known a moment ago was folded again (%v)", fmt.Sprint(err))
	}
}

// Numbers between two events mean the same, and are folded once, however many ask with
// however many of them.
func TestNumbersBetweenEventsFoldOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	from := record(t, l, worked(day(2018, 12, 1), 60, 830, 830))
	record(t, l, worked(day(2018, 12, 2), 60, 830, 830))
	memory, redis := memoryReader(l), first(redisReader(t, l))
	begin, err := strconv.ParseUint(from.String(), 10, 64)
	must(t, err)
	for name, d := range map[string]*queries.Reader{"memory": memory, "redis": redis} {
		want, err := d.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, KnownAt: from.String()})
		must(t, err)
		folded := d.FoldsBegun()
		var wg sync.WaitGroup
		for i := range 512 {
			wg.Go(func() {
				got, err := d.Ask(t.Context(), "findings", queries.Request{Who: ledgertest.Actor.Who, KnownAt: fmt.Sprint(begin + uint64(i%64))})
				if err != nil || got.Position != want.Position || got.Table.Len != want.Table.Len {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
			})
		}
		wg.Wait()
		if n := d.FoldsBegun() - folded; n != 0 {
			t.Errorf("%s: 64 numbers that mean the same folded %d read models anew", name, n)
		}
	}
}

func first[A, B any](a A, _ B) A { return a }
