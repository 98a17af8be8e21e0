package journal

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ksiega/domain"
)

// A journal whose clock is far from the log's last event records nothing, neither
// events nor the vault's records, and says so in words.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	j, node := openLog(t, testTable(t))
	if node == nil {
		t.Skip("the log of a shared server does not begin with this test")
	}
	var ahead time.Duration
	j.opts.Now = func() time.Time { return time.Now().Add(ahead) }
	w := mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 0})...)
	const year = 365 * 24 * time.Hour
	writes := map[string]func(j *Journal) error{
		"append": func(j *Journal) error {
			_, err := j.Append(within(t), "tally-1", w.Revision, decided("l", counted{N: 1})...)
			return err
		},
		"record": func(j *Journal) error {
			return j.KeyStore().Append(within(t), "participant/U1", NoStream, []byte(`{}`))
		},
		"close": func(j *Journal) error { return j.KeyStore().Close(within(t), "participant/U1") },
	}
	fresh := openAt(t, Options{Address: node.Address(), Table: testTable(t), Prefix: j.opts.Prefix, Now: j.opts.Now})
	for name, log := range map[string]*Journal{"the same": j, "one just opened": fresh} {
		for _, ahead = range []time.Duration{-2 * time.Minute, -20 * year, 11 * year, 250 * year} {
			for what, write := range writes {
				if err := write(log); !errors.Is(err, ErrClock) || !strings.Contains(err.Error(), "the last event") {
					t.Errorf("%s journal, moved by %s, %s: %v", name, ahead, what, err)
				}
			}
			if err := log.Clock(within(t)); !errors.Is(err, ErrClock) {
				t.Errorf("%s journal, moved by %s: the doctor hears %v", name, ahead, err)
			}
		}
	}
	ahead = 0
	if err := j.Clock(within(t)); err != nil {
		t.Errorf("a right clock: %v", err)
	}
	for _, what := range []string{"append", "record", "close"} {
		if err := writes[what](j); err != nil {
			t.Errorf("a right clock, %s: %v", what, err)
		}
	}
	ahead, j.opts.AnyClock = -20*year, true
	if _, err := j.Append(within(t), "tally-2", NoStream, decided("m", counted{N: 0})...); err != nil {
		t.Errorf("let through: %v", err)
	}
}

// What would not come back as it was decided is not recorded: a day that cannot be
// written down, in the event or in its envelope.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	far := domain.NewDate(2426, 1, 1)
	for name, d := range map[string]Decided{
		"event":    {Event: counted{N: 1, On: far}},
		"envelope": {Event: counted{N: 1}, Meta: Meta{OccurredOn: far}},
	} {
		if _, err := j.Append(within(t), "tally-1", NoStream, d); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewDraft(j, time.Now).Append(within(t), "tally-1", NoStream, d); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s, drafted: %v", name, err)
		}
	}
	j.opts.Today = func() domain.Date { return far }
	if _, err := j.Append(within(t), "tally-1", NoStream, Decided{Event: counted{N: 1}}); !errors.Is(err, ErrUnreadable) {
		t.Errorf("the day of recording: %v", err)
	}
	j.opts.Today = nil
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{N: 0})...)
	if err := j.Scan(context.Background(), ScanOptions{}, func(Batch) error { return nil }); err != nil {
		t.Errorf("the log does not read: %v", err)
	}
}
