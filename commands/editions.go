package commands

import (
	"context"
	"fmt"

	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/programme"
	"ksiega/domain/setting"
	"ksiega/internal/journal"
)

// recorder is who records what the ledger says of itself: it came through no door.
const recorder = "ksiega"

// RecordEditions records what a ledger lacks of the build's catalogue, and a setting
// that it is to have another value of from today on; an empty value leaves what is
// recorded. Every first writer asks it, so that figures follow from events alone,
// whatever a later build has embedded and whatever it is started with. Two at once
// record each once; cut short, the next one completes it.
func (l *Ledger) RecordEditions(ctx context.Context, yearDays programme.DayCount) error {
	// A key of its own, so that what two ledgers record alike has ids of its own: a
	// ledger is known by its first event.
	meta := journal.Meta{Actor: recorder, Key: l.draw()}
	statute := programme.RecordStatute{Statute: l.Catalogue.Statute(), Origin: programme.Embedded}
	if _, err := journal.Execute(ctx, l.Log, programme.StatuteStream(), programme.StatuteDecider(), statute, meta); err != nil {
		return fmt.Errorf("record the statutory figures: %w", err)
	}
	for _, p := range l.Catalogue.Programmes() {
		edition := programme.RecordEdition{Programme: p, Origin: programme.Embedded}
		if _, err := journal.Execute(ctx, l.Log, programme.Stream(p.ID), programme.Decider(), edition, meta); err != nil {
			return fmt.Errorf("record programme %s: %w", p.ID, err)
		}
	}
	change := setting.Change{Setting: setting.YearDays, Value: string(yearDays), Otherwise: string(programme.WorkingDays), From: domain.DateOf(l.Now().In(l.Zone))}
	if _, err := journal.Execute(ctx, l.Log, setting.Stream(setting.YearDays), setting.Decider(), change, meta); err != nil {
		return fmt.Errorf("record setting %s: %w", setting.YearDays, err)
	}
	return nil
}

// programme are the editions of a programme: as recorded or, where none is, as the build
// has it. None exists where there is no such programme.
func (k *lookups) programme(ctx context.Context, id string) (programme.Editions, error) {
	recorded, err := look(ctx, k, programme.Stream(id), programme.Decider())
	if err != nil || recorded.Exists() {
		return recorded, err
	}
	if p, ok := k.embedded.Programme(id); ok {
		return programme.EditionsOf(p), nil
	}
	return recorded, nil
}

// edition is the one of a programme that something of a day is recorded under.
func (k *lookups) edition(ctx context.Context, id string, day domain.Date) (programme.EditionRecorded, error) {
	of, err := k.programme(ctx, id)
	if err != nil {
		return programme.EditionRecorded{}, err
	}
	e, ok := of.On(day)
	return e, ErrProgramme.Unless(ok)
}

// statutes is programme for the statutory figures.
func (k *lookups) statutes(ctx context.Context) (programme.Statutes, error) {
	recorded, err := look(ctx, k, programme.StatuteStream(), programme.StatuteDecider())
	if err == nil && !recorded.Exists() {
		recorded = programme.StatutesOf(k.embedded.Statute())
	}
	return recorded, err
}

// enteredBy are the figures that the hours of a day were entered by, or would be.
func enteredBy(statutes programme.Statutes, sheet attendance.State, day domain.Date) programme.StatuteRecorded {
	if v, _ := sheet.Day(day); v.Worked() {
		if figures, known := statutes.Edition(sheet.Under(day).StatuteEdition); known {
			return figures
		}
	}
	figures, _ := statutes.On(day)
	return figures
}
