package participant

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/internal/testkit/given"
)

func statusOf(value domain.Sealed, from, to domain.Date) StatusRecorded {
	return StatusRecorded{Status: Status{Participant: "U1", Kind: LabourMarket, From: from}, Value: value, To: to}
}

func stayOn(entry int, kind domain.Sealed, from, to domain.Date) StayRecorded {
	return StayRecorded{Stay: Stay{Participant: "U1", Entry: entry, From: from}, Kind: kind, To: to}
}

func TestRecordStatus(t *testing.T) {
	t.Parallel()
	d, on, off := Registered{anna}, domain.NewDate(2018, 3, 1), domain.NewDate(2018, 3, 31)
	open, closed, other := statusOf("c1", on, 0), statusOf("c1", on, off), statusOf("c2", on, 0)
	fix, out := domain.Amend{Correct: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}
	given.Given(t, Decider(), d).When(RecordStatus{Fact: open}).Then(open)
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: open}).Then()
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: other}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: closed}).Then(StatusWithdrawn{Status: open.Status}, closed)
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: closed, Amend: domain.Amend{Anew: true}}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, closed).When(RecordStatus{Fact: open}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: other, Amend: fix}).Then(StatusWithdrawn{open.Status, "r"}, other)
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: StatusRecorded{Status: open.Status}, Amend: out}).Then(StatusWithdrawn{open.Status, "r"})
	given.Given(t, Decider(), d, open, StatusWithdrawn{open.Status, "r"}).When(RecordStatus{Fact: open, Amend: out}).Then()
	given.Given(t, Decider(), d, open, StatusWithdrawn{open.Status, "r"}).When(RecordStatus{Fact: other}).Then(other)
	given.Given(t, Decider(), d).When(RecordStatus{Fact: open, Amend: fix}).Refuse(domain.ErrNothingToCorrect)
	given.Given(t, Decider(), d).When(RecordStatus{Fact: open, Amend: out}).Refuse(domain.ErrNothingToWithdraw)
	later := statusOf("c2", off, 0)
	given.Given(t, Decider(), d, open).When(RecordStatus{Fact: later}).Then(later)
}

func TestRecordStay(t *testing.T) {
	t.Parallel()
	d, on, off := Registered{anna}, domain.NewDate(2018, 3, 1), domain.NewDate(2018, 3, 31)
	asked := func(kind domain.Sealed, to domain.Date, amend domain.Amend) RecordStay {
		return RecordStay{Fact: stayOn(0, kind, on, to), Amend: amend}
	}
	fix, out, none := domain.Amend{Correct: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}, domain.Amend{}
	first, second := stayOn(1, "c1", on, 0), stayOn(2, "c2", on, 0)
	given.Given(t, Decider(), d).When(asked("c1", 0, none)).Then(first)
	given.Given(t, Decider(), d, first).When(asked("c1", 0, none)).Then()
	given.Given(t, Decider(), d, first).When(asked("c2", 0, none)).Then(second)
	given.Given(t, Decider(), d, first).When(asked("c1", off, none)).Then(StayWithdrawn{Stay: first.Stay}, stayOn(2, "c1", on, off))
	given.Given(t, Decider(), d, stayOn(1, "c1", on, off)).When(asked("c1", off-1, none)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, first, second).When(asked("c1", off, fix)).Then(StayWithdrawn{first.Stay, "r"}, stayOn(3, "c1", on, off))
	given.Given(t, Decider(), d, first, second).When(asked("c2", 0, out)).Then(StayWithdrawn{second.Stay, "r"})
	given.Given(t, Decider(), d, first, StayWithdrawn{first.Stay, "r"}).When(asked("c1", 0, out)).Then()
	given.Given(t, Decider(), d, first, StayWithdrawn{first.Stay, "r"}).When(asked("c1", 0, none)).Then(stayOn(2, "c1", on, 0))
	given.Given(t, Decider(), d, first).When(asked("c2", 0, fix)).Refuse(domain.ErrNothingToCorrect)
	given.Given(t, Decider(), d, first).When(asked("c2", 0, out)).Refuse(domain.ErrNothingToWithdraw)

	// By its day alone: whatever is asked of whichever kind, the answer is the same.
	blind := func(kind domain.Sealed, to domain.Date, amend domain.Amend) RecordStay {
		amend.Anew = true
		return RecordStay{Fact: stayOn(0, kind, on, to), AnyKind: true, Amend: amend}
	}
	given.Given(t, Decider(), d).When(blind("c1", 0, none)).Then(first)
	given.Given(t, Decider(), d, first).When(blind("c2", 0, none)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, first).When(blind("c1", off, none)).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, first).When(blind("c2", off, fix)).Then(StayWithdrawn{first.Stay, "r"}, stayOn(2, "c2", on, off))
	for _, kind := range []domain.Sealed{"c1", "c2", "c3"} { // one of several is not chosen
		given.Given(t, Decider(), d, first, second).When(blind(kind, off, fix)).Refuse(ErrSeveralStays)
	}
	given.Given(t, Decider(), d, first, second).When(blind("", 0, out)).Refuse(ErrSeveralStays)
	given.Given(t, Decider(), d, first, StayWithdrawn{first.Stay, "r"}).When(blind("", 0, out)).Then()
	// Of an erased person, whose kinds nobody can compare, all of the day go.
	erased := RecordStay{Fact: stayOn(0, "", on, 0), AnyKind: true, Amend: domain.Amend{Withdraw: true, Wordless: true}}
	given.Given(t, Decider(), d, first, second).When(erased).Then(StayWithdrawn{Stay: first.Stay}, StayWithdrawn{Stay: second.Stay})
}

