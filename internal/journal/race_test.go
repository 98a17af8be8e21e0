//go:build race

package journal

// underRace: everything takes several times as long.
const underRace = true
