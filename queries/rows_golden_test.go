package queries_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"ksiega/internal/fold"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/projections"
	"ksiega/projections/findings"
	"ksiega/samples"
)

// TestGoldenRowsOfTheSample: rows of the sample are, of each read model, what they
// were when its version was raised last. A fold or a row that changes without its version
// would read rows of before, from Redis or of an earlier moment, as its own. Another sample
// has other rows: so it changes in a commit of its own, in which no fold does.
func TestGoldenRowsOfTheSample(t *testing.T) {
	t.Parallel()
	const name = "testdata/rows.golden"
	l := ledgertest.Open(t)
	importSample(t, l)
	recorded, err := os.ReadFile(name)
	must(t, err)
	was := map[string]string{}
	for line := range strings.Lines(string(recorded)) {
		model, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		was[model] = rest
	}
	var now strings.Builder
	sample := sumOfSample(t)
	fmt.Fprintf(&now, "sample %s\n", sample)
	for _, p := range projections.All() {
		if p.Passing {
			continue // of when something was recorded
		}
		views, err := fold.Latest(t.Context(), projections.Log{Journal: l.Journal}, nil, p)
		must(t, err)
		rows, err := fold.Dump(t.Context(), views[p.Name])
		must(t, err)
		is := fmt.Sprintf("%d %s", p.Version, sumOf(rows))
		fmt.Fprintf(&now, "%s %s\n", p.Name, is)
		version, _, _ := strings.Cut(was[p.Name], " ")
		switch {
		case was[p.Name] == is:
		case version == fmt.Sprint(p.Version) && was["sample"] == sample:
			t.Errorf("rows of %s have changed, and its version has not: raise it", p.Name)
		case os.Getenv("KSIEGA_GOLDEN") != "update":
			t.Errorf("%s is now %s, not %s; record it with make golden", p.Name, is, was[p.Name])
		}
	}
	if os.Getenv("KSIEGA_GOLDEN") == "update" && !t.Failed() {
		must(t, os.WriteFile(name, []byte(now.String()), 0o600))
	}
}

// sumOfSample is the hash of the files that the rows are of.
func sumOfSample(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	for _, centre := range samples.Centres() {
		must(t, fs.WalkDir(samples.Of(centre), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(samples.Of(centre), name)
			fmt.Fprintln(sum, centre, name, len(content))
			sum.Write(content)
			return err
		}))
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// sumOf is the hash of rows without what differs from one import to the next: sealed
// texts, the ids that people of the street were drawn, where events stand, and which of
// two streams of one file came first.
func sumOf(rows map[fold.Key]string) string {
	sealed := regexp.MustCompile(`v\d\.[A-Za-z0-9_-]{20,}`)
	drawn := regexp.MustCompile(`\b[A-Z2-7]{26}\b`)
	positions := regexp.MustCompile(`"(event|events|at|position|first|last|packed)":(\[[0-9,]*\]|[0-9]+|"[A-Za-z0-9+/=]*")`)
	var lines []string
	for k, row := range rows {
		row = positions.ReplaceAllString(sealed.ReplaceAllString(expanded(row), "sealed"), `"$1":0`)
		lines = append(lines, drawn.ReplaceAllString(fmt.Sprintf("%s %s %s %s", k.Table, k.Part, k.Field, sorted(row)), "drawn"))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%d %x", len(lines), sha256.Sum256([]byte(strings.Join(lines, "\n"))))
}

// sorted is a row whose lists are in an order of their own, since those of recording differ.
func sorted(row string) string {
	var of any
	if json.Unmarshal([]byte(row), &of) != nil {
		return row
	}
	var sort func(any) string
	sort = func(of any) string {
		var parts []string
		switch of := of.(type) {
		case []any:
			things := len(of) > 0
			for _, o := range of {
				_, thing := o.(map[string]any)
				things = things && thing
				parts = append(parts, sort(o))
			}
			if !things { // what it says by its place
				return fmt.Sprintf("list%q", parts)
			}
		case map[string]any:
			for k, o := range of {
				parts = append(parts, k+": "+sort(o))
			}
		default:
			return fmt.Sprintf("%#v", of)
		}
		slices.Sort(parts)
		return fmt.Sprintf("%T%q", of, parts)
	}
	return sort(of)
}

// expanded is a row that is packed with what it holds in words, each entry saying itself what it
// is of, since the row names that in the order of recording.
func expanded(row string) string {
	var all strings.Builder
	var m findings.PersonMonth
	if json.Unmarshal([]byte(row), &m) == nil && len(m.Parties) > 0 {
		for _, e := range m.Entries {
			fmt.Fprintln(&all, e.Date, e.From, e.To, e.Minutes, m.Of(e), len(m.Events(e)))
		}
		return all.String()
	}
	var p findings.Pattern
	if json.Unmarshal([]byte(row), &p) == nil && len(p.Alike) > 0 {
		fmt.Fprintln(&all, p.Contract, p.Month, p.Alike, len(p.Replaced))
		for _, v := range p.Visits {
			fmt.Fprintln(&all, v.Date, v.From, v.To, v.Minutes, p.Whose[v.Index])
		}
		return all.String()
	}
	var d projections.VisitDetail
	if json.Unmarshal([]byte(row), &d) == nil && len(d.Visits) > 0 {
		for _, v := range d.Visits {
			fmt.Fprintln(&all, v.Date, v.From, v.To, v.Minutes, d.Activity(v), len(d.Events(v)))
		}
		return all.String()
	}
	return row
}
