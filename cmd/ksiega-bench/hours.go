package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// eventBytes is the payload of every event that the store is measured with.
const eventBytes = 414

// A ledger of attendance: so many days of each contract, so that a million
// events are 36,000 contract-months.
const (
	hoursDays      = 250
	hoursTogether  = 50 // in one append, unless a ledger is only to be large
	hoursContracts = 4000
)

// contractOf is a contract without a day. The place is ciphertext, the same for
// all of a person's days.
func contractOf(contract int) attendance.HoursRecorded {
	const placeBytes = 116
	sealed := sha256.Sum256(fmt.Append(nil, contract))
	text := make([]byte, 0, placeBytes)
	for len(text) < placeBytes {
		text = base64.RawURLEncoding.AppendEncode(text, sealed[:])
		sealed = sha256.Sum256(sealed[:])
	}
	return attendance.HoursRecorded{
		About: attendance.About{Contract: fmt.Sprintf("SK-%05d", contract), Participant: fmt.Sprintf("U-%05d", contract),
			Agreement: fmt.Sprintf("PSU/%04d", contract/20), Programme: "psu"},
		Place: domain.Sealed("v1." + string(text[:placeBytes])),
		Rates: attendance.Rates{Minimum: 810, Refund: 810, Percent: 60, Edition: "M.P. 2017 poz. 862"},
	}
}

// dayOf is the n-th day of a contract. Days differ, but not in length.
func dayOf(of attendance.HoursRecorded, n int) attendance.HoursRecorded {
	of.Date = domain.NewDate(2018, 1, 1).Add(n % 3650)
	of.Minutes, of.Paid = domain.Minutes(120+n%12*30), domain.HourlyRate(830+n%7)
	return of
}

// encode is an event's payload and envelope as the journal writes them.
func encode(e domain.Event, m journal.Meta) (data, envelope []byte, err error) {
	if data, err = json.Marshal(e, json.Deterministic(true)); err != nil {
		return nil, nil, err
	}
	m.OccurredOn = e.OccurredOn()
	envelope, err = json.Marshal(m)
	return data, envelope, err
}

// checkSize fails where the events are not as large as every figure says.
func checkSize() (envelope int, err error) {
	data, meta, err := encode(dayOf(contractOf(1), 1), meta(1))
	if err == nil && len(data) != eventBytes {
		err = fmt.Errorf("a payload has %d bytes, not %d", len(data), eventBytes)
	}
	return len(meta), err
}

// writeHours records the days of many contracts, some of one after some of
// another.
func writeHours(ctx context.Context, j *journal.Journal, contracts, days, together, writers int) error {
	for from := 0; from < days; from += together {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(writers)
		for c := range contracts {
			group.Go(func() error {
				of := contractOf(c)
				some := make([]journal.Decided, min(together, days-from))
				for i := range some {
					some[i] = journal.Decided{Event: dayOf(of, from+i), Meta: meta(c*days + from + i)}
				}
				_, err := j.Append(ctx, domain.Stream("attendance", of.Contract), int64(from)-1, some...)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return fmt.Errorf("record attendance: %w", err)
		}
	}
	return nil
}

// hoursMonth is what one contract's month comes to.
type hoursMonth struct {
	Days    int            `json:"days"`
	Minutes domain.Minutes `json:"minutes"`
	Benefit domain.Work    `json:"benefit"`
}

// hoursMonths holds a part a month and a field a contract.
func hoursMonths() fold.Table[hoursMonth] {
	return fold.Table[hoursMonth]{Name: "months"}
}

// hoursModel is a read model that a GROUP BY can also make.
func hoursModel() projections.Projection {
	recorded := attendance.HoursRecorded{}.EventType()
	return projections.Projection{Name: "hours", Version: 1, Want: func(typ string) bool { return typ == recorded },
		Keys: func(keys []fold.Key, r *journal.Recorded) []fold.Key {
			e, ok := r.Event.(attendance.HoursRecorded)
			if !ok {
				return keys
			}
			return append(keys, hoursMonths().Key(e.Date.String()[:len("2006-01")], domain.Escape(e.Contract)))
		},
		Fold: func(tx *fold.Tx, r *journal.Recorded) error {
			e, ok := r.Event.(attendance.HoursRecorded)
			if !ok {
				return errors.New("not a day of work")
			}
			m := hoursMonths().Nth(tx, 0)
			m.Days++
			m.Minutes += e.Minutes
			earned, err := domain.Earned(e.Minutes, e.Paid)
			if err != nil {
				return err
			}
			m.Benefit += earned
			return nil
		}}
}

// result is what somebody made of the events: the number of rows and a digest
// of them, ordered by month and contract.
type result struct {
	Rows   int    `json:"rows"`
	Digest string `json:"digest"`
}

type digester struct {
	sum  hash.Hash
	rows int
}

func newDigester() *digester { return &digester{sum: sha256.New()} }

func (d *digester) add(month, contract string, m hoursMonth) {
	d.rows++
	_, _ = fmt.Fprintf(d.sum, "%s %s %d %d %d\n", month, contract, m.Days, m.Minutes, m.Benefit) // a hash takes anything
}

func (d *digester) result() result { return result{d.rows, hex.EncodeToString(d.sum.Sum(nil))} }

// hoursOfView are the read model's rows.
func hoursOfView(ctx context.Context, v projections.View) (result, error) {
	items, err := hoursMonths().Every(ctx, v)
	if err != nil {
		return result{}, err
	}
	d := newDigester()
	for _, i := range items {
		d.add(i.Part, i.Field, i.Row)
	}
	return d.result(), nil
}
