package contract_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/domain/listing"
	. "ksiega/internal/testkit/given"
)

func day(y, m, d int) domain.Date {
	date, err := domain.CheckedDate(y, m, d)
	if err != nil {
		panic(err)
	}
	return date
}

var terms = contract.Terms{Contract: "S/1", Kind: contract.Referral, Programme: "psu", Participant: "U1", Agreement: "P/1",
	Concluded: day(2018, 2, 7), From: day(2018, 2, 8), To: day(2018, 12, 31), Weekly: 600}

func life(y, m, d int) contract.Life {
	return contract.Life{Contract: "S/1", Participant: "U1", Programme: "psu", Agreement: "P/1", On: day(y, m, d)}
}

func on(y, m, d int) contract.Life { return contract.Life{On: day(y, m, d)} }

func TestSigning(t *testing.T) {
	d := contract.Decider()
	signed := contract.Signed{Terms: terms}
	Given(t, d).When(contract.Sign{Terms: terms}).Then(signed)
	Given(t, d, signed).When(contract.Sign{Terms: terms}).Then()
	other := terms
	other.Weekly = 300
	Given(t, d, signed).When(contract.Sign{Terms: other}).Refuse(domain.ErrDiffers)
	Given(t, d).When(contract.Draft{Terms: terms, On: day(2018, 2, 1)}).Then(contract.Drafted{Terms: terms, On: day(2018, 2, 1)})
	Given(t, d, contract.Drafted{Terms: terms}).When(contract.Sign{Terms: other}).Then(contract.Signed{Terms: other})
	Given(t, d, contract.Drafted{Terms: terms}).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 1)}}).Refuse(contract.ErrNotSigned)
	Given(t, d).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 1)}}).Refuse(contract.ErrUnknown)

	for _, c := range []struct {
		spoil func(*contract.Terms)
		want  error
	}{
		{func(t *contract.Terms) { t.To = t.From - 1 }, contract.ErrPeriod},
		{func(t *contract.Terms) { t.Kind = "other" }, contract.ErrKind},
		{func(t *contract.Terms) { t.Agreement = "" }, contract.ErrNoAgreement},
		{func(t *contract.Terms) { t.Weekly = -1 }, contract.ErrNegative},
		{func(t *contract.Terms) { t.Aid = -1 }, contract.ErrNegative},
		{func(t *contract.Terms) { t.Aid = domain.MaxGrosze + 1 }, domain.ErrTooLarge},
		{func(t *contract.Terms) { t.Form = contract.Form2010A }, contract.ErrNotSocial},
		{func(t *contract.Terms) { t.Kind, t.Form = contract.Social, "2010-C" }, contract.ErrForm},
	} {
		bad := terms
		c.spoil(&bad)
		Given(t, d).When(contract.Sign{Terms: bad}).Refuse(c.want)
	}
}

// An annex changes what it says, place, work and aid too, and nothing else.
func TestAnAnnexOfPlaceWorkAndAid(t *testing.T) {
	d, social := contract.Decider(), terms
	social.Kind, social.Agreement, social.Place, social.Work, social.Aid, social.Form = contract.Social, "", "p1", "w1", 50000, contract.Form2005
	under := life(2018, 5, 1)
	under.Agreement = ""
	annex := contract.Amended{Life: under, Place: "p2", Work: "w2", Aid: 60000}
	Given(t, d).When(contract.Sign{Terms: social}).Then(contract.Signed{Terms: social})
	given := Given(t, d, contract.Signed{Terms: social})
	given.When(contract.Record{Change: contract.Amended{Life: on(2018, 5, 1), Place: "p2", Work: "w2", Aid: 60000}}).Then(annex)
	given.When(contract.Record{Change: contract.Amended{Life: on(2018, 5, 1), Aid: -1}}).Refuse(contract.ErrNegative)
	s := contract.Evolve(contract.Evolve(contract.State{}, contract.Signed{Terms: social}), annex)
	is := social
	is.Place, is.Work, is.Aid = "p2", "w2", 60000
	if before, after := s.On(day(2018, 4, 30)), s.On(day(2018, 5, 1)); before != social || after != is {
		t.Errorf("before the annex %+v, since %+v", before, after)
	}
}

