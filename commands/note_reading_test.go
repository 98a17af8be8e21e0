package commands_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// readings are the recorded ones, by actor.
func readings(t *testing.T, l *ledgertest.Ledger) map[string]intake.PersonalDataRead {
	t.Helper()
	all, streams := map[string]intake.PersonalDataRead{}, map[string]bool{}
	err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for _, r := range b.Events {
			e, ok := r.Event.(intake.PersonalDataRead)
			if !ok {
				continue
			}
			if streams[r.Stream] || !strings.HasPrefix(r.Stream, "access-2018-04-") {
				t.Errorf("a reading in %s", r.Stream)
			}
			if streams[r.Stream] = true; r.OccurredOn() != e.On {
				t.Errorf("a reading of %s belongs to %s", e.On, r.OccurredOn())
			}
			if _, double := all[r.Meta.Actor]; double {
				t.Errorf("%s read once and is recorded twice", r.Meta.Actor)
			}
			all[r.Meta.Actor] = e
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// blind is a log that nobody may read: a reading is noted however long the month.
type blind struct {
	journal.Log
	t *testing.T
}

func (b blind) ReadStream(context.Context, string, uint64, func(*journal.Recorded) error) error {
	b.t.Error("noting a reading reads the log")
	return nil
}

// Sixteen people who read the same at one moment are sixteen readings.
func TestReadersOfOneMoment(t *testing.T) {
	l := ledgertest.Open(t)
	l.Log = commands.NewLog(blind{l.Journal, t}, l.Vault)
	on := domain.NewDate(2018, 4, 3)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range 16 {
		o := commands.Origin{Who: access.By(fmt.Sprint("reader", i), "cli", "auditor"), Key: "the same"}
		group.Go(func() {
			<-start
			c := commands.NoteReading{What: "unmatched-lines", Filters: map[string]string{"to": "2018-04-01", "from": "2018-03-01"},
				Subjects: []domain.Ref{{Kind: domain.RefStatement, ID: "W/1"}, {Kind: domain.RefParticipant, ID: "U1"}}, On: on}
			if r, err := l.NoteReport(context.Background(), o, c); err != nil || r.Events != 1 || r.Position.IsZero() {
				t.Errorf("%s: %+v, %v", o.Actor, r, err)
			}
		})
	}
	close(start)
	group.Wait()
	all := readings(t, l)
	if len(all) != 16 {
		t.Fatalf("%d readings of 16 people", len(all))
	}
	for actor, e := range all {
		if e.What != "report unmatched-lines" || !slices.Equal(e.Filters, []intake.Filter{{Name: "from", Value: "2018-03-01"}, {Name: "to", Value: "2018-04-01"}}) ||
			e.Many || !slices.Equal(e.Refs(), []domain.Ref{{Kind: domain.RefStatement, ID: "W/1"}, {Kind: domain.RefParticipant, ID: "U1"}}) {
			t.Errorf("%s: %+v", actor, e)
		}
	}
}

// More people than a reading lists are told by the filters; a reason is sealed
// with a key of its own, and only some roles may ask.
func TestReadingOfMany(t *testing.T) {
	l := ledgertest.Open(t)
	c := commands.NoteReading{What: "replay", Filters: map[string]string{"agreement": "P/1"}, Reason: "kontrola", On: domain.NewDate(2018, 4, 3)}
	for i := range intake.MaxSubjects + 1 {
		c.Subjects = append(c.Subjects, domain.Ref{Kind: domain.RefParticipant, ID: fmt.Sprint("U", i)})
	}
	for _, o := range []commands.Origin{{Who: access.By("a", "cli", "assistant")}, {Who: access.By("b", "cli")}} {
		if _, err := l.NoteReading(t.Context(), o, c); !errors.Is(err, commands.ErrReading) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, actor := range []string{"anna", "jan"} {
		if _, err := l.NoteReading(t.Context(), commands.Origin{Who: access.By(actor, "", "auditor")}, c); err != nil {
			t.Fatal(err)
		}
	}
	all := readings(t, l)
	anna, jan := all["anna"], all["jan"]
	if !anna.Many || len(anna.Subjects) != 0 || !slices.Equal(anna.Refs(), []domain.Ref{{Kind: domain.RefAgreement, ID: "P/1"}}) || len(all) != 2 {
		t.Errorf("%+v", all)
	}
	if anna.Reason == jan.Reason || anna.Reason == "" {
		t.Error("two readings share a seal")
	}
	seal := intake.ReasonSeal(anna.Reading)
	if text, err := l.Vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(anna.Reason)); text != "kontrola" {
		t.Errorf("%q, %v", text, err)
	}
}

// Readings of earlier builds lie in one stream a month, and open as they did.
func TestReadingsOfEarlierBuilds(t *testing.T) {
	e, err := ledgertest.Table(t).Decode("intake.personal-data-read.v1", []byte(`{"what":"replay","reason":"v1.x"}`))
	read, ok := e.(intake.PersonalDataRead)
	if err != nil || !ok || read.What != "replay" || intake.ReasonSeal(read.Reading).Subject.ID != "reasons" || len(read.Refs()) != 0 {
		t.Errorf("%+v, %v", e, err)
	}
}
