package domain

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Sums and products are exact, or are told to be uncountable: never wrapped.
func TestFiguresAreExactOrUncountable(t *testing.T) {
	figures := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1000, 1000), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, 0}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := figures.Draw(t, "a"), figures.Draw(t, "b")
		exact := func(name string, got int64, err error, want *big.Int) {
			t.Helper()
			if fits := want.IsInt64(); fits != (err == nil) || fits && want.Int64() != got || err != nil && !errors.Is(err, ErrUncountable) {
				t.Fatalf("%s of %d and %d: %d, %v", name, a, b, got, err)
			}
		}
		x, y := big.NewInt(a), big.NewInt(b)
		sum, err := Plus(Grosze(a), Grosze(b))
		exact("sum", int64(sum), err, new(big.Int).Add(x, y))
		rest, err := Less(Grosze(a), Grosze(b))
		exact("difference", int64(rest), err, new(big.Int).Sub(x, y))
		n := rapid.IntRange(-200, 200).Draw(t, "n")
		times, err := Work(a).Times(n)
		if want := new(big.Int).Mul(x, big.NewInt(int64(n))); err == nil && (!want.IsInt64() || want.Int64() != int64(times)) {
			t.Fatalf("%d times %d is not %d", n, a, times)
		}
		if work, err := Earned(Minutes(a), HourlyRate(b)); err == nil && new(big.Int).Mul(x, y).Cmp(big.NewInt(int64(work))) != 0 {
			t.Fatalf("%d minutes at %d are not %d", a, b, work)
		}
		// Rounding has no sums of its own: half away from zero, for every figure.
		want, half := new(big.Int), big.NewInt(30)
		if want.Add(want.Abs(x), half).Div(want, big.NewInt(60)); a < 0 {
			want.Neg(want)
		}
		if got := Work(a).Round(); want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%d rounds to %d, not %s", a, got, want)
		}
	})
}

// Many figures come to what they come to, whatever they pass on the way.
func TestSumIsExact(t *testing.T) {
	figures := rapid.SliceOf(rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, 1, -1})))
	rapid.Check(t, func(t *rapid.T) {
		all, want := figures.Draw(t, "figures"), new(big.Int)
		for _, n := range all {
			want.Add(want, big.NewInt(n))
		}
		got, err := Sum(slices.Values(all))
		if want.IsInt64() != (err == nil) || err == nil && got != want.Int64() || err != nil && !errors.Is(err, ErrUncountable) {
			t.Fatalf("%v come to %d, %v; not %s", all, got, err, want)
		}
	})
}

func TestBounds(t *testing.T) {
	for name, err := range map[string]error{
		"amount": (MaxGrosze + 1).Check(), "negative amount": (-MaxGrosze - 1).Check(), "the largest amount": Grosze(math.MaxInt64).Check(),
		"the smallest": Grosze(math.MinInt64).Check(), "rate": CheckRate(MaxRate + 1), "minutes": (MaxMinutes + 1).Check(), "count": CheckCount(MaxCount + 1),
	} {
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{"amount": MaxGrosze.Check(), "negative": (-MaxGrosze).Check(), "rate": CheckRate(MaxRate), "minutes": MaxMinutes.Check(), "count": CheckCount(MaxCount)} {
		if err != nil {
			t.Errorf("%s at its bound: %v", name, err)
		}
	}
	// A month's work at the bound is far from 2^63.
	if w, err := Earned(60, 100*MaxRate); err != nil || w.Round() != 100*MaxRate {
		t.Errorf("an hour at a rate that was recorded before there were bounds: %v, %v", w, err)
	}
	work, err := Earned(31*24*60, MaxRate)
	if err == nil {
		_, err = work.Share(100)
	}
	if err != nil {
		t.Error(err)
	}
}
