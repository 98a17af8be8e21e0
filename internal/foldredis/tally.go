package foldredis

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"ksiega/internal/fold"
)

// ErrLost, which is also fold.ErrNotBuilt: Redis holds less, or other rows, than it was
// given. The model is built anew, and until then nobody is told figures.
var ErrLost = errors.New("redis has lost rows of the read model")

// tally is how many rows a part has and the sum of their hashes, or how many parts
// a table has and the sum of the hashes of their tallies. A sum can be carried on
// by what changes, so that nothing else is read. It tells what is gone or was
// changed by accident; it is no seal.
type tally struct {
	n   int64
	sum uint64
}

func (t tally) String() string {
	return strconv.FormatInt(t.n, 10) + ":" + strconv.FormatUint(t.sum, 16)
}

func parseTally(text string) (t tally, err error) {
	n, sum, ok := strings.Cut(text, ":")
	if !ok {
		return t, fmt.Errorf("%q is no tally", text)
	}
	var errs [2]error
	t.n, errs[0] = strconv.ParseInt(n, 10, 64)
	t.sum, errs[1] = strconv.ParseUint(sum, 16, 64)
	return t, errors.Join(errs[:]...)
}

// add and take carry a tally on by one row, or one part.
func (t *tally) add(name, value string) { t.n, t.sum = t.n+1, t.sum+hashOf(name, value) }

func (t *tally) take(name, value string) { t.n, t.sum = t.n-1, t.sum-hashOf(name, value) }

func hashOf(name, value string) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(name)
	_, _ = d.Write([]byte{0})
	_, _ = d.WriteString(value)
	return d.Sum64()
}

// tallies are those of a read model's tables.
type tallies map[string]tally

// String is one word: `table=n:sum,…`, or `-` for none.
func (ts tallies) String() string {
	var words []string
	for _, table := range slices.Sorted(maps.Keys(ts)) {
		if ts[table] != (tally{}) {
			words = append(words, table+"="+ts[table].String())
		}
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ",")
}

func parseTallies(word string) (tallies, error) {
	ts := tallies{}
	if word == "-" {
		return ts, nil
	}
	for one := range strings.SplitSeq(word, ",") {
		table, text, _ := strings.Cut(one, "=")
		t, err := parseTally(text)
		if err != nil {
			return nil, err
		}
		ts[table] = t
	}
	return ts, nil
}

// change carries the tally of a table on by what became of one part; a zero tally
// is a part without rows, which is not listed.
func (ts tallies) change(at fold.Place, from, to tally) {
	t := ts[at.Table]
	if from.n != 0 {
		t.take(at.Part, from.String())
	}
	if to.n != 0 {
		t.add(at.Part, to.String())
	}
	ts[at.Table] = t
}

// lost is why a place is not what its tally says.
func lost(projection string, at fold.Place) error {
	return fmt.Errorf("%s: %w: %w (table %s)", projection, fold.ErrNotBuilt, ErrLost, at.Table)
}
