package projections

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// rowStore is rows as a store keeps them.
type rowStore map[fold.Key]string

func (s rowStore) fetch(_ context.Context, keys []fold.Key, found func(fold.Key, string)) error {
	for _, k := range keys {
		if k.Field != fold.Whole {
			if row, ok := s[k]; ok {
				found(k, row)
			}
			continue
		}
		for at, row := range s {
			if at.Place() == k.Place() {
				found(at, row)
			}
		}
	}
	return nil
}

func (s rowStore) take(changes []fold.Change) {
	for _, c := range changes {
		if s[c.Key] = c.After; c.After == "" {
			delete(s, c.Key)
		}
	}
}

// keptRows are rows as a Keeper keeps them.
type keptRows struct {
	View
	m    *fold.Memory[*journal.Recorded]
	rows rowStore
}

func (k *keptRows) Last() fold.Last            { return k.m.Last() }
func (k *keptRows) Took() journal.Position     { return k.m.Took() }
func (k *keptRows) Events() uint64             { return k.m.Events() }
func (k *keptRows) Size() int64                { return 1 }
func (k *keptRows) Position() journal.Position { return k.m.Position() }
func (k *keptRows) Tables(context.Context) ([]string, error) {
	tables := map[string]bool{}
	for at := range k.rows {
		tables[at.Table] = true
	}
	return slices.Sorted(maps.Keys(tables)), nil
}

func (k *keptRows) Parts(_ context.Context, table string) ([]string, error) {
	parts := map[string]bool{}
	for at := range k.rows {
		if at.Table == table {
			parts[at.Part] = true
		}
	}
	return slices.Sorted(maps.Keys(parts)), nil
}

func (k *keptRows) Rows(ctx context.Context, table string, parts []string, each func(fold.Key, string) error) error {
	for _, part := range parts {
		for at, row := range k.rows {
			if at.Table == table && at.Part == part {
				if err := each(at, row); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (k *keptRows) Row(_ context.Context, at fold.Key) (string, error) { return k.rows[at], nil }

// peopleOfSeveral has the work of a history be that of few people, of whom some have
// several referrals, and whose referrals change hands.
func peopleOfSeveral(t *rapid.T, history []domain.Event) []domain.Event {
	who := func(a *attendance.About) { a.Participant = "U" + fmt.Sprint(rapid.IntRange(1, 2).Draw(t, "who")) }
	for i, e := range history {
		switch e := e.(type) {
		case attendance.HoursRecorded:
			who(&e.About)
			e.Edition = rapid.SampledFrom([]string{"", "godzinowa-2026"}).Draw(t, "edition")
			history[i] = e
		case attendance.DayCorrected:
			who(&e.About)
			history[i] = e
		case attendance.DayWithdrawn:
			who(&e.About)
			history[i] = e
		case payment.Made:
			e.Participant = "U2"
			history[i] = e
		}
	}
	return history
}

// A day that is corrected without there being more or fewer of them changes the week that
// it shares with another referral.
func TestSharedWeekFollowsItsDays(t *testing.T) {
	t.Parallel()
	day := domain.NewDate(2018, 6, 12)
	about := func(number string) attendance.About {
		return attendance.About{Contract: number, Agreement: "a", Participant: "U1", Programme: "psu"}
	}
	history := []domain.Event{attendance.HoursRecorded{About: about("S/1"), Date: day, Minutes: 60}, attendance.HoursRecorded{About: about("S/2"), Date: day.Add(1), Minutes: 120},
		attendance.DayCorrected{About: about("S/1"), Date: day, After: attendance.Value{Minutes: 600}, Reason: "x"}}
	p, store, m := Settlement(), rowStore{}, fold.NewMemory(Settlement())
	for _, r := range recordedOf(t, history) {
		changes, err := p.Apply(t.Context(), []*journal.Recorded{r}, store.fetch)
		foldtest.Must(t, err)
		store.take(changes)
		foldtest.Must(t, m.Fold(Batch{Events: []*journal.Recorded{r}, Through: r.Position}))
		_, err = fold.Dump(t.Context(), m) // works out what follows
		foldtest.Must(t, err)
	}
	weeks, found, err := SharedYears().Find(t.Context(), m, WorkedYearPart(2018), "U1")
	foldtest.Must(t, err)
	live := store[SharedYears().Key(WorkedYearPart(2018), "U1")]
	if !found || len(weeks.Weeks) != 1 || weeks.Weeks[0].Days[0].Minutes != 600 || !strings.Contains(live, `"minutes":600`) {
		t.Errorf("the week is %+v, live %s", weeks, live)
	}
}

// A person's year of which a month goes, while another comes beside one that stays, reads
// the days of what is there now: live too.
func TestMonthsOfAYearComeAndGoAtOnce(t *testing.T) {
	t.Parallel()
	about := func(number string) attendance.About {
		return attendance.About{Contract: number, Agreement: "a", Participant: "U1", Programme: "psu"}
	}
	may, june, december := domain.NewDate(2018, 5, 31), domain.NewDate(2018, 6, 1), domain.NewDate(2018, 12, 3)
	recorded := recordedOf(t, []domain.Event{attendance.HoursRecorded{About: about("S/1"), Date: may, Minutes: 60}, attendance.HoursRecorded{About: about("S/1"), Date: december, Minutes: 60},
		attendance.DayWithdrawn{About: about("S/1"), Date: december}, attendance.HoursRecorded{About: about("S/2"), Date: june, Minutes: 60}})
	p, store := Settlement(), rowStore{}
	for _, events := range [][]*journal.Recorded{recorded[:2], recorded[2:]} {
		changes, err := p.Apply(t.Context(), events, store.fetch)
		foldtest.Must(t, err)
		store.take(changes)
	}
	if store[SharedYears().Key(WorkedYearPart(2018), "U1")] == "" {
		t.Error("a week under two referrals is none")
	}
}

// termsEvent draws what changes the terms that days stand under.
func termsEvent(t *rapid.T) domain.Event {
	num := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(t, name) }
	word := func(name string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(t, name) }
	day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
	life := contract.Life{Contract: word("contract"), Participant: "U1", Programme: "psu", On: day}
	terms := contract.Terms{Contract: life.Contract, Kind: contract.Referral, Agreement: word("agreement"), Programme: "psu", Participant: "U" + fmt.Sprint(num("who", 2)+1),
		From: day.Add(-num("before", 9)), To: day.Add(num("after", 60)), Weekly: domain.Minutes(60 * num("weekly", 9))}
	under := agreement.Terms{Agreement: word("agreement"), Concluded: day, From: day.Add(-num("before", 9)), To: day.Add(num("after", 60)),
		MonthlyCap: domain.Minutes(100 * num("monthly", 5)), TotalCap: domain.Minutes(100 * num("total", 9))}
	rated := attendance.Rerated{About: attendance.About{Contract: life.Contract, Participant: "U1", Agreement: terms.Agreement, Programme: "psu"}}
	for range num("rated", 4) {
		rated.Days = append(rated.Days, attendance.RatedDay{Date: domain.NewDate(2018, 12, 27).Add(num("day", 9)),
			Rates: attendance.Rates{Paid: domain.Grosze(900 + num("paid", 3)), Refund: 810, Percent: 60, Edition: rapid.SampledFrom([]string{"", "godzinowa-2026"}).Draw(t, "edition")}})
	}
	slices.SortFunc(rated.Days, func(a, b attendance.RatedDay) int { return int(a.Date - b.Date) })
	rated.Days = slices.CompactFunc(rated.Days, func(a, b attendance.RatedDay) bool { return a.Date == b.Date })
	return rapid.SampledFrom([]domain.Event{contract.Signed{Terms: terms}, contract.TermsCorrected{Before: terms, After: terms}, contract.Withdrawn{Terms: terms},
		contract.Amended{Life: life, Weekly: terms.Weekly, To: terms.To}, contract.Suspended{Life: life, Until: day.Add(2)}, contract.Terminated{Life: life},
		agreement.Concluded{Terms: under}, agreement.TermsCorrected{Terms: under}, agreement.Withdrawn{Agreement: under.Agreement}, rated}).Draw(t, "terms")
}

// Rows are the same however their events came: in batches over what a
// store keeps, in memory at once, or in memory of which rows were asked for in between.
func TestRowsHoweverTheirEventsCome(t *testing.T) {
	t.Parallel()
	for _, p := range All() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { howeverTheyCome(t, rt, p) })
		})
	}
}

