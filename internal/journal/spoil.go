//go:build !race

package journal

// spoiling says whether every scan spoils what it recycles; all tests under the
// race detector do.
const spoiling = false
