package main

import (
	"os"
	"os/exec"
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

// apart makes a command run as somebody else, unless as is nil, and keeps a
// terminal's Ctrl-C from it: we end it ourselves.
func apart(cmd *exec.Cmd, as *systemUser) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if as != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(as.uid), Gid: uint32(as.gid)}
	}
	return nil
}
