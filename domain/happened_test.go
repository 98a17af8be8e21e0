package domain

import (
	"errors"
	"testing"
)

func TestHappened(t *testing.T) {
	today := NewDate(2026, 11, 29)
	for day, want := range map[Date]error{
		0: ErrNoDay, today: nil, today + 1: ErrFuture, NewDate(2062, 3, 1): ErrFuture, today - 1: nil,
		NewDate(1990, 1, 1): nil, NewDate(1989, 12, 31): ErrForgotten, NewDate(1926, 5, 12): ErrForgotten,
	} {
		if err := Happened(day, today); !errors.Is(err, want) {
			t.Errorf("%s: %v, not %v", day, err, want)
		}
	}
	for month, want := range map[Month]error{
		0: ErrMonth, NewMonth(2026, 11): nil, NewMonth(2026, 12): ErrMonth, NewMonth(1990, 1): nil, NewMonth(1989, 12): ErrMonth,
	} {
		if err := HappenedIn(month, today); !errors.Is(err, want) {
			t.Errorf("%s: %v, not %v", month, err, want)
		}
	}
}
