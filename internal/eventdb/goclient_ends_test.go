package eventdb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// wantDeleteFailed makes sure of a delete or tombstone under the wrong revision. The Go client has no kind for it: it hands
// on the status, whose message tells the versions.
func wantDeleteFailed(t testing.TB, what string, err error, versions string) {
	t.Helper()
	wantStatus(t, what, err, codes.FailedPrecondition)
	expected, actual, _ := strings.Cut(versions, "/")
	if want := fmt.Sprintf("Expected version: %s, Actual version: %s", expected, actual); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

// wantStatus makes sure of an error that the Go client has no kind for, which so arrives as unknown, with its status inside.
func wantStatus(t testing.TB, what string, err error, want codes.Code) {
	t.Helper()
	wantCode(t, what, err, esdb.ErrorCodeUnknown)
	var s interface{ GRPCStatus() *status.Status }
	if !asStatus(err, &s) || s.GRPCStatus().Code() != want {
		t.Errorf("%s: %v, want status %v", what, err, want)
	}
}

func TestGoClientDeletes(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		ctx := testContext(t)
		del := func(expect esdb.ExpectedRevision) (*esdb.DeleteResult, error) {
			return c.DeleteStream(ctx, "a-1", esdb.DeleteStreamOptions{ExpectedRevision: expect})
		}
		for expect, versions := range map[esdb.ExpectedRevision]string{
			esdb.Any{}: "-2/-1", esdb.StreamExists{}: "-4/-1", esdb.Revision(0): "0/-1", esdb.NoStream{}: "-1/-1"} {
			_, err := del(expect)
			wantDeleteFailed(t, "delete what never was", err, versions)
		}
		next, last := uint64(0), uint64(0)
		for _, expect := range []esdb.ExpectedRevision{esdb.Any{}, esdb.StreamExists{}, nil, esdb.Revision(7)} {
			recreate := []esdb.ExpectedRevision{esdb.NoStream{}, esdb.Any{}}[next/2%2]
			res := mustAppend(t, c, "a-1", recreate, events("opened", fmt.Sprint(next), fmt.Sprint(next+1))...)
			if next += 2; res.NextExpectedVersion != next-1 {
				t.Fatalf("recreated at revision %d, want %d", res.NextExpectedVersion, next-1)
			}
			if got := datas(readAllOf(t, c, "a-1")); got != fmt.Sprintf("%d %d", next-2, next-1) {
				t.Errorf("recreated: %s", got)
			}
			_, err := del(esdb.Revision(99))
			wantDeleteFailed(t, "delete under the wrong revision", err, fmt.Sprintf("99/%d", next-1))
			gone, err := del(expect)
			if err != nil || gone.Position.Commit <= max(last, res.CommitPosition) || gone.Position.Prepare != gone.Position.Commit {
				t.Fatalf("delete under %#v: %+v, %v", expect, gone, err)
			}
			last = gone.Position.Commit
			r, err := c.ReadStream(ctx, "a-1", esdb.ReadStreamOptions{}, 9)
			if err == nil {
				_, err = r.Recv()
			}
			wantCode(t, "read what is deleted", err, esdb.ErrorCodeResourceNotFound)
			if _, err := del(esdb.Any{}); err != nil {
				t.Errorf("delete again: %v", err)
			}
		}
		_, err := c.AppendToStream(ctx, "a-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.StreamExists{}}, events("opened", "x")...)
		wantCode(t, "stream exists, but is deleted", err, esdb.ErrorCodeStreamDeleted)
		// The old last revision recreates it too.
		if res := mustAppend(t, c, "a-1", esdb.Revision(next-1), events("opened", "back")...); res.NextExpectedVersion != next {
			t.Errorf("recreated at %d", res.NextExpectedVersion)
		}
		all, err := c.ReadAll(ctx, esdb.ReadAllOptions{}, 99)
		if got := gathered(t, all, err); len(got) < int(next)+5 {
			t.Errorf("$all shows %d events, deleted ones included", len(got))
		}
	})
}

// TestGoClientTombstones: a stream that is closed for ever answers every call so, and nothing brings it back.
func TestGoClientTombstones(t *testing.T) {
	t.Parallel()
	onEachWay(t, Options{}, func(t *testing.T, _ *Node, c *esdb.Client) {
		ctx := testContext(t)
		for i, expect := range []esdb.ExpectedRevision{esdb.Any{}, esdb.StreamExists{}, esdb.Revision(1), nil} {
			stream := fmt.Sprintf("a-%d", i)
			mustAppend(t, c, stream, esdb.NoStream{}, events("opened", "0", "1")...)
			sub, err := c.SubscribeToStream(ctx, stream, esdb.SubscribeToStreamOptions{From: esdb.Start{}})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := heard(sub, 2); got != "0 1 |" || err != nil {
				t.Fatalf("%s, %v", got, err)
			}
			for _, wrong := range []esdb.ExpectedRevision{esdb.NoStream{}, esdb.Revision(0)} {
				_, err = c.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{ExpectedRevision: wrong})
				wantDeleteFailed(t, "tombstone under the wrong revision", err, map[bool]string{true: "-1/1", false: "0/1"}[wrong == esdb.NoStream{}])
			}
			res, err := c.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{ExpectedRevision: expect})
			if err != nil || res.Position.Commit == 0 {
				t.Fatalf("tombstone under %#v: %+v, %v", expect, res, err)
			}
			if e := sub.Recv(); e.EventAppeared == nil || e.EventAppeared.Event.EventType != typeTombstone || e.EventAppeared.Event.Position != res.Position {
				t.Errorf("the subscriber hears %+v", e)
			}
			// A subscription hands on the status as it is.
			if e := sub.Recv(); e.SubscriptionDropped == nil || status.Code(e.SubscriptionDropped.Error) != codes.FailedPrecondition {
				t.Errorf("the subscriber hears %+v", e)
			}
			for what, run := range onStream(c, stream) {
				wantCode(t, what, run(), esdb.ErrorCodeStreamDeleted)
			}
		}
		if _, err := c.TombstoneStream(ctx, "never", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.NoStream{}}); err != nil {
			t.Errorf("tombstone what never was: %v", err)
		}
		if got := datas(readAllOf(t, c, "$ce-a")); strings.Count(got, "@a-") != 12 {
			t.Errorf("the category: %s", got)
		}
	})
}

