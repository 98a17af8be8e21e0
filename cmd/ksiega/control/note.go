package control

import (
	"encoding/json"
	"net/http"
	"sync"

	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/queries"
)

// Note is one line of what the door says while it works. The last note has Done or
// Error set.
type Note struct {
	File    string            `json:"file,omitempty"`
	Done    bool              `json:"done,omitempty"`
	At      int               `json:"at,omitempty"`
	Of      int               `json:"of,omitempty"`
	Summary *commands.Summary `json:"summary,omitempty"`
	// Refused are some of the rows of a file that were not accepted, Header its columns.
	Refused []RefusedRow `json:"refused,omitempty"`
	Header  []string     `json:"header,omitempty"`
	// Unreadable says why a file could not be imported; the others go on.
	Unreadable string `json:"unreadable,omitempty"`
	Matched    int    `json:"matched,omitempty"`
	// Differ is one difference that verify found.
	Differ    string                  `json:"differ,omitempty"`
	Scavenged *eventdb.ScavengeResult `json:"scavenged,omitempty"`
	// Problem is one thing that the doctor found.
	Problem *eventdb.Problem `json:"problem,omitempty"`
	// Anew says which read model is being built anew, and why.
	Anew string `json:"anew,omitempty"`
	// Left is what earlier versions recorded in clear.
	Left []queries.Left `json:"left,omitempty"`
	// Along is what was erased along with somebody, Remains what is written about them
	// under keys of others.
	Along   []erasure.Subject `json:"along,omitempty"`
	Remains []erasure.Left    `json:"remains,omitempty"`
	Error   string            `json:"error,omitempty"`
}

// RefusedRow is a row that was not accepted, as it stood in the file, and why.
type RefusedRow struct {
	Row      int             `json:"row"`
	Cells    []string        `json:"cells,omitempty"`
	Problems []words.Problem `json:"problems"`
}

// Notes are the answer of an operation: they begin with the first that is said, so that
// what fails before then is told by its status. They are safe for concurrent use.
type Notes struct {
	door *door
	mu   sync.Mutex
	w    http.ResponseWriter
	enc  *json.Encoder // nil until they begin
}

// Say says a note at once.
func (n *Notes) Say(m Note) { _ = n.Line(m) } // a client that went away is seen by the request's context

// Line says anything else that is one JSON value.
func (n *Notes) Line(v any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.enc == nil {
		n.w.Header().Set("Content-Type", "application/x-ndjson")
		n.w.WriteHeader(http.StatusOK)
		n.enc = json.NewEncoder(n.w)
	}
	err := n.enc.Encode(v)
	_ = http.NewResponseController(n.w).Flush()
	return err
}

func (n *Notes) end(err error) {
	switch {
	case err == nil:
		n.Say(Note{Done: true})
	case n.enc == nil:
		n.door.refuse(n.w, err)
	default:
		n.Say(Note{Error: n.door.Shown(err).Error()})
	}
}
