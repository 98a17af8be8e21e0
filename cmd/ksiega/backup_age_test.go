package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"ksiega/internal/eventdb"
)

// ageKey makes a key pair; the identity stands in a file.
func ageKey(t *testing.T) (recipient, identityFile string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "identity.txt")
	if err := os.WriteFile(path, []byte("# created by the test\n\n"+id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String(), path
}

func recipientsOf(t *testing.T, texts ...string) []age.Recipient {
	t.Helper()
	out, err := (&backupCmd{Recipients: texts}).recipients()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// emptyBackup takes a backup of a new event database.
func emptyBackup(t *testing.T) func(io.Writer) error {
	t.Helper()
	node, err := eventdb.Open(eventdb.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Close() })
	return func(w io.Writer) error { _, err := node.Backup(context.Background(), w); return err }
}

// restoreSealed restores what the command would, and says where.
func restoreSealed(t *testing.T, file []byte, identityFile string) (dir string, err error) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "d")
	plain, err := unseal(bytes.NewReader(file), identityFile)
	if err == nil {
		_, err = eventdb.Restore(context.Background(), plain, dir)
	}
	return dir, err
}

// An encrypted backup comes back by the identity of every recipient, in age's
// binary form and in its armor, and by no other; a plain one needs none.
func TestASealedBackupOpensForItsRecipients(t *testing.T) {
	t.Parallel()
	first, firstID := ageKey(t)
	second, secondID := ageKey(t)
	_, strangerID := ageKey(t)
	var sealed, plain bytes.Buffer
	take := emptyBackup(t)
	info, err := writeBackup(context.Background(), &sealed, recipientsOf(t, first, second), take)
	if err != nil || info.Format == 0 {
		t.Fatal(info, err)
	}
	if _, err := writeBackup(context.Background(), &plain, nil, take); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed.Bytes(), plain.Bytes()[:15]) || !bytes.HasPrefix(sealed.Bytes(), []byte(ageIntro)) {
		t.Errorf("it begins %q", sealed.Bytes()[:40])
	}
	var armored bytes.Buffer
	w := armor.NewWriter(&armored)
	if _, err := w.Write(sealed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{sealed.Bytes(), armored.Bytes()} {
		for _, id := range []string{firstID, secondID} {
			if _, err := restoreSealed(t, file, id); err != nil {
				t.Errorf("%.20q: %v", file, err)
			}
		}
		for id, want := range map[string]string{strangerID: "zaszyfrowana dla innych", "": "podaj --identity FILE", strangerID + "x": "no such file"} {
			if dir, err := restoreSealed(t, file, id); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%.20q: %v, want %q", file, err, want)
			} else if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was restored: %v", err)
			}
		}
	}
	for _, id := range []string{"", firstID} {
		if _, err := restoreSealed(t, plain.Bytes(), id); err != nil {
			t.Error(err)
		}
	}
}

// Wherever it is cut or altered, an encrypted backup is refused in one line and
// leaves nothing behind.
func TestAnAlteredSealedBackupIsRefused(t *testing.T) {
	t.Parallel()
	recipient, id := ageKey(t)
	var sealed bytes.Buffer
	if _, err := writeBackup(context.Background(), &sealed, recipientsOf(t, recipient), emptyBackup(t)); err != nil {
		t.Fatal(err)
	}
	good := sealed.Bytes()
	refuse := func(what string, at int, file []byte) {
		t.Helper()
		dir, err := restoreSealed(t, file, id)
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s at %d: %v", what, at, err)
		}
		if at > 60 && !errors.Is(err, eventdb.ErrBackupDamaged) && !strings.Contains(err.Error(), "zaszyfrowana dla innych") {
			t.Errorf("%s at %d: %v", what, at, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s at %d: something was restored: %v", what, at, err)
		}
	}
	for at := 0; at < len(good); at += 7 {
		refuse("cut", at, good[:at])
		b := bytes.Clone(good)
		b[at] ^= 1
		refuse("altered", at, b)
	}
	refuse("one byte short", len(good)-1, good[:len(good)-1])
	refuse("something behind it", len(good), append(bytes.Clone(good), 0))
}

