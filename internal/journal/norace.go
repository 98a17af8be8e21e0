//go:build !race

package journal

// underRace: a build for the race detector. In it every scan spoils what it
// recycles, so that whoever keeps what is valid only during a call is found out.
const underRace = false
