package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// A grid sends its cells, as c:contract:day, and of each row what it showed of them, as
// w:contract. What differs from what was shown is entered, a command a cell, in the order of
// days; each is carried out or refused by itself.

// gridReason is why a cell is corrected or emptied before its month is approved: nobody is
// asked.
const gridReason = "wpis w siatce"

// shownCell is what a grid showed of a cell.
type shownCell struct{ at, text string }

// sentCell is a cell that somebody changed.
type sentCell struct {
	pages.CellID
	typed string
	shown shownCell
}

// changedCells are the cells of a form that say something else than was shown, in the order of
// rows and days.
func changedCells(form url.Values, visits bool) (all []sentCell) {
	shown := map[string]map[string]shownCell{}
	for name, values := range form {
		contract, is := strings.CutPrefix(name, "w:")
		if !is {
			continue
		}
		shown[contract] = map[string]shownCell{}
		for cell := range strings.SplitSeq(values[0], "|") {
			if parts := strings.SplitN(cell, "=", 3); len(parts) == 3 {
				shown[contract][parts[0]] = shownCell{parts[1], parts[2]}
			}
		}
	}
	for name, values := range form {
		rest, is := strings.CutPrefix(name, "c:")
		at := strings.LastIndexByte(rest, ':')
		if !is || at < 0 {
			continue
		}
		day, err := domain.ParseDate(rest[at+1:])
		if err != nil {
			continue
		}
		c := sentCell{pages.CellID{Contract: rest[:at], Date: day}, strings.TrimSpace(values[0]), shown[rest[:at]][rest[at+1:]]}
		is1, ok1 := pages.ReadCell(c.typed, visits)
		was, ok2 := pages.ReadCell(c.shown.text, visits)
		if c.typed != c.shown.text && !(ok1 && ok2 && is1.Same(was)) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b sentCell) int { return cmp.Or(strings.Compare(a.Contract, b.Contract), int(a.Date-b.Date)) })
	return all
}

// instead puts what the buttons of a grid say into its cells: one value for those who are
// picked, or for a cell what was offered, or what stands.
func instead(form url.Values, month domain.Month) {
	if form.Get("_do") == "zbior" {
		day := polish.ReadDay(form.Get("dzien"))
		if len(day) <= 2 { // of the month that the form is of
			day = month.String() + "-" + strings.Repeat("0", 2-len(day)) + day
		}
		for _, contract := range form["osoba[]"] {
			if name := "c:" + contract + ":" + day; form.Has(name) {
				form.Set(name, form.Get("godziny"))
			}
		}
	}
	if keep := form.Get("_zostaw"); keep != "" {
		form.Del("c:" + keep)
	}
	cell, value, _ := cutCell(form.Get("_wpisz"))
	if cell != "" {
		form.Set("c:"+cell, value)
	}
}

// cutCell is contract:day and the value after it; a value may hold colons.
func cutCell(text string) (cell, value string, ok bool) {
	for i := range len(text) {
		if text[i] != ':' || len(text) < i+len(":2006-01-02:") {
			continue
		}
		if _, err := domain.ParseDate(text[i+1 : i+11]); err == nil && text[i+11] == ':' {
			return text[:i+11], text[i+12:], true
		}
	}
	return "", "", false
}

// enterGrid enters what was typed into the cells of a month.
func (s *server) enterGrid(w http.ResponseWriter, r *http.Request, form url.Values) {
	of, p := sheetAsked(r)
	if p != nil {
		s.write(w, r, p)
		return
	}
	o, err := cellsOrigin(r, form)
	var g pages.Grid
	if err == nil {
		g, err = s.grid(r, of)
	}
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	instead(form, of.Month)
	sent := changedCells(form, of.Assistant != "")
	g.Correcting = g.Correcting || form.Get("_koryguj") != ""
	e := gridEntry{s: s, o: o, sheet: g.Sheet, reason: strings.TrimSpace(form.Get("powod")), told: map[pages.CellID]pages.Told{}, failed: map[pages.CellID]error{}}
	if g.Unreasoned = g.Correcting && domain.Blank(e.reason) && e.locks(sent); !g.Unreasoned {
		e.enter(r.Context(), sent)
	}
	s.answerGrid(w, r, form, g, &e, sent)
}

