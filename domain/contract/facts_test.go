package contract_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/contract"
	. "ksiega/internal/testkit/given"
)

var (
	social = contract.Terms{Contract: "K/1", Kind: contract.Social, Programme: "p", Participant: "U1",
		Concluded: day(2018, 1, 2), From: day(2018, 1, 2), To: day(2018, 12, 31), Aid: 50000}
	under = contract.About{Contract: "K/1", Participant: "U1", Programme: "p"}
	out   = domain.Amend{Withdraw: true, Reason: "r"}
	fix   = domain.Amend{Correct: true, Reason: "r"}
)

func ofSocial(y, m, d int) contract.Life {
	return contract.Life{Contract: "K/1", Participant: "U1", Programme: "p", On: day(y, m, d)}
}

func aidOf(entry int, on domain.Date, purpose domain.Sealed, amount domain.Grosze) contract.AidGranted {
	return contract.AidGranted{About: under, Entry: entry, Date: on, Purpose: purpose, Amount: amount}
}

func tell(f contract.Fact) contract.Tell { return contract.Tell{Fact: f} }

// Tasks of both sides, what became of them, and how the contract was kept.
func TestTasksAndEvaluations(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: social}
	task := contract.TaskSet{About: under, No: "1", On: social.Concluded, Side: contract.SideParticipant, Text: "t", Due: day(2018, 3, 31)}
	done := contract.TaskResultRecorded{About: under, No: "1", Date: day(2018, 3, 28), Result: "w"}
	kept := contract.Evaluated{About: under, Date: day(2018, 6, 28), Result: "p"}
	stands := Given(t, d, signed, task)
	Given(t, d).When(tell(task)).Refuse(contract.ErrUnknown)
	Given(t, d, contract.Drafted{Terms: social}).When(tell(task)).Refuse(contract.ErrNotSigned)
	Given(t, d, signed).When(tell(task)).Then(task)
	stands.When(tell(task)).Then()
	for want, spoil := range map[error]func(*contract.TaskSet){
		contract.ErrSide: func(f *contract.TaskSet) { f.Side = "gmina" }, contract.ErrNoText: func(f *contract.TaskSet) { f.Text = "" },
		contract.ErrDue: func(f *contract.TaskSet) { f.Due = day(2018, 1, 1) }, domain.ErrOvertaken: func(f *contract.TaskSet) { f.Participant = "U2" },
	} {
		bad := task
		spoil(&bad)
		Given(t, d, signed).When(tell(bad)).Refuse(want)
	}
	other := task
	other.Due = day(2018, 4, 30)
	gone := contract.TaskWithdrawn{About: under, No: "1", On: social.Concluded, Reason: "r"}
	stands.When(tell(other)).Refuse(domain.ErrDiffers)
	stands.When(contract.Tell{Fact: other, Amend: fix}).Then(gone, other)
	stands.When(contract.Tell{Fact: contract.TaskSet{About: under, No: "1"}, Amend: out}).Then(gone)
	Given(t, d, signed, task, gone).When(contract.Tell{Fact: task, Amend: out}).Then()
	Given(t, d, signed, task, gone).When(tell(other)).Then(other)
	Given(t, d, signed).When(contract.Tell{Fact: task, Amend: out}).Refuse(domain.ErrNothingToWithdraw)

	Given(t, d, signed).When(tell(done)).Refuse(contract.ErrTask)
	stands.When(tell(done)).Then(done)
	early := done
	early.Date = day(2018, 1, 1)
	stands.When(tell(early)).Refuse(contract.ErrBeforeSign)
	Given(t, d, signed, task, done).When(contract.Tell{Fact: task, Amend: out}).Refuse(domain.ErrNamed)
	Given(t, d, signed, task, done).When(contract.Tell{Fact: other, Amend: fix}).Then(gone, other) // a result is of the task, whatever it says
	Given(t, d, signed, task, done).When(contract.Tell{Fact: done, Amend: out}).Then(contract.TaskResultWithdrawn{About: under, No: "1", Date: done.Date, Reason: "r"})

	Given(t, d, signed).When(tell(kept)).Then(kept)
	Given(t, d, signed, kept).When(contract.Tell{Fact: kept, Amend: out}).Then(contract.EvaluationWithdrawn{About: under, Date: kept.Date, Reason: "r"})
	Given(t, d, contract.Signed{Terms: terms}).When(tell(contract.Evaluated{About: contract.About{Contract: "S/1", Participant: "U1", Programme: "psu"}, Date: day(2018, 6, 28), Result: "p"})).
		Refuse(contract.ErrOfSocial)
	// Nothing is taken away under them.
	moved := social
	moved.Participant = "U2"
	Given(t, d, signed, kept).When(contract.Sign{Terms: social, Amend: out}).Refuse(domain.ErrNamed)
	Given(t, d, signed, kept).When(contract.Sign{Terms: moved, Amend: fix}).Refuse(domain.ErrNamed)
}

