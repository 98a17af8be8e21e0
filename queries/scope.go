package queries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/domain/finding"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
	"ksiega/projections/findings"
)

// scope is what the limits of whoever asks come to today, whatever day and whatever knowledge
// they ask of: whose cases people are, and what is of the programmes and agreements. It holds no
// more than what is theirs, so that what it does not know is another's.
type scope struct {
	who       access.Who
	op        access.Operation
	cases     map[string][]domain.Ref // by participant, by each id of theirs: the workers
	contracts map[string][]domain.Ref // the programme, the agreement, and whose case its participant is
	people    map[string][]domain.Ref // the programmes that somebody is in
	beside    map[domain.Ref]bool     // assistants and agreements that own contracts name
	claimed   map[string][]domain.Ref // the programmes of the referrals of an agreement, where claims are asked for and all are one's own
}

// scope works out what somebody is limited to who asks for an operation, by what is recorded
// at least up to a position.
func (d *Reader) scope(ctx context.Context, who access.Who, op access.Operation, least journal.Bound) (*scope, error) {
	s := &scope{who: who, op: op}
	workers, programmes, agreements := who.LimitedBy(op, domain.RefWorker), who.LimitedBy(op, domain.RefProgramme), who.LimitedBy(op, domain.RefAgreement)
	if len(workers)+len(programmes)+len(agreements) == 0 {
		return s, nil
	}
	needs := []projections.Projection{projections.People(), projections.Contracts()}
	if len(programmes) > 0 {
		needs = append(needs, projections.Participations())
	}
	err := d.read(ctx, "", least, needs, func(views map[string]projections.View) error {
		s.cases, s.contracts, s.people, s.beside = map[string][]domain.Ref{}, map[string][]domain.Ref{}, map[string][]domain.Ref{}, map[domain.Ref]bool{}
		q := question{views: views}
		one, err := q.merged(ctx)
		if err == nil {
			err = s.addCases(ctx, views, one, workers, d.today(d.opts.Now()))
		}
		if err == nil && len(programmes)+len(agreements) > 0 {
			err = s.addProgrammes(ctx, views, one, programmes, agreements)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("scope: %w", err)
	}
	return s, nil
}

// asks answers a question of somebody about an operation by read models as they are, within what
// they are limited to. It fails with access.ErrDenied, or an error of Redis or the log.
func (d *Reader) asks(ctx context.Context, who access.Who, op access.Operation, needs []projections.Projection, answer func(*question) error) error {
	if err := who.Allowed(op); err != nil {
		return err
	}
	within, err := d.scope(ctx, who, op, journal.Bound{})
	if err != nil {
		return err
	}
	return d.read(ctx, "", journal.Bound{}, needs, func(views map[string]projections.View) error {
		return answer(&question{reader: d, views: views, params: map[string]string{}, today: d.today(d.opts.Now()), who: who, scope: within, op: op})
	})
}

func (s *scope) addCases(ctx context.Context, views map[string]projections.View, one sameness, workers []string, today domain.Date) error {
	people := views[projections.People().Name]
	for _, worker := range workers {
		cases, err := projections.Cases().All(ctx, people, domain.Escape(worker))
		if err != nil {
			return err
		}
		keys := make([]fold.Key, len(cases))
		for i, it := range cases {
			keys[i] = projections.Persons().Key(domain.Escape(it.Row.Participant), projections.PersonField)
		}
		rows, err := projections.Persons().Some(ctx, people, keys)
		if err != nil {
			return err
		}
		of, parts := domain.Ref{Kind: domain.RefWorker, ID: worker}, []string{}
		for _, it := range rows {
			if !slices.ContainsFunc(it.Row.Workers, func(w projections.PersonWorker) bool {
				return w.Worker == worker && w.From <= today && (w.To == 0 || today <= w.To)
			}) {
				continue
			}
			for _, id := range one.ids(it.Row.Participant) {
				if !slices.Contains(s.cases[id], of) {
					s.cases[id] = append(s.cases[id], of)
					parts = append(parts, domain.Escape(id))
				}
			}
		}
		if len(parts) == 0 {
			continue // else of everybody
		}
		contracts, err := projections.ParticipantContracts().Look(ctx, views[projections.Contracts().Name], parts...)
		if err != nil {
			return err
		}
		for _, it := range contracts {
			s.contracts[it.Row.Contract] = append(s.contracts[it.Row.Contract], of)
		}
	}
	return nil
}

func (s *scope) addProgrammes(ctx context.Context, views map[string]projections.View, one sameness, programmes, agreements []string) error {
	var parts []string
	claims := s.op == access.Report("refunds")
	if len(agreements) == 0 && !claims { // else they may be of any
		for _, p := range programmes {
			parts = append(parts, domain.Escape(p))
		}
	}
	lives, err := projections.ContractLives().Look(ctx, views[projections.Contracts().Name], parts...)
	if err != nil {
		return err
	}
	for _, it := range lives {
		if t := it.Row.Terms; slices.Contains(programmes, t.Programme) || slices.Contains(agreements, t.Agreement) {
			s.addContract(t, one)
		}
	}
	if claims {
		s.addClaimed(lives, programmes)
	}
	for _, p := range programmes {
		taken, err := projections.PartsTaken().Look(ctx, views[projections.Participations().Name], domain.Escape(p))
		if err != nil {
			return err
		}
		for _, it := range taken {
			s.addPerson(it.Row.Participant, one, domain.Ref{Kind: domain.RefProgramme, ID: p})
		}
	}
	return nil
}

// addClaimed adds the programmes that the referrals of agreements are of: a claim asks for the money of
// all of them together, so that it is of somebody's programmes where no referral is of another's.
func (s *scope) addClaimed(lives []fold.Item[projections.ContractLife], programmes []string) {
	s.claimed = map[string][]domain.Ref{}
	foreign := map[string]bool{}
	for _, it := range lives {
		t := it.Row.Terms
		if !slices.Contains(programmes, t.Programme) {
			foreign[t.Agreement] = true
		}
		s.claimed[t.Agreement] = append(s.claimed[t.Agreement], domain.Ref{Kind: domain.RefProgramme, ID: t.Programme})
	}
	for agreement := range foreign {
		delete(s.claimed, agreement)
	}
}

func (s *scope) addContract(t contract.Terms, one sameness) {
	programme, agreement := domain.Ref{Kind: domain.RefProgramme, ID: t.Programme}, domain.Ref{Kind: domain.RefAgreement, ID: t.Agreement}
	s.contracts[t.Contract] = append(s.contracts[t.Contract], domain.Refs(programme, agreement)...)
	s.addPerson(t.Participant, one, domain.Refs(programme, agreement)...)
	s.beside[domain.Ref{Kind: domain.RefAssistant, ID: t.Assistant}], s.beside[agreement] = true, true
}

func (s *scope) addPerson(who string, one sameness, of ...domain.Ref) {
	for _, id := range one.ids(who) {
		for _, r := range of {
			if !slices.Contains(s.people[id], r) {
				s.people[id] = append(s.people[id], r)
			}
		}
	}
}

// about is what some things are about: beside a person whose case they are; beside a contract
// what it is of, where the things do not say, and beside a person alone what they are in.
func (s *scope) about(things []domain.Ref) []domain.Ref {
	if s == nil || s.cases == nil {
		return things
	}
	all := slices.Clip(things)
	told := slices.ContainsFunc(things, func(of domain.Ref) bool { return of.Kind == domain.RefProgramme || of.Kind == domain.RefContract })
	for _, of := range things {
		switch of.Kind {
		case domain.RefParticipant:
			all = append(all, s.cases[of.ID]...)
			if !told {
				all = append(all, s.people[of.ID]...)
			}
		case domain.RefContract:
			all = append(all, s.contracts[of.ID]...)
		case domain.RefAgreement:
			all = append(all, s.claimed[of.ID]...)
		}
	}
	return all
}

// someone is a person, whose case they are, and nobody's where they are no case of one's own.
func (s *scope) someone(id string) []domain.Ref {
	of := domain.Ref{Kind: domain.RefParticipant, ID: id}
	if s != nil && len(s.cases[id]) > 0 {
		return append(slices.Clone(s.cases[id]), of)
	}
	return []domain.Ref{of, {Kind: domain.RefWorker}}
}

// apart is about where each of several people, and whatever else is of somebody's, has to be
// one's own: what is another's is of a worker and a programme that nobody is limited to.
func (s *scope) apart(things []domain.Ref) []domain.Ref {
	all := s.about(things)
	if s == nil || s.cases == nil {
		return all
	}
	for _, of := range things {
		if of.Kind != domain.RefParticipant {
			continue
		}
		if len(s.cases[of.ID]) == 0 {
			all = append(all, domain.Ref{Kind: domain.RefWorker})
		}
		if len(s.people[of.ID]) == 0 {
			all = append(all, domain.Ref{Kind: domain.RefProgramme}, domain.Ref{Kind: domain.RefAgreement})
		}
	}
	return all
}

// digest tells two scopes apart: an answer is no longer the same once its reader's is another.
func (s *scope) digest() string {
	if s == nil || s.cases == nil {
		return ""
	}
	sum := sha256.New()
	for _, m := range []map[string][]domain.Ref{s.cases, s.contracts, s.people, s.claimed} {
		var lines []string
		for id, of := range m {
			lines = append(lines, fmt.Sprintf("%q %q", id, of))
		}
		slices.Sort(lines)
		fmt.Fprintf(sum, "%q", lines)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// reaches says whether something lies within the limits of whoever asks.
func (q *question) reaches(things ...domain.Ref) bool {
	return q.who.Reaches(q.op, q.scope.about(things)...)
}

// sees says whether who asks may be shown a class of texts, and what follows from them, of
// anything that they are shown.
func (q *question) sees(c access.Class) bool { return q.who.SeesIn(q.op, c) }

// seesOf is sees of what concerns some things: of what somebody reaches in one role they see no
// more than that role does.
func (q *question) seesOf(c access.Class, things ...domain.Ref) bool {
	return q.who.SeesOf(q.op, c, q.scope.about(things)...)
}

// seesPerson is seesOf of one person.
func (q *question) seesPerson(c access.Class, id string) bool {
	return q.seesOf(c, domain.Ref{Kind: domain.RefParticipant, ID: id})
}

// mayTell says whether a finding lies within the limits of whoever asks: all it is about has to
// be one's own, since what is two people's is neither's alone.
func (q *question) mayTell(f findings.Found) bool {
	if !q.who.Limited(q.op) {
		return true
	}
	var things []domain.Ref
	foreign := !ofOneProgramme(f.Kind) || len(f.Sessions) > 0
	for _, id := range unique(f.Subjects) {
		assistant := domain.Ref{Kind: domain.RefAssistant, ID: id}
		switch {
		case slices.Contains(f.People, id):
			things = append(things, domain.Ref{Kind: domain.RefParticipant, ID: id})
		case len(q.scope.contracts[id]) > 0:
			things = append(things, domain.Ref{Kind: domain.RefContract, ID: id})
		case q.limitedTo(domain.Ref{Kind: domain.RefProgramme, ID: id}), q.limitedTo(domain.Ref{Kind: domain.RefAgreement, ID: id}):
			things = append(things, domain.Ref{Kind: domain.RefProgramme, ID: id}, domain.Ref{Kind: domain.RefAgreement, ID: id})
		case q.limitedTo(assistant):
			things = append(things, assistant)
		default:
			foreign = foreign || !q.scope.beside[assistant]
		}
	}
	things = q.scope.apart(things)
	if foreign { // it may be of another's programme
		things = append(things, domain.Ref{Kind: domain.RefProgramme}, domain.Ref{Kind: domain.RefAgreement})
	}
	return q.who.Within(q.op, things...)
}

func (q *question) limitedTo(of domain.Ref) bool {
	return slices.Contains(q.who.LimitedBy(q.op, of.Kind), of.ID)
}

// ofOneProgramme says of findings of a kind that what they tell is of one programme: the others
// hold two visits, or hours, of whichever programmes.
func ofOneProgramme(k finding.Kind) bool {
	return slices.Contains([]finding.Kind{finding.OutsideContract, finding.PaidNotWorked, finding.WorkedNotPaid, finding.ClaimedNotPaid, finding.NotClaimed,
		finding.NotEnrolled, finding.NotRegistered, finding.OverBudget, finding.DurabilityGap, finding.Pattern, finding.Caseload}, k)
}
