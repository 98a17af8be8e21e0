package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// invented are n people that nobody is, born in some years, each a household of one. Which
// names they have follows from first: other hundreds give other names.
func invented(rng *rand.Rand, id string, n, first, bornFrom, bornTo int) []person {
	people := make([]person, n)
	for i := range people {
		at := first + i
		sex := at % 2
		p := &people[i]
		*p = person{
			id: fmt.Sprintf(id, i+1), given: givenNames[sex][(3*at+at/20)%10], family: families[at%20][sex], sex: []string{"M", "K"}[sex],
			born: date(bornFrom+rng.IntN(bornTo-bornFrom+1), time.Month(1+rng.IntN(12)), 1+rng.IntN(28)),
		}
		p.household = "G-" + p.id
	}
	return people
}

// rows adds some rows as they are.
func rows(s *sheet, all [][]string) {
	for _, row := range all {
		s.add(row...)
	}
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
