package commands_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
)

func agreementOf(number string, percent int) commands.ConcludeAgreement {
	return commands.ConcludeAgreement{Number: number, Concluded: day(2018, 2, 6), From: day(2018, 2, 8), To: day(2018, 12, 31), RefundPercent: percent}
}

// conclude carries a command out as a door does: the key is bound first.
func conclude(t *testing.T, l *ledgertest.Ledger, o commands.Origin, c commands.ConcludeAgreement) (commands.Result, error) {
	t.Helper()
	return commands.Once(t.Context(), l.Ledger, o, c, l.ConcludeAgreement)
}

func program(key string) commands.Origin {
	return commands.Origin{Who: access.By("api", "api", "api"), Key: key}
}

// Nothing that a client chose for a key is in a stream's name, an envelope or an id.
func TestKeysAreNotRecorded(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	const key = "kowalski-jan-44051401359"
	if _, err := conclude(t, l, program(key), agreementOf("P/1", 60)); err != nil {
		t.Fatal(err)
	}
	if s := l.Import(t, "asystenci.csv", "id;imie;nazwisko\nA1;Ewa;Nowak\n"); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	seen := 0
	err := l.Journal.Scan(t.Context(), journal.ScanOptions{Raw: true}, func(b journal.Batch) error {
		for _, e := range b.Events {
			seen++
			for _, text := range []string{e.Stream, string(e.RawMeta), string(e.RawData)} {
				if strings.Contains(text, "kowalski") || strings.Contains(text, "44051401359") || strings.Contains(text, `"import:`) {
					t.Errorf("%s holds the key: %s", e.Stream, text)
				}
			}
			if e.Stream == "agreement-P%2F1" && e.Meta.Key == "" {
				t.Error("the decision cannot be found by its key")
			}
		}
		return nil
	})
	if err != nil || seen < 3 {
		t.Fatal(seen, err)
	}
}

