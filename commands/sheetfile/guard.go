package sheetfile

import "strings"

// guarded says whether the writer puts `'` before a cell: a spreadsheet would
// run it, or it looks as if it had been guarded already. The second half makes
// guard and unguard inverse to each other for every text.
func guarded(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 && !plainNegative(s)
}

func guard(s string) string {
	if guarded(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if strings.HasPrefix(s, "'") && guarded(s[1:]) {
		return s[1:]
	}
	return s
}

// plainNegative: a minus and a decimal number, which every spreadsheet reads
// as that number.
func plainNegative(s string) bool {
	if s[0] != '-' {
		return false
	}
	_, ok := parseDecimal(s)
	return ok
}
