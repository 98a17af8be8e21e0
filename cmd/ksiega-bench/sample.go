package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/internal/journal"
)

// shape is the size of a made-up ledger. It is recorded month by month, so that
// the events of many contracts lie between two of the same, as they do in life.
type shape struct {
	contracts    int // of socially useful work, perAgreement to an agreement
	perAgreement int
	workMonths   int // of each, with daysAMonth entries and a payment
	assistants   int // each with one contract
	visitMonths  int // of each, with visitsAMonth visits
}

const (
	daysAMonth   = 20
	visitsAMonth = 20
	// bulkWriters is how many appends of a made-up ledger are under way.
	bulkWriters = 32
	visitsOf    = "usamodzielnianie"
)

func firstMonth() domain.Month { return domain.NewMonth(2018, time.January) }

// events is how many there will be.
func (s shape) events() int {
	return (s.contracts+s.perAgreement-1)/s.perAgreement + s.contracts*(1+s.workMonths*(daysAMonth+1)) + s.assistants*(1+s.visitMonths*visitsAMonth)
}

// faulty is one of some hundred, as in life: a month of visits that are all alike, or what is
// at the time of something else.
func faulty(n int) bool { return n%300 == 0 }

func meta(n int) journal.Meta {
	return journal.Meta{Actor: "anna", Role: "caseworker", Correlation: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
		Key:    fmt.Sprintf("import:5f6e7d8c9b0a1f2e3d4c5b6a79880716:%d", n),
		Source: journal.Source{Door: "import", File: "5f6e7d8c9b0a1f2e3d4c5b6a79880716", Row: n}}
}

// place is about as long as a sealed place is.
const place = domain.Sealed("v1.QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2")

func hoursOf(about attendance.About, date domain.Date) attendance.HoursRecorded {
	return attendance.HoursRecorded{About: about, Date: date, Minutes: 120, Place: place,
		Rates: attendance.Rates{Minimum: 810, Paid: 830, Refund: 810, Percent: 60, Edition: "M.P. 2017 poz. 862"}}
}

// weekday is one of a month's days but Saturdays and Sundays, from 0; each month has daysAMonth
// of these, by which hours keep the cap of a week.
func weekday(month domain.Month, n int) domain.Date {
	day := month.First()
	for ; ; day++ {
		if day.Add(2).Monday() == day.Monday() { // not the last two days of a week
			if n == 0 {
				return day
			}
			n--
		}
	}
}

func (s shape) agreement(contract int) string {
	return fmt.Sprintf("PSU/%d", contract/s.perAgreement+1)
}

func (s shape) about(n int) attendance.About {
	return attendance.About{Contract: fmt.Sprintf("SK-%05d", n+1), Participant: fmt.Sprintf("U-%05d", n+1), Agreement: s.agreement(n), Programme: "psu"}
}

func (s shape) visit(n int) assistance.Visit {
	return assistance.Visit{Assistant: fmt.Sprintf("A-%04d", n+1), Contract: fmt.Sprintf("UA-%05d", n+1),
		Participant: fmt.Sprintf("P-%05d", n+1), Programme: visitsOf}
}

// write records a made-up ledger and says how many events that were.
func (s shape) write(ctx context.Context, j *journal.Journal) (int, error) {
	for m := range max(s.workMonths, s.visitMonths) {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(bulkWriters)
		if m < s.workMonths {
			for n := range s.contracts {
				group.Go(func() error { return s.writeWork(ctx, j, n, m) })
			}
		}
		if m < s.visitMonths {
			for n := range s.assistants {
				group.Go(func() error { return s.writeVisits(ctx, j, n, m) })
			}
		}
		if err := group.Wait(); err != nil {
			return 0, fmt.Errorf("make up a ledger: %w", err)
		}
	}
	return s.events(), nil
}

// writeWork records what one contract has in its m-th month.
func (s shape) writeWork(ctx context.Context, j *journal.Journal, n, m int) error {
	about, month := s.about(n), firstMonth()+domain.Month(m)
	if m == 0 && n%s.perAgreement == 0 {
		terms := agreement.Terms{Agreement: about.Agreement, Concluded: month.First(), From: month.First(), To: (month + 11).Last(), RefundPercent: 60}
		if _, err := j.Append(ctx, domain.Stream("agreement", about.Agreement), journal.NoStream, journal.Decided{Event: agreement.Concluded{Terms: terms}, Meta: meta(n)}); err != nil {
			return err
		}
	}
	if m == 0 {
		terms := contract.Terms{Contract: about.Contract, Kind: contract.Referral, Programme: about.Programme, Participant: about.Participant,
			Agreement: about.Agreement, Concluded: month.First(), From: month.First(), To: (month + 11).Last(), Weekly: 600, Place: place}
		if err := sign(ctx, j, terms, n); err != nil {
			return err
		}
	}
	days := make([]journal.Decided, daysAMonth)
	for d := range days {
		days[d] = journal.Decided{Event: hoursOf(about, weekday(month, d)), Meta: meta(n*daysAMonth + d)}
	}
	if _, err := j.Append(ctx, domain.Stream("attendance", about.Contract), int64(m*daysAMonth)-1, days...); err != nil {
		return err
	}
	paid := payment.Made{About: payment.About{List: "L/" + month.String(), Contract: about.Contract, Participant: about.Participant,
		Agreement: about.Agreement, Programme: about.Programme, Month: month}, Amount: 33_200, Date: month.Last()}
	_, err := j.Append(ctx, domain.Stream("payout", about.Contract), int64(m)-1, journal.Decided{Event: paid, Meta: meta(n)})
	return err
}

func (s shape) writeVisits(ctx context.Context, j *journal.Journal, n, m int) error {
	v, month := s.visit(n), firstMonth()+domain.Month(m)
	if m == 0 {
		terms := contract.Terms{Contract: v.Contract, Kind: contract.Independence, Programme: v.Programme, Participant: v.Participant,
			Assistant: v.Assistant, Concluded: month.First(), From: month.First(), To: (month + 59).Last(), Place: place}
		if err := sign(ctx, j, terms, n); err != nil {
			return err
		}
	}
	visits := make([]journal.Decided, visitsAMonth)
	for d := range visits {
		at := v
		at.Date, at.From = month.First().Add(d), 8*60
		if !faulty(n*7 + m) {
			at.From += domain.TimeOfDay(d % 3 * 30)
		}
		visits[d] = journal.Decided{Meta: meta(n*visitsAMonth + d), Event: assistance.VisitLogged{Visit: at,
			Details: assistance.Details{To: at.From + 120, Minutes: 120, Activity: place, Place: place}, Caps: assistance.Caps{Monthly: 160 * 60}}}
	}
	_, err := j.Append(ctx, assistance.Stream(v.Assistant, month), journal.NoStream, visits...)
	return err
}

func sign(ctx context.Context, j *journal.Journal, terms contract.Terms, n int) error {
	_, err := j.Append(ctx, domain.Stream("contract", terms.Contract), journal.NoStream, journal.Decided{Event: contract.Signed{Terms: terms}, Meta: meta(n)})
	return err
}