func howeverTheyCome(t *testing.T, rt *rapid.T, p Projection) {
	var history []domain.Event
	for _, number := range []string{"a", "b/1 ł", "c-2"} {
		history = append(history, agreement.Concluded{Terms: agreement.Terms{Agreement: number,
			TotalCap:   domain.Minutes(rapid.IntRange(0, 900).Draw(rt, "cap")),
			MonthlyCap: domain.Minutes(rapid.IntRange(0, 900).Draw(rt, "monthly"))}})
	}
	history = append(history, ledgerHistory(rt)...)
	history = append(history, rapid.SliceOfN(rapid.Custom(withdrawal), 0, 40).Draw(rt, "withdrawn")...)
	history = append(history, rapid.SliceOfN(rapid.OneOf(rapid.Custom(termsEvent), rapid.Custom(ledgerEvent), rapid.Custom(withdrawal)), 0, 60).Draw(rt, "terms")...)
	recorded := recordedOf(t, peopleOfSeveral(rt, history))
	store := rowStore{}
	recorded = slices.DeleteFunc(recorded, func(r *journal.Recorded) bool { return !p.Wants(r.Type) })
	asked, once, resumed := fold.NewMemory(p), fold.NewMemory(p), fold.NewMemory(p)
	for rest := recorded; len(rest) > 0; {
		n := rapid.IntRange(1, len(rest)).Draw(rt, "batch")
		if rapid.Bool().Draw(rt, "few") {
			n = min(n, 3)
		}
		b := Batch{Events: rest[:n], Through: rest[n-1].Position}
		rest = rest[n:]
		changes, err := p.Apply(t.Context(), b.Events, store.fetch)
		if err != nil {
			rt.Fatal(err)
		}
		store.take(changes)
		foldtest.Must(t, asked.Fold(b))
		foldtest.Must(t, once.Fold(b))
		sameRows(rt, "asked in between", store, asked)
		foldtest.Must(t, resumed.Fold(b))
		if rapid.Bool().Draw(rt, "kept") {
			sameRows(rt, "resumed", store, resumed)
			resumed = fold.Resume(p, &keptRows{View: resumed, m: resumed, rows: maps.Clone(store)})
		}
	}
	sameRows(rt, "asked once", store, once)
	sameRows(rt, "resumed", store, resumed)
}

func sameRows(t *rapid.T, how string, store rowStore, m *fold.Memory[*journal.Recorded]) {
	rows, err := fold.Dump(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for k, row := range rows {
		if store[k] == "" {
			t.Errorf("%s: live has no %v: %s", how, k, row)
		}
	}
	for k := range store {
		got, err := m.Row(t.Context(), k)
		if err != nil || got != store[k] {
			t.Errorf("%s: live has %v\n%s\nnot\n%s %v", how, k, store[k], got, err)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}
