package vault

import (
	"context"
	"slices"
	"strings"
)

// Subjects names those that have or had a key, as far as this vault has seen, and whose
// names begin with a prefix, sorted.
func (v *Vault) Subjects(prefix string) []string {
	return v.subjects(prefix, func(met) bool { return true })
}

// Unindexed names those whose names begin with a prefix, that have a key and are not
// found by anything, as far as this vault has seen, sorted.
func (v *Vault) Unindexed(prefix string) []string {
	return v.subjects(prefix, func(m met) bool { return m.state == hasKey && m.entry == (mark{}) })
}

// Late names those whose only key landed after every key had been made anew, and does
// not open; nothing was sealed with it, and their next one takes its place. Sorted.
func (v *Vault) Late() []string {
	return v.subjects("", func(m met) bool { return m.state == isLate })
}

func (v *Vault) subjects(prefix string, like func(met) bool) (names []string) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	for name, m := range v.known {
		if strings.HasPrefix(name, prefix) && like(m) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Meet reads the records of subjects that this vault has not met: another one over the
// same key store may have made them since it was opened.
func (v *Vault) Meet(ctx context.Context, subjects ...string) error {
	unmet := map[string]struct{}{}
	for _, subject := range subjects {
		if err := checkNames(subject, "key"); err != nil {
			return err
		}
		if _, known := v.lookup(subject); !known {
			unmet[subject] = struct{}{}
		}
	}
	return atOnce(ctx, unmet, func(ctx context.Context, subject string) error {
		p, err := v.fetch(ctx, subject)
		if err != nil || p.last != noRecord {
			return err
		}
		closed, err := v.store.Closed(ctx, subject)
		if closed { // for good, and not to be asked about again
			v.closed(subject)
		}
		return err
	})
}

// meet is what is known of a subject, read from the key store where it was not met.
func (v *Vault) meet(ctx context.Context, subject string) (met, error) {
	v.mu.RLock()
	m, known := v.known[subject]
	v.mu.RUnlock()
	if known {
		return m, nil
	}
	p, err := v.fetch(ctx, subject)
	if err != nil {
		return met{}, err
	}
	return p.met(), nil
}

// Erased says whether a subject's key was destroyed.
func (v *Vault) Erased(ctx context.Context, subject string) (bool, error) {
	found, err := v.HasKey(ctx, subject)
	if err != nil || !found {
		return false, err
	}
	m, err := v.meet(ctx, subject)
	return err == nil && m.state != hasKey && m.state != isLate, err
}
