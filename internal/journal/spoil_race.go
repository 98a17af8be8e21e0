//go:build race

package journal

const spoiling = true