// onStream are calls of every kind on a stream; each gives back its error.
func onStream(c *esdb.Client, stream string) map[string]func() error {
	looks, changes := looksAt(c, stream), changesTo(c, stream)
	for what, run := range changes {
		looks[what] = run
	}
	return looks
}

func looksAt(c *esdb.Client, stream string) map[string]func() error {
	return map[string]func() error{
		"read": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			r, err := c.ReadStream(ctx, stream, esdb.ReadStreamOptions{}, 9)
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = r.Recv()
			return err
		},
		"subscribe": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			sub, err := c.SubscribeToStream(ctx, stream, esdb.SubscribeToStreamOptions{From: esdb.Start{}})
			if err == nil {
				_ = sub.Close()
			}
			return err
		},
		"get metadata": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			_, err := c.GetStreamMetadata(ctx, stream, esdb.ReadStreamOptions{})
			return err
		},
	}
}

func changesTo(c *esdb.Client, stream string) map[string]func() error {
	return map[string]func() error{
		"append": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			_, err := c.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{}, events("opened", "x")...)
			return err
		},
		"delete": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			_, err := c.DeleteStream(ctx, stream, esdb.DeleteStreamOptions{})
			return err
		},
		"tombstone": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			_, err := c.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{})
			return err
		},
		"set metadata": func() error {
			ctx, cancel := boundedContext()
			defer cancel()
			_, err := c.SetStreamMetadata(ctx, stream, esdb.AppendToStreamOptions{}, esdb.StreamMetadata{})
			return err
		},
	}
}

// TestGoClientMetadata sets and gets metadata, and reads what they leave to be seen.
func TestGoClientMetadata(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			clock := &testClock{now: time.Now()}
			n, as := w.open(t, Options{Clock: clock.Now})
			c := as(writerUser)
			_, err := c.GetStreamMetadata(testContext(t), "a-1", esdb.ReadStreamOptions{})
			wantCode(t, "metadata of what never was", err, esdb.ErrorCodeResourceNotFound)
			mustAppend(t, c, "a-1", esdb.NoStream{}, events("opened", "0", "1", "2")...)
			clock.advance(time.Hour)
			mustAppend(t, c, "a-1", esdb.Revision(2), events("opened", "3", "4")...)
			expect := esdb.ExpectedRevision(esdb.NoStream{})
			for revision, x := range []struct {
				set  func(m *esdb.StreamMetadata)
				want string
			}{
				{func(*esdb.StreamMetadata) {}, "0 1 2 3 4"},
				{func(m *esdb.StreamMetadata) { m.SetMaxCount(3) }, "2 3 4"},
				{func(m *esdb.StreamMetadata) { m.SetMaxAge(30 * time.Minute) }, "3 4"},
				{func(m *esdb.StreamMetadata) { m.SetMaxAge(2 * time.Hour) }, "0 1 2 3 4"},
				{func(m *esdb.StreamMetadata) { m.SetTruncateBefore(4) }, "4"},
				{func(m *esdb.StreamMetadata) { m.SetTruncateBefore(9) }, ""},
				{func(m *esdb.StreamMetadata) { m.SetMaxCount(2); m.SetTruncateBefore(1) }, "3 4"},
				{func(m *esdb.StreamMetadata) { m.SetAcl(esdb.UserStreamAcl); m.AddCustomProperty("owner", "ops") }, "0 1 2 3 4"},
			} {
				var m esdb.StreamMetadata
				x.set(&m)
				res, err := c.SetStreamMetadata(testContext(t), "a-1", esdb.AppendToStreamOptions{ExpectedRevision: expect}, m)
				if err != nil || res.NextExpectedVersion != uint64(revision) {
					t.Fatalf("set: %+v, %v", res, err)
				}
				expect = esdb.Revision(res.NextExpectedVersion)
				back, err := c.GetStreamMetadata(testContext(t), "a-1", esdb.ReadStreamOptions{})
				if err != nil {
					t.Fatal(err)
				}
				sent, err1 := m.ToJson()
				got, err2 := back.ToJson()
				if string(sent) != string(got) || err1 != nil || err2 != nil {
					t.Errorf("set %s, got %s", sent, got)
				}
				if seen := datas(readAllOf(t, c, "a-1")); seen != x.want {
					t.Errorf("%s leaves %s, want %s", sent, seen, x.want)
				}
			}
			all, err := c.ReadAll(testContext(t), esdb.ReadAllOptions{}, 99)
			if got := gathered(t, all, err); len(got) != 5+8 {
				t.Errorf("$all has %d events", len(got))
			}
			_, err = c.SetStreamMetadata(testContext(t), "a-1", esdb.AppendToStreamOptions{ExpectedRevision: esdb.Revision(2)}, esdb.StreamMetadata{})
			wantWrongVersion(t, "metadata", err, "2/7")
			mustCheck(t, n)
		})
	}
}
