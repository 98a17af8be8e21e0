package commands

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/internal/journal"
)

// Every event stands on something, or is said here not to: a new one is put in either.
func TestEveryEventStandsOnSomethingOrNothing(t *testing.T) {
	t.Parallel()
	// What begins a noun, ends something, says what became of another fact of its own
	// stream, or is of the ledger itself.
	nothing := []string{
		"participant.withdrawn", "participant.status-recorded", "participant.status-withdrawn", "participant.stay-recorded", "participant.stay-withdrawn", "participant.merge-withdrawn", "participant.assigned", "participant.assignment-withdrawn",
		"assistant.*",
		"agreement.concluded", "agreement.terms-corrected", "agreement.withdrawn", "agreement.referral-listed", "agreement.referral-delisted",
		"agreement.claim-listed", "agreement.claim-answered", "agreement.claim-released", "agreement.claim-amendment-released", "agreement.claim-move-agreed", "agreement.answer-withdrawn",
		"contract.withdrawn", "contract.change-withdrawn", "contract.suspended", "contract.resumed", "contract.breached", "contract.terminated", "contract.completed", "contract.decided",
		"contract.task-set", "contract.task-withdrawn", "contract.task-result-recorded", "contract.task-result-withdrawn", "contract.evaluated", "contract.evaluation-withdrawn",
		"contract.aid-granted", "contract.aid-withdrawn",
		"attendance.terms-set", "attendance.rerated", "attendance.day-withdrawn", "attendance.month-returned",
		"assistance.visit-withdrawn", "assistance.month-returned",
		"participation.fact-withdrawn",
		"session.withdrawn", "session.presence-withdrawn",
		"payment.withdrawn",
		"refundclaim.*",
		"statement.*",
		"budget.*", "expense.*",
		"durability.*",
		"contact.*", "place.*", "street.named", "street.identity-withdrawn",
		"listing.*",
		"programme.*", "statute.*", "setting.*",
		"finding.*", "erasure.*", "intake.*",
		"account.*", "signin.*",
	}
	table, err := journal.Ledger()
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range table.Names() {
		data, err := os.ReadFile("../internal/journal/testdata/events/" + typ + ".json")
		if err != nil {
			t.Fatal(err)
		}
		e, err := table.Decode(typ, data)
		if err != nil {
			t.Fatal(err)
		}
		grounds, area := groundsOf(e), typ[:strings.Index(typ, ".")]
		free := slices.Contains(nothing, domain.Fact(typ)) || slices.Contains(nothing, area+".*")
		if free == (len(grounds) > 0) {
			t.Errorf("%s stands on %v, and is said to stand on nothing: %t", typ, grounds, free)
		}
		for _, g := range grounds {
			if listOf(g.Kind).enter == nil || g.ID == "" || !slices.Contains(e.Refs(), g.Ref) {
				t.Errorf("%s stands on %v, which it does not name, or which has no list", typ, g.Ref)
			}
		}
	}
}
