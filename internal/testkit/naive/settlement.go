package naive

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// SettlementRow is a row of the report psu-settlement.
type SettlementRow struct {
	Agreement, Contract, Participant, Month                                    string
	Minutes, BenefitGrosze, RefundGrosze, OwnGrosze, PaidGrosze, ClaimedGrosze int64
}

// rate is in grosze an hour from its first day.
type rate struct {
	from   string
	grosze int64
}

var (
	oldRates = []rate{
		{"2005-11-01", 600}, {"2006-06-01", 620}, {"2007-06-01", 630}, {"2008-06-01", 650}, {"2009-06-01", 680},
		{"2010-06-01", 710}, {"2011-06-01", 730}, {"2012-06-01", 770}, {"2013-06-01", 800}, {"2014-06-01", 810},
		{"2018-06-01", 830}, {"2019-06-01", 850}, {"2020-06-01", 870}, {"2021-06-01", 900}, {"2022-06-01", 950},
		{"2023-06-01", 1090}, {"2024-06-01", 1220},
	}
	newRates = []rate{{"2025-06-01", 3050}, {"2026-01-01", 3140}}
)

const newRegimeFrom = "2025-06-01"

// MinimumRate is the statutory minimum in grosze an hour on d for an agreement concluded on concluded.
func MinimumRate(concluded, d time.Time) (int64, error) {
	rates := oldRates
	if dayOf(concluded) >= newRegimeFrom {
		rates = newRates
	}
	found := int64(0)
	for _, r := range rates {
		if r.from <= dayOf(d) {
			found = r.grosze
		}
	}
	if found == 0 {
		return 0, fmt.Errorf("no minimum rate on %s", dayOf(d))
	}
	return found, nil
}

// Benefit is a contract-month's benefit and refund in grosze.
func Benefit(a Agreement, c Contract, days []Day) (benefit, refund int64, err error) {
	paid, refundable := new(big.Rat), new(big.Rat)
	for _, d := range days {
		minimum, err := MinimumRate(a.Concluded, d.Date)
		if err != nil {
			return 0, 0, err
		}
		least := big.NewRat(minimum, 100)
		rate, basis := least, least
		for _, other := range []*big.Rat{c.Rate, a.BaseRate} {
			if other != nil && other.Cmp(rate) > 0 {
				rate = other
			}
		}
		if a.RefundOnBase && a.BaseRate != nil && a.BaseRate.Cmp(basis) > 0 {
			basis = a.BaseRate
		}
		hours := big.NewRat(d.Minutes, 60)
		paid.Add(paid, new(big.Rat).Mul(hours, rate))
		refundable.Add(refundable, new(big.Rat).Mul(hours, basis))
	}
	hundred := big.NewRat(100, 1)
	refundable.Mul(refundable, a.RefundShare)
	return roundHalfUp(paid.Mul(paid, hundred)), roundHalfUp(refundable.Mul(refundable, hundred)), nil
}

// payment is one row of wyplaty; a transfer that came back is negative.
type payment struct {
	contract, month string
	date            time.Time
	grosze          int64
}

func (b *Ledger) payments() []payment {
	var all []payment
	for _, r := range b.rows["wyplaty"] {
		p := payment{contract: r.cell["umowa"], month: r.cell["miesiac"], date: r.date("data"), grosze: read(r, "kwota", false, parseMoney)}
		if r.cell["zwrot"] == "tak" {
			p.grosze = -p.grosze
		}
		if !b.later(p.date) {
			all = append(all, p)
		}
	}
	return all
}

// Settlement is the report psu-settlement.
func (b *Ledger) Settlement() []SettlementRow {
	rows := b.worked()
	claims := b.claims(rows)
	var out []SettlementRow
	for _, row := range rows {
		for _, c := range claims {
			if c.state != "returned" && !c.corrected() {
				row.ClaimedGrosze += c.shares[row.Contract+"|"+row.Month]
			}
		}
		if row.Minutes != 0 || row.PaidGrosze != 0 || row.ClaimedGrosze != 0 {
			out = append(out, row)
		}
	}
	return out
}

// worked is the settlement without its claimed column.
func (b *Ledger) worked() []SettlementRow {
	agreements, contracts := b.Agreements(), b.Contracts()
	days, _ := b.Attendance()
	byMonth := map[string][]Day{} // by contract and month
	for _, d := range days {
		key := d.Contract + "|" + monthOf(d.Date)
		byMonth[key] = append(byMonth[key], d)
	}
	paid := map[string]int64{}
	for _, p := range b.payments() {
		paid[p.contract+"|"+p.month] += p.grosze
		if _, ok := byMonth[p.contract+"|"+p.month]; !ok {
			byMonth[p.contract+"|"+p.month] = nil
		}
	}
	var rows []SettlementRow
	for key, days := range byMonth {
		number, month, _ := strings.Cut(key, "|")
		c := slices.IndexFunc(contracts, func(c Contract) bool { return c.Number == number })
		if c < 0 {
			b.fail(fmt.Errorf("wyplaty: unknown contract %s", number))
			continue
		}
		a := slices.IndexFunc(agreements, func(a Agreement) bool { return a.Number == contracts[c].Agreement })
		if a < 0 {
			b.fail(fmt.Errorf("umowy: contract %s has no agreement", number))
			continue
		}
		row := SettlementRow{
			Agreement: agreements[a].Number, Contract: number, Participant: contracts[c].Participant,
			Month: month, PaidGrosze: paid[key],
		}
		for _, d := range days {
			row.Minutes += d.Minutes
		}
		var err error
		row.BenefitGrosze, row.RefundGrosze, err = Benefit(agreements[a], contracts[c], days)
		if err != nil {
			b.fail(err)
		}
		row.OwnGrosze = row.BenefitGrosze - row.RefundGrosze
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b SettlementRow) int {
		return strings.Compare(a.Agreement+"|"+a.Contract+"|"+a.Month, b.Agreement+"|"+b.Contract+"|"+b.Month)
	})
	return rows
}
