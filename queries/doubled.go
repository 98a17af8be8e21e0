package queries

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/finding"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// registered is when somebody was entered under an id.
type registered struct {
	id    string
	on    domain.Date
	event journal.Position
}

// doubledPESELs: one PESEL under two ids, for each id but the first; caps count that
// person twice. No row knows a PESEL: they are found by the vault's index, which has
// those that other servers registered once they are on a contract. Who may not see
// people is told of none.
func doubledPESELs(ctx context.Context, q *question) ([]findings.Found, error) {
	v := q.reader.opts.Vault
	if v == nil || !q.sees(access.PESEL) {
		return nil, nil
	}
	if q.reader.opts.Shared {
		if err := q.meet(ctx); err != nil {
			return nil, err
		}
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	var all []findings.Found
	for _, set := range v.Doubled() {
		var ids []registered
		for _, subject := range set {
			id, ok := strings.CutPrefix(subject, domain.Ref{Kind: domain.RefParticipant}.Subject())
			if !ok {
				continue
			}
			r, err := q.registration(ctx, id)
			if err != nil {
				return nil, err
			}
			if r.id != "" && !q.cut(r.on) {
				ids = append(ids, r)
			}
		}
		slices.SortFunc(ids, func(a, b registered) int { return a.event.Compare(b.event) })
		for _, r := range ids[min(1, len(ids)):] {
			first := ids[0]
			if one.kept(r.id) == one.kept(first.id) { // which is known
				continue
			}
			all = append(all, findings.Found{ID: finding.ID(finding.DoubledPESEL, first.id, r.id), Kind: finding.DoubledPESEL, Subjects: []string{first.id, r.id},
				People: []string{first.id, r.id}, From: r.on, To: r.on, Events: []journal.Position{first.event, r.event}})
		}
	}
	return all, nil
}

// meet has the vault know those whom other servers registered.
func (q *question) meet(ctx context.Context) error {
	lives, err := projections.ContractLives().Every(ctx, q.view(projections.Contracts()))
	if err != nil {
		return err
	}
	var subjects []string
	for _, it := range lives {
		if p := it.Row.Terms.Participant; p != "" {
			subjects = append(subjects, domain.Ref{Kind: domain.RefParticipant, ID: p}.Subject())
		}
	}
	return q.reader.opts.Vault.Meet(ctx, subjects...)
}

// registration is the first one of an id, none where the answer does not know of it.
func (q *question) registration(ctx context.Context, id string) (first registered, err error) {
	err = q.reader.opts.Journal.ReadStream(ctx, participant.Stream(id), 0, func(r *journal.Recorded) error {
		if _, ok := r.Event.(participant.Registered); ok && !r.Position.After(position(q.views)) {
			first = registered{id, cmp.Or(r.Meta.OccurredOn, q.reader.today(r.Created)), r.Position}
		}
		return journal.ErrEnough
	})
	return first, err
}
