package httpapi

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/sheet"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// What the address of a month may say.
const (
	paramCorrect = "koryguj" // of an approved month: cells are fields again
	paramDay     = "dzien"   // one day for all people
	paramRows    = "strona"
)

// serveMonths serves the pages of months.
func (s *server) serveMonths(r, page chi.Router) {
	for _, grid := range []string{"/obecnosci/{id}/{month}", "/wizyty/{id}/{month}"} {
		page.Get(grid, s.gridPage)
		r.With(s.offers(typeHTML, typeJSON)).Post(grid, s.posts(s.enterGrid))
	}
	page.Get("/miesiace", s.monthsPage)
	page.Get("/zajecia", s.sessionsPage)
	page.Get("/zajecia/{id}", s.presencesPage)
	page.Post("/zajecia/{id}", s.posts(s.enterPresences))
	for _, turn := range []string{"/miesiace/porozumienie/{id}/{month}", "/miesiace/asystent/{id}/{month}"} {
		page.Get(turn, s.turnPage)
		page.Post(turn, s.posts(s.turnMonth))
	}
}

// sheetAsked is the sheet that the address of a page names.
func sheetAsked(r *http.Request) (of queries.SheetAsked, p *Problem) {
	month, err := domain.ParseMonth(chi.URLParam(r, "month"))
	id, unescaped := url.PathUnescape(chi.URLParam(r, "id"))
	if err != nil || unescaped != nil || id == "" {
		return of, problem(codeNotFound, "Popraw adres: nie ma takiego miesiąca.")
	}
	of.Month = month
	if strings.HasPrefix(r.URL.Path, "/wizyty/") || strings.HasPrefix(r.URL.Path, "/miesiace/asystent/") {
		of.Assistant = id
	} else {
		of.Agreement = id
	}
	return of, nil
}

// gridPage shows a month.
func (s *server) gridPage(w http.ResponseWriter, r *http.Request) {
	of, p := sheetAsked(r)
	if p != nil {
		s.write(w, r, p)
		return
	}
	g, err := s.grid(r, of)
	if err == nil && r.Method != http.MethodHead {
		err = s.noteSheet(r.Context(), g.Sheet)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	g.Hidden, g.Saved = s.newForm(r, ""), r.URL.Query().Get(paramSaved) != ""
	s.show(w, r, func(w io.Writer) error { return s.pages.Grid(w, s.visit(r), g) })
}

// grid is a month as its page shows it.
func (s *server) grid(r *http.Request, of queries.SheetAsked) (g pages.Grid, err error) {
	who, query := session.Of(r.Context()), r.URL.Query()
	if g.Sheet, err = s.Reader.Sheet(r.Context(), who, of); err != nil {
		return g, err
	}
	entry := access.Operation("record-attendance")
	if of.Assistant != "" {
		entry = "log-visit"
	}
	g.May = pages.Turns{Enter: who.May(entry) && who.SeesAllOf(entry), HandOver: who.May("hand-over-month"), Return: who.May("return-month"), Approve: who.May("approve-month")}
	g.Correcting = query.Get(paramCorrect) != ""
	if day, err := domain.ParseDate(query.Get(paramDay)); err == nil && day.Month() == of.Month {
		g.Day = day
	}
	g.Page, _ = strconv.Atoi(query.Get(paramRows))
	g.Page = max(g.Page, 1)
	g.DayOff = func(day domain.Date) (string, bool) {
		off, is := s.Ledger.Catalogue.DayOff(s.Ledger.WorkWeek, day)
		return off.Name, is
	}
	return g, nil
}

// noteSheet records whose texts a sheet shows, before it is sent.
func (s *server) noteSheet(ctx context.Context, of *queries.Sheet) error {
	filters := map[string]string{"month": of.Month.String(), "agreement": of.Agreement}
	if of.Assistant != "" {
		filters = map[string]string{"month": of.Month.String(), "assistant": of.Assistant}
	}
	return s.noteRead(ctx, commands.NoteReading{What: "sheet", Filters: filters, Subjects: of.Shown})
}

// What is done with a month as a whole.
const (
	turnHandOver = "przekaz"
	turnReturn   = "zwroc"
	turnApprove  = "zatwierdz"
)

// turnMonth hands a month over, returns it or approves it, at the revisions that were seen.
func (s *server) turnMonth(w http.ResponseWriter, r *http.Request, form url.Values) {
	of, p := sheetAsked(r)
	if p != nil {
		s.write(w, r, p)
		return
	}
	o, err := formOrigin(r, form)
	seen, readable := pages.ReadSeen(form.Get(formSeen))
	if err == nil && !readable {
		err = problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz jest niepełny.")
	}
	c := commands.SheetOf{Agreement: of.Agreement, Assistant: of.Assistant, Month: of.Month, Seen: seen}
	switch do := form.Get("_do"); {
	case err != nil:
	case do == turnHandOver:
		_, err = carryForm(r.Context(), s, o, commands.HandOverMonth{SheetOf: c}, s.Ledger.HandOverMonth)
	case do == turnApprove:
		_, err = carryForm(r.Context(), s, o, commands.ApproveMonth{SheetOf: c}, s.Ledger.ApproveMonth)
	case do == turnReturn:
		_, err = carryForm(r.Context(), s, o, commands.ReturnMonth{SheetOf: c, Reason: strings.TrimSpace(form.Get("powod"))}, s.Ledger.ReturnMonth)
	default:
		err = problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz jest niepełny.")
	}
	if err == nil {
		s.done(w, r, pages.GridPath(of)+"?"+paramSaved+"=1")
		return
	}
	s.again(w, r, err, func(w io.Writer, why pages.Refusal) error {
		g, failed := s.grid(r, of)
		if failed == nil {
			failed = s.noteSheet(r.Context(), g.Sheet)
		}
		if failed != nil {
			return failed
		}
		g.Hidden, g.Refused, g.TurnReason = s.newForm(r, ""), &why, form.Get("powod")
		if why.Text == "" {
			why.Text = strings.Join(fieldTexts(why), " ")
		}
		return s.pages.Grid(w, s.visit(r), g)
	})
}

func fieldTexts(why pages.Refusal) (all []string) {
	for _, text := range why.Fields {
		all = append(all, text)
	}
	return all
}

// monthsPage lists the sheets of a month.
func (s *server) monthsPage(w http.ResponseWriter, r *http.Request) {
	month, _ := domain.ParseMonth(polish.ReadMonth(r.URL.Query().Get("miesiac"))) // none: the last
	who := session.Of(r.Context())
	of, err := s.Reader.Sheets(r.Context(), who, month)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	names, err := s.namesOf(r, pages.AsksOfMonths(of), commands.NoteReading{What: "months", Filters: map[string]string{"month": of.Month.String()}})
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	may := pages.Turns{HandOver: who.May("hand-over-month"), Approve: who.May("approve-month")}
	s.show(w, r, func(w io.Writer) error { return s.pages.Months(w, s.visitOf(r, names), of, may) })
}

// turnPage leads to where a month is shown.
func (s *server) turnPage(w http.ResponseWriter, r *http.Request) {
	of, p := sheetAsked(r)
	if p != nil {
		s.write(w, r, p)
		return
	}
	http.Redirect(w, r, pages.GridPath(of), http.StatusSeeOther)
}

// locked says whether a row of a sheet takes corrections alone.
func locked(row *queries.SheetRow) bool { return row.Step == sheet.Approved }
