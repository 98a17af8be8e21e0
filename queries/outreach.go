package queries

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"ksiega/domain"
	"ksiega/domain/contact"
	"ksiega/internal/report"
	"ksiega/projections"
)

func outreachReport() *Report {
	type row = outreachRow
	return declared(Report{
		Name: "outreach", Title: "Praca na ulicy",
		Doc: "Kontakty w każdym miesiącu i miejscu, osoby (pseudonim i ustalona tożsamość to jedna), skierowania i osoby, które trafiły do schroniska." + tellsOfFew,
		Params: []report.Param{
			askedDay("from", "od dnia kontaktu"),
			askedDay("to", "do dnia włącznie"),
			asked("programme", "program", domain.RefProgramme),
		},
		needs: []projections.Projection{projections.Outreach(), projections.People()},
	}, report.Shape[row]{Leading: 2, Columns: []report.Column[row]{
		report.Month("month", "Miesiąc", func(r row) domain.Month { return r.month }),
		report.Text("place", "Miejsce", func(r row) string { return r.place }),
		report.Integer("contacts", "Kontakty", func(r row) int { return r.contacts }).Sum(),
		report.Integer("people", "Osoby", func(r row) int { return len(r.people) }).Distinct("people", "Osoby", "os.", func(r row) []string { return r.people.sorted() }),
		report.Integer("firstContacts", "Pierwsze kontakty", func(r row) int { return r.first }).Sum(),
		report.Integer("referrals", "Skierowania", func(r row) int { return r.referrals }).Sum(),
		report.Integer("reachedShelter", "Trafiło do schroniska", func(r row) int { return len(r.sheltered) }).
			Distinct("reachedShelter", "Trafiło do schroniska", "os.", func(r row) []string { return r.sheltered.sorted() }),
		report.Integer("prevention", "Prewencja", func(r row) int { return r.kinds[contact.Prevention] }).Sum(),
		report.Integer("intervention", "Interwencja", func(r row) int { return r.kinds[contact.Intervention] }).Sum(),
		report.Integer("integration", "Integracja", func(r row) int { return r.kinds[contact.Integration] }).Sum(),
		named("programme", "Program", domain.RefProgramme, func(r row) string { return r.programme }).
			Noted("erased", "Osoby, których dane usunięto", "os.", func(r row) []string { return r.erased.sorted() }),
	}}, outreachRows)
}

// outreachRow is a month at a place.
type outreachRow struct {
	outreachKey
	contacts, first, referrals int
	kinds                      map[contact.Kind]int
	people, sheltered, erased  some
	opened                     looked // those whose outcome was
}

// cutByScopes: contactsOf leaves out contacts of others.
func (outreachRow) cutByScopes() {}

type outreachKey struct {
	month            domain.Month
	place, programme string
}

// some are people, or what else is counted once.
type some map[string]bool

func (s some) sorted() []string {
	all := make([]string, 0, len(s))
	for who := range s {
		all = append(all, who)
	}
	slices.Sort(all)
	return all
}

func outreachRows(ctx context.Context, q *question) ([]outreachRow, error) {
	met, err := contactsOf(ctx, q, q.params["programme"])
	if err != nil {
		return nil, err
	}
	rows := map[outreachKey]*outreachRow{}
	for _, c := range met {
		if !q.between(c.Date) {
			continue
		}
		at := outreachKey{c.Date.Month(), c.Place, c.Programme}
		row := rows[at]
		if row == nil {
			row = &outreachRow{outreachKey: at, kinds: map[contact.Kind]int{}, people: some{}, sheltered: some{}, erased: some{}, opened: looked{}}
			rows[at] = row
		}
		row.contacts++
		row.kinds[c.Kind]++
		if c.First {
			row.first++
		}
		if c.Referral != "" {
			row.referrals++
		}
		if c.erased {
			row.erased[c.of] = true
		}
		if c.person == "" {
			continue
		}
		row.people[c.person] = true
		outcome, err := c.code(ctx, q, "outcome", c.Outcome)
		if err != nil {
			return nil, err
		}
		if outcome != "" {
			row.opened.add(c.person, c.Seal("outcome").Subject)
		}
		if contact.Outcome(outcome) == contact.Shelter {
			row.sheltered[c.person] = true
		}
	}
	all := make([]outreachRow, 0, len(rows))
	for _, row := range rows {
		q.counted(row.opened, len(row.sheltered))
		all = append(all, *row)
	}
	slices.SortFunc(all, func(a, b outreachRow) int { return cmp.Compare(a.programme, b.programme) }) // of one month and place
	return all, nil
}