// What was drawn up and never signed is put right like what was signed.
func TestDraftsAreTakenBack(t *testing.T) {
	d, on := contract.Decider(), day(2018, 2, 1)
	drafted, right := contract.Drafted{Terms: terms, On: on}, terms
	right.Participant, right.Weekly = "U2", 300
	fix := contract.Sign{Terms: right, Amend: domain.Amend{Correct: true, Reason: "r"}}
	out := contract.Sign{Terms: contract.Terms{Contract: "S/1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	corrected, gone := contract.TermsCorrected{Before: terms, After: right, Reason: "r"}, contract.Withdrawn{Terms: terms, Reason: "r"}
	draft := Given(t, d, drafted)
	draft.When(fix).Then(corrected)
	draft.When(out).Then(gone)
	draft.When(contract.Sign{Terms: right}).Refuse(domain.ErrDiffers) // of other parties: it is corrected first
	draft.When(contract.Sign{Terms: terms, Amend: fix.Amend}).Then()
	fix.Reason, out.Reason = "", ""
	draft.When(fix).Refuse(domain.ErrNoReason)
	draft.When(out).Refuse(domain.ErrNoReason)
	fix.Reason, out.Reason = "r", "r"
	Given(t, d, drafted, corrected).When(fix).Then()
	Given(t, d, drafted, corrected).When(contract.Draft{Terms: right, On: on}).Then()
	Given(t, d, drafted, corrected).When(contract.Sign{Terms: right}).Then(contract.Signed{Terms: right})
	Given(t, d, drafted, corrected).When(contract.Record{Change: contract.Suspended{Life: contract.Life{On: day(2018, 3, 1)}}}).Refuse(contract.ErrNotSigned)
	Given(t, d, drafted, gone).When(out).Then()
	Given(t, d, drafted, gone).When(contract.Draft{Terms: terms, On: on}).Then(drafted)
	Given(t, d, drafted, gone).When(contract.Sign{Terms: right}).Then(contract.Signed{Terms: right})
	Given(t, d, drafted, gone, drafted).When(contract.Sign{Terms: terms}).Then(contract.Signed{Terms: terms})
}

func TestLife(t *testing.T) {
	d := contract.Decider()
	signed := contract.Signed{Terms: terms}
	suspended := contract.Suspended{Life: life(2018, 3, 1)}
	resumed := contract.Resumed{Life: life(2018, 4, 1)}
	ended := contract.Terminated{Life: life(2018, 6, 30)}

	Given(t, d, signed).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 1)}}).Then(suspended)
	Given(t, d, signed, suspended).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 1)}}).Then()
	Given(t, d, signed, suspended).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 2)}}).Refuse(contract.ErrSuspended)
	Given(t, d, signed, suspended).When(contract.Record{Change: contract.Resumed{Life: on(2018, 4, 1)}}).Then(resumed)
	Given(t, d, signed).When(contract.Record{Change: contract.Resumed{Life: on(2018, 4, 1)}}).Refuse(contract.ErrNotSuspended)
	Given(t, d, signed, suspended, resumed).When(contract.Record{Change: contract.Suspended{Life: on(2018, 5, 1)}}).Then(contract.Suspended{Life: life(2018, 5, 1)})
	Given(t, d, signed).When(contract.Record{Change: contract.Terminated{Life: on(2018, 6, 30)}}).Then(ended)
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Amended{Life: on(2018, 7, 1), Weekly: 300}}).Refuse(contract.ErrEnded)
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Terminated{Life: on(2018, 6, 30)}}).Then()
	Given(t, d, signed).When(contract.Record{Change: contract.Completed{Life: on(2018, 1, 1)}}).Refuse(contract.ErrBeforeStart)
	Given(t, d, signed).When(contract.Record{Change: contract.Completed{}}).Refuse(contract.ErrNoDay)
	Given(t, d, signed).When(contract.Record{Change: contract.Breached{Life: on(2018, 5, 5)}}).Then(contract.Breached{Life: life(2018, 5, 5)})
	Given(t, d, signed).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 2), Until: day(2018, 3, 1)}}).Refuse(contract.ErrPeriod)

	// Nothing follows the last day of the terms, as they were amended by then.
	longer := contract.Amended{Life: life(2018, 12, 31), To: day(2019, 3, 31)}
	for _, c := range []contract.Command{contract.Record{Change: contract.Amended{Life: on(2019, 1, 1), To: day(2019, 3, 31)}}, contract.Record{Change: contract.Suspended{Life: on(2019, 1, 1)}},
		contract.Record{Change: contract.Breached{Life: on(2019, 1, 1)}}, contract.Record{Change: contract.Terminated{Life: on(2019, 1, 1)}}, contract.Record{Change: contract.Completed{Life: on(2019, 1, 1)}}} {
		Given(t, d, signed).When(c).Refuse(contract.ErrEnded)
	}
	Given(t, d, signed).When(contract.Record{Change: contract.Completed{Life: on(2018, 12, 31)}}).Then(contract.Completed{Life: life(2018, 12, 31)})
	Given(t, d, signed).When(contract.Record{Change: contract.Amended{Life: on(2018, 12, 31), To: day(2019, 3, 31)}}).Then(longer)
	Given(t, d, signed, longer).When(contract.Record{Change: contract.Terminated{Life: on(2019, 2, 1)}}).Then(contract.Terminated{Life: life(2019, 2, 1)})

	// An annex that is entered late leaves no end behind the last day.
	completed := contract.Completed{Life: life(2018, 12, 31)}
	Given(t, d, signed, completed).When(contract.Record{Change: contract.Amended{Life: on(2018, 6, 1), To: day(2018, 9, 30)}}).Refuse(contract.ErrEnded)
	Given(t, d, signed, completed).When(contract.Record{Change: contract.Amended{Life: on(2018, 6, 1), Weekly: 300}}).Then(weekly(2018, 6, 1, 300))

	s := d.Fold(signed, suspended, resumed, ended)
	if s.StatusOn(day(2018, 6, 30)) != contract.StatusTerminated || s.Terms.To != day(2018, 6, 30) || s.First.To != terms.To ||
		len(s.Suspensions) != 1 || s.Suspensions[0] != (contract.Period{From: day(2018, 3, 1), Until: day(2018, 3, 31)}) {
		t.Fatalf("got %+v", s)
	}
	if a := d.Fold(signed, contract.Amended{Life: life(2018, 5, 1), Weekly: 300, To: day(2018, 11, 30)}); a.Terms.Weekly != 300 || a.Terms.To != day(2018, 11, 30) {
		t.Fatalf("amended to %+v", a.Terms)
	}
	amended := d.Fold(signed, contract.Amended{Life: life(2018, 5, 1), Weekly: 300, Rate: 2000})
	if before, after := amended.On(day(2018, 4, 30)), amended.On(day(2018, 5, 1)); before.Weekly != 600 || before.Rate != 0 || after.Weekly != 300 || after.Rate != 2000 {
		t.Fatalf("an amendment binds before its day: %+v, %+v", before, after)
	}
}

