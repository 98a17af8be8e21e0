package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/errgroup"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	held "ksiega/domain/session"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/redistest"
	"ksiega/queries"
)

const (
	sessionYears  = 5
	sessionPeople = 20              // at each session
	sessionsOf    = "mkis"          // recorded as they would be
	importedOf    = "kis-doradztwo" // imported, so that their texts open
	sessionGoal   = 10              // ms, of the 99th percentile of one month or one person
)

// measureSessions takes in a million visits and three hundred thousand presences over five
// years, asks for every report of all of them and for every kind of findings, and for one
// month and one person over HTTP. Before that it imports presences beside visits.
func measureSessions(ctx context.Context, b *bench) error {
	if err := b.measurePresences(ctx); err != nil {
		return err
	}
	return b.measureYears(ctx)
}

// sessionFiles are as many visits as presences, of the same people, over some days.
func sessionFiles(rows int, first domain.Date, days int) []commands.File {
	people := max(2*sessionPeople, rows/50)
	of := map[string]*bytes.Buffer{}
	line := func(name, format string, args ...any) {
		if of[name] == nil {
			of[name] = &bytes.Buffer{}
		}
		fmt.Fprintf(of[name], format+"\n", args...)
	}
	line("uczestnicy.csv", "id;imie;nazwisko")
	line("asystenci.csv", "id;imie;nazwisko")
	line("umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do;asystent")
	line("zajecia.csv", "id;program;rodzaj;temat;data;od;do")
	line("godziny.csv", "asystent;umowa;data;od;do;czynnosc")
	line("obecnosci-zajec.csv", "zajecia;uczestnik;obecnosc;efekt")
	for n := range people {
		line("uczestnicy.csv", "P-%05d;Jan;Kowalski", n)
		line("umowy.csv", "T/%05d;trojstronny;aoon-2006;P-%05d;02.01.2018;02.01.2018;31.12.2022;A-%04d", n, n, n/10)
		if n%10 == 0 {
			line("asystenci.csv", "A-%04d;Anna;Nowak", n/10)
		}
	}
	for n := range rows { // each person a week
		line("godziny.csv", "A-%04d;T/%05d;%s;%02d:00;%02d:45;zakupy", n%people/10, n%people, first.Add(2+n/people*7%days), 8+n%people%10, 8+n%people%10)
	}
	for n := range rows {
		s := n / sessionPeople
		if n%sessionPeople == 0 {
			from := 16 + 2*(s*sessionPeople/people%2) // who is there twice a day is at two times
			line("zajecia.csv", "Z/%d;%s;grupowe;poradnictwo %d;%s;%d:00;%d:00", s, importedOf, s%12, first.Add(s*days/max(1, rows/sessionPeople)), from, from+2)
		}
		effect := ""
		if n%5 == 0 {
			effect = "cv"
		}
		line("obecnosci-zajec.csv", "Z/%d;P-%05d;obecny;%s", s, (s*sessionPeople+n%sessionPeople)%people, effect)
	}
	var files []commands.File
	for _, name := range []string{"uczestnicy.csv", "asystenci.csv", "umowy.csv", "zajecia.csv", "godziny.csv", "obecnosci-zajec.csv"} {
		files = append(files, commands.File{Name: name, Data: of[name].Bytes()})
	}
	return files
}

// importAll imports files, and says how long each took.
func importAll(ctx context.Context, l *commands.Ledger, files []commands.File) (map[string]float64, error) {
	took := map[string]float64{}
	for _, f := range files {
		start := time.Now()
		sum, err := l.Import(ctx, origin(), f, nil)
		if err != nil || sum.Refused > 0 {
			return nil, errors.Join(err, fmt.Errorf("%s: %d of %d rows refused", f.Name, sum.Refused, sum.Rows))
		}
		took[f.Name] = time.Since(start).Seconds()
	}
	return took, nil
}

