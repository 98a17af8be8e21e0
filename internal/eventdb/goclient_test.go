package eventdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
)

// way is how the official Go client gets to a node: over the unix socket, or over TLS as a user.
type way struct {
	name string
	open func(t testing.TB, opts Options) (n *Node, as func(user string) *esdb.Client)
}

func ways() []way {
	return []way{
		{"socket", func(t testing.TB, opts Options) (*Node, func(string) *esdb.Client) {
			n := openNode(t, opts)
			return n, func(string) *esdb.Client { return officialClient(t, n) }
		}},
		{"tls", func(t testing.TB, opts Options) (*Node, func(string) *esdb.Client) {
			n, certFile := openSecure(t, opts)
			return n, func(user string) *esdb.Client {
				return connect(t, user+"@"+n.TCPAddress(), "tlsCAFile="+url.QueryEscape(certFile))
			}
		}},
	}
}

const writerUser, readerUser = "admin:changeit", "reader:changeit"

// onEachWay runs a test over each way, with a fresh node and a client that may write.
func onEachWay(t *testing.T, opts Options, run func(t *testing.T, n *Node, c *esdb.Client)) {
	t.Helper()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			n, as := w.open(t, opts)
			run(t, n, as(writerUser))
		})
	}
}

func mustAppend(t testing.TB, c *esdb.Client, stream string, expect esdb.ExpectedRevision, events ...esdb.EventData) *esdb.WriteResult {
	t.Helper()
	res, err := c.AppendToStream(testContext(t), stream, esdb.AppendToStreamOptions{ExpectedRevision: expect}, events...)
	if err != nil {
		t.Fatalf("append to %s under %#v: %v", stream, expect, err)
	}
	return res
}

// datas is the data of events, of a link's target where there is one.
func datas(events []*esdb.ResolvedEvent) string {
	var out []string
	for _, e := range events {
		out = append(out, string(e.Event.Data))
	}
	return strings.Join(out, " ")
}

func gathered(t testing.TB, r *esdb.ReadStream, err error) []*esdb.ResolvedEvent {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []*esdb.ResolvedEvent
	for {
		e, err := r.Recv()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
}

// TestGoClientAppends makes the appends that the official Go client can make. It has no batch append: it sends every
// append through Append, one message an event. The Node client shows BatchAppend, in TestNodeClient.
func TestGoClientAppends(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		last := uint64(0)
		for i, step := range []struct {
			stream string
			expect esdb.ExpectedRevision
			events int
			want   uint64 // revision answered
			wrong  string // "expected/actual" of a wrong expected version
		}{
			{"a-1", esdb.StreamExists{}, 1, 0, "stream_exists/no_stream"},
			{"a-1", esdb.Revision(0), 1, 0, "0/no_stream"},
			{"a-1", esdb.NoStream{}, 3, 2, ""},
			{"a-1", esdb.NoStream{}, 1, 0, "no_stream/2"},
			{"a-1", esdb.Revision(1), 1, 0, "1/2"},
			{"a-1", esdb.Revision(7), 1, 0, "7/2"},
			{"a-1", esdb.Revision(2), 1, 3, ""},
			{"a-1", esdb.StreamExists{}, 2, 5, ""},
			{"a-1", esdb.Any{}, 1, 6, ""},
			{"a-1", nil, 1, 7, ""},
			{"a-2", esdb.Any{}, 1, 0, ""},
			{"a-3", nil, 100, 99, ""},
		} {
			batch := events("opened", slices.Repeat([]string{fmt.Sprint(i)}, step.events)...)
			o := esdb.AppendToStreamOptions{ExpectedRevision: step.expect}
			res, err := c.AppendToStream(testContext(t), step.stream, o, batch...)
			if step.wrong != "" {
				wantWrongVersion(t, fmt.Sprintf("step %d", i), err, step.wrong)
				continue
			}
			if err != nil || res.NextExpectedVersion != step.want || res.CommitPosition <= last || res.PreparePosition != res.CommitPosition {
				t.Fatalf("step %d: %+v, %v", i, res, err)
			}
			last = res.CommitPosition
			if step.expect == nil || step.expect == (esdb.Any{}) || step.expect == (esdb.StreamExists{}) {
				again, err := c.AppendToStream(testContext(t), step.stream, o, batch...)
				if err != nil || *again != *res {
					t.Errorf("step %d again: %+v, %v; at first %+v", i, again, err, res)
				}
			}
		}
		if got := len(readAllOf(t, c, "a-1")); got != 8 {
			t.Errorf("a-1 has %d events", got)
		}
	})
}

