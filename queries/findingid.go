package queries

import (
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/finding"
)

// earlierID is what builds before this one named a finding by, "" where that is no
// other: they parted by the separator alone, so that two findings could have one.
func earlierID(id string) string {
	if earlier := finding.UnescapePart(id); earlier != id {
		return earlier
	}
	return ""
}

// idPart is a part of a finding's id: a thing that it names, or a plain word, of which
// plain says whether it is one.
type idPart struct {
	kind domain.RefKind
	// beside: the finding names it to be told apart from others, and is about the rest.
	beside bool
	at     bool // a time of day follows the thing
	plain  func(string) bool
}

// findingLayouts are how the ids of a kind are made: see the calls of findingID.
func findingLayouts(kind finding.Kind) [][]idPart {
	of := func(kind domain.RefKind) idPart { return idPart{kind: kind} }
	at := func(kind domain.RefKind) idPart { return idPart{kind: kind, at: true} }
	word := func(words ...string) idPart {
		return idPart{plain: func(s string) bool { return slices.Contains(words, s) }}
	}
	day := idPart{plain: func(s string) bool { _, err := domain.ParseDate(s); return err == nil }}
	month := idPart{plain: func(s string) bool { _, err := domain.ParseMonth(s); return err == nil }}
	year := idPart{plain: func(s string) bool { _, err := strconv.ParseUint(s, 10, 16); return err == nil && len(s) == 4 }}
	claim := idPart{kind: domain.RefClaim, beside: true}
	contract := of(domain.RefContract)
	switch kind {
	case finding.AssistantOverlap:
		return pairLayouts([]idPart{of(domain.RefAssistant), day}, at(domain.RefContract))
	case finding.ParticipantOverlap:
		return pairLayouts([]idPart{of(domain.RefParticipant), day}, at(domain.RefAssistant))
	case finding.OutsideContract:
		return [][]idPart{{contract, day, at(domain.RefAssistant)}, {contract, day}}
	case finding.PaidNotWorked, finding.WorkedNotPaid, finding.NotClaimed, finding.Pattern:
		return [][]idPart{{contract, month}}
	case finding.ClaimedTwice:
		return [][]idPart{{contract, month}, {of(domain.RefAgreement), month, word("sum")}}
	case finding.ClaimedNotPaid:
		return [][]idPart{{contract, month, claim}}
	case finding.RefundDifference:
		return [][]idPart{{claim, contract}, {of(domain.RefClaim), word("given", "corrected", "accepted")}}
	case finding.OverCap:
		return slices.Concat([][]idPart{{of(domain.RefParticipant), day}, {of(domain.RefParticipant), year}, {of(domain.RefAgreement), word("hours")},
			{of(domain.RefAgreement), word("people"), day}, {contract, month}, {contract, word("week"), day}}, programmeCapLayouts(day))
	case finding.Caseload:
		return [][]idPart{{of(domain.RefProgramme), of(domain.RefAssistant), day}}
	case finding.Stay:
		return [][]idPart{{of(domain.RefParticipant), day, at(domain.RefContract)}, {of(domain.RefParticipant), day, contract}}
	case finding.NotRegistered:
		return [][]idPart{{contract, day}}
	case finding.NotEnrolled:
		return [][]idPart{{of(domain.RefProgramme), of(domain.RefParticipant), day, at(domain.RefContract)}, {of(domain.RefProgramme), of(domain.RefParticipant), day, at(domain.RefSession)}}
	case finding.DoubledPESEL:
		return [][]idPart{{of(domain.RefParticipant), of(domain.RefParticipant)}}
	case finding.DoubleFunding:
		nip := idPart{plain: domain.ValidNIP}
		return append(pairLayouts([]idPart{of(domain.RefParticipant), day}, at(domain.RefAssistant)),
			[]idPart{nip, of(domain.RefDocument), word("document")}, []idPart{of(domain.RefProgramme), of(domain.RefDocument), word("document")},
			[]idPart{of(domain.RefParticipant), day, at(domain.RefContract), word("dps")}, []idPart{of(domain.RefParticipant), day, contract, word("dps")})
	case finding.OverBudget:
		return [][]idPart{{of(domain.RefProgramme), {plain: func(line string) bool { return line != "" }}}}
	case finding.DurabilityGap:
		return [][]idPart{{of(domain.RefProgramme), day}}
	case finding.ReceivedUnmatched:
		number := idPart{plain: func(s string) bool { _, err := strconv.Atoi(s); return err == nil }}
		return [][]idPart{{of(domain.RefClaim), {kind: domain.RefStatement, beside: true}, number}}
	}
	return nil
}

