package projections

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/fold"
	"ksiega/internal/foldredis"
	"ksiega/internal/journal"
	"ksiega/internal/position"
	"ksiega/internal/testkit/foldtest"
	"ksiega/projections/findings"
)

// recordedOf records events of the ledger in memory, half an hour apart.
func recordedOf(t testing.TB, events []domain.Event) []*journal.Recorded {
	t.Helper()
	var recorded []*journal.Recorded
	for i, e := range events {
		data, err := json.Marshal(e, json.Deterministic(true))
		foldtest.Must(t, err)
		meta := journal.Meta{Actor: fmt.Sprint("actor", i%2), OccurredOn: e.OccurredOn()}
		raw, err := json.Marshal(meta)
		foldtest.Must(t, err)
		id := uuid.UUID{8: 0x80}
		binary.BigEndian.PutUint64(id[:8], uint64(i+1)*0x9e3779b97f4a7c15)
		recorded = append(recorded, &journal.Recorded{ID: id, Stream: "statement-s", Type: e.EventType(), Revision: uint64(i), Position: position.Of(uint64(10 * (i + 1))),
			Created: time.Date(2018, 1, 1, 0, 0, 0, 123, time.UTC).Add(time.Duration(i) * 30 * time.Minute),
			Meta:    meta, RawMeta: raw, RawData: data, Event: e})
	}
	return recorded
}

// logOf is a log of what recordedOf made.
func logOf(t testing.TB, recorded []*journal.Recorded) Log {
	t.Helper()
	table, err := journal.Ledger()
	foldtest.Must(t, err)
	j, err := journal.Open(journal.Options{Address: "esdb://127.0.0.1:1?tls=false", Table: table,
		Bulk: &journal.Bulk{Last: func() (uint64, error) { return lastOf(recorded), nil }, Ahead: func(after uint64, events int) uint64 { return after + uint64(events) },
			Read: func(ctx context.Context, after, until uint64, each func(uint64, *journal.Recorded) error) error {
				for _, r := range recorded {
					if n := r.Position.Number(); n > after && n <= until {
						bare := *r
						bare.Event, bare.Meta = nil, journal.Meta{}
						if err := errors.Join(ctx.Err(), each(n, &bare)); err != nil {
							return err
						}
					}
				}
				return nil
			}}})
	foldtest.Must(t, err)
	t.Cleanup(func() { _ = j.Close() })
	return Log{j}
}

// lastOf is the last position of a book.
func lastOf(recorded []*journal.Recorded) (last uint64) {
	for _, r := range recorded {
		last = r.Position.Number()
	}
	return last
}

// folded is the rows that a history ought to give.
func folded(t testing.TB, p Projection, recorded []*journal.Recorded) *fold.Memory[*journal.Recorded] {
	t.Helper()
	m := fold.NewMemory(p)
	for i := range recorded {
		foldtest.Must(t, m.Fold(Batch{Events: recorded[i : i+1], Through: recorded[i].Position}))
	}
	return m
}

// arriving is a log that was empty and of which batches arrive, each so many times.
type arriving struct {
	batches []Batch
	times   []int
}

func (arriving) Scan(_ context.Context, _ fold.Range, each func(Batch) error) error {
	return each(Batch{CaughtUp: true})
}

func (arriving) Head(context.Context) (none journal.Position, err error) { return none, nil }