// wantWrongVersion makes sure of the error's kind and of the two versions, which the client tells in its text alone.
func wantWrongVersion(t testing.TB, what string, err error, versions string) {
	t.Helper()
	wantCode(t, what, err, esdb.ErrorCodeWrongExpectedVersion)
	expected, actual, _ := strings.Cut(versions, "/")
	if want := fmt.Sprintf("expecting '%s' but got '%s'", expected, actual); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// TestGoClientEvent: all that an event has comes back, with content of both types.
func TestGoClientEvent(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		sent := []esdb.EventData{
			{EventID: uuid.New(), EventType: "opened", ContentType: esdb.ContentTypeJson, Data: []byte(`{"n":"ż"}`), Metadata: []byte(`{"m":1}`)},
			{EventID: uuid.New(), EventType: "otwarto-ż", ContentType: esdb.ContentTypeBinary, Data: []byte{0, 255, 1}, Metadata: []byte{7, 0}},
			{EventID: uuid.New(), EventType: "empty", ContentType: esdb.ContentTypeBinary},
		}
		res := mustAppend(t, c, "umowa-ż", esdb.NoStream{}, sent...)
		got := readAllOf(t, c, "umowa-ż")
		if len(got) != len(sent) {
			t.Fatalf("%d events", len(got))
		}
		contents := []string{contentJSON, contentBinary, contentBinary}
		for i, e := range got {
			r := e.Event
			if r.EventID != sent[i].EventID || r.EventType != sent[i].EventType || r.ContentType != contents[i] || r.StreamID != "umowa-ż" ||
				string(r.Data) != string(sent[i].Data) || string(r.UserMetadata) != string(sent[i].Metadata) || r.EventNumber != uint64(i) {
				t.Errorf("event %d: %+v", i, r)
			}
			if r.CreatedDate.Before(time.Unix(1_600_000_000, 0)) || e.Link != nil {
				t.Errorf("event %d: created %v, link %v", i, r.CreatedDate, e.Link)
			}
		}
		if got[2].Event.Position.Commit != res.CommitPosition {
			t.Errorf("the last event is at %v, answered was %d", got[2].Event.Position, res.CommitPosition)
		}
	})
}

