package queries

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// Overview is what the ledger holds, counted.
type Overview struct {
	Position     journal.Position // that the counts belong to
	Events       uint64
	LastPosition journal.Position // of the last event
	LastRecorded time.Time
	First, Last  domain.Date // days that events belong to
	Areas        []Area      // by name
}

// Area is what event types begin with.
type Area struct {
	Name   string
	Events uint64
	Types  []projections.AuditCount // by name
}

// Overview counts the ledger.
func (d *Reader) Overview(ctx context.Context, who access.Who) (Overview, error) {
	var o Overview
	if err := who.Allowed(access.Overview); err != nil {
		return o, err
	}
	audit := projections.Audit()
	err := d.read(ctx, "", journal.Bound{}, []projections.Projection{audit}, func(views map[string]projections.View) error {
		counts, err := projections.AuditCounts().All(ctx, views[audit.Name], projections.AuditCountsPart)
		if err != nil {
			return err
		}
		o = Overview{Position: views[audit.Name].Position()}
		for _, it := range counts {
			o.add(it.Row)
		}
		return nil
	})
	if err != nil {
		return Overview{}, fmt.Errorf("overview: %w", err)
	}
	return o, nil
}

func (o *Overview) add(c projections.AuditCount) {
	name, _, _ := strings.Cut(c.Type, ".")
	i, known := slices.BinarySearchFunc(o.Areas, name, func(a Area, name string) int { return strings.Compare(a.Name, name) })
	if !known {
		o.Areas = slices.Insert(o.Areas, i, Area{Name: name})
	}
	o.Areas[i].Types = append(o.Areas[i].Types, c)
	o.Areas[i].Events += c.Events
	o.Events += c.Events
	if o.First == 0 || c.First < o.First {
		o.First = c.First
	}
	o.Last = max(o.Last, c.Last)
	if c.Position.After(o.LastPosition) {
		o.LastPosition, o.LastRecorded = c.Position, c.Recorded
	}
}
