package commands_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// typesIn are the types of a stream's events, in order.
func typesIn(t *testing.T, l *ledgertest.Ledger, stream string) (types []string) {
	t.Helper()
	must(t, l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error {
		types = append(types, domain.Fact(r.Type))
		return nil
	}))
	return types
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A row closes what was open, says again what is known, and names nobody by a PESEL.
func TestAssignmentsAreTakenIn(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;Zofia;Kos\n"})
	accepted(t, l, sheet{"przydzialy.csv", "uczestnik;pracownik;od;do\nU1;W7;01.03.2018;\nU1;W8;01.03.2018;31.03.2018\n"})
	accepted(t, l, sheet{"przydzialy_2.csv", "uczestnik;pracownik;od;do\nU1;W7;01.03.2018;30.06.2018\n"})
	if s := l.Import(t, "przydzialy_3.csv", "uczestnik;pracownik;od;do\nU1;W7;01.03.2018;30.06.2018\n"); s.Known != 1 {
		t.Errorf("said again: %+v", s)
	}
	for rows, want := range map[string]error{
		"U1;W7;01.03.2018;29.06.2018\n":          domain.ErrDiffers,
		"U1;W7;01.03.2018;\n":                    domain.ErrDiffers,
		"U9;W7;01.03.2018;\n":                    participant.ErrUnknown,
		"U1;44051401359;01.03.2018;\n":           domain.ErrPESELAsID,
		"U1;W9;01.03.2018;28.02.2018\n":          participant.ErrPeriod,
		"U1;W7?;01.03.2018;\n":                   domain.ErrAlphabet,
		"U1;W7;01.04.2018;\nU1;W7;01.04.2018;\n": commands.ErrTwice,
	} {
		s := l.Import(t, "przydzialy_9.csv", "uczestnik;pracownik;od;do\n"+rows)
		if s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, want) {
			t.Errorf("%q: %+v", rows, s.RefusedRows)
		}
	}
	if s := l.Import(t, "uczestnicy_2.csv", "id;imie;nazwisko;powod;wycofanie\nU1;;;pomyłka;tak\n"); s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, domain.ErrNamed) {
		t.Errorf("taken away under an assignment: %+v", s)
	}
	blind := commands.Origin{Who: access.By("k", access.API, access.Finance, access.Caseworker)}
	if _, err := l.AssignCase(t.Context(), blind, commands.AssignCase{Participant: "U1", Worker: "W7", From: domain.NewDate(2018, 7, 1)}); !errors.Is(err, access.ErrDenied) {
		t.Errorf("by who is no coordinator: %v", err)
	}
}

// Whoever registers somebody for cases of their own has them as one at once, in one append,
// and does with them what they do with their cases; what is another's stays closed.
func TestWhoRegistersHasTheCase(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	o := commands.Origin{Who: access.By("opieka", access.API, access.Caseworker)}
	o.Who = ledgertest.Limited(o.Who, domain.Ref{Kind: domain.RefWorker, ID: "W7"})
	register := func(id, name string, a commands.Amendment) error {
		_, err := l.RegisterParticipant(t.Context(), o, commands.RegisterParticipant{ID: id, FirstName: name, LastName: "Kos", Amendment: a})
		return err
	}
	must(t, register("U1", "Zofia", commands.Amendment{}))
	if got := typesIn(t, l, "participant-U1"); fmt.Sprint(got) != "[participant.registered participant.assigned]" {
		t.Fatal(got)
	}
	known, err := journal.Load(t.Context(), l.Journal, "participant-U1", participant.Decider())
	today := domain.DateOf(ledgertest.Now().In(l.Zone))
	if must(t, err); !slices.Equal(known.State.Workers(today), []string{"W7"}) || len(known.State.Workers(today-1)) != 0 {
		t.Error("whose case they are", known.State.Workers(today))
	}
	must(t, register("U1", "Zofia", commands.Amendment{}))
	must(t, register("U1", "Zosia", commands.Amendment{Correct: true, Reason: "literówka"}))
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU2;Jan;Kos\n"})
	for name, err := range map[string]error{
		"registered again": register("U2", "Jan", commands.Amendment{}),
		"corrected":        register("U2", "Jon", commands.Amendment{Correct: true, Reason: "literówka"}),
		"withdrawn":        register("U2", "", commands.Amendment{Withdraw: true, Reason: "literówka"}),
		"no id":            register("U1\t", "Jan", commands.Amendment{}),
		"not there":        register("U3", "", commands.Amendment{Withdraw: true, Reason: "literówka"}),
	} {
		if want := map[bool]error{true: access.ErrDenied, false: domain.ErrNothingToWithdraw}[name != "not there"]; !errors.Is(err, want) && name != "no id" || err == nil {
			t.Errorf("somebody else's, %s: %v", name, err)
		}
	}
	must(t, register("U1", "", commands.Amendment{Withdraw: true, Reason: "pomyłka"}))
	if got := typesIn(t, l, "participant-U1"); fmt.Sprint(got[len(got)-2:]) != "[participant.assignment-withdrawn participant.withdrawn]" {
		t.Error(got)
	}
	must(t, register("U1", "Zofia", commands.Amendment{}))
	accepted(t, l, sheet{"przydzialy.csv", "uczestnik;pracownik;od;do\nU1;W7;" + today.Time().Format("02.01.2006") + ";" + today.Time().Format("02.01.2006") + "\n"})
	accepted(t, l, sheet{"przydzialy_2.csv", "uczestnik;pracownik;od;powod;wycofanie\nU1;W7;" + today.Time().Format("02.01.2006") + ";odeszła;tak\n"})
	if err := register("U1", "Zosia", commands.Amendment{Correct: true, Reason: "literówka"}); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a case no longer theirs: %v", err)
	}
}
