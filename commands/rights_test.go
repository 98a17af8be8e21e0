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

// Nobody reaches somebody by putting them into a programme, onto a list or under a contract of
// their own, nor what is another programme's by somebody who is in both; whom they registered
// themselves they do, until somebody else has them.
func TestNobodyBecomesSomebodysByWhatIsRecorded(t *testing.T) {
	t.Parallel()
	l := centre(t)
	accepted(t, l, sheet{"zajecia.csv", "id;program;rodzaj;data;od;do;temat\nZ1;mkis;grupowe;05.03.2018;16:00;18:00;gry\nZ2;kis-doradztwo;grupowe;05.03.2018;16:00;18:00;gry\n"})
	accepted(t, l, sheet{"udzial.csv", "uczestnik;program;zdarzenie;data\nU1;mkis;przyjecie;01.03.2018\nU2;kis-doradztwo;przyjecie;01.03.2018\n"})
	o := ledgertest.Actor
	o.Actor = "koordynatorka"
	o.Who = ledgertest.Limited(o.Who, domain.Ref{Kind: domain.RefProgramme, ID: "mkis"})
	enrol := func(id, programme string) error {
		_, err := l.RecordParticipation(t.Context(), o, commands.RecordParticipation{Participant: id, Programme: programme, Event: "nominacja", Date: domain.NewDate(2018, 2, 1)})
		return err
	}
	sign := func(id, programme string) error {
		_, err := l.SignContract(t.Context(), o, commands.SignContract{Number: "K/" + id + programme, Kind: "socjalny", Programme: programme, Participant: id,
			Concluded: domain.NewDate(2018, 2, 8), From: domain.NewDate(2018, 2, 12), To: domain.NewDate(2018, 12, 31), Form: "2010-A"})
		return err
	}
	list := func(id, session string) error {
		_, err := l.RecordPresence(t.Context(), o, commands.RecordPresence{Session: session, Participant: id, Presence: "obecny"})
		return err
	}
	for name, err := range map[string]error{
		"another's enrolled": enrol("U2", "mkis"), "another's signed": sign("U2", "mkis"), "another's listed": list("U2", "Z1"),
		"nobody's enrolled": enrol("U3", "mkis"), "elsewhere enrolled": enrol("U1", "kis-doradztwo"), "elsewhere signed": sign("U1", "wszyscy-razem"), "elsewhere listed": list("U1", "Z2"),
		"not there": enrol("U77", "mkis"),
	} {
		if !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := l.RegisterParticipant(t.Context(), o, commands.RegisterParticipant{ID: "U8", FirstName: "Ola", LastName: "Bór"})
	for name, err := range map[string]error{"own enrolled": enrol("U1", "mkis"), "own signed": sign("U1", "mkis"), "own listed": list("U1", "Z1"),
		"registered": err, "registered, enrolled": enrol("U8", "mkis"), "registered, listed": list("U8", "Z1")} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	accepted(t, l, sheet{"obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc\nZ1;U2;obecny\n"})
	if _, err := l.RecordPresence(t.Context(), o, commands.RecordPresence{Session: "Z1", Participant: "U2", Amendment: commands.Amendment{Withdraw: true, Reason: "pomyłka"}}); err != nil {
		t.Errorf("taken off an own list: %v", err)
	}
}

// An assistant enters visits of their own under contracts that name them: neither a colleague's
// contract nor a colleague's visit becomes theirs by it.
func TestAContractBecomesNoAssistantsByAVisit(t *testing.T) {
	t.Parallel()
	l := shownCentre(t)
	accepted(t, l, sheet{"asystenci_2.csv", "id;imie;nazwisko\nA2;Jan;Sowa\nA3;Iga;Sowa\n"})
	accepted(t, l, sheet{"umowy_3.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/7;trojstronny;aoon;U1;02.01.2018;02.01.2018;31.12.2018;A2\n"})
	log := func(as, assistant, under string, from domain.TimeOfDay) error {
		o := commands.Origin{Who: ledgertest.Limited(access.By("zoja", access.API, access.Assistant), domain.Ref{Kind: domain.RefAssistant, ID: as})}
		_, err := l.LogVisit(t.Context(), o, commands.LogVisit{Assistant: assistant, Contract: under, Date: domain.NewDate(2018, 3, 5), From: from, To: from + 30})
		return err
	}
	for name, err := range map[string]error{"a colleague's contract": log("A1", "A1", "T/7", 480), "spelt otherwise": log("A1", "A1", " T/7", 480),
		"a colleague's visit": log("A2", "A1", "T/7", 480), "not there": log("A1", "A1", "T/77", 480)} {
		if !errors.Is(err, access.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := log("A2", "A2", "T/7", 480); err != nil {
		t.Errorf("an own contract: %v", err)
	}
	_, err := l.ChangeContract(t.Context(), ledgertest.Actor, commands.ChangeContract{Number: "T/7", Change: "substitute", On: domain.NewDate(2018, 3, 1), Until: domain.NewDate(2018, 3, 31), Substitute: "A3"})
	if err := errors.Join(err, log("A3", "A3", "T/7", 600)); err != nil {
		t.Errorf("as a substitute: %v", err)
	}
	_, err = l.LogVisit(t.Context(), ledgertest.Actor, commands.LogVisit{Assistant: "A1", Contract: "T/7", Date: domain.NewDate(2018, 3, 6), From: 480, To: 540})
	if err := errors.Join(err, log("A1", "A1", "T/7", 700)); err != nil {
		t.Errorf("where a coordinator entered one: %v", err)
	}
}
