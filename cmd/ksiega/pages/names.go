package pages

import (
	"cmp"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/internal/report"
	"ksiega/queries"
)

// called is what somebody is called, for whoever is shown it, or their id.
func (v Visit) called(kind domain.RefKind, id string) string {
	if v.Named != nil {
		return cmp.Or(v.Named(report.Reference(kind), id), id)
	}
	return id
}

// beside puts names before the ids of those of a list who are participants.
func (v Visit) beside(ids, participants string) string {
	people := strings.Split(participants, listed)
	return inList(ids, func(id string) string {
		if name := v.called(domain.RefParticipant, id); name != id && slices.Contains(people, id) {
			return name + " (" + id + ")"
		}
		return id
	})
}

// asksOf are the people, and the accounts, whom a row of an answer names.
func asksOf(fields []report.Field, values []report.Value) (asked []queries.NameAsked) {
	var things []domain.Ref
	for i := range fields {
		if f := &fields[i]; f.Refers != "" && f.Kind == report.KindText && f.Say(values[i]) != "" {
			things = append(things, domain.Ref{Kind: domain.RefKind(f.Refers), ID: f.Say(values[i])})
		}
	}
	for _, of := range things {
		switch of.Kind {
		case domain.RefParticipant, domain.RefAssistant, domain.RefAccount:
			asked = append(asked, queries.NameAsked{Of: of, Beside: things})
		}
	}
	return asked
}

// Asks are the people on the page of a report.
func (asked Asked) Asks(a *queries.Answer) (all []queries.NameAsked) {
	table, first, last := asked.rows(a)
	var values []report.Value
	for row := first; row < last; row++ {
		values = table.Row(row, values)
		all = append(all, asksOf(table.Fields, values)...)
	}
	return all
}

// rows are those of an answer that a page shows, of its table in their order.
func (asked Asked) rows(a *queries.Answer) (table report.Table, first, last int) {
	table = a.Table
	if column, down, found := sortedBy(table.Fields, asked.Sort); found {
		table = table.Sorted(column, down)
	}
	first, last = shown(table.Len, asked.Page)
	return table, first, last
}

// Asks are the person, and whom their records name.
func (of Person) Asks() []queries.NameAsked {
	all := []queries.NameAsked{{Of: domain.Ref{Kind: domain.RefParticipant, ID: of.ID}}}
	for _, row := range picked(of.Answers["contracts"], "participant", of.ID) {
		all = append(all, row.asks()...)
	}
	return all
}

// Asks are whom the contract names.
func (c Contract) Asks() (all []queries.NameAsked) {
	for _, row := range picked(c.Answers["contracts"], "contract", c.Number) {
		all = append(all, row.asks()...)
	}
	return all
}

// Asks are the participants whom the findings on the page are about.
func (of Findings) Asks() (all []queries.NameAsked) {
	rows := picked(of.Answer, "", "")
	for _, row := range rows[:min(len(rows), maxFindings)] {
		for id := range strings.SplitSeq(row.said["participants"], listed) {
			all = append(all, queries.NameAsked{Of: domain.Ref{Kind: domain.RefParticipant, ID: id}})
		}
	}
	return all
}

// AsksOfMonths are the assistants of a month's sheets.
func AsksOfMonths(of *queries.SheetsOf) (all []queries.NameAsked) {
	for _, l := range of.Sheets {
		if l.Assistant != "" {
			all = append(all, queries.NameAsked{Of: domain.Ref{Kind: domain.RefAssistant, ID: l.Assistant}})
		}
	}
	return all
}

func (row pickedRow) asks() []queries.NameAsked {
	return asksOf(row.answer.Table.Fields, row.values)
}

// inList says each of some ids, as lists are told, in other words.
func inList(ids string, say func(string) string) string {
	all := strings.Split(ids, listed)
	for i := range all {
		all[i] = say(all[i])
	}
	return strings.Join(all, listed)
}

// listed stands between the items of a list in one line.
const listed = "; "
