package queries

import (
	"context"
	"slices"
	"sync"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/cap"
	"ksiega/domain/durability"
	"ksiega/domain/finding"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
	"ksiega/queries/saying"
)

// findingKinds are the kinds that a finding may be of.
func findingKinds() report.Words {
	return report.Words{
		{Code: string(finding.AssistantOverlap), Polish: "asystent w dwóch miejscach"},
		{Code: string(finding.ParticipantOverlap), Polish: "uczestnik w dwóch miejscach"},
		{Code: string(finding.OutsideContract), Polish: "poza umową"},
		{Code: string(finding.OverCap), Polish: "ponad limit"},
		{Code: string(finding.DoubleFunding), Polish: "podwójne finansowanie"},
		{Code: string(finding.Stay), Polish: "w czasie pobytu"},
		{Code: string(finding.PaidNotWorked), Polish: "wypłacono, nie przepracowano"},
		{Code: string(finding.WorkedNotPaid), Polish: "przepracowano, nie wypłacono"},
		{Code: string(finding.ClaimedNotPaid), Polish: "we wniosku, nie wypłacono"},
		{Code: string(finding.RefundDifference), Polish: "różnica w refundacji"},
		{Code: string(finding.OverBudget), Polish: "ponad budżet"},
		{Code: string(finding.DurabilityGap), Polish: "przerwa w trwałości"},
		{Code: string(finding.NotRegistered), Polish: "praca osoby, która nie jest bezrobotna"},
		{Code: string(finding.NotEnrolled), Polish: "poza udziałem w programie"},
		{Code: string(finding.Caseload), Polish: "za dużo uczestników asystenta"},
		{Code: string(finding.Pattern), Polish: "powtarzające się wizyty"},
		{Code: string(finding.ClaimedTwice), Polish: "we wnioskach więcej niż raz"},
		{Code: string(finding.NotClaimed), Polish: "wypłacono, nie ujęto we wniosku"},
		{Code: string(finding.ReceivedUnmatched), Polish: "wpłata bez przypisania"},
		{Code: string(finding.DoubledPESEL), Polish: "jeden PESEL u dwóch uczestników"},
	}
}

func findingStates() report.Words {
	return report.Words{{Code: stateOpen, Polish: "otwarte"}, {Code: stateResolved, Polish: "wyjaśnione"}}
}

// The states of findings.
const (
	stateOpen     = "open"
	stateResolved = "resolved"
)

func findingsReport() *Report {
	type row = findingRow
	kind := func(r row) string { return string(r.Kind) }
	return declared(Report{
		Name: "findings", Title: "Ustalenia do wyjaśnienia",
		Doc: "Rozbieżności, których nie widać w jednym dokumencie: podwójne wizyty, wizyty poza umową, wsparcie w czasie pobytu i poza udziałem w programie, praca osób, które nie są już bezrobotne, przekroczone limity, różnice wypłat i refundacji, wydatki ponad budżet i ponad sumę dokumentu, przerwy w trwałości.",
		Params: []report.Param{
			telling(askedOf("kind", "rodzaj ustalenia", findingKinds())),
			askedOf("state", "stan", findingStates()),
			askedDay("from", "od dnia; liczy się ustalenie, które ma z okresem wspólny dzień"),
			askedDay("to", "do dnia włącznie"),
		},
		needs: findingSources(),
	}, report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		named("finding", "Ustalenie", domain.RefFinding, func(r row) string { return r.ID }),
		report.Text("kind", "Rodzaj", kind).In(findingKinds()),
		report.Text("state", "Stan", func(r row) string { return r.state }).In(findingStates()),
		countPeople(report.Texts("subjects", "Kogo dotyczy", func(r row) []string { return unique(r.Subjects) }), func(r row) []string { return r.People }),
		report.Date("from", "Od", func(r row) domain.Date { return r.From }),
		report.Date("to", "Do", func(r row) domain.Date { return r.To }),
		// What is too much of one kind is too little of another, and several kinds may tell
		// of the same money or hours.
		report.Grosze("amountGrosze", "Kwota", func(r row) domain.Grosze { return r.Amount }).SumAlike(kind),
		report.Minutes("minutes", "Czas", func(r row) domain.Minutes { return r.Minutes }).SumAlike(kind),
		report.Texts("events", "Dowody", func(r row) []string { return positionsOf(r.Events) }).To(referEvent),
		report.Text("text", "Co się stało i co zrobić", func(r row) string { return r.said.Text }).Beneath(),
		report.Text("rule", "Zasada", func(r row) string { return r.said.Rule }).Beneath(),
		report.Texts("participants", "Uczestnicy", func(r row) []string { return unique(r.People) }).To(report.Reference(domain.RefParticipant)),
	}}, findingRows)
}

