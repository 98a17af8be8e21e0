package queries

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/internal/report"
)

// Why a line may pay a claim.
const (
	ReasonNumber  = "number-in-title"
	ReasonNumbers = "numbers-in-title"        // of several claims, all at once
	ReasonOver    = "amount-over-outstanding" // named, and more than they owe
	ReasonAmount  = "amount-outstanding"
	ReasonBack    = "amount-to-pay-back" // of an outgoing transfer
	ReasonSum     = "amount-of-several"
	ReasonHalf    = "match-cut-short" // the statement has the match, the claim not the money
)

// matchReasons are those of suggestions and of matches that were recorded.
func matchReasons() report.Words {
	return report.Words{
		{Code: ReasonNumber, Polish: "numer w tytule"}, {Code: "by-hand", Polish: "ręcznie"}, {Code: "by-claimant", Polish: "ręcznie, przez tego, kto wnioskował"}, {Code: ReasonAmount, Polish: "kwota zgodna"},
		{Code: ReasonSum, Polish: "suma kilku wniosków"}, {Code: ReasonNumbers, Polish: "numery w tytule"},
		{Code: ReasonOver, Polish: "kwota ponad należność"}, {Code: ReasonBack, Polish: "kwota do zwrotu"},
		{Code: ReasonHalf, Polish: "przypisanie niedokończone"},
	}
}

// Suggestion says which claims a line may pay, and why. It becomes a fact only
// by a command.
type Suggestion struct {
	Claims []string
	Reason string
}

// Bounds on suggestions: a sum is looked for among the earliest open claims of
// one agreement.
const (
	sumClaims      = 12
	maxSuggestions = 5
)

// dues are what transfers of one direction may settle.
type dues struct {
	list []due
	sums map[domain.Grosze][][]string // claims by what several come to
	// exact is the reason of a transfer of just one due's amount.
	exact string
}

type due struct {
	claim, agreement string
	submitted        domain.Date
	amount           domain.Grosze
}

// owes is what a claim may still take of a transfer: of an incoming one what the
// labour office owes, of an outgoing one what is to be paid back.
func owes(t refund.Totals, transfer domain.Grosze) domain.Grosze {
	switch {
	case transfer > 0 && t.Open():
		return t.Outstanding()
	case transfer < 0 && !t.Uncountable:
		return t.ToPayBack()
	}
	return 0
}

// duesOf the claims for transfers of a sign.
func duesOf(claims []standingClaim, sign domain.Grosze) dues {
	d := dues{exact: ReasonAmount}
	if sign < 0 {
		d.exact = ReasonBack
	}
	for _, c := range claims {
		if amount := owes(c.totals, sign); amount > 0 {
			d.list = append(d.list, due{c.Claim, c.Agreement, c.Submitted, amount})
		}
	}
	d.sums = sumsByAmount(d.list)
	return d
}

// suggest what a transfer may settle: first by the claims its title names, then
// by the amount alone. A title that names only claims that nothing is due on
// says more than any amount, so that nothing is guessed.
func (d dues) suggest(amount domain.Grosze, inTitle map[string]trust) []Suggestion {
	found := d.named(amount, inTitle)
	sure := len(found)
	guess := func(claims []string, reason string) {
		if len(found) < maxSuggestions && !slices.ContainsFunc(found[:sure], func(s Suggestion) bool { return sameClaims(s.Claims, claims) }) {
			found = append(found, Suggestion{slices.Clone(claims), reason})
		}
	}
	for _, c := range d.list {
		if c.amount == amount {
			guess([]string{c.claim}, d.exact)
		}
	}
	for _, claims := range d.sums[amount] {
		guess(claims, ReasonSum)
	}
	if sure == 0 && len(found) > 0 && len(inTitle) > 0 {
		return []Suggestion{}
	}
	return found
}

// named suggests by the title: all that it names where they come to the amount,
// else each that the amount goes into, else all of them together.
func (d dues) named(amount domain.Grosze, inTitle map[string]trust) []Suggestion {
	var all, fitting []string
	var sum domain.Grosze
	for _, c := range d.list {
		if inTitle[c.claim] == 0 {
			continue
		}
		all, sum = append(all, c.claim), sum+c.amount
		if amount <= c.amount {
			fitting = append(fitting, c.claim)
		}
	}
	switch {
	case len(all) == 0:
		return []Suggestion{}
	case amount > sum:
		return []Suggestion{{all, ReasonOver}}
	case len(fitting) == 0:
		return []Suggestion{{all, ReasonNumbers}}
	}
	found := make([]Suggestion, 0, maxSuggestions)
	for _, claim := range fitting[:min(len(fitting), maxSuggestions)] {
		found = append(found, Suggestion{[]string{claim}, ReasonNumber})
	}
	return found
}

func sameClaims(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(claim string) bool { return !slices.Contains(b, claim) })
}

// sumsByAmount are the sets of two or more dues of one agreement by what they
// come to.
func sumsByAmount(list []due) map[domain.Grosze][][]string {
	sums := map[domain.Grosze][][]string{}
	byAgreement := map[string][]due{}
	for _, c := range list {
		byAgreement[c.agreement] = append(byAgreement[c.agreement], c)
	}
	for _, claims := range byAgreement {
		slices.SortFunc(claims, func(a, b due) int {
			return cmp.Or(cmp.Compare(a.submitted, b.submitted), cmp.Compare(a.claim, b.claim))
		})
		claims = claims[:min(len(claims), sumClaims)]
		for set := 1; set < 1<<len(claims); set++ {
			var sum domain.Grosze
			var members []string
			for i, c := range claims {
				if set&(1<<i) != 0 {
					sum, members = sum+c.amount, append(members, c.claim)
				}
			}
			if len(members) > 1 && len(sums[sum]) < 2*maxSuggestions {
				sums[sum] = append(sums[sum], members)
			}
		}
	}
	for _, sets := range sums {
		slices.SortFunc(sets, func(a, b []string) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) })
	}
	return sums
}
