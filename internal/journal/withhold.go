package journal

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

// clearMember is a member of an older payload that holds in clear what its
// successor has sealed.
type clearMember struct {
	path []string // of JSON names
	from string   // any of these characters begins what is in clear; "" is all of it
}

// inClear names such members: `name`, `outer.name`, or `name?#` where only
// what follows one of those characters is meant.
func (k Kind) inClear(members ...string) Kind {
	for _, m := range members {
		path, from := m, ""
		if i := strings.IndexAny(m, "?#"); i >= 0 {
			path, from = m[:i], m[i:]
		}
		k.clear = append(k.clear, clearMember{strings.Split(path, "."), from})
	}
	return k
}

// withheld stands where a text in clear stood.
const withheld = "v0."

// HasInClear says whether events of a type hold in clear what their successors
// have sealed.
func (t *Table) HasInClear(name string) bool { return len(t.kinds[name].clear) > 0 }

// Withhold is a payload without what it holds in clear and its successor has
// sealed; data itself where there is nothing of the kind.
func (t *Table) Withhold(name string, data []byte) ([]byte, error) {
	members := t.kinds[name].clear
	if len(members) == 0 {
		return data, nil
	}
	var payload map[string]any
	if err := json.Unmarshal(data, &payload); err != nil {
		return nil, fmt.Errorf("payload of %s does not decode", name) // the decoder's own words may quote it
	}
	for _, m := range members {
		at := payload
		for _, name := range m.path[:len(m.path)-1] {
			at, _ = at[name].(map[string]any)
		}
		name := m.path[len(m.path)-1]
		text, ok := at[name].(string)
		if i := strings.IndexAny(text, m.from); ok && text != "" && (m.from == "" || i >= 0) {
			at[name] = text[:i+1] + withheld
		}
	}
	return json.Marshal(payload, json.Deterministic(true))
}

// HasInClear is that of the journal's table.
func (j *Journal) HasInClear(name string) bool { return j.opts.Table.HasInClear(name) }

// Withheld is an event's recorded payload without what it holds in clear and its
// successor has sealed.
func (j *Journal) Withheld(r *Recorded) ([]byte, error) {
	return j.opts.Table.Withhold(r.Type, r.RawData)
}