// pairLayouts are those of two things that meet, each a visit as it is named, or a session,
// which is about nobody by itself.
func pairLayouts(of []idPart, visit idPart) (all [][]idPart) {
	held := idPart{kind: domain.RefSession, at: true, beside: true}
	for _, one := range []idPart{visit, held} {
		for _, other := range []idPart{visit, held} {
			all = append(all, slices.Concat(of, []idPart{one, other}))
		}
	}
	return all
}

// programmeCapLayouts are those of a cap of a programme: whose it is and of which period,
// the first day of that, and the limit.
func programmeCapLayouts(day idPart) (all [][]idPart) {
	limit := idPart{plain: func(s string) bool {
		number, _, _ := strings.Cut(s, "-")
		_, err := strconv.ParseInt(number, 10, 64)
		return err == nil
	}}
	for per, kind := range map[cap.Per]domain.RefKind{cap.Participant: domain.RefParticipant, cap.Contract: domain.RefContract,
		cap.Assistant: domain.RefAssistant, cap.Programme: domain.RefProgramme} {
		of := idPart{plain: func(s string) bool {
			return slices.ContainsFunc(periods(), func(p cap.Period) bool { return s == string(per)+"-"+string(p) })
		}}
		all = append(all, []idPart{{kind: domain.RefProgramme}, of, {kind: kind}, day, limit})
	}
	return all
}

// findingNames are what a finding is about, as its id tells. Ids that builds before
// this one made may hold what separates the parts, so that only a reading by which all
// of it is known holds; where several do, the finding may be about all that they name.
func findingNames(id string, known func(domain.Ref) bool) []domain.Ref {
	kind, rest, _ := strings.Cut(id, ":")
	var all []domain.Ref
	for _, layout := range findingLayouts(finding.Kind(kind)) {
		readID(layout, strings.Split(rest, ":"), known, nil, func(names []domain.Ref) { all = append(all, names...) })
	}
	return all
}

// readID hands over what the parts of a layout name, for each way to read the fields.
func readID(layout []idPart, fields []string, known func(domain.Ref) bool, names []domain.Ref, each func([]domain.Ref)) {
	if len(layout) == 0 {
		if len(fields) == 0 {
			each(names)
		}
		return
	}
	part, rest := layout[0], layout[1:]
	if part.plain != nil {
		if len(fields) > 0 && part.plain(fields[0]) {
			readID(rest, fields[1:], known, names, each)
		}
		return
	}
	for n := 1; n <= len(fields)-len(rest); n++ {
		text := strings.Join(fields[:n], ":")
		if part.at {
			of, clock, ok := cutLast(text, "@")
			if !ok || len(clock) != len("08.00") {
				continue
			}
			text = of
		}
		ref := domain.Ref{Kind: part.kind, ID: text}
		if escaped := (domain.Ref{Kind: part.kind, ID: finding.UnescapePart(text)}); n == 1 && known(escaped) {
			ref = escaped
		}
		if !known(ref) {
			continue
		}
		named := names
		if !part.beside {
			named = append(slices.Clip(names), ref)
		}
		readID(rest, fields[n:], known, named, each)
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
