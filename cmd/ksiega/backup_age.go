package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"ksiega/internal/eventdb"
)

// A backup that leaves the building is encrypted with age (age-encryption.org/v1)
// to the public keys of those who may restore it. The stream of eventdb is the
// plaintext; age's own tools open it too.
//
// The server knows nothing of this: its control door hands out the plain stream to
// whoever owns the data directory, and the command line encrypts it as it writes.

const (
	maxKeyFile  = 1 << 20 // bytes of a file with recipients or identities
	ageIntro    = "age-encryption.org/"
	secretStart = "AGE-SECRET-KEY-"
)

// recipients are those that the flags name, none where the backup is to be plain.
func (c *backupCmd) recipients() (out []age.Recipient, err error) {
	for _, text := range c.Recipients {
		one, err := parseRecipient(text)
		if err != nil {
			return nil, fmt.Errorf("--recipient: %w", err)
		}
		out = append(out, one...)
	}
	if c.RecipientsFile == "" {
		return out, nil
	}
	found, err := readKeys(c.RecipientsFile, parseRecipient)
	if err != nil {
		return nil, fmt.Errorf("--recipients-file %s: %w", c.RecipientsFile, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("--recipients-file %s: nie ma w nim odbiorcy", c.RecipientsFile)
	}
	return append(out, found...), nil
}

func parseRecipient(text string) ([]age.Recipient, error) {
	if strings.HasPrefix(strings.ToUpper(text), secretStart) {
		return nil, errors.New("podaj klucz publiczny (age1…): to jest tajna połowa klucza")
	}
	found, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("podaj klucz publiczny age (age1…): %q nim nie jest", text)
	}
	return found, nil
}

func parseIdentity(text string) ([]age.Identity, error) {
	found, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil { // which shows the text, and that is a secret
		return nil, errors.New("podaj klucz tajny age (" + secretStart + "1…): to nim nie jest")
	}
	return found, nil
}

// readKeys reads a file with one key a line; empty lines and those that begin with
// # mean nothing.
func readKeys[K any](path string, parse func(string) ([]K, error)) (out []K, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(io.LimitReader(f, maxKeyFile))
	for number := 1; lines.Scan(); number++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		if strings.HasPrefix(text, ageIntro) || text == armor.Header {
			return nil, errors.New("najpierw odszyfruj sam plik (age -d): jest zaszyfrowany")
		}
		found, err := parse(text)
		if err != nil {
			return nil, fmt.Errorf("wiersz %d: %w", number, err)
		}
		out = append(out, found...)
	}
	return out, lines.Err()
}

// seal encrypts one backup, and opens it again while it is being written. For that
// it keeps the key of this one file, in memory and no longer than that takes; the
// identities of the recipients are elsewhere. What reading back proves is that the
// header is authentic and the whole ciphertext decrypts to a whole backup. That the
// recipients' entries in the header hold the same key rests on age, and that
// somebody still has an identity only a restore can show.
type seal struct {
	recipients []age.Recipient // none: plain
	keeper     *keyKeeper
}

func newSeal(recipients []age.Recipient) *seal {
	if len(recipients) == 0 {
		return &seal{}
	}
	keeper := &keyKeeper{Recipient: recipients[0]}
	return &seal{recipients: append([]age.Recipient{keeper}, recipients[1:]...), keeper: keeper}
}

func (s *seal) write(w io.Writer, take func(io.Writer) error) error {
	if s.keeper == nil {
		return take(w)
	}
	to, err := age.Encrypt(w, s.recipients...)
	if err != nil {
		return fmt.Errorf("szyfrowanie: %w", err)
	}
	if err := take(to); err != nil {
		return err // without its last chunk nobody takes the file for whole
	}
	return to.Close()
}

func (s *seal) readBack(ctx context.Context, r io.Reader) (eventdb.BackupInfo, error) {
	if s.keeper != nil {
		plain, err := decrypted(r, s.keeper)
		if err != nil {
			return eventdb.BackupInfo{}, err
		}
		r = plain
	}
	return eventdb.ReadBackup(ctx, r)
}

// keyKeeper is a recipient that remembers the key of the file it is given, so that
// it is an identity for that file.
type keyKeeper struct {
	age.Recipient
	key []byte
}

// WrapWithLabels is what age asks of the recipient. The labels, which keep kinds of
// keys apart that must not be mixed, are the recipient's own.
func (k *keyKeeper) WrapWithLabels(key []byte) ([]*age.Stanza, []string, error) {
	k.key = bytes.Clone(key)
	if r, ok := k.Recipient.(age.RecipientWithLabels); ok {
		return r.WrapWithLabels(key)
	}
	out, err := k.Wrap(key)
	return out, nil, err
}

// Unwrap is what age asks of an identity. The key is there: whoever reads the header
// reads what was written after it had been wrapped.
func (k *keyKeeper) Unwrap([]*age.Stanza) ([]byte, error) { return bytes.Clone(k.key), nil }

// unseal is the plain backup in a file that may be encrypted, binary or armored.
func unseal(in io.Reader, identityFile string) (io.Reader, error) {
	b := bufio.NewReader(in)
	head, _ := b.Peek(len(armor.Header)) // a file that is shorter is neither
	armored := string(head) == armor.Header
	if !armored && !bytes.HasPrefix(head, []byte(ageIntro)) {
		return b, nil
	}
	if identityFile == "" {
		return nil, errors.New("podaj --identity FILE z kluczem tajnym jednego z odbiorców: kopia jest zaszyfrowana programem age")
	}
	identities, err := readKeys(identityFile, parseIdentity)
	if err != nil {
		return nil, fmt.Errorf("--identity %s: %w", identityFile, err)
	}
	if len(identities) == 0 {
		return nil, fmt.Errorf("--identity %s: nie ma w nim klucza tajnego", identityFile)
	}
	var r io.Reader = b
	if armored {
		r = armor.NewReader(b)
	}
	plain, err := decrypted(r, identities...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("podaj inny --identity: kopia jest zaszyfrowana dla innych, nie otwiera jej żaden klucz z %s", identityFile)
	}
	return plain, err
}

func decrypted(r io.Reader, identities ...age.Identity) (io.Reader, error) {
	out := &unsealed{from: &noted{r: r}}
	plain, err := age.Decrypt(out.from, identities...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, err
	}
	if out.plain = plain; err != nil {
		return nil, out.word(err)
	}
	return out, nil
}

// unsealed turns what age says of a file into what is said of a backup.
type unsealed struct {
	from  *noted
	plain io.Reader
}

// Read gives out only what was authenticated.
func (u *unsealed) Read(p []byte) (int, error) {
	n, err := u.plain.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // as age's reader says it
		err = u.word(err)
	}
	return n, err
}

func (u *unsealed) word(err error) error {
	var altered *armor.Error
	if u.from.err != nil && !errors.As(u.from.err, &altered) {
		return u.from.err // the file could not be read at all
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: zaszyfrowany tekst jest ucięty", eventdb.ErrBackupDamaged)
	}
	return fmt.Errorf("%w: zaszyfrowany tekst ucięto albo zmieniono", eventdb.ErrBackupDamaged)
}

// noted remembers why a file could not be read.
type noted struct {
	r   io.Reader
	err error
}

// Read passes on.
func (n *noted) Read(p []byte) (int, error) {
	count, err := n.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		n.err = err
	}
	return count, err
}
