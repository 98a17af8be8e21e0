//go:build !linux

package main

import (
	"os"
	"time"
)

// syncData waits until written bytes are on the disk.
func syncData(f *os.File) error { return f.Sync() }

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
