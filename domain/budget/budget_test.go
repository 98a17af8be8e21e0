package budget

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/programme"
	"ksiega/internal/testkit/given"
)

var (
	april  = domain.NewDate(2009, time.April, 1)
	june   = domain.NewDate(2009, time.June, 1)
	today  = domain.NewDate(2009, time.September, 1)
	shared = programme.Shares{EU: 8500, State: 450, Own: 1050}
)

// editions are one from the beginning, all of it own, and one from june on by shares.
func editions() programme.Editions {
	d := programme.Decider()
	first := programme.EditionRecorded{Programme: programme.Programme{ID: "wr", From: domain.NewDate(1990, 1, 1)}, Hash: "a"}
	second := programme.EditionRecorded{Programme: programme.Programme{ID: "wr", From: june, Shares: shared}, Edition: 1, Hash: "b"}
	return d.Fold(first, second)
}

func grosze(g domain.Grosze) *domain.Grosze { return &g }

func planned(from domain.Date, amount, eu, state domain.Grosze, edition int) LinePlanned {
	return LinePlanned{Line{"wr", "kursy", from}, Split{amount, eu, state, amount - eu - state}, edition}
}

func plan(from domain.Date, amount domain.Grosze) Plan {
	return Plan{Line: Line{"wr", "kursy", from}, Amount: amount, Editions: editions(), Today: today}
}

func TestAPlanGoesByTheSharesOfItsDay(t *testing.T) {
	t.Parallel()
	d := PlanDecider()
	byShares := planned(june, 100_001, 85_001, 4_500, 1) // 85,000.85 and 4,500.045: half up; own 10,500
	given.Given(t, d).When(plan(june, 100_001)).Then(byShares)
	given.Given(t, d).When(plan(april, 100_001)).Then(planned(april, 100_001, 0, 0, 0))
	given.Given(t, d).When(plan(0, 100_001)).Then(planned(0, 100_001, 85_001, 4_500, 1))
	given.Given(t, d, byShares).When(plan(june, 100_001)).Then()
	said := plan(june, 100)
	said.Parts = Parts{EU: grosze(70), Own: grosze(30)}
	given.Given(t, d).When(said).Then(LinePlanned{Line{"wr", "kursy", june}, Split{Amount: 100, EU: 70, Own: 30}, 1})
	nothing := plan(june, 0)
	given.Given(t, d).When(nothing).Then(planned(june, 0, 0, 0, 1))
}

// A plan keeps the edition that it was planned under, also where it is told again or
// corrected after another edition came: only who withdraws it begins anew.
func TestAPlanKeepsItsEdition(t *testing.T) {
	t.Parallel()
	d := PlanDecider()
	earlier := planned(june, 1000, 0, 0, 0) // before the second edition was there
	given.Given(t, d, earlier).When(plan(june, 1000)).Then()
	more := plan(june, 2000)
	given.Given(t, d, earlier).When(more).Refuse(domain.ErrDiffers)
	more.Amend = domain.Amend{Correct: true, Reason: "r"}
	gone := PlanWithdrawn{Line{"wr", "kursy", june}, "r"}
	given.Given(t, d, earlier).When(more).Then(gone, planned(june, 2000, 0, 0, 0))
	back := Plan{Line: Line{"wr", "kursy", june}, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	given.Given(t, d, earlier).When(back).Then(gone)
	given.Given(t, d, earlier, gone).When(back).Then()
	given.Given(t, d, earlier, gone).When(plan(june, 1000)).Then(planned(june, 1000, 850, 45, 1))
	given.Given(t, d).When(back).Refuse(domain.ErrNothingToWithdraw)
}

func TestAPlanRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Plan)
		want   error
	}{
		"no programme":     {func(p *Plan) { p.Programme = "" }, domain.ErrNoID},
		"no line":          {func(p *Plan) { p.Line.Line = "" }, domain.ErrNoID},
		"another's":        {func(p *Plan) { p.Programme = "psu" }, ErrProgramme},
		"negative":         {func(p *Plan) { p.Amount = -1 }, ErrPlan},
		"a negative part":  {func(p *Plan) { p.Parts = Parts{EU: grosze(110), Own: grosze(-10)} }, ErrPart},
		"too little":       {func(p *Plan) { p.Parts.EU = grosze(99) }, ErrParts},
		"too much":         {func(p *Plan) { p.Parts = Parts{EU: grosze(100), State: grosze(1)} }, ErrParts},
		"nothing":          {func(p *Plan) { p.Parts.Own = grosze(0) }, ErrParts},
		"too large":        {func(p *Plan) { p.Amount = domain.MaxGrosze + 1 }, domain.ErrTooLarge},
		"a part too large": {func(p *Plan) { p.Parts = Parts{EU: grosze(domain.MaxGrosze + 1)} }, domain.ErrTooLarge},
		"why":              {func(p *Plan) { p.Amend.Withdraw, p.From = true, april }, domain.ErrNoReason},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(june, 100)
			c.change(&p)
			given.Given(t, PlanDecider(), planned(april, 50, 0, 0, 0)).When(p).Refuse(c.want)
		})
	}
}

var invoice = About{"wr", "FV/12/2009", "kursy"}

