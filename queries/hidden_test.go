package queries_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
	"ksiega/queries"
)

// tellingIDs are findings of heldAgainstPeople that tell by their ids what is sealed.
var tellingIDs = []string{"stay:U1:2018-03-07:T/1@08.00", "not-registered:S/1:2018-03-12", "double-funding:U2:2018-03-06:T/3@12.00:dps"}

func coordinator() commands.Origin {
	return commands.Origin{Who: access.By("koordynator", access.API, access.Coordinator)}
}

// wordOf is the state of a finding, as somebody who may see people is shown it.
func wordOf(t *testing.T, d *queries.Reader, id string) string {
	t.Helper()
	a, err := d.Ask(t.Context(), "findings", queries.Request{Who: coordinator().Who})
	must(t, err)
	for _, r := range rowsOf(a) {
		if r[0] == id {
			return r[2].(string)
		}
	}
	return ""
}

// everything is all that the log and the rows of Redis hold.
func everything(t *testing.T, l *ledgertest.Ledger, db redis.UniversalClient) (all string, streams []string) {
	t.Helper()
	must(t, l.Journal.Each(t.Context(), journal.ScanOptions{Raw: true}, func(r *journal.Recorded) error {
		all += fmt.Sprintln(r.Stream, r.Type, string(r.RawData), fmt.Sprintf("%+v", r.Meta))
		if strings.HasPrefix(r.Stream, "finding-") {
			streams = append(streams, r.Stream)
		}
		return nil
	}))
	keys, err := db.Keys(t.Context(), "*").Result()
	must(t, err)
	for _, key := range keys {
		all += key + "\n"
		if fields, err := db.HGetAll(t.Context(), key).Result(); err == nil {
			all += fmt.Sprintln(fields)
		} else if text, err := db.Get(t.Context(), key).Result(); err == nil {
			all += text + "\n"
		}
	}
	return all, streams
}

// What is said of a finding whose id tells a sealed code stands nowhere under that id, not in
// the name of a stream, an event, a row or a key; and is found by it all the same, also once
// all keys were made anew.
func TestAResolutionTellsNoCodes(t *testing.T) {
	t.Parallel()
	l := heldAgainstPeople(t)
	for _, id := range tellingIDs {
		c := commands.ResolveFinding{Finding: id, Date: day(2018, 6, 1), Reason: "wyjaśnione"}
		o := coordinator()
		o.Key = "k-" + id
		r, err := resolveFindingAs(t, l, memoryReader(l), o, c)
		must(t, err)
		if again, err := resolveFindingAs(t, l, memoryReader(l), o, c); err != nil || r.Events != 1 || again.Events != 0 || again.Position != r.Position {
			t.Errorf("%s: %+v, then %+v, %v", id, r, again, err)
		}
		if state := wordOf(t, memoryReader(l), id); state != "resolved" {
			t.Errorf("%s is %s", id, state)
		}
	}
	fromRedis, db := redisReader(t, l)
	all, before := everything(t, l, db)
	for _, word := range []string{"stay:", "stay%3A", "not-registered:", "not-registered%3A", ":dps", "%3Adps"} {
		if at := strings.Index(all, word); at >= 0 {
			t.Errorf("%s is told: %s", word, all[max(0, at-100):min(len(all), at+100)])
		}
	}
	if len(before) != len(tellingIDs) || wordOf(t, fromRedis, tellingIDs[0]) != "resolved" {
		t.Errorf("%v", before)
	}
	rekeyed(t, l)
	for _, id := range tellingIDs {
		reader := memoryReader(l)
		if state := wordOf(t, reader, id); state != "resolved" {
			t.Errorf("%s is %s after a change of all keys", id, state)
		}
		c := commands.ResolveFinding{Finding: id, Date: day(2018, 6, 1), Reason: "wyjaśnione"}
		if r, err := resolveFindingAs(t, l, reader, coordinator(), c); err != nil || r.Events != 0 {
			t.Errorf("%s again: %+v, %v", id, r, err)
		}
		c.Reopen, c.Date, c.Reason = true, day(2018, 6, 2), "jednak nie"
		_, err := resolveFindingAs(t, l, reader, coordinator(), c)
		must(t, err)
		if state := wordOf(t, reader, id); state != "open" {
			t.Errorf("%s is %s", id, state)
		}
	}
	for _, stream := range before {
		events := 0
		must(t, l.Journal.ReadStream(t.Context(), stream, 0, func(*journal.Recorded) error { events++; return nil }))
		if events != 2 {
			t.Errorf("%s has %d events", stream, events)
		}
	}
}

