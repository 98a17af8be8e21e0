package queries_test

import (
	"context"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/redisdb"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/testkit/naive"
	"ksiega/projections"
	"ksiega/queries"
	"ksiega/samples"
)

// sampleDay is a day on which nobody will ever add anything to the sample.
func sampleDay() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// sampleOracle is the oracle's reading of the sample centres.
func sampleOracle(t *testing.T) *naive.Ledger {
	t.Helper()
	b, err := naive.Load(samples.All()...)
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// importSample imports the sample centres and matches what is certain.
func importSample(t *testing.T, l *ledgertest.Ledger) {
	t.Helper()
	for name, sum := range l.ImportSample(t) {
		if sum.Refused != 0 {
			t.Fatalf("%s: %d refused, first %s", name, sum.Refused, sum.RefusedRows[0].Why.Error())
		}
	}
	reader := memoryReader(l)
	matches, err := reader.CertainMatches(t.Context())
	must(t, err)
	of := map[string][]commands.MatchLine{}
	for _, m := range matches {
		of[m.Statement] = append(of[m.Statement], commands.MatchLine{Statement: m.Statement, Line: m.Line, Claim: m.Claim, Reason: queries.ReasonNumber})
	}
	for id, some := range of {
		n, err := l.MatchLines(t.Context(), commands.Origin{Who: access.By("automat", "automat", "automat")}, id, some)
		if must(t, err); n != len(some) {
			t.Fatalf("%s: %d of %d", id, n, len(some))
		}
	}
	again, err := reader.CertainMatches(t.Context())
	must(t, err)
	if len(matches) == 0 || len(again) != 0 {
		t.Fatalf("%d matches at first, %d once they are made", len(matches), len(again))
	}
}

func memoryReader(l *ledgertest.Ledger) *queries.Reader {
	return queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: sampleDay, Zone: l.Zone})
}

// redisReader answers from an embedded Redis that a runner feeds.
func redisReader(t testing.TB, l *ledgertest.Ledger) (*queries.Reader, redis.UniversalClient) {
	t.Helper()
	db, err := redisdb.Open(redisdb.Options{})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	store := foldredis.NewStore[*journal.Recorded](db.Client(), "")
	runner := foldredis.NewRunner(store, projections.Log{Journal: l.Journal}, foldredis.RunnerOptions{}, projections.All()...)
	must(t, runner.Start(t.Context()))
	t.Cleanup(runner.Stop)
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Store: store, Runner: runner, Vault: l.Vault, Now: sampleDay, Zone: l.Zone})
	return reader, db.Client()
}

// ask asks as somebody who may ask every report, and sees the texts about money and no others.
func ask(t testing.TB, d *queries.Reader, name string, req queries.Request) *queries.Answer {
	t.Helper()
	req.Who = access.By("tester", access.CommandLine, access.Finance, access.Token)
	a, err := d.Ask(context.Background(), name, req)
	must(t, err)
	if name == "findings" {
		idsSayWhat(t, rowsOf(a))
	}
	return a
}

// idsSayWhat holds the id of every finding to what it is about: an erasure reads it.
func idsSayWhat(t testing.TB, rows []ledgertest.Row) {
	t.Helper()
	for _, r := range rows {
		subjects := r[3].([]string)
		subject := func(ref domain.Ref) bool {
			return slices.ContainsFunc(subjects, func(s string) bool {
				return s == ref.ID || ref.Kind == domain.RefDocument && domain.Folded(s) == ref.ID
			})
		}
		if len(queries.FindingNames(r[0].(string), subject)) == 0 {
			t.Errorf("%s names none of %v", r[0], subjects)
		}
	}
}

