package durability

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
)

func TestGapsOfTheCentre(t *testing.T) {
	t.Parallel()
	o := opened.Obligation
	stated := []PlacesFrom{{july1.Add(10), 30}, {july1.Add(100), 20}, {july1.Add(110), 25}, {july1.Add(120), 31}}
	ready, required, gaps := Gaps(o, stated, end)
	want := []Gap{
		{july1, july1.Add(9), 0, 30}, {july1.Add(100), july1.Add(109), 20, 30}, {july1.Add(110), july1.Add(119), 25, 30},
	}
	if required != 731 || ready != 701 || !reflect.DeepEqual(gaps, want) {
		t.Errorf("got %d of %d, %v", ready, required, gaps)
	}
	if ready, required, gaps := Gaps(o, stated, july1-1); ready != 0 || required != 0 || gaps != nil {
		t.Errorf("before the first day: %d of %d, %v", ready, required, gaps)
	}
	if ready, required, gaps := Gaps(o, nil, july1); ready != 0 || required != 1 || len(gaps) != 1 {
		t.Errorf("on the first day: %d of %d, %v", ready, required, gaps)
	}
	if ready, required, gaps := Gaps(Obligation{From: july1, To: end}, nil, end); ready != 731 || required != 731 || gaps != nil {
		t.Errorf("nothing promised: %d of %d, %v", ready, required, gaps)
	}
}

// naive goes day by day; a gap ends where the day before it was of another kind.
func naive(o Obligation, places []PlacesFrom, asOf domain.Date) (readyDays, requiredDays int, gaps []Gap) {
	for day := o.From; day <= o.To && day <= asOf; day++ {
		requiredDays++
		var since domain.Date
		ready := 0
		for _, p := range places {
			if p.From <= day && p.From >= since {
				since, ready = p.From, p.Places
			}
		}
		if ready >= o.Places {
			readyDays++
			continue
		}
		if n := len(gaps); n > 0 && gaps[n-1].To == day-1 && gaps[n-1].Ready == ready {
			gaps[n-1].To = day
			continue
		}
		gaps = append(gaps, Gap{From: day, To: day, Ready: ready, Promised: o.Places})
	}
	return readyDays, requiredDays, gaps
}

func TestGapsEqualDayByDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) domain.Date { return july1 + domain.Date(rapid.IntRange(0, 25).Draw(t, name)) }
		o := Obligation{From: day("from") + 5, Places: rapid.IntRange(0, 3).Draw(t, "promised")}
		o.To = o.From + domain.Date(rapid.IntRange(0, 20).Draw(t, "length"))
		var stated []PlacesFrom
		for range rapid.IntRange(0, 30).Draw(t, "statements") {
			stated = append(stated, PlacesFrom{day("stated"), rapid.IntRange(0, 3).Draw(t, "ready")})
		}
		asOf := day("asOf") + 10
		given := append([]PlacesFrom(nil), stated...)
		r1, q1, g1 := Gaps(o, stated, asOf)
		r2, q2, g2 := naive(o, stated, asOf)
		if r1 != r2 || q1 != q2 || !reflect.DeepEqual(g1, g2) {
			t.Fatalf("got %d of %d %v\nwant %d of %d %v", r1, q1, g1, r2, q2, g2)
		}
		if !reflect.DeepEqual(given, stated) {
			t.Fatal("the statements were changed")
		}
		gapDays := 0
		for _, g := range g1 {
			gapDays += int(g.To-g.From) + 1
		}
		if gapDays != q1-r1 {
			t.Fatalf("gaps of %d days, %d of %d ready", gapDays, r1, q1)
		}
	})
}