func (a arriving) Follow(ctx context.Context, _ journal.Position, _ func(error), fn func(Batch) error) error {
	for i, b := range a.batches {
		for range a.times[i] {
			if err := fn(b); err != nil {
				return err
			}
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// ledgerEvent draws an event from a small world, so that events meet.
func ledgerEvent(t *rapid.T) domain.Event {
	num := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(t, name) }
	word := func(name string) string {
		return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(t, name)
	}
	day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
	month := day.Month()
	grosze := domain.Grosze(num("grosze", 5000) + 1)
	switch num("area", 11) {
	case 0:
		return workEvent(t, num, word, day, month, grosze)
	case 1:
		return claimEvent(num, word, day, month, grosze)
	case 2:
		return contractEvent(num, word, day)
	case 3:
		return visitEvent(num, word, day)
	case 4:
		return budgetEvent(num, word, day)
	case 5:
		return outreachEvent(num, word, day)
	case 6:
		return editionEvent(num, word, day)
	case 7:
		return sessionEvent(num, word, day)
	case 8:
		return peopleEvent(num, word, day)
	case 9:
		return socialEvent(num, word, day)
	}
	return durabilityEvent(num, word, day)
}

func workEvent(t *rapid.T, num func(string, int) int, word func(string) string, day domain.Date, month domain.Month, grosze domain.Grosze) domain.Event {
	about := attendance.About{Contract: word("contract"), Participant: "U1", Agreement: word("agreement"), Programme: "psu"}
	rates := attendance.Rates{Minimum: 810, Paid: domain.Grosze(810 + num("paid", 100)), Refund: 810, Percent: rapid.SampledFrom([]int{60, 100}).Draw(t, "share")}
	paid := payment.About{List: word("list"), Contract: about.Contract, Participant: "U1", Agreement: about.Agreement, Programme: "psu", Month: month}
	switch num("work", 5) {
	case 0, 1:
		return attendance.HoursRecorded{About: about, Date: day, Minutes: domain.Minutes(num("minutes", 300) + 1), Rates: rates}
	case 2:
		return attendance.DayCorrected{About: about, Date: day, After: attendance.Value{Minutes: domain.Minutes(num("minutes", 3) * 50)}, Rates: rates, Reason: "x"}
	case 3:
		return payment.Made{About: paid, Amount: grosze, Date: day.Add(20)}
	}
	return payment.CameBack{About: paid, Amount: grosze, Date: day.Add(25)}
}

func claimEvent(num func(string, int) int, word func(string) string, day domain.Date, month domain.Month, grosze domain.Grosze) domain.Event {
	about := refund.About{Claim: word("claim"), Agreement: "a", Month: month}
	line := num("line", 2) + 1
	switch num("refund", 10) {
	case 0:
		return refund.Submitted{About: about, On: day, Claimed: grosze, Computed: grosze, Shares: []refund.Share{{Contract: word("contract"), Participant: "U1", Refund: grosze}}}
	case 1:
		return refund.Accepted{About: about, On: day, Amount: grosze}
	case 2:
		return refund.Returned{About: about, On: day}
	case 3:
		if num("all", 2) == 0 {
			return refund.Reclaimed{About: about, On: day, All: true}
		}
		return refund.Reclaimed{About: about, On: day, Amount: grosze}
	case 4:
		return refund.Received{About: about, On: day, Statement: "w", Line: line, Amount: grosze, Reason: "by-hand"}
	case 5:
		return refund.WrittenOff{About: about, On: day, Reason: "x"}
	case 6:
		return statement.LineBooked{Statement: word("statement"), Line: line, Date: day, Amount: grosze, Title: "v1.t"}
	case 9:
		return agreement.ClaimAnswered{About: about, On: day, Outcome: []refund.Outcome{refund.OutcomeAccepted, refund.OutcomeReturned, refund.OutcomeReclaimed}[num("outcome", 3)]}
	case 7:
		return statement.LineMatched{Statement: word("statement"), Line: line, Claim: about.Claim, Date: day, Amount: grosze}
	}
	return statement.MatchUndone{Statement: word("statement"), Line: line, Claim: about.Claim, Date: day}
}

func contractEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	life := contract.Life{Contract: word("contract"), Participant: []string{"U1", "U1", "U/2"}[num("whose", 3)], Programme: word("programme"), On: day}
	terms := contract.Terms{Contract: life.Contract, Kind: contract.Tripartite, Programme: life.Programme, Participant: life.Participant,
		Concluded: day, From: day, To: day.Add(100), Place: "v1.p", Assistant: []string{"", "a", "c-2"}[num("agreed", 3)]}
	if num("kind", 2) == 0 {
		terms.Kind, terms.Agreement, terms.From = contract.Referral, word("agreement"), day.Add(-3)
	}
	switch num("life", 16) {
	case 8, 9:
		return agreement.Concluded{Terms: agreement.Terms{Agreement: word("agreement"), Concluded: day, From: day.Add(-num("before", 9)), To: day.Add(num("after", 60)),
			MonthlyCap: domain.Minutes(100 * num("monthly", 5))}}
	case 0:
		return contract.Drafted{Terms: terms, On: day}
	case 1:
		return contract.Signed{Terms: terms}
	case 2:
		return contract.Amended{Life: life, To: day.Add(50), Assistant: word("assistant"), Place: []domain.Sealed{"", "v1.q"}[num("place", 2)]}
	case 3:
		return contract.Suspended{Life: life, Until: day.Add(3)}
	case 4:
		return contract.Resumed{Life: life}
	case 5:
		return contract.Breached{Life: life}
	case 6:
		return contract.Terminated{Life: life}
	case 10:
		return contract.Substituted{Life: life, Substitute: word("assistant"), Until: day.Add(num("until", 4))}
	case 11:
		life.Reason = "v1.w"
		return contract.Decided{Life: life, Ruling: contract.Refused, Number: "D/1", Served: day, Appeal: contract.NoAppeal}
	case 12:
		moved := terms
		moved.Participant, moved.Programme, moved.Place = "U/2", word("then"), []domain.Sealed{"", "v1.r"}[num("place", 2)]
		return contract.TermsCorrected{Before: terms, After: moved, Reason: "v1.w"}
	case 13:
		return contract.ChangeWithdrawn{Life: life, Kind: "contract.amended"}
	case 14:
		return contract.Withdrawn{Terms: terms, Reason: "v1.w"}
	case 15:
		a := participant.Assistant{ID: word("assistant"), FirstName: "v1.f", Employment: participant.Employee}
		return []domain.Event{participant.AssistantRegistered{Assistant: a}, participant.AssistantCorrected{Assistant: participant.Assistant{ID: a.ID}, Reason: "v1.w"},
			participant.AssistantWithdrawn{ID: a.ID, Reason: "v1.w"}}[num("registered", 3)]
	}
	return contract.Completed{Life: life}
}

func visitEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	from := domain.TimeOfDay(60 * num("from", 6))
	v := assistance.Visit{Assistant: word("assistant"), Contract: word("contract"), Participant: word("participant"), Programme: word("programme"),
		Date: day, From: from}
	d := assistance.Details{To: from + domain.TimeOfDay(30*(num("length", 6)+1)), Activity: []domain.Sealed{"", "v1.a", "v1.b"}[num("activity", 3)]}
	d.Minutes = domain.Minutes(d.To - from)
	switch num("visit", 5) {
	case 0:
		return assistance.VisitCorrected{Visit: v, After: d, DeltaMinutes: 30, Reason: "x", Caps: assistance.Caps{Edition: num("edition", 3)}}
	case 1:
		return assistance.VisitWithdrawn{Visit: v, Before: d, DeltaMinutes: -d.Minutes, Reason: "x"}
	}
	return assistance.VisitLogged{Visit: v, Details: d, Caps: assistance.Caps{Edition: num("edition", 3)}}
}

func durabilityEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	said := durability.Statement{Project: word("project"), Date: day, Number: word("number")}
	asked := durability.Demand{Project: said.Project, Request: said.Number, Date: day}
	switch num("durability", 12) {
	case 0:
		return durability.ObligationOpened{Obligation: durability.Obligation{Project: said.Project, From: day, To: day.Add(60), Places: 3, Derivation: "x"}}
	case 1:
		return durability.PlacesStated{Statement: said, Places: num("places", 5)}
	case 2:
		return durability.AssistantsStated{Statement: said, Assistants: 1}
	case 3:
		return durability.ReadinessDeclared{Statement: said, Address: durability.Address{URL: "https://example.org"}}
	case 4:
		return durability.NoticePublished{Statement: said}
	case 5:
		return durability.Inspected{Statement: said}
	case 6:
		return durability.ServiceRequested{Demand: asked}
	case 7:
		return durability.ServiceStarted{Demand: asked}
	case 8:
		return durability.ServiceRefused{Demand: asked}
	case 9:
		return finding.Resolved{Finding: "durability-gap:" + said.Project, Date: day, Reason: "x",
			Figures: finding.Figures{Count: num("lacking", 3), From: day, To: day.Add(num("days", 3)), Running: num("running", 2) == 0, Subjects: []string{said.Project}}}
	case 10:
		return finding.Reopened{Finding: "durability-gap:" + said.Project, Reason: "x"}
	}
	return intake.RequestTaken{Day: domain.NewDate(2018, 3, 5), Request: "r"}
}

// withdrawal takes back something that may have been recorded.
func withdrawal(t *rapid.T) domain.Event {
	word := func(name string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(t, name) }
	day := domain.NewDate(2018, 12, 27).Add(rapid.IntRange(0, 8).Draw(t, "day"))
	about := attendance.About{Contract: word("contract"), Participant: "U1", Agreement: word("agreement"), Programme: "psu"}
	claim := refund.About{Claim: word("claim"), Agreement: about.Agreement, Month: day.Month()}
	outcome := rapid.SampledFrom([]refund.Outcome{refund.OutcomeAccepted, refund.OutcomeReturned}).Draw(t, "outcome")
	return rapid.SampledFrom([]domain.Event{attendance.DayWithdrawn{About: about, Date: day},
		payment.Withdrawn{About: payment.About{List: word("list"), Contract: about.Contract, Agreement: about.Agreement, Month: day.Month()}, Date: day},
		refund.Withdrawn{About: claim, On: day}, refund.DecisionWithdrawn{About: claim, On: day, Outcome: outcome},
		agreement.AnswerWithdrawn{About: claim, On: day, Outcome: outcome}}).Draw(t, "withdrawn")
}

// ledgerHistory is random events, among them erasures of what was sealed before, as
// commands order them.
func ledgerHistory(t *rapid.T) []domain.Event {
	events := rapid.SliceOfN(rapid.Custom(ledgerEvent), 0, 80).Draw(t, "history")
	for range rapid.IntRange(0, 3).Draw(t, "erasures") {
		if len(events) > 0 {
			events = erasedAmong(t, events)
		}
	}
	return events
}

// erasedAmong erases, somewhere in a history, a subject that texts were sealed about
// before.
func erasedAmong(t *rapid.T, events []domain.Event) []domain.Event {
	i := rapid.IntRange(0, len(events)).Draw(t, "erased at")
	var subjects []domain.Ref
	for _, e := range events[:i] {
		domain.EachSeal(e, func(s domain.Seal, _ domain.Sealed) { subjects = append(subjects, s.Subject) })
	}
	subjects = slices.DeleteFunc(subjects, func(s domain.Ref) bool { return s.Kind == domain.RefProgramme }) // whose key is never destroyed
	if len(subjects) == 0 {
		return events
	}
	of := rapid.SampledFrom(subjects).Draw(t, "erased")
	order := erasure.Ordered{Kind: of.Kind, Subject: of.ID, On: domain.NewDate(2026, 1, 1), Reason: "v1.r"}
	for _, e := range events[:i] {
		if l, ok := e.(statement.LineBooked); ok && of == (domain.Ref{Kind: domain.RefStatement, ID: l.Statement}) {
			order.Facts = append(order.Facts, erasure.Fact{Line: l.Line, Day: l.Date})
		}
	}
	return slices.Insert(slices.Clone(events), i, domain.Event(order))
}

