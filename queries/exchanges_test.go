package queries_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// asked counts the exchanges with Redis, and what they ask for, of questions that are asked
// with it: a runner asks Redis too.
type asked struct{ exchanges, commands atomic.Int64 }

type askedKey struct{}

func (a *asked) count(ctx context.Context, commands int) {
	if ctx.Value(askedKey{}) == a {
		a.exchanges.Add(1)
		a.commands.Add(int64(commands))
	}
}

func (a *asked) DialHook(next redis.DialHook) redis.DialHook { return next }

func (a *asked) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		a.count(ctx, 1)
		return next(ctx, cmd)
	}
}

func (a *asked) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		a.count(ctx, len(cmds))
		return next(ctx, cmds)
	}
}

// attended is a ledger of months of visits and sessions, with others beside U1 and A1.
func attended(t *testing.T, months, others int) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	files, order := map[string]*strings.Builder{}, []string{}
	add := func(name, header, format string, args ...any) {
		if files[name] == nil {
			files[name], order = &strings.Builder{}, append(order, name)
			files[name].WriteString(header + "\n")
		}
		fmt.Fprintf(files[name], format+"\n", args...)
	}
	for n := 1; n <= 1+others; n++ {
		add("uczestnicy.csv", "id;imie;nazwisko", "U%d;Jan;Kowalski", n)
	}
	for n := 1; n <= 1+others; n++ {
		add("asystenci.csv", "id;imie;nazwisko", "A%d;Anna;Nowak", n)
	}
	for n := 1; n <= 1+others; n++ {
		add("umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent", "T/%d;trojstronny;aoon-2006;U%d;02.01.2018;02.01.2018;31.12.2019;A%d", n, n, n)
	}
	for m := range months {
		for n := 1; n <= 1+others; n++ {
			add("godziny.csv", "asystent;umowa;data;od;do;czynnosc", "A%d;T/%d;05.%02d.2018;08:00;09:00;zakupy", n, n, m+1)
		}
		for k := range 2 {
			add("zajecia.csv", "id;program;rodzaj;temat;data;od;do", "Z/%d/%d;mkis;warsztat;angielski;%02d.%02d.2018;16:00;17:00", m, k, 10+k, m+1)
		}
	}
	for m := range months {
		for k := range 2 {
			for n := 1; n <= 1+others; n++ {
				add("obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc", "Z/%d/%d;U%d;obecny", m, k, n)
			}
		}
	}
	for _, name := range order {
		imported(t, l, name, files[name].String())
	}
	return l
}

// What is asked of one person or one assistant takes as many exchanges with Redis however
// long their history is, and asks for no more of a ledger in which there are others; what
// was read is kept for the next question.
func TestOneTakesFewExchanges(t *testing.T) {
	t.Parallel()
	questions := []struct {
		report string
		params map[string]string
		most   int64
	}{
		{"person", map[string]string{"participant": "U1"}, 12},
		{"assistant-hours", map[string]string{"assistant": "A1"}, 6},
		{"service-sheet", map[string]string{"assistant": "A1", "month": "2018-01"}, 7},
		{"service-sheet", map[string]string{"participant": "U1"}, 6},
		{"service-sheet", map[string]string{"contract": "T/1"}, 6},
		{"caps-left", map[string]string{"participant": "U1", "date": "2018-01-05"}, 9},
	}
	ledgers := []*ledgertest.Ledger{attended(t, 2, 1), attended(t, 9, 1), attended(t, 9, 20)}
	for _, q := range questions {
		var exchanges, commands []int64
		for _, l := range ledgers {
			reader, client := redisReader(t, l)
			var a asked
			client.AddHook(&a)
			ask := func(reader *queries.Reader) []string {
				t.Helper()
				answer, err := reader.Ask(context.WithValue(t.Context(), askedKey{}, &a), q.report, queries.Request{Params: q.params, Who: access.By("tester", access.CommandLine, access.Auditor)})
				must(t, err)
				return written(rowsOf(answer))
			}
			want := ask(memoryReader(l))
			if got := ask(reader); !slices.Equal(got, want) {
				t.Errorf("%s %v: %v, not %v", q.report, q.params, got, want)
			}
			exchanges, commands = append(exchanges, a.exchanges.Load()), append(commands, a.commands.Load())
			first := a.exchanges.Load()
			ask(reader)
			if n := a.exchanges.Load() - first; n > 2 { // whether rows are those that are kept; whether the thing is known
				t.Errorf("%s %v: asked again, %d exchanges", q.report, q.params, n)
			}
		}
		if exchanges[0] != exchanges[1] || exchanges[1] != exchanges[2] || exchanges[0] > q.most {
			t.Errorf("%s %v: %v exchanges of 2 months, 9, and 9 among others", q.report, q.params, exchanges)
		}
		if commands[1] != commands[2] {
			t.Errorf("%s %v: %d commands, and %d where there are others", q.report, q.params, commands[1], commands[2])
		}
	}
}
