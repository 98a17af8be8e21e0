package commands_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// Every command has its line in the table of rights, and asks it before anything else:
// whoever may nothing is told so, and nothing is recorded of it.
func TestEveryCommandAsksTheTable(t *testing.T) {
	l := ledgertest.Open(t)
	nobody := commands.Origin{Who: access.By("nobody", access.API), Key: "k"}
	asked := 0
	ledger := reflect.ValueOf(l.Ledger)
	for i := range ledger.NumMethod() {
		name, method := ledger.Type().Method(i).Name, ledger.Method(i)
		in := method.Type()
		if in.NumIn() < 3 || in.In(1) != reflect.TypeFor[commands.Origin]() || in.NumOut() != 2 {
			continue
		}
		args := []reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(nobody)}
		for k := 2; k < in.NumIn(); k++ {
			args = append(args, reflect.Zero(in.In(k)))
		}
		if request, ok := args[2].Interface().(commands.Request); ok && !slices.Contains(access.Operations(), request.Operation()) {
			t.Errorf("%s: %q has no line", name, request.Operation())
		}
		switch name {
		case "NoteReport": // the report was asked for
			continue
		case "NoteReading":
			if _, err := l.NoteReading(t.Context(), nobody, commands.NoteReading{Reason: "x"}); !errors.Is(err, commands.ErrReading) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		out := method.Call(args)
		if err, _ := out[1].Interface().(error); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
		asked++
	}
	if _, err := commands.Once(t.Context(), l.Ledger, nobody, commands.LogVisit{}, l.LogVisit); !errors.Is(err, access.ErrDenied) {
		t.Errorf("Once: %v", err)
	}
	if asked < 18 {
		t.Errorf("only %d commands were asked", asked)
	}
	events := 0
	if err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error { events += len(b.Events); return nil }); err != nil || events > 0 {
		t.Errorf("%d events, %v", events, err)
	}
}