func TestDatedFactsAreRefused(t *testing.T) {
	t.Parallel()
	on := domain.NewDate(2018, 3, 1)
	given.Given(t, Decider()).When(RecordStatus{Fact: statusOf("c1", on, 0)}).Refuse(ErrUnknown)
	given.Given(t, Decider()).When(RecordStay{Fact: stayOn(0, "c1", on, 0)}).Refuse(ErrUnknown)
	d := Registered{anna}
	for want, c := range map[error]Command{
		ErrPeriod:                  RecordStatus{Fact: statusOf("c1", on, on-1)},
		ErrStatusValue:             RecordStatus{Fact: statusOf("", on, 0)},
		domain.ErrNoDay:            RecordStatus{Fact: statusOf("c1", 0, 0)},
		ErrStatusKind:              RecordStatus{Fact: StatusRecorded{Status: Status{Participant: "U1", Kind: "wzrost", From: on}, Value: "c1"}},
		ErrOther:                   RecordStatus{Fact: StatusRecorded{Status: Status{Participant: "U9", Kind: LabourMarket, From: on}, Value: "c1"}},
		ErrStayKind:                RecordStay{Fact: stayOn(0, "", on, 0)},
		domain.ErrNothingToCorrect: RecordStay{Fact: stayOn(0, "c1", on, 0), Amend: domain.Amend{Correct: true, Reason: "r"}},
	} {
		given.Given(t, Decider(), d).When(c).Refuse(want)
	}
	given.Given(t, Decider(), d).When(RecordStay{Fact: stayOn(0, "c1", on, on-1)}).Refuse(ErrPeriod)
	given.Given(t, Decider(), d).When(RecordStay{Fact: stayOn(0, "c1", on, on)}).Then(stayOn(1, "c1", on, on))
	// Nobody is taken away of whom something dated stands.
	out := Register{Person: Person{Participant: "U1"}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	given.Given(t, Decider(), d, statusOf("c1", on, 0)).When(out).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), d, stayOn(1, "c1", on, 0)).When(out).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), d, statusOf("c1", on, 0), StatusWithdrawn{Status: statusOf("", on, 0).Status}).When(out).Then(Withdrawn{Participant: "U1", Reason: "r"})
}

