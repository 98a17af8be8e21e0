package findings

import (
	"slices"

	"ksiega/domain"
)

// Code is a sealed code that a finding rests on. A fold opens none: which code is meant
// follows from days and kinds, which are open, so that the row is whole, and whoever asks
// opens the few that there are. A code whose key is destroyed does not open, and what rested
// on it is found no more, in live, rebuilt and earlier rows alike.
type Code struct {
	Seal domain.Seal   `json:"seal"`
	Text domain.Sealed `json:"text"`
	// Is are the codes by which it is a finding; where there are none, all but those in Not.
	Is  []string `json:"is,omitzero"`
	Not []string `json:"not,omitzero"`
}

// Holds says whether it is a finding by what the code opens to.
func (c Code) Holds(code string) bool {
	if len(c.Is) > 0 {
		return slices.Contains(c.Is, code)
	}
	return !slices.Contains(c.Not, code)
}

func (c Code) same(d Code) bool {
	return c.Seal == d.Seal && c.Text == d.Text && slices.Equal(c.Is, d.Is) && slices.Equal(c.Not, d.Not)
}
