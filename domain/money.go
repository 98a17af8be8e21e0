package domain

import "strconv"

// Grosze is an amount of money in hundredths of a zloty.
type Grosze int64

// String writes the amount as `1234.56`, for errors and logs.
func (g Grosze) String() string {
	sign, n := "", int64(g)
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n%100, 10)
	if len(s) < 2 {
		s = "0" + s
	}
	return sign + strconv.FormatInt(n/100, 10) + "." + s
}

// Minutes is a length of time.
type Minutes int64

// String writes minutes as `1:30`.
func (m Minutes) String() string {
	sign, n := "", int64(m)
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n%60, 10)
	if len(s) < 2 {
		s = "0" + s
	}
	return sign + strconv.FormatInt(n/60, 10) + ":" + s
}

// HourlyRate is an amount for one hour of work, in grosze.
type HourlyRate = Grosze

// Work is an unrounded amount: Σ minutes × hourly rate, in grosze·minutes an
// hour. Sums stay exact until Round.
type Work int64

// Earned is what minutes at a rate come to, unrounded.
func Earned(m Minutes, rate HourlyRate) Work { return Work(int64(m) * int64(rate)) }

// Round gives whole grosze, half up.
func (w Work) Round() Grosze { return Grosze(halfUp(int64(w), 60)) }

// Share gives percent of the amount in whole grosze, half up, rounding once.
func (w Work) Share(percent int) Grosze { return Grosze(halfUp(int64(w)*int64(percent), 6000)) }

// halfUp divides and rounds half away from zero; den > 0.
func halfUp(num, den int64) int64 {
	if num < 0 {
		return -halfUp(-num, den)
	}
	return (num + den/2) / den
}
