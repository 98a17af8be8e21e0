package queries_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// readings counts the rows and parts that Redis is asked for; whoever feeds it asks for none
// once there is nothing more to fold.
type readings struct{ rows atomic.Int64 }

func (r *readings) count(cmds ...redis.Cmder) {
	for _, cmd := range cmds {
		if strings.HasPrefix(cmd.Name(), "hget") || cmd.Name() == "hmget" {
			r.rows.Add(1)
		}
	}
}

func (r *readings) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r *readings) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		r.count(cmd)
		return next(ctx, cmd)
	}
}

func (r *readings) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		r.count(cmds...)
		return next(ctx, cmds)
	}
}

// meetingFiles are so many sessions of a month that meet another of their programme, and as
// many that meet one of another, in one participant's and one assistant's time; and as many
// contracts with visits that are all alike.
func meetingFiles(n int) [][2]string {
	var sessions, presences, people, contracts, visits strings.Builder
	sessions.WriteString("id;program;rodzaj;temat;data;od;do;prowadzacy\n")
	presences.WriteString("zajecia;uczestnik;obecnosc\n")
	people.WriteString("id;imie;nazwisko\nU;A;A\n")
	contracts.WriteString("numer;rodzaj;program;uczestnik;zawarto;od;do\n")
	visits.WriteString("asystent;umowa;data;od;do;czynnosc\n")
	for i := range n {
		for k, s := range []string{"mkis;warsztat;x;%s;10:00;12:00;A0", "mkis;warsztat;y;%s;11:00;13:00;A0", "mkis;warsztat;x;%s;15:00;16:00;", "aoon-2006;warsztat;x;%s;15:30;17:00;"} {
			fmt.Fprintf(&sessions, "Z%d.%d;"+s+"\n", i, k, day(2024, 3, 1).Add(i))
			fmt.Fprintf(&presences, "Z%d.%d;U;obecny\n", i, k)
		}
		fmt.Fprintf(&people, "U%d;A;A\n", i)
		fmt.Fprintf(&contracts, "T/%d;trojstronny;trwalosc;U%d;02.01.2024;02.01.2024;31.12.2024\n", i, i)
		for d := range 10 {
			fmt.Fprintf(&visits, "A1;T/%d;%s;%02d:00;%02d:30;zakupy\n", i, day(2024, 3, 1).Add(d), 6+i, 6+i)
		}
	}
	return [][2]string{{"uczestnicy.csv", people.String()}, {"asystenci.csv", "id;imie;nazwisko\nA0;C;C\nA1;D;D\n"}, {"umowy.csv", contracts.String()},
		{"zajecia.csv", sessions.String()}, {"obecnosci-zajec.csv", presences.String()}, {"godziny.csv", visits.String()}}
}

// Redis is asked as much for many findings of a kind as for few: what one says stands in its
// row, and so does nothing of another kind.
func TestFindingsAreReadTogether(t *testing.T) {
	t.Parallel()
	kinds := []string{"assistant-overlap", "participant-overlap", "double-funding", "pattern"}
	asked := func(n int) map[string]int64 {
		l := ledgertest.Open(t)
		for _, f := range meetingFiles(n) {
			imported(t, l, f[0], f[1])
		}
		read := map[string]int64{}
		for _, kind := range kinds {
			reader, client := redisReader(t, l) // which has read nothing yet
			head, err := l.Journal.Head(t.Context())
			must(t, err)
			req := queries.Request{Who: access.By("x", access.API, access.Finance), Params: map[string]string{"kind": kind}, MinPosition: head.Bound()}
			_, err = reader.Ask(t.Context(), "budget", queries.Request{Who: req.Who, MinPosition: head.Bound()}) // all is folded
			must(t, err)
			count := &readings{}
			client.AddHook(count)
			a, err := reader.Ask(t.Context(), "findings", req)
			must(t, err)
			if a.Table.Len != n {
				t.Errorf("%d findings %s, not %d", a.Table.Len, kind, n)
			}
			read[kind] = count.rows.Load()
		}
		return read
	}
	few, many := asked(2), asked(12)
	for _, kind := range kinds {
		if few[kind] != many[kind] || few[kind] == 0 {
			t.Errorf("%s: %d readings for two, %d for twelve", kind, few[kind], many[kind])
		}
	}
}

// What is recorded of a session itself is behind whatever it meets, also where it takes
// nobody's time anew.
func TestASessionsOwnEventsAreBehindWhatItMeets(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range meetingFiles(1) {
		imported(t, l, f[0], f[1])
	}
	reader, _ := redisReader(t, l)
	behind := func() (events []int) {
		head, err := l.Journal.Head(t.Context())
		must(t, err)
		for _, kind := range []string{"assistant-overlap", "participant-overlap", "double-funding"} {
			a, err := reader.Ask(t.Context(), "findings", queries.Request{Who: access.By("x", access.API, access.Finance), Params: map[string]string{"kind": kind}, MinPosition: head.Bound()})
			must(t, err)
			for _, r := range rowsOf(a) {
				events = append(events, len(r[8].([]string)))
			}
		}
		return events
	}
	sameTexts(t, "recorded", []string{fmt.Sprint(behind())}, []string{"[2 4 4]"})
	imported(t, l, "zajecia_2.csv", "id;program;rodzaj;temat;data;od;do;prowadzacy;korekta;powod\nZ0.0;mkis;warsztat;inny;01.03.2024;10:00;12:00;A0;tak;pomyłka\n"+
		"Z0.2;mkis;warsztat;inny;01.03.2024;15:00;16:00;;tak;pomyłka\n")
	// An assistant's time holds the session's last event itself.
	sameTexts(t, "with another topic", []string{fmt.Sprint(behind())}, []string{"[3 5 5]"})
}
