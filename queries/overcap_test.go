package queries_test

import (
	"fmt"
	"testing"

	"ksiega/domain"
	"ksiega/internal/ledgertest"
	"ksiega/queries"
)

// A person's week over two referrals: 10 h a week is the statute's, whatever each
// referral allows (art. 73a ust. 1).
func TestOverCapAcrossReferrals(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	on := func(contract, participant string, d domain.Date, minutes domain.Minutes) domain.Event {
		w := worked(d, minutes, 810, 810)
		w.Contract, w.Participant = contract, participant
		return w
	}
	record(t, l,
		on("S/1", "U1", day(2018, 7, 30), 360), on("S/2", "U1", day(2018, 8, 1), 270), // a week over the month's end: 10.5 h
		on("S/1", "U1", day(2018, 8, 6), 360), on("S/2", "U1", day(2018, 8, 7), 240), // 10 h
		on("S/3", "U2", day(2018, 8, 6), 601), // one referral alone is its own stream's to refuse
		on("S/4", "U3", day(2018, 8, 6), 600), on("S/5", "U4", day(2018, 8, 6), 600))
	fromRedis, _ := redisDesk(t, l)
	for name, desk := range map[string]*queries.Desk{"redis": fromRedis, "memory": memoryDesk(l)} {
		for _, c := range []struct {
			asOf, from, to domain.Date
			want           []string
		}{
			{0, 0, 0, []string{"over-cap:U1:2018-07-30 open [U1 S/1 S/2] 2018-07-30 2018-08-05 0 30 2"}},
			{day(2018, 7, 31), 0, 0, nil},
			{0, day(2018, 8, 4), 0, []string{"over-cap:U1:2018-07-30 open [U1 S/1 S/2] 2018-07-30 2018-08-05 0 30 2"}},
			{0, 0, day(2018, 7, 30), []string{"over-cap:U1:2018-07-30 open [U1 S/1 S/2] 2018-07-30 2018-08-05 0 30 2"}},
			{0, day(2018, 8, 6), 0, nil},
		} {
			params := map[string]string{"kind": "over-cap"}
			if c.from != 0 {
				params["from"] = c.from.String()
			}
			if c.to != 0 {
				params["to"] = c.to.String()
			}
			var got []string
			for _, r := range ask(t, desk, "findings", queries.Request{AsOf: c.asOf, Params: params}).Rows {
				got = append(got, fmt.Sprint(r[0], " ", r[2], " ", r[3], " ", r[4], " ", r[5], " ", r[6], " ", r[7], " ", len(r[8].([]string))))
			}
			sameTexts(t, fmt.Sprint(name, " ", c), got, c.want)
		}
	}
}