// TestAnErasureIsAWithdrawal: known at any moment, also one before it, what was
// erased is as if nobody had ever said it, and everything else is as it was.
func TestAnErasureIsAWithdrawal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ctx, recorded := t.Context(), recordedOf(t, ledgerHistory(rt))
		gone := map[domain.Ref]bool{}
		for _, r := range recorded {
			if e, ok := r.Event.(erasure.Ordered); ok {
				gone[e.Of()] = true
			}
		}
		until := position.Of(uint64(10 * rapid.IntRange(0, len(recorded)).Draw(rt, "known at"))).Bound()
		var unsaid []*journal.Recorded
		for _, r := range recorded {
			if !until.Includes(r.Position) {
				break
			}
			said := *r
			said.Event = domain.Reseal(r.Event, func(s domain.Seal, text domain.Sealed) domain.Sealed {
				if gone[s.Subject] {
					return ""
				}
				return text
			})
			unsaid = append(unsaid, &said)
		}
		for _, p := range All() {
			known := foldtest.KnownAt(t, logOf(t, recorded), p, until)
			got, want := foldtest.Dump(t, known), foldtest.Dump(t, folded(t, p, unsaid))
			for _, dump := range []map[fold.Key]string{got, want} {
				maps.DeleteFunc(dump, func(k fold.Key, _ string) bool { return k.Table == ErasedSubjects().Name })
			}
			foldtest.SameDump(rt, p.Name, got, want)
			// What stands there holds it until the erasure comes.
			stands, err := fold.FoldedTo(ctx, logOf(t, recorded), until, p)
			foldtest.Must(t, err)
			held := slices.DeleteFunc(slices.Clone(recorded), func(r *journal.Recorded) bool { return !until.Includes(r.Position) })
			foldtest.SameDump(rt, p.Name+" as it stands", foldtest.Dump(t, stands), foldtest.Dump(t, folded(t, p, held)))
		}
	})
}

// TestReadModelsThreeWaysAgree: each read model is the same rebuilt, live
// whatever the batches and however often they come, and known at the end.
func TestReadModelsThreeWaysAgree(t *testing.T) {
	t.Parallel()
	foldtest.OnEachRedis(t, func(t *testing.T, c redis.UniversalClient) {
		rapid.Check(t, func(rt *rapid.T) {
			events, _ := woven(rt, ledgerHistory(rt), rapid.SliceOfN(rapid.Custom(withdrawal), 0, 8).Draw(rt, "withdrawn")...)
			ctx, recorded := t.Context(), recordedOf(t, events)
			arrive := arriving{batches: foldtest.Batches(rt, recorded)}
			for range arrive.batches {
				arrive.times = append(arrive.times, rapid.IntRange(1, 2).Draw(rt, "times"))
			}
			rebuilt := foldredis.NewStore[*journal.Recorded](c, "rebuilt-"+rand.Text())
			foldtest.Must(t, foldredis.Rebuild(ctx, rebuilt, logOf(t, recorded), nil, All()...))
			live := foldredis.NewStore[*journal.Recorded](c, "live-"+rand.Text())
			runner := foldredis.NewRunner(live, arrive, foldredis.RunnerOptions{}, All()...)
			foldtest.Must(t, runner.Start(ctx))
			defer runner.Stop()
			foldtest.Must(t, runner.WaitFor(ctx, position.Of(lastOf(recorded)).Bound()))
			for _, p := range All() {
				m := folded(t, p, recorded)
				comeBack(rt, m)
				want := foldtest.Dump(t, m)
				for what, s := range map[string]*foldredis.Store[*journal.Recorded]{"live": live, "rebuilt": rebuilt} {
					foldtest.Must(t, s.Read(ctx, func(views map[string]View) error {
						foldtest.SameDump(rt, p.Name+" "+what, foldtest.Dump(t, views[p.Name]), want)
						return nil
					}, p))
				}
				known := foldtest.KnownAt(t, logOf(t, recorded), p, position.Of(1<<40).Bound())
				foldtest.SameDump(rt, p.Name+" known", foldtest.Dump(t, known), want)
			}
		})
	})
}

