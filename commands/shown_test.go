package commands_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// by is somebody who was shown something.
func by(actor string, role access.Role, shown journal.Position) commands.Origin {
	return commands.Origin{Who: access.By(actor, access.API, role), Shown: &shown}
}

// shownCentre is a ledger in which days of work, visits and presences can be entered.
func shownCentre(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := centre(t)
	for _, f := range []sheet{
		{"asystenci.csv", "id;imie;nazwisko\nA1;C;C\n"},
		{"umowy_1.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent\nT/1;trojstronny;asystent-aktywnosci;U2;02.01.2018;02.01.2018;31.12.2018;A1\n"},
		{"zajecia.csv", "id;program;rodzaj;temat;data;od;do\nZ1;mkis;warsztat;komputer;05.03.2018;16:00;18:00\n"},
	} {
		accepted(t, l, f)
	}
	return l
}

// shownThing is one thing of a stream, that somebody enters and corrects.
type shownThing struct {
	record func(l *commands.Ledger, o commands.Origin, value int) error
	// beside is another thing of the same stream.
	beside func(l *commands.Ledger, o commands.Origin) error
}

func shownThings(t *testing.T) map[string]shownThing {
	day := domain.NewDate(2018, 3, 5)
	entered := func(value int) commands.Amendment {
		if value == 0 {
			return commands.Amendment{}
		}
		return commands.Amendment{Correct: true, Reason: "wpis w siatce"}
	}
	return map[string]shownThing{
		"day": {
			func(l *commands.Ledger, o commands.Origin, value int) error {
				_, err := l.RecordAttendance(t.Context(), o, commands.RecordAttendance{Contract: " S/1", Date: day, Minutes: domain.Minutes(60 + value), Amendment: entered(value)})
				return err
			},
			func(l *commands.Ledger, o commands.Origin) error {
				_, err := l.RecordAttendance(t.Context(), o, commands.RecordAttendance{Contract: "S/1", Date: day + 1, Minutes: 60})
				return err
			},
		},
		"visit": {
			func(l *commands.Ledger, o commands.Origin, value int) error {
				_, err := l.LogVisit(t.Context(), o, commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: day, From: 480, To: domain.TimeOfDay(540 + value), Amendment: entered(value)})
				return err
			},
			func(l *commands.Ledger, o commands.Origin) error {
				_, err := l.LogVisit(t.Context(), o, commands.LogVisit{Assistant: "A1", Contract: "T/1", Date: day, From: 780, To: 840})
				return err
			},
		},
		"presence": {
			func(l *commands.Ledger, o commands.Origin, value int) error {
				as := []string{"obecny", "spozniony", "nieobecny"}[value]
				_, err := l.RecordPresence(t.Context(), o, commands.RecordPresence{Session: "Z1", Participant: "U1", Presence: as, Amendment: entered(value)})
				return err
			},
			func(l *commands.Ledger, o commands.Origin) error {
				_, err := l.RecordPresence(t.Context(), o, commands.RecordPresence{Session: "Z1", Participant: "U2", Presence: "obecny"})
				return err
			},
		},
	}
}

// Whoever decides by what was shown meets a colleague's change of it, told when and by whom,
// and none of what stands beside it in the stream; what is so already is no conflict.
func TestWhatWasShownHasChanged(t *testing.T) {
	t.Parallel()
	for name, thing := range shownThings(t) {
		t.Run(name, func(t *testing.T) {
			l := shownCentre(t)
			var none journal.Position
			if err := thing.record(l.Ledger, by("ola", access.Coordinator, none), 0); err != nil {
				t.Fatal(err)
			}
			head, err := l.Journal.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var refused *domain.Error
			if err := thing.record(l.Ledger, by("jan", access.Coordinator, none), 1); !errors.Is(err, journal.ErrSeen) || !errors.As(err, &refused) {
				t.Fatalf("over what was never shown: %v", err)
			}
			at, told := refused.Args[0].(time.Time)
			if !told || at.Location() != l.Zone || refused.Args[1] != "ola" {
				t.Errorf("told %v", refused.Args)
			}
			if err := thing.record(l.Ledger, by("jan", access.Machine, none), 1); !errors.Is(err, access.ErrUnlinked) {
				t.Errorf("who may nothing: %v", err)
			}
			if err := thing.record(l.Ledger, by("jan", access.Coordinator, none), 0); err != nil {
				t.Errorf("what is so already: %v", err)
			}
			if err := thing.beside(l.Ledger, by("ola", access.Coordinator, none)); err != nil {
				t.Fatal(err)
			}
			if err := thing.record(l.Ledger, by("jan", access.Coordinator, head), 1); err != nil {
				t.Errorf("by what stands there, beside what is new: %v", err)
			}
			if err := thing.record(l.Ledger, by("ola", access.Coordinator, head), 2); !errors.Is(err, journal.ErrSeen) {
				t.Errorf("over a colleague's correction: %v", err)
			}
		})
	}
}

// Of two who were shown the same and change it at once one is told of the other, whoever of
// them is faster.
func TestTwoWhoWereShownTheSame(t *testing.T) {
	t.Parallel()
	for name, thing := range shownThings(t) {
		t.Run(name, func(t *testing.T) {
			l := shownCentre(t)
			var none journal.Position
			if err := thing.record(l.Ledger, by("ola", access.Coordinator, none), 0); err != nil {
				t.Fatal(err)
			}
			shown, err := l.Journal.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			failed := make([]error, 2)
			for i := range failed {
				both.Go(func() {
					failed[i] = thing.record(l.Ledger, by([]string{"ola", "jan"}[i], access.Coordinator, shown), 1+i)
				})
			}
			both.Wait()
			if (failed[0] == nil) == (failed[1] == nil) || !errors.Is(errors.Join(failed...), journal.ErrSeen) {
				t.Errorf("%v and %v", failed[0], failed[1])
			}
		})
	}
}

// A command whose use case does not tell apart what it is about is not carried out by what
// was shown, and a row of a file was shown nothing.
func TestWhatIsNotToldApartIsNotShown(t *testing.T) {
	t.Parallel()
	l := centre(t)
	var none journal.Position
	_, err := l.PayBenefit(t.Context(), by("ola", access.Coordinator, none), commands.PayBenefit{List: "L/1", Contract: "S/1", Month: march, AmountGrosze: 100, Date: domain.NewDate(2018, 4, 5)})
	var refused *domain.Error
	if err == nil || errors.As(err, &refused) {
		t.Errorf("paid by what was shown: %v", err)
	}
	s, err := l.Ledger.Import(t.Context(), by("ola", access.Coordinator, none), commands.File{Name: "obecnosci.csv", Data: []byte("umowa;data;godziny\nS/1;05.03.2018;1\n")}, nil)
	if err != nil || s.Accepted != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}