// Aid stays within the limit of its day, within the contract, and stops with a refusal.
func TestAid(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: social}
	first := aidOf(1, day(2018, 3, 5), "books", 30000)
	stands := Given(t, d, signed, first)
	Given(t, d, signed).When(tell(aidOf(0, first.Date, "books", 30000))).Then(first)
	stands.When(tell(aidOf(0, first.Date, "books", 30000))).Then()
	stands.When(tell(aidOf(0, first.Date, "books", 20000))).Refuse(domain.ErrDiffers)
	stands.When(tell(aidOf(0, first.Date, "clothes", 20000))).Then(aidOf(2, first.Date, "clothes", 20000))
	stands.When(tell(aidOf(0, first.Date, "clothes", 20001))).Refuse(contract.ErrAidOver)
	stands.When(tell(aidOf(0, day(2018, 2, 1), "clothes", 20001))).Refuse(contract.ErrAidOver) // before it, and so under it
	stands.When(tell(aidOf(0, first.Date, "", 1))).Refuse(contract.ErrNoPurpose)
	stands.When(tell(aidOf(0, first.Date, "clothes", 0))).Refuse(contract.ErrAidAmount)
	stands.When(tell(aidOf(0, day(2019, 1, 1), "clothes", 1))).Refuse(contract.ErrAidOutside)
	Given(t, d, signed, contract.Suspended{Life: ofSocial(2018, 3, 1)}).When(tell(aidOf(0, first.Date, "books", 1))).Refuse(contract.ErrAidOutside)
	gone := contract.AidWithdrawn{About: under, Entry: 1, Date: first.Date, Reason: "r"}
	stands.When(contract.Tell{Fact: aidOf(0, first.Date, "books", 0), Amend: out}).Then(gone)
	stands.When(contract.Tell{Fact: aidOf(0, first.Date, "books", 20000), Amend: fix}).Then(gone, aidOf(2, first.Date, "books", 20000))
	Given(t, d, signed, first, gone).When(tell(aidOf(0, first.Date, "books", 50000))).Then(aidOf(2, first.Date, "books", 50000))
	// Where nothing can be said in words any more, the day and the amount say which.
	wordless := domain.Amend{Withdraw: true, Wordless: true}
	silent := contract.AidWithdrawn{About: under, Entry: 1, Date: first.Date}
	stands.When(contract.Tell{Fact: aidOf(0, first.Date, "", 0), Amend: wordless}).Then(silent)
	Given(t, d, signed, first, silent).When(contract.Tell{Fact: aidOf(0, first.Date, "", 0), Amend: wordless}).Then()
	Given(t, d, signed, first, aidOf(2, first.Date, "clothes", 100)).When(contract.Tell{Fact: aidOf(0, first.Date, "", 30000), Amend: wordless}).Then(silent)
	Given(t, d, signed, first, aidOf(2, first.Date, "clothes", 100)).When(contract.Tell{Fact: aidOf(0, first.Date, "", 0), Amend: wordless}).Refuse(domain.ErrNothingToWithdraw)
	stands.When(contract.Tell{Fact: aidOf(0, first.Date, "", 200), Amend: domain.Amend{Correct: true, Wordless: true}}).Then(silent, aidOf(2, first.Date, "books", 200))
	none := social
	none.Aid = 0
	Given(t, d, contract.Signed{Terms: none}).When(tell(first)).Refuse(contract.ErrNoAid)
	// The limit is that of the day, and an annex leaves no aid above it.
	more := contract.Amended{Life: ofSocial(2018, 4, 1), Aid: 60000}
	Given(t, d, signed, first, more).When(tell(aidOf(0, day(2018, 3, 31), "clothes", 30000))).Refuse(contract.ErrAidOver)
	Given(t, d, signed, first, more).When(tell(aidOf(0, day(2018, 4, 1), "clothes", 30000))).Then(aidOf(2, day(2018, 4, 1), "clothes", 30000))
	stands.When(record(contract.Amended{Life: ofSocial(2018, 4, 1), Aid: 29999})).Refuse(contract.ErrAidStands)
	stands.When(record(contract.Terminated{Life: ofSocial(2018, 3, 1)})).Refuse(contract.ErrAidStands)
	stands.When(contract.Sign{Terms: none, Amend: fix}).Refuse(contract.ErrAidStands)
	// After a refusal that stands there is none; won, the appeal opens it again.
	why := func(l contract.Life) contract.Life { l.Reason = "why"; return l }
	breached, refused := contract.Breached{Life: ofSocial(2018, 5, 7)}, contract.Decided{Life: why(ofSocial(2018, 5, 14)), Ruling: contract.Refused, Number: "D/1"}
	won := contract.Decided{Life: why(ofSocial(2018, 6, 20)), Ruling: contract.Refused, Number: "D/1", Appeal: contract.AppealWon}
	Given(t, d, signed, breached).When(tell(aidOf(0, day(2018, 5, 14), "books", 1))).Then(aidOf(1, day(2018, 5, 14), "books", 1)) // nothing follows from a breach
	Given(t, d, signed, breached, refused).When(tell(aidOf(0, day(2018, 5, 14), "books", 1))).Refuse(contract.ErrAidRefused)
	// Another decision leaves the refusal standing, which is the one that is named.
	upheld := contract.Decided{Life: why(ofSocial(2018, 5, 21)), Ruling: contract.Upheld, Number: "D/2"}
	_, err := d.Decide(d.Fold(signed, breached, refused, upheld), tell(aidOf(0, day(2018, 5, 22), "books", 1)))
	if all := domain.RefusalsOf(err); len(all) != 1 || !slices.Equal(all[0].Args, []any{day(2018, 5, 22), "D/1"}) {
		t.Errorf("refused by %v", err)
	}
	Given(t, d, signed, breached, refused, won).When(tell(aidOf(0, day(2018, 6, 20), "books", 1))).Then(aidOf(1, day(2018, 6, 20), "books", 1))
	Given(t, d, signed, breached, aidOf(1, day(2018, 5, 20), "books", 1)).When(record(refused)).Refuse(contract.ErrAidStands)
}