// What is read back on the way is the ciphertext: a backup that is not whole is told
// of while it is written, encrypted or not.
func TestABackupIsReadBack(t *testing.T) {
	t.Parallel()
	recipient, _ := ageKey(t)
	take := emptyBackup(t)
	var whole bytes.Buffer
	if err := take(&whole); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the line broke")
	for name, recipients := range map[string][]age.Recipient{"plain": nil, "sealed": recipientsOf(t, recipient)} {
		for at := 0; at < whole.Len(); at += 9 {
			b := bytes.Clone(whole.Bytes())
			b[at] ^= 1
			_, err := writeBackup(context.Background(), io.Discard, recipients, func(w io.Writer) error { _, err := w.Write(b); return err })
			if !errors.Is(err, eventdb.ErrBackupDamaged) && !errors.Is(err, eventdb.ErrNewerFormat) {
				t.Errorf("%s, altered at %d: %v", name, at, err)
			}
		}
		_, err := writeBackup(context.Background(), io.Discard, recipients, func(w io.Writer) error {
			_, err := w.Write(whole.Bytes()[:whole.Len()-40])
			return err
		})
		if !errors.Is(err, eventdb.ErrBackupDamaged) {
			t.Errorf("%s, cut short: %v", name, err)
		}
		if _, err := writeBackup(context.Background(), io.Discard, recipients, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("%s, broken off: %v", name, err)
		}
	}
}

// A key in the wrong place is refused without being shown.
func TestKeysOfABackup(t *testing.T) {
	t.Parallel()
	recipient, id := ageKey(t)
	secret, err := os.ReadFile(id)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "keys")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	identity := strings.TrimSpace(strings.Split(string(secret), "\n")[2])
	good := &backupCmd{Recipients: []string{recipient}, RecipientsFile: write("# two\n" + recipient + "\r\n\n " + recipient + "\n")}
	if got, err := good.recipients(); err != nil || len(got) != 3 {
		t.Errorf("%d recipients, %v", len(got), err)
	}
	for want, c := range map[string]*backupCmd{
		"tajna połowa":                    {Recipients: []string{identity}},
		"klucz publiczny":                 {Recipients: []string{"ssh-ed25519 AAAA"}},
		"wiersz 2: podaj klucz publiczny": {RecipientsFile: write(recipient + "\n" + identity)},
		"wiersz 1: podaj klucz publiczny": {RecipientsFile: write("age1x")},
		"nie ma w nim odbiorcy":           {RecipientsFile: write("# nobody\n")},
		"no such file":                    {RecipientsFile: "nosuch"},
	} {
		if _, err := c.recipients(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), identity[20:]) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for want, text := range map[string]string{
		"wiersz 1: podaj klucz tajny": identity + "x",
		"wiersz 2: podaj klucz tajny": "#\n" + recipient,
		"najpierw odszyfruj":          armor.Header + "\nxxx\n",
		"nie ma w nim klucza tajnego": "\n",
	} {
		_, err := unseal(strings.NewReader(ageIntro+strings.Repeat("x", 80)), write(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), identity[20:]) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// The whole way with processes: through a server and without one.
func TestASealedBackupBringsTheLedgerBack(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	data, file := filepath.Join(home, "d"), filepath.Join(home, "b.age")
	recipient, id := ageKey(t)
	_, stranger := ageKey(t)
	must(t, exitDone, "import", "--data", data, referrals(t, 2))
	report := must(t, exitDone, "report", "contracts", "--format", "csv", "--data", data)
	key, err := os.ReadFile(data + ".master.key")
	if err != nil {
		t.Fatal(err)
	}
	restored := func(name string) {
		t.Helper()
		other := filepath.Join(home, name)
		for identity, want := range map[string]string{"": "podaj --identity FILE", stranger: "zaszyfrowana dla innych"} {
			args := []string{"restore", file, "--data", other}
			if identity != "" {
				args = append(args, "--identity", identity)
			}
			if out := must(t, exitFailed, args...); !strings.Contains(out, want) || strings.Count(out, "\n") != 1 {
				t.Errorf("restore says %q, not %q", out, want)
			}
			if _, err := os.Stat(other); !os.IsNotExist(err) {
				t.Errorf("%s: %v", other, err)
			}
		}
		must(t, exitDone, "restore", file, "--identity", id, "--data", other)
		if err := os.WriteFile(other+".master.key", key, 0o600); err != nil {
			t.Fatal(err)
		}
		must(t, exitDone, "doctor", "--data", other)
		if got := must(t, exitDone, "report", "contracts", "--format", "csv", "--data", other); got != report {
			t.Errorf("the report was\n%s\nand is\n%s", report, got)
		}
	}
	p := serve(t, data)
	if out := must(t, exitDone, "backup", "--data", data, "-o", file, "--recipient", recipient); !strings.Contains(out, "zaszyfrowana programem age (odbiorców: 1) i odczytana") {
		t.Errorf("backup says %q", out)
	}
	end(t, p)
	restored("from a server")
	must(t, exitDone, "backup", "--data", data, "-o", file, "--recipient", recipient, "--recipient", recipient)
	restored("without")
	if out := must(t, exitUsage, "backup", "--data", data, "-o", file+"2", "--recipient", "nobody"); !strings.Contains(out, "podaj klucz publiczny") {
		t.Errorf("backup says %q", out)
	}
	if _, err := os.Stat(file + "2"); !os.IsNotExist(err) {
		t.Errorf("a refused backup left a file: %v", err)
	}
}
