package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain/access"
)

// While a file of people is imported and others register people, whoever does something
// else is answered, and who registers somebody else is too.
func TestAnImportOfPeopleHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.role = "coordinator"
	half, goOn := make(chan struct{}), make(chan struct{})
	var rows strings.Builder
	rows.WriteString("id;imie;nazwisko\n")
	const people = 256 // are told of while the import goes on
	for i := range people {
		fmt.Fprintf(&rows, "F%d;Anna;Kos\n", i)
	}
	imported := make(chan error, 1)
	go func() {
		_, err := d.ledger.Ledger.Import(t.Context(), commands.Origin{Who: access.By("a", "import", "coordinator")},
			commands.File{Name: "uczestnicy.csv", Data: []byte(rows.String())}, &commands.Listener{Progress: func(int, int) { close(half); <-goOn }})
		imported <- err
	}()
	<-half // the import stands, before its end
	accepted(t, d.command("register-participant", "r", `{"id":"U1","firstName":"Anna","lastName":"Kos","pesel":"44051401359"}`))
	accepted(t, d.command("conclude-agreement", "c", `{"number":"P/1","concluded":"2018-01-01","from":"2018-01-01","to":"2018-12-31","refundPercent":60}`))
	close(goOn)
	if err := <-imported; err != nil {
		t.Error(err)
	}
}
