package commands_test

import (
	"errors"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

func merge(kept, merged, reason string) commands.MergeParticipants {
	return commands.MergeParticipants{Kept: kept, Merged: merged, Date: domain.NewDate(2024, 4, 9), Amendment: commands.Amendment{Reason: reason}}
}

// Somebody is merged into one other at most, and never, over however many, into whoever is
// merged into them; who is kept stays registered.
func TestMergeParticipants(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\nU3;C;C\n"})
	do := func(c commands.MergeParticipants, want error) {
		t.Helper()
		if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, c); !errors.Is(err, want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	do(merge("U9", "U2", "ten sam PESEL"), participant.ErrUnknown)
	do(merge("U2", "U9", "ten sam PESEL"), participant.ErrUnknown)
	do(merge("U2", "U2", "ten sam PESEL"), participant.ErrMergedSelf)
	do(merge("U1", "U2", ""), domain.ErrNoReason)
	do(merge("U1", "U2", "ten sam PESEL"), nil)
	do(merge("U3", "U2", "ten sam PESEL"), domain.ErrDiffers)
	do(merge("U3", "U1", "ten sam PESEL"), nil)
	do(merge("U2", "U3", "ten sam PESEL"), participant.ErrMergedRound)
	do(merge("U2", "U1", "ten sam PESEL"), participant.ErrMergedRound)
	if r, err := l.MergeParticipants(t.Context(), ledgertest.Actor, merge("U1", "U2", "ten sam PESEL")); err != nil || r.Events != 0 {
		t.Errorf("merged twice: %+v, %v", r, err)
	}
	gone := commands.RegisterParticipant{ID: "U3", Amendment: takenBack("pomyłka")}
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, gone); !errors.Is(err, domain.ErrNamed) {
		t.Error(err)
	}
	limited := ledgertest.Actor
	limited.Who = access.By("opieka", access.CommandLine, access.Caseworker)
	limited.Who = ledgertest.Limited(limited.Who, domain.Ref{Kind: domain.RefParticipant, ID: "U3"})
	if _, err := l.MergeParticipants(t.Context(), limited, merge("U3", "U1", "ten sam PESEL")); !errors.Is(err, access.ErrDenied) {
		t.Errorf("merged somebody who is not theirs: %v", err)
	}
	for _, merged := range []string{"U1", "U2"} {
		back := commands.MergeParticipants{Merged: merged, Amendment: takenBack("jednak bliźniaczki")}
		do(back, nil)
		do(back, nil)
	}
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, gone); err != nil {
		t.Error(err)
	}
	do(merge("U3", "U2", "ten sam PESEL"), participant.ErrUnknown)
}

// Two who are merged into each other at once, by several clerks, are not.
func TestTwoAreMergedIntoEachOtherOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		l := ledgertest.Open(t)
		accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"})
		var all sync.WaitGroup
		for i := range 6 {
			c := merge("U1", "U2", "ten sam PESEL")
			if i%2 == 1 {
				c.Kept, c.Merged = c.Merged, c.Kept
			}
			all.Go(func() { _, _ = l.MergeParticipants(t.Context(), ledgertest.Actor, c) })
		}
		all.Wait()
		merged := 0
		for _, id := range []string{"U1", "U2"} {
			s, err := journal.Load(t.Context(), l.Log, participant.Stream(id), participant.Decider())
			if err != nil {
				t.Fatal(err)
			}
			if s.State.Into() != "" {
				merged++
			}
		}
		if merged > 1 {
			t.Fatal("each goes on as the other")
		}
	}
}

// What is erased is merged, and taken apart again, without a word.
func TestTheErasedAreMerged(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"})
	eraseAll(t, l)
	if _, err := l.MergeParticipants(t.Context(), ledgertest.Actor, merge("U1", "U2", "ten sam PESEL")); !errors.Is(err, erasure.ErrErased) {
		t.Error(err)
	}
	for _, c := range []commands.MergeParticipants{merge("U1", "U2", ""), {Merged: "U2", Amendment: takenBack("")}} {
		if r, err := l.MergeParticipants(t.Context(), ledgertest.Actor, c); err != nil || r.Events == 0 {
			t.Errorf("%+v: %+v, %v", c, r, err)
		}
	}
}
