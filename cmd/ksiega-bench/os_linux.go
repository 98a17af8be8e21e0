package main

import (
	"os"
	"syscall"
	"time"
)

// syncData waits until written bytes are on the disk.
func syncData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }

// processorTime is what this process has used of the processors; on a busy
// machine it says more than the clock.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
