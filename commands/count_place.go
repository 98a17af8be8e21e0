package commands

import (
	"cmp"
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/place"
	"ksiega/internal/journal"
)

// CountPlace enters how many people were counted at a place on a day.
type CountPlace struct {
	Place     string      `json:"place"`
	Date      domain.Date `json:"date"`
	People    int         `json:"people,omitempty"`
	Category  string      `json:"category,omitempty" doc:"The kind of place"`
	Study     string      `json:"study,omitempty" doc:"What it was counted for; a study may take several nights"`
	Programme string      `json:"programme,omitempty" doc:"Empty: streetworking"`
	Amendment
}

func (CountPlace) Operation() access.Operation { return "count-place" }

func (c CountPlace) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefProgramme, ID: ofStreetwork(c.Programme)}}}
}

func (c CountPlace) open() any {
	return CountPlace{Place: c.Place, Date: c.Date, People: c.People, Category: c.Category, Study: c.Study, Programme: c.Programme, Amendment: c.Amendment.open()}
}

func (c CountPlace) lastStream() (string, error) {
	programme, err := id(ofStreetwork(c.Programme))
	of, errPlace := id(c.Place)
	return place.Stream(programme, of), cmp.Or(err, errPlace)
}

func (c *CountPlace) columns() []column {
	return append([]column{
		idColumn("miejsce", "place", &c.Place, "miejsce").key().words(),
		dateColumn("data", "date", &c.Date, "dzień").key(),
		countColumn("osoby", "people", &c.People, "ile osób policzono"),
		idColumn("kategoria", "category", &c.Category, "rodzaj miejsca").optional().words(),
		idColumn("badanie", "study", &c.Study, "badanie, do którego policzono").optional().words(),
		idColumn("program", "programme", &c.Programme, "identyfikator programu; puste: streetworking").optional().key(),
	}, c.Amendment.columns()...)
}

func counts() useCase[CountPlace, place.State, place.Record] {
	return useCase[CountPlace, place.State, place.Record]{decider: place.Decider(), prepare: (*Ledger).prepareCount,
		stream: func(c CountPlace) string { return place.Stream(ofStreetwork(c.Programme), c.Place) }}
}

func countsFile() importKind {
	return byStream("liczenia", "liczenie osób w miejscach pobytu", counts(), nil)
}

// CountPlace carries the command out.
func (l *Ledger) CountPlace(ctx context.Context, o Origin, c CountPlace) (journal.Result, error) {
	return counts().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareCount(ctx context.Context, k *lookups, _ Origin, c *CountPlace) (place.Record, error) {
	c.Programme = ofStreetwork(c.Programme)
	if err := domain.Together(needID("programme", &c.Programme), needID("place", &c.Place), mayID("category", &c.Category), mayID("study", &c.Study)); err != nil {
		return place.Record{}, err
	}
	cmd := place.Record{About: place.About{Programme: c.Programme, Place: c.Place, Date: c.Date}}
	s := l.sealer(ctx)
	if !c.Withdraw {
		of, err := k.edition(ctx, c.Programme, c.Date)
		if err := domain.Together(err, l.happened("date", c.Date)); err != nil {
			return cmd, err
		}
		if err := spelt(of, "kategoria", "category", &c.Category); err != nil {
			return cmd, err
		}
		cmd.Count = place.Count{People: c.People, Category: c.Category, Study: c.Study}
	}
	cmd.Amend = c.taken(s, cmd.Seal("reason"))
	return cmd, s.err
}