func TestValuesOfStatuses(t *testing.T) {
	t.Parallel()
	for _, kind := range StatusKinds() {
		for _, value := range kind.Values() {
			if err := kind.Check(value); err != nil {
				t.Errorf("%s %s: %v", kind, value, err)
			}
		}
		if err := kind.Check("tak "); !errors.Is(err, ErrStatusValue) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := StatusKind("wzrost").Check("tak"); !errors.Is(err, ErrStatusKind) {
		t.Error(err)
	}
	if len(StatusKinds()) != len(statusValues()) {
		t.Error("a kind is not listed")
	}
	if err := StayKind("dom").Check(); !errors.Is(err, ErrStayKind) {
		t.Error(err)
	}
}

// Whatever is asked, a status or a stay stands once, what was withdrawn does not stand, and
// what is asked twice changes nothing.
func TestDatedFactsStandOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		history := []domain.Event{Registered{anna}}
		for range rapid.IntRange(1, 30).Draw(t, "asked") {
			from := domain.NewDate(2018, 3, 1) + domain.Date(rapid.IntRange(0, 2).Draw(t, "from"))
			to := rapid.SampledFrom([]domain.Date{0, from, from + 9}).Draw(t, "to")
			code := domain.Sealed(rapid.SampledFrom([]string{"c1", "c2"}).Draw(t, "code"))
			amend := rapid.SampledFrom([]domain.Amend{{}, {Correct: true, Reason: "r"}, {Withdraw: true, Reason: "r"}}).Draw(t, "amend")
			var c Command = RecordStatus{Fact: statusOf(code, from, to), Amend: amend}
			if rapid.Bool().Draw(t, "stay") {
				c = RecordStay{Fact: stayOn(0, code, from, to), AnyKind: rapid.Bool().Draw(t, "any kind"), Amend: amend}
			}
			events, err := Decider().Decide(Decider().Fold(history...), c)
			if err != nil {
				continue
			}
			history = append(history, events...)
			after := Decider().Fold(history...)
			if again, err := Decider().Decide(after, c); err != nil || len(again) > 0 {
				t.Fatalf("%+v again: %v, %v", c, again, err)
			}
			seen := map[string]bool{}
			for _, s := range after.stays {
				of := fmt.Sprint(s.From, s.Kind)
				if seen[of] {
					t.Fatalf("%s stands twice", of)
				}
				seen[of] = true
			}
			if s, ok := c.(RecordStatus); ok && (after.statuses[s.Fact.Status] == s.Fact) == amend.Withdraw {
				t.Fatalf("%+v, and %+v stands", c, after.statuses[s.Fact.Status])
			}
		}
	})
}

// Which status holds on a day: the last one that covers it, an open one until the next
// begins; before the first what the registration says, after one that ended nothing.
func TestWhichStatusHolds(t *testing.T) {
	t.Parallel()
	on := domain.NewDate(2018, 3, 10)
	for name, c := range map[string]struct {
		rows []domain.Event
		want map[int]domain.Sealed // by days from on
	}{
		"none":                           {nil, map[int]domain.Sealed{-9: anna.LabourStatus, 9: anna.LabourStatus}},
		"open":                           {[]domain.Event{statusOf("a", on, 0)}, map[int]domain.Sealed{-1: anna.LabourStatus, 0: "a", 900: "a"}},
		"closed":                         {[]domain.Event{statusOf("a", on, on+5)}, map[int]domain.Sealed{-1: anna.LabourStatus, 5: "a", 6: ""}},
		"ended by the next":              {[]domain.Event{statusOf("b", on+5, 0), statusOf("a", on, 0)}, map[int]domain.Sealed{-1: anna.LabourStatus, 4: "a", 5: "b"}},
		"unknown between":                {[]domain.Event{statusOf("a", on, on+2), statusOf("b", on+5, 0)}, map[int]domain.Sealed{2: "a", 3: "", 5: "b"}},
		"within another":                 {[]domain.Event{statusOf("a", on, on+9), statusOf("b", on+2, on+3)}, map[int]domain.Sealed{1: "a", 2: "b", 4: "a", 10: ""}},
		"an open one does not come back": {[]domain.Event{statusOf("a", on, 0), statusOf("b", on+2, on+3)}, map[int]domain.Sealed{1: "a", 2: "b", 4: ""}},
		"of another kind": {[]domain.Event{StatusRecorded{Status: Status{Participant: "U1", Kind: HelpProfile, From: on}, Value: "a"}},
			map[int]domain.Sealed{9: anna.LabourStatus}},
		"withdrawn": {[]domain.Event{statusOf("a", on, 0), StatusWithdrawn{Status: statusOf("", on, 0).Status}}, map[int]domain.Sealed{0: anna.LabourStatus}},
	} {
		s := Decider().Fold(append([]domain.Event{Registered{anna}}, c.rows...)...)
		for after, want := range c.want {
			if got, _ := s.On(LabourMarket, on+domain.Date(after)); got != want {
				t.Errorf("%s, %d days on: %q, not %q", name, after, got, want)
			}
		}
	}
	_, seal := Decider().Fold(Registered{anna}, statusOf("a", on, 0)).On(LabourMarket, on)
	if seal != statusOf("a", on, 0).Seal("value") {
		t.Error(seal)
	}
	if _, seal := Decider().Fold(Registered{anna}).On(Disability, on); seal != SealOf("U1", "disability") {
		t.Error(seal)
	}
}

