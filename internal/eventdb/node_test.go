package eventdb

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
)

// limit bounds every wait of the tests; none of them should come near it.
const limit = 30 * time.Second

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func openNode(t testing.TB, opts Options) *Node {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	opts.AnyClock = true // clocks of tests say what they like
	n, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return n
}

func officialClient(t testing.TB, n *Node) *esdb.Client {
	t.Helper()
	config := esdb.Configuration{
		Address: n.Address(), DisableTLS: true, GossipTimeout: 5, MaxDiscoverAttempts: 3, DiscoveryInterval: 10,
		KeepAliveInterval: 10 * time.Second, KeepAliveTimeout: 10 * time.Second, Logger: esdb.NoopLogging(),
	}
	c, err := esdb.NewClient(&config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func events(typ string, datas ...string) []esdb.EventData {
	var out []esdb.EventData
	for _, d := range datas {
		out = append(out, esdb.EventData{EventID: uuid.New(), EventType: typ, ContentType: esdb.ContentTypeJson, Data: []byte(d), Metadata: []byte(`{"m":1}`)})
	}
	return out
}

func readAllOf(t testing.TB, c *esdb.Client, stream string) []*esdb.ResolvedEvent {
	t.Helper()
	r, err := c.ReadStream(testContext(t), stream, esdb.ReadStreamOptions{}, 1<<40)
	return gathered(t, r, err)
}

func TestOfficialClient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, c := testContext(t), officialClient(t, n)
	sub, err := c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := events("opened", `{"n":1}`, `{"n":2}`, `{"n":3}`)
	res, err := c.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, want...)
	if err != nil || res.NextExpectedVersion != 2 || res.CommitPosition == 0 {
		t.Fatalf("append: %+v, %v", res, err)
	}
	for i := 0; i < 3; {
		e := sub.Recv()
		switch {
		case e.SubscriptionDropped != nil:
			t.Fatal(e.SubscriptionDropped.Error)
		case e.EventAppeared != nil:
			if e.EventAppeared.Event.EventID != want[i].EventID {
				t.Fatalf("event %d is another one", i)
			}
			i++
		}
	}
	_ = sub.Close()
	_, err = c.AppendToStream(ctx, "umowa-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.StreamRevision{Value: 7}}, events("x", "{}")...)
	var e *esdb.Error
	if !errors.As(err, &e) || e.Code() != esdb.ErrorCodeWrongExpectedVersion {
		t.Fatalf("wrong revision: %v", err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, Options{Dir: dir})
	got := readAllOf(t, officialClient(t, n), "umowa-1")
	if len(got) != 3 {
		t.Fatalf("%d events after reopening", len(got))
	}
	for i, e := range got {
		if e.Event.EventID != want[i].EventID || string(e.Event.Data) != string(want[i].Data) || string(e.Event.UserMetadata) != `{"m":1}` ||
			e.Event.EventNumber != uint64(i) || e.Event.EventType != "opened" || e.Event.ContentType != "application/json" ||
			time.Since(e.Event.CreatedDate) > time.Hour {
			t.Errorf("event %d: %+v", i, e.Event)
		}
	}
	var scanned []string
	err = n.Scan(ctx, spacing, 0, func(r Record) error {
		scanned = append(scanned, fmt.Sprintf("%d %s %s %d %s %s %s", r.Position, r.Stream, r.Type, r.Revision, r.Data, r.Meta, uuid.UUID(r.ID)))
		return nil
	})
	if err != nil || len(scanned) != 2 || scanned[1] != fmt.Sprintf(`%d umowa-1 opened 2 {"n":3} {"m":1} %s`, 3*spacing, want[2].EventID) {
		t.Errorf("scan: %q, %v", scanned, err)
	}
}
