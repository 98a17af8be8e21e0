package journal

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

type keeper interface {
	Get(ctx context.Context, subject string, fn func(number int64, record []byte) error) error
}

// kept are a subject's records, each after its number.
func kept(ctx context.Context, s keeper, subject string) (records []string, err error) {
	err = s.Get(ctx, subject, func(number int64, record []byte) error {
		records = append(records, fmt.Sprint(number, " ", string(record)))
		return nil
	})
	return records, err
}

func TestTruncatingASubjectOfTheVault(t *testing.T) {
	t.Parallel()
	j, node := openLog(t, testTable(t))
	store, ctx := j.KeyStore(), within(t)
	for last := range int64(3) {
		if err := store.Append(ctx, "U1", last-1, fmt.Appendf(nil, `{"r":%d}`, last)); err != nil {
			t.Fatal(err)
		}
	}
	// Its operator says who may read it; a truncation leaves that as it is.
	client, err := esdb.NewClient(j.config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	stream := j.opts.Prefix + "vault-U1"
	mine := esdb.StreamMetadata{}
	acl := esdb.Acl{}
	acl.AddReadRoles("ksiega", "$admins")
	mine.SetAcl(acl)
	mine.AddCustomProperty("owner", map[string]any{"desk": "7"})
	if _, err := client.SetStreamMetadata(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.Any{}}, mine); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := store.Truncate(ctx, "U1", 2); err != nil {
			t.Fatal(err)
		}
	}
	last, err := client.ReadStream(ctx, "$$"+stream, esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	now, err := last.Recv()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(now.Event.Data); got != `{"$acl":{"$r":["ksiega","$admins"]},"$tb":2,"owner":{"desk":"7"}}` || now.Event.EventNumber != 1 {
		t.Errorf("its metadata, as set %d times, are %s", now.Event.EventNumber+1, got)
	}
	want := `[2 {"r":2}]`
	if got, err := kept(ctx, store, "U1"); err != nil || fmt.Sprint(got) != want {
		t.Errorf("after truncating: %v, %v", got, err)
	}
	each := func() (numbers []int64) {
		t.Helper()
		if err := store.Each(ctx, func(number int64, _ []byte) error { numbers = append(numbers, number); return nil }); err != nil {
			t.Fatal(err)
		}
		return numbers
	}
	if got := each(); fmt.Sprint(got) != "[0 1 2]" {
		t.Errorf("before the scavenging there are %v", got)
	}
	if err := store.Append(ctx, "U1", 1, []byte(`{"r":9}`)); !errors.Is(err, ErrConflict) {
		t.Errorf("a stale number: %v", err)
	}
	if node == nil {
		return // a server elsewhere is scavenged by its own operator
	}
	if _, err := node.Scavenge(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if got := each(); fmt.Sprint(got) != "[2]" {
		t.Errorf("after the scavenging there are %v", got)
	}
	if err := store.Append(ctx, "U1", 2, []byte(`{"r":3}`)); err != nil {
		t.Fatal(err)
	}
	if err := NewDraft(j, time.Now).KeyStore().Append(ctx, "U1", 3, []byte(`{"r":4}`)); err != nil {
		t.Errorf("a draft over what was truncated: %v", err)
	}
	if got, err := kept(ctx, store, "U1"); err != nil || fmt.Sprint(got) != `[2 {"r":2} 3 {"r":3}]` {
		t.Errorf("in the end: %v, %v", got, err)
	}
}

func TestClosingASubjectOfTheVault(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	store, ctx := j.KeyStore(), within(t)
	if err := store.Append(ctx, "U1", -1, []byte(`{"r":1}`)); err != nil {
		t.Fatal(err)
	}
	// What is drafted stays a draft: the log comes second.
	for _, s := range []interface {
		keeper
		Append(ctx context.Context, subject string, last int64, record []byte) error
		Close(ctx context.Context, subject string) error
		Closed(ctx context.Context, subject string) (bool, error)
	}{NewDraft(j, time.Now).KeyStore(), store} {
		wantClosed := func(subject string, want bool) {
			t.Helper()
			if got, err := s.Closed(ctx, subject); err != nil || got != want {
				t.Errorf("%T: %s is closed: %v, %v; want %v", s, subject, got, err, want)
			}
		}
		wantClosed("U1", false)
		wantClosed("nobody", false)
		for range 2 {
			if err := s.Close(ctx, "U1"); err != nil {
				t.Fatal(err)
			}
		}
		wantClosed("U1", true)
		wantClosed("nobody", false)
		for last := range int64(3) {
			if err := s.Append(ctx, "U1", last-1, []byte(`{"r":2}`)); err == nil {
				t.Errorf("%T: a record was kept for a closed subject", s)
			}
		}
		if got, err := kept(ctx, s, "U1"); err != nil || len(got) != 0 {
			t.Errorf("%T: a closed subject has %d records, %v", s, len(got), err)
		}
	}
	if err := store.Close(ctx, "nobody"); err != nil {
		t.Errorf("closing what nothing was kept for: %v", err)
	}
	if closed, err := store.Closed(ctx, "nobody"); err != nil || !closed {
		t.Errorf("it is closed: %v, %v", closed, err)
	}
}
