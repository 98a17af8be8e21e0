package commands_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/session"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

const (
	sessionHead  = "id;program;rodzaj;temat;data;od;do;prowadzacy;organizator;bez_listy;specjalista;odwolane\n"
	presenceHead = "zajecia;uczestnik;obecnosc;efekt\n"
)

func ofSessions(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\nU2;B;B\n"})
	return l
}

func refusedWith(t *testing.T, s commands.Summary, want error) {
	t.Helper()
	if s.Refused != 1 || s.Accepted+s.Known != 0 || !errors.Is(s.RefusedRows[0].Why, want) {
		t.Errorf("%+v, %s, not %v", s, reasons(s), want)
	}
}

// Sessions are recorded as they stand in the file, planned ones too; who leads them need not
// be known.
func TestSessionsAreImported(t *testing.T) {
	t.Parallel()
	l := ofSessions(t)
	accepted(t, l, sheet{"zajecia.csv", sessionHead +
		"Z1;mkis;Warsztat;pierwsze kroki;05.03.2018;16:00;18:30;A2, A1 ,A2;dom kultury;7;pedagog;\n" +
		"Z2;mkis;wydarzenie;wycieczka;06.03.2018;08:00;24:00;;;;;tak\n" +
		"Z3;mkis;warsztat;angielski;05.03.2030;16:00;18:00;;;;;nie\n"})
	e := recordedIn[session.Recorded](t, l, "session-Z1")[0]
	if e.Minutes != 150 || e.Headcount != 7 || !slices.Equal(e.Leaders, []string{"A1", "A2"}) || e.Kind != session.Workshop || e.Cancelled || e.Date != domain.NewDate(2018, 3, 5) {
		t.Errorf("%+v", e)
	}
	if !recordedIn[session.Recorded](t, l, "session-Z2")[0].Cancelled {
		t.Error("it took place")
	}
	for n, c := range []struct {
		row  string
		want error
	}{
		{"Z4;nie-ma;warsztat;x;05.03.2018;16:00;18:00;;;;;", commands.ErrProgramme},
		{"Z4;mkis;warsztat;x;05.03.2018;18:00;16:00;;;;;", session.ErrTimes},
		{"Z4;mkis;warsztat;x;25.03.2018;02:30;04:00;;;;;", domain.ErrClockChange},
		{"Z4;mkis;warsztat;x;05.03.1988;16:00;18:00;;;;;", domain.ErrForgotten},
		{"Z4;mkis;warsztat;x;05.03.2018;16:00;18:00;;;-1;;", session.ErrHeadcount},
		{"44051401359;mkis;warsztat;x;05.03.2018;16:00;18:00;;;;;", domain.ErrPESELAsID},
		{"Z4;mkis;warsztat;x;05.03.2018;16:00;18:00;44051401359;;;;", domain.ErrPESELAsID},
		{"Z1;mkis;warsztat;pierwsze kroki;05.03.2018;16:00;18:30;A1;dom kultury;7;pedagog;", domain.ErrDiffers},
	} {
		refusedWith(t, l.Import(t, "zajecia_"+string(rune('a'+n))+".csv", sessionHead+c.row+"\n"), c.want)
	}
	if s := l.Import(t, "zajecia_znowu.csv", sessionHead+"Z1;mkis;warsztat;pierwsze kroki;05.03.2018;16:00;18:30;A1,A2;dom kultury;7;pedagog;\n"); s.Known != 1 {
		t.Errorf("%+v", s)
	}
}

