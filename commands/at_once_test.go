package commands_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
)

// Two files with the same new people, imported at once: everybody is registered once,
// and nobody is refused for what the other file made of them meanwhile.
func TestTheSamePeopleInTwoFilesAtOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var rows strings.Builder
	rows.WriteString("id;imie;nazwisko;gmina;status\n")
	const people = 300
	for i := range people {
		fmt.Fprintf(&rows, "U%d;Anna;Kos;Zgierz;bezrobotny\n", i)
	}
	var all sync.WaitGroup
	sums := make([]commands.Summary, 2)
	for i := range sums {
		all.Go(func() {
			var err error
			sums[i], err = l.Ledger.Import(t.Context(), commands.Origin{Who: access.By("a", "import", "coordinator")},
				commands.File{Name: "uczestnicy.csv", Data: []byte(rows.String() + strings.Repeat("\n", i))}, nil)
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if a, k := sums[0].Accepted+sums[1].Accepted, sums[0].Known+sums[1].Known; a != people || k != people {
		t.Errorf("%d accepted, %d known; refused: %v", a, k, append(sums[0].RefusedRows, sums[1].RefusedRows...))
	}
}
