package polish_test

import (
	"testing"

	"ksiega/internal/polish"
)

func TestHoursAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]int{"2:30": 150, "2,5": 150, "2.5": 150, "2": 120, " 2 h": 120, "2,25": 135, "150 min": 150, "0:45": 45, "24": 1440, "24:00": 1440, "2:30 h": 150, "0,2": 12, "08:05": 485} {
		if got, ok := polish.ReadHours(typed); !ok || got != want {
			t.Errorf("%q is %d, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "C", "2:3", "2:60", "25", "24:01", "-1", "2,33", "2,555", "1e3", "2:30:00", "min", "h", "٢", "99999", ",5"} {
		if got, ok := polish.ReadHours(typed); ok {
			t.Errorf("%q is %d", typed, got)
		}
	}
	for typed, want := range map[string]int{"8": 480, "8:05": 485, "805": 485, "1530": 930, "24:00": 1440, "8.30": 510} {
		if got, ok := polish.ReadClock(typed); !ok || got != want {
			t.Errorf("%q is %d, %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "25", "8:5", "860", "24:01", "x"} {
		if got, ok := polish.ReadClock(typed); ok {
			t.Errorf("%q is %d", typed, got)
		}
	}
}