// A presence needs a session that took place and a person; one row that lacks them keeps
// none of the others from being recorded.
func TestPresencesAreImported(t *testing.T) {
	t.Parallel()
	l := ofSessions(t)
	accepted(t, l, sheet{"zajecia.csv", sessionHead + "Z1;mkis;warsztat;x;05.03.2018;16:00;18:00;;;;;\nZ2;mkis;warsztat;x;06.03.2018;16:00;18:00;;;;;tak\nZ3;mkis;warsztat;x;05.03.2030;16:00;18:00;;;;;\n"})
	s := l.Import(t, "obecnosci-zajec.csv", presenceHead+"Z1;U1;obecny;spotkanie, CV\nZ1;U9;obecny;\nZ1;U2;Spóźniony;\nZ2;U1;obecny;\nZ3;U1;obecny;\nZ9;U1;obecny;\n")
	if s.Accepted != 2 || s.Refused != 4 {
		t.Fatalf("%+v, %s", s, reasons(s))
	}
	for _, want := range []string{"no such participant", "called off", "not come yet", "no such session"} {
		if !strings.Contains(reasons(s), want) {
			t.Errorf("%s is not among %s", want, reasons(s))
		}
	}
	present := recordedIn[session.PresenceRecorded](t, l, "session-Z1")
	if len(present) != 2 || present[0].Presence != session.Present || present[1].Presence != session.Late || present[1].Effects != "" {
		t.Fatalf("%+v", present)
	}
	seal := present[0].Attendance.Seal("effects")
	if effects, err := l.Vault.Open(t.Context(), seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(present[0].Effects)); err != nil || effects != "cv,spotkanie" {
		t.Errorf("%q, %v", effects, err)
	}
	refusedWith(t, l.Import(t, "obecnosci-zajec_1.csv", presenceHead+"Z1;U2;nieobecny;cv\n"), domain.ErrDiffers)
	refusedWith(t, l.Import(t, "obecnosci-zajec_2.csv", "zajecia;uczestnik;obecnosc;efekt;korekta;powod\nZ1;U2;nieobecny;cv;tak;pomyłka\n"), session.ErrNoEffect)
	if s := l.Import(t, "obecnosci-zajec_3.csv", presenceHead+"Z1;U1;obecny;cv,spotkanie,cv\n"); s.Known != 1 {
		t.Errorf("%+v, %s", s, reasons(s))
	}
}

// A series is a session a week, but for the days that are left out; planned again it is
// known, and where one day can't be planned, none is.
func TestSeries(t *testing.T) {
	t.Parallel()
	l := ofSessions(t)
	day := func(d int) domain.Date { return domain.NewDate(2030, 3, d) }
	series := commands.PlanSeries{Weekday: 3, From: day(1), Until: day(31), Except: []domain.Date{day(20)}, Session: commands.SeriesSession{ID: "Z",
		SessionTerms: commands.SessionTerms{Programme: "kis-doradztwo", Kind: "grupowe", Topic: "rynek pracy", From: 9 * 60, To: 12 * 60, Leaders: []string{"A1"}}}}
	r, err := l.PlanSeries(t.Context(), ledgertest.Actor, series)
	if err != nil || r.Events != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, d := range []string{"06", "13", "27"} {
		if e := recordedIn[session.Recorded](t, l, session.Stream("Z-2030-03-"+d)); len(e) != 1 || e[0].Date.String() != "2030-03-"+d || e[0].Minutes != 180 {
			t.Errorf("%+v", e)
		}
	}
	if r, err := l.PlanSeries(t.Context(), ledgertest.Actor, series); err != nil || r.Events != 0 {
		t.Errorf("planned again: %+v, %v", r, err)
	}
	series.Except = nil
	if r, err := l.PlanSeries(t.Context(), ledgertest.Actor, series); err != nil || r.Events != 1 {
		t.Errorf("with one day more: %+v, %v", r, err)
	}
	for _, c := range []struct {
		change func(*commands.PlanSeries)
		want   error
	}{
		{func(c *commands.PlanSeries) { c.Weekday = 0 }, commands.ErrWeekday},
		{func(c *commands.PlanSeries) { c.From = 0 }, domain.ErrNoDay},
		{func(c *commands.PlanSeries) { c.Until = day(1) - 1 }, commands.ErrNoSeries},
		{func(c *commands.PlanSeries) { c.Until = day(1) + 5000 }, commands.ErrSeries},
		{func(c *commands.PlanSeries) { c.Except = []domain.Date{day(21)} }, commands.ErrException},
		{func(c *commands.PlanSeries) { c.Except = []domain.Date{day(20) + 21} }, commands.ErrException},
		{func(c *commands.PlanSeries) { c.Session.Programme = "nie-ma" }, commands.ErrProgramme},
		{func(c *commands.PlanSeries) { c.Session.Kind = "wizyta" }, session.ErrKind},
		{func(c *commands.PlanSeries) { c.From, c.Session.To = c.From-14, 12*60+30 }, domain.ErrDiffers},
	} {
		before, err := l.Journal.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wrong := series
		c.change(&wrong)
		if _, err := l.PlanSeries(t.Context(), ledgertest.Actor, wrong); !errors.Is(err, c.want) {
			t.Errorf("%v, not %v", err, c.want)
		}
		if after, err := l.Journal.Head(t.Context()); err != nil || after != before {
			t.Errorf("something of %v was recorded", c.want)
		}
	}
}

// recordedIn are the events of a type in a stream.
func recordedIn[E domain.Event](t *testing.T, l *ledgertest.Ledger, stream string) (all []E) {
	t.Helper()
	err := l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error {
		if e, ok := r.Event.(E); ok {
			all = append(all, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
