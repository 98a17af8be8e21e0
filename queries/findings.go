package queries

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"ksiega/domain"
	"ksiega/domain/durability"
	"ksiega/domain/refund"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
)

// FindingKind is a kind of finding.
type FindingKind string

// The kinds of findings. Nothing is found of DoubleFunding, Stay and OverBudget: no
// read model holds what they are found by.
const (
	AssistantOverlap   FindingKind = "assistant-overlap"
	ParticipantOverlap FindingKind = "participant-overlap"
	OutsideContract    FindingKind = "outside-contract"
	OverCap            FindingKind = "over-cap"
	DoubleFunding      FindingKind = "double-funding"
	Stay               FindingKind = "stay"
	PaidNotWorked      FindingKind = "paid-not-worked"
	WorkedNotPaid      FindingKind = "worked-not-paid"
	ClaimedNotPaid     FindingKind = "claimed-not-paid"
	RefundDifference   FindingKind = "refund-difference"
	OverBudget         FindingKind = "over-budget"
	DurabilityGap      FindingKind = "durability-gap"
	ClaimedTwice       FindingKind = "claimed-twice"
	ReceivedUnmatched  FindingKind = "received-unmatched"
	DoubledPESEL       FindingKind = "doubled-pesel"
)

// findingKinds are the kinds that a finding may be of.
func findingKinds() report.Words {
	return report.Words{
		{Code: string(AssistantOverlap), Polish: "asystent w dwóch miejscach"}, {Code: string(ParticipantOverlap), Polish: "uczestnik z dwoma asystentami"},
		{Code: string(OutsideContract), Polish: "poza umową"}, {Code: string(OverCap), Polish: "ponad limit"},
		{Code: string(DoubleFunding), Polish: "podwójne finansowanie"}, {Code: string(Stay), Polish: "w czasie pobytu"},
		{Code: string(PaidNotWorked), Polish: "wypłacono, nie przepracowano"}, {Code: string(WorkedNotPaid), Polish: "przepracowano, nie wypłacono"},
		{Code: string(ClaimedNotPaid), Polish: "we wniosku, nie wypłacono"}, {Code: string(RefundDifference), Polish: "różnica w refundacji"},
		{Code: string(OverBudget), Polish: "ponad budżet"}, {Code: string(DurabilityGap), Polish: "przerwa w trwałości"},
		{Code: string(ClaimedTwice), Polish: "we wnioskach więcej niż raz"}, {Code: string(ReceivedUnmatched), Polish: "wpłata bez przypisania"},
		{Code: string(DoubledPESEL), Polish: "jeden PESEL u dwóch uczestników"},
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
	kind := func(r row) string { return string(r.kind) }
	return declared(Report{
		Name: "findings", Title: "Ustalenia do wyjaśnienia",
		Doc: "Rozbieżności, których nie widać w jednym dokumencie: podwójne wizyty, wizyty poza umową, przekroczone limity, różnice wypłat i refundacji, przerwy w trwałości.",
		Params: []report.Param{
			askedOf("kind", "rodzaj ustalenia", findingKinds()),
			askedOf("state", "stan", findingStates()),
			askedDay("from", "od dnia; liczy się ustalenie, które ma z okresem wspólny dzień"),
			askedDay("to", "do dnia włącznie"),
		},
		needs: findingSources(),
	}, report.Shape[row]{Leading: 1, Columns: []report.Column[row]{
		named("finding", "Ustalenie", domain.RefFinding, func(r row) string { return r.id }),
		report.Text("kind", "Rodzaj", kind).In(findingKinds()),
		report.Text("state", "Stan", func(r row) string { return r.state }).In(findingStates()),
		countPeople(report.Texts("subjects", "Kogo dotyczy", func(r row) []string { return unique(r.subjects) }), func(r row) []string { return r.people }),
		report.Date("from", "Od", func(r row) domain.Date { return r.from }),
		report.Date("to", "Do", func(r row) domain.Date { return r.to }),
		// What is too much of one kind is too little of another, and several kinds may tell
		// of the same money or hours.
		report.Grosze("amountGrosze", "Kwota", func(r row) domain.Grosze { return r.amount }).SumAlike(kind),
		report.Minutes("minutes", "Czas", func(r row) domain.Minutes { return r.minutes }).SumAlike(kind),
		report.Texts("events", "Dowody", func(r row) []string { return positionsOf(r.events) }).To(referEvent),
	}}, findingRows)
}

// referEvent marks positions of events.
const referEvent report.Reference = "event"

// findingSources are the read models that findings are found by.
func findingSources() []projections.Projection {
	return []projections.Projection{projections.Assistance(), projections.Contracts(), projections.Durability(),
		projections.Findings(), projections.Refunds(), projections.Settlement()}
}

// findingRow is a finding as somebody's word on it has left it.
type findingRow struct {
	found
	state string
}

// found is one finding before anybody's word on it.
type found struct {
	id       string
	kind     FindingKind
	subjects []string // ids of people, contracts, claims and projects
	people   []string // those of them that are participants
	from, to domain.Date
	amount   domain.Grosze
	minutes  domain.Minutes
	count    int  // as finding.Figures has it
	running  bool // to is the day that the answer looks from, and no end
	events   []journal.Position
}

// discrepancies are all findings of a kind, or of kinds that are found together with
// it; "" is every kind.
func discrepancies(ctx context.Context, q *question, kind FindingKind) ([]found, error) {
	var all []found
	for _, search := range []struct {
		kinds []FindingKind
		run   func(context.Context, *question) ([]found, error)
	}{
		{[]FindingKind{AssistantOverlap, ParticipantOverlap}, overlaps},
		{[]FindingKind{OutsideContract}, outsideContracts},
		{[]FindingKind{PaidNotWorked, WorkedNotPaid, ClaimedNotPaid, RefundDifference, ClaimedTwice}, unsettled},
		{[]FindingKind{OverCap}, overCaps},
		{[]FindingKind{RefundDifference}, refundDifferences},
		{[]FindingKind{DurabilityGap}, durabilityGaps},
		{[]FindingKind{ReceivedUnmatched}, strayReceipts},
		{[]FindingKind{DoubledPESEL}, doubledPESELs},
	} {
		if kind != "" && !slices.Contains(search.kinds, kind) {
			continue
		}
		some, err := search.run(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func findingRows(ctx context.Context, q *question) ([]findingRow, error) {
	all, err := discrepancies(ctx, q, FindingKind(q.params["kind"]))
	if err != nil {
		return nil, err
	}
	lives, err := projections.FindingLives().Every(ctx, q.view(projections.Findings()))
	if err != nil {
		return nil, err
	}
	said := map[string]projections.FindingChange{}
	for _, it := range lives {
		said[it.Row.Finding] = it.Row.Last(q.asOf)
	}
	rows := make([]findingRow, 0, len(all))
	for _, f := range all {
		row := findingRow{f, stateOpen}
		if f.resolvedBy(wordOn(f.id, said)) {
			row.state = stateResolved
		}
		if q.is("kind", string(f.kind)) && q.is("state", row.state) && q.touches(f.from, f.to) {
			rows = append(rows, row)
		}
	}
	return rows, nil
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

// overlaps: two visits of one participant, or of one assistant, at one time.
func overlaps(ctx context.Context, q *question) ([]found, error) {
	view := q.view(projections.Assistance())
	var all []found
	for _, of := range []struct {
		kind   FindingKind
		table  fold.Table[projections.VisitDay]
		person func(projections.DayVisit) (who, with string)
	}{
		{AssistantOverlap, projections.AssistantOverlaps(), func(v projections.DayVisit) (string, string) { return v.Assistant, v.Contract }},
		{ParticipantOverlap, projections.ParticipantOverlaps(), func(v projections.DayVisit) (string, string) { return v.Participant, v.Assistant }},
	} {
		parts, err := monthParts(ctx, q, of.table, view)
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 {
			continue
		}
		items, err := of.table.Every(ctx, view, parts...)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if q.cut(it.Row.Date) {
				continue
			}
			for _, pair := range it.Row.Overlaps() {
				a, b := it.Row.Visits[pair[0]], it.Row.Visits[pair[1]]
				who, first := of.person(a)
				_, second := of.person(b)
				all = append(all, found{
					id: findingID(of.kind, who, it.Row.Date.String(), fmt.Sprintf("%s@%s", first, clock(a.From)),
						fmt.Sprintf("%s@%s", second, clock(b.From))),
					kind: of.kind, subjects: []string{a.Participant, b.Participant, a.Assistant, b.Assistant, a.Contract, b.Contract},
					people: []string{a.Participant, b.Participant},
					from:   it.Row.Date, to: it.Row.Date, minutes: domain.Minutes(min(a.To, b.To) - b.From),
					events: slices.Concat(a.Events, b.Events),
				})
			}
		}
	}
	return all, nil
}

// clock is a time of day in an id, without the colon that parts it.
func clock(t domain.TimeOfDay) string { return fmt.Sprintf("%02d.%02d", t/60, t%60) }

func outsideContracts(ctx context.Context, q *question) ([]found, error) {
	months, err := visitMonths(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, m := range months {
		for _, v := range m.outside {
			all = append(all, found{id: findingID(OutsideContract, m.Contract, v.Date.String(), fmt.Sprintf("%s@%s", m.Assistant, clock(v.From))),
				kind: OutsideContract, subjects: []string{m.Participant, m.Assistant, m.Contract}, people: []string{m.Participant},
				from: v.Date, to: v.Date, minutes: v.Minutes, events: v.Events})
		}
	}
	return all, nil
}

// unsettled compares, of each contract's month, benefit, payments and claims. Hours
// are compared once the month is over; where some were taken back after they were
// claimed, the claim asks more than they come to now.
func unsettled(ctx context.Context, q *question) ([]found, error) {
	months, standing, err := settledMonths(ctx, q)
	if err != nil {
		return nil, err
	}
	months, err = countable(q, months)
	if err != nil {
		return nil, err
	}
	all, err := claimedBeyond(months, standing)
	if err != nil && !q.single && q.is("kind", string(ClaimedTwice)) {
		return nil, err
	}
	for _, m := range months {
		benefit, refunded, _, err := m.settled()
		if err != nil {
			return nil, err
		}
		unpaid, err := domain.Less(benefit, m.Paid)
		if err != nil {
			return nil, err
		}
		f := found{subjects: []string{m.Participant, m.Contract, m.Agreement}, people: []string{m.Participant}, from: m.Month.First(), to: m.Month.Last(), minutes: m.Minutes}
		var kinds []found
		if q.over(m.Month) && benefit != m.Paid {
			f.kind, f.amount = WorkedNotPaid, unpaid
			if f.amount < 0 {
				f.kind, f.amount = PaidNotWorked, -f.amount
			}
			f.id = findingID(f.kind, m.Contract, m.Month.String())
			kinds = append(kinds, f)
		}
		for _, share := range m.Claims {
			if share.unpaid(m, benefit) {
				less := f
				less.kind, less.amount = ClaimedNotPaid, max(unpaid, share.Refund-m.Paid)
				less.id = findingID(ClaimedNotPaid, m.Contract, m.Month.String(), share.Claim)
				less.subjects, less.events = append(slices.Clone(f.subjects), share.Claim), []journal.Position{share.Event}
				kinds = append(kinds, less)
			}
			if q.over(m.Month) && share.Refund > refunded {
				over := f
				over.kind, over.amount, over.id = RefundDifference, share.Refund-refunded, findingID(RefundDifference, share.Claim, m.Contract)
				over.subjects, over.events = []string{share.Claim, m.Contract, m.Participant, m.Agreement}, []journal.Position{share.Event}
				kinds = append(kinds, over)
			}
		}
		if over := m.Claimed - refunded; len(m.Claims) > 1 && over > 0 {
			twice := f
			twice.kind, twice.amount, twice.id, twice.events = ClaimedTwice, over, findingID(ClaimedTwice, m.Contract, m.Month.String()), nil
			twice.subjects = []string{m.Participant, m.Contract, m.Agreement}
			for _, share := range m.Claims {
				twice.subjects, twice.events = append(twice.subjects, share.Claim), append(twice.events, share.Event)
			}
			kinds = append(kinds, twice)
		}
		if len(kinds) == 0 {
			continue
		}
		proof, err := monthEvents(ctx, q, m)
		if err != nil {
			return nil, err
		}
		for _, f := range kinds {
			f.events = slices.Concat(f.events, proof)
			all = append(all, f)
		}
	}
	return all, nil
}

// countable are the months whose figures can be told. Whoever asks for findings is told
// of one that is not; whoever asks for a single one is not kept from it.
func countable(q *question, months []*settledMonth) ([]*settledMonth, error) {
	var kept []*settledMonth
	for _, m := range months {
		_, _, _, err := m.settled()
		switch {
		case err == nil:
			kept = append(kept, m)
		case !q.single:
			return nil, err
		}
	}
	return kept, nil
}

// claimedBeyond compares what the claims for an agreement's month ask in all with its
// refund. What their shares ask of each contract is compared for itself: this is about
// amounts that were stated beside what other claims ask.
func claimedBeyond(months []*settledMonth, standing []projections.SettlementClaim) ([]found, error) {
	type under struct {
		agreement string
		month     domain.Month
	}
	left := map[under]domain.Grosze{} // of the refund, by shares
	for _, m := range months {
		_, refunded, _, err := m.settled()
		if err != nil {
			return nil, err
		}
		at := under{m.Agreement, m.Month}
		if left[at], err = domain.Plus(left[at], max(refunded-m.Claimed, 0)); err != nil {
			return nil, err
		}
	}
	claims := map[under][]projections.SettlementClaim{}
	for _, c := range standing {
		at := under{c.Agreement, c.Month}
		claims[at] = append(claims[at], c)
	}
	var all []found
	var uncounted error
	for at, several := range claims {
		if len(several) < 2 {
			continue
		}
		f := found{id: findingID(ClaimedTwice, at.agreement, at.month.String(), "sum"), kind: ClaimedTwice, subjects: []string{at.agreement},
			from: at.month.First(), to: at.month.Last(), amount: -left[at]}
		for _, c := range several {
			stated, err := domain.Less(c.Claimed, c.Computed)
			if err == nil {
				f.amount, err = domain.Plus(f.amount, stated)
			}
			if err != nil {
				uncounted, f.amount = fmt.Errorf("claims of %s under agreement %s: %w", at.month, at.agreement, err), 0
				break
			}
			f.subjects, f.events = append(f.subjects, c.Claim), append(f.events, c.Event)
		}
		if f.amount > 0 {
			all = append(all, f)
		}
	}
	return all, uncounted
}

// unpaid says whether less was paid than the hours that were claimed come to, or
// than is claimed of them. Hours added since the claim are left out in
// proportion; rounding may cost a grosz.
func (s countedShare) unpaid(m *settledMonth, benefit domain.Grosze) bool {
	if s.Refund <= 0 || m.Paid < s.Refund {
		return s.Refund > 0
	}
	claimed := min(s.Minutes, m.Minutes)
	if claimed == m.Minutes {
		return m.Paid < benefit
	}
	paidHigh, paidLow := bits.Mul64(uint64(m.Paid)+1, uint64(m.Minutes))
	high, low := bits.Mul64(uint64(benefit), uint64(claimed))
	return paidHigh < high || paidHigh == high && paidLow < low
}

// monthEvents are the positions of the days and payments of a month.
func monthEvents(ctx context.Context, q *question, m *settledMonth) ([]journal.Position, error) {
	d, _, err := projections.SettlementDetails().Find(ctx, q.view(projections.Settlement()),
		projections.SettlementDetailPart(m.Agreement, m.Month), domain.Escape(m.Contract))
	if err != nil {
		return nil, err
	}
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
	return events, nil
}

// refundDifferences: the amount given is not the one computed, or the amount
// accepted is not the one claimed, or a claim that was corrected is owed for as
// well as its correction. A returned claim was not accepted at all.
func refundDifferences(ctx context.Context, q *question) ([]found, error) {
	claims, err := standingClaims(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []found
	standing := refund.Stand(filedClaims(claims))
	for _, c := range claims {
		if err := c.totals.Err(); err != nil {
			if q.single || !q.touches(c.Submitted, c.lastDay()) {
				continue
			}
			return nil, fmt.Errorf("claim %s: %w", c.Claim, err)
		}
		f := found{kind: RefundDifference, subjects: []string{c.Claim, c.Agreement}}
		for _, fact := range c.Facts {
			if q.cut(fact.On) {
				continue
			}
			switch fact.Kind {
			case projections.FactSubmitted:
				f.from, f.to, f.events = fact.On, fact.On, []journal.Position{fact.Event}
				if c.Given && c.Totals.Claimed != c.Computed {
					f.id, f.amount = findingID(RefundDifference, c.Claim, "given"), magnitude(c.Totals.Claimed-c.Computed)
					all = append(all, f)
				}
			case projections.FactAccepted:
				f.to, f.events = fact.On, append(slices.Clone(f.events), fact.Event)
			}
		}
		if by := standing.ReplacedBy(c.Claim); by != "" && c.totals.Open() {
			twice := f
			twice.id, twice.amount, twice.subjects = findingID(RefundDifference, c.Claim, "corrected"), c.totals.Outstanding(), append(slices.Clone(f.subjects), by)
			twice.events = slices.Concat(f.events, submissions(claims, by))
			all = append(all, twice)
		}
		if c.totals.Decided && !c.totals.IsReturned && c.totals.Accepted != c.totals.Claimed {
			f.id, f.amount = findingID(RefundDifference, c.Claim, "accepted"), magnitude(c.totals.Claimed-c.totals.Accepted)
			all = append(all, f)
		}
	}
	return all, nil
}

// submissions are the events that submitted a claim.
func submissions(claims []standingClaim, number string) (events []journal.Position) {
	for _, c := range claims {
		for _, fact := range c.Facts {
			if c.Claim == number && fact.Kind == projections.FactSubmitted {
				events = append(events, fact.Event)
			}
		}
	}
	return events
}

func magnitude(g domain.Grosze) domain.Grosze { return max(g, -g) }

func durabilityGaps(ctx context.Context, q *question) ([]found, error) {
	projects, err := obligations(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, p := range projects {
		_, _, gaps := durability.Gaps(p.Obligation, p.Levels(q.asOf), q.day())
		for _, g := range gaps {
			f := found{id: findingID(DurabilityGap, p.Obligation.Project, g.From.String()), kind: DurabilityGap,
				subjects: []string{p.Obligation.Project}, from: g.From, to: g.To, count: g.Promised - g.Ready,
				running: g.To == q.day() && g.To < p.Obligation.To, events: []journal.Position{p.Event}}
			for _, l := range p.Standing() {
				if l.From >= g.From && l.From <= g.To+1 && !q.cut(l.From) {
					f.events = append(f.events, l.Event)
				}
			}
			all = append(all, f)
		}
	}
	return all, nil
}
