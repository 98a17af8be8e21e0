package commands

import (
	"errors"
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
			return asRefusal(err).With("%s", n.Field)
		}
	}
	return nil
}

// columnOfName is the column of an import file that a field of Names comes from.
func columnOfName(err error) string {
	if !errors.Is(err, domain.ErrAlphabet) && !errors.Is(err, domain.ErrPESELAsID) && !errors.Is(err, domain.ErrAccountAsID) {
		return ""
	}
	switch text := err.Error(); text[strings.LastIndex(text, " ")+1:] {
	case "participant", "assistant":
		return "id"
	case "household":
		return "gospodarstwo"
	case "carerFor":
		return "opiekun_dla"
	case "agreement", "contract", "claim":
		return "numer"
	case "list":
		return "lista"
	case "number", "request":
		return "nr"
	case "project":
		return "projekt"
	}
	return ""
}

func asRefusal(err error) *domain.Error {
	refusal, ok := err.(*domain.Error) //nolint:errorlint // CheckNewID returns its sentinels
	if !ok {
		return domain.ErrBadID
	}
	return refusal
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
		held, err := s.vault.Holds(s.ctx, of.Subject())
		if err != nil {
			return err
		}
		if held {
			break
		}
		return asRefusal(refused).With("%s", of.Kind)
	}
	s.named = of
	return nil
}