// TestSampleAgainstTheOracle compares every report of the sample centres with
// the independent calculator, as of days in and out of its history, from Redis,
// from memory and as known at the end.
func TestSampleAgainstTheOracle(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	importSample(t, l)
	fromRedis, _ := redisReader(t, l)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	oracle := sampleOracle(t)
	for _, asOf := range []string{"", "2009-06-30", "2017-08-15", "2018-02-08", "2018-05-31", "2018-09-17", "2019-01-07", "2020-03-20", "2021-06-30", "2025-03-31"} {
		var day domain.Date
		cut := oracle
		if asOf != "" {
			day, err = domain.ParseDate(asOf)
			must(t, err)
			cut = oracle.AsOf(day.Time())
		}
		for _, from := range []struct {
			name    string
			reader  *queries.Reader
			knownAt string
		}{
			{"redis", fromRedis, ""},
			{"memory", memoryReader(l), ""},
			{"known-at", fromRedis, fmt.Sprint(head)},
		} {
			if from.name == "memory" && asOf != "" && asOf != "2019-01-07" {
				continue // each question folds the log anew
			}
			t.Run(from.name+" "+asOf, func(t *testing.T) {
				req := queries.Request{AsOf: day, KnownAt: from.knownAt, MinPosition: head.Bound()}
				compareSettlement(t, cut, ask(t, from.reader, "psu-settlement", req))
				compareRefunds(t, cut, ask(t, from.reader, "refunds", req), ask(t, from.reader, "unmatched-lines", req))
				compareHours(t, cut.AssistantHours(), ask(t, from.reader, "assistant-hours", req))
				compareActivities(t, cut, from.reader, req)
				compareDurability(t, oracle, ask(t, from.reader, "durability", req), day)
				compareNotClaimed(t, cut, from.reader, req)
				at := sampleDay()
				if day != 0 {
					at = day.Time()
				}
				for report, want := range map[string]string{"budget": budgetSaid(cut, at), "outreach": outreachSaid(cut), "diagnosis": diagnosisSaid(cut, "")} {
					if got := fmt.Sprint(rowsOf(ask(t, from.reader, report, req))); got != want {
						t.Errorf("%s:\n got %s\nwant %s", report, got, want)
					}
				}
				for _, by := range []string{"", "topic,specialist"} {
					params := map[string]string{"by": by}
					if got, want := attendanceOf(t, from.reader, day, params), attendanceSaid(cut, params); got != want {
						t.Errorf("attendance by %q:\n%s\nnot\n%s", by, got, want)
					}
				}
			})
		}
	}
}

func compareSettlement(t *testing.T, oracle *naive.Ledger, a *queries.Answer) {
	t.Helper()
	want := oracle.Settlement()
	rows := make([]string, 0, len(want))
	var minutes int64
	for _, w := range want {
		rows = append(rows, fmt.Sprint(w.Agreement, w.Contract, w.Participant, w.Month, w.Minutes, w.BenefitGrosze, w.RefundGrosze,
			w.OwnGrosze, w.PaidGrosze, w.ClaimedGrosze))
		minutes += w.Minutes
	}
	sameRows(t, a, rows)
	if total := ledgertest.Totals(&a.Table)["minutes"]; total != minutes {
		t.Errorf("minutes come to %d, not %d", total, minutes)
	}
}

func compareRefunds(t *testing.T, oracle *naive.Ledger, refunds, unmatched *queries.Answer) {
	t.Helper()
	claims, lines := oracle.Refunds()
	var rows []string
	for _, c := range claims {
		rows = append(rows, fmt.Sprint(c.Claim, c.Agreement, c.Month, c.ClaimedGrosze, c.AcceptedGrosze, c.ReceivedGrosze,
			c.OutstandingGrosze, c.State))
	}
	for _, r := range rowsOf(refunds) {
		var received int64
		for _, m := range r[8].([]ledgertest.Row) {
			received += m[2].(int64)
		}
		if received != r[5] {
			t.Errorf("the matches of %v come to %d, not %v", r[0], received, r[5])
		}
	}
	sameTexts(t, "refunds", texts(cutColumns(rowsOf(refunds), 8)), rows)
	rows = nil
	for _, u := range lines {
		rows = append(rows, fmt.Sprint(strings.TrimPrefix(u.Account, "PL")+"/"+u.Statement, u.Line, u.Date, u.AmountGrosze, u.Title))
	}
	slices.Sort(rows)
	got := texts(cutColumns(rowsOf(unmatched), 5))
	slices.Sort(got)
	sameTexts(t, "unmatched-lines", got, rows)
}

func compareHours(t *testing.T, want []naive.HoursRow, a *queries.Answer) {
	t.Helper()
	var rows []string
	for _, w := range want {
		rows = append(rows, fmt.Sprint(w.Programme, w.Assistant, w.Contract, w.Participant, w.Month, w.Minutes, w.EligibleMinutes, w.Visits, w.Activity))
	}
	sameRows(t, a, rows)
}

