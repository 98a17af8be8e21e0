// Package saying tells of findings in Polish: one sentence each, which says what the rule
// is broken by, in figures, and what to do about it; and where the rule stands. One file a
// kind, or kinds that are found together.
//
// It promises that a sentence holds nothing but what the finding's row shows to whoever
// asks: ids, days, hours, amounts. It stops at words; what is found is for
// projections/findings.
package saying

import (
	"strings"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
	"ksiega/internal/polish"
	"ksiega/projections/findings"
)

// Facts are what sentences take beside a finding.
type Facts struct {
	// Statute is the source of the statute's cap of a person in a period, by the figures
	// of a day.
	Statute func(period cap.Period, counts cap.Unit, day domain.Date) (string, error)
}

// Said is a finding in words.
type Said struct {
	Text string // one sentence
	Rule string // what it goes by, and where that stands
}

// Of is a finding in words; none where nobody says them yet.
func Of(f findings.Found, facts Facts) (Said, error) {
	parts := strings.Split(f.ID, ":")[1:]
	for i, p := range parts {
		parts[i] = finding.UnescapePart(p)
	}
	switch f.Kind {
	case finding.AssistantOverlap, finding.ParticipantOverlap:
		return overlap(f, parts), nil
	case finding.OutsideContract:
		return outside(f, parts), nil
	case finding.Pattern:
		return pattern(f, parts), nil
	case finding.Caseload:
		return overload(f, parts), nil
	case finding.OverCap:
		return overCap(f, parts, facts)
	case finding.WorkedNotPaid, finding.PaidNotWorked, finding.NotClaimed:
		return settled(f, parts), nil
	case finding.ClaimedNotPaid, finding.ClaimedTwice:
		return claimed(f, parts), nil
	case finding.RefundDifference, finding.ReceivedUnmatched:
		return refunded(f, parts), nil
	case finding.OverBudget:
		return overBudget(f, parts), nil
	case finding.DoubleFunding:
		switch parts[len(parts)-1] {
		case "document":
			return twicePaid(f, parts), nil
		case "dps":
			return inCareHome(f, parts), nil
		}
		return twiceFunded(f, parts), nil
	case finding.Stay:
		return inStay(f, parts), nil
	case finding.NotRegistered:
		return notRegistered(f, parts), nil
	case finding.NotEnrolled:
		return notEnrolled(f, parts), nil
	case finding.DurabilityGap:
		return gap(f, parts), nil
	case finding.DoubledPESEL:
		return doubled(parts), nil
	}
	return Said{}, nil
}

func day(d domain.Date) string { return polish.Day(d.String()) }

// days are from one to another, or one alone.
func days(f findings.Found) string {
	switch {
	case f.Running:
		return "od " + day(f.From)
	case f.From == f.To:
		return day(f.From)
	}
	return "od " + day(f.From) + " do " + day(f.To)
}

func hours(m domain.Minutes) string { return polish.Hours(int64(m)) + " h" }

func money(g domain.Grosze) string { return polish.Zloty(int64(g)) }

// at is a thing and the time of day that an id has behind it.
func at(part string) (of, clock string) {
	i := strings.LastIndex(part, "@")
	if i < 0 {
		return part, ""
	}
	return part[:i], strings.Replace(part[i+1:], ".", ":", 1)
}
