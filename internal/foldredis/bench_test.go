package foldredis

import (
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/domain"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/foldtest"
	"ksiega/internal/testkit/redistest"
)

// monthly is a projection as most are: a row a group and counter, small.
func monthly() toyModel {
	p := toyCounters(1)
	p.Fold = func(tx *fold.Tx, r *journal.Recorded) error {
		e := r.Event.(toyCounted)
		row := toyRows.Get(tx, e.Group, e.Name)
		row.N += e.N
		row.Last = r.Position
		toySums.Get(tx, e.Group, "sum").N += e.N
		return nil
	}
	return p
}

// tenRows is a log whose events touch about ten rows in 250.
func tenRows(events int) *toyLog {
	l := &toyLog{}
	all := make([]domain.Event, events)
	for i := range all {
		all[i] = toyCounted{Group: "g" + strconv.Itoa(i/250), Name: strconv.Itoa(i % 9), N: 1}
	}
	l.add(all...)
	return l
}

func benchRedis(b *testing.B, bench func(b *testing.B, c redis.UniversalClient)) {
	b.Run("embedded", func(b *testing.B) {
		db, err := redisdb.Open(redisdb.Options{})
		foldtest.Must(b, err)
		defer func() { _ = db.Close() }()
		bench(b, db.Client())
	})
	b.Run("real", func(b *testing.B) { bench(b, redistest.Any(b)) })
}

const benchEvents = 100_000

func BenchmarkLive(b *testing.B) {
	events := tenRows(benchEvents).all()
	benchRedis(b, func(b *testing.B, c redis.UniversalClient) {
		for b.Loop() {
			s, p := freshStore(b, c), monthly()
			foldtest.Must(b, s.Begin(b.Context(), p))
			after := journal.Position{}
			for i := 0; i < len(events); i += 250 {
				batch := toyBatchOf{Events: events[i : i+250], Through: events[i+249].Position}
				foldtest.Must(b, s.Apply(b.Context(), p, after, batch))
				after = batch.Through
			}
		}
		b.ReportMetric(float64(benchEvents*b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

func BenchmarkRebuild(b *testing.B) {
	l := tenRows(benchEvents)
	j := l.open(b)
	benchRedis(b, func(b *testing.B, c redis.UniversalClient) {
		for b.Loop() {
			foldtest.Must(b, Rebuild(b.Context(), freshStore(b, c), j, nil, monthly()))
		}
		b.ReportMetric(float64(benchEvents*b.N)/b.Elapsed().Seconds(), "events/s")
	})
}

func BenchmarkRead(b *testing.B) {
	j := tenRows(benchEvents).open(b)
	benchRedis(b, func(b *testing.B, c redis.UniversalClient) {
		s, p := freshStore(b, c), monthly()
		foldtest.Must(b, Rebuild(b.Context(), s, j, nil, p))
		for b.Loop() {
			foldtest.Must(b, s.Read(b.Context(), func(views map[string]fold.View) error {
				_, err := toyRows.All(b.Context(), views[p.Name], "g7")
				return err
			}, p))
		}
	})
}
