package vault

import (
	"bytes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"
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
	return newAEAD(m.key, text1.purpose("wrap"))
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

// A Lock gives the passphrase that the file of a master key is encrypted with, by
// scrypt in the format of age (age-encryption.org/v1), whose own tools open it too.
// A nil Lock has none.
type Lock func() (passphrase string, err error)

// minPassphrase is how many characters a passphrase has at least.
const minPassphrase = 12

// passphrase asks the lock; what it gives shows in no error.
func (l Lock) passphrase() (string, error) {
	text, err := l()
	if err != nil {
		return "", fmt.Errorf("passphrase: %w", err)
	}
	if utf8.RuneCountInString(text) < minPassphrase {
		return "", fmt.Errorf("the passphrase has fewer than %d characters", minPassphrase)
	}
	return text, nil
}

const (
	maxMasterFile = 4096
	// The work factors of scrypt: about a second and 256 MiB for what is made here, and
	// at most 1 GiB for what others made.
	maxWorkFactor = 20
)

// LoadOrCreateMasterKey reads the master key from a file that only its owner may
// read. Where there is no file, it makes one with a new key if mayCreate, locked if
// there is a lock, and otherwise fails with an error that is fs.ErrNotExist. The new
// file and its directory are synced before it returns; a crash before that leaves an
// empty or short file, with which nothing was wrapped and which is refused. A file
// without a passphrase is read whether there is a lock or not.
func LoadOrCreateMasterKey(file string, lock Lock, mayCreate bool) (MasterKey, error) {
	master, err := loadMasterKey(file, lock)
	if !errors.Is(err, fs.ErrNotExist) || !mayCreate {
		return master, err
	}
	master, err = createMasterKey(file, lock)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return loadMasterKey(file, lock)
	}
	return master, err
}

func loadMasterKey(file string, lock Lock) (MasterKey, error) {
	text, err := readMasterFile(file)
	if err != nil {
		return MasterKey{}, err
	}
	if isLocked(text) {
		if text, err = unlocked(text, lock); err != nil {
			return MasterKey{}, fmt.Errorf("the master key %s: %w", file, err)
		}
	}
	master, err := ParseMasterKey(string(text))
	if err != nil {
		return MasterKey{}, fmt.Errorf("%s: %w", file, err)
	}
	return master, nil
}

// Locked says whether a file of a master key is encrypted with a passphrase.
func Locked(file string) (bool, error) {
	text, err := readMasterFile(file)
	return isLocked(text), err
}

func readMasterFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open the master key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at the master key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("the master key %s is not a regular file", file)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("the master key %s is open to others (mode %04o): allow its owner alone (chmod 600)", file, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxMasterFile))
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	return text, nil
}

const ageIntro = "age-encryption.org/"

func isLocked(text []byte) bool {
	return bytes.HasPrefix(text, []byte(armor.Header)) || bytes.HasPrefix(text, []byte(ageIntro))
}

func unlocked(text []byte, lock Lock) ([]byte, error) {
	if lock == nil {
		return nil, ErrLocked
	}
	passphrase, err := lock.passphrase()
	if err != nil {
		return nil, err
	}
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, errors.New("the passphrase cannot be used")
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	var in io.Reader = bytes.NewReader(text)
	if bytes.HasPrefix(text, []byte(armor.Header)) {
		in = armor.NewReader(in)
	}
	r, err := age.Decrypt(in, identity)
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(r, maxMasterFile))
	}
	var wrong *age.NoIdentityMatchError
	switch {
	case errors.As(err, &wrong):
		return nil, ErrPassphrase
	case err != nil:
		return nil, errors.New("it is damaged")
	}
	return text, nil
}

// locked is the text as it goes to a file.
func locked(text string, lock Lock) ([]byte, error) {
	if lock == nil {
		return []byte(text), nil
	}
	passphrase, err := lock.passphrase()
	if err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, errors.New("the passphrase cannot be used")
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, recipient)
	if err != nil {
		return nil, fmt.Errorf("lock the master key: %w", err)
	}
	_, err = io.WriteString(w, text)
	if err = errors.Join(err, w.Close(), armored.Close()); err != nil {
		return nil, fmt.Errorf("lock the master key: %w", err)
	}
	return out.Bytes(), nil
}

func createMasterKey(file string, lock Lock) (_ MasterKey, err error) {
	key := newSecret()
	text, err := locked(base64.StdEncoding.EncodeToString(key.bytes())+"\n", lock)
	if err != nil {
		return MasterKey{}, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return MasterKey{}, fmt.Errorf("make the master key: %w", err)
	}
	_, err = f.Write(text)
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
