package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
	"ksiega/queries"
)

// setBackStore is a store of one's own as it was at a backup, and a process on it that has
// the list of the erasures since.
func setBackStore(t *testing.T) (p *process, list erasure.List) {
	t.Helper()
	data, backup, file := erasedSince(t)
	list, err := readErasures(file)
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "old")
	must(t, exitDone, "restore", backup, "--data", old, "--no-erasures")
	node, err := eventdb.Open(eventdb.Options{Dir: old})
	if err != nil {
		t.Fatal(err)
	}
	g := &globals{Data: data, EventStore: node.Address()}
	p = newProcess(g, data)
	p.patience = 0
	t.Cleanup(func() { _ = errors.Join(p.Close(), node.Close()) })
	if err := p.openJournal(g, hooks{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	return p, list
}

// orderedOnly records an order alone, as an erasure does that is cut short behind it.
func orderedOnly(t *testing.T, j *journal.Journal, id string) {
	t.Helper()
	ref := domain.Ref{Kind: domain.RefParticipant, ID: id}
	_, err := journal.Execute(t.Context(), commands.NewLog(j, &vault.Vault{}), erasure.Stream(ref), erasure.Decider(),
		erasure.Order{Of: ref, Today: domain.DateOf(time.Now()), Ground: "zadanie", Register: "R/1"}, journal.Meta{Actor: "iod", Role: "dpo"})
	if err != nil {
		t.Fatal(err)
	}
}

// wantClosed wants the keys of these gone, and no others.
func wantClosed(t *testing.T, p *process, ids map[string]bool) {
	t.Helper()
	for id, want := range ids {
		subject := domain.Ref{Kind: domain.RefParticipant, ID: id}.Subject()
		if closed, err := p.journal.KeyStore().Closed(t.Context(), subject); err != nil || closed != want {
			t.Errorf("the key of %s is gone: %t, %v", id, closed, err)
		}
	}
}

// An erasure that was cut short between its order and the key is told by doctor, and the
// next opening carries it out before anybody is shown what is sealed.
func TestAnErasureCutShortBehindItsOrder(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 2))
	p := newProcess(&globals{Data: data}, data)
	if err := p.openJournal(&globals{Data: data}, hooks{}, time.UTC); err != nil {
		t.Fatal(err)
	}
	orderedOnly(t, p.journal, "U0")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if code, says, _ := ksiega(t, "doctor", "--data", data); code != exitFound || !strings.Contains(says, "usunięcie "+u0+" zostało przerwane") {
		t.Errorf("doctor ends with %d: %s", code, says)
	}
	for id, shown := range map[string]bool{"U0": false, "U1": true} {
		if got := revealed(t, data, id); strings.Contains(got, "Wróbel") != shown {
			t.Errorf("of %s it shows %s", id, got)
		}
	}
	must(t, exitDone, "doctor", "--data", data)
}

// A running server carries out what another one of its store left, and forgets the key
// itself.
func TestUpkeepCompletesAnErasure(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 2))
	p, err := openLedger(t.Context(), &globals{Data: data}, false, hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if err := p.vault.Usable(u0); err != nil {
		t.Fatal(err)
	}
	orderedOnly(t, p.journal, "U0")
	p.upkeepOnce(t.Context())
	wantClosed(t, p, map[string]bool{"U0": true, "U1": false})
	if err := p.vault.Usable(u0); !errors.Is(err, vault.ErrErased) {
		t.Errorf("the key is used: %v", err)
	}
}

