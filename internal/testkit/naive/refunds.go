package naive

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// RefundRow is a row of the report refunds, without its list of matches.
type RefundRow struct {
	Claim, Agreement, Month                                          string
	ClaimedGrosze, AcceptedGrosze, ReceivedGrosze, OutstandingGrosze int64
	State                                                            string
}

// UnmatchedLine is a row of the report unmatched-lines, without its suggestions.
type UnmatchedLine struct {
	Account, Statement string
	Line               int
	Date               string
	AmountGrosze       int64 // negative: paid out
	Title              string
}

type claim struct {
	number, agreement, month string
	filed                    time.Time
	claimed                  int64
	shares                   map[string]int64 // by contract and month
	corrections              []*claim

	decided  bool
	accepted int64
	received int64
	state    string // after the decision; money received is seen to by finalState
}

func (c *claim) outstanding() int64 {
	if c.state == "returned" {
		return 0
	}
	if c.decided {
		return c.accepted - c.received
	}
	return c.claimed - c.received
}

// corrected says whether another claim took its place: one that was returned gives
// it back, unless another took its own.
func (c *claim) corrected() bool {
	return slices.ContainsFunc(c.corrections, func(by *claim) bool { return by.state != "returned" || by.corrected() })
}

func (c *claim) open() bool {
	return (c.state == "submitted" || c.state == "accepted") && c.outstanding() > 0
}

func (c *claim) finalState() string {
	if c.received == 0 || c.state != "submitted" && c.state != "accepted" {
		return c.state
	}
	if c.outstanding() > 0 {
		return "part-paid"
	}
	return "settled"
}

// claims reads wnioski and decyzje-pup; settlement is the one without claimed amounts.
func (b *Ledger) claims(settlement []SettlementRow) []*claim {
	payments := b.payments()
	var all []*claim
	find := func(r record, column string) *claim {
		for _, c := range all {
			if c.number == r.cell[column] {
				return c
			}
		}
		r.fail(column, fmt.Errorf("unknown claim"))
		return &claim{}
	}
	for _, r := range b.rows["wnioski"] {
		c := &claim{number: r.cell["numer"], agreement: r.cell["porozumienie"], month: r.cell["miesiac"],
			filed: r.date("zlozono"), shares: map[string]int64{}, state: "submitted"}
		if b.later(c.filed) {
			continue
		}
		for _, row := range settlement {
			if row.Agreement != c.agreement || row.Month != c.month || row.Minutes == 0 {
				continue
			}
			paid := int64(0)
			for _, p := range payments {
				if p.contract == row.Contract && p.month == row.Month && !p.date.After(c.filed) {
					paid += p.grosze
				}
			}
			if paid >= row.BenefitGrosze {
				c.shares[row.Contract+"|"+row.Month] = row.RefundGrosze
				c.claimed += row.RefundGrosze
			}
		}
		if r.cell["kwota"] != "" {
			c.claimed = read(r, "kwota", false, parseMoney)
		}
		if r.cell["koryguje"] != "" {
			old := find(r, "koryguje")
			old.corrections = append(old.corrections, c)
		}
		all = append(all, c)
	}
	for _, r := range b.rows["decyzje-pup"] {
		if !b.later(r.date("data")) {
			find(r, "wniosek").decide(r)
		}
	}
	return all
}

func (c *claim) decide(r record) {
	c.decided = true
	switch r.cell["wynik"] {
	case "zwrocony":
		c.state, c.accepted = "returned", 0
		return
	case "zwrot":
		c.state = "reclaimed"
		return
	case "przyjety", "czesciowo":
		c.state, c.accepted = "accepted", c.claimed
	default:
		r.fail("wynik", fmt.Errorf("unknown value"))
	}
	if r.cell["kwota"] != "" {
		c.accepted = read(r, "kwota", false, parseMoney)
	}
}

// Refunds matches the statements' lines, in order, to the claims their titles name, and returns
// the reports refunds and unmatched-lines.
func (b *Ledger) Refunds() ([]RefundRow, []UnmatchedLine) {
	claims := b.claims(b.worked())
	var unmatched []UnmatchedLine
	for _, s := range b.Statements {
		for _, l := range s.Lines {
			if !b.later(l.Date) && !match(claims, l) {
				unmatched = append(unmatched, UnmatchedLine{Account: s.Account, Statement: s.Opened + "/" + s.Number, Line: l.Number,
					Date: dayOf(l.Date), AmountGrosze: l.AmountGrosze, Title: l.Title})
			}
		}
	}
	var rows []RefundRow
	for _, c := range claims {
		rows = append(rows, RefundRow{
			Claim: c.number, Agreement: c.agreement, Month: c.month, ClaimedGrosze: c.claimed, AcceptedGrosze: c.accepted,
			ReceivedGrosze: c.received, OutstandingGrosze: c.outstanding(), State: c.finalState(),
		})
	}
	slices.SortFunc(rows, func(a, b RefundRow) int { return strings.Compare(a.Claim, b.Claim) })
	return rows, unmatched
}

// match books an incoming line on the one open claim its title names and that it fits.
func match(claims []*claim, l Line) bool {
	if l.AmountGrosze <= 0 {
		return false
	}
	var named []*claim
	for _, c := range claims {
		if c.open() && names(l.Title, c.number) {
			named = append(named, c)
		}
	}
	if len(named) != 1 || l.AmountGrosze > named[0].outstanding() {
		return false
	}
	named[0].received += l.AmountGrosze
	return true
}

// names tells whether number stands in title with no letter or digit beside it.
func names(title, number string) bool {
	for rest, before := title, ' '; ; {
		at := strings.Index(rest, number)
		if at < 0 {
			return false
		}
		if at > 0 {
			before, _ = utf8.DecodeLastRuneInString(rest[:at])
		}
		after, _ := utf8.DecodeRuneInString(rest[at+len(number):] + " ")
		if !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsLetter(after) && !unicode.IsDigit(after) {
			return true
		}
		before, rest = rune(number[len(number)-1]), rest[at+len(number):]
	}
}
