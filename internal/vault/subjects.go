package vault

import (
	"slices"
	"strings"
)

// Subjects names those that have or had a key, as far as this vault has seen, and whose
// names begin with a prefix, sorted.
func (v *Vault) Subjects(prefix string) []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var names []string
	for name := range v.people {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
