package commands_test

import (
	"strings"
	"testing"

	"ksiega/internal/testkit/ledgertest"
	"ksiega/queries"
)

// A correction is one decision, whether it is recorded as one event or as a withdrawal and
// the fact anew: what was known until it stays, from its last event on it is as if it had
// been right from the beginning, and the history shows its events together, the first of
// them with the reason, so that whoever looks at what stands finds why.
func TestACorrectionIsOneDecision(t *testing.T) {
	t.Parallel()
	for _, w := range waysBack() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			l := ledgertest.Open(t)
			for _, f := range append(append(anyCentre(), w.before...), w.wrong) {
				accepted(t, l, f)
			}
			before, err := l.Journal.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			stood := toldOf(t, l)
			accepted(t, l, w.correct)
			after, err := l.Journal.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			corrected := toldOf(t, l)
			sameTold(t, "known before the correction", toldOf(t, l, before.String()), stood)
			sameTold(t, "known at the correction", toldOf(t, l, after.String()), corrected)
			reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: ledgertest.Now, Zone: l.Zone})
			last := map[string]queries.Entry{} // by stream
			_, err = reader.History(t.Context(), queries.HistoryRequest{Who: ledgertest.Actor.Who, From: before.String()}, func(e queries.Entry) error {
				with, found := last[e.Stream]
				about, _, _ := strings.Cut(e.Stream, "-")
				switch {
				case e.Position == before.String() || about == "import" || strings.HasPrefix(e.Type, "listing.") || strings.HasPrefix(e.Type, "attendance.rerated.") || strings.HasPrefix(e.Type, "street.named."):
					return nil // what follows from what is decided elsewhere
				case e.DecidedWith != nil && (!found || *e.DecidedWith != with.Revision):
					t.Errorf("%s was decided with revision %d of its stream", e.Type, *e.DecidedWith)
				case e.DecidedWith == nil && found && w.name != "claim": // a claim is taken back, then submitted
					t.Errorf("%s of %s is a decision of its own", e.Type, e.Stream)
				case !found && about != "agreement" && !strings.Contains(string(e.Data), `"reason":"`): // which lists what others decided
					t.Errorf("%s has no reason: %s", e.Type, e.Data)
				}
				last[e.Stream] = e
				return nil
			})
			if err != nil || len(last) == 0 {
				t.Errorf("of %d streams something was recorded: %v", len(last), err)
			}
		})
	}
}