func TestGoClientReadsStream(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		mustAppend(t, c, "a-1", esdb.NoStream{}, events("opened", "0", "1", "2", "3", "4")...)
		for _, x := range []struct {
			direction esdb.Direction
			from      esdb.StreamPosition
			count     uint64
			want      string
		}{
			{esdb.Forwards, nil, 99, "0 1 2 3 4"},
			{esdb.Forwards, esdb.Start{}, 2, "0 1"},
			{esdb.Forwards, esdb.Revision(3), 99, "3 4"},
			{esdb.Forwards, esdb.Revision(1), 2, "1 2"},
			{esdb.Forwards, esdb.Revision(9), 99, ""},
			{esdb.Forwards, esdb.End{}, 99, ""},
			{esdb.Backwards, esdb.End{}, 99, "4 3 2 1 0"},
			{esdb.Backwards, esdb.End{}, 1, "4"},
			{esdb.Backwards, esdb.Revision(1), 99, "1 0"},
			{esdb.Backwards, esdb.Revision(9), 2, "4 3"},
			{esdb.Backwards, esdb.Start{}, 99, "0"},
		} {
			r, err := c.ReadStream(testContext(t), "a-1", esdb.ReadStreamOptions{Direction: x.direction, From: x.from}, x.count)
			if got := datas(gathered(t, r, err)); got != x.want {
				t.Errorf("%+v: %s", x, got)
			}
		}
		r, err := c.ReadStream(testContext(t), "$ce-a", esdb.ReadStreamOptions{ResolveLinkTos: true}, 99)
		linked := gathered(t, r, err)
		if datas(linked) != "0 1 2 3 4" || linked[2].Link == nil || linked[2].Link.StreamID != "$ce-a" || string(linked[2].Link.Data) != "2@a-1" {
			t.Errorf("the category, resolved: %s", datas(linked))
		}
		if got := datas(readAllOf(t, c, "$et-opened")); got != "0@a-1 1@a-1 2@a-1 3@a-1 4@a-1" {
			t.Errorf("the type, not resolved: %s", got)
		}
	})
}

func TestGoClientReadsAll(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		var at []esdb.AllPosition
		for i := range 5 {
			res := mustAppend(t, c, fmt.Sprintf("a-%d", i%2), esdb.Any{}, events("opened", fmt.Sprint(i))...)
			at = append(at, esdb.Position{Commit: res.CommitPosition, Prepare: res.PreparePosition})
		}
		for _, x := range []struct {
			direction esdb.Direction
			from      esdb.AllPosition
			count     uint64
			want      string
		}{
			{esdb.Forwards, nil, 99, "0 1 2 3 4"},
			{esdb.Forwards, esdb.Start{}, 2, "0 1"},
			{esdb.Forwards, at[3], 99, "3 4"},
			{esdb.Forwards, at[1], 2, "1 2"},
			{esdb.Forwards, esdb.End{}, 99, ""},
			{esdb.Backwards, esdb.End{}, 99, "4 3 2 1 0"},
			{esdb.Backwards, at[3], 99, "2 1 0"}, // backwards leaves out the position itself
			{esdb.Backwards, at[4], 1, "3"},
			{esdb.Backwards, esdb.Start{}, 99, ""},
		} {
			r, err := c.ReadAll(testContext(t), esdb.ReadAllOptions{Direction: x.direction, From: x.from}, x.count)
			if got := datas(gathered(t, r, err)); got != x.want {
				t.Errorf("%+v: %s", x, got)
			}
		}
	})
}

// heard listens to a subscription until it has brought that many events, and then for being caught up if it was not yet;
// out are the events' data, and "|" for the moment of being caught up.
func heard(sub *esdb.Subscription, count int) (out string, err error) {
	var said []string
	seen, caughtUp := 0, false
	for seen < count || !caughtUp {
		switch e := sub.Recv(); {
		case e.SubscriptionDropped != nil:
			return strings.Join(said, " "), e.SubscriptionDropped.Error
		case e.EventAppeared != nil:
			seen++
			said = append(said, string(e.EventAppeared.Event.Data))
		case e.CaughtUp != nil:
			caughtUp = true
			said = append(said, "|")
		}
	}
	return strings.Join(said, " "), nil
}

