package queries_test

import (
	"fmt"
	"io"
	"testing"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// BenchmarkSettlement asks for 200 rows from the embedded Redis, as they stand
// and as of a day.
func BenchmarkSettlement(b *testing.B) {
	l := ledgertest.Open(b)
	rates := attendance.Rates{Minimum: 810, Paid: 830, Refund: 810, Percent: 60, Edition: "x"}
	for r := range 20 {
		var events []journal.Decided
		for d := range 300 {
			events = append(events, journal.Decided{Event: attendance.HoursRecorded{Date: domain.NewDate(2018, 1, 1).Add(d), Minutes: 120, Rates: rates,
				About: attendance.About{Contract: fmt.Sprint("S/", r), Participant: fmt.Sprint("U", r), Agreement: "P/1", Programme: "psu"}}})
		}
		_, err := l.Journal.Append(b.Context(), fmt.Sprint("attendance-", r), journal.NoStream, events...)
		must(b, err)
	}
	reader, _ := redisReader(b, l)
	for name, req := range map[string]queries.Request{"now": {}, "asOf": {AsOf: domain.NewDate(2018, 9, 15)}} {
		req.Params = map[string]string{"agreement": "P/1"}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				a := ask(b, reader, "psu-settlement", req)
				if a.Table.Len < 180 {
					b.Fatalf("%d rows", a.Table.Len)
				}
				must(b, a.Write(io.Discard, "json"))
			}
		})
	}
}
