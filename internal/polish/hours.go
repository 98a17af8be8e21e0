package polish

import (
	"strconv"
	"strings"
)

// ReadHours is a time that somebody typed, in minutes: `2:30`, `2,5`, `2.5`, `2`, `2 h`, `150 min`.
// False is what is none, or comes to no whole minutes.
func ReadHours(typed string) (minutes int, ok bool) {
	typed = strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '\u202f' {
			return -1
		}
		return r
	}, typed))
	if n, found := strings.CutSuffix(typed, "min"); found {
		return whole(n, 24*60)
	}
	typed = strings.TrimSuffix(strings.TrimSuffix(typed, "godz."), "h")
	if hours, rest, found := strings.Cut(typed, ":"); found {
		h, ok1 := whole(hours, 24)
		m, ok2 := whole(rest, 59)
		return h*60 + m, ok1 && ok2 && len(rest) == 2 && h*60+m <= 24*60
	}
	hours, part, found := strings.Cut(strings.Replace(typed, ".", ",", 1), ",")
	h, ok := whole(hours, 24)
	if !found || !ok {
		return h * 60, ok
	}
	tenths, ok := whole(part, 99)
	if len(part) == 1 {
		tenths *= 10
	}
	return h*60 + tenths*60/100, ok && len(part) <= 2 && tenths*60%100 == 0 && h*60+tenths*60/100 <= 24*60
}

// ReadClock is a time of day that somebody typed, in minutes after midnight: `8`, `8:05`, `805`,
// `24:00`.
func ReadClock(typed string) (minutes int, ok bool) {
	typed = strings.Replace(strings.TrimSpace(typed), ".", ":", 1)
	if !strings.Contains(typed, ":") && len(typed) > 2 {
		typed = typed[:len(typed)-2] + ":" + typed[len(typed)-2:]
	}
	hours, rest, found := strings.Cut(typed, ":")
	h, ok := whole(hours, 24)
	if !found {
		return h * 60, ok
	}
	m, ok2 := whole(rest, 59)
	return h*60 + m, ok && ok2 && len(rest) == 2 && h*60+m <= 24*60
}

// whole is a number of at most three digits, and no sign.
func whole(text string, most int) (int, bool) {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= most
}
