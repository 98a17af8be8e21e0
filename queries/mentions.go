package queries

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/domain/street"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// mentions looks for what was written about a person under other keys than theirs.
// Whom a text is about is told by what it belongs to (a claim by its shares, a line by
// its claim, a finding by what its id names, a reading by whose texts were shown) and by
// who is named in it: by first and last name, PESEL or account, or by the last name
// alone, which may be a namesake's. A name is found as it was registered: inflected,
// misspelt or by its initial it is not.
//
// A subject whose texts are all about the person and nobody else goes along; of the
// others it counts the texts that are, or may be, about the person.
type mentions struct {
	ctx    context.Context
	vault  *vault.Vault
	of     domain.Ref
	people people

	contracts map[string][]domain.Ref     // whose each is, or was before its terms were corrected
	claims    map[string][]domain.Ref     // who has a share of each
	readings  map[domain.Ref][]domain.Ref // by the key of its reason: whose texts were shown
	paid      map[line]string             // the claim that a line is matched to
	cared     map[string]string           // whom each carer cares for
	identity  map[string]domain.Ref       // who somebody of the street is
	pseudonym map[string]pseudonym        // that somebody of the street has
	same      map[pseudonym][]string      // those of the street who have one
	merged    map[domain.Ref]domain.Ref   // who somebody goes on as
	known     map[domain.Ref]bool         // all that any event concerns
	hidden    map[string]string           // the ids of findings that are recorded by other names

	all, sole map[domain.Ref]int // texts by subject: all, and those about nobody but the person
	named     map[place]int
}

// pseudonym is one of a programme, folded.
type pseudonym struct{ programme, folded string }

type line struct {
	statement string
	number    int
}

// place is one field of the texts under one key.
type place struct {
	of    domain.Ref
	field string
}

// anybody is whoever was shown where there were too many to list.
var anybody = domain.Ref{Kind: domain.RefParticipant}

// maxPlaces bounds how many places an order names one by one, so that it fits into an
// event; of the rest it names kind and field.
const maxPlaces = 500

