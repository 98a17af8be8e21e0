package session

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/domain/listing"
	"ksiega/internal/testkit/given"
)

var (
	march9 = domain.NewDate(2009, time.March, 9)
	june1  = domain.NewDate(2009, time.June, 1)
)

func terms() Terms {
	return Terms{Session: "Z1", Programme: "wszyscy-razem", Kind: Training, Date: march9, From: 540, To: 780, Minutes: 240,
		Leaders: []string{"A1", "A2"}, Topic: "t1"}
}

func asked(t Terms) Record { return Record{Terms: t, Edition: 1, Today: june1} }

func held() Recorded { return Recorded{Terms: terms(), Edition: 1} }

func at(participant string, p Presence, effects domain.Sealed) RecordPresence {
	return RecordPresence{Session: "Z1", Participant: participant, Details: Details{p, effects}, Today: june1}
}

func was(participant string, p Presence, effects domain.Sealed) PresenceRecorded {
	return PresenceRecorded{Attendance{"Z1", "wszyscy-razem", participant, march9}, Details{p, effects}}
}

func fixing[C any](c C, amend *domain.Amend, reason domain.Sealed) C {
	*amend = domain.Amend{Correct: true, Reason: reason}
	return c
}

func TestRecord(t *testing.T) {
	t.Parallel()
	given.Given(t, Decider()).When(asked(terms())).Then(held())
	given.Given(t, Decider(), held()).When(asked(terms())).Then()

	// Whoever leads is a set, and another edition is no other session.
	shuffled := asked(terms())
	shuffled.Leaders, shuffled.Edition = []string{"A2", "A1", "A2"}, 5
	given.Given(t, Decider(), held()).When(shuffled).Then()
	first := held()
	first.Edition = 5
	given.Given(t, Decider()).When(shuffled).Then(first)

	planned := asked(terms())
	planned.Date = june1 + 100
	given.Given(t, Decider()).When(planned).Then(Recorded{planned.Terms, 1})
	spring := asked(terms())
	spring.Date, spring.From, spring.To, spring.Minutes = domain.NewDate(2009, time.March, 29), 60, 240, 120
	given.Given(t, Decider()).When(spring).Then(Recorded{spring.Terms, 1})
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Record)
		want   error
	}{
		"no id":            {func(c *Record) { c.Session = "" }, domain.ErrNoID},
		"no programme":     {func(c *Record) { c.Programme = "" }, domain.ErrNoID},
		"nobody leads":     {func(c *Record) { c.Leaders = []string{"A1", ""} }, domain.ErrNoID},
		"no day":           {func(c *Record) { c.Date = 0 }, domain.ErrNoDay},
		"before 1990":      {func(c *Record) { c.Date = domain.NewDate(1989, time.May, 1) }, domain.ErrForgotten},
		"other kind":       {func(c *Record) { c.Kind = "visit" }, ErrKind},
		"of no length":     {func(c *Record) { c.From, c.To = 800, 800 }, ErrTimes},
		"past 24:00":       {func(c *Record) { c.From, c.To = 1380, 1441 }, ErrTimes},
		"before 0:00":      {func(c *Record) { c.From = -1 }, ErrTimes},
		"no minutes":       {func(c *Record) { c.From, c.To, c.Minutes = 800, 830, 0 }, ErrMinutes},
		"too many minutes": {func(c *Record) { c.From, c.To, c.Minutes = 800, 830, 91 }, ErrMinutes},
		"less than nobody": {func(c *Record) { c.Headcount = -1 }, ErrHeadcount},
		"too many people":  {func(c *Record) { c.Headcount = domain.MaxCount + 1 }, domain.ErrTooLarge},
		"no topic":         {func(c *Record) { c.Topic = "" }, ErrNoTopic},
		"other session":    {func(c *Record) { c.Session = "Z2" }, ErrOther},
		"other day":        {func(c *Record) { c.Date++ }, domain.ErrDiffers},
		"other programme":  {func(c *Record) { c.Programme = "mkis" }, domain.ErrDiffers},
		"other leader":     {func(c *Record) { c.Leaders = []string{"A1"} }, domain.ErrDiffers},
		"other leaders":    {func(c *Record) { c.Leaders = []string{"A1", "A3"} }, domain.ErrDiffers},
		"other topic":      {func(c *Record) { c.Topic = "t2" }, domain.ErrDiffers},
		"called off":       {func(c *Record) { c.Cancelled = true }, domain.ErrDiffers},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := asked(terms())
			c.change(&cmd)
			given.Given(t, Decider(), held()).When(cmd).Refuse(c.want)
		})
	}
}

