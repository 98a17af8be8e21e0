package projections

import (
	"fmt"
	"testing"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/fold"
	"ksiega/internal/testkit/foldtest"
)

// yearsOfWork is attendance of many referrals, in the order it is recorded.
func yearsOfWork(referrals, days int) []domain.Event {
	rates := attendance.Rates{Minimum: 810, Paid: 830, Refund: 810, Percent: 60, Edition: "x"}
	events := make([]domain.Event, 0, referrals*days)
	for d := range days {
		for r := range referrals {
			events = append(events, attendance.HoursRecorded{Date: domain.NewDate(2018, 1, 1).Add(d), Minutes: 120, Rates: rates,
				About: attendance.About{Contract: fmt.Sprint("S/", r), Participant: fmt.Sprint("U", r), Agreement: fmt.Sprint("P/", r%4), Programme: "psu"}})
		}
	}
	return events
}

// BenchmarkFold is each read model folded in memory, an event an operation.
func BenchmarkFold(b *testing.B) {
	recorded := recordedOf(b, yearsOfWork(200, 250))
	for _, p := range All() {
		if p.Want != nil && !p.Want(recorded[0].Type) {
			continue
		}
		b.Run(p.Name, func(b *testing.B) {
			b.ReportAllocs()
			m := fold.NewMemory(p)
			for n := 0; n < b.N; {
				if n%len(recorded) == 0 {
					m = fold.NewMemory(p)
				}
				at := n % len(recorded)
				batch := recorded[at:min(at+512, len(recorded))]
				foldtest.Must(b, m.Fold(Batch{Events: batch, Through: batch[len(batch)-1].Position}))
				n += len(batch)
			}
		})
	}
}