func TestAssign(t *testing.T) {
	t.Parallel()
	d, on, off := Registered{anna}, domain.NewDate(2018, 3, 1), domain.NewDate(2018, 3, 31)
	of := Assignment{Participant: "U1", Worker: "W7", From: on}
	open, closed := Assigned{Assignment: of}, Assigned{Assignment: of, To: off}
	other := Assigned{Assignment: Assignment{Participant: "U1", Worker: "W8", From: on}}
	fix, out := domain.Amend{Correct: true, Reason: "r"}, domain.Amend{Withdraw: true, Reason: "r"}
	given.Given(t, Decider(), d).When(Assign{Fact: open}).Then(open)
	given.Given(t, Decider(), d, open).When(Assign{Fact: open}).Then()
	given.Given(t, Decider(), d, open).When(Assign{Fact: other}).Then(other) // a case may be several's
	given.Given(t, Decider(), d, open).When(Assign{Fact: closed}).Then(AssignmentWithdrawn{Assignment: of}, closed)
	given.Given(t, Decider(), d, closed).When(Assign{Fact: open}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), d, closed).When(Assign{Fact: open, Amend: fix}).Then(AssignmentWithdrawn{of, "r"}, open)
	given.Given(t, Decider(), d, open).When(Assign{Fact: open, Amend: out}).Then(AssignmentWithdrawn{of, "r"})
	given.Given(t, Decider(), d, open, AssignmentWithdrawn{of, "r"}).When(Assign{Fact: open, Amend: out}).Then()
	given.Given(t, Decider(), d, open, AssignmentWithdrawn{of, "r"}).When(Assign{Fact: closed}).Then(closed)
	given.Given(t, Decider(), d).When(Assign{Fact: open, Amend: fix}).Refuse(domain.ErrNothingToCorrect)
	given.Given(t, Decider(), d).When(Assign{Fact: open, Amend: out}).Refuse(domain.ErrNothingToWithdraw)
	given.Given(t, Decider()).When(Assign{Fact: open}).Refuse(ErrUnknown)
	given.Given(t, Decider(), d).When(Assign{Fact: Assigned{Assignment: of, To: on - 1}}).Refuse(ErrPeriod)
	given.Given(t, Decider(), d).When(Assign{Fact: Assigned{Assignment: Assignment{Participant: "U1", From: on}}}).Refuse(domain.ErrNoID)
	given.Given(t, Decider(), d).When(Assign{Fact: Assigned{Assignment: Assignment{Participant: "U1", Worker: "W7"}}}).Refuse(domain.ErrNoDay)

	s := Decider().Fold(d, closed, other)
	for day, want := range map[domain.Date]string{on - 1: "[]", on: "[W7 W8]", off: "[W7 W8]", off + 1: "[W8]"} {
		if got := fmt.Sprint(s.Workers(day)); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

// Whoever registers somebody and has cases has them as one, which goes with the registration;
// what somebody assigned is withdrawn first.
func TestRegisteredByAWorker(t *testing.T) {
	t.Parallel()
	on := domain.NewDate(2018, 3, 1)
	of := Assignment{Participant: "U1", Worker: "W7", From: on}
	own, out := Assigned{Assignment: of, Registering: true}, domain.Amend{Withdraw: true, Reason: "r"}
	register := Register{Person: anna, Case: of}
	withdraw := Register{Person: Person{Participant: "U1"}, Case: of, Amend: out}
	given.Given(t, Decider()).When(register).Then(Registered{anna}, own)
	given.Given(t, Decider(), Registered{anna}).When(register).Then()
	given.Given(t, Decider(), Registered{anna}, own).When(register).Then()
	given.Given(t, Decider(), Registered{anna}, own).When(Assign{Fact: Assigned{Assignment: of}}).Then() // it is so already
	given.Given(t, Decider(), Registered{anna}, own).When(withdraw).Then(AssignmentWithdrawn{Assignment: of}, Withdrawn{"U1", "r"})
	closed := Assigned{Assignment: of, To: on + 9}
	given.Given(t, Decider(), Registered{anna}, own).When(Assign{Fact: closed}).Then(AssignmentWithdrawn{Assignment: of}, closed)
	given.Given(t, Decider(), Registered{anna}, closed).When(withdraw).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), Registered{anna}, own, AssignmentWithdrawn{of, "r"}, Withdrawn{"U1", "r"}).When(register).Then(Registered{anna}, own)
}