// A key is one decision of its caller, for as long as the request is kept; then it is
// refused, and what it was for cannot be opened any more.
func TestAKeyIsKeptForThirtyDays(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l.Now = func() time.Time { return now }
	first, err := conclude(t, l, program("k"), agreementOf("P/1", 60))
	if err != nil || first.Events != 1 {
		t.Fatal(first, err)
	}
	again := func(want error) {
		t.Helper()
		r, err := conclude(t, l, program("k"), agreementOf("P/1", 60))
		if !errors.Is(err, want) || err == nil && (r.Events != 0 || r.Position != first.Position) {
			t.Errorf("%s: %+v, %v", now.Format(time.DateOnly), r, err)
		}
	}
	forget := func() {
		t.Helper()
		if err := l.ForgetRequests(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	again(nil)
	if _, err := conclude(t, l, program("k"), agreementOf("P/1", 50)); !errors.Is(err, intake.ErrKeyReused) {
		t.Errorf("another request under the key: %v", err)
	}
	other := program("k")
	other.Actor = "somebody else"
	if r, err := conclude(t, l, other, agreementOf("P/2", 60)); err != nil || r.Events != 1 {
		t.Errorf("another caller's key: %+v, %v", r, err)
	}
	now = now.AddDate(0, 0, 30)
	forget()
	again(nil)
	now = now.AddDate(0, 0, 1)
	forget()
	again(intake.ErrKeyReused)
	forget() // twice is once
	subjects := l.Vault.Subjects(intake.RequestSubjects())
	if _, err := l.Vault.Seal(t.Context(), subjects[0], "request", "", "x"); err == nil {
		t.Errorf("the key of %s is not destroyed", subjects[0])
	}
	if r, err := conclude(t, l, program("k2"), agreementOf("P/1", 60)); err != nil || r.Events != 0 {
		t.Errorf("under a new key: %+v, %v", r, err)
	}
}

// After a change of the master key the key of a request is known for as long as it would
// have been, and then not even that it was used; a file is known for ever.
func TestAKeyOutlivesAMasterForThirtyDays(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l.Now = func() time.Time { return now }
	if _, err := conclude(t, l, program("k"), agreementOf("P/1", 60)); err != nil {
		t.Fatal(err)
	}
	const file = "id;imie;nazwisko\nA1;Ewa;Nowak\n"
	if s := l.Import(t, "asystenci.csv", file); s.Accepted != 1 {
		t.Fatal(reasons(s))
	}
	next, err := vault.ParseMasterKey(base64.StdEncoding.EncodeToString([]byte("another master key of 32 bytes..")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Rekey(t.Context(), l.Journal.KeyStore(), ledgertest.Master(t), next, now, nil); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), l.Journal.KeyStore(), next)
	if err != nil {
		t.Fatal(err)
	}
	l.Vault, l.Ledger.Vault, l.Log = v, v, commands.NewLog(l.Journal, v)
	now = now.AddDate(0, 0, 30)
	if _, err := conclude(t, l, program("k"), agreementOf("P/2", 60)); !errors.Is(err, intake.ErrKeyReused) {
		t.Errorf("after thirty days another request under the key: %v", err)
	}
	now = now.AddDate(0, 0, 1)
	if r, err := conclude(t, l, program("k"), agreementOf("P/2", 60)); err != nil || r.Events != 1 {
		t.Errorf("after thirty-one: %+v, %v", r, err)
	}
	if s := l.Import(t, "asystenci.csv", file); !s.Skipped {
		t.Errorf("the file is not known: %+v", s)
	}
}

// What was decided under keys recorded as they came is found by them, and nothing
// else is answered under such a key.
func TestKeysRecordedAsTheyCameAreRecognised(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	r, err := l.ConcludeAgreement(t.Context(), ledgertest.Actor, agreementOf("P/1", 60))
	if err != nil {
		t.Fatal(err)
	}
	sum := l.Vault.MACs("request-key", []byte("api:old"))[0]
	anciently(t, l, domain.Stream("request", hexOf(sum[:16])), intake.RequestTaken{Request: "a hash"})
	if _, err := conclude(t, l, program("old"), agreementOf("P/1", 60)); !errors.Is(err, intake.ErrKeyReused) {
		t.Errorf("nothing was decided under the key, and yet %v", err)
	}
	// As such a version recorded the decision itself.
	if _, err := l.Journal.Append(t.Context(), "agreement-P%2F1", r.Revision, journal.Decided{
		Event: agreementListing("P/1"), Meta: journal.Meta{Actor: "api", Key: "api:old"}}); err != nil {
		t.Fatal(err)
	}
	if r, err := conclude(t, l, program("old"), agreementOf("P/1", 50)); err != nil || r.Events != 0 {
		t.Errorf("the decision under the key: %+v, %v", r, err)
	}
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func agreementListing(number string) domain.Event {
	return agreement.ReferralListed{Agreement: number, Contract: "S/1", Participant: "U1", Signed: day(2018, 2, 8)}
}

// What is guessed is recorded in sums, and of nobody it was about.
func TestGuessesAreRecordedInSums(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	l.Guesses = &commands.Guesses{}
	c := commands.RegisterParticipant{ID: "U1", FirstName: "Zofia", LastName: "Wróbel"}
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, c); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := commands.Once(t.Context(), l.Ledger, program(""), c, l.RegisterParticipant); !errors.Is(err, domain.ErrRecorded) {
			t.Fatal(err)
		}
	}
	for range 2 { // the second has nothing to record
		if err := l.NoteGuesses(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var counted []domain.Event
	err := l.Journal.ReadStream(t.Context(), domain.Stream("guesses", domain.DateOf(ledgertest.Now().In(l.Zone)).Month().String()), 0, func(r *journal.Recorded) error {
		counted = append(counted, r.Event)
		return nil
	})
	if e, ok := counted[0].(intake.GuessesCounted); err != nil || len(counted) != 1 || !ok || e.Count != 3 || e.Actor != "api" {
		t.Errorf("%+v, %v", counted, err)
	}
}