// Who is limited to some people or programmes records what lies there, as contracts tell
// it, and hears of nothing else whether it is there.
func TestScopesBindCommands(t *testing.T) {
	l := centre(t)
	visits := commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: domain.NewDate(2018, 3, 5), From: 8 * 60, To: 9 * 60}
	for _, c := range []struct {
		name   string
		scopes []domain.Ref
		do     func(o commands.Origin) error
		within bool
	}{
		{"an own case", []domain.Ref{{Kind: domain.RefParticipant, ID: "U1"}}, func(o commands.Origin) error {
			_, err := l.RecordAttendance(t.Context(), o, commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 3, 5), Minutes: 60})
			return err
		}, true},
		{"a case of others", []domain.Ref{{Kind: domain.RefParticipant, ID: "U9"}}, func(o commands.Origin) error {
			_, err := l.RecordAttendance(t.Context(), o, commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 3, 6), Minutes: 60})
			return err
		}, false},
		{"an own programme", []domain.Ref{{Kind: domain.RefProgramme, ID: "psu"}}, func(o commands.Origin) error {
			_, err := l.RecordAttendance(t.Context(), o, commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 3, 7), Minutes: 60})
			return err
		}, true},
		{"a contract that is not there", []domain.Ref{{Kind: domain.RefProgramme, ID: "psu"}}, func(o commands.Origin) error {
			_, err := l.LogVisit(t.Context(), o, visits)
			return err
		}, false},
		{"an agreement, which is nobody's case", []domain.Ref{{Kind: domain.RefParticipant, ID: "U1"}}, func(o commands.Origin) error {
			_, err := l.ConcludeAgreement(t.Context(), o, commands.ConcludeAgreement{Number: "P/7"})
			return err
		}, false},
		{"a file", []domain.Ref{{Kind: domain.RefProgramme, ID: "psu"}}, func(o commands.Origin) error {
			_, err := l.Ledger.Import(t.Context(), o, commands.File{Name: "obecnosci.csv"}, nil)
			return err
		}, false},
	} {
		o := ledgertest.Actor
		o.Who = ledgertest.Limited(o.Who, c.scopes...)
		if err := c.do(o); (err == nil) != c.within || err != nil && !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// Whoever is limited to some people can't make somebody else's contract one of theirs by
// saying so, nor take it away, nor be told what it holds.
func TestAContractOfOthersIsNotTakenOver(t *testing.T) {
	l := centre(t)
	o := ledgertest.Actor
	o.Who = ledgertest.Limited(o.Who, domain.Ref{Kind: domain.RefParticipant, ID: "U1"})
	sign := func(number string, change func(*commands.SignContract)) error {
		c := commands.SignContract{Number: number, Kind: "psu", Programme: "psu", Participant: "U1", Agreement: "P/1", Concluded: domain.NewDate(2018, 2, 8),
			From: domain.NewDate(2018, 2, 12), To: domain.NewDate(2018, 12, 31)}
		change(&c)
		_, err := l.SignContract(t.Context(), o, c)
		return err
	}
	revision := func(number string) int64 {
		s, err := journal.Load(t.Context(), l.Journal, domain.Stream("contract", number), contract.Decider())
		if err != nil {
			t.Fatal(err)
		}
		return s.Revision
	}
	before := revision("S/2")
	for name, change := range map[string]func(*commands.SignContract){
		"entered again": func(*commands.SignContract) {},
		"corrected":     func(c *commands.SignContract) { c.Correct, c.Reason = true, "x" },
		"withdrawn":     func(c *commands.SignContract) { c.Withdraw, c.Reason = true, "x" },
		"withdrawn by its number": func(c *commands.SignContract) {
			*c = commands.SignContract{Number: c.Number, Amendment: commands.Amendment{Withdraw: true, Reason: "x"}}
		},
	} {
		if err := sign("S/2", change); !errors.Is(err, access.ErrDenied) {
			t.Errorf("somebody else's contract, %s: %v", name, err)
		}
	}
	if after := revision("S/2"); after != before {
		t.Errorf("%d events were recorded", after-before)
	}
	if err := sign("S/77", func(*commands.SignContract) {}); err != nil {
		t.Errorf("an own new contract: %v", err)
	}
	for name, change := range map[string]func(*commands.SignContract){
		"handed on":                        func(c *commands.SignContract) { c.Participant, c.Correct, c.Reason = "U2", true, "x" },
		"for others":                       func(c *commands.SignContract) { c.Number, c.Participant = "S/78", "U2" },
		"spelt in another way, taken over": func(c *commands.SignContract) { c.Number, c.Correct, c.Reason = " S/2 ", true, "x" },
	} {
		if err := sign("S/77", change); !errors.Is(err, access.ErrDenied) {
			t.Errorf("an own contract, %s: %v", name, err)
		}
	}
	for range 2 {
		if err := sign("S/77", func(c *commands.SignContract) {
			*c = commands.SignContract{Number: c.Number, Amendment: commands.Amendment{Withdraw: true, Reason: "x"}}
		}); err != nil {
			t.Errorf("an own contract, withdrawn: %v", err)
		}
	}
	if err := sign("S/79", func(c *commands.SignContract) {
		*c = commands.SignContract{Number: c.Number, Amendment: commands.Amendment{Withdraw: true, Reason: "x"}}
	}); !errors.Is(err, access.ErrDenied) {
		t.Errorf("one that is not there, withdrawn: %v", err)
	}
}

// Nor is a contact of another programme: it is neither corrected into one's own nor withdrawn,
// and whether it is there is not told.
func TestAContactOfOthersIsNotTakenOver(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	theirs := met("K/1", "Kazik")
	theirs.Programme = "pal-osada"
	if _, err := l.RecordContact(t.Context(), ledgertest.Actor, theirs); err != nil {
		t.Fatal(err)
	}
	o := ledgertest.Actor
	o.Who = ledgertest.Limited(o.Who, domain.Ref{Kind: domain.RefProgramme, ID: "streetworking"})
	for name, change := range map[string]func(*commands.RecordContact){
		"entered again": func(*commands.RecordContact) {},
		"corrected":     func(c *commands.RecordContact) { c.Correct, c.Reason = true, "x" },
		"withdrawn":     func(c *commands.RecordContact) { c.Withdraw, c.Reason = true, "x" },
	} {
		c := met("K/1", "Zenek")
		change(&c)
		if _, err := l.RecordContact(t.Context(), o, c); !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.RecordContact(t.Context(), o, met("K/2", "Zenek")); err != nil {
		t.Errorf("an own one: %v", err)
	}
}
