package commands_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// counting has a ledger tell what it counts as refused.
func counting(l *commands.Ledger) (told *[]domain.Code) {
	told = new([]domain.Code)
	l.Refused = func(code domain.Code) { *told = append(*told, code) }
	l.Guesses = &commands.Guesses{}
	return told
}

// refusedRows are files with rows that are refused.
func refusedRows() []sheet {
	return slices.Concat(
		refusedRowsOfPeople(),
		refusedRowsOfAssistants(),
		refusedRowsOfAgreements(),
		refusedRowsOfContracts(),
		refusedRowsOfParticipations(),
		refusedRowsOfAttendance(),
		refusedRowsOfVisits(),
		refusedRowsOfSessions(),
		refusedRowsOfPayments(),
		refusedRowsOfClaims(),
		refusedRowsOfDurability(),
	)
}

// refusedCommands are commands that are refused.
func refusedCommands() []sent {
	return slices.Concat(
		refusedOfPeople(),
		refusedOfAssistants(),
		refusedOfAgreements(),
		refusedOfContracts(),
		refusedOfParticipations(),
		refusedOfAttendance(),
		refusedOfVisits(),
		refusedOfSessions(),
		refusedOfPayments(),
		refusedOfClaims(),
		refusedOfStatements(),
		refusedOfBudgets(),
		refusedOfDurability(),
		refusedOfStreet(),
	)
}

// A refused row counts once, of whatever kind of file, and also where its command is none
// that one stream decides.
func TestRefusedRowsCountOnce(t *testing.T) {
	t.Parallel()
	for _, f := range refusedRows() {
		l := ledgertest.Open(t)
		for _, before := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
			accepted(t, l, before)
		}
		told := counting(l.Ledger)
		if s := l.Import(t, f.name, f.rows); s.Refused == 0 || len(*told) != s.Refused {
			t.Errorf("%s: %d refused, counted %v", f.name, s.Refused, *told)
		}
	}
}

// onceRefused sends a command that is to be refused as a door does.
func onceRefused[R commands.Request](t *testing.T, l *commands.Ledger, o commands.Origin, r R, do func(context.Context, commands.Origin, R) (commands.Result, error)) error {
	t.Helper()
	told := counting(l)
	_, err := commands.Once(t.Context(), l, o, r, do)
	var refusal *domain.Error
	if !errors.As(err, &refusal) || len(*told) != 1 || (*told)[0] != refusal.Code {
		t.Errorf("%s: %v, counted %v", r.Operation(), err, *told)
	}
	return err
}

// A refused command counts once, however many streams and attempts it takes to refuse it,
// and also where it is its key that is refused.
func TestRefusedCommandsCountOnce(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range append(anyCentre(), paidInMarch(), claimedForMarch()) {
		accepted(t, l, f)
	}
	on := domain.NewDate(2024, 4, 9)
	under := func(key string) commands.Origin {
		o := ledgertest.Actor
		o.Key = key
		return o
	}
	for n, c := range refusedCommands() {
		_ = c.onceRefused(t, l, under(strconv.Itoa(n)))
	}
	nobody := commands.Origin{Who: access.By("nobody", access.API), Key: "k"}
	if err := onceRefused(t, l.Ledger, nobody, commands.LogVisit{}, l.LogVisit); !errors.Is(err, access.ErrDenied) {
		t.Error(err)
	}
	day := commands.RecordAttendance{Contract: "S/1", Date: on, Minutes: 60}
	if _, err := commands.Once(t.Context(), l.Ledger, under("key"), day, l.RecordAttendance); err != nil {
		t.Fatal(err)
	}
	day.Minutes = 120
	if err := onceRefused(t, l.Ledger, under("key"), day, l.RecordAttendance); !errors.Is(err, intake.ErrKeyReused) {
		t.Error(err)
	}
	// Somebody else is faster each time.
	busy := *l.Ledger
	busy.Log = commands.NewLog(&faster{Log: l.Journal}, l.Vault)
	pay := commands.PayBenefit{List: "L/2", Contract: "S/1", Month: on.Month(), AmountGrosze: 100, Date: on}
	if err := onceRefused(t, &busy, under("busy"), pay, busy.PayBenefit); !errors.Is(err, domain.ErrOvertaken) {
		t.Error(err)
	}
}

// faster is a log in which somebody else is faster at whatever is paid.
type faster struct{ journal.Log }

func (f *faster) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if strings.HasPrefix(stream, "payout-") {
		return journal.Written{}, domain.ErrOvertaken
	}
	return f.Log.Append(ctx, stream, expected, events...)
}
