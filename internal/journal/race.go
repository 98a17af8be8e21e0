//go:build race

package journal

// underRace: see norace.go.
const underRace = true
