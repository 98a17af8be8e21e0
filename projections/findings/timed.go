package findings

import (
	"errors"

	"ksiega/domain"
	"ksiega/internal/position"
)

// Timed is what took time on a day, and the index of what more is to be said of it.
type Timed struct {
	Date     domain.Date
	From, To domain.TimeOfDay
	Minutes  domain.Minutes
	Index    int32
	Event    position.Position
}

const timedNumbers = 5

var errTimed = errors.New("numbers that are not what took time")

// WriteTimed adds one to those written as numbers, which takes half the room of their names.
func WriteTimed(numbers []int64, t Timed) []int64 {
	return append(numbers, int64(t.Date), int64(t.From), int64(t.To), int64(t.Minutes), int64(t.Index))
}

// ReadTimed hands over those that were written, with their events; their index is at most last.
func ReadTimed(numbers []int64, events []position.Position, last int, each func(i int, t Timed)) error {
	if len(numbers) != timedNumbers*len(events) {
		return errTimed
	}
	for i, event := range events {
		n := numbers[timedNumbers*i:]
		if n[4] < 0 || n[4] > int64(last) {
			return errTimed
		}
		each(i, Timed{domain.Date(n[0]), domain.TimeOfDay(n[1]), domain.TimeOfDay(n[2]), domain.Minutes(n[3]), int32(n[4]), event})
	}
	return nil
}
