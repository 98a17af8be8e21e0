package queries

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/internal/report"
	"ksiega/projections"
)

// Offer is a thing that somebody may name in a form, within their reach. The name is that of
// the person it is, or whose it is, for whoever may see it; the hint tells it from others and
// holds nothing sealed.
type Offer struct{ ID, Name, Hint string }

// Choosing is what somebody chooses from: the things of a kind whose names, ids or hints hold
// each word that was typed, whatever its case and diacritics. Most are shown at most, and
// where nothing is typed none of more than Few, but 0 is no such bound.
type Choosing struct {
	Kind      domain.RefKind
	Typed     string
	Chosen    []string
	Most, Few int
}

// Offered is what there is to choose from.
type Offered struct {
	Found  []Offer // by last name and then id in Polish order
	Chosen []Offer // of what is chosen, what lies within reach
	All    int     // how many match
	Shown  []domain.Ref
}

// Offers are the things that somebody may choose from. That names were seen is the caller's
// to record.
func (d *Reader) Offers(ctx context.Context, who access.Who, c Choosing) (*Offered, error) {
	of, told := offersOf()[c.Kind]
	if !told {
		return &Offered{}, nil
	}
	var all []offer
	err := d.asks(ctx, who, of.op, of.needs, func(q *question) (err error) {
		all, err = of.list(ctx, q)
		return err
	})
	slices.SortFunc(all, func(a, b offer) int { return strings.Compare(a.ID, b.ID) })
	all = slices.CompactFunc(all, func(a, b offer) bool { return a.ID == b.ID })
	if looked := strings.Fields(words(c.Typed)); err == nil && (len(looked) > 0 || c.Few == 0 || len(all) <= c.Few) {
		if err = d.nameOffers(ctx, who, all); err == nil {
			return choose(all, c, looked), nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("offer a %s: %w", c.Kind, err)
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(o offer) bool { return !slices.Contains(c.Chosen, o.ID) })
	if err := d.nameOffers(ctx, who, chosen); err != nil {
		return nil, fmt.Errorf("name what is chosen: %w", err)
	}
	offered := choose(chosen, c, nil)
	offered.Found, offered.All = nil, len(all)
	return offered, nil
}

// choose are those of named offers that are shown.
func choose(all []offer, c Choosing, looked []string) *Offered {
	order, keys := polish.NewOrder(), map[string]string{}
	key := func(text string) string {
		if _, known := keys[text]; !known {
			keys[text] = order.Key(text)
		}
		return keys[text]
	}
	slices.SortFunc(all, func(a, b offer) int {
		return cmp.Or(cmp.Compare(key(cmp.Or(a.last, a.ID)), key(cmp.Or(b.last, b.ID))), cmp.Compare(key(a.Name), key(b.Name)), cmp.Compare(key(a.ID), key(b.ID)))
	})
	offered := &Offered{}
	shown := map[domain.Ref]bool{}
	for _, o := range all {
		text := words(o.Name + " " + o.ID + " " + o.Hint)
		found := !slices.ContainsFunc(looked, func(word string) bool { return !strings.Contains(text, word) })
		chosen := slices.Contains(c.Chosen, o.ID)
		if chosen {
			offered.Chosen = append(offered.Chosen, o.Offer)
		}
		if found {
			offered.All++
		}
		if found = found && len(offered.Found) < c.Most; found {
			offered.Found = append(offered.Found, o.Offer)
		}
		if (found || chosen) && o.Name != "" {
			shown[o.of] = true
		}
	}
	offered.Shown = sortedRefs(shown)
	return offered
}

// offer is one with who it is of, by each row that says so.
type offer struct {
	Offer
	of   domain.Ref
	rows [][]domain.Ref
	last string
}

// nameOffers adds the names that whoever asks may see.
func (d *Reader) nameOffers(ctx context.Context, who access.Who, all []offer) error {
	by := map[domain.Ref][][]domain.Ref{}
	for _, o := range all {
		if o.of.ID != "" {
			by[o.of] = append(by[o.of], o.rows...)
		}
	}
	if !who.May(access.Names) || len(by) == 0 {
		return nil
	}
	return d.asks(ctx, who, access.Names, []projections.Projection{projections.People()}, func(q *question) error {
		names, err := q.names(ctx, by)
		for i := range all {
			is := names[all[i].of]
			all[i].Name, all[i].last = is.whole, is.last
		}
		return err
	})
}

// offering is how things of a kind are found, and the question that they are an answer to.
type offering struct {
	op    access.Operation
	needs []projections.Projection
	list  func(context.Context, *question) ([]offer, error)
}

func offersOf() map[domain.RefKind]offering {
	contracts := []projections.Projection{projections.Contracts(), projections.People()}
	people := []projections.Projection{projections.People()}
	return map[domain.RefKind]offering{
		domain.RefContract:    {access.Report("contracts"), contracts, offeredContracts},
		domain.RefAssistant:   {access.Report("contracts"), contracts, offeredAssistants},
		domain.RefParticipant: {access.Report("person"), people, offeredPeople},
		domain.RefWorker:      {access.Wait, people, offeredWorkers}, // those of the people within reach
		domain.RefAgreement:   {access.Report("psu-settlement"), []projections.Projection{projections.Settlement(), projections.People()}, offeredAgreements},
		domain.RefProgramme:   {access.Wait, people, offeredProgrammes}, // which there are, everybody may know
		domain.RefSession:     {access.Session, []projections.Projection{projections.Sessions(), projections.People()}, offeredSessions},
		domain.RefClaim:       {access.Report("refunds"), []projections.Projection{projections.Refunds()}, offeredBy("refunds", domain.RefClaim, "agreement", "month", "state")},
		domain.RefStatement:   {access.Report("unmatched-lines"), []projections.Projection{projections.Refunds()}, offeredBy("unmatched-lines", domain.RefStatement)},
	}
}

func offeredContracts(ctx context.Context, q *question) (all []offer, err error) {
	lives, err := contractsOf(ctx, q, "")
	for _, c := range lives {
		t := c.Terms
		all = append(all, offer{Offer: Offer{ID: t.Contract, Hint: strings.Join([]string{contractKinds().Say(string(t.Kind)), t.Participant,
			polish.Range(t.From.String(), t.To.String()), contractStates().Say(string(c.status))}, ", ")},
			of: ofParticipant(t.Participant), rows: [][]domain.Ref{t.Refs()}})
	}
	return all, err
}

func offeredAssistants(ctx context.Context, q *question) (all []offer, err error) {
	lives, err := contractsOf(ctx, q, "")
	if err != nil {
		return nil, err
	}
	employed, err := employment(ctx, q.view(projections.Contracts()))
	rows := map[string][][]domain.Ref{}
	for _, c := range lives {
		rows[c.Terms.Assistant] = append(rows[c.Terms.Assistant], c.Terms.Refs())
	}
	for id := range employed {
		if of := (domain.Ref{Kind: domain.RefAssistant, ID: id}); q.reaches(of) {
			rows[id] = append(rows[id], domain.Refs(of))
		}
	}
	delete(rows, "")
	for id, by := range rows {
		all = append(all, offer{Offer: Offer{ID: id, Hint: employments().Say(string(employed[id]))}, of: domain.Ref{Kind: domain.RefAssistant, ID: id}, rows: by})
	}
	return all, err
}

func offeredPeople(ctx context.Context, q *question) (all []offer, err error) {
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	people, err := projections.Persons().Every(ctx, q.view(projections.People()))
	if err != nil {
		return nil, err
	}
	for i := range people {
		p := &people[i].Row
		of := ofParticipant(p.Participant)
		within, err := q.mayLearnOf(ctx, of)
		if err != nil {
			return nil, err
		}
		if !within || !p.Known {
			continue
		}
		o := offer{Offer: Offer{ID: p.Participant}, of: of, rows: [][]domain.Ref{{of}}}
		if kept := one.kept(p.Participant); kept != p.Participant {
			o.Hint, o.rows = "dalej jako "+kept, append(o.rows, domain.Refs(ofParticipant(kept)))
		}
		all = append(all, o)
	}
	return all, nil
}

// offeredWorkers are those whose cases are within reach, and whom somebody acts as.
func offeredWorkers(ctx context.Context, q *question) (all []offer, err error) {
	for _, id := range q.who.LimitedBy(q.op, domain.RefWorker) {
		all = append(all, offer{Offer: Offer{ID: id}})
	}
	people, err := projections.Persons().Every(ctx, q.view(projections.People()))
	for _, p := range people {
		for _, w := range p.Row.Workers {
			if q.reaches(ofParticipant(p.Row.Participant)) {
				all = append(all, offer{Offer: Offer{ID: w.Worker}})
			}
		}
	}
	return all, err
}

func offeredAgreements(ctx context.Context, q *question) (all []offer, err error) {
	agreements, err := projections.SettlementAgreements().Every(ctx, q.view(projections.Settlement()))
	for _, a := range agreements {
		of := domain.Ref{Kind: domain.RefAgreement, ID: a.Row.Agreement}
		if t := a.Row; !q.who.Limited(q.op) || q.reaches(of) || q.scope.beside[of] {
			all = append(all, offer{Offer: Offer{ID: t.Agreement, Hint: polish.Range(t.From.String(), t.To.String())}})
		}
	}
	return all, err
}

func offeredProgrammes(_ context.Context, q *question) (all []offer, err error) {
	for _, p := range q.reader.opts.Catalogue.Programmes() {
		if q.ofProgramme(p.ID) {
			all = append(all, offer{Offer: Offer{ID: p.ID, Hint: p.Name}})
		}
	}
	return all, nil
}

// ofProgramme says of what is of a programme, and tells nobody, whether it is left to whoever asks:
// they are limited to no programme, or to this one.
func (q *question) ofProgramme(id string) bool {
	limits := q.who.LimitedBy(q.op, domain.RefProgramme)
	return len(limits) == 0 || !q.who.Limited(q.op) || slices.Contains(limits, id)
}

func offeredSessions(ctx context.Context, q *question) (all []offer, err error) {
	sessions, err := projections.HeldSessions().Every(ctx, q.view(projections.Sessions()))
	for _, s := range sessions {
		t := s.Row.Terms
		if !t.Cancelled && q.ofProgramme(t.Programme) {
			all = append(all, offer{Offer: Offer{ID: t.Session, Hint: strings.Join([]string{sessionKinds().Say(string(t.Kind)), t.Programme, polish.Day(t.Date.String()), t.From.String()}, ", ")}})
		}
	}
	return all, err
}

// offeredBy are the things that the rows of a report name, with what other columns say of
// them.
func offeredBy(name string, kind domain.RefKind, told ...string) func(context.Context, *question) ([]offer, error) {
	return func(ctx context.Context, q *question) (all []offer, err error) {
		r, err := q.reader.Report(name)
		if err != nil {
			return nil, err
		}
		t, err := r.table(ctx, q)
		var cells []report.Value
		for row := range t.Len {
			cells = t.Row(row, cells)
			var o offer
			var hints []string
			for i := range t.Fields {
				f := &t.Fields[i]
				if f.Refers == report.Reference(kind) && o.ID == "" {
					o.ID = f.Say(cells[i])
				} else if said := f.Say(cells[i]); slices.Contains(told, f.Name) && said != "" {
					hints = append(hints, said)
				}
			}
			o.Hint = strings.Join(hints, ", ")
			all = append(all, o)
		}
		return all, err
	}
}