// Mentions finds them. It reads the log twice, as a text may stand before what tells
// whom it is about, and must be asked before the person's key is destroyed: without
// their names only references are found.
func Mentions(ctx context.Context, j *journal.Journal, v *vault.Vault, of domain.Ref) (along []domain.Ref, left []erasure.Left, err error) {
	switch of.Kind {
	case domain.RefParticipant, domain.RefAssistant, domain.RefStreet, domain.RefAccount:
	default:
		return nil, nil, nil
	}
	m := mentions{ctx: ctx, vault: v, of: of, people: people{byWord: map[string][]called{}, numbers: map[string][]domain.Ref{}},
		contracts: map[string][]domain.Ref{}, claims: map[string][]domain.Ref{}, readings: map[domain.Ref][]domain.Ref{}, paid: map[line]string{},
		cared: map[string]string{}, identity: map[string]domain.Ref{}, pseudonym: map[string]pseudonym{}, same: map[pseudonym][]string{}, merged: map[domain.Ref]domain.Ref{}, known: map[domain.Ref]bool{}, hidden: map[string]string{}, all: map[domain.Ref]int{}, sole: map[domain.Ref]int{}, named: map[place]int{}}
	for _, take := range []func(domain.Event) error{m.learn, m.weigh} {
		if err == nil {
			err = j.Each(ctx, journal.ScanOptions{}, func(r *journal.Recorded) error { return take(r.Event) })
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("look for what is written about %s: %w", of.Subject(), err)
	}
	along, left = m.sum()
	return along, left, nil
}

// opened is a text in clear, "" where its key is gone or it is no text of ours, such
// as the hash that earlier builds kept of a request.
func (m *mentions) opened(s domain.Seal, text domain.Sealed) (string, error) {
	if clear, ok := text.InClear(); ok {
		return clear, nil
	}
	clear, err := m.vault.Open(m.ctx, s.Subject.Subject(), s.Field, s.Scope.String(), string(text))
	if errors.Is(err, vault.ErrErased) || errors.Is(err, vault.ErrForged) {
		return "", nil
	}
	return clear, err
}

// learn keeps what people are called by, and what concerns whom.
func (m *mentions) learn(e domain.Event) error {
	for _, ref := range e.Refs() {
		m.known[ref] = true
	}
	switch e := e.(type) {
	case participant.Registered, participant.Corrected, participant.AssistantRegistered, participant.AssistantCorrected, account.Created, account.Corrected:
		return m.called(e)
	case refund.Submitted:
		m.share(e)
	case agreement.ClaimReserved: // also of a claim that never was submitted
		m.share(e.Submitted)
	case agreement.ClaimMoveReserved:
		m.share(e.Submitted)
	case agreement.ClaimAmendmentReserved:
		m.share(e.Next)
	case statement.LineMatched:
		m.paid[line{e.Statement, e.Line}] = e.Claim
	case finding.Resolved:
		return m.hides(e.Finding, e.Seal("hidden"), e.Hidden)
	case finding.Reopened:
		return m.hides(e.Finding, e.Seal("hidden"), e.Hidden)
	case street.Named:
		return m.goes(e)
	case street.Identified:
		m.identity[e.Street] = domain.Ref{Kind: domain.RefParticipant, ID: e.Participant}
	case street.IdentityWithdrawn:
		delete(m.identity, e.Street)
	case participant.Merged:
		m.merged[domain.Ref{Kind: domain.RefParticipant, ID: e.Participant}] = domain.Ref{Kind: domain.RefParticipant, ID: e.Into}
	case participant.MergeWithdrawn:
		delete(m.merged, domain.Ref{Kind: domain.RefParticipant, ID: e.Participant})
	case statement.MatchUndone:
		delete(m.paid, line{e.Statement, e.Line})
	case intake.PersonalDataRead:
		reason := intake.ReasonSeal(e.Reading).Subject
		for _, s := range e.Subjects {
			m.readings[reason] = append(m.readings[reason], domain.Ref(s))
		}
		for _, f := range e.Filters {
			switch kind := domain.RefKind(f.Name); kind {
			case domain.RefParticipant, domain.RefAssistant, domain.RefContract, domain.RefClaim:
				m.readings[reason] = append(m.readings[reason], domain.Ref{Kind: kind, ID: f.Value})
			}
		}
		if e.Many {
			m.readings[reason] = append(m.readings[reason], anybody)
		}
	default:
		m.parties(e.Refs())
	}
	return nil
}

// hides keeps which finding is recorded by another name.
func (m *mentions) hides(name string, seal domain.Seal, hidden domain.Sealed) error {
	clear, err := m.opened(seal, hidden)
	if clear != "" {
		m.hidden[name] = clear
	}
	return err
}

// goes keeps by which pseudonym somebody of the street goes.
func (m *mentions) goes(e street.Named) error {
	clear, err := m.opened(e.Seal("pseudonym"), e.Pseudonym)
	if is := (pseudonym{e.Programme, domain.Folded(typed(clear))}); is.folded != "" {
		m.pseudonym[e.Street] = is
		m.same[is] = append(m.same[is], e.Street)
	}
	return err
}

// alike are those of the street who go by the pseudonym that somebody there has: one person,
// whoever named them.
func (m *mentions) alike(id string) []string {
	if is, named := m.pseudonym[id]; named {
		return m.same[is]
	}
	return nil
}

// parties keeps whose a contract is, by whatever is recorded of it: corrected terms name
// another person, and what was recorded before names the one who was thought to be.
func (m *mentions) parties(refs []domain.Ref) {
	of := slices.IndexFunc(refs, func(r domain.Ref) bool { return r.Kind == domain.RefContract })
	for _, r := range refs {
		if of >= 0 && r.Kind == domain.RefParticipant {
			m.party(refs[of].ID, r)
		}
	}
}

func (m *mentions) party(contract string, who domain.Ref) {
	if !slices.Contains(m.contracts[contract], who) {
		m.contracts[contract] = append(m.contracts[contract], who)
	}
}

func (m *mentions) share(c refund.Submitted) {
	for _, s := range c.Shares {
		who := domain.Ref{Kind: domain.RefParticipant, ID: s.Participant}
		m.party(s.Contract, who)
		m.claims[c.Claim] = append(m.claims[c.Claim], who)
		m.known[who], m.known[domain.Ref{Kind: domain.RefContract, ID: s.Contract}] = true, true
	}
}

// called keeps what one person is called by.
func (m *mentions) called(e domain.Event) (failed error) {
	var c called
	domain.EachSeal(e, func(s domain.Seal, text domain.Sealed) {
		clear, err := "", error(nil)
		switch s.Field {
		case "firstName", "lastName", "pesel", "account", "name":
			clear, err = m.opened(s, text)
			failed = errors.Join(failed, err)
		}
		switch c.who = s.Subject; s.Field {
		case "firstName":
			c.first = words(clear)
		case "lastName":
			c.last = words(clear)
		case "pesel", "account":
			m.people.number(s.Subject, digits(clear))
		case "name": // of an account: the last word is the last name
			all := strings.Fields(clear)
			n := max(len(all)-1, 0)
			c.first, c.last = words(strings.Join(all[:n], " ")), words(strings.Join(all[n:], " "))
		}
	})
	m.people.add(c)
	return failed
}

// about are those whom a text concerns by what it belongs to; where nobody can say
// who that is, what it belongs to itself. What hides a finding is about all that it names.
func (m *mentions) about(s domain.Seal) []domain.Ref {
	if s.Scope.Of.Kind == domain.RefFinding {
		return m.whom(s.Scope.Of)
	}
	if s.Subject.Kind == domain.RefStatement {
		if claim, ok := m.paid[line{s.Subject.ID, s.Scope.Line}]; ok {
			return m.whom(domain.Ref{Kind: domain.RefClaim, ID: claim})
		}
		return nil
	}
	return m.whom(s.Subject)
}

func (m *mentions) whom(of domain.Ref) (who []domain.Ref) {
	var parts []domain.Ref
	switch of.Kind {
	case domain.RefContract:
		who = m.contracts[of.ID]
	case domain.RefClaim:
		who = m.claims[of.ID]
	case domain.RefStreet:
		for _, id := range append(slices.Clip(m.alike(of.ID)), of.ID) {
			if one := m.identity[id]; one.ID != "" && !slices.Contains(who, one) {
				who = append(who, one)
			}
		}
	case domain.RefFinding:
		parts = findingNames(cmp.Or(m.hidden[of.ID], of.ID), func(r domain.Ref) bool { return m.known[r] })
	case domain.RefAccess:
		parts = m.readings[of]
	}
	for _, part := range parts {
		if part.Kind == domain.RefAccess { // a reading that another read about
			who = append(who, part)
		} else {
			who = append(who, m.whom(part)...)
		}
	}
	if len(who) == 0 {
		return []domain.Ref{of}
	}
	return who
}

// renamed are the people whom an event names in the place of others, and these: why, it
// says under the key of one of them, or of somebody else.
func (m *mentions) renamed(e domain.Event) []domain.Ref {
	changed := func(kind domain.RefKind, before, after string) []domain.Ref {
		if before == after {
			return nil
		}
		return domain.Refs(domain.Ref{Kind: kind, ID: before}, domain.Ref{Kind: kind, ID: after})
	}
	cares := func(p participant.Person) []domain.Ref {
		before := m.cared[p.Participant]
		m.cared[p.Participant] = p.CarerFor
		return changed(domain.RefParticipant, before, p.CarerFor)
	}
	switch e := e.(type) {
	case participant.Registered:
		cares(e.Person)
	case participant.Corrected:
		return cares(e.Person)
	case contract.TermsCorrected:
		return append(changed(domain.RefParticipant, e.Before.Participant, e.After.Participant), changed(domain.RefAssistant, e.Before.Assistant, e.After.Assistant)...)
	case participant.Merged:
		return e.Refs()
	case participant.MergeWithdrawn:
		return e.Refs()
	case contract.Amended:
		return changed(domain.RefAssistant, "", e.Assistant)
	}
	return nil
}

// weigh counts the texts of an event that lie under other keys.
func (m *mentions) weigh(e domain.Event) (failed error) {
	renamed := m.renamed(e)
	named := false
	switch e.(type) {
	case participant.Registered, participant.Corrected, participant.AssistantRegistered, participant.AssistantCorrected, account.Created, account.Corrected:
		named = true
	}
	domain.EachSeal(e, func(s domain.Seal, text domain.Sealed) {
		if m.is(s.Subject) || named && s.Field != "municipality" && s.Field != "reason" || proves(s) { // who somebody else is
			return
		}
		clear, err := m.opened(s, text)
		failed = errors.Join(failed, err)
		if clear == "" {
			return
		}
		m.all[s.Subject]++
		names, others := m.people.in(clear, m.is)
		about := m.about(s)
		if s.Field == "reason" {
			about = slices.Concat(about, renamed)
		}
		if names == unnamed && !slices.ContainsFunc(about, m.is) && !slices.Contains(about, anybody) {
			return
		}
		m.named[place{s.Subject, s.Field}]++
		someone := func(r domain.Ref) bool { return !m.is(r) && r != s.Subject }
		if (names == surely || slices.ContainsFunc(about, m.is)) && !others && !slices.ContainsFunc(about, someone) {
			m.sole[s.Subject]++
		}
	})
	return failed
}

// proves says whether a text is no words, but what somebody signs in with.
func proves(s domain.Seal) bool {
	return s.Subject.Kind == domain.RefAccount && s.Field != "name" && s.Field != "reason" && s.Field != "osUser"
}

// owned says whether a key seals what one thing's texts say, and not a person's own,
// all of a programme, or the reasons of many.
func owned(of domain.Ref) bool {
	switch of.Kind {
	case domain.RefParticipant, domain.RefAssistant, domain.RefProgramme, domain.RefAccount:
		return false
	}
	return of != intake.ReasonSeal("").Subject
}

// is says whether that is the person, or an id that goes on, over however many others, as
// theirs.
func (m *mentions) is(who domain.Ref) bool {
	if who == m.of {
		return true
	}
	for range m.merged {
		next, merged := m.merged[who]
		if !merged {
			return false
		}
		if who = next; who == m.of {
			return true
		}
	}
	return false
}

func (m *mentions) sum() (along []domain.Ref, left []erasure.Left) {
	for of, n := range m.sole {
		if n == m.all[of] && owned(of) {
			along = append(along, of)
		}
	}
	for _, id := range m.alike(m.of.ID) { // one person: so are those of one pseudonym
		if who := street.Ref(id); m.of.Kind == domain.RefStreet && who != m.of {
			along = append(along, who)
		}
	}
	for who := range m.merged { // one person: their other ids go along
		if who != m.of && m.is(who) && !slices.Contains(along, who) {
			along = append(along, who)
		}
	}
	if into, merged := m.merged[m.of]; merged { // one person: who they go on as stays
		left = append(left, erasure.Left{Kind: into.Kind, ID: into.ID, Field: erasure.Into, Texts: m.all[into], Of: m.all[into]})
	}
	for at, n := range m.named {
		if !slices.Contains(along, at.of) {
			left = append(left, erasure.Left{Kind: at.of.Kind, ID: at.of.ID, Field: at.field, Texts: n, Of: m.all[at.of]})
		}
	}
	slices.SortFunc(along, func(a, b domain.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(left, func(a, b erasure.Left) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Field, b.Field))
	})
	return along, shortened(left)
}

