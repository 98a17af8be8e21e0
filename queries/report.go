package queries

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ksiega/domain"
	"ksiega/internal/report"
	"ksiega/projections"
)

// Report is the declaration of one report, whatever its rows.
type Report struct {
	Name, Title, Doc string // Title and Doc are Polish
	Params           []report.Param
	Fields           []report.Field // of a row
	Totals           []report.Total // that there may be

	needs []projections.Projection
	table func(ctx context.Context, q *question) (report.Table, error)
}

// reports are all there are, in the order they are shown.
func reports() []*Report { return append(ledgerReports(), accessLogReport()) }

// ledgerReports are those of what the ledger holds; that they were asked is told by another.
func ledgerReports() []*Report {
	return []*Report{
		settlementReport(),
		refundsReport(),
		unmatchedReport(),
		hoursReport(),
		attendanceReport(),
		contractsReport(),
		capsLeftReport(),
		socialContractsReport(),
		materialAidReport(),
		serviceSheetReport(),
		personReport(),
		durabilityReport(),
		indicatorsReport(),
		findingsReport(),
		budgetReport(),
		outreachReport(),
		diagnosisReport(),
		participationReport(),
	}
}

// declared adds to a declaration what its rows are and how they are found.
func declared[R any](r Report, shape report.Shape[R], rows func(context.Context, *question) ([]R, error)) *Report {
	r.Fields, r.Totals = shape.Fields(), shape.Sums()
	if namesPeople(shape) && !needsPeople(r.needs) {
		r.needs = append(slices.Clone(r.needs), projections.People())
	}
	recorded := shape
	r.table = func(ctx context.Context, q *question) (report.Table, error) {
		found, err := rows(ctx, q)
		if err != nil {
			return report.Table{}, err
		}
		one, err := q.merged(ctx)
		if err != nil {
			return report.Table{}, err
		}
		shape := recorded
		if len(one) > 0 {
			shape = recorded.Renamed(report.Reference(domain.RefParticipant), one.kept)
		}
		if q.who.Limited(q.op) { // who may see a person by one id may see them by each that it stands for
			var none R
			_, own := any(none).(cutRow)
			found = slices.DeleteFunc(found, func(row R) bool {
				return !own && !within(q, recorded, row) && !within(q, shape, row)
			})
		}
		if err := uncounted(found); err != nil { // of what nobody limited to others is told
			return report.Table{}, err
		}
		t, err := shape.Table(found)
		if errors.Is(err, report.ErrOverflow) {
			err = fmt.Errorf("%w (%w): %w", ErrTotal.With("%s", r.Name), domain.ErrUncountable, err)
		}
		return t, err
	}
	return &r
}

// uncounted is why what some rows tell cannot be added up, where they are of a kind that may be so.
func uncounted[R any](rows []R) error {
	type countless interface{ uncounted() error }
	var none R
	if _, may := any(none).(countless); !may {
		return nil
	}
	for _, row := range rows {
		if r, may := any(row).(countless); may && r.uncounted() != nil {
			return r.uncounted()
		}
	}
	return nil
}

// cutRow is a row that names nothing that scopes are made of, and of which its report counts
// nothing that does not lie within those of whoever asks.
type cutRow interface{ cutByScopes() }

// namesPeople says whether participants stand in a report.
func namesPeople[R any](shape report.Shape[R]) bool {
	of := report.Reference(domain.RefParticipant)
	return slices.ContainsFunc(shape.Columns, func(c report.Column[R]) bool { return c.Refers == of || c.Counts(of) })
}

func needsPeople(needs []projections.Projection) bool {
	return slices.ContainsFunc(needs, func(p projections.Projection) bool { return p.Name == projections.People().Name })
}

// within says whether a row, by what it names, lies within the scopes of whoever asks.
func within[R any](q *question, shape report.Shape[R], row R) bool {
	var things []domain.Ref
	shape.Names(row, func(of report.Reference, id string) {
		things = append(things, domain.Ref{Kind: domain.RefKind(of), ID: id})
	})
	return q.reaches(things...)
}

func (r *Report) param(name string) *report.Param {
	for i := range r.Params {
		if r.Params[i].Name == name {
			return &r.Params[i]
		}
	}
	return nil
}

// named is a column of ids of one kind of thing.
func named[R any](name, title string, kind domain.RefKind, read func(R) string) report.Column[R] {
	return report.Text(name, title, read).To(report.Reference(kind))
}

// participants is the column of participants, of whom the totals count each once.
func participants[R any](read func(R) string) report.Column[R] {
	return countPeople(named("participant", "Uczestnik", domain.RefParticipant, read), func(r R) []string { return []string{read(r)} })
}

// countPeople has the totals count the participants that a column names.
func countPeople[R any](c report.Column[R], read func(R) []string) report.Column[R] {
	return c.DistinctOf(report.Reference(domain.RefParticipant), "people", "Osoby", "os.", read)
}

// asked are parameters that name a thing, and those of days and months.
func asked(name, doc string, kind domain.RefKind) report.Param {
	return report.Param{Name: name, Doc: doc, Kind: report.KindText, Refers: report.Reference(kind)}
}

func askedOf(name, doc string, words report.Words) report.Param {
	return report.Param{Name: name, Doc: doc, Kind: report.KindText, Words: words}
}

func askedDay(name, doc string) report.Param {
	return report.Param{Name: name, Doc: doc, Kind: report.KindDate}
}

func askedMonth(doc string) report.Param {
	return report.Param{Name: "month", Doc: doc, Kind: report.KindMonth}
}
