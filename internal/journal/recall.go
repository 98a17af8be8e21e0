package journal

import (
	"hash/maphash"

	"ksiega/domain"
)

// recall is what one decoding goroutine remembers of what it has read: the same
// few names and days come again and again. What comes later takes the place of
// what came earlier.
type recall struct {
	seed  maphash.Seed
	texts [1024]string
	days  [512]parsed
}

// parsed is a short text and what it means as a date, a month or a time of day,
// which differ in length.
type parsed struct {
	text  [recallDay]byte
	size  uint8
	value int32
}

const (
	recallText = 64 // longer ones hardly come again
	recallDay  = 10
)

func newRecall() *recall { return &recall{seed: maphash.MakeSeed()} }

// text is b as a string that may be kept.
func (r *recall) text(b []byte) string {
	if len(b) > recallText {
		return string(b)
	}
	known := &r.texts[maphash.Bytes(r.seed, b)%uint64(len(r.texts))]
	if *known != string(b) {
		*known = string(b)
	}
	return *known
}

// civil reads into to what parse would, or remembers it; false where it cannot be
// read.
func civil[T domain.Date | domain.Month | domain.TimeOfDay](r *recall, b []byte, to *T, parse func([]byte) error) bool {
	if len(b) == 0 || len(b) > recallDay {
		return parse(b) == nil
	}
	known := &r.days[maphash.Bytes(r.seed, b)%uint64(len(r.days))]
	if string(known.text[:known.size]) == string(b) {
		*to = T(known.value)
		return true
	}
	if parse(b) != nil {
		return false
	}
	known.size, known.value = uint8(copy(known.text[:], b)), int32(*to)
	return true
}
