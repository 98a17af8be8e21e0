// Package pebblelog reads the files that Pebble writes before it writes tables, its
// journals and its manifest, to tell damage from the end that a loss of power leaves.
//
// It promises that Inspect refuses a store of which something that was acknowledged is
// missing and which Pebble would open without a word. For that it writes two things
// itself while the store is in use: the Witness, a file that says what had been synced,
// and receipts, entries of commits that say so of what came before.
//
// It knows the formats of the versions in Known, no others: what it says of files of
// another is worth nothing, so that a test fails with any other Pebble until somebody
// has compared the formats. It stops at these files: tables have checksums of their own
// that Pebble looks at.
package pebblelog

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// ErrDamaged: something that had been on the disk cannot be read, or is missing.
var ErrDamaged = errors.New("damaged")

// Version is one of Pebble whose journals and manifests this package reads.
type Version struct {
	Module string // of the Go module
	Format pebble.FormatMajorVersion
}

// Known are the versions whose formats were compared with what stands in log.go:
// record/record.go and record/log_writer.go (chunks, the mark at the end of a journal),
// batchrepr (the head of a commit, LogData), manifest/version_edit.go (the fields that
// oldestJournal reads), the names of files in internal/base/filenames.go and of markers
// in vfs/atomicfs.
func Known() []Version {
	return []Version{{"v2.1.7", pebble.FormatMajorVersion(24)}}
}