func weekly(y, m, d int, minutes domain.Minutes) contract.Amended {
	return contract.Amended{Life: life(y, m, d), Weekly: minutes}
}

// A change is recorded once for its kind and day: with other values it is to be corrected.
// Of several annexes of one day, which earlier builds took, the last is what holds.
func TestAChangeIsOneOfItsDay(t *testing.T) {
	d := contract.Decider()
	signed, less, more := contract.Signed{Terms: terms}, weekly(2018, 5, 1, 300), weekly(2018, 5, 1, 480)
	again := contract.Record{Change: contract.Amended{Life: on(2018, 5, 1), Weekly: 300}}
	Given(t, d, signed, less).When(again).Then()
	Given(t, d, signed, more).When(again).Refuse(domain.ErrDiffers)
	Given(t, d, signed, less, more).When(again).Refuse(domain.ErrDiffers)
	Given(t, d, signed, less, more, less).When(again).Then()
	Given(t, d, signed, less, weekly(2018, 6, 1, 480)).When(again).Then() // of another day: it still holds in May
	suspended, resumed := contract.Suspended{Life: life(2018, 3, 1)}, contract.Resumed{Life: life(2018, 3, 1)}
	Given(t, d, signed, suspended, resumed).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 1)}}).Then()
}

// Annexes apply in the order of their days, whenever they were entered.
func TestAnnexesByTheirDays(t *testing.T) {
	d := contract.Decider()
	late := d.Fold(contract.Signed{Terms: terms}, weekly(2018, 6, 1, 480), weekly(2018, 5, 1, 300))
	for _, c := range []struct {
		on   domain.Date
		want domain.Minutes
	}{{day(2018, 4, 30), 600}, {day(2018, 5, 1), 300}, {day(2018, 5, 31), 300}, {day(2018, 6, 1), 480}, {day(2018, 12, 31), 480}} {
		if got := late.On(c.on).Weekly; got != c.want {
			t.Errorf("on %s %d minutes a week, not %d", c.on, got, c.want)
		}
	}
	if late.Terms.Weekly != 480 {
		t.Errorf("at last %d minutes", late.Terms.Weekly)
	}
	prolonged := d.Fold(contract.Signed{Terms: terms}, contract.Amended{Life: life(2018, 6, 1), To: day(2019, 3, 31)},
		contract.Amended{Life: life(2018, 5, 1), To: day(2018, 10, 31)})
	if prolonged.Terms.To != day(2019, 3, 31) {
		t.Errorf("until %s", prolonged.Terms.To)
	}
}