// answerGrid tells what became of the cells: to the script as JSON, else by the page.
func (s *server) answerGrid(w http.ResponseWriter, r *http.Request, form url.Values, g pages.Grid, e *gridEntry, sent []sentCell) {
	of, told := g.Sheet.SheetAsked, false
	fresh, err := s.Reader.Sheet(r.Context(), session.Of(r.Context()), of)
	if err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	moved := movedOn(g.Sheet.Seen, fresh.Seen)
	g.Sheet = fresh
	for _, c := range sent {
		t := e.tell(fresh, c)
		told = told || t.State != pages.CellSaved
		e.told[c.CellID] = t
	}
	if g.Unreasoned {
		for _, c := range sent {
			e.told[c.CellID] = pages.Told{State: pages.CellRefused, Typed: c.typed, Text: "Podaj powód korekty."}
		}
		told = len(sent) > 0
	}
	if preferred(r, typeHTML, typeJSON) == typeJSON {
		s.tellScript(w, r, g, e, sent, moved)
		return
	}
	if !told {
		s.done(w, r, backTo(of, form))
		return
	}
	if err := s.noteSheet(r.Context(), fresh); err != nil {
		s.write(w, r, s.problemOf(r.Context(), err))
		return
	}
	g.Hidden, g.Told, g.Reason, g.Picked = s.newForm(r, ""), e.told, e.reason, map[string]bool{}
	g.ForDay, g.ForHours = form.Get("dzien"), form.Get("godziny")
	for _, contract := range form["osoba[]"] {
		g.Picked[contract] = true
	}
	if day, err := domain.ParseDate(form.Get("_dzien")); err == nil && day.Month() == of.Month {
		g.Day = day
	}
	status := http.StatusUnprocessableEntity
	for _, t := range e.told {
		if t.State == pages.CellClash {
			status = http.StatusConflict
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = s.pages.Grid(w, s.visit(r), g)
}

// backTo is the page that a grid was sent from.
func backTo(of queries.SheetAsked, form url.Values) string {
	to := pages.GridPath(of) + "?" + paramSaved + "=1"
	if day := form.Get("_dzien"); day != "" {
		to += "&" + paramDay + "=" + url.QueryEscape(day)
	}
	if form.Get("_koryguj") != "" {
		to += "&" + paramCorrect + "=1"
	}
	return to
}

// gridEntry enters cells.
type gridEntry struct {
	s      *server
	o      commands.Origin
	sheet  *queries.Sheet // as it was before
	reason string         // of corrections in an approved month
	told   map[pages.CellID]pages.Told
	failed map[pages.CellID]error
}

// errCell is what a cell cannot hold.
var errCell = errors.New("nothing that a cell can hold")

// row is that of a contract; nil is none that the sheet has.
func rowOf(of *queries.Sheet, contract string) *queries.SheetRow {
	i := slices.IndexFunc(of.Rows, func(r queries.SheetRow) bool { return r.Contract == contract })
	if i < 0 {
		return nil
	}
	return &of.Rows[i]
}

// locks says whether some cells are of rows that are approved.
func (e *gridEntry) locks(sent []sentCell) bool {
	return slices.ContainsFunc(sent, func(c sentCell) bool {
		row := rowOf(e.sheet, c.Contract)
		return row != nil && locked(row)
	})
}

// enter carries out a command for each cell.
func (e *gridEntry) enter(ctx context.Context, sent []sentCell) {
	for _, c := range sent {
		row := rowOf(e.sheet, c.Contract)
		typed, readable := pages.ReadCell(c.typed, e.sheet.Assistant != "")
		var err error
		switch {
		case row == nil || c.Date.Month() != e.sheet.Month:
			err = problem(codeNotFound, "Tego wiersza nie ma już w arkuszu.")
		case !readable:
			err = errCell
		case e.sheet.Assistant != "":
			err = e.visits(ctx, row, c, typed)
		default:
			err = e.day(ctx, row, c, typed)
		}
		if err != nil {
			e.failed[c.CellID] = err
		}
	}
}

// amendment is how a cell that holds something is changed, or one of an approved month.
func (e *gridEntry) amendment(row *queries.SheetRow, stands, empties bool) commands.Amendment {
	reason := gridReason
	if locked(row) {
		reason = e.reason
	}
	switch {
	case stands && empties:
		return commands.Amendment{Withdraw: true, Reason: reason}
	case stands || locked(row) && reason != "":
		return commands.Amendment{Correct: true, Reason: reason}
	}
	return commands.Amendment{}
}

// day enters a day of work as it was shown.
func (e *gridEntry) day(ctx context.Context, row *queries.SheetRow, c sentCell, typed pages.Typed) error {
	is := row.Cells[c.Date-e.sheet.Month.First()]
	o := e.o
	o.Key += ":" + domain.Escape(c.Contract) + ":" + c.Date.String()
	if err := o.SawAt(cmp.Or(c.shown.at, "0")); err != nil {
		return problem(codeMalformed, "Otwórz stronę jeszcze raz: formularz jest niepełny.")
	}
	// Whether something stands goes by what was shown: if that has changed, it is a conflict.
	stands := c.shown.text != ""
	cmd := commands.RecordAttendance{Contract: c.Contract, Date: c.Date, Minutes: typed.Minutes, Absence: typed.Absence,
		Amendment: e.amendment(row, stands, typed.Same(pages.Typed{}))}
	if len(is.Entries) > 0 && !cmd.Withdraw && typed.Absence == "" {
		cmd.Place = is.Entries[0].Place
	}
	_, err := carryForm(ctx, e.s, o, cmd, e.s.Ledger.RecordAttendance)
	return err
}

// visits makes the visits of a day those that were typed: what is there and was not typed is
// taken back, what ends otherwise is corrected, the rest is entered.
func (e *gridEntry) visits(ctx context.Context, row *queries.SheetRow, c sentCell, typed pages.Typed) error {
	is := row.Cells[c.Date-e.sheet.Month.First()]
	if is.At.String() != cmp.Or(c.shown.at, "0") {
		if pages.TypedOf(is, true).Same(typed) {
			return nil // a colleague, or the same form before, has entered just that
		}
		return errClash
	}
	ends := map[domain.TimeOfDay]domain.TimeOfDay{}
	for _, v := range typed.Visits {
		ends[v.From] = v.To
	}
	log := func(at string, cmd commands.LogVisit) error {
		o := e.o
		o.Key += ":" + domain.Escape(c.Contract) + ":" + c.Date.String() + ":" + cmd.From.String()
		if err := o.SawAt(at); err != nil {
			return err
		}
		cmd.Assistant, cmd.Contract, cmd.Date = e.sheet.Assistant, c.Contract, c.Date
		_, err := carryForm(ctx, e.s, o, cmd, e.s.Ledger.LogVisit)
		return err
	}
	for _, v := range is.Entries {
		to, stays := ends[v.From]
		if stays && to == v.To {
			delete(ends, v.From)
			continue
		}
		cmd := commands.LogVisit{From: v.From, Amendment: e.amendment(row, true, !stays)}
		if stays {
			cmd.To, cmd.Activity, cmd.Place = to, v.Activity, v.Place
			delete(ends, v.From)
		}
		if err := log(v.At.String(), cmd); err != nil {
			return err
		}
	}
	for _, v := range typed.Visits {
		if _, left := ends[v.From]; !left {
			continue
		}
		if err := log(is.Gone[v.From].String(), commands.LogVisit{From: v.From, To: v.To, Amendment: e.amendment(row, false, false)}); err != nil {
			return err
		}
	}
	return nil
}

// errClash is a cell that a colleague has changed since it was shown.
var errClash = errors.New("a colleague has changed the cell since it was shown")

// tell says what became of a cell.
func (e *gridEntry) tell(fresh *queries.Sheet, c sentCell) pages.Told {
	visits := fresh.Assistant != ""
	t := pages.Told{State: pages.CellSaved, Typed: c.typed}
	var is queries.SheetCell
	row := rowOf(fresh, c.Contract)
	if row != nil && c.Date.Month() == fresh.Month {
		is = row.Cells[c.Date-fresh.Month.First()]
		t.Is = pages.CellText(is, visits)
	}
	err := e.failed[c.CellID]
	if err == nil {
		return t
	}
	var refusal *domain.Error
	if errors.Is(err, errClash) || errors.As(err, &refusal) && refusal.Code == domain.CodeConflict {
		t.State, t.Text = pages.CellClash, clashText(is, t, e.s)
		return t
	}
	t.State = pages.CellRefused
	if errors.Is(err, errCell) {
		t.Text = "Wpisz godziny, na przykład 2:30 albo 2,5, lub literę nieobecności: C, U, N."
		if visits {
			t.Text = "Wpisz godziny od–do, na przykład 8:00–10:30, kilka wizyt po przecinku."
		}
		return t
	}
	t.Text = e.s.problemOf(context.Background(), err).Detail
	if row != nil && !visits {
		t.Nearest = nearest(row, is, c, err)
	}
	return t
}

// nearest is the most that the caps leave of what was typed; "" is nothing.
func nearest(row *queries.SheetRow, is queries.SheetCell, c sentCell, err error) string {
	if !errors.Is(err, attendance.ErrWeeklyCap) && !errors.Is(err, attendance.ErrMonthCap) {
		return ""
	}
	var stands domain.Minutes
	for _, e := range is.Entries {
		stands += e.Minutes
	}
	least := domain.Minutes(24 * 60)
	for _, of := range append(slices.Clone(row.Weeks), row.Month) {
		if of.Limit > 0 && c.Date.Within(of.First, of.Last) {
			least = min(least, of.Limit-of.Used+stands)
		}
	}
	if least <= 0 {
		return ""
	}
	return polish.Hours(int64(least))
}

// clashText says who changed a cell, as far as whoever asks may know, and what comes of a choice.
func clashText(is queries.SheetCell, t pages.Told, s *server) string {
	text := "Stoi w niej " + cmp.Or(t.Is, "nic")
	if !is.Saved.IsZero() {
		text += ", zapisano " + polish.Moment(is.Saved, s.Ledger.Zone)
	}
	if is.By != "" {
		text += " (" + is.By + ")"
	}
	return text + ". Ty wpisujesz " + cmp.Or(t.Typed, "puste") + ": Twój zapis będzie korektą z Twoim nazwiskiem."
}

// gridAnswer is what the script of the grid is told.
type gridAnswer struct {
	Saved string       `json:"saved"`
	Error string       `json:"error,omitempty"`
	Cells []cellAnswer `json:"cells"`
	Rows  []rowAnswer  `json:"rows"`

	Moved map[string][2]int64 `json:"moved"` // streams of the sheet: their revisions before and after
}

type cellAnswer struct {
	Cell    string `json:"cell"`
	State   string `json:"state"`
	Is      string `json:"is"`
	Text    string `json:"text,omitempty"`
	Nearest string `json:"nearest,omitempty"`
}

type rowAnswer struct {
	Contract string `json:"contract"`
	Was      string `json:"was"`
	Caps     string `json:"caps"`
}

// movedOn are the streams of a sheet that an entry wrote in. Whoever was shown them as they were
// before may hand the month over as it is now.
func movedOn(before, after map[string]int64) map[string][2]int64 {
	moved := map[string][2]int64{}
	for stream, is := range after {
		if was, ok := before[stream]; ok && was != is {
			moved[stream] = [2]int64{was, is}
		}
	}
	return moved
}

// tellScript answers the script.
func (s *server) tellScript(w http.ResponseWriter, r *http.Request, g pages.Grid, e *gridEntry, sent []sentCell, moved map[string][2]int64) {
	a := gridAnswer{Saved: s.Now().In(s.Ledger.Zone).Format("15:04"), Moved: moved, Cells: []cellAnswer{}, Rows: []rowAnswer{}}
	contracts := map[string]bool{}
	for _, c := range sent {
		t := e.told[c.CellID]
		a.Cells = append(a.Cells, cellAnswer{"c:" + c.Contract + ":" + c.Date.String(), t.State, t.Is, t.Text, t.Nearest})
		contracts[c.Contract] = true
	}
	for i := range g.Sheet.Rows {
		if row := &g.Sheet.Rows[i]; contracts[row.Contract] {
			was, caps := pages.RowState(row, g.Sheet.Assistant != "")
			a.Rows = append(a.Rows, rowAnswer{row.Contract, was, caps})
		}
	}
	if g.Unreasoned {
		a.Error = "Podaj powód korekty: miesiąc jest zatwierdzony."
	}
	w.Header().Set("Content-Type", typeJSON)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(io.Writer(w)).Encode(a)
	}
}

// carryForm carries out a command that a form asks for, unless it came too late.
func carryForm[C commands.Request](ctx context.Context, s *server, o commands.Origin, c C, do func(context.Context, commands.Origin, C) (commands.Result, error)) (commands.Result, error) {
	if wasLate(ctx) {
		return commands.Result{}, errLate()
	}
	leave, wait, err := s.throttle.enter(ctx, o.Actor, s.Now)
	if err != nil {
		return commands.Result{}, err
	}
	if wait > 0 {
		return commands.Result{}, tooMany(wait)
	}
	guessed := true // until it is known
	defer func() { leave(guessed) }()
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), requestBound)
	defer done()
	out, err := commands.Once(ctx, s.Ledger, o, c, do)
	guessed = errors.Is(err, domain.ErrRecorded)
	if err == nil && s.After != nil && out.Events > 0 {
		s.After(ctx)
	}
	return out, err
}
