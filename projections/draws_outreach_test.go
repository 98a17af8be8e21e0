package projections

import (
	"testing"

	"pgregory.net/rapid"

	"ksiega/domain"
	"ksiega/domain/contact"
	"ksiega/domain/place"
	"ksiega/domain/street"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/foldtest"
)

// outreachEvent draws a contact, a count or an identity, of a few.
func outreachEvent(num func(string, int) int, word func(string) string, day domain.Date) domain.Event {
	met := func(name string) contact.Contact {
		c := contact.Contact{Contact: word("contact"), Programme: word("programme"), Street: []string{"", "s1", "s2"}[num(name, 3)], Date: day.Add(num("later", 40)),
			Place: word("place"), First: num("first", 2) == 0, Kind: contact.Prevention, Cause: "v2.c", Outcome: "v2.o"}
		if num("referred", 2) == 0 {
			c.Referral, c.Needs = "v2.r", "v2.n"
		}
		return c
	}
	about := place.About{Programme: word("programme"), Place: word("place"), Date: day}
	count := place.Count{People: num("people", 9), Category: word("category")}
	who := street.About{Programme: word("programme"), Street: []string{"s1", "s2"}[num("street", 2)]}
	switch num("outreach", 9) {
	case 0:
		was := met("was")
		is := met("is")
		is.Contact = was.Contact
		return contact.Corrected{Before: was.Key(), After: is, Reason: "x"}
	case 1:
		was := met("was")
		return contact.Withdrawn{Contact: was.Contact, Was: was.Key(), Reason: "x"}
	case 2:
		return place.Counted{About: about, Count: count}
	case 3:
		return place.CountCorrected{About: about, Before: count, After: place.Count{People: 3}, Reason: "x"}
	case 4:
		return place.CountWithdrawn{About: about, Was: count, Reason: "x"}
	case 5:
		return street.Identified{About: who, Identity: street.Identity{Participant: "U1", Date: day}}
	case 6:
		return street.IdentityWithdrawn{About: who, Identity: street.Identity{Participant: "U1", Date: day}, Reason: "x"}
	}
	return contact.Recorded{Contact: met("who")}
}

// TestWithdrawnOutreachLeavesNothing: a contact that was corrected, with another pseudonym,
// into another month and withdrawn, a count and an identity leave every row as if nobody had
// spoken of them.
func TestWithdrawnOutreachLeavesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		num := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) }
		day := domain.NewDate(2018, 12, 27).Add(num("day", 9))
		first := contact.Contact{Contact: "K/never", Programme: "a", Street: "s1", Date: day, Place: "c-2", Cause: "v2.c"}
		second := first
		second.Street, second.Date, second.Programme = []string{"", "s2", "s1"}[num("then", 3)], day.Add(num("moved", 40)), "b/1 ł"
		about := place.About{Programme: "a", Place: "never", Date: day}
		who := street.About{Programme: "a", Street: "never"}
		history := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) domain.Event {
			return outreachEvent(func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(rt, what) },
				func(what string) string { return rapid.SampledFrom([]string{"a", "b/1 ł", "c-2"}).Draw(rt, what) }, day)
		}), 0, 40).Draw(rt, "history")
		events, mine := woven(rt, history, contact.Recorded{Contact: first}, place.Counted{About: about, Count: place.Count{People: 3}},
			street.Identified{About: who, Identity: street.Identity{Participant: "U1", Date: day}}, contact.Corrected{Before: first.Key(), After: second, Reason: "x"},
			place.CountWithdrawn{About: about, Was: place.Count{People: 3}, Reason: "x"},
			street.IdentityWithdrawn{About: who, Identity: street.Identity{Participant: "U1", Date: day}, Reason: "x"},
			contact.Withdrawn{Contact: "K/never", Was: second.Key(), Reason: "x"})
		recorded := recordedOf(t, events)
		var without []*journal.Recorded
		for i, r := range recorded {
			if !mine[i] {
				without = append(without, r)
			}
		}
		foldtest.SameDump(rt, "outreach", foldtest.Dump(t, folded(t, Outreach(), recorded)), foldtest.Dump(t, folded(t, Outreach(), without)))
	})
}
