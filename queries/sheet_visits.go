package queries

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/assistance"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/domain/programme"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// visits is the sheet of an assistant's month: the contracts that name the assistant and are in
// force in it, and those under which something was entered. One stream has them all, so that
// its revision is that of each row.
func (q sheetQuestion) visits(ctx context.Context) (*Sheet, error) {
	who, err := journal.Load(ctx, q.reader.opts.Journal, participant.AssistantStream(q.Assistant), participant.AssistantDecider())
	if err == nil && !who.State.Exists() {
		err = ErrUnknown.At("assistant").With("%s", "assistant")
	}
	if err != nil {
		return nil, err
	}
	all, by := some{}, map[string]bool{}
	at := map[assistance.Visit]lastEvent{}
	done, err := journal.LoadEach(ctx, q.reader.opts.Journal, assistance.Stream(q.Assistant, q.Month), assistance.Decider(), func(r *journal.Recorded) {
		v, entry := assistance.VisitOf(r.Event)
		if entry {
			at[v] = lastOf(r)
			all[v.Contract] = true
		}
		if _, to := assistance.MonthOf(r.Event); entry || to == sheet.HandedOver {
			by[r.Meta.Actor] = true
		}
	})
	if err != nil {
		return nil, err
	}
	contracts, err := q.contractsOf(ctx, all)
	if err != nil {
		return nil, err
	}
	month := done.State
	parts := make([]sheetPart, len(contracts))
	err = together(ctx, len(parts), func(ctx context.Context, i int) error {
		p, err := q.visited(ctx, contracts[i], month, at)
		if p != nil {
			p.revision, p.by = done.Revision, by
			parts[i] = *p
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(p sheetPart) bool { return p.Contract == "" })
	s, err := q.sheetOf(ctx, parts)
	if err == nil && len(s.Rows) == 0 && !q.reaches(domain.Ref{Kind: domain.RefAssistant, ID: q.Assistant}) {
		err = ErrUnknown.At("assistant").With("%s", "assistant")
	}
	if err != nil {
		return nil, err
	}
	if s.Whole { // else it would tell what others have of the month
		s.Total = q.ofAssistant(ctx, parts, month)
	}
	s.Name, err = q.assistantNamed(ctx, s, who.State)
	return s, err
}

// contractsOf are the contracts that the assistant is named in, and those of the visits.
func (q sheetQuestion) contractsOf(ctx context.Context, visited some) (all []string, err error) {
	view := q.view(projections.Contracts())
	programmes, err := projections.Caseloads().Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	for contract := range visited {
		all = append(all, contract)
	}
	for _, programme := range programmes {
		of, _, err := projections.Caseloads().Find(ctx, view, programme, domain.Escape(q.Assistant))
		if err != nil {
			return nil, err
		}
		all = append(all, of.Contracts...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// visited is what a contract has of the month; nil where that is nothing.
func (q sheetQuestion) visited(ctx context.Context, number string, month assistance.State, at map[assistance.Visit]lastEvent) (*sheetPart, error) {
	signed, err := journal.Load(ctx, q.reader.opts.Journal, domain.Stream("contract", number), contract.Decider())
	if err != nil {
		return nil, err
	}
	of, first := signed.State, q.Month.First()
	v := assistance.Visit{Assistant: q.Assistant, Contract: number, Participant: of.Terms.Participant, Programme: of.Terms.Programme}
	p := &sheetPart{refs: v.Refs(), SheetRow: SheetRow{Contract: number, Participant: v.Participant, Programme: v.Programme,
		Stream: assistance.Stream(q.Assistant, q.Month), Step: month.Sheet().Step}}
	in := false
	for day := first; day <= q.Month.Last(); day++ {
		open := of.Exists() && day.Within(of.Terms.From, of.Terms.To) && !of.Rests(day) && of.Assists(q.Assistant, day)
		in = in || open
		p.Cells = append(p.Cells, SheetCell{Date: day, Open: open})
	}
	for _, visit := range month.Visits {
		if visit.Contract != number {
			continue
		}
		c := &p.Cells[visit.Date-first]
		if c.since(at[visit.Visit], q.who.May(access.Replay)); visit.Withdrawn {
			c.gone(visit.From, at[visit.Visit].at)
			continue
		}
		e := SheetEntry{Minutes: visit.Minutes, From: visit.From, To: visit.To, At: at[visit.Visit].at}
		if e.Activity, err = q.opens(ctx, p, access.Visit, visit.Seal("activity"), visit.Activity); err == nil {
			e.Place, err = q.opens(ctx, p, access.Visit, visit.Seal("place"), visit.Place)
		}
		if err != nil {
			return nil, err
		}
		c.Entries = append(c.Entries, e)
	}
	for i := range p.Cells {
		slices.SortFunc(p.Cells[i].Entries, func(a, b SheetEntry) int { return int(a.From - b.From) })
	}
	if !in && !slices.ContainsFunc(p.Cells, func(c SheetCell) bool { return len(c.Entries) > 0 }) {
		return nil, nil
	}
	if p.Name, err = q.named(ctx, p, v.Participant); err != nil {
		return nil, err
	}
	if p.Reason, err = q.opens(ctx, p, access.Remark, assistance.ReasonSeal(q.Assistant, q.Month, "reason"), month.Sheet().Reason); err != nil {
		return nil, err
	}
	editions, err := q.programme(ctx, v.Programme)
	if err == nil {
		p.used(of, editions, q.Month)
	}
	return p, err
}

// gone notes where a visit was taken back.
func (c *SheetCell) gone(from domain.TimeOfDay, at journal.Position) {
	if c.Gone == nil {
		c.Gone = map[domain.TimeOfDay]journal.Position{}
	}
	c.Gone[from] = at
}

// used are the hours of a contract's weeks, as far as they lie in the month, and of the month. A
// week is told beside what a cap of the programme allows of it, else what was agreed.
func (p *sheetPart) used(of contract.State, editions programme.Editions, month domain.Month) {
	sum := func(first, last domain.Date) (sum domain.Minutes) {
		for _, c := range p.Cells {
			for _, e := range c.Entries {
				if c.Date.Within(first, last) {
					sum += e.Minutes // of days of 24 hours at most
				}
			}
		}
		return sum
	}
	for monday := month.First().Monday(); monday <= month.Last(); monday = monday.Add(7) {
		day := max(monday, month.First())
		limit := of.On(day).Weekly
		current, _ := cap.Current(editions.Caps(), day)
		for _, t := range current.Caps {
			if (t.Is(cap.Participant, cap.Week, cap.Minutes) || t.Is(cap.Contract, cap.Week, cap.Minutes)) && len(t.When) == 0 {
				limit = domain.Minutes(t.Limit)
			}
		}
		p.Weeks = append(p.Weeks, SheetCap{monday, monday.Add(6), sum(monday, monday.Add(6)), limit})
	}
	p.Month = SheetCap{month.First(), month.Last(), sum(month.First(), month.Last()), 0}
}

// ofAssistant is what the month comes to, beside the least that a programme of its visits, or of
// its contracts, allows.
func (q sheetQuestion) ofAssistant(ctx context.Context, parts []sheetPart, month assistance.State) SheetCap {
	is := SheetCap{First: q.Month.First(), Last: q.Month.Last(), Used: month.Entered().Minutes}
	for i := range parts {
		editions, err := q.programme(ctx, parts[i].Programme)
		if err != nil {
			continue // it was read for each part
		}
		current, _ := cap.Current(editions.Caps(), is.First)
		for _, t := range current.Caps {
			if of := domain.Minutes(t.Limit); t.Is(cap.Assistant, cap.Month, cap.Minutes) && len(t.When) == 0 && (is.Limit == 0 || of < is.Limit) {
				is.Limit = of
			}
		}
	}
	return is
}

// assistantNamed tells who the assistant is to whoever may see it and reaches something of the
// sheet.
func (q sheetQuestion) assistantNamed(ctx context.Context, s *Sheet, who participant.AssistantState) (string, error) {
	if len(s.Rows) == 0 && q.who.Limited(q.op) {
		return "", nil
	}
	var p sheetPart
	of := who.Assistant
	first, err := q.opens(ctx, &p, access.Staff, of.Seal("firstName"), of.FirstName)
	if err != nil {
		return "", err
	}
	last, err := q.opens(ctx, &p, access.Staff, of.Seal("lastName"), of.LastName)
	for _, whose := range p.shown {
		q.shows(whose)
	}
	return joined(first, last), err
}
