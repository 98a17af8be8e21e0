package queries

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/cap"
	"ksiega/domain/contract"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/report"
	"ksiega/projections"
	"ksiega/projections/findings"
)

func capsLeftReport() *Report {
	type row = capLeft
	return declared(Report{
		Name: "caps-left", Title: "Pozostałe limity",
		Doc: "Co na dzień (bez dnia: na dziś) zostało z każdego limitu godzin umów, które wtedy obowiązują: umowy, uczestnika, asystenta, programu i porozumienia. " +
			"Stan na dzień przycina tylko czas wykorzystany. Limit, o którym nie wiadomo, czy obejmuje uczestnika, nie ma godzin.",
		Params: []report.Param{
			asked("programme", "program", domain.RefProgramme),
			askedDay("date", "dzień; liczy się okres, w którym leży"),
			asked("participant", "uczestnik", domain.RefParticipant),
			asked("assistant", "asystent", domain.RefAssistant),
		},
		needs: []projections.Projection{projections.Assistance(), projections.Contracts(), projections.Settlement()},
	}, report.Shape[row]{Leading: 3, Columns: []report.Column[row]{
		named("contract", "Umowa", domain.RefContract, func(r row) string { return r.contract }),
		participants(func(r row) string { return r.participant }),
		report.Text("capKind", "Limit", func(r row) string { return r.kind }).In(capKinds()),
		report.Minutes("capMinutes", "Wolno", func(r row) domain.Minutes { return r.allowed }).Optional(func(r row) bool { return r.binds }),
		report.Minutes("usedMinutes", "Wykorzystano", func(r row) domain.Minutes { return r.used }),
		report.Minutes("leftMinutes", "Zostało", func(r row) domain.Minutes { return r.allowed - r.used }).Optional(func(r row) bool { return r.binds }),
		named("assistant", "Asystent", domain.RefAssistant, func(r row) string { return r.assistant }),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.programme }),
	}}, capsLeft)
}

// capKinds are whose caps there are, and of which periods.
func capKinds() (all report.Words) {
	for _, per := range []struct {
		per    cap.Per
		polish string
	}{{cap.Contract, "umowa"}, {cap.Participant, "uczestnik"}, {cap.Assistant, "asystent"}, {cap.Programme, "program"}, {cap.Agreement, "porozumienie"}} {
		for i, period := range periods() {
			if per.per != cap.Agreement || period == cap.Total {
				all = append(all, report.Word{Code: capKind(per.per, period), Polish: per.polish + ", " + []string{"dzień", "tydzień", "miesiąc", "rok", "razem"}[i]})
			}
		}
	}
	return all
}

func capKind(per cap.Per, period cap.Period) string { return string(per) + "-" + string(period) }

// capLeft is a cap of hours and what is left of it.
type capLeft struct {
	contract, participant, assistant, programme string
	kind                                        string
	allowed, used                               domain.Minutes
	binds                                       bool // it is known that it binds
}

// capsAsked is a question about caps of a day, and what was read for it.
type capsAsked struct {
	*question
	date     domain.Date
	contract contract.State // in force on the day, of a programme
	editions map[string]findings.Editions
	visits   map[capLeft][]findings.CappedVisit // by whose they are, of which period
	statutes *programme.Statutes
	same     sameness
	people   map[string][][]domain.Event
}

