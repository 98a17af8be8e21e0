package queries

import (
	"context"
	"strings"

	"ksiega/domain"
	"ksiega/domain/contact"
	"ksiega/internal/report"
	"ksiega/projections"
)

// The sections of a diagnosis.
const (
	sectionPlaces   = "places"
	sectionCauses   = "causes"
	sectionOutcomes = "outcomes"
	sectionMovement = "movement"
	sectionNeeds    = "needs"
)

func diagnosisSections() report.Words {
	return report.Words{{Code: sectionPlaces, Polish: "miejsca pobytu"}, {Code: sectionCauses, Polish: "przyczyny"}, {Code: sectionOutcomes, Polish: "wyniki"},
		{Code: sectionMovement, Polish: "nowe osoby"}, {Code: sectionNeeds, Polish: "potrzeby"}}
}

func diagnosisReport() *Report {
	type row = diagnosisRow
	seen := func(r row) bool { return r.section != sectionPlaces && r.section != sectionNeeds }
	return declared(Report{
		Name: "diagnosis", Title: "Diagnoza lokalna",
		Doc: "Ostatnie liczenie w każdym miejscu według kategorii, osoby według przyczyn, wyników i potrzeb oraz osoby spotkane w miesiącu po raz pierwszy." + tellsOfFew,
		Params: []report.Param{
			{Name: "study", Doc: "badanie; wybiera tylko liczenia w miejscach", Kind: report.KindText},
			askedDay("from", "od dnia kontaktu lub liczenia"),
			askedDay("to", "do dnia włącznie"),
			asked("programme", "program", domain.RefProgramme),
		},
		needs: []projections.Projection{projections.Outreach(), projections.People()},
	}, report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		report.Text("section", "Część", func(r row) string { return r.section }).In(diagnosisSections()),
		report.Text("key", "Co", func(r row) string { return r.key }).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return r.erased.sorted() }),
		report.Integer("people", "Osoby", func(r row) int { return r.counted + len(r.people) }),
		report.Integer("contacts", "Kontakty", func(r row) int { return r.contacts }).Optional(seen),
		report.Integer("places", "Miejsca", func(r row) int { return r.places }).Optional(func(r row) bool { return r.section == sectionPlaces }).Sum(),
	}}, diagnosisRows)
}

// diagnosisRow is one thing of a section.
type diagnosisRow struct {
	section, key              string
	counted, contacts, places int
	people, erased            some
}

// cutByScopes: contactsOf and addPlaces leave out programmes of others.
func (diagnosisRow) cutByScopes() {}

// diagnosis are the rows of an answer, by section and key.
type diagnosis map[[2]string]*diagnosisRow

// of is a row; nothing, and what came to nothing, have none.
func (d diagnosis) of(section, key string) *diagnosisRow {
	if key == "" || section == sectionOutcomes && contact.Outcome(key) == contact.NoOutcome {
		return &diagnosisRow{people: some{}, erased: some{}}
	}
	at := [2]string{section, key}
	if d[at] == nil {
		d[at] = &diagnosisRow{section: section, key: key, people: some{}, erased: some{}}
	}
	return d[at]
}

func (r *diagnosisRow) meet(c metContact) {
	r.contacts++
	if c.person != "" {
		r.people[c.person] = true
	}
}

func diagnosisRows(ctx context.Context, q *question) ([]diagnosisRow, error) {
	rows := diagnosis{}
	if err := rows.addPlaces(ctx, q); err != nil {
		return nil, err
	}
	met, err := contactsOf(ctx, q, q.params["programme"])
	if err != nil {
		return nil, err
	}
	first := map[string]domain.Date{} // of everybody, whenever that was
	for _, c := range met {
		if was, known := first[c.person]; !known || c.Date < was {
			first[c.person] = c.Date
		}
	}
	opened := map[string]looked{sectionCauses: {}, sectionOutcomes: {}, sectionNeeds: {}} // whose codes were
	for _, c := range met {
		if !q.between(c.Date) {
			continue
		}
		if err := rows.addContact(ctx, q, c, first[c.person], opened); err != nil {
			return nil, err
		}
	}
	all, figures := make([]diagnosisRow, 0, len(rows)), map[string][]int{}
	for _, row := range rows {
		all, figures[row.section] = append(all, *row), append(figures[row.section], len(row.people))
	}
	for section, people := range opened {
		q.counted(people, figures[section]...)
	}
	return all, nil
}

func (d diagnosis) addContact(ctx context.Context, q *question, c metContact, first domain.Date, opened map[string]looked) error {
	movement := d.of(sectionMovement, c.Date.Month().String())
	movement.contacts++
	if c.person != "" && first.Month() == c.Date.Month() {
		movement.people[c.person] = true
	}
	if c.erased {
		movement.erased[c.of] = true
	}
	for _, code := range []struct {
		section, field string
		sealed         domain.Sealed
	}{{sectionCauses, "cause", c.Cause}, {sectionOutcomes, "outcome", c.Outcome}, {sectionNeeds, "needs", c.Needs}} {
		said, err := c.code(ctx, q, code.field, code.sealed)
		if err != nil {
			return err
		}
		if said != "" && c.person != "" {
			opened[code.section].add(c.person, c.Seal(code.field).Subject)
		}
		if code.section != sectionNeeds {
			d.of(code.section, said).meet(c)
			continue
		}
		for need := range strings.SplitSeq(said, contact.NeedsSeparator) {
			d.of(code.section, need).meet(c)
		}
	}
	return nil
}

// addPlaces adds the last count of each place that passes the parameters.
func (d diagnosis) addPlaces(ctx context.Context, q *question) error {
	items, err := projections.CountedPlaces().Every(ctx, q.view(projections.Outreach()), q.part("programme")...)
	for _, it := range items {
		var last *projections.PlaceCount
		for i, c := range it.Row.Counts {
			if q.reaches(domain.Ref{Kind: domain.RefProgramme, ID: it.Row.Programme}) && q.is("study", c.Study) && q.between(c.Date) && !q.cut(c.Date) {
				last = &it.Row.Counts[i]
			}
		}
		if last != nil {
			row := d.of(sectionPlaces, last.Category)
			row.counted, row.places = row.counted+last.People, row.places+1
		}
	}
	return err
}
