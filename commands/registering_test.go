package commands

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// One PESEL is one person's at a time, other PESELs wait for nobody, and whoever goes
// away while waiting takes nothing along.
func TestRegisteringWaitsForTheSamePESELOnly(t *testing.T) {
	t.Parallel()
	const held, other = "44051401359", "02070803628"
	var r Registering
	done, err := r.lock(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	for _, pesel := range []string{other, "", "no PESEL"} {
		free, err := r.lock(t.Context(), pesel)
		if err != nil {
			t.Errorf("%q: %v", pesel, err)
		}
		free()
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.lock(gone, held); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away: %v", err)
	}
	inside, most := 0, 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			free, err := r.lock(t.Context(), held)
			if err != nil {
				t.Error(err)
			}
			defer free()
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
			mu.Lock()
			inside--
			mu.Unlock()
		})
	}
	done()
	all.Wait()
	if most != 1 || len(r.locked) != 0 {
		t.Errorf("%d at once, %d are left", most, len(r.locked))
	}
}