// shortened names the places over maxPlaces by kind and field alone.
func shortened(left []erasure.Left) []erasure.Left {
	if len(left) <= maxPlaces {
		return left
	}
	kept := left[:maxPlaces:maxPlaces]
	for _, l := range left[maxPlaces:] {
		l.ID = ""
		i := slices.IndexFunc(kept[maxPlaces:], func(k erasure.Left) bool { return k.Kind == l.Kind && k.Field == l.Field })
		if i < 0 {
			kept = append(kept, l)
			continue
		}
		kept[maxPlaces+i].Texts += l.Texts
		kept[maxPlaces+i].Of += l.Of
	}
	return kept
}

// naming is how a text names the person.
type naming int

const (
	unnamed naming = iota
	perhaps
	surely
)

// called is what somebody is, or was, called by, as words gives it.
type called struct {
	who         domain.Ref
	first, last string
}

func (c called) surely(said string) bool {
	return strings.TrimSpace(c.first) != "" && strings.Contains(said, c.first) && strings.Contains(said, c.last)
}

// people are all that are registered, by what names them.
type people struct {
	byWord  map[string][]called // by the first word of the last name
	numbers map[string][]domain.Ref
	lengths []int // of the numbers
}

func (p *people) add(c called) {
	if words := strings.Fields(c.last); len(words) > 0 && !slices.Contains(p.byWord[words[0]], c) {
		p.byWord[words[0]] = append(p.byWord[words[0]], c)
	}
}