// measurePresences imports presences at sessions beside as many visits.
func (b *bench) measurePresences(ctx context.Context) error {
	rows := b.size(100_000)
	var presences, visits []float64
	for range b.repetitions(3) {
		b.say("import of %d visits and %d presences", rows, rows)
		took, err := b.presencesFresh(ctx, rows)
		if err != nil {
			return err
		}
		visits, presences = append(visits, took["godziny.csv"]), append(presences, took["obecnosci-zajec.csv"])
	}
	b.table.add(figure{what: fmt.Sprintf("import %d visits, durable", rows), unit: seconds(), value: median(visits)})
	b.table.add(figure{what: fmt.Sprintf("import %d presences at %d sessions, durable", rows, rows/sessionPeople), unit: seconds(), value: median(presences),
		limits: []limit{faster(presences, visits, 0.5, "the visits: a presence stands in its participant's list too")}})
	return nil
}

func (b *bench) presencesFresh(ctx context.Context, rows int) (took map[string]float64, err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	l, err := s.ledger(ctx)
	if err != nil {
		return nil, err
	}
	err = b.profiled("import-presences", func() (err error) {
		took, err = importAll(ctx, l, sessionFiles(rows, firstMonth().First(), sessionYears*360))
		return err
	})
	return took, err
}

// writeSessions records presences of five years, a session an append. Few are at the time of
// another, or of a visit.
func writeSessions(ctx context.Context, j *journal.Journal, presences, people int) error {
	months := sessionYears * 12
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(bulkWriters)
	for n := range presences / sessionPeople {
		group.Go(func() error {
			day := (firstMonth() + domain.Month(n%months)).First().Add(n / months % 28)
			terms := held.Terms{Session: fmt.Sprint("M-", n), Programme: sessionsOf, Kind: held.Workshop, Date: day, From: 14 * 60, Minutes: 120, Topic: place}
			switch {
			case faulty(n): // while its leader and those who are there have visits
				terms.From, terms.Leaders = 9*60, []string{fmt.Sprintf("A-%04d", 1+n%people)}
			case n/months/28%2 == 0 || n%25 == 0:
				terms.From = 16 * 60
			}
			terms.To = terms.From + 120
			events := []journal.Decided{{Event: held.Recorded{Terms: terms}, Meta: meta(n)}}
			for k := range sessionPeople {
				events = append(events, journal.Decided{Meta: meta(n), Event: held.PresenceRecorded{Attendance: held.Attendance{Session: terms.Session, Programme: terms.Programme,
					Participant: fmt.Sprintf("P-%05d", 1+(n*sessionPeople+k)%people), Date: day}, Details: held.Details{Presence: held.Present}}})
			}
			_, err := j.Append(ctx, held.Stream(terms.Session), journal.NoStream, events...)
			return err
		})
	}
	return group.Wait()
}

