package main

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
)

// spoilStore changes the store of a data directory behind everybody's back.
func spoilStore(t *testing.T, data string, spoil func(*pebble.DB) error) {
	t.Helper()
	db, err := pebble.Open(filepath.Join(data, "store"), &pebble.Options{Logger: silent{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(spoil(db), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// silent is Pebble's logger; what is fatal fails the test by a panic.
type silent struct{}

func (silent) Infof(string, ...any)              {}
func (silent) Errorf(string, ...any)             {}
func (silent) Fatalf(format string, args ...any) { panic(format) }

// The doctor builds lost indexes anew, and then the ledger answers as before; what
// is lost of the log itself it does not paper over.
func TestTheDoctorRepairs(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitFailed, "doctor", "--repair", "--data", data)
	must(t, exitDone, "import", "--data", data, referrals(t, 2))
	report := must(t, exitDone, "report", "contracts", "--format", "csv", "--data", data)
	if out := must(t, exitDone, "doctor", "--repair", "--data", data); !strings.Contains(out, "nie było czego naprawiać") || !strings.Contains(out, "wszystko w porządku") {
		t.Errorf("doctor says %q", out)
	}
	for name, kinds := range map[string]string{"ids": "i", "heads": "h", "streams": "s", "all": "his"} {
		spoilStore(t, data, func(db *pebble.DB) (err error) {
			for _, kind := range []byte(kinds) {
				err = errors.Join(err, db.DeleteRange([]byte{kind}, []byte{kind + 1}, pebble.Sync))
			}
			return err
		})
		if out := must(t, exitFound, "doctor", "--data", data); !strings.Contains(out, "(ksiega doctor --repair)") {
			t.Errorf("%s: doctor says %q", name, out)
		}
		out := must(t, exitDone, "doctor", "--repair", "--data", data)
		if !strings.Contains(out, "znaleziono: ") || !strings.Contains(out, "indeksy zbudowano od nowa") || !strings.Contains(out, "wszystko w porządku") {
			t.Errorf("%s: doctor says %q", name, out)
		}
		if got := must(t, exitDone, "report", "contracts", "--format", "csv", "--data", data); got != report {
			t.Errorf("%s: the report was\n%s\nand is\n%s", name, report, got)
		}
	}
	must(t, exitDone, "verify", "--data", data)

	p := serve(t, data)
	if out := must(t, exitUsage, "doctor", "--repair", "--data", data); !strings.Contains(out, "zatrzymaj serwer") {
		t.Errorf("doctor beside a server says %q", out)
	}
	end(t, p)
	n := startNode(t, "--data", data)
	if out := must(t, exitFailed, "doctor", "--repair", "--data", data); !strings.Contains(out, "zatrzymaj inny proces") {
		t.Errorf("doctor beside a node says %q", out)
	}
	n.stop()

	spoilStore(t, data, func(db *pebble.DB) error {
		key := binary.BigEndian.AppendUint64([]byte{'a'}, 2)
		return errors.Join(db.Delete(key, pebble.Sync), db.DeleteRange([]byte("i"), []byte("j"), pebble.Sync))
	})
	for range 2 {
		out := must(t, exitFailed, "doctor", "--repair", "--data", data)
		if !strings.Contains(out, "the events from position 128 to 128 are missing") || !strings.Contains(out, "odtwórz ostatnią kopię zapasową") {
			t.Errorf("doctor of a damaged log says %q", out)
		}
	}
}