// compareActivities compares what whoever may see people is told of what was done at visits:
// the hours by it, and the sheet of a month.
func compareActivities(t *testing.T, oracle *naive.Ledger, reader *queries.Reader, req queries.Request) {
	t.Helper()
	req.Params = map[string]string{"by": "activity"}
	compareHours(t, oracle.HoursByActivity(), askedBy(t, reader, access.Coordinator, "assistant-hours", req))
	req.Params = map[string]string{"month": "2018-03"}
	participants := map[string]string{}
	for _, c := range oracle.Contracts() {
		participants[c.Number] = c.Participant
	}
	visits, _ := oracle.Visits()
	var want []string
	clock := func(minute int64) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
	for _, v := range visits {
		if v.Date.Format("2006-01") == "2018-03" {
			want = append(want, fmt.Sprint(v.Assistant, v.Contract, participants[v.Contract], v.Date.Format(time.DateOnly), clock(v.FromMinute), clock(v.ToMinute), v.ToMinute-v.FromMinute,
				v.Eligible, v.Activity, v.Place))
		}
	}
	rows := texts(cutColumns(rowsOf(askedBy(t, reader, access.Coordinator, "service-sheet", req)), 10))
	slices.Sort(rows)
	slices.Sort(want)
	sameTexts(t, "service-sheet", rows, want)
}

func compareDurability(t *testing.T, oracle *naive.Ledger, a *queries.Answer, day domain.Date) {
	t.Helper()
	at := sampleDay()
	if day != 0 {
		at = day.Time()
	}
	want := oracle.Durability(at)
	var rows []string
	for _, w := range want {
		row := fmt.Sprint(w.Project, w.From, w.To, w.Promised, w.RequiredDays, w.ReadyDays, w.GapDays)
		for _, g := range w.Gaps {
			row += fmt.Sprint(g.From, g.To, g.Ready, g.Promised)
		}
		rows = append(rows, row+fmt.Sprint(w.Requests, w.Started, w.Refused, w.Delivered, w.NoticeDaysMissing))
	}
	var got []string
	for _, r := range rowsOf(a) {
		gaps := ""
		for _, g := range r[7].([]ledgertest.Row) {
			gaps += texts([]ledgertest.Row{g})[0]
		}
		got = append(got, texts([]ledgertest.Row{r[:7]})[0]+gaps+texts([]ledgertest.Row{r[8:]})[0])
	}
	sameTexts(t, a.Report.Name, got, rows)
}

func compareNotClaimed(t *testing.T, oracle *naive.Ledger, reader *queries.Reader, req queries.Request) int {
	t.Helper()
	req.Params = map[string]string{"kind": string(finding.NotClaimed)}
	want := oracle.NotClaimed(sampleDay())
	rows := make([]string, 0, len(want))
	for _, w := range want {
		rows = append(rows, fmt.Sprint(w.ID(), w.RefundGrosze, w.Minutes))
	}
	slices.Sort(rows)
	var got []string
	for _, r := range rowsOf(ask(t, reader, "findings", req)) {
		got = append(got, fmt.Sprint(r[0], r[6], r[7]))
	}
	sameTexts(t, fmt.Sprint("not-claimed as of ", req.AsOf), got, rows)
	return len(rows)
}

func rowsOf(a *queries.Answer) []ledgertest.Row { return ledgertest.Rows(&a.Table) }

func cutColumns(rows []ledgertest.Row, n int) []ledgertest.Row {
	for i := range rows {
		rows[i] = rows[i][:n]
	}
	return rows
}

func texts(rows []ledgertest.Row) []string {
	var all []string
	for _, r := range rows {
		cells := make([]any, len(r))
		for i, c := range r {
			cells[i] = c
			if s, ok := c.(fmt.Stringer); ok {
				cells[i] = s.String()
			}
		}
		all = append(all, fmt.Sprint(cells...))
	}
	return all
}

func sameRows(t *testing.T, a *queries.Answer, want []string) {
	t.Helper()
	sameTexts(t, a.Report.Name, texts(rowsOf(a)), want)
}

func sameTexts(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 || reflect.DeepEqual(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("%s, row %d of %d and %d:\n got %s\nwant %s", what, i, len(got), len(want), g, w)
		}
	}
}

