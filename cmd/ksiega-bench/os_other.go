//go:build !linux

package main

import (
	"errors"
	"os"
	"os/exec"
	"time"
)

// syncData waits until written bytes are on the disk.
func syncData(f *os.File) error { return f.Sync() }

// processorTime is not known here.
func processorTime() time.Duration { return 0 }

// apart runs a command as somebody else, which is known on Linux only.
func apart(_ *exec.Cmd, as *systemUser) error {
	if as != nil {
		return errors.New("it is not known here how to run a program as another user than root")
	}
	return nil
}
