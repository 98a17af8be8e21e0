package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"testing"
)

// actAsProgram makes the test binary run as ksiega itself, so that tests can
// start and kill real processes, also as a compiled test on another machine.
const actAsProgram = "KSIEGA_TEST_ACT_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(actAsProgram) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// program is a run of ksiega as a process of its own.
func program(ctx context.Context, t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), actAsProgram+"=1")
	return cmd
}

// ksiega runs the program to its end and gives back its exit code and what it
// printed.
func ksiega(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := program(context.Background(), t, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}