// Aid is for what the dictionary calls it, unless it is recorded in other words already: what
// stands is not asked what another edition lists.
func TestWordsOfAid(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: social}
	on, unlisted := day(2018, 3, 5), domain.Refusal(domain.CodeRule, "none of the words")
	named := func(word domain.Sealed, amend domain.Amend) contract.Tell {
		return contract.Tell{Fact: aidOf(0, on, "BOOKS", 100), Amend: amend, Spelt: word, Otherwise: []domain.Sealed{"Books"}}
	}
	none := contract.Tell{Fact: aidOf(0, on, "BOOKS", 100), Unlisted: unlisted, Otherwise: []domain.Sealed{"Books"}}
	Given(t, d, signed).When(named("books", domain.Amend{})).Then(aidOf(1, on, "books", 100))
	Given(t, d, signed).When(none).Refuse(unlisted)
	for _, word := range []domain.Sealed{"BOOKS", "books", "Books"} {
		stands := Given(t, d, signed, aidOf(1, on, word, 100))
		stands.When(named("books", domain.Amend{})).Then()
		stands.When(named("books", out)).Then(contract.AidWithdrawn{About: under, Entry: 1, Date: on, Reason: "r"})
	}
	gone := contract.AidWithdrawn{About: under, Entry: 1, Date: on, Reason: "r"}
	Given(t, d, signed, aidOf(1, on, "BOOKS", 100), gone).When(named("books", out)).Then()
	Given(t, d, signed, aidOf(1, on, "BOOKS", 100), gone).When(named("books", domain.Amend{})).Then(aidOf(2, on, "books", 100))
	for _, word := range []domain.Sealed{"BOOKS", "Books"} {
		Given(t, d, signed, aidOf(1, on, word, 100)).When(none).Then()
		dearer := none
		dearer.Fact, dearer.Amend = aidOf(0, on, "BOOKS", 200), fix
		Given(t, d, signed, aidOf(1, on, word, 100)).When(dearer).Then(gone, aidOf(2, on, word, 200))
	}
}