// A breach stays one, whatever was suspended and resumed since; a suspension holds
// as long as it lasts.
func TestStatusOfADay(t *testing.T) {
	d := contract.Decider()
	signed := contract.Signed{Terms: terms}
	breached := contract.Breached{Life: life(2018, 4, 10)}
	suspended, resumed := contract.Suspended{Life: life(2018, 5, 1)}, contract.Resumed{Life: life(2018, 6, 1)}
	week := contract.Suspended{Life: life(2018, 5, 1), Until: day(2018, 5, 7)}
	ended := contract.Completed{Life: life(2018, 9, 30)}
	const s, b, r = contract.StatusSigned, contract.StatusBreached, contract.StatusSuspended
	for name, c := range map[string]struct {
		history []domain.Event
		want    map[domain.Date]contract.Status
	}{
		"breached, suspended, resumed": {[]domain.Event{breached, suspended, resumed},
			map[domain.Date]contract.Status{day(2018, 4, 9): s, day(2018, 4, 10): b, day(2018, 5, 1): r, day(2018, 5, 31): r, day(2018, 6, 1): b}},
		"recorded in another order": {[]domain.Event{suspended, resumed, breached},
			map[domain.Date]contract.Status{day(2018, 4, 10): b, day(2018, 5, 1): r, day(2018, 6, 1): b}},
		"breached, then a suspension that ends by itself": {[]domain.Event{breached, week},
			map[domain.Date]contract.Status{day(2018, 5, 7): r, day(2018, 5, 8): b}},
		"a breach while it rests": {[]domain.Event{contract.Suspended{Life: life(2018, 4, 1)}, breached, resumed},
			map[domain.Date]contract.Status{day(2018, 4, 9): r, day(2018, 4, 10): b, day(2018, 6, 1): b}},
		"a suspension yet to come": {[]domain.Event{suspended}, map[domain.Date]contract.Status{day(2018, 4, 30): s, day(2018, 5, 1): r}},
		"an end yet to come": {[]domain.Event{ended, breached},
			map[domain.Date]contract.Status{day(2018, 4, 9): s, day(2018, 9, 29): b, day(2018, 9, 30): contract.StatusCompleted, day(2019, 1, 1): contract.StatusCompleted}},
	} {
		state := d.Fold(append([]domain.Event{signed}, c.history...)...)
		for on, want := range c.want {
			if got := state.StatusOn(on); got != want {
				t.Errorf("%s: on %s %s, not %s", name, on, got, want)
			}
		}
	}
	if got := d.Fold(contract.Drafted{Terms: terms}).StatusOn(day(2018, 5, 1)); got != contract.StatusDrafted {
		t.Errorf("a draft is %s", got)
	}
}

