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
	"ksiega/domain/erasure"
	"ksiega/domain/intake"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// mentions looks for what was written about a person under other keys than theirs. A
// subject whose texts are all about the person, and nobody else, goes along; of
// others it counts the texts that name the person. A text is about the person where it
// belongs to a claim of theirs alone, to a finding about them, or to a reading of
// nothing but their data, or where it has first and last name, the PESEL or the
// account; the last name alone names somebody, but perhaps a namesake. A name is found
// as it was registered: inflected, misspelt or by its initial it is not.
type mentions struct {
	ctx    context.Context
	vault  *vault.Vault
	of     domain.Ref
	person person

	contracts map[string]bool // of the person
	shared    map[string]bool // claim → whether another has a share of it
	about     map[domain.Ref]bool
	texts     []foreignText
	paid      map[line]string // the claim that a line is matched to
}

// foreignText is a text under another's key.
type foreignText struct {
	seal  domain.Seal
	line  line
	names naming
}

type line struct {
	statement string
	number    int
}

// naming is how a text names the person.
type naming int

const (
	unnamed naming = iota
	perhaps
	surely
)

// Mentions finds them. It reads the log once, and must be asked before the person's
// key is destroyed: without their names only references are found.
func Mentions(ctx context.Context, j *journal.Journal, v *vault.Vault, of domain.Ref) (along []domain.Ref, left []erasure.Left, err error) {
	m := mentions{ctx: ctx, vault: v, of: of, contracts: map[string]bool{}, shared: map[string]bool{}, about: map[domain.Ref]bool{}, paid: map[line]string{}}
	if of.Kind != domain.RefParticipant && of.Kind != domain.RefAssistant {
		return nil, nil, nil
	}
	err = j.ReadStream(ctx, domain.Stream(string(of.Kind), of.ID), 0, func(r *journal.Recorded) error { return m.learn(r.Event) })
	if err == nil {
		err = j.Scan(ctx, journal.ScanOptions{}, func(b journal.Batch) error {
			for i := range b.Events {
				if err := m.take(b.Events[i].Event); err != nil {
					return err
				}
			}
			return nil
		})
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

// learn keeps what the person is called by.
func (m *mentions) learn(e domain.Event) (failed error) {
	var first, last string
	domain.EachSeal(e, func(s domain.Seal, text domain.Sealed) {
		clear, err := m.opened(s, text)
		failed = errors.Join(failed, err)
		switch {
		case s.Subject != m.of:
		case s.Field == "firstName":
			first = clear
		case s.Field == "lastName":
			last = clear
		case s.Field == "pesel", s.Field == "account":
			if d := digits(clear); len(d) >= 11 {
				m.person.numbers = append(m.person.numbers, d)
			}
		}
	})
	if last != "" {
		m.person.names = append(m.person.names, [2]string{words(first), words(last)})
	}
	return failed
}

func (m *mentions) take(e domain.Event) (failed error) {
	switch e := e.(type) {
	case refund.Submitted:
		for _, s := range e.Shares {
			if (domain.Ref{Kind: domain.RefParticipant, ID: s.Participant}) == m.of {
				m.about[domain.Ref{Kind: domain.RefClaim, ID: e.Claim}] = true
				m.contracts[s.Contract] = true
			} else {
				m.shared[e.Claim] = true
			}
		}
	case statement.LineMatched:
		m.paid[line{e.Statement, e.Line}] = e.Claim
	case statement.MatchUndone:
		delete(m.paid, line{e.Statement, e.Line})
	case intake.PersonalDataRead:
		if len(e.Subjects) == 1 && domain.Ref(e.Subjects[0]) == m.of {
			m.about[intake.ReasonSeal(e.Reading).Subject] = true
		}
	default:
		if strings.HasPrefix(e.EventType(), "contract.") && slices.Contains(e.Refs(), m.of) {
			for _, ref := range e.Refs() {
				if ref.Kind == domain.RefContract && m.of.Kind == domain.RefParticipant {
					m.contracts[ref.ID] = true
				}
			}
		}
	}
	domain.EachSeal(e, func(s domain.Seal, text domain.Sealed) {
		switch s.Subject.Kind {
		case domain.RefParticipant, domain.RefAssistant:
			return
		}
		clear, err := m.opened(s, text)
		failed = errors.Join(failed, err)
		if clear == "" {
			return
		}
		t := foreignText{seal: s, names: m.person.in(clear)}
		if s.Subject.Kind == domain.RefStatement {
			t.line = line{s.Subject.ID, s.Scope.Line}
		}
		m.texts = append(m.texts, t)
	})
	return failed
}

// referred tells whether a text is about the person whatever it says.
func (m *mentions) referred(t foreignText) bool {
	of := t.seal.Subject
	switch of.Kind {
	case domain.RefStatement:
		claim, ok := m.paid[t.line]
		return ok && m.ours(claim)
	case domain.RefClaim:
		return m.ours(of.ID)
	case domain.RefFinding:
		_, parts, _ := strings.Cut(of.ID, ":")
		has := func(part string) bool { return strings.Contains(":"+parts+":", ":"+part+":") }
		if has(m.of.ID) {
			return true
		}
		for contract := range m.contracts {
			if has(contract) {
				return true
			}
		}
		return false
	}
	return m.about[of]
}

// ours is a claim in which nobody else has a share.
func (m *mentions) ours(claim string) bool {
	return m.about[domain.Ref{Kind: domain.RefClaim, ID: claim}] && !m.shared[claim]
}

func (m *mentions) sum() (along []domain.Ref, left []erasure.Left) {
	type place struct {
		of    domain.Ref
		field string
	}
	all, sure := map[domain.Ref]int{}, map[domain.Ref]int{}
	named := map[place]int{}
	for _, t := range m.texts {
		of := t.seal.Subject
		all[of]++
		referred := m.referred(t)
		if referred || t.names == surely {
			sure[of]++
		}
		if referred || t.names != unnamed || of.Kind == domain.RefClaim && m.about[of] {
			named[place{of, t.seal.Field}]++
		}
	}
	for of, n := range sure {
		if n == all[of] && of.Kind != domain.RefProgramme && of != intake.ReasonSeal("").Subject {
			along = append(along, of)
		}
	}
	for at, n := range named {
		if !slices.Contains(along, at.of) {
			left = append(left, erasure.Left{Kind: at.of.Kind, ID: at.of.ID, Field: at.field, Texts: n, Of: all[at.of]})
		}
	}
	slices.SortFunc(along, func(a, b domain.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(left, func(a, b erasure.Left) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Field, b.Field))
	})
	return along, left
}

// person is what somebody is, or was, called by.
type person struct {
	names   [][2]string // first and last, as words gives them
	numbers []string
}

// in tells how a text names the person.
func (p person) in(text string) naming {
	said, numbers := words(text), digits(text)
	for _, n := range p.numbers {
		if strings.Contains(numbers, n) {
			return surely
		}
	}
	found := unnamed
	for _, n := range p.names {
		if strings.Contains(said, n[1]) {
			found = perhaps
			if n[0] != " " && strings.Contains(said, n[0]) {
				return surely
			}
		}
	}
	return found
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