// comeBack: every row of a read model comes back from a store as it is in memory.
func comeBack(t *rapid.T, m *fold.Memory[*journal.Recorded]) {
	tables, err := m.Tables(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string]func(){
		"assistance sessionTimes":        func() { foldtest.ComesBack(t, m, SessionTimes()) },
		"assistance months":              func() { foldtest.ComesBack(t, m, VisitMonths()) },
		"assistance details":             func() { foldtest.ComesBack(t, m, VisitDetails()) },
		"assistance participantOverlaps": func() { foldtest.ComesBack(t, m, ParticipantOverlaps()) },
		"assistance doublyFunded":        func() { foldtest.ComesBack(t, m, DoublyFunded()) },
		"assistance assistantOverlaps":   func() { foldtest.ComesBack(t, m, AssistantOverlaps()) },
		"assistance time":                func() { foldtest.ComesBack(t, m, Time()) },
		"assistance assistantMonths":     func() { foldtest.ComesBack(t, m, AssistantMonths()) },
		"assistance visited":             func() { foldtest.ComesBack(t, m, VisitedContracts()) },
		"assistance erased":              func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"assistance outside":             func() { foldtest.ComesBack(t, m, OutsideVisits()) },
		"assistance patterns":            func() { foldtest.ComesBack(t, m, Patterns()) },
		"assistance alikeUnderKeys":      func() { foldtest.ComesBack(t, m, AlikeUnderKeys()) },
		"assistance editions":            func() { foldtest.ComesBack(t, m, Editions()) },
		"assistance overCaps":            func() { foldtest.ComesBack(t, m, VisitsOverCaps()) },
		"assistance overLongCaps":        func() { foldtest.ComesBack(t, m, VisitsOverLongCaps()) },
		"assistance longCapped":          func() { foldtest.ComesBack(t, m, LongCapped()) },
		"assistance assistantTimes":      func() { foldtest.ComesBack(t, m, AssistantTimes()) },
		"audit heads":                    func() { foldtest.ComesBack(t, m, AuditHeads()) },
		"audit blocks":                   func() { foldtest.ComesBack(t, m, AuditBlocks()) },
		"audit counts":                   func() { foldtest.ComesBack(t, m, AuditCounts()) },
		"audit hours":                    func() { foldtest.ComesBack(t, m, AuditHours()) },
		"budget lines":                   func() { foldtest.ComesBack(t, m, BudgetLines()) },
		"budget documents":               func() { foldtest.ComesBack(t, m, BudgetDocuments()) },
		"budget over":                    func() { foldtest.ComesBack(t, m, LinesOverBudget()) },
		"budget doubled":                 func() { foldtest.ComesBack(t, m, DoubledDocuments()) },
		"contracts contracts":            func() { foldtest.ComesBack(t, m, ContractLives()) },
		"contracts editions":             func() { foldtest.ComesBack(t, m, Editions()) },
		"contracts caseloads":            func() { foldtest.ComesBack(t, m, Caseloads()) },
		"contracts overloads":            func() { foldtest.ComesBack(t, m, Overloads()) },
		"contracts referrals":            func() { foldtest.ComesBack(t, m, AgreementReferrals()) },
		"contracts places":               func() { foldtest.ComesBack(t, m, AgreementPlaces()) },
		"contracts participantReferrals": func() { foldtest.ComesBack(t, m, ParticipantReferrals()) },
		"contracts referralYears":        func() { foldtest.ComesBack(t, m, ReferredParticipants()) },
		"contracts crowded":              func() { foldtest.ComesBack(t, m, CrowdedAgreements()) },
		"contracts facts":                func() { foldtest.ComesBack(t, m, ContractFactsOf()) },
		"contracts participantContracts": func() { foldtest.ComesBack(t, m, ParticipantContracts()) },
		"contracts assistants":           func() { foldtest.ComesBack(t, m, Employments()) },
		"contracts erased":               func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"durability projects":            func() { foldtest.ComesBack(t, m, DurabilityProjects()) },
		"durability facts":               func() { foldtest.ComesBack(t, m, DurabilityFacts()) },
		"durability delivered":           func() { foldtest.ComesBack(t, m, DeliveredMonths()) },
		"findings findings":              func() { foldtest.ComesBack(t, m, FindingLives()) },
		"outreach contacts":              func() { foldtest.ComesBack(t, m, StreetContacts()) },
		"outreach places":                func() { foldtest.ComesBack(t, m, CountedPlaces()) },
		"outreach identities":            func() { foldtest.ComesBack(t, m, StreetIdentities()) },
		"outreach of":                    func() { foldtest.ComesBack(t, m, ContactsOf()) },
		"outreach erased":                func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"participations participations":  func() { foldtest.ComesBack(t, m, PartsTaken()) },
		"participations programmes":      func() { foldtest.ComesBack(t, m, ProgrammesOf()) },
		"participations erased":          func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"people people":                  func() { foldtest.ComesBack(t, m, Persons()) },
		"people staying":                 func() { foldtest.ComesBack(t, m, StayingPeople()) },
		"people cases":                   func() { foldtest.ComesBack(t, m, Cases()) },
		"people merged":                  func() { foldtest.ComesBack(t, m, MergedPeople()) },
		"people households":              func() { foldtest.ComesBack(t, m, Households()) },
		"people erased":                  func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"refunds claims":                 func() { foldtest.ComesBack(t, m, RefundClaims()) },
		"refunds lines":                  func() { foldtest.ComesBack(t, m, BankLines()) },
		"refunds statements":             func() { foldtest.ComesBack(t, m, BankStatements()) },
		"refunds unmatched":              func() { foldtest.ComesBack(t, m, UnmatchedLines()) },
		"refunds differences":            func() { foldtest.ComesBack(t, m, ClaimDifferences()) },
		"refunds stray":                  func() { foldtest.ComesBack(t, m, StrayReceipts()) },
		"sessions sessions":              func() { foldtest.ComesBack(t, m, HeldSessions()) },
		"sessions places":                func() { foldtest.ComesBack(t, m, SessionPlaces()) },
		"sessions presentAt":             func() { foldtest.ComesBack(t, m, PresentAt()) },
		"sessions erased":                func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"settlement agreements":          func() { foldtest.ComesBack(t, m, SettlementAgreements()) },
		"settlement months":              func() { foldtest.ComesBack(t, m, SettlementMonths()) },
		"settlement details":             func() { foldtest.ComesBack(t, m, SettlementDetails()) },
		"settlement claims":              func() { foldtest.ComesBack(t, m, SettlementClaims()) },
		"settlement unsettled":           func() { foldtest.ComesBack(t, m, UnsettledMonths()) },
		"settlement onceUnsettled":       func() { foldtest.ComesBack(t, m, OnceUnsettled()) },
		"settlement worked":              func() { foldtest.ComesBack(t, m, WorkedReferrals()) },
		"settlement outsideDays":         func() { foldtest.ComesBack(t, m, OutsideDays()) },
		"settlement overCaps":            func() { foldtest.ComesBack(t, m, OverCaps()) },
		"settlement claimedBeyond":       func() { foldtest.ComesBack(t, m, ClaimedBeyond()) },
		"settlement contested":           func() { foldtest.ComesBack(t, m, ContestedMonths()) },
		"settlement workedYears":         func() { foldtest.ComesBack(t, m, WorkedYears()) },
		"settlement sharedWeeks":         func() { foldtest.ComesBack(t, m, SharedYears()) },
		"settlement overHours":           func() { foldtest.ComesBack(t, m, OverHoursAgreements()) },
		"findings erased":                func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
		"refunds erased":                 func() { foldtest.ComesBack(t, m, ErasedSubjects()) },
	}
	for _, table := range tables {
		check := checks[m.Of().Name+" "+table]
		if check == nil {
			t.Fatalf("%s has a table %s", m.Of().Name, table)
		}
		check()
	}
}

