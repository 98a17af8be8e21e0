package httpapi

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// sessionsPage lists the sessions of a month.
func (s *server) sessionsPage(w http.ResponseWriter, r *http.Request) {
	month, _ := domain.ParseMonth(polish.ReadMonth(r.URL.Query().Get("miesiac"))) // none: the last
	who := session.Of(r.Context())
	of, err := s.Reader.Sessions(r.Context(), who, month)
	if err == nil && r.Method != http.MethodHead {
		err = s.noteRead(r.Context(), commands.NoteReading{What: "sessions", Filters: map[string]string{"month": of.Month.String()}, Subjects: of.Shown})
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	s.show(w, r, func(w io.Writer) error { return s.pages.Sessions(w, s.visit(r), of, who.May("record-session")) })
}

func (s *server) today() domain.Date { return domain.DateOf(s.Now().In(s.Ledger.Zone)) }

// presencesPage shows the list of a session.
func (s *server) presencesPage(w http.ResponseWriter, r *http.Request) {
	v, err := s.presences(r)
	if err == nil && r.Method != http.MethodHead {
		err = s.noteSession(r, v.Session)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v.Hidden, v.Saved = s.newForm(r, ""), r.URL.Query().Get(paramSaved) != ""
	s.show(w, r, func(w io.Writer) error { return s.pages.Presences(w, s.visit(r), v) })
}

func (s *server) presences(r *http.Request) (v pages.Presences, err error) {
	id, err := url.PathUnescape(chi.URLParam(r, "id"))
	if err != nil {
		return v, problem(codeNotFound, "Popraw adres: takich zajęć nie ma.")
	}
	who := session.Of(r.Context())
	if v.Session, err = s.Reader.Session(r.Context(), who, id); err != nil {
		return v, err
	}
	may := func(op access.Operation) bool { return who.May(op) && who.SeesAllOf(op) }
	v.Enter, v.Counts, v.Adds = may("record-presence"), may("record-session"), may("record-presence")
	v.Headcount = strconv.Itoa(v.Session.Terms.Headcount)
	return v, nil
}

func (s *server) noteSession(r *http.Request, of *queries.SessionList) error {
	return s.noteRead(r.Context(), commands.NoteReading{What: "session", Filters: map[string]string{"session": of.Terms.Session}, Subjects: of.Shown})
}

// enterPresences enters how everybody was at a session, each by a command of their own.
func (s *server) enterPresences(w http.ResponseWriter, r *http.Request, form url.Values) {
	o, err := cellsOrigin(r, form)
	var v pages.Presences
	if err == nil {
		v, err = s.presences(r)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v.Told, v.Sent, v.Effects = map[string]pages.Told{}, map[string]string{}, map[string][]string{}
	failed := s.enterEach(r, o, form, &v)
	if typed := strings.TrimSpace(form.Get("bez_listy")); form.Has("bez_listy") && typed != strconv.Itoa(v.Session.Terms.Headcount) {
		v.Headcount = typed
		if err := s.countHeads(r, o, v.Session, typed); err != nil {
			v.Wrong, failed = s.problemOf(r.Context(), err).Detail, cmp.Or(failed, http.StatusUnprocessableEntity)
		}
	}
	if failed == 0 {
		s.done(w, r, pages.SessionPath(v.Session.Terms.Session)+"?"+paramSaved+"=1")
		return
	}
	fresh, err := s.presences(r)
	if err == nil {
		err = s.noteSession(r, fresh.Session)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	v.Session, v.Hidden = fresh.Session, s.newForm(r, "")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(failed)
	_ = s.pages.Presences(w, s.visit(r), v)
}

// enterEach enters what differs from what was shown; it says by which status some of it was not.
func (s *server) enterEach(r *http.Request, o commands.Origin, form url.Values, v *pages.Presences) (failed int) {
	keep := form.Get("_zostaw")
	for _, p := range v.Session.People {
		id := p.Participant
		if !form.Has("p:"+id) || id == keep {
			continue
		}
		at, was, _ := strings.Cut(form.Get("w:"+id), "=")
		is, effects := form.Get("p:"+id), form["e:"+id+"[]"]
		v.Sent[id], v.Effects[id] = is, effects
		if strings.Join(append([]string{is}, effects...), "+") == was {
			continue
		}
		mine := o
		mine.Key += ":" + domain.Escape(id)
		err := mine.SawAt(cmp.Or(at, "0"))
		cmd := commands.RecordPresence{Session: v.Session.Terms.Session, Participant: id, Presence: is, Effects: effects}
		switch stands := was != ""; {
		case is == "" && stands:
			cmd.Effects, cmd.Amendment = nil, commands.Amendment{Withdraw: true, Reason: gridReason}
		case is == "":
			continue
		case stands:
			cmd.Amendment = commands.Amendment{Correct: true, Reason: gridReason}
		}
		if err == nil {
			_, err = carryForm(r.Context(), s, mine, cmd, s.Ledger.RecordPresence)
		}
		t := pages.Told{State: pages.CellSaved}
		var refusal *domain.Error
		switch {
		case err == nil:
		case errors.As(err, &refusal) && refusal.Code == domain.CodeConflict:
			t.State, t.Text, failed = pages.CellClash, "Ktoś zapisał ją inaczej, odkąd jest otwarta ta strona. Twój zapis będzie korektą z Twoim nazwiskiem.", http.StatusConflict
		default:
			t.State, t.Text, failed = pages.CellRefused, s.problemOf(r.Context(), err).Detail, cmp.Or(failed, http.StatusUnprocessableEntity)
		}
		v.Told[id] = t
	}
	return failed
}

// countHeads says how many were at a session without being on its list.
func (s *server) countHeads(r *http.Request, o commands.Origin, of *queries.SessionList, typed string) error {
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 {
		return problem(codeInvalid, "Wpisz liczbę osób, na przykład 3 albo 0.")
	}
	t := of.Terms
	o.Key += ":bez-listy"
	cmd := commands.RecordSession{ID: t.Session, Date: t.Date, Cancelled: t.Cancelled, Amendment: commands.Amendment{Correct: true, Reason: gridReason},
		SessionTerms: commands.SessionTerms{Programme: t.Programme, Kind: string(t.Kind), Topic: of.Topic, From: t.From, To: t.To, Leaders: slices.Clone(t.Leaders), Organiser: of.Organiser, Specialist: of.Specialist, Headcount: n}}
	_, err = carryForm(r.Context(), s, o, cmd, s.Ledger.RecordSession)
	return err
}
