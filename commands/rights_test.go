package commands_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
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
		o.Scopes = c.scopes
		if err := c.do(o); (err == nil) != c.within || err != nil && !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