// woven records events in their order somewhere among others; of each it tells whether
// it is one of them.
func woven(t *rapid.T, among []domain.Event, events ...domain.Event) (all []domain.Event, mine []bool) {
	for len(among)+len(events) > 0 {
		if len(among) == 0 || len(events) > 0 && rapid.Bool().Draw(t, "now") {
			all, events, mine = append(all, events[0]), events[1:], append(mine, true)
			continue
		}
		all, among, mine = append(all, among[0]), among[1:], append(mine, false)
	}
	return all, mine
}

// TestWithdrawnIsAsIfNeverRecorded: a visit that was recorded, corrected and withdrawn
// leaves every row as it would be had nobody ever spoken of it.
func TestWithdrawnIsAsIfNeverRecorded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		v := assistance.Visit{Assistant: "a", Contract: "T/never", Participant: "c-2", Programme: "a",
			Date: domain.NewDate(2018, 12, 27).Add(num("day", 9)), From: domain.TimeOfDay(60 * num("from", 6))}
		first := assistance.Details{To: v.From + 90, Minutes: 90, Activity: "v1.a"}
		second := assistance.Details{To: v.From + 120, Minutes: 120, Activity: "v1.b"}
		events, mine := woven(rt, ledgerHistory(rt), assistance.VisitLogged{Visit: v, Details: first},
			assistance.VisitCorrected{Visit: v, Before: first, After: second, DeltaMinutes: 30, Reason: "x"},
			assistance.VisitWithdrawn{Visit: v, Before: second, DeltaMinutes: -120, Reason: "x"})
		recorded := recordedOf(t, events)
		var without []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
		}
		for _, p := range All() {
			if p.Name == Audit().Name { // which lists whatever was recorded
				continue
			}
			foldtest.SameDump(rt, p.Name, foldtest.Dump(t, folded(t, p, recorded)), foldtest.Dump(t, folded(t, p, without)))
		}
	})
}

// TestWithdrawnWorkLeavesNothing: days, payments, claims and answers that were recorded
// and withdrawn leave every row of the settlement, and what is found of a month, as they
// would be had nobody ever spoken of them.
func TestWithdrawnWorkLeavesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
		about := attendance.About{Contract: "S/never", Participant: "U1", Agreement: "a", Programme: "psu"}
		paid := payment.About{List: "L/never", Contract: about.Contract, Participant: "U1", Agreement: "a", Programme: "psu", Month: day.Month()}
		claim := refund.About{Claim: "WR/never", Agreement: "a", Month: day.Month()}
		ways := [][]domain.Event{
			{attendance.HoursRecorded{About: about, Date: day, Minutes: 480, Rates: attendance.Rates{Minimum: 3050, Paid: 3050, Refund: 3050, Percent: 100, Edition: "godzinowa-2025"}},
				attendance.DayWithdrawn{About: about, Date: day, Before: attendance.Value{Minutes: 480}, Delta: -480}},
			{payment.Made{About: paid, Date: day, Amount: 500}, payment.Withdrawn{About: paid, Date: day, Amount: 500}},
			{refund.Submitted{About: claim, On: day, Claimed: 500, Computed: 500, Shares: []refund.Share{{Contract: "S/never", Participant: "U1", Refund: 500, Minutes: 60},
				{Contract: "c-2", Participant: "U1", Refund: 100, Minutes: 60}}},
				refund.Accepted{About: claim, On: day, Amount: 500}, refund.DecisionWithdrawn{About: claim, On: day, Outcome: refund.OutcomeAccepted}, refund.Withdrawn{About: claim, On: day}},
		}
		events, mine := woven(rt, ledgerHistory(rt), ways[num("way", len(ways))]...)
		recorded := recordedOf(t, events)
		var without []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
		}
		foldtest.SameDump(rt, "settlement", foldtest.Dump(t, folded(t, Settlement(), recorded)), foldtest.Dump(t, folded(t, Settlement(), without)))
	})
}

