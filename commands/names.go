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

// named are the names that a request gives to something, by field.
func named(r Request) map[string]string {
	switch c := r.(type) {
	case RegisterParticipant:
		return map[string]string{"id": c.ID, "household": c.Household, "carerFor": c.CarerFor}
	case RegisterAssistant:
		return map[string]string{"id": c.ID}
	case ConcludeAgreement:
		return map[string]string{"number": c.Number}
	case SignContract:
		return map[string]string{"number": c.Number}
	case SubmitClaim:
		return map[string]string{"number": c.Number}
	case PayBenefit:
		return map[string]string{"list": c.List}
	case TellDurability:
		return map[string]string{"number": c.Number}
	}
	return nil
}

// NamesNoticed are the fields of a request whose identifiers look like people's names:
// a door tells whoever asked, who alone can know.
func NamesNoticed(r Request) []string {
	var fields []string
	for _, field := range []string{"id", "number", "list", "household", "carerFor"} {
		if domain.LooksLikeName(named(r)[field]) {
			fields = append(fields, field)
		}
	}
	return fields
}

// namingColumns are the columns of an import file that give names.
func namingColumns(kind string) []string {
	switch kind {
	case "uczestnicy":
		return []string{"id", "gospodarstwo", "opiekun_dla"}
	case "asystenci":
		return []string{"id"}
	case "porozumienia", "umowy", "wnioski":
		return []string{"numer"}
	case "wyplaty":
		return []string{"lista"}
	case "trwalosc":
		return []string{"nr"}
	}
	return nil
}

// Notice is a cell of an accepted row that looks as if it named somebody.
type Notice struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
}

// noticed are the notices of a file's accepted rows.
func (im *importing) noticed(kind string) (all []Notice) {
	if im.sheet == nil {
		return nil
	}
	for i, o := range im.outcomes {
		if o.verdict != accepted {
			continue
		}
		r := im.sheet.Record(i)
		for _, column := range namingColumns(kind) {
			if domain.LooksLikeName(r.OptionalID(column)) {
				all = append(all, Notice{Row: r.Number(), Column: column})
			}
		}
	}
	return all
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
