package journal

import (
	"os"
	"regexp"
	"testing"

	"ksiega/domain"
)

// Every type of the ledger has its way back told, and what is told of is in the ledger.
func TestEveryFactHasItsWayBack(t *testing.T) {
	t.Parallel()
	table, facts := ledger(t), map[string]bool{}
	ways := table.Ways()
	for _, typ := range table.Names() {
		fact := domain.Fact(typ)
		facts[fact] = true
		if w, told := ways[fact]; !told || w.Corrected == "" || w.Withdrawn == "" {
			t.Errorf("%s: nobody says how it is put right", typ)
		}
	}
	named := regexp.MustCompile(`[a-z]+\.[a-z]+(-[a-z]+)+|[a-z]+\.[a-z]{5,}`)
	for fact, w := range ways {
		if !facts[fact] {
			t.Errorf("%s is in no table of events", fact)
		}
		for _, by := range append(named.FindAllString(w.Corrected, -1), named.FindAllString(w.Withdrawn, -1)...) {
			if !facts[by] {
				t.Errorf("%s is put right by %s, which is no event", fact, by)
			}
		}
		if (w.Page == "") == (w.NoPage == "") {
			t.Errorf("%s is put right on the page %q, on none because %q", fact, w.Page, w.NoPage)
		}
		if (w.Withdrawn == itself || w.Withdrawn == noUndo) != (w.While == "") {
			t.Errorf("%s: withdrawn by %q, refused while %q", fact, w.Withdrawn, w.While)
		}
	}
}

// docs/WAYS_BACK.md is what the table says.
func TestGoldenWaysBack(t *testing.T) {
	const path = "../../docs/WAYS_BACK.md"
	want := ledger(t).WaysText()
	got, err := os.ReadFile(path)
	if err == nil && string(got) == want {
		return
	}
	if !updating() {
		t.Fatalf("%s is not what make generate writes (%v)", path, err)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
