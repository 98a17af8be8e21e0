package polish

import (
	"regexp"
	"strings"
	"sync"
	"time"
)

// patterns of what people type, compiled once.
var patterns = sync.OnceValue(func() (p struct{ day, month, moment *regexp.Regexp }) {
	p.day = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4})(?: ?r\.)?$`)
	p.month = regexp.MustCompile(`^(\d{1,2})\.(\d{4})(?: ?r\.)?$`)
	p.moment = regexp.MustCompile(`^(\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2}),?\s+(\d{1,2}:\d{2})$`)
	return p
})

// ReadDay is a date that somebody typed, as `5.6.2018` or `05.06.2018`, in the form
// RRRR-MM-DD; anything else is what it was. Whether there is such a day it does not say.
func ReadDay(typed string) string {
	typed = strings.TrimSpace(typed)
	if m := patterns().day.FindStringSubmatch(typed); m != nil {
		return m[3] + "-" + twoDigits(m[2]) + "-" + twoDigits(m[1])
	}
	return typed
}

// ReadMonth is a month that somebody typed, as `6.2018`, in the form RRRR-MM; anything else
// is what it was.
func ReadMonth(typed string) string {
	typed = strings.TrimSpace(typed)
	if m := patterns().month.FindStringSubmatch(typed); m != nil {
		return m[2] + "-" + twoDigits(m[1])
	}
	return typed
}

// ReadMoment is a moment that somebody typed by the clocks of a zone, as `22.06.2018 14:10`,
// in the form of RFC 3339; a day as ReadDay has it; anything else is what it was.
func ReadMoment(typed string, zone *time.Location) string {
	typed = strings.TrimSpace(typed)
	m := patterns().moment.FindStringSubmatch(typed)
	if m == nil {
		return ReadDay(typed)
	}
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation("2006-01-02 15:4", ReadDay(m[1])+" "+m[2], zone)
	if err != nil {
		return typed
	}
	return t.Format(time.RFC3339)
}

func twoDigits(n string) string {
	if len(n) == 1 {
		return "0" + n
	}
	return n
}