// TestCorrectedIsAsIfAlwaysRight: a day that was recorded wrongly, under the other law
// and at other rates, and corrected, leaves its month as if it had been right at once.
func TestCorrectedIsAsIfAlwaysRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		about := attendance.About{Contract: "S/never", Participant: "U1", Agreement: "a", Programme: "psu"}
		day := domain.NewDate(2018, 12, 27).Add(rapid.IntRange(0, 8).Draw(rt, "day"))
		wrong := attendance.Rates{Minimum: 3050, Paid: 3050, Refund: 3050, Percent: 100, Edition: "godzinowa-2025"}
		right := attendance.Rates{Minimum: 810, Paid: 830, Refund: 810, Percent: 60, Edition: "2017"}
		minutes := domain.Minutes(60 * rapid.IntRange(0, 8).Draw(rt, "hours"))
		events, mine := woven(rt, ledgerHistory(rt), attendance.HoursRecorded{About: about, Date: day, Minutes: 480, Rates: wrong},
			attendance.DayCorrected{About: about, Date: day, Before: attendance.Value{Minutes: 480}, After: attendance.Value{Minutes: minutes}, Delta: minutes - 480, Reason: "x", Rates: right})
		recorded := recordedOf(t, events)
		var always []*journal.Recorded
		for i, r := range recorded {
			if _, corrected := r.Event.(attendance.DayCorrected); mine[i] && corrected {
				at := *r
				at.Event = attendance.HoursRecorded{About: about, Date: day, Minutes: minutes, Rates: right}
				r = &at
			} else if mine[i] {
				continue
			}
			always = append(always, r)
		}
		months := func(recorded []*journal.Recorded) map[fold.Key]string {
			dump := foldtest.Dump(t, folded(t, Settlement(), recorded))
			maps.DeleteFunc(dump, func(k fold.Key, _ string) bool { return k.Table != SettlementMonths().Name })
			return dump
		}
		foldtest.SameDump(rt, "settlement", months(recorded), months(always))
	})
}

// TestSettlementIsWhatTheDaysComeTo: the ready totals are those of the days and
// payments, and those are what was recorded last of each day.
func TestSettlementIsWhatTheDaysComeTo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ctx, recorded := t.Context(), recordedOf(t, ledgerHistory(rt))
		type key struct {
			agreement, contract string
			day                 domain.Date
		}
		minutes, paid := map[key]domain.Minutes{}, map[key]domain.Grosze{}
		proof := map[string][]journal.Position{} // by contract and month
		prove := func(a attendance.About, on domain.Date, position journal.Position) {
			k := a.Agreement + " " + a.Contract + " " + on.Month().String()
			proof[k] = append(proof[k], position)
		}
		cut := domain.NewDate(2018, 12, 27).Add(rapid.IntRange(0, 40).Draw(rt, "asOf"))
		for _, r := range recorded {
			switch e := r.Event.(type) {
			case attendance.HoursRecorded:
				minutes[key{e.Agreement, e.Contract, e.Date}] = e.Minutes
				prove(e.About, e.Date, r.Position)
			case attendance.DayCorrected:
				minutes[key{e.Agreement, e.Contract, e.Date}] = e.After.Minutes
				prove(e.About, e.Date, r.Position)
			case payment.Made:
				paid[key{e.Agreement, e.Contract, e.Month.First()}] += e.Amount
			case payment.CameBack:
				paid[key{e.Agreement, e.Contract, e.Month.First()}] -= e.Amount
			}
		}
		m := folded(t, Settlement(), recorded)
		items, err := SettlementMonths().Every(ctx, m)
		foldtest.Must(t, err)
		var all, allCut, want, wantCut domain.Minutes
		for _, it := range items {
			detail, ok, err := SettlementDetails().Find(ctx, m, SettlementDetailPart(it.Row.Agreement, it.Row.Month), domain.Escape(it.Row.Contract))
			if !ok || err != nil {
				rt.Fatalf("no detail of %v: %v", it, err)
			}
			if late := it.Row.AsOf(detail, 1<<30); late != it.Row {
				rt.Fatalf("totals %+v, days %+v", it.Row, late)
			}
			var events []journal.Position
			for _, d := range detail.Days {
				events = append(events, d.Event)
			}
			for _, r := range detail.Replaced {
				events = append(events, r.Event)
			}
			slices.SortFunc(events, journal.Position.Compare)
			if want := proof[it.Row.Agreement+" "+it.Row.Contract+" "+it.Row.Month.String()]; !slices.Equal(events, want) {
				rt.Fatalf("%v happened by %v, not %v", it.Row, events, want)
			}
			early := it.Row.AsOf(detail, cut)
			all, allCut = all+it.Row.Minutes, allCut+early.Minutes
			if p := paid[key{it.Row.Agreement, it.Row.Contract, it.Row.Month.First()}]; p != it.Row.Paid {
				rt.Fatalf("paid %s, not %s", it.Row.Paid, p)
			}
		}
		for k, n := range minutes {
			if want += n; k.day <= cut {
				wantCut += n
			}
		}
		if all != want || allCut != wantCut {
			rt.Fatalf("%s and %s minutes, not %s and %s", all, allCut, want, wantCut)
		}
	})
}

