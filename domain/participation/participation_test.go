package participation

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/listing"
	"ksiega/internal/testkit/given"
)

func day(n int) domain.Date { return domain.NewDate(2018, 3, n) }

func entry(n int) Entry {
	return Entry{About: About{Programme: "razem", Participant: "U1", Date: day(n)}, Edition: 1}
}

func enrolled(n int) Enrolled    { return Enrolled{Entry: entry(n), Group: "g"} }
func left(n int) Left            { return Left{Entry: entry(n), Value: "c"} }
func came(n int) OutcomeRecorded { return OutcomeRecorded{Entry: entry(n), Value: "c"} }
func gone(f Fact) FactWithdrawn  { return FactWithdrawn{f.Of(), domain.Fact(f.EventType()), "r"} }
func withdraw(f Fact) Record {
	return Record{Fact: f, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
}
func correct(f Fact) Record          { return Record{Fact: f, Amend: domain.Amend{Correct: true, Reason: "r"}} }
func noted(f Enrolled) Enrolled      { f.Note = "n"; return f }
func underOther(f Enrolled) Enrolled { f.Edition = 7; return f }

func TestRecord(t *testing.T) {
	t.Parallel()
	d := Decider()
	for _, f := range []Fact{Nominated{entry(1)}, Assessed{entry(1), "c"}, enrolled(1)} {
		given.Given(t, d).When(Record{Fact: f}).Then(f)
		given.Given(t, d, f).When(Record{Fact: f}).Then()
		given.Given(t, d, f).When(withdraw(f)).Then(gone(f))
		given.Given(t, d, f, gone(f)).When(withdraw(f)).Then()
		given.Given(t, d, f, gone(f)).When(Record{Fact: f}).Then(f)
		given.Given(t, d).When(withdraw(f)).Refuse(domain.ErrNothingToWithdraw)
		given.Given(t, d).When(correct(f)).Refuse(domain.ErrNothingToCorrect)
	}
	given.Given(t, d, enrolled(1)).When(Record{Fact: noted(enrolled(1))}).Refuse(domain.ErrDiffers)
	given.Given(t, d, enrolled(1)).When(correct(noted(enrolled(1)))).Then(gone(enrolled(1)), noted(enrolled(1)))
	// The edition is that of what stands.
	given.Given(t, d, enrolled(1)).When(Record{Fact: underOther(enrolled(1))}).Then()
	given.Given(t, d, enrolled(1)).When(correct(underOther(noted(enrolled(1))))).Then(gone(enrolled(1)), noted(enrolled(1)))
	no := domain.Refusal(domain.CodeRule, "none of its groups")
	under := Record{Fact: underOther(enrolled(1)), Wordings: []Wording{{Fact: underOther(enrolled(1)), Refused: no}}}
	given.Given(t, d).When(under).Refuse(no)
	under.Amend = domain.Amend{Correct: true, Reason: "r"}
	under.Fact = noted(underOther(enrolled(1)))
	given.Given(t, d, enrolled(1)).When(under).Then(gone(enrolled(1)), noted(enrolled(1)))

	// It is spelt as the edition does that it is under.
	respelt := underOther(enrolled(1))
	respelt.Group = "G"
	under = Record{Fact: respelt, Wordings: []Wording{{Fact: enrolled(1)}}}
	given.Given(t, d).When(under).Then(respelt)
	given.Given(t, d, enrolled(1)).When(under).Then()
	given.Given(t, d, respelt).When(under).Then()

	given.Given(t, d, enrolled(1)).When(Record{Fact: left(1)}).Then(left(1))
	given.Given(t, d, enrolled(1), left(5)).When(Record{Fact: came(9)}).Then(came(9))
	given.Given(t, d, enrolled(1), left(5)).When(Record{Fact: enrolled(6)}).Then(enrolled(6))
	given.Given(t, d, enrolled(1), left(5), enrolled(9)).When(Record{Fact: left(20)}).Then(left(20))
}

func TestRecordRefuses(t *testing.T) {
	t.Parallel()
	d := Decider()
	other := enrolled(1)
	other.Participant = "U2"
	for _, c := range []struct {
		history []domain.Event
		asked   Record
		want    error
	}{
		{nil, Record{Fact: left(1)}, ErrNotEnrolled},
		{nil, Record{Fact: came(1)}, ErrNotEnrolled},
		{nil, Record{Fact: Left{Entry: entry(1)}}, ErrValue},
		{nil, Record{Fact: Assessed{Entry: entry(1)}}, ErrValue},
		{nil, Record{Fact: OutcomeRecorded{Entry: entry(1)}}, ErrValue},
		{nil, Record{Fact: Nominated{}}, domain.ErrNoID},
		{nil, Record{Fact: Nominated{Entry{About: About{Programme: "razem", Participant: "U1"}}}}, domain.ErrNoDay},
		{[]domain.Event{enrolled(1)}, Record{Fact: other}, ErrOther},
		{[]domain.Event{enrolled(1)}, Record{Fact: enrolled(2)}, ErrEnrolled},
		{[]domain.Event{enrolled(5)}, Record{Fact: enrolled(2)}, ErrEnrolled},
		{[]domain.Event{enrolled(1), left(5)}, Record{Fact: enrolled(5)}, ErrEnrolled}, // the day of leaving is inside
		{[]domain.Event{enrolled(1), left(5)}, Record{Fact: enrolled(3)}, ErrEnrolled},
		{[]domain.Event{enrolled(3)}, Record{Fact: left(2)}, ErrNotEnrolled},
		{[]domain.Event{enrolled(3)}, Record{Fact: came(2)}, ErrNotEnrolled},
		{[]domain.Event{enrolled(1), left(5)}, Record{Fact: left(4)}, ErrEnded},
		{[]domain.Event{enrolled(1), left(5)}, Record{Fact: left(6)}, ErrNotEnrolled},
		{[]domain.Event{enrolled(1), left(5)}, withdraw(enrolled(1)), domain.ErrNamed},
		{[]domain.Event{enrolled(1), came(5)}, withdraw(enrolled(1)), domain.ErrNamed},
		{[]domain.Event{enrolled(1), left(5), enrolled(7)}, withdraw(left(5)), domain.ErrNamed},
	} {
		given.Given(t, d, c.history...).When(c.asked).Refuse(c.want)
	}
}

// What stands on the participant is closed only once nothing does.
func TestWhatStandsOnTheParticipant(t *testing.T) {
	t.Parallel()
	on := listing.Entry{Kind: domain.RefParticipant, ID: "U1", Stream: Stream("razem", "U1"), Attempt: 1}
	given.Given(t, Decider(), enrolled(1)).When(List{listing.Close{Entry: on}}).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), enrolled(1), gone(enrolled(1))).When(List{listing.Close{Entry: on}}).Then(listing.Closed{Entry: on})
}

