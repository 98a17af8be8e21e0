package programme

import (
	"slices"
	"strings"

	"ksiega/domain"
)

// Refusals of what a programme's file does not list. Each tells of which edition it is: its
// programme and first day.
var (
	ErrContractKind = domain.Refusal(domain.CodeRule, "the programme does not work by contracts of this kind").At("kind")
	ErrServiceKind  = domain.Refusal(domain.CodeRule, "the programme has no service of this kind").At("kind")
	ErrDictionary   = domain.Refusal(domain.CodeRule, "none of the programme's words")
	ErrGroup        = domain.Refusal(domain.CodeRule, "none of the programme's groups").At("group")
	ErrOutcome      = domain.Refusal(domain.CodeRule, "none of the programme's outcomes").At("value")
	ErrGroupless    = domain.Refusal(domain.CodeRule, "the programme has no groups").At("group")
	ErrOutcomeless  = domain.Refusal(domain.CodeRule, "the programme lists no outcomes").At("value")
)

// AllowsContract refuses a kind of contract that the edition does not list; one that lists
// none needs none, and takes any.
func (p Programme) AllowsContract(kind string) error {
	if len(p.Contracts) == 0 || slices.Contains(p.Contracts, kind) {
		return nil
	}
	return ErrContractKind.With("not one of %s, of %s from %s", said(p.Contracts), p.ID, p.From)
}

// AllowsService refuses what is recorded as a kind of service that the edition does not
// list, unless it lists none.
func (p Programme) AllowsService(kind string) error {
	kinds := make([]string, len(p.Services))
	for i, s := range p.Services {
		kinds[i] = s.Kind
	}
	if len(kinds) == 0 || slices.Contains(kinds, kind) {
		return nil
	}
	return ErrServiceKind.With("not one of %s, of %s from %s", said(kinds), p.ID, p.From)
}

// AllowsVisits is AllowsService of an assistant's hours.
func (p Programme) AllowsVisits() error { return p.AllowsService(visit) }

// AllowsGroup refuses a group that the edition does not have, and none where it has any.
func (p Programme) AllowsGroup(group string) error {
	ids := make([]string, len(p.Groups))
	for i, g := range p.Groups {
		ids[i] = g.ID
	}
	if group == "" && len(ids) == 0 || slices.Contains(ids, group) {
		return nil
	}
	if len(ids) == 0 {
		return ErrGroupless.With("%s from %s", p.ID, p.From)
	}
	return ErrGroup.With("not one of %s, of %s from %s", said(ids), p.ID, p.From)
}

// AllowsOutcome refuses an outcome that the edition does not list.
func (p Programme) AllowsOutcome(outcome string) error {
	if slices.Contains(p.Outcomes, outcome) {
		return nil
	}
	if len(p.Outcomes) == 0 {
		return ErrOutcomeless.With("%s from %s", p.ID, p.From)
	}
	return ErrOutcome.With("not one of %s, of %s from %s", said(p.Outcomes), p.ID, p.From)
}

// Word is a text of a field as the edition's dictionary spells it, where it has one for the
// field: equal words are then spelt equally. A word that is none of them is refused, which
// does not repeat it, since it may say anything. alike says what counts as the same word.
func (p Programme) Word(field, given string, alike func(a, b string) bool) (string, error) {
	i := slices.IndexFunc(p.Dictionaries, func(d Dictionary) bool { return d.Field == field })
	if i < 0 || given == "" {
		return given, nil
	}
	words := p.Dictionaries[i].Words
	if at := slices.IndexFunc(words, func(w string) bool { return alike(w, given) }); at >= 0 {
		return words[at], nil
	}
	return "", ErrDictionary.With("not one of %s, of %s from %s", strings.Join(words, ", "), p.ID, p.From)
}

// said is what a file lists, each once.
func said(listed []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(listed))), ", ")
}