// rekeyed has every key of a ledger made anew.
func rekeyed(t *testing.T, l *ledgertest.Ledger) {
	t.Helper()
	next, err := vault.ParseMasterKey(base64.StdEncoding.EncodeToString([]byte("another master key of 32 bytes..")))
	must(t, err)
	_, err = vault.Rekey(t.Context(), l.Journal.KeyStore(), ledgertest.Master(t), next, time.Unix(1e9, 0), nil)
	must(t, err)
	v, err := vault.Open(t.Context(), l.Journal.KeyStore(), next)
	must(t, err)
	l.Vault, l.Ledger.Vault, l.Log = v, v, commands.NewLog(l.Journal, v)
}

// What earlier builds recorded under such an id is found, and goes on in its stream.
func TestEarlierResolutionsThatTell(t *testing.T) {
	t.Parallel()
	l := heldAgainstPeople(t)
	id := tellingIDs[0]
	reader := memoryReader(l)
	now, err := reader.Finding(t.Context(), id, coordinator().Who)
	must(t, err)
	_, err = l.Journal.Append(t.Context(), finding.Stream(id), journal.NoStream,
		journal.Decided{Event: finding.Resolved{Finding: id, Date: day(2018, 6, 1), Reason: "v1.x", Figures: now}, Meta: journal.Meta{Actor: "a"}})
	must(t, err)
	if state := wordOf(t, reader, id); state != "resolved" {
		t.Error(state)
	}
	_, err = resolveFindingAs(t, l, reader, coordinator(), commands.ResolveFinding{Finding: id, Date: day(2018, 6, 2), Reason: "jednak nie", Reopen: true})
	must(t, err)
	events := 0
	must(t, l.Journal.ReadStream(t.Context(), finding.Stream(id), 0, func(*journal.Recorded) error { events++; return nil }))
	if state := wordOf(t, reader, id); state != "open" || events != 2 {
		t.Errorf("%s, %d events", state, events)
	}
	// Who reads of it is recorded without it.
	_, err = l.NoteReading(t.Context(), coordinator(), commands.NoteReading{What: "replay", Reason: "kontrola", On: day(2018, 6, 3),
		Filters: map[string]string{"stream": finding.Stream(id), "type": "finding.*"}, Subjects: []domain.Ref{{Kind: domain.RefFinding, ID: id}}})
	must(t, err)
	var read string
	must(t, l.Journal.Each(t.Context(), journal.ScanOptions{Raw: true}, func(r *journal.Recorded) error {
		if strings.HasPrefix(r.Stream, "access-") {
			read += string(r.RawData)
		}
		return nil
	}))
	if strings.Contains(read, "stay") || !strings.Contains(read, `{"kind":"participant","id":"U1"}`) {
		t.Error(read)
	}
}

// With the person's key goes what was said of them: neither the name of a stream nor what it
// holds can be guessed any more, and the reason goes along.
func TestAnErasureTakesWhatHides(t *testing.T) {
	t.Parallel()
	l := heldAgainstPeople(t)
	for _, id := range tellingIDs {
		_, err := resolveFindingAs(t, l, memoryReader(l), coordinator(), commands.ResolveFinding{Finding: id, Date: day(2018, 6, 1), Reason: "wyjaśnione"})
		must(t, err)
	}
	u1 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}
	along, _, err := queries.Mentions(t.Context(), l.Journal, l.Vault, u1)
	must(t, err)
	hidden := 0
	for _, of := range along {
		if of.Kind == domain.RefFinding && finding.Hides(of.ID) {
			hidden++
		}
	}
	if hidden != 2 {
		t.Errorf("along go %v", along)
	}
	iod := commands.Origin{Who: access.By("iod", "", access.Officer)}
	_, err = l.EraseSubject(t.Context(), iod, commands.EraseSubject{Kind: domain.RefFinding, ID: tellingIDs[2], On: day(2026, 1, 1), Ground: "zadanie", Register: "R/1"})
	must(t, err)
	_, err = l.EraseSubject(t.Context(), iod, commands.EraseSubject{Kind: domain.RefParticipant, ID: "U1", On: day(2026, 1, 1), Ground: "zadanie", Register: "R/2"})
	must(t, err)
	if _, err := l.Vault.Digests(t.Context(), u1.Subject(), "finding", []byte(tellingIDs[0])); !errors.Is(err, vault.ErrErased) {
		t.Error(err)
	}
	for _, id := range tellingIDs {
		want := ""
		if strings.Contains(id, "U2") {
			want = "resolved"
		}
		if state := wordOf(t, memoryReader(l), id); state != want {
			t.Errorf("%s is %q", id, state)
		}
	}
	must(t, l.Journal.Each(t.Context(), journal.ScanOptions{Raw: true}, func(r *journal.Recorded) error {
		if text := r.Stream + string(r.RawData); strings.Contains(text, ":dps") || strings.Contains(text, "stay:") || strings.Contains(text, "stay%3A") {
			t.Error(text)
		}
		if e, ok := r.Event.(erasure.Ordered); ok && e.Kind == domain.RefFinding && !finding.Hides(e.Subject) {
			t.Errorf("%+v", e)
		}
		return nil
	}))
}
