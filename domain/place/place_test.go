package place

import (
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/internal/testkit/given"
)

func TestAPlaceIsCountedOnceADay(t *testing.T) {
	t.Parallel()
	d, night := Decider(), domain.NewDate(2024, time.March, 3)
	about := About{"streetworking", "dworzec", night}
	first := Counted{about, Count{4, "dworzec", "noc 2024"}}
	ask := Record{About: about, Count: first.Count}
	given.Given(t, d).When(ask).Then(first)
	given.Given(t, d, first).When(ask).Then()
	other := ask
	other.Count = Count{5, "ulica", ""}
	given.Given(t, d, first).When(other).Refuse(domain.ErrDiffers)
	other.Amend = domain.Amend{Correct: true, Reason: "x"}
	corrected := CountCorrected{about, first.Count, other.Count, "x"}
	given.Given(t, d, first).When(other).Then(corrected)
	back := Record{About: about, Amend: domain.Amend{Withdraw: true, Reason: "x"}}
	gone := CountWithdrawn{about, other.Count, "x"}
	given.Given(t, d, first, corrected).When(back).Then(gone)
	given.Given(t, d, first, corrected, gone).When(back).Then()
	given.Given(t, d, first, corrected, gone).When(ask).Then(first)
	next := Record{About: About{"streetworking", "dworzec", night + 1}, Count: Count{People: 0}}
	given.Given(t, d, first).When(next).Then(Counted{next.About, next.Count})
	for want, about := range map[error]About{ErrOther: {"streetworking", "altanki", night}, domain.ErrNoDay: {"streetworking", "dworzec", 0}, domain.ErrNoID: {"", "dworzec", night}} {
		given.Given(t, d, first).When(Record{About: about}).Refuse(want)
	}
	given.Given(t, d).When(Record{About: about, Count: Count{People: -1}}).Refuse(ErrPeople)
	given.Given(t, d).When(Record{About: about, Count: Count{People: domain.MaxCount + 1}}).Refuse(domain.ErrTooLarge)
}