// Also a store that was set back to the moment between an order and the end of its key.
func TestAStoreSetBackBetweenOrderAndKey(t *testing.T) {
	t.Parallel()
	p, list := setBackStore(t)
	for _, e := range list.Entries { // the orders are there, the keys too
		id, err := uuid.Parse(e.Event)
		if err != nil {
			t.Fatal(err)
		}
		err = p.journal.Restate(t.Context(), journal.Recorded{ID: id, Stream: e.Stream, Revision: e.Revision, Type: e.Type, RawData: []byte(e.Data), RawMeta: []byte(e.Meta)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := p.checkErasures(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantClosed(t, p, map[string]bool{"U0": true, "U1": true, "U2": false})
	heard, err := p.listen(t.Context())
	if err != nil || len(heard.erased) != 2 {
		t.Errorf("other servers are told of %v, %v", heard.erased, err)
	}
}

// Whoever asked for an erasure and went away has it carried out.
func TestAnErasureGoesOnWithoutWhoAsked(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	p, err := openLedger(t.Context(), &globals{Data: data}, false, hooks{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.carryOut(ctx, commands.Origin{Who: access.By("iod", "cli", "dpo")}, erasing{Kind: domain.RefParticipant, ID: "U0", Ground: "zadanie", Register: "R/1"})
	if err != nil {
		t.Fatal(err)
	}
	wantClosed(t, p, map[string]bool{"U0": true})
}

// A restore of another ledger's backup does not take the place of a list that somebody
// needs: after it, the right backup is restored by that list.
func TestARestoreKeepsAnotherLedgersList(t *testing.T) {
	t.Parallel()
	data, backup, list := erasedSince(t)
	other := filepath.Join(t.TempDir(), "other")
	must(t, exitDone, "import", "--data", other, referrals(t, 1))
	wrong := filepath.Join(t.TempDir(), "wrong.ksiega")
	must(t, exitDone, "backup", "--data", other, "-o", wrong)
	before, err := os.ReadFile(list)
	if err == nil {
		err = os.RemoveAll(data) // the disk is lost; the list lies beside
	}
	if err != nil {
		t.Fatal(err)
	}
	if says := must(t, exitFailed, "restore", wrong, "--data", data, "--erasures", other+erasuresSuffix); !strings.Contains(says, "innej księgi") {
		t.Errorf("it says %s", says)
	}
	if after, err := os.ReadFile(list); err != nil || string(after) != string(before) {
		t.Errorf("the list is now %s, %v", after, err)
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a data directory: %v", err)
	}
	must(t, exitDone, "restore", backup, "--data", data)
	if got := revealed(t, data, "U0"); strings.Contains(got, "Wróbel") {
		t.Errorf("who was erased is back: %s", got)
	}
}

// A list that was written with the clock ahead passes for none that goes as far as it
// says, and is written anew when the clock is right.
func TestAListFromAClockAhead(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "d")
	must(t, exitDone, "import", "--data", data, referrals(t, 1))
	must(t, exitDone, "report", "contracts", "--data", data)
	file := data + erasuresSuffix
	ahead, err := readErasures(file)
	if err != nil {
		t.Fatal(err)
	}
	ahead.Until = time.Now().AddDate(1, 0, 0)
	write := func(file string) {
		t.Helper()
		if err := writeErasures(file, ahead); err != nil {
			t.Fatal(err)
		}
	}
	write(file)
	must(t, exitDone, "report", "contracts", "--data", data)
	if l, err := readErasures(file); err != nil || l.Until.After(time.Now()) {
		t.Errorf("the list is complete until %s, %v", l.Until, err)
	}
	backup := filepath.Join(t.TempDir(), "b.ksiega")
	must(t, exitDone, "backup", "--data", data, "-o", backup)
	write(backup + erasuresSuffix)
	later := filepath.Join(t.TempDir(), "later")
	if says := must(t, exitFailed, "restore", backup, "--data", later); !strings.Contains(says, "podaj listę usunięć") {
		t.Errorf("it says %s", says)
	}
	if says := must(t, exitFailed, "restore", backup, "--data", later, "--erasures", backup+erasuresSuffix); !strings.Contains(says, "dopiero nadejdzie") {
		t.Errorf("it says %s", says)
	}
	must(t, exitDone, "restore", backup, "--data", later, "--erasures", file)
}

// On a store that was set back, others who do not have the list erase first: here the
// ledger opens all the same, with what both ordered carried out, and so does theirs.
func TestListsThatPart(t *testing.T) {
	t.Parallel()
	for _, also := range []string{"", "U0"} { // who is ordered to be erased on both sides
		p, list := setBackStore(t)
		orderedOnly(t, p.journal, "U2")
		if also != "" {
			orderedOnly(t, p.journal, also)
		}
		theirs, err := queries.Erasures(t.Context(), p.journal, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := p.checkErasures(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantClosed(t, p, map[string]bool{"U0": true, "U1": true, "U2": true})
		}
		united, err := readErasures(erasuresFile(p.dir, ""))
		if err != nil || len(united.Entries) != 3 {
			t.Fatalf("%d erasures, %v", len(united.Entries), err)
		}
		if whole, err := united.Continues(theirs); err != nil || !whole {
			t.Errorf("it does not go on from theirs: %v", err)
		}
		told := map[string]bool{}
		for _, e := range united.Entries {
			told[e.Stream] = true
		}
		for _, e := range list.Entries {
			if !told[e.Stream] {
				t.Errorf("%s is told by no order", e.Stream)
			}
		}
	}
}