// metContact is a contact, and who it was as far as the question goes.
type metContact struct {
	projections.StreetContact
	person string // whom it counts as; "" is nobody
	of     string // whose key seals its texts
	erased bool   // that key is destroyed
}

// code is a sealed code of a contact, "" where it does not open any more. What follows
// from it may be counted for everybody who may ask.
func (c metContact) code(ctx context.Context, q *question, field string, sealed domain.Sealed) (string, error) {
	code, _, err := q.reader.opened(ctx, c.Seal(field), sealed)
	return code, err
}

// who is the participant whom it counts as, by their id, or else somebody of the street.
func (c metContact) who() string {
	if id, ok := strings.CutPrefix(c.person, domain.Ref{Kind: domain.RefParticipant}.Subject()); ok {
		return id
	}
	return c.person
}

// contactsOf are the contacts of a programme, or of any, by the question's day.
func contactsOf(ctx context.Context, q *question, of string) ([]metContact, error) {
	view := q.view(projections.Outreach())
	programme := ""
	if of != "" {
		programme = domain.Escape(of) + "-"
	}
	rows, err := ofParts(ctx, view, projections.StreetContacts(), func(part string) bool {
		return len(part) > len(programme) && part[:len(programme)] == programme
	})
	if err != nil {
		return nil, err
	}
	who, err := streetPeople(ctx, q, rows, of)
	if err != nil {
		return nil, err
	}
	erased, err := erasedSubjects(ctx, view)
	if err != nil {
		return nil, err
	}
	met := make([]metContact, 0, len(rows))
	for _, c := range rows {
		if !q.cut(c.Date) && q.reaches(domain.Ref{Kind: domain.RefProgramme, ID: c.Programme}, domain.Ref{Kind: domain.RefWorker, ID: c.Worker}) {
			of := c.Seal("").Subject
			met = append(met, metContact{StreetContact: c, person: who.of(c.Street), of: of.Subject(), erased: erased[domain.Ref{Kind: of.Kind, ID: domain.Escape(of.ID)}]})
		}
	}
	return met, nil
}

// erasedSubjects are those, by their escaped ids, of whom a read model knows that what was
// sealed is erased.
func erasedSubjects(ctx context.Context, view projections.View) (map[domain.Ref]bool, error) {
	items, err := projections.ErasedSubjects().Every(ctx, view)
	all := make(map[domain.Ref]bool, len(items))
	for _, it := range items {
		all[domain.Ref{Kind: domain.RefKind(it.Part), ID: it.Field}] = true
	}
	return all, err
}

// streetIDs tells whom people of the street count as.
type streetIDs struct {
	first      map[string]string // of those who have one pseudonym
	identities map[string]string // participants
}

// of is whom somebody of the street counts as, "" nobody.
func (s streetIDs) of(street string) string {
	if street == "" {
		return ""
	}
	if first := s.first[street]; first != "" {
		street = first
	}
	if participant := s.identities[street]; participant != "" {
		return domain.Ref{Kind: domain.RefParticipant, ID: participant}.Subject()
	}
	return domain.Ref{Kind: domain.RefStreet, ID: street}.Subject()
}

// streetPeople are whom people of the street are known to be by the question's day. Two
// servers may have named one pseudonym at once: those are one person, as the vault's index
// tells.
func streetPeople(ctx context.Context, q *question, contacts []projections.StreetContact, programme string) (streetIDs, error) {
	who := streetIDs{first: map[string]string{}, identities: map[string]string{}}
	if v := q.reader.opts.Vault; v != nil {
		if q.reader.opts.Shared {
			if err := q.meetStreet(ctx, contacts); err != nil {
				return who, err
			}
		}
		prefix := domain.Ref{Kind: domain.RefStreet}.Subject()
		for _, set := range v.DoubledNames() {
			for _, subject := range set {
				who.first[subject[len(prefix):]] = set[0][len(prefix):]
			}
		}
	}
	one, err := q.merged(ctx)
	if err != nil {
		return who, err
	}
	items, err := projections.StreetIdentities().Every(ctx, q.view(projections.Outreach()), partOf(programme)...)
	for _, it := range items {
		if id := it.Row.Identity; !q.cut(id.Date) {
			who.identities[cmp.Or(who.first[it.Row.Street], it.Row.Street)] = one.kept(id.Participant)
		}
	}
	return who, err
}

// meetStreet has the vault know those whom other servers named.
func (q *question) meetStreet(ctx context.Context, contacts []projections.StreetContact) error {
	streets := some{}
	for _, c := range contacts {
		if c.Street != "" {
			streets[domain.Ref{Kind: domain.RefStreet, ID: c.Street}.Subject()] = true
		}
	}
	return q.reader.opts.Vault.Meet(ctx, streets.sorted()...)
}
