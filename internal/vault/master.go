package vault

import (
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const redacted = "vault.MasterKey(redacted)"

// MasterKey wraps every other key. The zero value is no key. However it is
// printed or marshalled, it doesn't show.
type MasterKey struct{ key secret }

// Format covers every verb of fmt.
func (MasterKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

func (MasterKey) String() string               { return redacted }
func (MasterKey) GoString() string             { return redacted }
func (MasterKey) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
func (MasterKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (m MasterKey) wrapping() (cipher.AEAD, error) {
	if m.key == nil {
		return nil, errors.New("no master key is given")
	}
	return newAEAD(m.key, form1.purpose("wrap"))
}

// ParseMasterKey reads a master key from the text of a variable or a file: 32
// bytes in standard base64 (44 characters); space around them is passed over.
func ParseMasterKey(text string) (MasterKey, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return MasterKey{}, errors.New("the master key is empty")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return MasterKey{}, errors.New("the master key is not one line of base64")
	}
	if len(raw) != keyBytes {
		return MasterKey{}, fmt.Errorf("the master key has %d bytes, not %d", len(raw), keyBytes)
	}
	key := (*[keyBytes]byte)(raw)
	if *key == [keyBytes]byte{} {
		return MasterKey{}, errors.New("the master key is all zeros")
	}
	return MasterKey{keep(key)}, nil
}

// LoadOrCreateMasterKey reads the master key from a file that only its owner may
// read. Where there is no file, it makes one with a new key if mayCreate, and
// otherwise fails with an error that is fs.ErrNotExist. The new file and its
// directory are synced before it returns; a crash before that leaves an empty
// or short file, with which nothing was wrapped and which is refused.
func LoadOrCreateMasterKey(file string, mayCreate bool) (MasterKey, error) {
	master, err := loadMasterKey(file)
	if !errors.Is(err, fs.ErrNotExist) || !mayCreate {
		return master, err
	}
	master, err = createMasterKey(file)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return loadMasterKey(file)
	}
	return master, err
}

func loadMasterKey(file string) (MasterKey, error) {
	f, err := os.Open(file)
	if err != nil {
		return MasterKey{}, fmt.Errorf("open the master key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return MasterKey{}, fmt.Errorf("look at the master key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return MasterKey{}, fmt.Errorf("the master key %s is not a regular file", file)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return MasterKey{}, fmt.Errorf("the master key %s is open to others (mode %04o): allow its owner alone (chmod 600)", file, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return MasterKey{}, fmt.Errorf("read the master key: %w", err)
	}
	master, err := ParseMasterKey(string(text))
	if err != nil {
		return MasterKey{}, fmt.Errorf("%s: %w", file, err)
	}
	return master, nil
}

func createMasterKey(file string) (_ MasterKey, err error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return MasterKey{}, fmt.Errorf("make the master key: %w", err)
	}
	key := newSecret()
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key.bytes()) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = syncDirectory(filepath.Dir(file))
	}
	if err != nil {
		return MasterKey{}, errors.Join(fmt.Errorf("make the master key: %w", err), os.Remove(file))
	}
	return MasterKey{key}, nil
}

func syncDirectory(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
