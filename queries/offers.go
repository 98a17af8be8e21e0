package queries

import (
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

// Offer is a thing that somebody may name in a form, within their reach. The hint tells it
// from others and holds nothing sealed.
type Offer struct{ ID, Hint string }

// Offers are the things of a kind whose id or hint holds what was typed, in Polish order, most
// at most, and how many there are in all.
func (d *Reader) Offers(ctx context.Context, who access.Who, kind domain.RefKind, typed string, most int) (found []Offer, all int, err error) {
	of, told := offersOf()[kind]
	if !told {
		return nil, 0, nil
	}
	err = d.asks(ctx, who, of.op, of.needs, func(q *question) error {
		found, err = of.list(ctx, q)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("offer a %s: %w", kind, err)
	}
	words := strings.Fields(domain.Folded(typed))
	found = slices.DeleteFunc(found, func(o Offer) bool {
		text := domain.Folded(o.ID + " " + o.Hint)
		return slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
	})
	order := polish.NewOrder()
	slices.SortFunc(found, func(a, b Offer) int { return order.Compare(a.ID, b.ID) })
	found = slices.CompactFunc(found, func(a, b Offer) bool { return a.ID == b.ID })
	all = len(found)
	return found[:min(all, most)], all, nil
}

// offering is how things of a kind are found, and the question that they are an answer to.
type offering struct {
	op    access.Operation
	needs []projections.Projection
	list  func(context.Context, *question) ([]Offer, error)
}

func offersOf() map[domain.RefKind]offering {
	contracts := []projections.Projection{projections.Contracts(), projections.People()}
	people := []projections.Projection{projections.People()}
	return map[domain.RefKind]offering{
		domain.RefContract:    {access.Report("contracts"), contracts, offeredContracts},
		domain.RefAssistant:   {access.Report("contracts"), contracts, offeredAssistants},
		domain.RefParticipant: {access.Report("person"), people, offeredPeople},
		domain.RefWorker:      {access.Report("person"), people, offeredWorkers},
		domain.RefAgreement:   {access.Report("psu-settlement"), []projections.Projection{projections.Settlement(), projections.People()}, offeredAgreements},
		domain.RefProgramme:   {access.Wait, people, offeredProgrammes}, // which there are, everybody may know
		domain.RefSession:     {access.Session, []projections.Projection{projections.Sessions(), projections.People()}, offeredSessions},
		domain.RefClaim:       {access.Report("refunds"), []projections.Projection{projections.Refunds()}, offeredBy("refunds", domain.RefClaim, "agreement", "month", "state")},
		domain.RefStatement:   {access.Report("unmatched-lines"), []projections.Projection{projections.Refunds()}, offeredBy("unmatched-lines", domain.RefStatement)},
	}
}

func offeredContracts(ctx context.Context, q *question) (all []Offer, err error) {
	lives, err := contractsOf(ctx, q, "")
	for _, c := range lives {
		all = append(all, Offer{c.Terms.Contract, strings.Join([]string{contractKinds().Say(string(c.Terms.Kind)), c.Terms.Participant,
			polish.Range(c.Terms.From.String(), c.Terms.To.String()), contractStates().Say(string(c.status))}, ", ")})
	}
	return all, err
}

func offeredAssistants(ctx context.Context, q *question) (all []Offer, err error) {
	lives, err := contractsOf(ctx, q, "")
	if err != nil {
		return nil, err
	}
	employed, err := employment(ctx, q.view(projections.Contracts()))
	ids := map[string]bool{}
	for _, c := range lives {
		ids[c.Terms.Assistant] = true
	}
	for id := range employed {
		if q.reaches(domain.Ref{Kind: domain.RefAssistant, ID: id}) {
			ids[id] = true
		}
	}
	delete(ids, "")
	for id := range ids {
		all = append(all, Offer{id, employments().Say(string(employed[id]))})
	}
	return all, err
}

func offeredPeople(ctx context.Context, q *question) (all []Offer, err error) {
	people, err := projections.Persons().Every(ctx, q.view(projections.People()))
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		within, err := q.mayLearnOf(ctx, domain.Ref{Kind: domain.RefParticipant, ID: p.Row.Participant})
		if err != nil {
			return nil, err
		}
		if within && p.Row.Known {
			all = append(all, Offer{ID: p.Row.Participant})
		}
	}
	return all, nil
}

func offeredWorkers(ctx context.Context, q *question) (all []Offer, err error) {
	people, err := projections.Persons().Every(ctx, q.view(projections.People()))
	for _, p := range people {
		for _, w := range p.Row.Workers {
			if q.reaches(domain.Ref{Kind: domain.RefParticipant, ID: p.Row.Participant}) {
				all = append(all, Offer{ID: w.Worker})
			}
		}
	}
	return all, err
}

func offeredAgreements(ctx context.Context, q *question) (all []Offer, err error) {
	agreements, err := projections.SettlementAgreements().Every(ctx, q.view(projections.Settlement()))
	for _, a := range agreements {
		of := domain.Ref{Kind: domain.RefAgreement, ID: a.Row.Agreement}
		if t := a.Row; !q.who.Limited(q.op) || q.reaches(of) || q.scope.beside[of] {
			all = append(all, Offer{t.Agreement, polish.Range(t.From.String(), t.To.String())})
		}
	}
	return all, err
}

func offeredProgrammes(_ context.Context, q *question) (all []Offer, err error) {
	for _, p := range q.reader.opts.Catalogue.Programmes() {
		if q.ofProgramme(p.ID) {
			all = append(all, Offer{p.ID, p.Name})
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

func offeredSessions(ctx context.Context, q *question) (all []Offer, err error) {
	sessions, err := projections.HeldSessions().Every(ctx, q.view(projections.Sessions()))
	for _, s := range sessions {
		t := s.Row.Terms
		if !t.Cancelled && q.ofProgramme(t.Programme) {
			all = append(all, Offer{t.Session, strings.Join([]string{sessionKinds().Say(string(t.Kind)), t.Programme, polish.Day(t.Date.String()), t.From.String()}, ", ")})
		}
	}
	return all, err
}

// offeredBy are the things that the rows of a report name, with what other columns say of
// them.
func offeredBy(name string, kind domain.RefKind, told ...string) func(context.Context, *question) ([]Offer, error) {
	return func(ctx context.Context, q *question) (all []Offer, err error) {
		r, err := q.reader.Report(name)
		if err != nil {
			return nil, err
		}
		t, err := r.table(ctx, q)
		var cells []report.Value
		for row := range t.Len {
			cells = t.Row(row, cells)
			var o Offer
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
