package queries

import (
	"cmp"
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
)

// The kinds of events in a person's life.
const (
	deedVisit         = "visit"
	deedWork          = "work"
	deedAbsence       = "absence"
	deedSession       = "session"
	deedContract      = "contract"
	deedStatus        = "status"
	deedStay          = "stay"
	deedParticipation = "participation"
	deedTask          = "task"
	deedEvaluation    = "evaluation"
	deedAid           = "aid"
	deedPayment       = "payment"
	deedContact       = "contact"
)

func deedKinds() report.Words {
	return report.Words{{Code: deedVisit, Polish: "wizyta"}, {Code: deedWork, Polish: "praca"}, {Code: deedAbsence, Polish: "nieobecność"}, {Code: deedSession, Polish: "zajęcia"},
		{Code: deedContract, Polish: "umowa"}, {Code: deedStatus, Polish: "status"}, {Code: deedStay, Polish: "pobyt"}, {Code: deedParticipation, Polish: "udział"},
		{Code: deedTask, Polish: "zadanie"}, {Code: deedEvaluation, Polish: "ocena"}, {Code: deedAid, Polish: "pomoc"}, {Code: deedPayment, Polish: "wypłata"},
		{Code: deedContact, Polish: "kontakt"}}
}

func personReport() *Report {
	type row = *deed
	timed := func(r row) bool { return r.timed }
	paid := func(r row) bool { return r.kind == deedAid || r.kind == deedPayment }
	return declared(Report{
		Name: "person", Title: "Historia osoby",
		Doc: "Wszystko, co księga wie o jednej osobie, wiersz na zdarzenie, ze zdarzeniem, które je zapisało; słowa zapieczętowane nie są w nim cytowane. Kontakty na ulicy dla ról, które je widzą, gdy ustalono tożsamość.",
		Params: []report.Param{
			asked("participant", "uczestnik; bez niego zestawienie jest puste", domain.RefParticipant),
			askedDay("from", "od dnia zdarzenia"),
			askedDay("to", "do dnia włącznie"),
		},
		needs: []projections.Projection{projections.Assistance(), projections.Contracts(), projections.Outreach(), projections.Participations(), projections.People(), projections.Sessions()},
	}, report.Shape[row]{Leading: 4, Columns: []report.Column[row]{
		report.Date("date", "Dzień", func(r row) domain.Date { return r.date }),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.programme }),
		report.Text("kind", "Rodzaj", func(r row) string { return r.kind }).In(deedKinds()),
		report.Text("reference", "Czego dotyczy", func(r row) string { return r.reference }),
		report.Minutes("minutes", "Czas", func(r row) domain.Minutes { return r.minutes }).Optional(timed).Sum(),
		report.Grosze("amountGrosze", "Kwota", func(r row) domain.Grosze { return r.amount }).Optional(paid).Sum(),
		report.Text("text", "Co się stało", func(r row) string { return r.text }).Beneath(),
		report.Text("position", "Dowód", func(r row) string { return r.event.String() }).To(referEvent),
		participants(func(r row) string { return r.participant }),
	}}, personRows)
}

// deed is an event of a person's life as it stands.
type deed struct {
	participant string
	date        domain.Date
	programme   string
	kind        string
	reference   string // the contract, session, contact, list; of a status its kind
	timed       bool   // it took the person's time
	minutes     domain.Minutes
	amount      domain.Grosze
	text        string
	event       journal.Position // that said so last
}

// life gathers the events of a person's life.
type life struct {
	*question
	id    string
	deeds []*deed
}

// add adds an event that passes the question.
func (l *life) add(d deed) {
	if d.participant = l.id; l.between(d.date) && !l.cut(d.date) {
		l.deeds = append(l.deeds, &d)
	}
}

func personRows(ctx context.Context, q *question) ([]*deed, error) {
	if q.params["participant"] == "" {
		return nil, nil // it is one person's, and nobody is named
	}
	one, err := q.merged(ctx)
	if err != nil {
		return nil, err
	}
	var all []*deed
	for _, id := range one.ids(q.params["participant"]) {
		l := life{question: q, id: id}
		for _, tell := range []func(context.Context) error{l.visits, l.sessions, l.contracts, l.facts, l.participations, l.contacts} {
			if err := tell(ctx); err != nil {
				return nil, err
			}
		}
		all = append(all, l.deeds...)
	}
	slices.SortFunc(all, func(a, b *deed) int {
		return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.programme, b.programme), cmp.Compare(a.kind, b.kind), a.event.Compare(b.event))
	})
	return all, nil
}