// Nothing follows the last day of a contract that was ended, whatever was recorded
// first; what happened before it may be entered late.
func TestNothingFollowsTheEnd(t *testing.T) {
	d := contract.Decider()
	signed, ended := contract.Signed{Terms: terms}, contract.Terminated{Life: life(2018, 6, 30)}
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Suspended{Life: on(2018, 7, 1)}}).Refuse(contract.ErrEnded)
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Breached{Life: on(2018, 7, 1)}}).Refuse(contract.ErrEnded)
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Terminated{Life: on(2018, 5, 31)}}).Refuse(contract.ErrEnded)
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Completed{Life: on(2018, 6, 30)}}).Refuse(contract.ErrEnded)
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Breached{Life: on(2018, 6, 1)}}).Then(contract.Breached{Life: life(2018, 6, 1)})
	Given(t, d, signed, ended).When(contract.Record{Change: contract.Amended{Life: on(2018, 5, 1), Weekly: 300}}).Then(weekly(2018, 5, 1, 300))
	// An annex of a later day, recorded before the end, prolongs nothing that ended.
	if s := d.Fold(signed, contract.Amended{Life: life(2018, 8, 1), To: day(2019, 3, 31)}, ended); s.Terms.To != day(2018, 6, 30) {
		t.Errorf("until %s", s.Terms.To)
	}
	// A suspension entered late ends where the contract was resumed.
	late := d.Fold(signed, contract.Suspended{Life: life(2018, 3, 1)}, contract.Resumed{Life: life(2018, 4, 1)}, contract.Suspended{Life: life(2018, 2, 10)})
	if late.Rests(day(2018, 2, 9)) || !late.Rests(day(2018, 2, 10)) || !late.Rests(day(2018, 3, 31)) || late.Rests(day(2018, 4, 1)) {
		t.Errorf("rests %+v", late.Suspensions)
	}
}

// A state that was handed out never changes.
func TestEvolveLeavesStatesAlone(t *testing.T) {
	d := contract.Decider()
	before := d.Fold(contract.Signed{Terms: terms}, contract.Suspended{Life: life(2018, 3, 1)}, weekly(2018, 6, 1, 480))
	one := d.Evolve(before, weekly(2018, 5, 1, 300))
	two := d.Evolve(before, contract.Resumed{Life: life(2018, 4, 1)})
	if one.Rests(day(2018, 2, 28)) || !one.Rests(day(2018, 5, 1)) || two.On(day(2018, 5, 1)).Weekly != 600 || two.Rests(day(2018, 5, 1)) ||
		!before.Rests(day(2018, 5, 1)) || before.On(day(2018, 5, 1)).Weekly != 600 {
		t.Errorf("%+v\n%+v\n%+v", before, one, two)
	}
}

// Terms are corrected whole, or the contract is taken back, where nothing stands on what
// would change under it.
func TestTermsAreTakenBack(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: terms}
	fix, out := domain.Amend{Correct: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}
	right, moved := terms, terms
	right.Rate, right.Weekly = 1500, 540
	moved.Participant = "U2"
	corrected := contract.TermsCorrected{Before: terms, After: right, Reason: "r"}
	days := listing.Entered{Entry: listing.Entry{Kind: domain.RefContract, ID: "S/1", Stream: "attendance-S%2F1", Attempt: 1}}
	Given(t, d, signed, days).When(contract.Sign{Terms: right, Amend: fix}).Then(corrected)
	gone := contract.Withdrawn{Terms: terms, Reason: "r"}
	Given(t, d, signed).When(contract.Sign{Terms: right, Amend: fix}).Then(corrected)
	Given(t, d, signed, corrected).When(contract.Sign{Terms: right, Amend: fix}).Then()
	Given(t, d, signed).When(contract.Sign{Terms: moved, Amend: fix}).Then(contract.TermsCorrected{Before: terms, After: moved, Reason: "r"})
	Given(t, d, signed, days).When(contract.Sign{Terms: moved, Amend: fix}).Refuse(domain.ErrOvertaken)
	Given(t, d, signed).When(contract.Sign{Terms: terms, Amend: out}).Then(gone)
	Given(t, d, signed, days).When(contract.Sign{Terms: terms, Amend: out}).Refuse(domain.ErrOvertaken)
	Given(t, d, signed, days).When(contract.Sign{Terms: terms, Amend: out, Checked: listing.Checked{"attendance-S%2F1": 1}}).Then(gone)
	Given(t, d, signed, gone).When(contract.Sign{Terms: terms, Amend: out}).Then()
	Given(t, d, signed, gone).When(contract.Sign{Terms: right}).Then(contract.Signed{Terms: right})
	Given(t, d, signed, gone).When(contract.Record{Change: contract.Suspended{Life: on(2018, 3, 1)}}).Refuse(contract.ErrUnknown)
	Given(t, d).When(contract.Sign{Terms: terms, Amend: out}).Refuse(domain.ErrNothingToWithdraw)
	annex := contract.Amended{Life: life(2018, 3, 1), Rate: 2000}
	Given(t, d, signed, annex).When(contract.Sign{Terms: terms, Amend: out}).Refuse(domain.ErrNamed)
	late := right
	late.From = day(2018, 4, 1)
	Given(t, d, signed, annex).When(contract.Sign{Terms: late, Amend: fix}).Refuse(domain.ErrNamed)
	if s := d.Fold(signed, annex, corrected); s.Terms.Rate != 2000 || s.Terms.Weekly != 540 || s.First.Rate != 1500 {
		t.Errorf("an annex to corrected terms: %+v", s.Terms)
	}
}

