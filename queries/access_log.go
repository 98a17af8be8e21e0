package queries

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
)

// The kinds of what the access log tells.
const (
	lookRead    = "reading"
	lookAsked   = "asked"
	lookGuessed = "guessed"
)

func lookKinds() report.Words {
	return report.Words{{Code: lookRead, Polish: "odczyt"}, {Code: lookAsked, Polish: "pytanie o PESEL"}, {Code: lookGuessed, Polish: "odmowa: jest już zapisane"}}
}

func doors() report.Words {
	return report.Words{{Code: string(access.Pages), Polish: "strony"}, {Code: string(access.API), Polish: "API"}, {Code: string(access.CommandLine), Polish: "wiersz poleceń"},
		{Code: string(access.Imported), Polish: "import"}, {Code: string(access.Automatic), Polish: "automat"}}
}

func roleWords() report.Words {
	return report.Words{{Code: string(access.Coordinator), Polish: "koordynacja"}, {Code: string(access.Caseworker), Polish: "praca socjalna"}, {Code: string(access.Finance), Polish: "finanse"},
		{Code: string(access.Assistant), Polish: "asystentura"}, {Code: string(access.Outreach), Polish: "praca na ulicy"}, {Code: string(access.Auditor), Polish: "audyt"}, {Code: string(access.Director), Polish: "dyrekcja"},
		{Code: string(access.Officer), Polish: "inspektor ochrony danych"}, {Code: string(access.Administrator), Polish: "administracja"}, {Code: string(access.Token), Polish: "program"}, {Code: string(access.Machine), Polish: "użytkownik komputera"}}
}

// reportRead begins what a reading says that was shown by a report or a page.
const reportRead = "report "

// readWords are what was read, in words: reports by their titles, and pages.
func readWords() report.Words {
	of := report.Words{{Code: "replay", Polish: "historia zdarzeń"}, {Code: "accounts", Polish: "lista kont"}}
	pages := report.Words{{Code: "people", Polish: "lista osób"}, {Code: "choices", Polish: "wybór w formularzu"}, {Code: "contract", Polish: "strona umowy"}, {Code: "months", Polish: "arkusze miesiąca"},
		{Code: "record", Polish: "formularz poprawki"}, {Code: "session", Polish: "lista obecności"}, {Code: "sessions", Polish: "lista zajęć"}, {Code: "sheet", Polish: "siatka miesiąca"}}
	for _, page := range pages {
		of = append(of, report.Word{Code: reportRead + page.Code, Polish: page.Polish})
	}
	for _, r := range ledgerReports() {
		of = append(of, report.Word{Code: reportRead + r.Name, Polish: r.Title})
	}
	return of
}

// maxLooks bounds an answer; fewer days, a person or somebody who looked narrow it. recentDays
// are those that are looked through where nothing else is said.
const (
	maxLooks   = 10_000
	recentDays = 7
	lateDays   = 7 // by which a clock may be behind the store's
)

// ErrManyLooks refuses to tell more of the access log at once than anybody reads.
var ErrManyLooks = refusal(domain.CodeInvalid, "the access log has too much of that").At("from")

func accessLogReport() *Report {
	type row = *look
	return declared(Report{
		Name: "access-log", Title: "Rejestr dostępu",
		Doc: "Kto, kiedy i co czytał o osobach, z powodem odsłonięcia zdarzeń, oraz pytania o PESEL osób spoza zakresu i sumy odmów z powodu tego, co już zapisano. Bez dni, osoby i czytającego: ostatnie 7 dni. Odczyt ponad 250 osób nie wymienia ich i nie ma go przy żadnej z nich.",
		Params: []report.Param{
			asked("participant", "kto widział tę osobę; identyfikator", domain.RefParticipant),
			{Name: "actor", Doc: "kto czytał; konto albo użytkownik", Kind: report.KindText},
			askedOf("kind", "rodzaj", lookKinds()),
			askedOf("door", "którędy", doors()),
			askedDay("from", "od dnia"),
			askedDay("to", "do dnia włącznie"),
		},
		needs: []projections.Projection{projections.Audit(), projections.People()},
	}, report.Shape[row]{Leading: 3, Columns: []report.Column[row]{
		report.Date("date", "Dzień", func(r row) domain.Date { return r.on }),
		report.Text("time", "Godzina", func(r row) string { return r.clock }),
		report.Text("position", "Dowód", func(r row) string { return r.at.String() }),
		report.Text("kind", "Rodzaj", func(r row) string { return r.kind }).In(lookKinds()),
		named("actor", "Kto", domain.RefAccount, func(r row) string { return r.actor }),
		report.Text("role", "Jako kto", func(r row) string { return r.role }).In(roleWords()),
		report.Text("door", "Którędy", func(r row) string { return r.door }).In(doors()),
		report.Text("what", "Co", func(r row) string { return r.what }).In(readWords()),
		report.Texts("people", "Osoby", func(r row) []string { return r.people }).To(report.Reference(domain.RefParticipant)),
		report.Texts("others", "Inne", func(r row) []string { return r.others }),
		report.Flag("many", "Ponad 250", func(r row) bool { return r.many }),
		report.Integer("times", "Ile razy", func(r row) int { return r.times }).Sum(),
		report.Text("filters", "Czym zawężone", func(r row) string { return r.filters }).Beneath(),
		report.Text("reason", "Powód", func(r row) string { return r.reason }).Beneath(),
	}}, looksRecorded)
}

// look is a line of the access log.
type look struct {
	on              domain.Date
	clock           string
	at              journal.Position
	kind            string
	actor           string
	role, door      string
	what            string
	people, others  []string
	many            bool
	times           int
	filters, reason string
}

