package queries_test

import (
	"strings"
	"testing"

	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/projections"
)

// TestVerifyReadsTheLists: reports find rows by the lists of parts, so that a
// list that lost or gained one is a difference, and so is a row that no list
// leads to.
func TestVerifyReadsTheLists(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	must(t, importPeople(t, l))
	reader, c := redisReader(t, l)
	ctx := t.Context()
	keys, err := c.Keys(ctx, "ksiega:{settlement}:g*:cp").Result()
	must(t, err)
	if len(keys) != 1 {
		t.Fatalf("keys %v", keys)
	}
	g := strings.TrimSuffix(keys[0], "cp")
	months, err := c.HGetAll(ctx, g+"p:months").Result()
	must(t, err)
	found := func() (texts []string) {
		differences, err := reader.Verify(ctx, nil)
		must(t, err)
		for _, d := range differences {
			texts = append(texts, d.String())
		}
		return texts
	}
	for _, c := range []struct {
		tamper, mend func() error
		want         string
	}{
		{func() error { return c.Del(ctx, g+"p:months").Err() }, func() error { return c.HSet(ctx, g+"p:months", months).Err() },
			"settlement: months P%2F1: part missing from the list of parts"},
		{func() error { return c.HSet(ctx, g+"p:months", "P%2F9", "1:0").Err() }, func() error { return c.HDel(ctx, g+"p:months", "P%2F9").Err() },
			"settlement: months P%2F9: part unexpected in the list of parts"},
		{func() error { return c.Del(ctx, g+"t").Err() }, func() error {
			return c.SAdd(ctx, g+"t", "months", "details", "agreements", "unsettled", "worked", "workedYears").Err()
		},
			"settlement: agreements: table missing from the list of tables, settlement: details: table missing from the list of tables, settlement: months: table missing from the list of tables, settlement: unsettled: table missing from the list of tables, settlement: worked: table missing from the list of tables, settlement: workedYears: table missing from the list of tables"},
		{func() error { return c.HSet(ctx, g+"r:months:left", "x", "{}").Err() }, func() error { return c.Del(ctx, g+"r:months:left").Err() },
			"settlement: months left/x unexpected"},
		{func() error { return c.HSet(ctx, g+"r:claims:left", "x", "{}").Err() }, func() error { return c.Del(ctx, g+"r:claims:left").Err() },
			"settlement: claims left/x unexpected"},
		{func() error { return c.SAdd(ctx, g+"t", "emptied").Err() }, func() error { return c.SRem(ctx, g+"t", "emptied").Err() }, ""},
		{func() error { return c.Del(ctx, g+"t", g+"p:months", g+"p:details").Err() },
			func() error {
				return c.SAdd(ctx, g+"t", "months", "details", "agreements", "unsettled", "worked", "workedYears").Err()
			},
			"settlement: agreements: table missing from the list of tables, settlement: details: table missing from the list of tables, settlement: details P%2F1-2018-03: part missing from the list of parts, " +
				"settlement: months: table missing from the list of tables, settlement: months P%2F1: part missing from the list of parts, settlement: unsettled: table missing from the list of tables, settlement: worked: table missing from the list of tables, settlement: workedYears: table missing from the list of tables"},
	} {
		must(t, c.tamper())
		if got := strings.Join(found(), ", "); got != c.want {
			t.Errorf("differences %s\n       not %s", got, c.want)
		}
		must(t, c.mend())
	}
	// Of another generation nothing is said, and a rebuild mends the lists.
	must(t, c.HSet(ctx, strings.Replace(g, ":g", ":g9", 1)+"r:months:left", "x", "{}").Err())
	must(t, c.Del(ctx, "ksiega:lease").Err()) // it has lapsed
	must(t, foldredis.Rebuild(ctx, foldredis.NewStore[*journal.Recorded](c, ""), projections.Log{Journal: l.Journal}, nil, projections.All()...))
	if got := found(); len(got) != 0 {
		t.Errorf("after a rebuild: %v", got)
	}
}