// TestGoClientSubscribes: from the start, from a position and from the end, to a stream, a category and $all.
func TestGoClientSubscribes(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		mustAppend(t, c, "a-1", esdb.NoStream{}, events("opened", "0", "1")...)
		res := mustAppend(t, c, "a-2", esdb.NoStream{}, events("closed", "2")...)
		mustAppend(t, c, "a-1", esdb.Revision(1), events("closed", "3")...)
		ctx := testContext(t)
		toAll := func(o esdb.SubscribeToAllOptions) func() (*esdb.Subscription, error) {
			return func() (*esdb.Subscription, error) { return c.SubscribeToAll(ctx, o) }
		}
		to := func(stream string, from esdb.StreamPosition) func() (*esdb.Subscription, error) {
			return func() (*esdb.Subscription, error) {
				return c.SubscribeToStream(ctx, stream, esdb.SubscribeToStreamOptions{From: from, ResolveLinkTos: true})
			}
		}
		var subs []*esdb.Subscription
		table := []struct {
			subscribe func() (*esdb.Subscription, error)
			want      string
		}{
			{toAll(esdb.SubscribeToAllOptions{From: esdb.Start{}}), "0 1 2 3 | 4 5 6"},
			{toAll(esdb.SubscribeToAllOptions{From: esdb.Position{Commit: res.CommitPosition, Prepare: res.PreparePosition}}), "3 | 4 5 6"},
			{toAll(esdb.SubscribeToAllOptions{From: esdb.End{}}), "| 4 5 6"},
			{toAll(esdb.SubscribeToAllOptions{}), "| 4 5 6"},
			{to("a-1", esdb.Start{}), "0 1 3 | 4 5"},
			{to("a-1", esdb.Revision(1)), "3 | 4 5"},
			{to("a-1", esdb.End{}), "| 4 5"},
			{to("a-1", nil), "| 4 5"},
			{to("$ce-a", esdb.Start{}), "0 1 2 3 | 4 5 6"},
			{to("$ce-a", esdb.Revision(1)), "2 3 | 4 5 6"},
			{to("$et-closed", esdb.Start{}), "2 3 | 6"},
			{to("b-1", esdb.End{}), "|"},
		}
		for i, x := range table {
			sub, err := x.subscribe()
			if err != nil {
				t.Fatalf("subscription %d: %v", i, err)
			}
			defer sub.Close()
			if before, _, _ := strings.Cut(x.want, "|"); sub.Id() == "" {
				t.Errorf("subscription %d has no id", i)
			} else if got, err := heard(sub, len(strings.Fields(before))); got != before+"|" || err != nil {
				t.Fatalf("subscription %d hears %s, %v; want %s|", i, got, err, before)
			}
			subs = append(subs, sub)
		}
		mustAppend(t, c, "a-1", esdb.Revision(2), events("opened", "4", "5")...)
		mustAppend(t, c, "a-2", esdb.Revision(0), events("closed", "6")...)
		for i, x := range table {
			_, after, _ := strings.Cut(x.want, "|")
			for _, want := range strings.Fields(after) {
				if e := subs[i].Recv(); e.EventAppeared == nil || string(e.EventAppeared.Event.Data) != want {
					t.Fatalf("subscription %d hears %+v, want %s", i, e, want)
				}
			}
		}
	})
}

// TestGoClientFilters: by prefix and by regular expression, on stream and on type, with checkpoints while nothing passes.
func TestGoClientFilters(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		const other = 13 // events that pass no filter
		mustAppend(t, c, "umowa-1", esdb.NoStream{}, events("opened", "0", "1")...)
		for range other {
			mustAppend(t, c, "noise-1", esdb.Any{}, events("noise", "x")...)
		}
		last := mustAppend(t, c, "umowa-2", esdb.NoStream{}, events("openly", "2")...)
		meta := esdb.StreamMetadata{}
		meta.SetMaxCount(100)
		if _, err := c.SetStreamMetadata(testContext(t), "umowa-1", esdb.AppendToStreamOptions{}, meta); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			filter esdb.SubscriptionFilter
			want   string
		}{
			{esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{"nowhere", "umowa-"}}, "0 1 2 |"},
			{esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Regex: "^umowa-1$"}, "0 1 |"},
			{esdb.SubscriptionFilter{Type: esdb.EventFilterType, Prefixes: []string{"open"}}, "0 1 2 |"},
			{esdb.SubscriptionFilter{Type: esdb.EventFilterType, Regex: "ed$"}, "0 1 |"},
			{esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{"nowhere"}}, "|"},
			{*esdb.ExcludeSystemEventsFilter(), "0 1" + strings.Repeat(" x", other) + " 2 |"},
		} {
			for _, window := range []int{esdb.NoMaxSearchWindow, 1, 2} {
				f := x.filter
				sub, err := c.SubscribeToAll(testContext(t), esdb.SubscribeToAllOptions{From: esdb.Start{}, Filter: &f, MaxSearchWindow: window, CheckpointInterval: 2})
				if err != nil {
					t.Fatal(err)
				}
				checkFiltered(t, fmt.Sprintf("%+v, window %d", f, window), sub, x.want, window, last.CommitPosition+spacing)
				sub.Close()
			}
		}
	})
}

