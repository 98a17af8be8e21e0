package finding

import (
	"slices"
	"strings"
)

// Kind is a kind of finding.
type Kind string

// The kinds of findings.
const (
	AssistantOverlap   Kind = "assistant-overlap"
	ParticipantOverlap Kind = "participant-overlap"
	OutsideContract    Kind = "outside-contract"
	OverCap            Kind = "over-cap"
	DoubleFunding      Kind = "double-funding"
	Stay               Kind = "stay"
	PaidNotWorked      Kind = "paid-not-worked"
	WorkedNotPaid      Kind = "worked-not-paid"
	ClaimedNotPaid     Kind = "claimed-not-paid"
	RefundDifference   Kind = "refund-difference"
	OverBudget         Kind = "over-budget"
	DurabilityGap      Kind = "durability-gap"
	NotRegistered      Kind = "not-registered"
	NotEnrolled        Kind = "not-enrolled"
	Caseload           Kind = "caseload"
	Pattern            Kind = "pattern"
	ClaimedTwice       Kind = "claimed-twice"
	NotClaimed         Kind = "not-claimed"
	ReceivedUnmatched  Kind = "received-unmatched"
	DoubledPESEL       Kind = "doubled-pesel"
)

// ID is made of a kind, pseudonymous ids and dates, so that the same discrepancy has
// the same id whenever it is computed, and no other has it.
func ID(kind Kind, parts ...string) string {
	id := string(kind)
	for _, p := range parts {
		id += ":" + EscapePart(p)
	}
	return id
}

// Kinds are all of them. Whoever tells people of findings has words for each.
func Kinds() []Kind {
	return []Kind{AssistantOverlap, ParticipantOverlap, OutsideContract, OverCap, DoubleFunding, Stay, PaidNotWorked, WorkedNotPaid, ClaimedNotPaid,
		RefundDifference, OverBudget, DurabilityGap, NotRegistered, NotEnrolled, Caseload, Pattern, ClaimedTwice, NotClaimed, ReceivedUnmatched, DoubledPESEL}
}

// TellsCodes says of a finding's id that it tells by itself what is sealed: of which kind
// somebody's stay or status is, or that two people have one PESEL. Whoever may not see people
// is shown it nowhere. A programme's cap of a person or contract may bind only whom some facts
// are so: its limit says which. That there is something of the kind tells a name too which
// hides it.
func TellsCodes(id string) bool {
	if Hides(id) {
		return true
	}
	parts := strings.Split(id, ":")
	switch last := parts[len(parts)-1]; Kind(parts[0]) {
	case Stay, NotRegistered, DoubledPESEL:
		return true
	case DoubleFunding:
		return last == "dps"
	case OverCap:
		return slices.ContainsFunc(parts, capped)
	}
	return false
}

// capped says of a part of an id that a cap of participants or contracts follows.
func capped(part string) bool {
	per, period, _ := strings.Cut(part, "-")
	return (per == "participant" || per == "contract") && slices.Contains([]string{"day", "week", "month", "year", "total"}, period)
}