func spend(on domain.Date, amount domain.Grosze) Record {
	return Record{About: invoice, Date: on, NIP: "5260250274", Amount: amount, DocumentTotal: grosze(500), Editions: editions()}
}

func spent(on domain.Date, amount, eu, state domain.Grosze, edition int) Spent {
	return Spent{Date: on, NIP: "5260250274", Split: Split{amount, eu, state, amount - eu - state}, DocumentTotal: 500, Edition: edition}
}

func TestAnExpenseIsRecordedCorrectedAndWithdrawn(t *testing.T) {
	t.Parallel()
	d := ExpenseDecider()
	was := spent(june, 300, 255, 14, 1) // 13.50
	first := Recorded{invoice, was}
	given.Given(t, d).When(spend(june, 300)).Then(first)
	given.Given(t, d, first).When(spend(june, 300)).Then()
	given.Given(t, d, first).When(spend(june, 301)).Refuse(domain.ErrDiffers)
	moved := spend(april, 200) // before the edition, which it keeps all the same
	moved.Amend = domain.Amend{Correct: true, Reason: "r"}
	corrected := Corrected{About: invoice, Before: was, After: spent(april, 200, 170, 9, 1), Reason: "r"}
	given.Given(t, d, first).When(moved).Then(corrected)
	given.Given(t, d, first, corrected).When(moved).Then()
	back := Record{About: invoice, Amend: domain.Amend{Withdraw: true, Reason: "r"}}
	gone := Withdrawn{About: invoice, Was: corrected.After, Reason: "r"}
	given.Given(t, d, first, corrected).When(back).Then(gone)
	given.Given(t, d, first, corrected, gone).When(back).Then()
	given.Given(t, d, first, corrected, gone).When(spend(april, 200)).Then(Recorded{invoice, spent(april, 200, 0, 0, 0)})
	other := spend(june, 100)
	other.Line = "sala"
	given.Given(t, d, first).When(other).Then(Recorded{About{"wr", "FV/12/2009", "sala"}, spent(june, 100, 85, 5, 1)})
	if corrected.OccurredOn() != june || gone.OccurredOn() != april {
		t.Errorf("a correction is of %s, a withdrawal of %s", corrected.OccurredOn(), gone.OccurredOn())
	}
}

func TestAnExpenseRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Record)
		want   error
	}{
		"no programme":          {func(r *Record) { r.Programme = "" }, domain.ErrNoID},
		"no document":           {func(r *Record) { r.Document = "" }, domain.ErrNoID},
		"no line":               {func(r *Record) { r.Line = "" }, domain.ErrNoID},
		"another's":             {func(r *Record) { r.Programme = "psu" }, ErrProgramme},
		"another document's":    {func(r *Record) { r.Document = "FV/13/2009" }, ErrDocument},
		"no day":                {func(r *Record) { r.Date = 0 }, domain.ErrNoDay},
		"nothing":               {func(r *Record) { r.Amount = 0 }, ErrAmount},
		"parts":                 {func(r *Record) { r.Parts.EU, r.Line = grosze(299), "sala" }, ErrParts},
		"other parts":           {func(r *Record) { r.Parts.EU = grosze(299) }, domain.ErrDiffers},
		"parts of a correction": {func(r *Record) { r.Parts.EU, r.Amend = grosze(299), domain.Amend{Correct: true, Reason: "r"} }, ErrParts},
		"NIP":                   {func(r *Record) { r.NIP = "5260250275" }, ErrNIP},
		"nothing of a document": {func(r *Record) { r.DocumentTotal = grosze(0) }, ErrDocumentTotal},
		"too large a document":  {func(r *Record) { r.DocumentTotal = grosze(domain.MaxGrosze + 1) }, domain.ErrTooLarge},
		"why":                   {func(r *Record) { r.Amend.Correct, r.Amount = true, 1 }, domain.ErrNoReason},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := spend(june, 300)
			c.change(&r)
			given.Given(t, ExpenseDecider(), Recorded{invoice, spent(june, 200, 0, 0, 0)}).When(r).Refuse(c.want)
		})
	}
}

// TestPartsComeToTheAmount: by whatever shares or as somebody says them, the parts are the
// amount; a share is off by half a grosz at most.
func TestPartsComeToTheAmount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		eu := rapid.IntRange(0, whole).Draw(t, "eu")
		state := rapid.IntRange(0, whole-eu).Draw(t, "state")
		amount := domain.Grosze(rapid.Int64Range(0, int64(domain.MaxGrosze)).Draw(t, "amount"))
		s, err := Parts{}.of(amount, programme.Shares{EU: eu, State: state, Own: whole - eu - state})
		if err != nil || s.EU+s.State+s.Own != amount || s.Own < -1 {
			t.Fatalf("%+v, %v", s, err)
		}
		for part, of := range map[domain.Grosze]int{s.EU: eu, s.State: state} {
			if off := part*whole - amount*domain.Grosze(of); off > whole/2 || off <= -whole/2 {
				t.Fatalf("%s of %s at %d is off by %d", part, amount, of, off)
			}
		}
		again, err := Parts{&s.EU, &s.State, &s.Own}.of(amount, shared)
		if s.Own >= 0 && (err != nil || again != s) {
			t.Fatalf("said: %+v, %v", again, err)
		}
	})
}
