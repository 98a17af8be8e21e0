package naive

import (
	"strings"
	"time"
)

// NotClaimed is a finding that a contract's month was paid and never claimed.
type NotClaimed struct {
	Contract, Month string
	RefundGrosze    int64
	Minutes         int64
}

// NotClaimed lists the contract-months that were paid in full, of which something can be
// refunded, and that no claim has which stands, once the month after that of the last payment is
// over. today is the day of the question where the ledger is not cut; then the month has to have
// ended before it.
func (l *Ledger) NotClaimed(today time.Time) []NotClaimed {
	rows := l.worked()
	claims, payments := l.claims(rows), l.payments()
	var all []NotClaimed
	for _, row := range rows {
		var last time.Time
		for _, p := range payments {
			if p.contract == row.Contract && p.month == row.Month && p.date.After(last) {
				last = p.date
			}
		}
		if last.IsZero() || row.PaidGrosze < row.BenefitGrosze || row.RefundGrosze <= 0 {
			continue
		}
		claimed := false
		for _, c := range claims {
			_, has := c.shares[row.Contract+"|"+row.Month]
			claimed = claimed || has && c.state != "returned" && !c.corrected()
		}
		// The first day of the month that follows the one after the payment.
		open := time.Date(last.Year(), last.Month()+2, 1, 0, 0, 0, 0, time.UTC)
		if late := l.asOf.IsZero() && !today.Before(open) || !l.asOf.IsZero() && !l.asOf.Before(open.AddDate(0, 0, -1)); late && !claimed {
			all = append(all, NotClaimed{row.Contract, row.Month, row.RefundGrosze, row.Minutes})
		}
	}
	return all
}

// ID is what the ledger calls it; of ids that hold nothing that has to be escaped.
func (n NotClaimed) ID() string {
	return strings.Join([]string{"not-claimed", n.Contract, n.Month}, ":")
}