// capsLeft are the caps of the contracts in force on the day: of each, its participant, its
// assistant and its programme, each once.
func capsLeft(ctx context.Context, q *question) (rows []capLeft, err error) {
	c := capsAsked{question: q, date: q.today, editions: map[string]findings.Editions{}, visits: map[capLeft][]findings.CappedVisit{}, people: map[string][][]domain.Event{}}
	if day, err := domain.ParseDate(q.params["date"]); err == nil {
		c.date = day
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	c.same = one
	lives, err := c.lives(ctx)
	if err != nil {
		return nil, err
	}
	for _, it := range lives {
		c.contract = it.Row.AsOf(0)
		c.contract.Terms.Participant = one.kept(c.contract.Terms.Participant)
		if c.contract.Terms.Assistant = c.contract.On(c.date).Assistant; !c.inForce() {
			continue
		}
		some, err := c.ofProgramme(ctx)
		if err == nil && c.contract.Terms.Kind == contract.Referral {
			var psu []capLeft
			psu, err = c.ofReferral(ctx)
			some = append(some, psu...)
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	rows = slices.DeleteFunc(rows, func(r capLeft) bool { return !c.of(r.participant) || !q.is("assistant", r.assistant) })
	slices.SortFunc(rows, func(a, b capLeft) int {
		return cmp.Or(cmp.Compare(a.contract, b.contract), cmp.Compare(a.participant, b.participant), cmp.Compare(a.kind, b.kind), cmp.Compare(a.assistant, b.assistant),
			cmp.Compare(a.programme, b.programme), cmp.Compare(a.allowed, b.allowed), cmp.Compare(a.used, b.used))
	})
	return slices.Compact(rows), nil
}

// lives are contracts, to look at: those of the participant who is asked for, else of the
// programme.
func (c *capsAsked) lives(ctx context.Context) ([]fold.Item[projections.ContractLife], error) {
	view := c.view(projections.Contracts())
	asked := c.params["participant"]
	if asked == "" {
		return projections.ContractLives().Look(ctx, view, c.part("programme")...)
	}
	var keys []fold.Key
	for _, id := range c.same.ids(asked) {
		listed, err := projections.ParticipantContracts().Look(ctx, view, domain.Escape(id))
		if err != nil {
			return nil, err
		}
		for _, at := range listed {
			if c.is("programme", at.Row.Programme) {
				keys = append(keys, projections.ContractLives().Key(domain.Escape(at.Row.Programme), domain.Escape(at.Row.Contract)))
			}
		}
	}
	return projections.ContractLives().Some(ctx, view, keys)
}

// of says whether somebody, by the id that they go on under, is who is asked for.
func (c *capsAsked) of(who string) bool {
	asked := c.params["participant"]
	return asked == "" || who == c.same.kept(asked)
}

// inForce says whether the contract is one of those that are asked for.
func (c *capsAsked) inForce() bool {
	s, t := c.contract, c.contract.Terms
	return s.Exists() && c.date.Within(t.From, t.To) && !s.Rests(c.date) && c.of(t.Participant) && c.is("assistant", t.Assistant)
}

// ofProgramme are the caps of the contract's programme that count visits.
func (c *capsAsked) ofProgramme(ctx context.Context) (rows []capLeft, err error) {
	t := c.contract.Terms
	editions, err := c.editionsOf(ctx, t.Programme)
	if err != nil {
		return nil, err
	}
	for _, per := range []cap.Per{cap.Contract, cap.Participant, cap.Assistant, cap.Programme} {
		row := capLeft{programme: t.Programme}
		switch per {
		case cap.Contract:
			row.contract, row.participant, row.assistant = t.Contract, t.Participant, t.Assistant
		case cap.Participant:
			row.participant = t.Participant
		case cap.Assistant:
			if row.assistant = t.Assistant; row.assistant == "" {
				continue
			}
		}
		for _, period := range periods() {
			some, err := c.ofPeriod(ctx, row, editions.CapsOf(per, period), per, period)
			if err != nil {
				return nil, err
			}
			rows = append(rows, some...)
		}
	}
	return rows, nil
}

// ofPeriod are the caps of the period that the day lies in.
func (c *capsAsked) ofPeriod(ctx context.Context, row capLeft, editions []cap.Edition, per cap.Per, period cap.Period) (rows []capLeft, err error) {
	if !slices.ContainsFunc(editions, func(e cap.Edition) bool { return len(e.Caps) > 0 }) {
		return nil, nil
	}
	visits, err := c.visitsOf(ctx, row, per, period)
	if err != nil {
		return nil, err
	}
	entries := func(asOf domain.Date) func(func(cap.Entry) bool) {
		return func(yield func(cap.Entry) bool) {
			for _, v := range visits {
				if (asOf == 0 || v.On <= asOf) && !yield(v.Entry) {
					return
				}
			}
		}
	}
	for _, r := range cap.Bind(editions, period, c.date, entries(0)) {
		left, err := r.Left(c.date, entries(c.asOf))
		if err != nil {
			return nil, uncountable(ErrHoursSum.With("hours of programme %s", row.programme), err)
		}
		is := row
		is.kind, is.used = capKind(per, period), domain.Minutes(r.Limit-left)
		binds, known := true, true
		if len(r.When) > 0 {
			if binds, known, err = c.fulfils(ctx, c.contract.Terms.Participant, r); err != nil {
				return nil, err
			}
			if known { // whether a row is there or not tells of their codes
				c.looked(c.contract.Terms)
			}
		}
		if is.binds = known; known {
			is.allowed = domain.Minutes(r.Limit)
		}
		if binds || !known {
			rows = append(rows, is)
		}
	}
	return rows, nil
}

// looked notes a look at the participant of a contract that lies within the scopes of whoever
// asks.
func (c *capsAsked) looked(t contract.Terms) {
	if c.reaches(domain.Ref{Kind: domain.RefParticipant, ID: t.Participant}, domain.Ref{Kind: domain.RefProgramme, ID: t.Programme}, domain.Ref{Kind: domain.RefAssistant, ID: t.Assistant}) {
		c.shows(domain.Ref{Kind: domain.RefParticipant, ID: t.Participant})
	}
}

// fulfils says whether a person's facts are those of a rule, and whether that is known to
// whoever asks: whoever may not see people knows of nobody.
func (c *capsAsked) fulfils(ctx context.Context, who string, r cap.Rule) (is, known bool, err error) {
	if !c.seesPerson(access.Health, who) {
		return false, false, nil
	}
	recorded, read := c.people[who]
	if !read {
		if recorded, err = c.recordedOf(ctx, who, 0); err != nil {
			return false, false, err
		}
		c.people[who] = recorded
	}
	first, last := r.Of(c.date)
	codes, is := conditions(recorded, r.When, first, last)
	known = is
	for _, code := range codes {
		text, opens, err := c.reader.opened(ctx, code.Seal, code.Text)
		if err != nil {
			return false, false, err
		}
		is, known = is && code.Holds(text), known && opens
	}
	return is, known, nil
}

// editionsOf are the editions of a programme as far as the answer goes, or what was first
// recorded of it.
func (c *capsAsked) editionsOf(ctx context.Context, id string) (findings.Editions, error) {
	if known, ok := c.editions[id]; ok {
		return known, nil
	}
	row, ok, err := projections.Editions().Find(ctx, c.view(projections.Assistance()), domain.Escape(id), projections.EditionsField)
	if err == nil && !ok {
		var first programme.Editions
		first, err = c.programme(ctx, id)
		for _, e := range first.Caps() {
			row.All = append(row.All, findings.Edition{Edition: e})
		}
	}
	c.editions[id] = row
	return row, err
}

// visitsOf are what a cap of some period counts, and more that it does not.
func (c *capsAsked) visitsOf(ctx context.Context, row capLeft, per cap.Per, period cap.Period) ([]findings.CappedVisit, error) {
	first, last := period.Of(c.date)
	if t := c.contract.Terms; per == cap.Contract {
		row.participant = t.Participant
		visits, err := c.visitsOf(ctx, capLeft{participant: t.Participant, programme: t.Programme}, cap.Participant, period)
		return slices.DeleteFunc(slices.Clone(visits), func(v findings.CappedVisit) bool { return v.Contract != t.Contract }), err
	}
	row.kind = capKind(per, period)
	visits, read := c.visits[row]
	if read {
		return visits, nil
	}
	of := map[string]findings.Editions{row.programme: c.editions[row.programme]}
	var months []findings.PersonMonth
	var err error
	switch view := c.view(projections.Assistance()); per {
	case cap.Programme:
		visits, err = visitsOf(ctx, c.question, of, first, last)
		c.visits[row] = visits
		return visits, err
	case cap.Assistant:
		months, err = assistantTime(ctx, view, domain.Escape(row.assistant), first, last)
	default:
		months, err = c.timeOf(ctx, c.same.ids(row.participant), first, last)
	}
	c.visits[row] = findings.CappedVisits(of, months...)
	return c.visits[row], err
}

// participantTime is a participant's time in the months of some days; 0 is all.
func participantTime(ctx context.Context, view projections.View, who string, first, last domain.Date) (all []findings.PersonMonth, err error) {
	if first == 0 {
		return rowsOf(projections.Time().Look(ctx, view, who))
	}
	var keys []fold.Key
	for m := first.Month(); m <= last.Month(); m++ {
		keys = append(keys, projections.Time().Key(who, m.String()))
	}
	return rowsOf(projections.Time().Some(ctx, view, keys))
}

// assistantTime is an assistant's.
func assistantTime(ctx context.Context, view projections.View, who string, first, last domain.Date) (all []findings.PersonMonth, err error) {
	parts, err := projections.AssistantMonths().Parts(ctx, view)
	if err != nil {
		return nil, err
	}
	var keys []fold.Key
	for _, part := range parts {
		if m, err := domain.ParseMonth(part); err == nil && (first == 0 || m >= first.Month() && m <= last.Month()) {
			keys = append(keys, projections.AssistantMonths().Key(part, who))
		}
	}
	return rowsOf(projections.AssistantMonths().Some(ctx, view, keys))
}

// ofReferral are the caps of a referral, of its participant by the statute, and of its
// agreement.
func (c *capsAsked) ofReferral(ctx context.Context) (rows []capLeft, err error) {
	t, view := c.contract.Terms, c.view(projections.Settlement())
	under, _, err := projections.SettlementAgreements().Find(ctx, view, domain.Escape(t.Agreement), projections.AgreementField)
	if err != nil {
		return nil, err
	}
	add := func(row capLeft, per cap.Per, period cap.Period, allowed domain.Minutes, used func(asOf domain.Date) (domain.Minutes, error)) {
		if allowed == 0 || err != nil {
			return
		}
		row.kind, row.programme, row.allowed, row.binds = capKind(per, period), t.Programme, allowed, true
		row.used, err = used(c.asOf)
		rows = append(rows, row)
	}
	own := capLeft{contract: t.Contract, participant: t.Participant}
	week, weekly, err := c.weekOf(ctx, under.New)
	if err != nil {
		return nil, err
	}
	limit := c.contract.On(c.date).Weekly
	if limit == 0 || weekly != 0 && weekly < limit {
		limit = weekly
	}
	add(own, cap.Contract, cap.Week, limit, func(asOf domain.Date) (domain.Minutes, error) {
		return sumOf(week, asOf, func(d referralDay) bool { return d.contract == t.Contract }), nil
	})
	add(capLeft{participant: t.Participant}, cap.Participant, cap.Week, weekly, func(asOf domain.Date) (domain.Minutes, error) {
		return sumOf(week, asOf, func(referralDay) bool { return true }), nil
	})
	add(own, cap.Contract, cap.Month, under.MonthlyCap, func(asOf domain.Date) (domain.Minutes, error) {
		days, err := c.daysOf(ctx, t.Agreement, t.Contract, c.date.Month())
		return sumOf(days, asOf, func(referralDay) bool { return true }), err
	})
	add(own, cap.Agreement, cap.Total, under.TotalCap, func(domain.Date) (used domain.Minutes, err error) {
		whole := *c.question
		whole.params, whole.from, whole.to, whole.month = map[string]string{"agreement": t.Agreement}, 0, 0, 0
		months, err := settledMonths(ctx, &whole)
		for _, m := range months {
			used, err = plus(used, m.Minutes, err)
		}
		return used, err
	})
	return rows, err
}

// plus adds minutes up, once nothing has failed.
func plus(a, b domain.Minutes, failed error) (domain.Minutes, error) {
	if failed != nil {
		return 0, failed
	}
	return domain.Plus(a, b)
}

// referralDay is a day of work under a referral.
type referralDay struct {
	contract string
	cap.Entry
}

func sumOf(days []referralDay, asOf domain.Date, which func(referralDay) bool) (sum domain.Minutes) {
	for _, d := range days {
		if (asOf == 0 || d.On <= asOf) && which(d) {
			sum += domain.Minutes(d.Amount) // of days of 24 hours at most
		}
	}
	return sum
}

// daysOf are the days of work under a referral in a month.
func (c *capsAsked) daysOf(ctx context.Context, agreement, contract string, month domain.Month) (days []referralDay, err error) {
	d, _, err := projections.SettlementDetails().Find(ctx, c.view(projections.Settlement()), projections.SettlementDetailPart(agreement, month), domain.Escape(contract))
	for _, day := range d.Days {
		if day.Minutes > 0 {
			days = append(days, referralDay{contract, cap.Entry{On: day.Date, Edition: d.Rates[day.Rates].Statute, Amount: int64(day.Minutes)}})
		}
	}
	return days, err
}

// weekOf are the days of work of the contract's participant in the week of the day, under
// whatever referral, and what the statute allows in it; 0 is all.
func (c *capsAsked) weekOf(ctx context.Context, new bool) (days []referralDay, weekly domain.Minutes, err error) {
	var referrals []projections.Referral
	for _, id := range c.same.ids(c.contract.Terms.Participant) {
		items, err := projections.ParticipantReferrals().All(ctx, c.view(projections.Contracts()), domain.Escape(id))
		if err != nil {
			return nil, 0, err
		}
		for _, it := range items {
			referrals = append(referrals, it.Row)
		}
	}
	first, last := cap.Week.Of(c.date)
	for _, of := range referrals {
		for m := first.Month(); m <= last.Month(); m++ {
			some, err := c.daysOf(ctx, of.Agreement, of.Contract, m)
			if err != nil {
				return nil, 0, err
			}
			days = append(days, slices.DeleteFunc(some, func(d referralDay) bool { return !d.On.Within(first, last) })...)
		}
	}
	if c.statutes == nil {
		r, err := c.rules(ctx)
		if err != nil {
			return nil, 0, err
		}
		c.statutes = &r.statutes
	}
	regime := programme.OldRegime
	if new {
		regime = programme.NewRegime
	}
	for _, r := range cap.Bind(c.statutes.CapsUnder(regime), cap.Week, c.date, func(yield func(cap.Entry) bool) {
		for _, d := range days {
			if !yield(d.Entry) {
				return
			}
		}
	}) {
		if r.Is(cap.Participant, cap.Week, cap.Minutes) {
			weekly = domain.Minutes(r.Limit)
		}
	}
	return days, weekly, nil
}