// Whoever may not see people is told one thing of a day with aid, standing or taken back,
// whatever they ask of it; of other days, and of other facts, what everybody is told.
func TestAidOfADayIsOneRefusalToWhoMayNotSee(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: social}
	first := aidOf(1, day(2018, 3, 5), "books", 30000)
	gone := contract.AidWithdrawn{About: under, Entry: 1, Date: first.Date, Reason: "r"}
	for name, past := range map[string][]domain.Event{"standing": {signed, first}, "taken back": {signed, first, gone}} {
		for _, purpose := range []domain.Sealed{"books", "clothes", ""} {
			for _, document := range []domain.Sealed{"", "FV/1"} {
				for _, amount := range []domain.Grosze{0, 30000, 20000, 99999999} {
					for _, amend := range []domain.Amend{{}, fix, out, {Correct: true}, {Withdraw: true}, {Withdraw: true, Wordless: true}, {Correct: true, Withdraw: true}} {
						f := aidOf(0, first.Date, purpose, amount)
						f.Document = document
						events, err := d.Decide(d.Fold(past...), contract.Tell{Fact: f, Amend: amend, Unseen: true})
						if err != contract.ErrAidOfDay || events != nil { //nolint:errorlint // the sentinel itself, without particulars
							t.Errorf("%s, %+v, %+v: %v, %v", name, f, amend, events, err)
						}
					}
				}
			}
		}
	}
	unseen := func(f contract.Fact, amend domain.Amend) contract.Tell {
		return contract.Tell{Fact: f, Amend: amend, Unseen: true}
	}
	stands := Given(t, d, signed, first)
	stands.When(unseen(aidOf(0, first.Date+1, "books", 20000), domain.Amend{})).Then(aidOf(2, first.Date+1, "books", 20000))
	stands.When(unseen(aidOf(0, first.Date+1, "books", 20001), domain.Amend{})).Refuse(contract.ErrAidOver)
	stands.When(unseen(aidOf(0, first.Date+1, "books", 1), out)).Refuse(domain.ErrNothingToWithdraw)
	kept := contract.Evaluated{About: under, Date: first.Date, Result: "p"}
	stands.When(unseen(kept, domain.Amend{})).Then(kept)
}

// Whatever is accepted, on no day was more given by then than the day's limit.
func TestNoHistoryOverspends(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := contract.Decider()
		s := d.Fold(contract.Signed{Terms: social})
		on := func() domain.Date { return social.From.Add(rapid.IntRange(-2, 40).Draw(rt, "day")) }
		for range rapid.IntRange(1, 25).Draw(rt, "commands") {
			amount, amend := domain.Grosze(rapid.IntRange(1, 30).Draw(rt, "amount")*1000), rapid.SampledFrom([]domain.Amend{{}, {}, {}, fix, out}).Draw(rt, "amend")
			life := contract.Life{On: on(), Reason: "why"}
			c := rapid.SampledFrom([]contract.Command{
				contract.Tell{Fact: aidOf(0, on(), domain.Sealed(rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "purpose")), amount), Amend: amend},
				contract.Tell{Fact: aidOf(0, on(), "c", amount), Amend: amend},
				contract.Record{Change: contract.Amended{Life: life, Aid: amount}, Amend: amend},
				contract.Record{Change: contract.Suspended{Life: life, Until: life.On + 2}, Amend: amend},
				contract.Record{Change: contract.Breached{Life: life}, Amend: amend},
				contract.Record{Change: contract.Decided{Life: life, Ruling: contract.Refused, Number: "D"}, Amend: amend},
				contract.Record{Change: contract.Terminated{Life: life}, Amend: amend},
			}).Draw(rt, "command")
			events, err := d.Decide(s, c)
			if err != nil {
				continue
			}
			for _, e := range events {
				s = d.Evolve(s, e)
			}
			given := domain.Grosze(0)
			aid := s.Aid()
			for day := social.From - 2; day <= social.From.Add(60); day++ {
				for len(aid) > 0 && aid[0].Date == day {
					if !day.Within(s.Terms.From, s.Terms.To) || s.Rests(day) || s.RefusesAid(day) {
						rt.Fatalf("aid on %s, where there may be none", day)
					}
					given, aid = given+aid[0].Amount, aid[1:]
				}
				if limit := s.On(day).Aid; given > limit {
					rt.Fatalf("by %s %s was given of %s", day, given, limit)
				}
			}
		}
	})
}
