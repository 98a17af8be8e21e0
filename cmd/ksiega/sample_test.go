package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ksiega/cmd/ksiega/control"
	"ksiega/internal/testkit/naive"
	"ksiega/internal/testkit/redistest"
	"ksiega/samples"
)

// realRedis says how to reach a Redis of the machine.
func realRedis(t testing.TB) string {
	t.Helper()
	if address := os.Getenv("KSIEGA_TEST_REDIS"); address != "" {
		return address
	}
	return "unix://" + redistest.Own(t).Socket
}

// sampled is a ledger with the sample centres in it, as the command line sees it.
func sampled(t *testing.T, redis string, live bool) *control.Client {
	t.Helper()
	g := &globals{Data: filepath.Join(t.TempDir(), "data"), Redis: redis, Role: "coordinator", Automat: true}
	if os.Getenv("KSIEGA_TEST_REDIS") != "" { // others use it
		g.Ledger = ledgerName("t" + strings.ToLower(rand.Text()))
	}
	p, err := openLedger(t.Context(), g, false, hooks{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.importSample(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	door, err := connect(t.Context(), g, live)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := door.Close(); err != nil {
			t.Error(err)
		}
	})
	return door
}

type answer struct {
	Position string
	Rows     []map[string]any
	Totals   map[string]any
}

func ask(t *testing.T, door *control.Client, report string, params ...string) answer {
	t.Helper()
	query := url.Values{}
	for i := 0; i < len(params); i += 2 {
		query.Set(params[i], params[i+1])
	}
	var out bytes.Buffer
	if err := door.Copy(t.Context(), "/api/v1/reports/"+report, query, &out); err != nil {
		t.Fatalf("%s %v: %v", report, params, err)
	}
	var a answer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatalf("%s: %v", report, err)
	}
	return a
}

// want turns rows of the naive calculation into the fields that a report must
// show.
func want(t *testing.T, rows any) []map[string]any {
	t.Helper()
	b, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	var generic []map[string]any
	if err := json.Unmarshal(b, &generic); err != nil {
		t.Fatal(err)
	}
	for _, row := range generic {
		for k, v := range row {
			delete(row, k)
			row[strings.ToLower(k[:1])+k[1:]] = v
		}
	}
	return generic
}

// same compares a report with the fields of the naive rows, in order.
func same(t *testing.T, what string, got []map[string]any, want []map[string]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		for field, v := range w {
			g := got[i][field]
			if field == "gaps" {
				g, v = lower(g), lower(v)
			}
			if !reflect.DeepEqual(g, v) {
				t.Fatalf("%s, row %d (%v): %s is %v, want %v", what, i, got[i], field, g, v)
			}
		}
	}
}

func lower(v any) string {
	b, _ := json.Marshal(v)
	var list []map[string]any
	_ = json.Unmarshal(b, &list)
	var out strings.Builder
	for _, m := range list {
		for k, x := range m {
			delete(m, k)
			m[strings.ToLower(k)] = x
		}
		fmt.Fprint(&out, m)
	}
	return out.String()
}

func TestReportsOfTheSampleAreThoseOfANaiveCalculation(t *testing.T) {
	t.Parallel()
	oracle, err := naive.Load(samples.All()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		live bool
		real bool
	}{{"folded in memory", false, false}, {"embedded redis", true, false}, {"real redis", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			redis := ""
			if c.real {
				redis = realRedis(t)
			}
			door := sampled(t, redis, c.live)
			compare(t, door, oracle, "", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			for _, day := range []string{"2018-05-31", "2018-06-01", "2018-09-30", "2018-12-31", "2019-07-10", "2020-03-15"} {
				d, err := time.Parse(time.DateOnly, day)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, door, oracle.AsOf(d), day, d)
			}
			if c.live {
				verifyFinds(t, door, 0)
			}
		})
	}
}

func compare(t *testing.T, door *control.Client, oracle *naive.Ledger, asOf string, day time.Time) {
	t.Helper()
	settlement := oracle.Settlement()
	refunds, unmatched := oracle.Refunds()
	hours := oracle.AssistantHours()
	durability := oracle.Durability(day)
	for _, c := range []struct {
		report string
		rows   any
	}{{"psu-settlement", settlement}, {"refunds", refunds}, {"assistant-hours", hours}} {
		same(t, c.report+" as of "+asOf, ask(t, door, c.report, "asOf", asOf).Rows, want(t, c.rows))
	}
	lines := ask(t, door, "unmatched-lines", "asOf", asOf).Rows
	if len(lines) != len(unmatched) {
		t.Fatalf("%d unmatched lines as of %s, want %d", len(lines), asOf, len(unmatched))
	}
	// The report sorts by the statement's name, the calculation by time.
	slices.SortStableFunc(lines, func(a, b map[string]any) int { return strings.Compare(a["date"].(string), b["date"].(string)) })
	slices.SortStableFunc(unmatched, func(a, b naive.UnmatchedLine) int { return strings.Compare(a.Date, b.Date) })
	for i, u := range unmatched {
		if got := lines[i]; got["date"] != u.Date || got["amountGrosze"] != float64(u.AmountGrosze) || got["title"] != u.Title {
			t.Fatalf("unmatched line %d as of %s: got %v, want %+v", i, asOf, got, u)
		}
	}
	if len(durability) > 0 {
		rows := want(t, durability)
		for _, r := range rows {
			r["deliveredMinutes"] = r["delivered"]
			delete(r, "delivered")
		}
		same(t, "durability as of "+asOf, ask(t, door, "durability", "asOf", asOf).Rows, rows)
	}
}

func verifyFinds(t *testing.T, door *control.Client, want int) {
	t.Helper()
	differ := 0
	err := door.Follow(t.Context(), "verify", url.Values{}, "", nil, func(n control.Note) error {
		if n.Differ != "" {
			differ++
			t.Log(n.Differ)
		}
		return nil
	})
	if err != nil || differ != want {
		t.Fatalf("verify found %d differences, want %d; %v", differ, want, err)
	}
}
