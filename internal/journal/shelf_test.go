package journal

import (
	"context"
	"testing"
	"time"
)

func TestClosingASubjectOfTheVault(t *testing.T) {
	t.Parallel()
	j, _ := openLog(t, testTable(t))
	shelf, ctx := j.Shelf(), within(t)
	if err := shelf.Append(ctx, "U1", 0, []byte(`{"r":1}`)); err != nil {
		t.Fatal(err)
	}
	// What is drafted stays a draft: the log comes second.
	for _, s := range []interface {
		Append(ctx context.Context, subject string, count int, record []byte) error
		Get(ctx context.Context, subject string) ([][]byte, error)
		Close(ctx context.Context, subject string) error
		Closed(ctx context.Context, subject string) (bool, error)
	}{NewDraft(j, time.Now).Shelf(), shelf} {
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
		for count := range 2 {
			if err := s.Append(ctx, "U1", count, []byte(`{"r":2}`)); err == nil {
				t.Errorf("%T: a record was kept for a closed subject", s)
			}
		}
		if got, err := s.Get(ctx, "U1"); err != nil || len(got) != 0 {
			t.Errorf("%T: a closed subject has %d records, %v", s, len(got), err)
		}
	}
	if err := shelf.Close(ctx, "nobody"); err != nil {
		t.Errorf("closing what nothing was kept for: %v", err)
	}
	if closed, err := shelf.Closed(ctx, "nobody"); err != nil || !closed {
		t.Errorf("it is closed: %v, %v", closed, err)
	}
}