// A change is replaced or taken back by its kind and day.
func TestChangesAreTakenBack(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: terms}
	out := func(c contract.Record) contract.Record {
		c.Amend = domain.Amend{Withdraw: true, Reason: "r"}
		return c
	}
	why := func(y, m, d int) contract.Life {
		l := life(y, m, d)
		l.Reason = "r"
		return l
	}
	annex, other := contract.Amended{Life: life(2018, 3, 1), Rate: 2000}, contract.Amended{Life: life(2018, 3, 1), Rate: 1800}
	gone := contract.ChangeWithdrawn{Life: why(2018, 3, 1), Kind: "contract.amended"}
	Given(t, d, signed, annex).When(out(contract.Record{Change: contract.Amended{Life: on(2018, 3, 1)}})).Then(gone)
	Given(t, d, signed, annex, gone).When(out(contract.Record{Change: contract.Amended{Life: on(2018, 3, 1)}})).Then()
	Given(t, d, signed).When(out(contract.Record{Change: contract.Amended{Life: on(2018, 3, 1)}})).Refuse(domain.ErrNothingToWithdraw)
	Given(t, d, signed, annex).When(contract.Record{Change: contract.Amended{Life: on(2018, 3, 1), Rate: 1800}, Amend: domain.Amend{Correct: true, Reason: "r"}}).
		Then(gone, other)
	rest, again := contract.Suspended{Life: life(2018, 5, 1)}, contract.Resumed{Life: life(2018, 6, 1)}
	Given(t, d, signed, rest, again).When(out(contract.Record{Change: contract.Suspended{Life: on(2018, 5, 1)}})).Refuse(domain.ErrNamed)
	Given(t, d, signed, rest, again).When(out(contract.Record{Change: contract.Resumed{Life: on(2018, 6, 1)}})).Then(contract.ChangeWithdrawn{Life: why(2018, 6, 1), Kind: "contract.resumed"})
	// An open suspension is closed without a correction, by the day that was empty alone.
	until := contract.Suspended{Life: life(2018, 5, 1), Until: day(2018, 5, 31)}
	Given(t, d, signed, rest).When(contract.Record{Change: contract.Suspended{Life: on(2018, 5, 1), Until: day(2018, 5, 31)}}).
		Then(contract.ChangeWithdrawn{Life: life(2018, 5, 1), Kind: "contract.suspended"}, until)
	Given(t, d, signed, until).When(contract.Record{Change: contract.Suspended{Life: on(2018, 5, 1), Until: day(2018, 6, 30)}}).Refuse(domain.ErrDiffers)
	ended := contract.Terminated{Life: life(2018, 7, 1)}
	Given(t, d, signed, ended).When(out(contract.Record{Change: contract.Terminated{Life: on(2018, 7, 1)}})).Then(contract.ChangeWithdrawn{Life: why(2018, 7, 1), Kind: "contract.terminated"})
	if s := d.Fold(signed, ended, contract.ChangeWithdrawn{Life: why(2018, 7, 1), Kind: "contract.terminated"}); s.Terms != d.Fold(signed).Terms {
		t.Errorf("after its end was taken back: %+v", s.Terms)
	}
}
