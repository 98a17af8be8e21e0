package refund

import "ksiega/domain"

// Answer is the labour office's answer to a claim, without its amount.
type Answer struct {
	On      domain.Date
	Outcome Outcome
}

// Latest is the latest acceptance or return among answers in the order of
// recording, "" where there is none; one recorded later about an earlier day
// changes nothing, and asking money back decides nothing.
func Latest(answers []Answer) Outcome {
	var latest Outcome
	var on domain.Date
	for _, a := range answers {
		if a.Outcome != OutcomeReclaimed && supersedes(a.On, on) {
			latest, on = a.Outcome, a.On
		}
	}
	if latest == OutcomePartial {
		return OutcomeAccepted
	}
	return latest
}

// supersedes says whether an answer of a day takes the place of that of another:
// of two of one day the one recorded last counts.
func supersedes(on, before domain.Date) bool { return on >= before }

// Filed is a claim as the question sees which claims stand.
type Filed struct {
	About
	Corrects string
	Latest   Outcome
}

// Standing answers which of some claims stand. Deciders, folds and reports ask it
// and nothing else. A claim stands that the labour office did not return and that no
// correction took the place of. A correction that is returned gives the place back
// to the claim it corrects, unless a correction of its own took its place. Writing
// a claim off gives up its money, not its contract-months.
type Standing struct {
	claims      map[string]Filed
	corrections map[string][]string // by what they correct, in the order given
}

// Stand takes in every claim of an agreement's month; those of others do no harm. A
// correction of a claim for another agreement or month takes nobody's place.
func Stand(claims []Filed) Standing {
	s := Standing{claims: make(map[string]Filed, len(claims)), corrections: map[string][]string{}}
	for _, c := range claims {
		s.claims[c.Claim] = c
	}
	for _, c := range claims {
		of, ok := s.claims[c.Corrects]
		if ok && of.Agreement == c.Agreement && of.Month == c.Month {
			s.corrections[c.Corrects] = append(s.corrections[c.Corrects], c.Claim)
		}
	}
	return s
}

// Stands says whether what a claim asks for is asked for.
func (s Standing) Stands(claim string) bool {
	return s.live(claim) && s.ReplacedBy(claim) == ""
}

// live says that a claim is filed and not returned.
func (s Standing) live(claim string) bool {
	c, ok := s.claims[claim]
	return ok && c.Latest != OutcomeReturned
}

// ReplacedBy is the correction that took a claim's place, "" where none did.
func (s Standing) ReplacedBy(claim string) string {
	by := ""
	s.descend(claim, func(correction string) bool {
		if s.live(correction) {
			by = correction
		}
		return by != ""
	})
	return by
}

// KeepsMonths says whether the contract-months of a claim are kept from others: it
// stands, or it would stand again if its correction were returned, which nobody
// accepted yet.
func (s Standing) KeepsMonths(claim string) bool {
	if !s.live(claim) {
		return false
	}
	accepted := false
	s.descend(claim, func(correction string) bool {
		accepted = s.claims[correction].Latest == OutcomeAccepted
		return accepted
	})
	return !accepted
}

// descend hands over the corrections of a claim, theirs and so on, until stop.
// Nothing is visited twice, so that claims that correct each other end too.
func (s Standing) descend(claim string, stop func(string) bool) {
	next, seen := []string{claim}, map[string]bool{claim: true}
	for len(next) > 0 {
		var deeper []string
		for _, of := range next {
			for _, c := range s.corrections[of] {
				if seen[c] {
					continue
				}
				if seen[c] = true; stop(c) {
					return
				}
				deeper = append(deeper, c)
			}
		}
		next = deeper
	}
}

// corrected are what a claim corrects, what that corrects and so on.
func (s Standing) corrected(claim string) map[string]bool {
	all := map[string]bool{}
	for c := s.claims[claim].Corrects; c != "" && !all[c]; c = s.claims[c].Corrects {
		all[c] = true
	}
	return all
}

// Kin says whether one of two claims is a correction of the other, straight or
// through others: such claims take each other's place and never stand beside each
// other.
func (s Standing) Kin(a, b string) bool { return s.corrected(a)[b] || s.corrected(b)[a] }

// Rival is a claim other than it or its kin that took the place of what a claim
// corrects, "" where there is none.
func (s Standing) Rival(claim string) string {
	for of := range s.corrected(claim) {
		rival := ""
		s.descend(of, func(c string) bool {
			if c != claim && !s.Kin(c, claim) && s.live(c) {
				rival = c
			}
			return rival != ""
		})
		if rival != "" {
			return rival
		}
	}
	return ""
}
