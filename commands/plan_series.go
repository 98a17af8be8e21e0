package commands

import (
	"context"
	"ksiega/commands/sheetfile"
	"slices"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/session"
	"ksiega/internal/journal"
)

// SeriesSession is a session of a series, but for its day.
type SeriesSession struct {
	ID string `json:"id" doc:"Each session is called by it and its day: ID-YYYY-MM-DD"`
	SessionTerms
}

// PlanSeries enters sessions on one weekday of each week.
type PlanSeries struct {
	Session SeriesSession `json:"session"`
	Weekday int           `json:"weekday" minimum:"1" maximum:"7" doc:"1 is Monday"`
	From    domain.Date   `json:"from"`
	Until   domain.Date   `json:"until" doc:"Inclusive"`
	Except  []domain.Date `json:"except,omitempty" maxItems:"200" doc:"Days without a session"`
}

func (PlanSeries) Operation() access.Operation { return "plan-series" }

func (c PlanSeries) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: c.Session.Programme}}}
}

func (c PlanSeries) open() any {
	c.Session.SessionTerms = c.Session.SessionTerms.open()
	return c
}

func (c *PlanSeries) formColumns() []column {
	of := &RecordSession{}
	columns := slices.DeleteFunc(of.columns(), func(col column) bool {
		return col.Name == "data" || col.Name == "odwolane" || slices.ContainsFunc(of.Amendment.columns(), func(a column) bool { return a.Name == col.Name })
	})
	into := func(read func(*sheetfile.Record)) func(*sheetfile.Record) {
		return func(r *sheetfile.Record) {
			read(r)
			c.Session = SeriesSession{ID: of.ID, SessionTerms: of.SessionTerms}
		}
	}
	for i := range columns {
		columns[i].read = into(columns[i].read)
		columns[i].also = append(columns[i].also, "session."+columns[i].Field)
	}
	weekdays := []coded{{"poniedziałek", "1"}, {"wtorek", "2"}, {"środa", "3"}, {"czwartek", "4"}, {"piątek", "5"}, {"sobota", "6"}, {"niedziela", "7"}}
	var day string
	weekday := codedColumn("dzien_tygodnia", "weekday", &day, "dzień tygodnia", weekdays).open()
	read := weekday.read
	weekday.read = func(r *sheetfile.Record) {
		if read(r); day != "" {
			c.Weekday = int(day[0] - '0')
		}
	}
	return append(columns, weekday,
		dateColumn("pierwszy", "from", &c.From, "od dnia"),
		dateColumn("ostatni", "until", &c.Until, "do dnia włącznie"),
	)
}

// lastStream is that of the last session.
func (c PlanSeries) lastStream() (string, error) {
	days, err := c.days()
	if err != nil {
		return "", err
	}
	return streamOf("session", c.on(days[len(days)-1]).ID)
}

// on is the session of a day.
func (c PlanSeries) on(day domain.Date) RecordSession {
	return RecordSession{ID: c.Session.ID + "-" + day.String(), SessionTerms: c.Session.SessionTerms, Date: day}
}

// maxSeries bounds the sessions that are planned at once: some years of weeks.
const maxSeries = 200

// Refusals of series.
var (
	ErrWeekday  = domain.Refusal(domain.CodeInvalid, "a weekday is a number from 1, Monday, to 7").At("weekday")
	ErrNoSeries = domain.Refusal(domain.CodeInvalid, "a series has a day").At("until")
	// ErrException: who leaves out a day that has no session meant another one.
	ErrException = domain.Refusal(domain.CodeInvalid, "a day that is left out is none of the series").At("except")
	ErrSeries    = domain.Refusal(domain.CodeInvalid, "more sessions than are planned at once").At("until")
)

// PlanSeries carries the command out: a session a day, each recorded by itself. Where one
// would be refused, none is recorded. Cut short, the same command completes it, since what
// is recorded already is known.
func (l *Ledger) PlanSeries(ctx context.Context, o Origin, c PlanSeries) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (all journal.Result, err error) {
		days, err := c.days()
		if err != nil {
			return all, err
		}
		u, k := sessions(), l.lookups()
		asked, decided := make([]RecordSession, len(days)), make([]session.Command, len(days))
		for i, day := range days {
			asked[i] = c.on(day)
			if decided[i], err = l.prepareSession(ctx, k, o, &asked[i]); err != nil {
				return all, err
			}
			at, _, err := l.decisions(ctx, u.stream(asked[i]))
			if err == nil && !l.done(o, at) {
				err = refusedBy(ctx, k, u.stream(asked[i]), veiled(o, c, u.decider), decided[i])
			}
			if err != nil {
				return all, err
			}
		}
		for i := range days {
			one, err := carry(ctx, l, o, c, u.stream(asked[i]), u.decider, decided[i])
			if err != nil {
				return all, err
			}
			if i == 0 {
				all.Revision = one.Revision
			}
			all = followed(all, one)
		}
		return all, nil
	})
}

// refusedBy is why a stream as it stands would refuse a command.
func refusedBy[S, C any](ctx context.Context, k *lookups, stream string, d domain.Decider[S, C], cmd C) error {
	known, err := look(ctx, k, stream, d)
	if err == nil {
		_, err = d.Decide(known, cmd)
	}
	return err
}

// days are those of the series, in order.
func (c PlanSeries) days() ([]domain.Date, error) {
	switch {
	case c.Weekday < 1 || c.Weekday > 7:
		return nil, ErrWeekday
	case c.From == 0:
		return nil, domain.ErrNoDay.At("from")
	case c.Until == 0:
		return nil, domain.ErrNoDay.At("until")
	}
	var days []domain.Date
	first := c.From.Monday().Add(c.Weekday - int(time.Monday))
	if first < c.From {
		first = first.Add(7)
	}
	for _, day := range c.Except {
		if day < first || day > c.Until || (day-first)%7 != 0 {
			return nil, ErrException.With("%s", day)
		}
	}
	for day := first; day <= c.Until; day = day.Add(7) {
		if !slices.Contains(c.Except, day) {
			days = append(days, day)
		}
		if len(days) > maxSeries {
			return nil, ErrSeries.With("%d", maxSeries)
		}
	}
	if len(days) == 0 {
		return nil, ErrNoSeries
	}
	return days, nil
}
