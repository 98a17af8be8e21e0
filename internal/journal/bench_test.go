package journal

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/sys/unix"

	"ksiega/domain"
	"ksiega/domain/attendance"
)

func hours(n int) attendance.HoursRecorded {
	return attendance.HoursRecorded{
		About: attendance.About{Contract: fmt.Sprintf("SK-%05d", n/200), Participant: fmt.Sprintf("U-%05d", n/400), Agreement: "PSU/2026/1", Programme: "PSU"},
		Date:  domain.NewDate(2026, 1, 1).Add(n % 365), Minutes: 120,
		Place: "v1.QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo",
		Rates: attendance.Rates{Minimum: 1290, Paid: 1290, Refund: 1290, Percent: 60, Edition: "2026-06"},
	}
}

func hoursMeta(n int) Meta {
	return Meta{Actor: "anna", Role: "caseworker", Correlation: "0a1b2c3d4e5f60718293a4b5c6d7e8f9", Key: fmt.Sprintf("import:5f6e:%d", n),
		Source: Source{Door: "import", File: "5f6e7d8c9b0a1f2e3d4c5b6a79880716", Row: n}}
}

func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			j, _ := openLog(b, ledger(b))
			var next atomic.Int64
			b.SetParallelism(writers / 2)
			if writers == 1 {
				for n := 0; b.Loop(); n++ {
					mustAppend(b, j, "attendance-1", int64(n)-1, Decided{Event: hours(n), Meta: hoursMeta(n)})
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				stream := fmt.Sprintf("attendance-%d", next.Add(1))
				for n := 0; pb.Next(); n++ {
					if _, err := j.Append(b.Context(), stream, int64(n)-1, Decided{Event: hours(n), Meta: hoursMeta(n)}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// What an event costs until it is handed to the client, its proof included.
func BenchmarkPropose(b *testing.B) {
	j, _ := openLog(b, ledger(b))
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if _, err := j.propose("attendance-1", int64(n)-1, []Decided{{Event: hours(n), Meta: hoursMeta(n)}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	const total = 200_000
	j, node := openLog(b, ledger(b))
	for from := 0; from < total; from += 200 {
		var events []Decided
		for n := from; n < from+200; n++ {
			events = append(events, Decided{Event: hours(n), Meta: hoursMeta(n)})
		}
		mustAppend(b, j, fmt.Sprintf("attendance-SK%05d", from/200), NoStream, events...)
	}
	for _, wire := range []bool{true, false} {
		name := "wire"
		if !wire {
			if node == nil {
				continue
			}
			name = "bulk"
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n, before := 0, processorTime(b)
			for b.Loop() {
				n = 0
				if err := j.Scan(b.Context(), ScanOptions{Wire: wire}, func(batch Batch) error { n += len(batch.Events); return nil }); err != nil || n != total {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(total)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			// Holds on a machine that others use too.
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(total)/float64(b.N), "cpu-ns/event")
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The decoder of plain JSON earns its keep by the general one, which reads the same
// events: a rebuild decodes millions.
func BenchmarkDecode(b *testing.B) {
	table := ledger(b)
	data, err := table.encode(hours(7))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("payload", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := table.Decode("attendance.hours-recorded.v2", data); err != nil {
				b.Fatal(err)
			}
		}
	})
	meta := encodedMeta(b, hoursMeta(7))
	b.Run("event-general", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var m Meta
			if err := json.Unmarshal(meta, &m); err != nil {
				b.Fatal(err)
			}
			if _, err := table.decodeGeneral("attendance.hours-recorded.v1", data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := Recorded{Type: "attendance.hours-recorded.v2", RawMeta: meta, RawData: data}
			if err := table.Complete(&r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