// TestNotClaimedAgainstTheOracle compares what was paid and never claimed on each of the
// days on which the sample's months come to be or cease to be so, without some of its claims.
func TestNotClaimedAgainstTheOracle(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for _, name := range []string{"porozumienia.csv", "umowy.csv", "obecnosci.csv", "wyplaty.csv", "wnioski.csv", "decyzje-pup.csv", "uczestnicy.csv", "asystenci.csv"} {
		content, err := fs.ReadFile(samples.Of("starachowice"), name)
		must(t, err)
		files[name] = &fstest.MapFile{Data: content}
	}
	var missing []string
	without := func(name string, gone func(i int, line string) bool) {
		lines, i := strings.SplitAfter(string(files[name].Data), "\n"), -1
		lines = slices.DeleteFunc(lines, func(line string) bool { i++; return gone(i, line) })
		files[name].Data = []byte(strings.Join(lines, ""))
	}
	without("wnioski.csv", func(i int, line string) bool {
		gone := i > 0 && i%3 == 0
		if gone {
			number, _, _ := strings.Cut(line, ";")
			missing = append(missing, number)
		}
		return gone
	})
	without("decyzje-pup.csv", func(_ int, line string) bool {
		number, _, _ := strings.Cut(line, ";")
		return slices.Contains(missing, number)
	})
	oracle, err := naive.Load(files)
	must(t, err)
	l := ledgertest.Open(t)
	for _, name := range []string{"uczestnicy.csv", "asystenci.csv", "porozumienia.csv", "umowy.csv", "obecnosci.csv", "wyplaty.csv", "wnioski.csv", "decyzje-pup.csv"} {
		l.Import(t, name, string(files[name].Data))
	}
	reader, _ := redisReader(t, l)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	found := compareNotClaimed(t, oracle, reader, queries.Request{MinPosition: head.Bound()})
	for month := domain.NewMonth(2018, 2); month <= domain.NewMonth(2019, 4); month++ {
		for _, day := range []domain.Date{month.First(), month.First() + 9, month.First() + 16, month.Last()} {
			found += compareNotClaimed(t, oracle.AsOf(day.Time()), reader, queries.Request{AsOf: day, MinPosition: head.Bound()})
		}
	}
	if found < 100 {
		t.Errorf("%d were found in all", found)
	}
}

// TestSampleFindings: the sample's doc says what is wrong in it on purpose.
func TestSampleFindings(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	importSample(t, l)
	reader, _ := redisReader(t, l)
	a := ask(t, reader, "findings", queries.Request{})
	var got []string
	for _, r := range rowsOf(a) {
		got = append(got, fmt.Sprint(r[0], " ", r[2], " ", r[6], " ", r[7]))
		if len(r[8].([]string)) == 0 {
			t.Errorf("%v has no proof", r[0])
		}
	}
	sameTexts(t, "findings", got, []string{
		"durability-gap:asystent-aktywnosci:2020-03-02 open 0 0",
		"outside-contract:KT/23/2017:2019-04-04:A3@18.30 open 0 90",
		"paid-not-worked:SK/07/2018:2018-11 open 777 2400",
		"participant-overlap:AA-17:2018-05-15:A2@12.30:A4@15.00 open 0 30",
		"refund-difference:WR/2018/08:accepted open 3984 0",
		"worked-not-paid:SK/04/2018:2018-09 open 2490 1785",
	})
	_, err := resolveFinding(t, l, reader, commands.ResolveFinding{Finding: got[0][:strings.Index(got[0], " ")],
		Date: domain.NewDate(2026, 2, 1), Reason: "epidemia"})
	must(t, err)
	head, err := l.Journal.Head(t.Context())
	must(t, err)
	req := queries.Request{Params: map[string]string{"state": "resolved"}, MinPosition: head.Bound()}
	if a = ask(t, reader, "findings", req); a.Table.Len != 1 || rowsOf(a)[0][1] != string(finding.DurabilityGap) {
		t.Errorf("resolved: %v", rowsOf(a))
	}
	req.AsOf = domain.NewDate(2026, 1, 31)
	if a = ask(t, reader, "findings", req); a.Table.Len != 0 {
		t.Errorf("resolved the day before: %v", rowsOf(a))
	}
	// Every sealed text of the ledger opens with the key it is said to have.
	_, err = reader.History(t.Context(), queries.HistoryRequest{Who: ledgertest.Actor.Who, Reveal: true}, func(e queries.Entry) error {
		if strings.Contains(string(e.Data), `"v2.`) {
			return fmt.Errorf("%s at %s stays sealed", e.Type, e.Position)
		}
		return nil
	})
	must(t, err)
	differences, err := reader.Verify(t.Context(), nil)
	must(t, err)
	if len(differences) != 0 {
		t.Errorf("the read models differ: %v", differences)
	}
}
