package erasure_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"ksiega/domain/erasure"
)

func listed(n int) erasure.List {
	l := erasure.List{Ledger: "first"}
	for i := range n {
		l.Add(erasure.Entry{Event: "e" + string(rune('a'+i)), Stream: "erasure-participant%2FU1", Revision: uint64(i), Type: "erasure.ordered.v1",
			Data: `{"reason":"<ł>&"}`, Meta: "{}"})
	}
	return l
}

// until is listed with the moment until which it is complete.
func until(n int) erasure.List {
	l := listed(n)
	l.Until = time.Date(2026, 11, 29, 12, 0, 0, 500, time.UTC)
	return l
}

func text(t *testing.T, l erasure.List) string {
	t.Helper()
	b, err := l.Text()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAListComesBackAsItWas(t *testing.T) {
	for n := range 4 {
		for _, list := range []erasure.List{listed(n), until(n)} { // the first as earlier versions wrote it
			want := text(t, list)
			l, err := erasure.ReadList(strings.NewReader(want))
			if err != nil || text(t, l) != want || len(l.Entries) != n || !l.Until.Equal(list.Until) {
				t.Errorf("%d entries: %v, %v", n, l, err)
			}
		}
	}
}

// Every byte of a list counts.
func TestAListThatWasChangedIsRefused(t *testing.T) {
	t.Run("earlier", func(t *testing.T) { changed(t, text(t, listed(3))) })
	whole := text(t, until(3))
	lines := strings.SplitAfter(whole, "\n")
	for name, wrong := range map[string]string{
		"end gone":           strings.Join(lines[:4], ""),
		"end and order gone": strings.Join(lines[:3], ""),
		"order gone":         strings.Join(append(lines[:3:3], lines[4]), ""),
		"end twice":          whole + lines[4],
		"more after the end": whole + lines[3],
		"end of another":     strings.Join(lines[:3], "") + text(t, until(2))[strings.LastIndex(text(t, until(2)), "{\"until"):] + lines[3],
		"earlier form":       strings.Replace(whole, "erasures-2", "erasures-1", 1),
	} {
		if _, err := erasure.ReadList(strings.NewReader(wrong)); !errors.Is(err, erasure.ErrListDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	changed(t, whole)
}

func changed(t *testing.T, whole string) {
	t.Helper()
	lines := strings.SplitAfter(whole, "\n")
	for name, changed := range map[string]string{
		"nothing":    "",
		"first gone": lines[0] + lines[2] + lines[3],
		"one gone":   lines[0] + lines[1] + lines[3],
		"swapped":    lines[0] + lines[2] + lines[1] + lines[3],
		"twice":      lines[0] + lines[1] + lines[1] + lines[2],
		"cut":        whole[:len(whole)-9],
		"more":       whole + "x",
		"no ledger":  strings.Replace(whole, "first", "", 1),
	} {
		if _, err := erasure.ReadList(strings.NewReader(changed)); !errors.Is(err, erasure.ErrListDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range len(whole) - 1 {
		b := []byte(whole)
		b[i] ^= 1
		l, err := erasure.ReadList(bytes.NewReader(b))
		if err == nil && text(t, l) == whole {
			continue // a blank of the notation
		}
		if err == nil {
			t.Fatalf("byte %d changed, and nobody saw it: %s", i, b)
		}
	}
}

func TestListsOfOneLogContinueEachOther(t *testing.T) {
	for _, c := range []struct{ longer, shorter int }{{3, 3}, {3, 2}, {1, 0}} {
		longer, shorter := listed(c.longer), listed(c.shorter)
		if ok, err := longer.Continues(shorter); !ok || err != nil {
			t.Errorf("%v: %v, %v", c, ok, err)
		}
		if ok, err := shorter.Continues(longer); ok != (c.longer == c.shorter) || err != nil {
			t.Errorf("%v the other way: %v, %v", c, ok, err)
		}
	}
	other := listed(1)
	other.Add(erasure.Entry{Event: "z"})
	if _, err := listed(3).Continues(other); !errors.Is(err, erasure.ErrListDiffers) {
		t.Errorf("another second: %v", err)
	}
	other = erasure.List{Ledger: "another"}
	if _, err := listed(0).Continues(other); !errors.Is(err, erasure.ErrListForeign) {
		t.Errorf("another ledger: %v", err)
	}
}
