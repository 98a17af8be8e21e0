package domain_test

import (
	"errors"
	"testing"

	"ksiega/domain"
)

func TestWhatAnAmendmentComesTo(t *testing.T) {
	t.Parallel()
	first, fix, gone := domain.Amend{}, domain.Amend{Correct: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}
	for name, c := range map[string]struct {
		amend    domain.Amend
		standing domain.Standing
		same     bool
		want     domain.Step
		refused  error
	}{
		"recorded":                  {first, domain.Never, false, domain.Enter, nil},
		"recorded again":            {first, domain.Stands, true, domain.Keep, nil},
		"recorded otherwise":        {first, domain.Stands, false, domain.Keep, domain.ErrDiffers},
		"recorded after withdrawal": {first, domain.Gone, true, domain.Enter, nil},
		"corrected":                 {fix, domain.Stands, false, domain.Replace, nil},
		"corrected to the same":     {fix, domain.Stands, true, domain.Keep, nil},
		"corrected, unseen":         {domain.Amend{Correct: true, Anew: true, Reason: "r"}, domain.Stands, true, domain.Replace, nil},
		"corrected, never recorded": {fix, domain.Never, false, domain.Keep, domain.ErrNothingToCorrect},
		"corrected, withdrawn":      {fix, domain.Gone, true, domain.Keep, domain.ErrNothingToCorrect},
		"added to a sheet":          {domain.Amend{Correct: true, Adds: true, Reason: "r"}, domain.Never, false, domain.Enter, nil},
		"added without reason":      {domain.Amend{Correct: true, Adds: true}, domain.Gone, false, domain.Keep, domain.ErrNoReason},
		"corrected without reason":  {domain.Amend{Correct: true}, domain.Stands, false, domain.Keep, domain.ErrNoReason},
		"without reason, and same":  {domain.Amend{Correct: true}, domain.Stands, true, domain.Keep, nil},
		"withdrawn":                 {gone, domain.Stands, false, domain.TakeAway, nil},
		"withdrawn twice":           {gone, domain.Gone, false, domain.Keep, nil},
		"withdrawn, never recorded": {gone, domain.Never, false, domain.Keep, domain.ErrNothingToWithdraw},
		"withdrawn without reason":  {domain.Amend{Withdraw: true}, domain.Stands, true, domain.Keep, domain.ErrNoReason},
		"withdrawn without words":   {domain.Amend{Withdraw: true, Wordless: true}, domain.Stands, true, domain.TakeAway, nil},
		"both":                      {domain.Amend{Correct: true, Withdraw: true, Reason: "r"}, domain.Stands, true, domain.Keep, domain.ErrBoth},
	} {
		step, err := c.amend.Over(c.standing, c.same, "it")
		if step != c.want || !errors.Is(err, c.refused) {
			t.Errorf("%s: %d, %v", name, step, err)
		}
	}
}

// Something open is closed by the day of its end alone, and only once.
func TestWhatClosesWhatWasOpen(t *testing.T) {
	t.Parallel()
	type stretch struct {
		Kind     string
		On, Last domain.Date
	}
	last := func(s *stretch) *domain.Date { return &s.Last }
	open, closed := stretch{"k", 5, 0}, stretch{"k", 5, 9}
	for name, c := range map[string]struct {
		was, is stretch
		want    bool
	}{
		"closed": {open, closed, true}, "the same": {open, open, false}, "opened": {closed, open, false},
		"closed again": {closed, stretch{"k", 5, 8}, false}, "of another kind": {open, stretch{"l", 5, 9}, false},
	} {
		if got := domain.Closes(c.was, c.is, last); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	gone, entered := event("gone"), event("entered")
	closes := domain.Recorded{Standing: domain.Stands, Differs: "until", Closes: true, Entered: entered, Withdrawn: gone}
	if events, err := (domain.Amend{}).Decide(closes); err != nil || len(events) != 2 || events[0] != gone || events[1] != entered {
		t.Errorf("closed: %v, %v", events, err)
	}
	if _, err := (domain.Amend{Correct: true}).Decide(closes); !errors.Is(err, domain.ErrNoReason) {
		t.Errorf("a correction that closes needs no reason: %v", err)
	}
}

type event string

func (e event) EventType() string     { return string(e) }
func (event) OccurredOn() domain.Date { return 0 }
func (event) Refs() []domain.Ref      { return nil }