// looksRecorded are the lines that a question asks for. Those of a person, and of somebody who
// read, the audit index knows; else they are looked for where the days asked about stand.
func looksRecorded(ctx context.Context, q *question) ([]*look, error) {
	until := position(q.views)
	var all []*look
	take := func(r *journal.Recorded) error {
		l, err := q.look(ctx, r)
		if err != nil || l == nil || !q.between(l.on) || q.cut(l.on) || !q.is("actor", l.actor) || !q.is("kind", l.kind) || !q.is("door", l.door) {
			return err
		}
		if all = append(all, l); len(all) > maxLooks {
			return ErrManyLooks.With("%d", maxLooks)
		}
		return nil
	}
	err := q.eachLook(ctx, until, take)
	slices.SortFunc(all, func(a, b *look) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.clock, b.clock), a.at.Compare(b.at))
	})
	return all, err
}

func (q *question) eachLook(ctx context.Context, until journal.Position, take func(*journal.Recorded) error) error {
	var of []domain.Ref
	switch {
	case q.params["participant"] != "":
		one, err := q.merged(ctx)
		if err != nil {
			return err
		}
		for _, id := range one.ids(q.params["participant"]) {
			of = append(of, ofParticipant(id))
		}
	case q.params["actor"] != "":
		of = append(of, domain.Ref{Kind: projections.RefActor, ID: q.params["actor"]})
	default:
		return q.scanLooks(ctx, until, take)
	}
	after, err := q.beforeDay(ctx, q.from)
	if err != nil {
		return err
	}
	seen := map[journal.Position]bool{} // a page may show somebody by two ids
	once := func(r *journal.Recorded) error {
		if seen[r.Position] {
			return nil
		}
		seen[r.Position] = true
		return take(r)
	}
	for _, ref := range of {
		if err := q.follow(ctx, ref, after, until.Bound(), once); err != nil {
			return err
		}
	}
	return nil
}

// follow hands over the events that concern one thing, by the audit index.
func (q *question) follow(ctx context.Context, ref domain.Ref, after journal.Position, until journal.Bound, take func(*journal.Recorded) error) error {
	for {
		positions, err := projections.Postings(ctx, q.view(projections.Audit()), ref, after, until, pagePostings)
		if err != nil || len(positions) == 0 {
			return err
		}
		after = positions[len(positions)-1]
		if err := q.reader.opts.Journal.ReadAt(ctx, positions, take); err != nil {
			return err
		}
	}
}

// scanLooks looks through the part of the log that holds the days asked about.
func (q *question) scanLooks(ctx context.Context, until journal.Position, take func(*journal.Recorded) error) error {
	if q.from == 0 && q.month == 0 {
		q.from = min(q.day(), cmp.Or(q.to, q.day())) - recentDays + 1
	}
	after, err := q.beforeDay(ctx, q.from)
	if err != nil {
		return err
	}
	looks := func(typ string) bool { return strings.HasPrefix(typ, "intake.") }
	return q.reader.opts.Journal.Each(ctx, journal.ScanOptions{After: after, Until: until.Bound(), Want: looks}, func(r *journal.Recorded) error {
		if q.to != 0 && q.reader.today(r.Created) > q.to+lateDays {
			return journal.ErrEnough
		}
		return take(r)
	})
}

// beforeDay is where the search begins for what was recorded on a day or later.
func (q *question) beforeDay(ctx context.Context, day domain.Date) (journal.Position, error) {
	if day == 0 {
		return journal.Position{}, nil
	}
	begins := day.Time().Add(-24 * time.Hour) // in whichever zone
	return projections.HourBefore(ctx, q.view(projections.Audit()), begins)
}

// look is what an event says of who looked; nil where it says nothing of that.
func (q *question) look(ctx context.Context, r *journal.Recorded) (*look, error) {
	l := &look{on: r.OccurredOn(), at: r.Position, actor: strings.Clone(r.Meta.Actor), role: strings.Clone(r.Meta.Role), door: strings.Clone(r.Meta.Source.Door), times: 1}
	created := r.Created
	if zone := q.reader.opts.Zone; zone != nil {
		created = created.In(zone)
	}
	l.clock = created.Format("15:04")
	switch e := r.Event.(type) {
	case intake.PersonalDataRead:
		l.kind, l.what, l.many = lookRead, e.What, e.Many
		for _, s := range e.Subjects {
			if s.Kind == domain.RefParticipant {
				l.people = append(l.people, s.ID)
			} else {
				l.others = append(l.others, string(s.Kind)+" "+s.ID)
			}
		}
		var told []string
		for _, f := range e.Filters {
			told = append(told, f.Name+": "+f.Value)
		}
		l.filters = strings.Join(told, "; ")
		return l, q.tellWhy(ctx, l, e)
	case intake.PersonAsked:
		l.kind = lookAsked
		if e.Participant != "" {
			l.people = []string{e.Participant}
		}
	case intake.GuessesCounted:
		l.kind, l.door, l.actor, l.times = lookGuessed, e.Door, e.Actor, e.Count
	default:
		return nil, nil
	}
	return l, nil
}

// tellWhy opens the reason of a reading to whoever may see it.
func (q *question) tellWhy(ctx context.Context, l *look, e intake.PersonalDataRead) error {
	if !q.sees(access.Oversight) {
		return nil
	}
	seal := e.Seal("reason")
	text, known, err := q.reader.opened(ctx, seal, e.Reason)
	if known {
		l.reason = text
		q.shows(seal.Subject)
	}
	return err
}
