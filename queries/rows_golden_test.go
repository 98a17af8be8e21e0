package queries_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
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
// texts, where events stand, and which of two streams of one file came first.
func sumOf(rows map[fold.Key]string) string {
	sealed := regexp.MustCompile(`v\d\.[A-Za-z0-9_-]{20,}`)
	positions := regexp.MustCompile(`"(event|events|at|position|first|last|packed)":(\[[0-9,]*\]|[0-9]+|"[A-Za-z0-9+/=]*")`)
	var lines []string
	for _, k := range slices.SortedFunc(maps.Keys(rows), func(a, b fold.Key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
		row := positions.ReplaceAllString(sealed.ReplaceAllString(expanded(rows[k]), "sealed"), `"$1":0`)
		lines = append(lines, fmt.Sprintf("%s %s %s %s", k.Table, k.Part, k.Field, row))
	}
	return fmt.Sprintf("%d %x", len(lines), sha256.Sum256([]byte(strings.Join(lines, "\n"))))
}

// expanded is the row of a person's time with entries that say themselves what they are of,
// since the row names that in the order of recording.
func expanded(row string) string {
	var m findings.PersonMonth
	if json.Unmarshal([]byte(row), &m) != nil || len(m.Parties) == 0 {
		return row
	}
	var all strings.Builder
	for _, e := range m.Entries {
		fmt.Fprintln(&all, e.Date, e.From, e.To, e.Minutes, m.Of(e), len(m.Events(e)))
	}
	return all.String()
}