// measureYears asks over all that five years hold.
func (b *bench) measureYears(ctx context.Context) (err error) {
	sizes := shape{contracts: b.size(500), perAgreement: 20, workMonths: 10, assistants: b.size(834), visitMonths: sessionYears * 12}
	presences := b.size(300_000)
	b.say("record %d events and %d presences", sizes.events(), presences)
	dir, err := b.written(func(s *site) error {
		_, err := sizes.write(ctx, s.wire)
		return errors.Join(err, writeSessions(ctx, s.wire, presences, sizes.assistants))
	})
	if err != nil {
		return err
	}
	s, err := openAt(dir, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	server, err := redistest.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	b.say("fold them")
	start := time.Now()
	l, err := s.live(ctx, server.Client)
	if err == nil {
		err = seen(ctx, s.bulk, l.runner)
	}
	if err != nil {
		return err
	}
	defer l.runner.Stop()
	b.table.add(figure{what: fmt.Sprintf("every read model from %d events, %d of them presences, real Redis", sizes.events()+presences+presences/sessionPeople, presences), unit: seconds(), value: time.Since(start).Seconds()})
	// A month whose texts open, with as many presences as another month has.
	files := slices.DeleteFunc(sessionFiles(presences/(sessionYears*12), askedMonth().First(), 28), func(f commands.File) bool { return f.Name == "godziny.csv" })
	if _, err := importAll(ctx, l.ledger, files); err != nil {
		return err
	}
	if err := seen(ctx, s.bulk, l.runner); err != nil {
		return err
	}
	if err := b.askAll(ctx, l); err != nil {
		return err
	}
	if err := b.askFindings(ctx, l.reader, sizes.events()+presences); err != nil {
		return err
	}
	return b.askOne(ctx, l)
}

// askedMonth is the month that is asked about by itself.
func askedMonth() domain.Month { return firstMonth() + 30 }

// askAll asks for every report, of all that there is.
func (b *bench) askAll(ctx context.Context, l *live) error {
	for _, r := range l.reader.Reports() {
		if r.Name == "findings" { // kind by kind
			continue
		}
		var took []float64
		rows := 0
		for range b.repetitions(5) {
			start := time.Now()
			a, err := l.reader.Ask(ctx, r.Name, queries.Request{Who: origin().Who})
			if err != nil {
				return err
			}
			took, rows = append(took, float64(time.Since(start).Microseconds())/1000), a.Table.Len
		}
		b.table.add(figure{what: fmt.Sprintf("report %s of everything: %d rows", r.Name, rows), unit: milliseconds(), value: median(took)})
	}
	return nil
}

// askOne asks for one month and for one person over HTTP.
func (b *bench) askOne(ctx context.Context, l *live) error {
	handler, err := httpapi.New(httpapi.Options{Ledger: l.ledger, Reader: l.reader, Version: "bench", Now: time.Now, Gate: session.Gate{Visitors: func(context.Context) error { return nil }},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(session.With(r.Context(), origin().Who))) // people are shown, and the readings recorded
	}))
	defer served.Close()
	month := askedMonth()
	days := url.Values{"programme": {importedOf}, "from": {month.First().String()}, "to": {month.Last().String()}}
	for _, c := range []struct {
		report, of string
		query      url.Values
	}{
		{"attendance", "one month", days},
		{"assistant-hours", "one month", url.Values{"programme": {visitsOf}, "month": {month.String()}}},
		{"assistant-hours", "one assistant", url.Values{"assistant": {"A-0001"}}},
		{"caps-left", "one person", url.Values{"participant": {"P-00001"}, "date": {month.First().String()}}},
		{"service-sheet", "one month and assistant", url.Values{"assistant": {"A-0001"}, "month": {month.String()}}},
		{"person", "one person", url.Values{"participant": {"P-00001"}}},
	} {
		if _, err := l.reader.Report(c.report); err != nil {
			continue // none yet
		}
		if err := b.askOver(ctx, c.report+" of "+c.of, served.URL+"/api/v1/reports/"+c.report+"?"+c.query.Encode()); err != nil {
			return fmt.Errorf("%s: %w", c.report, err)
		}
	}
	return nil
}

// askOver measures an answer beside the same bytes as a constant.
func (b *bench) askOver(ctx context.Context, what, address string) error {
	var body []byte
	if err := get(ctx, http.DefaultClient, address, func(r io.Reader) (err error) {
		body, err = io.ReadAll(r)
		return err
	}); err != nil {
		return err
	}
	router := chi.NewRouter()
	router.Get("/constant", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // a client that went away
	})
	constant := httptest.NewServer(router)
	defer constant.Close()
	loads, name := make([][]load, 2), strings.ReplaceAll(what, " ", "-")
	names := []string{name, name + "-chi"}
	for range b.repetitions(3) {
		for i, ask := range []func(context.Context, int) error{askURL(address), askURL(constant.URL + "/constant")} {
			b.say("%s", what)
			if _, err := drive(ctx, reportClients, 50, reportBound, ask); err != nil { // connect, warm
				return err
			}
			var l load
			err := b.profiled(names[i], func() (err error) {
				l, err = drive(ctx, reportClients, b.size(reportAsks), reportBound, ask)
				return err
			})
			if err != nil {
				return err
			}
			loads[i] = append(loads[i], l)
		}
	}
	f := figure{what: what + fmt.Sprintf(", %d clients, p99", reportClients), unit: milliseconds(), goal: sessionGoal, value: middle(loads[0], func(l load) float64 { return l.p99 })}
	f.limits = append(f.limits, limit{value: middle(loads[1], func(l load) float64 { return l.p99 }), is: fmt.Sprintf("chi answers with the same %d bytes", len(body))})
	b.table.add(f)
	b.table.add(figure{what: "    p50", unit: milliseconds(), value: middle(loads[0], func(l load) float64 { return l.p50 })})
	return nil
}
