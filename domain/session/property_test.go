package session

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
)

func anyAmend(t *rapid.T) domain.Amend {
	switch rapid.IntRange(0, 4).Draw(t, "amend") {
	case 0, 1:
		return domain.Amend{Correct: true, Reason: "r"}
	case 2:
		return domain.Amend{Withdraw: true, Reason: "r"}
	}
	return domain.Amend{}
}

func anyCommand(t *rapid.T) Command {
	today := march9 + domain.Date(rapid.IntRange(-1, 1).Draw(t, "today"))
	if rapid.Bool().Draw(t, "presence") {
		return RecordPresence{Session: "Z1", Participant: rapid.SampledFrom([]string{"U1", "U2"}).Draw(t, "who"), Today: today, Amend: anyAmend(t),
			Details: Details{rapid.SampledFrom(Presences()).Draw(t, "how"), rapid.SampledFrom([]domain.Sealed{"", "e1"}).Draw(t, "effects")}}
	}
	s := terms()
	s.Date += domain.Date(rapid.IntRange(-1, 1).Draw(t, "day"))
	s.Programme = rapid.SampledFrom([]string{"wszyscy-razem", "mkis"}).Draw(t, "programme")
	s.Leaders = rapid.SliceOfN(rapid.SampledFrom([]string{"A1", "A2"}), 0, 2).Draw(t, "leaders")
	s.Cancelled = rapid.Bool().Draw(t, "cancelled")
	return Record{Terms: s, Edition: rapid.IntRange(1, 2).Draw(t, "edition"), Today: today, Amend: anyAmend(t)}
}

// No accepted history has anybody at a session that was called off, is none or is still to
// come, nor an effect of somebody who was not there; a command sent twice leads to no
// event; and every event of a correction or withdrawal says what it takes the place of.
func TestAcceptedHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Decider()
		var s State
		var history []domain.Event
		latest := domain.Date(0)
		for range rapid.IntRange(1, 40).Draw(t, "commands") {
			cmd := anyCommand(t)
			events, err := d.Decide(s, cmd)
			if err != nil {
				continue
			}
			for _, e := range events {
				replaces(t, s, e)
				s, history = d.Evolve(s, e), append(history, e)
			}
			if again, err := d.Decide(s, cmd); err != nil || len(again) != 0 {
				t.Fatalf("%+v sent again: %v, %v", cmd, again, err)
			}
			switch c := cmd.(type) {
			case Record:
				latest = max(latest, c.Today)
			case RecordPresence:
				latest = max(latest, c.Today)
			}
			if s.attended() != "" && (!s.Stands() || s.Terms.Cancelled || s.Terms.Date > latest) {
				t.Fatalf("%s at %+v", s.attended(), s.Terms)
			}
			for who, p := range s.presences {
				if p.Effects != "" && !p.Presence.Attended() {
					t.Fatalf("an effect of %s, who was not there", who)
				}
			}
		}
		if !reflect.DeepEqual(s, d.Fold(history...)) {
			t.Fatal("replay gives another state")
		}
	})
}

func replaces(t *rapid.T, s State, e domain.Event) {
	stands := func(before Terms) bool { return s.Stands() && domain.Differing(before, s.Terms) == "" }
	ok := true
	switch e := e.(type) {
	case Recorded:
		ok = !s.Stands()
	case Corrected:
		ok = stands(e.Before) && (e.Before.Programme != e.After.Programme || e.Edition == s.Edition)
	case Withdrawn:
		ok = stands(e.Before)
	case PresenceCorrected:
		ok = s.presences[e.Participant] == recorded{Details: e.Before}
	case PresenceWithdrawn:
		ok = s.presences[e.Participant] == recorded{Details: e.Before}
	}
	if !ok {
		t.Fatalf("%#v over %+v", e, s)
	}
}
