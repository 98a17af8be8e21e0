package programmefile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/programme"
)

// reader reads the parts of a file, and keeps where each key stands and what is wrong.
type reader struct {
	lines  map[string]int
	faults Faults
}

// value reads what stands under a key.
type value func(n *yaml.Node, at string)

// keys are those that a mapping may have.
type keys map[string]value

func (r *reader) refuse(n *yaml.Node, at string, why *domain.Error) {
	r.faults = append(r.faults, Fault{n.Line, spelt(at), why})
}

// is says whether a node is of a kind; one that is of another is refused.
func (r *reader) is(n *yaml.Node, at string, kind yaml.Kind, tag string, otherwise *domain.Error) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		r.refuse(n, at, ErrAlias)
	case n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!null" || n.Value == ""):
		r.refuse(n, at, programme.ErrMissing)
	case n.Kind != kind || tag != "" && n.ShortTag() != tag:
		r.refuse(n, at, otherwise)
	default:
		return true
	}
	return false
}

// mapping reads keys with values; those that are needed have to be there.
func (r *reader) mapping(n *yaml.Node, at string, known keys, needed ...string) {
	if !r.is(n, at, yaml.MappingNode, "!!map", ErrKeys) {
		return
	}
	r.each(n, at, func(key string, k, v *yaml.Node, at string) {
		if read, ok := known[key]; ok {
			read(v, at)
		} else {
			r.refuse(k, at, ErrKey)
		}
	})
	for _, key := range needed {
		if below := beneath(at, key); r.lines[below] == 0 {
			r.refuse(n, below, programme.ErrMissing)
		}
	}
}

// each goes through the keys of a mapping, each of which stands once.
func (r *reader) each(n *yaml.Node, at string, read func(key string, k, v *yaml.Node, at string)) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			r.refuse(k, at, ErrKey)
			continue
		}
		below := beneath(at, k.Value)
		if r.lines[below] != 0 {
			r.refuse(k, below, ErrKeyTwice)
			continue
		}
		r.lines[below] = k.Line
		read(k.Value, k, v, below)
	}
}

func beneath(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

// listOf reads a list, one after another.
func listOf[T any](r *reader, into *[]T, one func(n *yaml.Node, at string) T) value {
	return func(n *yaml.Node, at string) {
		if !r.is(n, at, yaml.SequenceNode, "!!seq", ErrList) {
			return
		}
		for i, item := range n.Content {
			at := fmt.Sprintf("%s[%d]", at, i)
			r.lines[at] = item.Line
			*into = append(*into, one(item, at))
		}
	}
}

// sortedOf reads keys with values that name themselves, sorted by key.
func sortedOf[T any](r *reader, into *[]T, one func(key string, n *yaml.Node, at string) T) value {
	return func(n *yaml.Node, at string) {
		if !r.is(n, at, yaml.MappingNode, "!!map", ErrKeys) {
			return
		}
		byKey := map[string]T{}
		r.each(n, at, func(key string, _, v *yaml.Node, at string) { byKey[key] = one(key, v, at) })
		names := make([]string, 0, len(byKey))
		for name := range byKey {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			*into = append(*into, byKey[name])
		}
	}
}

// texts reads a list of texts.
func (r *reader) texts(into *[]string) value { return listOf(r, into, r.word) }

// text reads a text into a field, whatever kind of text it is there.
func text[T ~string](r *reader, into *T) value {
	return func(n *yaml.Node, at string) { *into = T(r.word(n, at)) }
}

func (r *reader) word(n *yaml.Node, at string) string {
	if !r.is(n, at, yaml.ScalarNode, "!!str", ErrText) {
		return ""
	}
	s := norm.NFC.String(strings.TrimSpace(n.Value))
	switch {
	case s == "":
		r.refuse(n, at, programme.ErrMissing)
	case utf8.RuneCountInString(s) > 4000, strings.ContainsFunc(s, func(c rune) bool { return c == utf8.RuneError || unicode.IsControl(c) }):
		r.refuse(n, at, ErrUnread)
	default:
		return s
	}
	return ""
}

// oneOf reads one of two words, of which the second is true.
func (r *reader) oneOf(into *bool, no, yes string) value {
	return func(n *yaml.Node, at string) {
		switch word := r.word(n, at); word {
		case no, "": // "" was refused
		case yes:
			*into = true
		default:
			r.refuse(n, at, programme.ErrWord.With("%s, not one of %s", word, no+", "+yes))
		}
	}
}

func (r *reader) date(into *domain.Date) value {
	return func(n *yaml.Node, at string) {
		if !r.is(n, at, yaml.ScalarNode, "", ErrDate) {
			return
		}
		day, err := domain.ParseDate(n.Value)
		if err != nil {
			r.refuse(n, at, ErrDate)
		}
		*into = day
	}
}

func (r *reader) count(into *int) value {
	return func(n *yaml.Node, at string) {
		if !r.is(n, at, yaml.ScalarNode, "!!int", ErrCount) {
			return
		}
		whole, ok := number(n.Value)
		if !ok {
			r.refuse(n, at, ErrCount)
		}
		*into = int(whole)
	}
}

// hundredths reads a number with up to two decimals.
func hundredths[T ~int | ~int64](r *reader, into *T) value {
	return func(n *yaml.Node, at string) {
		if !r.is(n, at, yaml.ScalarNode, "", ErrDecimal) {
			return
		}
		whole, part, _ := strings.Cut(n.Value, ".")
		units, ok := number(whole)
		decimals, also := number(cmp.Or(part, "0"))
		if tag := n.ShortTag(); tag != "!!int" && tag != "!!float" || !ok || !also || len(part) > 2 {
			r.refuse(n, at, ErrDecimal)
			return
		}
		if len(part) == 1 {
			decimals *= 10
		}
		*into = T(units*100 + decimals)
	}
}

// minutes reads hours.
func (r *reader) minutes(into func(domain.Minutes)) value {
	return func(n *yaml.Node, at string) {
		var hours int64
		refused := len(r.faults)
		if hundredths(r, &hours)(n, at); len(r.faults) > refused {
			return
		}
		if hours*60%100 != 0 {
			r.refuse(n, at, ErrMinutes)
			return
		}
		into(domain.Minutes(hours * 60 / 100))
	}
}

// number reads up to nine digits, as people write them.
func number(s string) (int64, bool) {
	if s == "" || len(s) > 9 || strings.ContainsFunc(s, func(c rune) bool { return c < '0' || c > '9' }) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