// telling is a parameter that tells by its value what is sealed of whomever it finds.
func telling(p report.Param) report.Param {
	p.Tells = true
	return p
}

// referEvent marks positions of events.
const referEvent report.Reference = "event"

// findingSources are the read models that findings are found by.
func findingSources() []projections.Projection {
	return []projections.Projection{projections.Assistance(), projections.Budget(), projections.Contracts(), projections.Durability(),
		projections.Findings(), projections.Participations(), projections.People(), projections.Refunds(), projections.Sessions(), projections.Settlement()}
}

// findingRow is a finding as somebody's word on it has left it.
type findingRow struct {
	findings.Found
	state string
	said  saying.Said
}

// cutByScopes: mayTell leaves out findings of others.
func (findingRow) cutByScopes() {}

// discrepancies are all findings of a kind, or of kinds that are found together with
// it; "" is every kind.
func discrepancies(ctx context.Context, q *question, kind finding.Kind) ([]findings.Found, error) {
	var all []findings.Found
	for _, search := range []struct {
		kinds []finding.Kind
		run   func(context.Context, *question) ([]findings.Found, error)
	}{
		{[]finding.Kind{finding.AssistantOverlap}, assistantOverlaps},
		{[]finding.Kind{finding.ParticipantOverlap}, participantOverlaps},
		{[]finding.Kind{finding.DoubleFunding}, doublyFunded},
		{[]finding.Kind{finding.OutsideContract}, outsideContracts},
		{[]finding.Kind{finding.PaidNotWorked, finding.WorkedNotPaid, finding.ClaimedNotPaid, finding.RefundDifference, finding.ClaimedTwice, finding.NotClaimed}, unsettled},
		{[]finding.Kind{finding.OverCap}, overCaps},
		{[]finding.Kind{finding.Caseload}, caseloads},
		{[]finding.Kind{finding.Pattern}, patterns},
		{[]finding.Kind{finding.RefundDifference}, refundDifferences},
		{[]finding.Kind{finding.OverBudget}, overBudgets},
		{[]finding.Kind{finding.DoubleFunding}, doubledDocuments},
		{[]finding.Kind{finding.Stay, finding.DoubleFunding}, inStays},
		{[]finding.Kind{finding.NotRegistered}, notRegistered},
		{[]finding.Kind{finding.NotEnrolled}, notEnrolled},
		{[]finding.Kind{finding.DurabilityGap}, durabilityGaps},
		{[]finding.Kind{finding.ReceivedUnmatched}, strayReceipts},
		{[]finding.Kind{finding.DoubledPESEL}, doubledPESELs},
	} {
		if kind != "" && !slices.Contains(search.kinds, kind) {
			continue
		}
		some, err := search.run(ctx, q)
		if err == nil {
			some, err = q.holding(ctx, some)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func findingRows(ctx context.Context, q *question) ([]findingRow, error) {
	all, err := discrepancies(ctx, q, finding.Kind(q.params["kind"]))
	if err != nil {
		return nil, err
	}
	said, err := q.saidOfFindings(ctx)
	if err != nil {
		return nil, err
	}
	var silent []resolution
	for _, f := range all {
		if last := wordOn(f.ID, said); last.Resolved && last.Figures.None() {
			silent = append(silent, resolution{f.ID, last.Event})
		}
	}
	if err := q.judge(ctx, silent); err != nil {
		return nil, err
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	rows, facts := make([]findingRow, 0, len(all)), q.facts(ctx)
	for _, f := range all {
		row := findingRow{Found: one.finding(f), state: stateOpen}
		if resolvedBy(f, wordOn(f.ID, said), &q.reader.judged) {
			row.state = stateResolved
		}
		if q.is("kind", string(f.Kind)) && q.is("state", row.state) && q.touches(f.From, f.To) && q.mayTell(f) {
			if row.said, err = saying.Of(row.Found, facts); err != nil {
				return nil, err
			}
			q.tells(f)
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// saidOfFindings are the last words on findings by their ids, opened where these tell what is
// sealed: nobody else is shown such a finding, and what does not open any more is of none.
func (q *question) saidOfFindings(ctx context.Context) (map[string]projections.FindingChange, error) {
	lives, err := projections.FindingLives().Every(ctx, q.view(projections.Findings()))
	if err != nil {
		return nil, err
	}
	said := map[string]projections.FindingChange{}
	for _, it := range lives {
		id, last := it.Row.Finding, it.Row.Last(q.asOf)
		if finding.Hides(id) {
			var known bool
			if id, last, known, err = q.unhidden(ctx, it.Row, last); err != nil {
				return nil, err
			}
			if !known {
				continue
			}
		}
		if before, twice := said[id]; !twice || last.Event.After(before.Event) {
			said[id] = last
		}
	}
	return said, nil
}

func (q *question) unhidden(ctx context.Context, life projections.FindingLife, last projections.FindingChange) (id string, _ projections.FindingChange, known bool, err error) {
	if !q.sees(access.Health) {
		return "", last, false, nil
	}
	id, known, err = q.reader.opened(ctx, life.Hidden.Seal, life.Hidden.Text)
	if err != nil || !known || last.Saw.Text == "" {
		return id, last, known, err
	}
	text, known, err := q.reader.opened(ctx, last.Saw.Seal, last.Saw.Text)
	if err != nil || !known {
		return id, last, known, err
	}
	last.Figures, err = finding.ReadFigures(text)
	return id, last, true, err
}

// facts are what findings are told by, read where one asks for them.
func (q *question) facts(ctx context.Context) saying.Facts {
	read := sync.OnceValues(func() (rules, error) { return q.rules(ctx) })
	return saying.Facts{Statute: func(period cap.Period, counts cap.Unit, day domain.Date) (string, error) {
		r, err := read()
		figures, _ := r.statutes.On(day)
		i := slices.IndexFunc(figures.Caps, func(t cap.Terms) bool { return t.Is(cap.Participant, period, counts) })
		if err != nil || i < 0 {
			return "", err
		}
		return figures.Caps[i].Source, nil
	}}
}

// wordOn is the last word on a finding; one on the id that it had before separators were
// escaped holds where it says which figures it saw, since another may have had that id.
func wordOn(id string, said map[string]projections.FindingChange) projections.FindingChange {
	word, any := said[id]
	if earlier := said[earlierID(id)]; !any && !earlier.Figures.None() {
		return earlier
	}
	return word
}

func unique(ids []string) []string {
	kept := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" && !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}

func positionsOf(events []journal.Position) []string {
	sorted := slices.Compact(slices.SortedFunc(slices.Values(events), journal.Position.Compare))
	texts := make([]string, len(sorted))
	for i, p := range sorted {
		texts[i] = p.String()
	}
	return texts
}

// outsideContracts are the visits, and the days of work, that read models found outside
// their contract.
func outsideContracts(ctx context.Context, q *question) ([]findings.Found, error) {
	visits, err := foundOf(ctx, q, projections.Assistance(), projections.OutsideVisits())
	if err != nil {
		return nil, err
	}
	days, err := foundOf(ctx, q, projections.Settlement(), projections.OutsideDays())
	return slices.Concat(visits, days), err
}

// foundOf is what a read model found of the days of months.
func foundOf[R interface {
	On(asOf, today domain.Date) findings.Step
}](ctx context.Context, q *question, of projections.Projection, table fold.Table[R]) (all []findings.Found, err error) {
	rows, err := ofMonths(ctx, q, q.view(of), table, q.asOf)
	all = make([]findings.Found, 0, len(rows))
	for _, row := range rows {
		all = append(all, row.On(q.asOf, q.today).Found...)
	}
	return all, err
}

// unsettled is what the read model found of each contract's month: benefit, payments
// and claims that differ; and what several claims for an agreement's month come to.
func unsettled(ctx context.Context, q *question) ([]findings.Found, error) {
	all, err := contested(ctx, q)
	if err != nil {
		return nil, err
	}
	tables := []fold.Table[projections.Unsettled]{projections.UnsettledMonths()}
	if q.asOf != 0 {
		tables = append(tables, projections.OnceUnsettled())
	}
	for _, table := range tables {
		rows, err := ofMonths(ctx, q, q.view(projections.Settlement()), table, 0)
		if err != nil {
			return nil, err
		}
		steps, keys := make([]findings.Step, 0, len(rows)), make([]rowKey, 0, len(rows))
		for _, u := range rows {
			step := u.On(q.asOf, q.today)
			if step.Uncountable && !q.single { // or else nobody is kept from the one that he asks for
				return nil, uncountable(ErrMonthSum.With("month %s of contract %s", u.Month, u.Contract), domain.ErrUncountable)
			}
			if step.Found = slices.DeleteFunc(step.Found, func(f findings.Found) bool { return !q.is("kind", string(f.Kind)) }); len(step.Found) > 0 {
				steps, keys = append(steps, step), append(keys, keyOf(u.Agreement, u.Month, u.Contract))
			}
		}
		details, err := rowsAt(ctx, q.view(projections.Settlement()), projections.SettlementDetails(), keys)
		if err != nil {
			return nil, err
		}
		for i, step := range steps {
			proof := monthEvents(q, details[keys[i]])
			for _, f := range step.Found {
				f.Events = slices.Concat(f.Events, proof)
				all = append(all, f)
			}
		}
	}
	return all, nil
}

// rowKey is where a row lies.
type rowKey struct{ part, field string }

// keyOf is that of a SettlementDetail.
func keyOf(agreement string, month domain.Month, contract string) rowKey {
	return rowKey{projections.SettlementDetailPart(agreement, month), domain.Escape(contract)}
}

// Few rows of each part are cheaper to ask for by themselves than with all of their parts.
const (
	fewOfPart = 8
	fewOfAll  = 512
)

// rowsAt reads rows, to look at: few of each part by themselves, many by parts; what is not
// there is not in the answer.
func rowsAt[R any](ctx context.Context, view projections.View, table fold.Table[R], keys []rowKey) (map[rowKey]R, error) {
	all, parts := make(map[rowKey]R, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k.part
	}
	slices.Sort(parts)
	parts = slices.Compact(parts)
	var items []fold.Item[R]
	var err error
	if len(keys) > min(fewOfPart*len(parts), fewOfAll) {
		items, err = table.Look(ctx, view, parts...)
	} else {
		few := make([]fold.Key, len(keys))
		for i, k := range keys {
			few[i] = table.Key(k.part, k.field)
		}
		items, err = table.Some(ctx, view, few)
	}
	for _, it := range items {
		all[rowKey{it.Part, it.Field}] = it.Row
	}
	return all, err
}

// ofMonths are the rows of a table, whose parts are months, that meet the parameters and
// begin by a day; 0 is any: to look at. A week may reach into the month after its own.
func ofMonths[R any](ctx context.Context, q *question, view projections.View, table fold.Table[R], until domain.Date) ([]R, error) {
	return ofParts(ctx, view, table, func(part string) bool {
		m, err := domain.ParseMonth(part)
		return err == nil && q.touches(m.First(), m.Last()+6) && (until == 0 || m.First() <= until)
	})
}

// ofParts are the rows of some parts of a table: to look at.
func ofParts[R any](ctx context.Context, view projections.View, table fold.Table[R], which func(part string) bool) ([]R, error) {
	parts, err := table.Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	if parts = slices.DeleteFunc(parts, func(part string) bool { return !which(part) }); len(parts) == 0 {
		return nil, nil
	}
	return rowsOf(table.Look(ctx, view, parts...))
}

// rowsOf are rows without their places.
func rowsOf[R any](items []fold.Item[R], err error) ([]R, error) {
	rows := make([]R, len(items))
	for i := range items {
		rows[i] = items[i].Row
	}
	return rows, err
}

// contested is what the read model found of the claims for an agreement's month together.
func contested(ctx context.Context, q *question) (all []findings.Found, err error) {
	rows, err := ofMonths(ctx, q, q.view(projections.Settlement()), projections.ClaimedBeyond(), 0)
	for _, u := range rows {
		step := u.On(q.asOf, q.today)
		if step.Uncountable && !q.single && q.is("kind", string(finding.ClaimedTwice)) {
			return nil, uncountable(ErrClaimsSum.With("claims of %s under agreement %s", u.Month, u.Agreement), domain.ErrUncountable)
		}
		all = append(all, step.Found...)
	}
	return all, err
}

// monthEvents are the positions of the days and payments of a month.
func monthEvents(q *question, d projections.SettlementDetail) []journal.Position {
	var events []journal.Position
	for _, day := range d.Days {
		if !q.cut(day.Date) {
			events = append(events, day.Event)
		}
	}
	for _, r := range d.Replaced {
		if !q.cut(r.Date) {
			events = append(events, r.Event)
		}
	}
	for _, p := range d.Payments {
		if !q.cut(p.Date) {
			events = append(events, p.Event)
		}
	}
	return events
}

// refundDifferences are what the read model found of claims.
func refundDifferences(ctx context.Context, q *question) ([]findings.Found, error) {
	view := q.view(projections.Refunds())
	items, err := projections.ClaimDifferences().Every(ctx, view)
	if err != nil {
		return nil, err
	}
	var all []findings.Found
	for _, it := range items {
		step := it.Row.On(q.asOf, q.today)
		if step.Uncountable && !q.single {
			c, _, err := projections.RefundClaims().Find(ctx, view, it.Part, it.Field)
			if err == nil && q.touches(c.Submitted, lastDay(c)) {
				err = uncountable(ErrClaimSum.With("claim %s", c.Claim), domain.ErrUncountable)
			}
			if err != nil {
				return nil, err
			}
		}
		all = append(all, step.Found...)
	}
	return all, nil
}

// strayReceipts are what the read model found of money that claims have.
func strayReceipts(ctx context.Context, q *question) ([]findings.Found, error) {
	items, err := projections.StrayReceipts().Every(ctx, q.view(projections.Refunds()))
	if err != nil {
		return nil, err
	}
	var all []findings.Found
	for _, it := range items {
		all = append(all, it.Row.On(q.asOf, q.today).Found...)
	}
	return all, nil
}

func magnitude(g domain.Grosze) domain.Grosze { return max(g, -g) }

func durabilityGaps(ctx context.Context, q *question) ([]findings.Found, error) {
	projects, err := obligations(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []findings.Found
	for _, p := range projects {
		_, _, gaps := durability.Gaps(p.Obligation, p.Levels(q.asOf), q.day())
		for _, g := range gaps {
			f := findings.Found{ID: finding.ID(finding.DurabilityGap, p.Obligation.Project, g.From.String()), Kind: finding.DurabilityGap,
				Subjects: []string{p.Obligation.Project}, From: g.From, To: g.To, Count: g.Promised - g.Ready,
				Running: g.To == q.day() && g.To < p.Obligation.To, Events: []journal.Position{p.Event}}
			for _, l := range p.Standing() {
				if l.From >= g.From && l.From <= g.To+1 && !q.cut(l.From) {
					f.Events = append(f.Events, l.Event)
				}
			}
			all = append(all, f)
		}
	}
	return all, nil
}
