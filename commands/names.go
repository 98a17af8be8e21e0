package commands

import (
	"reflect"
	"strings"

	"ksiega/domain"
	"ksiega/domain/finding"
)

// naming decides and refuses new names that break domain.CheckNewID. The zero state
// is a stream without events, so that only its first event gives the stream's name;
// what was named under a looser rule goes on.
func naming[S, C any](d domain.Decider[S, C]) domain.Decider[S, C] {
	decide := d.Decide
	d.Decide = func(s S, c C) ([]domain.Event, error) {
		events, err := decide(s, c)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if err := checkNames(e, reflect.ValueOf(&s).Elem().IsZero()); err != nil {
				return nil, err
			}
		}
		return events, nil
	}
	return d
}

func checkNames(e domain.Event, first bool) error {
	of, ok := e.(domain.Naming)
	if !ok {
		return nil
	}
	for _, n := range of.Names() {
		if n.ID == "" || n.Stream && !first {
			continue
		}
		if err := domain.CheckNewID(n.ID); err != nil {
			return domain.At(n.Field, err)
		}
	}
	return nil
}

// nameable refuses, before a key of its own is made and named by it, a subject that
// may not be named anew. Findings are named by the ledger, of several ids.
func (s *sealer) nameable(of domain.Ref) error {
	if of == s.named {
		return nil
	}
	parts := []string{of.ID}
	if of.Kind == domain.RefFinding {
		parts = strings.FieldsFunc(of.ID, func(r rune) bool { return r == ':' || r == '@' })
	}
	for _, part := range parts {
		refused := domain.CheckNewID(finding.UnescapePart(part))
		if refused == nil {
			continue
		}
		has, err := s.vault.HasKey(s.ctx, of.Subject())
		if err != nil {
			return err
		}
		if has {
			break
		}
		if s.unknown != nil && of.Kind == domain.RefParticipant {
			return s.unknown
		}
		return domain.At(subjectField(of.Kind), refused)
	}
	s.named = of
	return nil
}

// subjectField is the field of the commands that name a subject of its kind.
func subjectField(kind domain.RefKind) string {
	switch kind {
	case domain.RefParticipant, domain.RefAssistant:
		return "id"
	case domain.RefProgramme:
		return "project"
	}
	return string(kind)
}
