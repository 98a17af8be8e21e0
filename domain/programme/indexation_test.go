package programme_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/programme"
)

// indexed is a rate from 1 June, by the prices of the calendar year before (art. 73a ust. 5,
// ustawa z 20.04.2004): rounded up to ten grosze, and unchanged where prices did not rise.
func indexed(rate domain.HourlyRate, tenths int64) domain.HourlyRate {
	if tenths <= 1000 {
		return rate
	}
	const up = 1000 * 10 // per mille, of ten grosze
	return domain.HourlyRate((int64(rate)*tenths + up - 1) / up * 10)
}

// TestIndexation: each rate of the old regime follows from the one before and the prices of
// its year. Of 2025 the ministry answered otherwise, which the catalogue's note says.
func TestIndexation(t *testing.T) {
	t.Parallel()
	var cpi struct {
		Source string
		Tenths map[string]int64
	}
	data, err := os.ReadFile("testdata/cpi.json")
	if err == nil {
		err = json.Unmarshal(data, &cpi)
	}
	c, loaded := programme.Load()
	if err != nil || loaded != nil || cpi.Source == "" {
		t.Fatal(err, loaded)
	}
	on := func(year int) programme.Rate {
		r, ok := c.Statute().MinimumRate(programme.OldRegime, domain.NewDate(year, time.June, 1))
		if !ok {
			t.Fatalf("no rate on 1 June %d", year)
		}
		return r
	}
	first, _ := c.Statute().MinimumRate(programme.OldRegime, domain.NewDate(2005, time.November, 1))
	rate, years := first.Grosze, 0
	for year := 2006; year <= 2025; year++ {
		prices, ok := cpi.Tenths[strconv.Itoa(year-1)]
		if !ok {
			t.Fatalf("the prices of %d are missing", year-1)
		}
		is := on(year)
		switch rate = indexed(rate, prices); {
		case year == 2025:
			if rate != 1270 || is.Grosze != 1220 || is.Note == "" {
				t.Errorf("2025: indexation gives %s, the catalogue has %s, with the note %q", rate, is.Grosze, is.Note)
			}
		case is.Grosze != rate:
			t.Errorf("%d: indexation gives %s, the catalogue has %s", year, rate, is.Grosze)
		default:
			years++
		}
	}
	if years != 19 {
		t.Errorf("%d years follow", years)
	}
	for _, year := range []int{2008, 2009, 2013, 2014, 2018, 2020, 2021, 2023, 2025} {
		if r := on(year); !r.Attested {
			t.Errorf("%d is not marked as attested", year)
		}
	}
}
