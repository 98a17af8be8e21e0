package polish

import (
	"strconv"
	"strings"
)

// NoBreak keeps what stands on both sides of it on one line.
const NoBreak = "\u00a0"

// Minus is one as print has it.
const Minus = "−"

// Zloty writes an amount as `1 234,56 zł`.
func Zloty(grosze int64) string { return Amount(grosze) + NoBreak + "zł" }

// Amount writes one without its unit, as `1 234,56`.
func Amount(grosze int64) string {
	sign, n := signed(grosze)
	return sign + grouped(strconv.FormatUint(n/100, 10)) + "," + two(n%100)
}

// Hours writes minutes as `1:30`.
func Hours(minutes int64) string {
	sign, n := signed(minutes)
	return sign + strconv.FormatUint(n/60, 10) + ":" + two(n%60)
}

// Count writes a number as `12 345`.
func Count(n int64) string {
	sign, m := signed(n)
	return sign + grouped(strconv.FormatUint(m, 10))
}

// Hundredths writes them as a number, `1 234,5`, without zeros at the end.
func Hundredths(hundredths int64) string {
	sign, n := signed(hundredths)
	said := sign + grouped(strconv.FormatUint(n/100, 10))
	if n%100 == 0 {
		return said
	}
	return said + "," + strings.TrimRight(two(n%100), "0")
}

// signed is a number's sign and size; that of the least one does not fit an int64.
func signed(n int64) (sign string, size uint64) {
	if n < 0 {
		return Minus, -uint64(n)
	}
	return "", uint64(n)
}

func two(n uint64) string {
	if n < 10 {
		return "0" + strconv.FormatUint(n, 10)
	}
	return strconv.FormatUint(n, 10)
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(NoBreak)
		}
		b.WriteByte(d)
	}
	return b.String()
}