// In whatever order facts are entered, corrected and withdrawn, those that stand make sense
// together: somebody is enrolled once at a time, and nobody leaves or comes to anything who
// was not; and all of them can be taken back, one after the other.
func TestParticipationsMakeSense(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var history []domain.Event
		for range rapid.IntRange(1, 40).Draw(t, "asked") {
			n := rapid.IntRange(1, 9).Draw(t, "day")
			f := rapid.SampledFrom([]Fact{Nominated{entry(n)}, Assessed{entry(n), "c"}, enrolled(n), left(n), came(n), noted(enrolled(n))}).Draw(t, "fact")
			c := rapid.SampledFrom([]Record{{Fact: f}, {Fact: f}, correct(f), withdraw(f)}).Draw(t, "command")
			events, err := Decider().Decide(Decider().Fold(history...), c)
			if err != nil {
				continue
			}
			history = append(history, events...)
			if again, err := Decider().Decide(Decider().Fold(history...), c); err != nil || len(again) > 0 {
				t.Fatalf("%+v again: %v, %v", c, again, err)
			}
			if at, _ := Decider().Fold(history...).amiss(); at != nil {
				t.Fatalf("%+v can't stand", at)
			}
		}
		for s := Decider().Fold(history...); len(s.facts) > 0; s = Decider().Fold(history...) {
			var all []Fact
			for _, f := range s.facts {
				all = append(all, f)
			}
			last := slices.MaxFunc(all, order)
			events, err := Decider().Decide(s, withdraw(last))
			if err != nil && !errors.Is(err, domain.ErrNamed) {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatalf("%+v is last, and %v", last, err)
			}
			history = append(history, events...)
		}
	})
}
