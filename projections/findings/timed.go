package findings

import (
	"encoding/binary"
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

// timedNumbers is how many numbers a Timed is written as, of a byte at least.
const timedNumbers = 6

var errTimed = errors.New("bytes that are not what took time")

// WriteTimed packs n of them, each as what it differs by from the one before: a few bytes, and
// many rows are read for one answer.
func WriteTimed(n int, at func(i int) Timed) []byte {
	packed := binary.AppendUvarint(make([]byte, 0, 2+10*n), uint64(n))
	var last Timed
	for i := range n {
		t := at(i)
		length := int64(t.To) - int64(t.From)
		for _, number := range [timedNumbers]int64{int64(t.Date) - int64(last.Date), int64(t.From) - int64(last.From), length, int64(t.Minutes) - length, int64(t.Index),
			int64(t.Event.Number() - last.Event.Number())} {
			packed = binary.AppendVarint(packed, number)
		}
		last = t
	}
	return packed
}

// ReadTimed hands over what WriteTimed packed, once it has said how many there are; their index
// is at most last.
func ReadTimed(packed []byte, last int, many func(n int), each func(i int, t Timed)) error {
	if len(packed) == 0 {
		return nil
	}
	n, size := binary.Uvarint(packed)
	if size <= 0 || n > uint64(len(packed)/timedNumbers) {
		return errTimed
	}
	many(int(n))
	packed = packed[size:]
	var t Timed
	for i := range int(n) {
		var numbers [timedNumbers]int64
		for k := range numbers {
			if numbers[k], size = binary.Varint(packed); size <= 0 {
				return errTimed
			}
			packed = packed[size:]
		}
		if numbers[4] < 0 || numbers[4] > int64(last) {
			return errTimed
		}
		t.Date, t.From, t.Index = t.Date+domain.Date(numbers[0]), t.From+domain.TimeOfDay(numbers[1]), int32(numbers[4])
		t.To, t.Minutes = t.From+domain.TimeOfDay(numbers[2]), domain.Minutes(numbers[2]+numbers[3])
		t.Event = position.Of(t.Event.Number() + uint64(numbers[5]))
		each(i, t)
	}
	if len(packed) > 0 {
		return errTimed
	}
	return nil
}