func (p *people) number(who domain.Ref, number string) {
	if len(number) < 11 {
		return
	}
	p.numbers[number] = append(p.numbers[number], who)
	if !slices.Contains(p.lengths, len(number)) {
		p.lengths = append(p.lengths, len(number))
	}
}

// in tells how a text names somebody, and whether it may name anybody else. Who has
// the same last name is named by it together with their first name only, also where
// both are the same.
func (p *people) in(text string, is func(domain.Ref) bool) (names naming, others bool) {
	for _, run := range strings.Fields(digits(text)) {
		for _, n := range p.lengths {
			for from := 0; from+n <= len(run); from++ {
				for _, who := range p.numbers[run[from:from+n]] {
					if is(who) {
						names = surely
					} else {
						others = true
					}
				}
			}
		}
	}
	said := words(text)
	rest := said // without the person's own last names
	var found []called
	for _, word := range slices.Compact(strings.Fields(said)) {
		for _, c := range p.byWord[word] {
			switch {
			case !strings.Contains(said, c.last):
			case !is(c.who):
				found = append(found, c)
			default:
				if names = max(names, perhaps); c.surely(said) {
					names = surely
				}
				for strings.Contains(rest, c.last) {
					rest = strings.ReplaceAll(rest, c.last, " | ")
				}
			}
		}
	}
	for _, c := range found {
		others = others || c.surely(said) || strings.Contains(rest, c.last)
	}
	return names, others
}

// words are those of a text, without case and marks, each between two blanks.
func words(text string) string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'ł' || r == 'Ł':
			return 'l'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, norm.NFKD.String(text))
	return " " + strings.Join(strings.Fields(folded), " ") + " "
}

// digits are those of a text, one after another, apart where a letter stands between.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '0' <= r && r <= '9':
			return r
		case unicode.IsLetter(r):
			return ' '
		}
		return -1
	}, norm.NFKC.String(text))
}