// TestVisitsAndOverlaps: months add up what stands, and the overlaps are just the pairs of
// what meets, with all that either happened by.
func TestVisitsAndOverlaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ctx, recorded := t.Context(), recordedOf(t, ledgerHistory(rt))
		m := folded(t, Assistance(), recorded)
		type identity struct {
			assistant, contract string
			day                 domain.Date
			from                domain.TimeOfDay
		}
		stands, proof, sessions := map[identity]domain.Minutes{}, map[identity][]journal.Position{}, map[string][]journal.Position{}
		for _, r := range recorded {
			if h, ok := heldIn(r.Event); ok && h.is == nil {
				delete(sessions, h.id())
			} else if ok {
				sessions[h.id()] = append(sessions[h.id()], r.Position)
			}
			v, ok := visited(r)
			id := identity{v.Assistant, v.Contract, v.Date, v.From}
			if ok && v.withdrawn {
				delete(stands, id)
				delete(proof, id)
			} else if ok {
				stands[id], proof[id] = v.Minutes, append(proof[id], r.Position)
			}
		}
		var want, got domain.Minutes
		for _, n := range stands {
			want += n
		}
		months, err := VisitMonths().Every(ctx, m)
		foldtest.Must(t, err)
		visits := 0
		for _, it := range months {
			got, visits = got+it.Row.Minutes, visits+it.Row.Visits
		}
		if got != want || visits != len(stands) {
			rt.Fatalf("%s in %d visits, not %s in %d", got, visits, want, len(stands))
		}
		meetings := func(months fold.Table[findings.PersonMonth], overlaps ...fold.Table[findings.Days]) {
			persons, err := months.Every(ctx, m)
			foldtest.Must(t, err)
			want, got := [][]journal.Position{}, [][]journal.Position{}
			for _, it := range persons {
				for i, a := range it.Row.Entries {
					for _, b := range it.Row.Entries[i+1:] {
						if a.Date == b.Date && a.From < b.To && b.From < a.To {
							events, themselves := []journal.Position{}, []journal.Position{}
							for _, e := range []findings.Entry{a, b} {
								if of := it.Row.Of(e); of.Noun == findings.NounSession { // held against the oracle in queries
									events, themselves = append(events, it.Row.Events(e)...), append(themselves, sessions[of.Of]...)
								} else {
									events = append(events, proof[identity{of.Assistant, of.Of, e.Date, e.From}]...)
								}
							}
							want = append(want, append(events, themselves...))
						}
					}
				}
			}
			for _, table := range overlaps {
				rows, err := table.Every(ctx, m)
				foldtest.Must(t, err)
				for _, it := range rows {
					for _, f := range it.Row.Found {
						got = append(got, f.Events)
					}
				}
			}
			for _, all := range [][][]journal.Position{want, got} {
				slices.SortFunc(all, func(a, b []journal.Position) int { return slices.CompareFunc(a, b, journal.Position.Compare) })
			}
			if !slices.EqualFunc(want, got, slices.Equal[[]journal.Position]) {
				rt.Fatalf("what meets happened by %v, not %v", got, want)
			}
		}
		meetings(Time(), ParticipantOverlaps(), DoublyFunded())
		meetings(AssistantMonths(), AssistantOverlaps())
	})
}

// TestPostings: every event of a thing is found, from any position to any
// other, also where the postings fill many blocks.
func TestPostings(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var events []domain.Event
	for i := range 3*blockPostings + 7 {
		events = append(events, intake.RequestTaken{Day: domain.NewDate(2018, 3, 5), Request: "r"}, finding.Resolved{Finding: fmt.Sprint("f", i%2), Reason: "x"})
	}
	recorded := recordedOf(t, events)
	m := folded(t, Audit(), recorded)
	for _, ref := range []domain.Ref{{Kind: domain.RefFinding, ID: "f0"}, {Kind: RefActor, ID: "actor1"}, {Kind: RefActor, ID: "nobody"}} {
		var want []journal.Position
		for _, r := range recorded {
			if slices.Contains(auditKeys(nil, r), AuditHeads().Key(string(ref.Kind), domain.Escape(ref.ID))) {
				want = append(want, r.Position)
			}
		}
		for _, c := range []struct {
			after, until uint64
			limit        int
		}{{0, 0, 1 << 20}, {0, 0, 3}, {2550, 0, 1 << 20}, {2560, 10250, 1 << 20}, {0, 25, 10}, {1 << 30, 0, 10}, {10240, 0, 300}} {
			expected := slices.DeleteFunc(slices.Clone(want), func(p journal.Position) bool { return p.Number() <= c.after || c.until != 0 && p.Number() > c.until })
			expected = expected[:min(len(expected), c.limit)]
			until := journal.Bound{}
			if c.until != 0 {
				until = position.Of(c.until).Bound()
			}
			got, err := Postings(ctx, m, ref, position.Of(c.after), until, c.limit)
			if err != nil || !slices.Equal(got, expected) {
				t.Errorf("%v %v: %d positions, not %d; %v", ref, c, len(got), len(expected), err)
			}
		}
	}
	for _, instant := range []time.Time{{}, recorded[0].Created, recorded[5].Created.Add(time.Minute), recorded[len(recorded)-1].Created.Add(time.Hour)} {
		before, err := HourBefore(ctx, m, instant)
		foldtest.Must(t, err)
		for _, r := range recorded {
			if !r.Position.After(before) && r.Created.After(instant) {
				t.Errorf("%s: %s does not lie after %s", instant, r.Position, before)
			}
		}
		if n := len(recorded); instant.After(recorded[n-1].Created) && recorded[n-4].Position.After(before) {
			t.Errorf("the search for the last instant begins at %d", before)
		}
	}
}

// TestClaimAsOf: with every fact taken, the dated facts give the ready totals.
func TestClaimAsOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		recorded := recordedOf(t, ledgerHistory(rt))
		items, err := RefundClaims().Every(t.Context(), folded(t, Refunds(), recorded))
		foldtest.Must(t, err)
		for _, it := range items {
			late, err := it.Row.AsOf(1 << 30)
			if now, _ := it.Row.AsOf(0); err != nil || late != it.Row.Totals || now != late {
				rt.Fatalf("%+v, not %+v, %v", late, it.Row.Totals, err)
			}
		}
	})
}
