package projections

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// ContractChange is a later event of a contract as the contract's own stream folds it, but
// for the texts, and for whose it is, which stands beside it.
type ContractChange struct {
	contract.Change
	Event journal.Position
}

// changeRow is how a row holds a change: by the name of its fact.
type changeRow[C any] struct {
	Fact  string           `json:"fact"`
	Says  C                `json:"says"`
	Event journal.Position `json:"event"`
}

// MarshalJSONTo writes a changeRow.
func (c ContractChange) MarshalJSONTo(e *jsontext.Encoder) error {
	return json.MarshalEncode(e, changeRow[contract.Change]{domain.Fact(c.EventType()), c.Change, c.Event})
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote. A change that this build does not know is
// an error, not a contract completed.
func (c *ContractChange) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var row changeRow[jsontext.Value]
	if err := json.UnmarshalDecode(d, &row); err != nil {
		return err
	}
	for _, kind := range changeKinds() {
		if kind.fact == row.Fact {
			said, err := kind.read(row.Says)
			*c = ContractChange{said, row.Event}
			return err
		}
	}
	return fmt.Errorf("a contract's row holds a change %q", row.Fact)
}

// changeKind reads one kind of change.
type changeKind struct {
	fact string
	read func([]byte) (contract.Change, error)
}

// changeKinds are those of contract.Changes.
func changeKinds() []changeKind {
	return []changeKind{readsChange[contract.Amended](), readsChange[contract.Suspended](), readsChange[contract.Resumed](), readsChange[contract.Breached](),
		readsChange[contract.Terminated](), readsChange[contract.Completed](),
		readsChange[contract.Substituted](), readsChange[contract.Decided]()}
}

func readsChange[C contract.Change]() changeKind {
	var zero C
	return changeKind{domain.Fact(zero.EventType()), func(says []byte) (contract.Change, error) {
		var c C
		err := json.Unmarshal(says, &c)
		return c, err
	}}
}
