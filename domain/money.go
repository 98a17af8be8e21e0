package domain

import (
	"errors"
	"iter"
	"math"
	"math/bits"
	"strconv"
)

// Bounds of what one fact may say, whichever door it comes through. They are far
// beyond what a centre ever has, and so far below 2^63 that hundreds of thousands of
// facts at their bound still add up. Sums are checked all the same: older ledgers
// were not bounded.
const (
	MaxGrosze  Grosze     = 10_000_000_000_000 // a hundred thousand million złotych: some years of the largest city's whole budget
	MaxRate    HourlyRate = 1_000_000          // 10,000 zł for an hour
	MaxMinutes Minutes    = 100_000_000        // 1.6 million hours: a thousand people for forty years at forty hours a month are 19.2
	MaxCount              = 1_000_000          // people or places
)

// ErrTooLarge refuses a figure beyond its bound.
var ErrTooLarge = Refusal(CodeInvalid, "larger than the ledger counts")

// ErrUncountable says that a sum can't be told. It is no refusal: what it is about is
// recorded, and a wrong figure would be worse than none.
var ErrUncountable = errors.New("a sum of what is recorded is too large to be counted")

// Plus adds two figures up, or fails with ErrUncountable.
func Plus[N ~int64](a, b N) (N, error) {
	if b > 0 && a > math.MaxInt64-b || b < 0 && a < math.MinInt64-b {
		return 0, ErrUncountable
	}
	return a + b, nil
}

// Less takes one figure off another, or fails with ErrUncountable.
func Less[N ~int64](a, b N) (N, error) {
	if b > 0 && a < math.MinInt64+b || b < 0 && a > math.MaxInt64+b {
		return 0, ErrUncountable
	}
	return a - b, nil
}

// Sum adds figures up in whatever order they come, or fails with ErrUncountable where
// all of them together come to more than can be told.
func Sum[N ~int64](figures iter.Seq[N]) (N, error) {
	var high, low uint64 // of a sum in 128 bits
	for n := range figures {
		var carry uint64
		low, carry = bits.Add64(low, uint64(n), 0)
		high += uint64(n>>63) + carry
	}
	if sum := int64(low); high == uint64(sum>>63) {
		return N(sum), nil
	}
	return 0, ErrUncountable
}

// Check refuses an amount beyond MaxGrosze, either way.
func (g Grosze) Check() error {
	if g > MaxGrosze || g < -MaxGrosze {
		return ErrTooLarge.With("an amount is at most %s", MaxGrosze)
	}
	return nil
}

// CheckRate refuses a rate beyond MaxRate.
func CheckRate(r HourlyRate) error {
	if r > MaxRate {
		return ErrTooLarge.With("a rate is at most %s", MaxRate)
	}
	return nil
}

// Check refuses a length of time beyond MaxMinutes.
func (m Minutes) Check() error {
	if m > MaxMinutes || m < -MaxMinutes {
		return ErrTooLarge.With("a time is at most %s h", MaxMinutes)
	}
	return nil
}

// CheckCount refuses a number of people or places beyond MaxCount.
func CheckCount(n int) error {
	if n > MaxCount {
		return ErrTooLarge.With("a number is at most %d", MaxCount)
	}
	return nil
}

// Grosze is an amount of money in hundredths of a zloty.
type Grosze int64

// String writes the amount as `1234.56`, for errors and logs.
func (g Grosze) String() string { return written(int64(g), 100, ".") }

// written is a number of wholes and, in two digits, of the parts that are over.
func written(n, parts int64, between string) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	if n%parts < 10 {
		between += "0"
	}
	return sign + strconv.FormatInt(n/parts, 10) + between + strconv.FormatInt(n%parts, 10)
}

// Minutes is a length of time.
type Minutes int64

// String writes minutes as `1:30`.
func (m Minutes) String() string { return written(int64(m), 60, ":") }

// HourlyRate is an amount for one hour of work, in grosze.
type HourlyRate = Grosze

// Work is an unrounded amount: Σ minutes × hourly rate, in grosze·minutes an
// hour. Sums stay exact until Round.
type Work int64

// Earned is what minutes at a rate come to, unrounded, or ErrUncountable. A rate
// beyond its bound, as it may stand in what was recorded before there were bounds, is
// worked out like any other.
func Earned(m Minutes, rate HourlyRate) (Work, error) { return Work(rate).Times(int(m)) }

// Times is the amount so many times over, or ErrUncountable.
func (w Work) Times(n int) (Work, error) {
	if n != 0 && (w > math.MaxInt64/Work(max(n, -n)) || w < -math.MaxInt64/Work(max(n, -n))) {
		return 0, ErrUncountable
	}
	return w * Work(n), nil
}

// Round gives whole grosze, half up.
func (w Work) Round() Grosze { return Grosze(halfUp(int64(w), 60)) }

// Share gives percent of the amount in whole grosze, half up, rounding once, or
// fails with ErrUncountable.
func (w Work) Share(percent int) (Grosze, error) {
	times, err := w.Times(percent)
	return Grosze(halfUp(int64(times), 6000)), err
}

// halfUp divides and rounds half away from zero; den > 0.
func halfUp(num, den int64) int64 {
	whole, rest := num/den, num%den
	switch {
	case rest >= (den+1)/2:
		return whole + 1
	case -rest >= (den+1)/2:
		return whole - 1
	}
	return whole
}
