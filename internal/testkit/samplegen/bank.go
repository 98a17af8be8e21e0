package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Statements as Polish banks export MT940: one message a month, CRLF, `:86:` in numbered
// subfields:
//
//	:86:020<00kind of transfer
//	<20title<21title…        27 characters each, nothing between them
//	<30bank<31account<32name<38PL + account
//
// The separator is `<` or `~`, the text UTF-8, CP852 or CP1250, by month.

const titleWidth = 27

var centreAccount = accountNumber("999000090000201802080001")

type transfer struct {
	date           time.Time
	grosze         int // negative: paid out
	code           string
	kind           string
	title          string
	name, account  string
	transactionNum string
}

func writeStatements(files map[string][]byte, w work) {
	transfers := makeTransfers(w)
	balance := 60_000_00
	for number := range 11 {
		first := date(2018, time.Month(3+number), 1)
		last := first.AddDate(0, 1, -1)
		var here []transfer
		for _, t := range transfers {
			if month(t.date) == month(first) {
				here = append(here, t)
			}
		}
		separator, as := "<", utf8Plain
		switch first.Month() {
		case time.April, time.September:
			as = cp852
		case time.July:
			as = cp1250
		case time.June:
			separator = "~"
		case time.October:
			separator, as = "~", cp852
		}
		var text string
		text, balance = statement(centreAccount, first, last, balance, here, separator)
		files["wyciag-"+month(first)+".sta"] = encode(text, as)
	}
}

func makeTransfers(w work) []transfer {
	office := accountNumber("999000090000000000060606")
	var all []transfer
	for _, p := range w.payouts {
		worker := w.referrals[p.contract].worker
		all = append(all, transfer{
			date: p.date, grosze: -p.grosze, code: "NTRF", kind: "PRZELEW WYCHODZĄCY",
			title: p.list + " świadczenie za prace społecznie użyteczne", name: worker.name(), account: worker.account,
		})
	}
	for _, c := range w.claims {
		if c.received == 0 {
			continue
		}
		all = append(all, transfer{
			date: c.booked, grosze: c.received, code: "NTRF", kind: "PRZELEW PRZYCHODZĄCY",
			title: c.number + " refundacja świadczeń", name: "Powiatowy Urząd Pracy", account: office,
		})
	}
	all = append(all, transfer{
		date: date(2018, 12, 18), grosze: partMissing, code: "NTRF", kind: "PRZELEW PRZYCHODZĄCY",
		title: "Uzupełnienie refundacji", name: "Powiatowy Urząd Pracy", account: office,
	})
	for m := range 11 {
		last := date(2018, time.Month(4+m), 1).Add(-day)
		all = append(all, transfer{date: last, grosze: -1500, code: "NCHG", kind: "OPŁATA", title: "Prowadzenie rachunku"})
	}
	slices.SortStableFunc(all, func(a, b transfer) int { return a.date.Compare(b.date) })
	for i := range all {
		all[i].transactionNum = fmt.Sprintf("%s%06d", all[i].date.Format("060102"), i+1)
	}
	return all
}

// statement returns the message and the closing balance.
func statement(account string, first, last time.Time, opening int, transfers []transfer, separator string) (string, int) {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	add(":20:ST%sCYC/1", last.Format("060102"))
	add(":25:PL%s", account)
	add(":28C:%d/1", int(first.Month()))
	add(":60F:C%sPLN%s", first.Format("060102"), bankAmount(opening))
	balance := opening
	for _, t := range transfers {
		balance += t.grosze
		mark, amount := "C", t.grosze
		if amount < 0 {
			mark, amount = "D", -amount
		}
		add(":61:%s%s%s%s%sNONREF//%s", t.date.Format("060102"), t.date.Format("0102"), mark, bankAmount(amount), t.code, t.transactionNum)
		lines = append(lines, information(t, separator)...)
	}
	if balance < 0 {
		panic("samplegen: the sample account is overdrawn")
	}
	add(":62F:C%sPLN%s", last.Format("060102"), bankAmount(balance))
	add(":64:C%sPLN%s", last.Format("060102"), bankAmount(balance))
	add("-")
	return strings.Join(lines, "\r\n") + "\r\n", balance
}

func bankAmount(grosze int) string { return fmt.Sprintf("%d,%02d", grosze/100, grosze%100) }

func information(t transfer, separator string) []string {
	title := ""
	for i, part := range titleParts(t.title) {
		title += fmt.Sprintf("%s%d%s", separator, 20+i, part)
	}
	lines := []string{":86:020" + separator + "00" + t.kind, title}
	if t.account != "" {
		lines = append(lines,
			separator+"30"+t.account[2:10]+separator+"31"+t.account[10:],
			separator+"32"+t.name,
			separator+"38PL"+t.account)
	}
	return lines
}

// titleParts cuts a title as banks do, at a fixed width, but never at a space: some readers trim.
func titleParts(title string) []string {
	var parts []string
	rest := []rune(title)
	for len(rest) > titleWidth {
		cut := titleWidth
		for rest[cut] == ' ' || rest[cut-1] == ' ' {
			cut--
		}
		parts = append(parts, string(rest[:cut]))
		rest = rest[cut:]
	}
	return append(parts, string(rest))
}