// checkFiltered hears a filtered subscription from the start until it is caught up, of a log whose last event is at end.
// Checkpoints ascend, come after every event that is before them, and at least once per window times two events looked at.
func checkFiltered(t *testing.T, what string, sub *esdb.Subscription, want string, window int, end uint64) {
	t.Helper()
	var said []string
	last, marks := uint64(0), 0 // the last position told of; checkpoints
	quiet := func(until uint64) {
		if window > 0 && until > last && (until-last)/spacing-1 >= uint64(2*window) {
			t.Errorf("%s: nothing said from %d to %d", what, last, until)
		}
	}
	for len(said) == 0 || said[len(said)-1] != "|" {
		e := sub.Recv()
		at := uint64(0)
		switch {
		case e.SubscriptionDropped != nil:
			t.Fatalf("%s: %v", what, e.SubscriptionDropped.Error)
		case e.CaughtUp != nil:
			said = append(said, "|")
			quiet(end + spacing)
			continue
		case e.CheckPointReached != nil:
			at = e.CheckPointReached.Commit
			if marks++; window < 0 || at < last || e.CheckPointReached.Prepare != at || at > end {
				t.Errorf("%s: checkpoint %+v", what, e.CheckPointReached)
			}
		case e.EventAppeared != nil:
			at = e.EventAppeared.Event.Position.Commit
			said = append(said, string(e.EventAppeared.Event.Data))
			if at <= last {
				t.Errorf("%s: %d after %d", what, at, last)
			}
		}
		quiet(at)
		last = at
	}
	if got := strings.Join(said, " "); got != want {
		t.Errorf("%s hears %s, want %s", what, got, want)
	}
	if window > 0 && marks == 0 {
		t.Errorf("%s: no checkpoint", what)
	}
}

// TestGoClientResumes goes on from the last event, and from the last checkpoint, that a subscription has told.
func TestGoClientResumes(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		for i := range 20 {
			mustAppend(t, c, fmt.Sprintf("a-%d", i%3), esdb.Any{}, events("opened", fmt.Sprint(i))...)
		}
		var from esdb.AllPosition = esdb.Start{}
		var got []string
		filter := &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{"a-1"}}
		for caughtUp := false; !caughtUp; {
			ctx, cancel := context.WithCancel(testContext(t))
			sub, err := c.SubscribeToAll(ctx, esdb.SubscribeToAllOptions{From: from, Filter: filter, MaxSearchWindow: 1})
			if err != nil {
				t.Fatal(err)
			}
			switch e := sub.Recv(); {
			case e.SubscriptionDropped != nil:
				t.Fatal(e.SubscriptionDropped.Error)
			case e.CheckPointReached != nil:
				from = *e.CheckPointReached
			case e.EventAppeared != nil:
				from = e.EventAppeared.Event.Position
				got = append(got, string(e.EventAppeared.Event.Data))
			case e.CaughtUp != nil:
				caughtUp = true
			}
			sub.Close()
			cancel()
		}
		if all := strings.Join(got, " "); all != "1 4 7 10 13 16 19" {
			t.Errorf("heard %s", all)
		}
	})
}
