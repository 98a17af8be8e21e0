package pages

import (
	"io"
	"strings"

	"ksiega/domain"
	"ksiega/internal/polish"
	"ksiega/queries"
)

// ReadModel is the state of one read model, as the start page shows it.
type ReadModel struct {
	Name string
	// Position is the last it has seen, Lag how many events the log has behind it.
	Position string
	Lag      uint64
	CaughtUp bool
	Stopped  bool
	// Anew is why it is being built anew, in Polish; "" where it is not.
	Anew string
}

// Start is what the start page tells.
type Start struct {
	Overview queries.Overview
	Part     bool   // whoever looks sees a part of the ledger, so that there is no Overview
	Failed   string // why there is none, in Polish
	NotReady string // why the server is not ready
	Models   []ReadModel
}

type startView struct {
	Head             Head
	Failed, NotReady *Note
	Work             []Entry
	Areas            []areaView
	Counted          string
	Columns          [2][]area
	Models           Table
}

type areaView struct{ Title, Count, Hint string }

// Start writes the start page.
func (p *Pages) Start(w io.Writer, visit Visit, of Start) error {
	v := startView{Head: Head{Title: "Co jest w księdze"}}
	f := p.framed(visit, "Księga", "/", nil)
	f.Moment = p.today(visit.Today)
	switch {
	case of.Part:
		v.Head = Head{Title: "Twoja praca", Meta: "Widzisz to, co należy do zakresu Twojego konta."}
		v.Work = workIn(f.Nav)
	case of.Failed != "":
		v.Failed = &Note{State: "warn", Role: "status", Strong: of.Failed + ".", Text: "Liczby pojawią się po ponownym otwarciu strony."}
	default:
		v.Areas, v.Head.Meta = areas(of.Overview), p.counted(of.Overview)
		f.Moment.Position = of.Overview.LastPosition.String()
	}
	if of.NotReady != "" {
		v.NotReady = &Note{State: "warn", Role: "status", Strong: "Zestawienia nie są jeszcze gotowe:", Text: of.NotReady}
	}
	v.Counted = polish.Noun{One: "zestawienie", Few: "zestawienia", Many: "zestawień"}.Count(int64(len(visit.Reports)))
	all, left := reportsByArea(visit.Reports), 0
	for _, a := range all { // two columns of about the same length
		column := 0
		if 2*left >= len(visit.Reports)+len(all)/2 {
			column = 1
		}
		left += len(a.Reports)
		v.Columns[column] = append(v.Columns[column], a)
	}
	v.Models = models(of.Models)
	return p.render(w, "start", f, v)
}

// workIn are the pages of a navigation at which somebody works.
func workIn(nav []Group) (work []Entry) {
	for _, g := range nav {
		for _, e := range g.Entries {
			if !strings.HasPrefix(e.Path, "/reports/") && e.Path != "/docs" {
				work = append(work, e)
			}
		}
	}
	return work
}

// counted says how much there is, of when.
func (p *Pages) counted(o queries.Overview) string {
	if o.Events == 0 {
		return "Dziennik jest pusty. Zacznij od polecenia ksiega import."
	}
	said := "W" + polish.NoBreak + "dzienniku zapisano " + polish.Noun{One: "zdarzenie", Few: "zdarzenia", Many: "zdarzeń"}.Count(int64(o.Events))
	if first, last := days(o); first != 0 {
		said += " z" + polish.NoBreak + "dni " + polish.Range(first.String(), last.String())
	}
	return said + ". Ostatnie zapisano " + polish.Moment(o.LastRecorded, p.Zone) + "."
}

func models(all []ReadModel) Table {
	t := Table{Label: "Stan każdego modelu odczytu", Fits: true, Compact: true,
		Columns: []Column{{Title: "Model odczytu"}, {Title: "Stan"}, {Title: "Pozycja", Class: "n"}, {Title: "Zaległość", Class: "n"}}}
	for _, m := range all {
		chip, lag := Chip{"good", "aktualny"}, "–"
		if m.Lag > 0 {
			lag = polish.Count(int64(m.Lag))
		}
		switch {
		case m.Stopped:
			chip = Chip{"bad", "zatrzymany"}
		case m.Anew != "":
			chip = Chip{"warn", "budowany od nowa"}
		case !m.CaughtUp || m.Lag > 0:
			chip = Chip{"warn", "nadrabia"}
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{{Text: ModelTitle(m.Name)}, {Chip: &chip, Text: m.Anew}, {Text: m.Position, Class: "n"}, {Text: lag, Class: "n"}}})
	}
	return t
}

// days are the first and last that facts belong to. What the doors record about
// themselves, and who is registered, is of the day of recording; what the ledger goes by
// holds from days on which nothing of it happened.
func days(o queries.Overview) (first, last domain.Date) {
	for _, a := range o.Areas {
		switch a.Name {
		case "intake", "participant", "assistant", "listing", "programme", "statute", "setting":
			continue
		}
		for _, t := range a.Types {
			if first == 0 || t.First < first {
				first = t.First
			}
			last = max(last, t.Last)
		}
	}
	return first, last
}

// areas counts what people ask about: things that were entered, corrections of
// them left out.
func areas(o queries.Overview) []areaView {
	recorded := map[string]uint64{}
	for _, a := range o.Areas {
		for _, t := range a.Types {
			recorded[domain.Fact(t.Type)] += t.Events // in whatever version
		}
	}
	sum := func(types ...string) string {
		n := uint64(0)
		for _, t := range types {
			n += recorded[t]
		}
		return polish.Count(int64(n))
	}
	return []areaView{
		{"Uczestnicy", sum("participant.registered"), "zarejestrowane osoby"},
		{"Porozumienia", sum("agreement.concluded"), "z" + polish.NoBreak + "urzędem pracy"},
		{"Umowy", sum("contract.signed"), "kontrakty i" + polish.NoBreak + "skierowania"},
		{"Wpisy obecności", sum("attendance.hours-recorded", "attendance.absence-recorded"), "dni pracy i" + polish.NoBreak + "nieobecności"},
		{"Godziny asystentów", sum("assistance.visit-logged"), "wpisane wizyty"},
		{"Udział w" + polish.NoBreak + "programach", sum("participation.enrolled"), "przyjęcia do programów"},
		{"Zajęcia", sum("session.recorded"), "szkolenia, poradnictwo, dyżury i" + polish.NoBreak + "inne"},
		{"Praca na ulicy", sum("contact.recorded"), "kontakty"},
		{"Wypłaty", sum("payment.made"), "świadczenia na listach"},
		{"Wnioski", sum("refundclaim.submitted"), "o" + polish.NoBreak + "refundację"},
		{"Wyciągi", sum("statement.received"), "bankowe"},
		{"Wydatki", sum("expense.recorded"), "z" + polish.NoBreak + "budżetów programów"},
	}
}
