package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// must runs the program and wants an exit code; it gives back both outputs.
func must(t *testing.T, code int, args ...string) string {
	t.Helper()
	got, out, errs := ksiega(t, args...)
	if got != code {
		t.Fatalf("ksiega %s: exit %d, want %d:\n%s%s", strings.Join(args, " "), got, code, out, errs)
	}
	return out + errs
}

// end stops a server, which saves its read models.
func end(t *testing.T, s *serving) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// A backup taken through the server, and one taken without, bring back a ledger
// that answers the same; what it lacks, and only that, the doctor names.
func TestABackupBringsTheLedgerBack(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	data, other, file := filepath.Join(home, "d"), filepath.Join(home, "restored"), filepath.Join(home, "b.ksiega")
	must(t, exitDone, "import", "--data", data, referrals(t, 3))
	report := must(t, exitDone, "report", "contracts", "--format", "csv", "--data", data)

	p := serve(t, data)
	if out := must(t, exitDone, "backup", "--data", data, "-o", file); !strings.Contains(out, "klucza głównego w niej nie ma") || !strings.Contains(out, data+".master.key") {
		t.Errorf("backup says %q", out)
	}
	if out := must(t, exitDone, "doctor", "--data", data); !strings.Contains(out, "wszystko w porządku") {
		t.Errorf("doctor beside a server says %q", out)
	}
	if out := must(t, exitDone, "scavenge", "--data", data); !strings.Contains(out, "usuniętych zdarzeń: 0") {
		t.Errorf("scavenge says %q", out)
	}
	end(t, p)
	if out := must(t, exitDone, "doctor", "--data", data); !strings.Contains(out, "wszystko w porządku") {
		t.Errorf("doctor says %q", out)
	}
	must(t, exitDone, "scavenge", "--data", data)

	if out := must(t, exitDone, "restore", file, "--data", other); !strings.Contains(out, "przynieś go do "+other+".master.key") {
		t.Errorf("restore says %q", out)
	}
	if out := must(t, exitFound, "doctor", "--data", other); !strings.Contains(out, "klucza głównego ("+other+".master.key) nie ma") {
		t.Errorf("doctor without the key says %q", out)
	}
	key, err := os.ReadFile(data + ".master.key")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other+".master.key", key, 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, exitDone, "doctor", "--data", other)
	if got := must(t, exitDone, "report", "contracts", "--format", "csv", "--data", other); got != report {
		t.Errorf("the report was\n%s\nand is\n%s", report, got)
	}
	must(t, exitDone, "verify", "--data", other)
	if out := must(t, exitFailed, "restore", file, "--data", other); !strings.Contains(out, "not empty") {
		t.Errorf("restore over a ledger says %q", out)
	}

	second := filepath.Join(home, "second.ksiega")
	must(t, exitDone, "backup", "--data", other, "-o", second)
	b, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second, b[:len(b)-7], 0o600); err != nil {
		t.Fatal(err)
	}
	third := filepath.Join(home, "third")
	if out := must(t, exitFailed, "restore", second, "--data", third); !strings.Contains(out, "cut short") {
		t.Errorf("restore of half a backup says %q", out)
	}
	if _, err := os.Stat(third); !os.IsNotExist(err) {
		t.Errorf("%s: %v", third, err)
	}
}

func TestTheDoctorFinds(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	if out := must(t, exitFailed, "doctor", "--data", data); !strings.Contains(out, "no event database") {
		t.Errorf("doctor of nothing says %q", out)
	}
	must(t, exitFailed, "backup", "--data", data, "-o", data+".b")
	must(t, exitFailed, "scavenge", "--data", data)
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("a directory was made: %v", err)
	}
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	end(t, serve(t, data)) // saves its read models
	find := func(what string, spoil func() error) {
		t.Helper()
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if out := must(t, exitFound, "doctor", "--data", data); !strings.Contains(out, what) {
			t.Errorf("doctor says %q, not %q", out, what)
		}
	}
	must(t, exitDone, "doctor", "--data", data)
	rows := filepath.Join(data, "redis.rows")
	find("zapisanych zestawień", func() error { return os.Truncate(rows, 20) })
	if err := os.Remove(rows); err != nil {
		t.Fatal(err)
	}
	find("dla innych użytkowników", func() error { return os.Chmod(data, 0o755) })
	if err := os.Chmod(data, 0o700); err != nil {
		t.Fatal(err)
	}
	find("klucz główny innej księgi", func() error {
		elsewhere := filepath.Join(t.TempDir(), "e")
		must(t, exitDone, "import", "--data", elsewhere, referrals(t, 1))
		return os.Rename(elsewhere+".master.key", data+".master.key")
	})
}
