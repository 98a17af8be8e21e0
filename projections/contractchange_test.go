package projections

import (
	"testing"

	"github.com/go-json-experiment/json"

	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/position"
)

// Every kind of change comes back from a row as it was put there.
func TestRowsTakeEveryChange(t *testing.T) {
	t.Parallel()
	life := contract.Life{Contract: "S/1", Participant: "U1", Programme: "psu", On: domain.NewDate(2018, 3, 1), Reason: "sealed"}
	full := map[string]contract.Change{
		"contract.amended":   contract.Amended{Life: life, To: life.On + 9, Weekly: 300, Rate: 2000, Assistant: "A2", Place: "sealed", Work: "sealed", Aid: 50000},
		"contract.suspended": contract.Suspended{Life: life, Until: life.On + 5}, "contract.resumed": contract.Resumed{Life: life},
		"contract.breached": contract.Breached{Life: life}, "contract.terminated": contract.Terminated{Life: life}, "contract.completed": contract.Completed{Life: life},
		"contract.substituted": contract.Substituted{Life: life, Substitute: "A2", Until: life.On + 5},
		"contract.decided":     contract.Decided{Life: life, Ruling: contract.Refused, Number: "D/1", Served: life.On + 3, Appeal: contract.AppealFiled},
	}
	for _, kind := range contract.Changes() {
		c, ok := full[domain.Fact(kind.EventType())]
		if !ok {
			t.Errorf("%s is not tried", kind.EventType())
			continue
		}
		was := ContractChange{contract.Alone(c), position.Of(7)}
		row, err := json.Marshal(was, json.Deterministic(true), json.OmitZeroStructFields(true))
		if err != nil {
			t.Fatal(err)
		}
		var back ContractChange
		if err := json.Unmarshal(row, &back); err != nil || back != was {
			t.Errorf("%s comes back as %+v, %v", row, back, err)
		}
		if l := was.Of(); l != (contract.Life{On: life.On}) {
			t.Errorf("%s says %+v", row, l)
		}
	}
}