func TestAmend(t *testing.T) {
	t.Parallel()
	after := terms()
	after.Date, after.Leaders = march9+1, []string{"A3"}
	fix := asked(after)
	fix.Edition = 7
	given.Given(t, Decider(), held()).When(fixing(fix, &fix.Amend, "r")).Refuse(domain.ErrDiffers)
	fix.Amend = domain.Amend{Correct: true, Reason: "r"}
	corrected := Corrected{Before: terms(), After: after, Edition: 1, Reason: "r"} // of when it was entered
	given.Given(t, Decider(), held()).When(fix).Then(corrected)
	given.Given(t, Decider(), held(), corrected).When(fix).Then()
	given.Given(t, Decider()).When(fix).Refuse(domain.ErrNothingToCorrect)
	fix.Programme = "mkis"
	moved := after
	moved.Programme = "mkis"
	given.Given(t, Decider(), held(), corrected).When(fix).Then(Corrected{Before: after, After: moved, Edition: 7, Reason: "r"})
	fix.Reason = ""
	given.Given(t, Decider(), held()).When(fix).Refuse(domain.ErrNoReason)

	take := Record{Terms: Terms{Session: "Z1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	gone := Withdrawn{terms(), "r"}
	given.Given(t, Decider(), held()).When(take).Then(gone)
	given.Given(t, Decider(), held(), gone).When(take).Then()
	given.Given(t, Decider()).When(take).Refuse(domain.ErrNothingToWithdraw)
	given.Given(t, Decider(), held(), gone).When(asked(after)).Then(Recorded{after, 1})
}

// An edition spells the words its way, or takes no such session; a correction goes by the
// edition that the session was entered under.
func TestWordings(t *testing.T) {
	t.Parallel()
	cmd := asked(terms())
	cmd.Wordings = []Wording{{Edition: 1, Topic: "T1", Specialist: "S1"}, {Edition: 2, Refused: ErrKind}}
	spelt := held()
	spelt.Topic, spelt.Specialist = "T1", "S1"
	given.Given(t, Decider()).When(cmd).Then(spelt)
	given.Given(t, Decider(), spelt).When(cmd).Then()
	later := cmd
	later.Edition = 2
	given.Given(t, Decider()).When(later).Refuse(ErrKind)
	given.Given(t, Decider(), spelt).When(later).Then()
	fix := later
	fix.Headcount, fix.Amend = 3, domain.Amend{Correct: true, Reason: "r"}
	after := spelt.Terms
	after.Headcount = 3
	given.Given(t, Decider(), spelt).When(fix).Then(Corrected{spelt.Terms, after, 1, "r"})
	under2 := held()
	under2.Edition = 2
	given.Given(t, Decider(), under2).When(fix).Refuse(ErrKind)
	gone := Record{Terms: Terms{Session: "Z1"}, Wordings: cmd.Wordings, Edition: 2, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	given.Given(t, Decider(), under2).When(gone).Then(Withdrawn{under2.Terms, "r"})
}

func TestPresence(t *testing.T) {
	t.Parallel()
	s := given.Given(t, Decider(), held())
	s.When(at("U1", Present, "")).Then(was("U1", Present, ""))
	s.When(at("U1", Late, "e1")).Then(was("U1", Late, "e1"))
	s.When(at("U1", Excused, "")).Then(was("U1", Excused, ""))
	s.When(at("U1", Absent, "e1")).Refuse(ErrNoEffect)
	s.When(at("U1", "chory", "")).Refuse(ErrPresence)
	s.When(at("", Present, "")).Refuse(domain.ErrNoID)
	given.Given(t, Decider()).When(at("U1", Present, "")).Refuse(ErrUnknown)
	given.Given(t, Decider(), held(), Withdrawn{terms(), "r"}).When(at("U1", Present, "")).Refuse(ErrUnknown)
	elsewhere := at("U1", Present, "")
	elsewhere.Session = "Z2"
	s.When(elsewhere).Refuse(ErrOther)
	early := at("U1", Present, "")
	early.Today = march9 - 1
	s.When(early).Refuse(domain.ErrFuture)
	off := held()
	off.Cancelled = true
	given.Given(t, Decider(), off).When(at("U1", Present, "")).Refuse(ErrCancelled)

	there := given.Given(t, Decider(), held(), was("U1", Present, "e1"))
	there.When(at("U1", Present, "e1")).Then()
	there.When(at("U1", Late, "e1")).Refuse(domain.ErrDiffers)
	there.When(at("U1", Present, "")).Refuse(domain.ErrDiffers)
	there.When(at("U2", Absent, "")).Then(was("U2", Absent, ""))
	fix := at("U1", Absent, "")
	fix.Amend = domain.Amend{Correct: true, Reason: "r"}
	about := was("U1", Present, "").Attendance
	there.When(fix).Then(PresenceCorrected{about, Details{Present, "e1"}, Details{Presence: Absent}, "r"})
	take := RecordPresence{Session: "Z1", Participant: "U1", Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	gone := PresenceWithdrawn{about, Details{Present, "e1"}, "r"}
	there.When(take).Then(gone)
	given.Given(t, Decider(), held(), was("U1", Present, "e1"), gone).When(take).Then()
	given.Given(t, Decider(), held(), was("U1", Present, "e1"), gone, Withdrawn{terms(), "r"}).When(take).Then()
	given.Given(t, Decider()).When(take).Refuse(domain.ErrNothingToWithdraw)
	given.Given(t, Decider(), held(), was("U1", Present, "e1"), gone).When(at("U1", Late, "")).Then(was("U1", Late, ""))
}

// A session is neither called off, nor taken back, nor put off to a day that has not come,
// while somebody is said to have been at it, or to have been expected.
func TestWhoWasThereStandsAgainst(t *testing.T) {
	t.Parallel()
	amended := func(change func(*Terms), amend domain.Amend) Record {
		c := asked(terms())
		change(&c.Terms)
		c.Amend, c.Reason = amend, "r"
		return c
	}
	off := amended(func(t *Terms) { t.Cancelled = true }, domain.Amend{Correct: true})
	later := amended(func(t *Terms) { t.Date = june1 + 1 }, domain.Amend{Correct: true})
	gone := amended(func(*Terms) {}, domain.Amend{Withdraw: true})
	for _, p := range []PresenceRecorded{was("U1", Present, ""), was("U1", Excused, "")} {
		there := given.Given(t, Decider(), held(), p)
		there.When(off).Refuse(domain.ErrNamed)
		there.When(gone).Refuse(domain.ErrNamed)
		there.When(later).Refuse(domain.ErrFuture)
		free := given.Given(t, Decider(), held(), p, PresenceWithdrawn{p.Attendance, p.Details, "r"})
		free.When(off).Then(Corrected{terms(), off.Terms, 1, "r"})
		free.When(gone).Then(Withdrawn{terms(), "r"})
		free.When(later).Then(Corrected{terms(), later.Terms, 1, "r"})
	}
}

// What stands on leaders and participants keeps the stream from being closed under them.
func TestListed(t *testing.T) {
	t.Parallel()
	closing := func(kind domain.RefKind, id string) List {
		return List{listing.Close{Entry: listing.Entry{Kind: kind, ID: id, Stream: "session-Z1", Attempt: 1}}}
	}
	s := given.Given(t, Decider(), held(), was("U1", Absent, ""))
	s.When(closing(domain.RefAssistant, "A1")).Refuse(domain.ErrNamed)
	s.When(closing(domain.RefParticipant, "U1")).Refuse(domain.ErrNamed)
	free := closing(domain.RefAssistant, "A9")
	s.When(free).Then(listing.Closed{Entry: free.Command.(listing.Close).Entry})
	nobody := closing(domain.RefParticipant, "A1")
	s.When(nobody).Then(listing.Closed{Entry: nobody.Command.(listing.Close).Entry})
	mine := closing(domain.RefParticipant, "U1")
	gone := []domain.Event{held(), was("U1", Absent, ""), PresenceWithdrawn{was("U1", Absent, "").Attendance, Details{Presence: Absent}, "r"}}
	given.Given(t, Decider(), gone...).When(mine).Then(listing.Closed{Entry: mine.Command.(listing.Close).Entry})
	theirs := closing(domain.RefAssistant, "A1")
	given.Given(t, Decider(), append(gone, Withdrawn{terms(), "r"})...).When(theirs).Then(listing.Closed{Entry: theirs.Command.(listing.Close).Entry})
}

func TestEffects(t *testing.T) {
	t.Parallel()
	written, err := WrittenEffects([]Effect{Employment, CV, Employment})
	if err != nil || written != "cv,zatrudnienie" {
		t.Errorf("%q, %v", written, err)
	}
	if got := ReadEffects(written); !reflect.DeepEqual(got, []Effect{CV, Employment}) {
		t.Errorf("%v", got)
	}
	if got := ReadEffects(""); got != nil {
		t.Errorf("%v", got)
	}
	if _, err := WrittenEffects([]Effect{"sukces"}); err != error(ErrEffect) {
		t.Errorf("%v", err)
	}
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	after := terms()
	after.Programme, after.Leaders, after.Headcount, after.Organiser, after.Specialist = "mkis", nil, 12, "o1", "s1"
	head := `{"session":"Z1","programme":"wszyscy-razem","kind":"szkolenie","date":"2009-03-09","from":"09:00","to":"13:00","minutes":240,` +
		`"leaders":["A1","A2"],"topic":"t1"`
	about := `{"session":"Z1","programme":"wszyscy-razem","participant":"U1","date":"2009-03-09",`
	for want, e := range map[string]domain.Event{
		`session.recorded.v1 ` + head + `,"edition":1}`: held(),
		`session.corrected.v1 {"before":` + head + `},"after":{"session":"Z1","programme":"mkis","kind":"szkolenie","date":"2009-03-09",` +
			`"from":"09:00","to":"13:00","minutes":240,"headcount":12,"topic":"t1","organiser":"o1","specialist":"s1"},"edition":2,"reason":"r"}`: Corrected{terms(), after, 2, "r"},
		`session.withdrawn.v1 {"before":` + head + `},"reason":"r"}`:                                                               Withdrawn{terms(), "r"},
		`session.presence-recorded.v1 ` + about + `"presence":"obecny","effects":"e1"}`:                                            was("U1", Present, "e1"),
		`session.presence-corrected.v1 ` + about + `"before":{"presence":"obecny"},"after":{"presence":"nieobecny"},"reason":"r"}`: PresenceCorrected{was("U1", "", "").Attendance, Details{Presence: Present}, Details{Presence: Absent}, "r"},
		`session.presence-withdrawn.v1 ` + about + `"before":{"presence":"obecny"},"reason":"r"}`:                                  PresenceWithdrawn{was("U1", "", "").Attendance, Details{Presence: Present}, "r"},
	} {
		payload, err := json.Marshal(e)
		if got := e.EventType() + " " + string(payload); err != nil || got != want {
			t.Errorf("\n got %s\nwant %s\n%v", got, want, err)
		}
		if e.OccurredOn() != march9 {
			t.Errorf("%s on %s", e.EventType(), e.OccurredOn())
		}
	}
	if refs := (Corrected{Before: terms(), After: after}).Refs(); len(refs) != 5 {
		t.Errorf("refs %v", refs)
	}
	if s := Stream("Z 1"); s != "session-Z%201" {
		t.Error(s)
	}
}
