package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/samples"
)

// Goals of pages: their 95th percentile in ms, on the sample and on a million visits with so many
// people at once, each with a request every so often, a third of them entries.
const (
	pagesGoal       = 50
	pagesLoadedGoal = 200
	pagesPeople     = 50
	pagesPause      = 5 * time.Second
	pagesBytes      = 150_000
)

// measurePages opens pages as a browser does.
func measurePages(ctx context.Context, b *bench) error {
	return errors.Join(b.pagesOfSample(ctx), b.pagesOfMany(ctx))
}

// worker is who opens pages in these measurements.
func worker(handler http.Handler) http.Handler {
	who := access.By("bench", access.API, access.Coordinator)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(session.With(r.Context(), who)))
	})
}

func (b *bench) pagesOver(ctx context.Context, dir string, fill func(*live) error, measure func(*live, *httptest.Server) error) (err error) {
	s, err := openAt(dir, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	client, end, err := emptyRedis(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	b.say("fold them")
	l, err := s.live(ctx, client)
	if err != nil {
		return err
	}
	defer l.runner.Stop()
	if err := fill(l); err != nil {
		return err
	}
	handler, err := httpapi.New(httpapi.Options{Ledger: l.ledger, Reader: l.reader, Version: "bench", Now: time.Now, Gate: session.Gate{},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	served := httptest.NewServer(worker(handler))
	defer served.Close()
	return measure(l, served)
}

// pagesOfSample opens one page after another of the sample centres.
func (b *bench) pagesOfSample(ctx context.Context) error {
	dir, err := b.written(func(*site) error { return nil })
	if err != nil {
		return err
	}
	fill := func(l *live) error {
		for _, centre := range samples.Centres() {
			entries, err := fs.ReadDir(samples.Of(centre), ".")
			if err != nil {
				return err
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			for _, n := range commands.InImportOrder(names) {
				data, err := fs.ReadFile(samples.Of(centre), n)
				if err == nil {
					_, err = l.ledger.Import(ctx, origin(), commands.File{Name: centre + "/" + n, Data: data}, nil)
				}
				if err != nil {
					return err
				}
			}
		}
		time.Sleep(2 * time.Second) // until the rows are there
		return nil
	}
	return b.pagesOver(ctx, dir, fill, func(_ *live, served *httptest.Server) error {
		for _, path := range []string{"/", "/miesiace?miesiac=2018-05", "/obecnosci/PUP%2FPSU%2F1%2F2018/2018-05", "/wizyty/A1/2018-05", "/zajecia?miesiac=2018-05", "/reports/psu-settlement", "/reports/contracts"} {
			ask := func(ctx context.Context, _ int) error {
				_, err := opened(ctx, http.DefaultClient, served.URL+path)
				return err
			}
			if _, err := drive(ctx, 1, 5, reportBound, ask); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			var took []time.Duration
			for range b.size(300) {
				began := time.Now()
				if err := ask(ctx, 0); err != nil {
					return err
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.table.add(figure{what: "the sample's " + path + ", p95", unit: milliseconds(), value: quantile(took, 0.95), goal: pagesGoal})
		}
		size, err := firstPage(ctx, served.URL)
		b.table.add(figure{what: "the first page with all that it loads, compressed", unit: unit{name: "B", cost: true}, value: float64(size), goal: pagesBytes})
		return err
	})
}

// firstPage is how many bytes the first page is for a browser that has none of it.
func firstPage(ctx context.Context, base string) (size int64, err error) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	fetch := func(path string) (string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			return "", err
		}
		r.Header.Set("Accept-Encoding", "gzip")
		response, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		size += int64(len(body))
		return string(body), err
	}
	if _, err := fetch("/"); err != nil {
		return 0, err
	}
	page, err := opened(ctx, http.DefaultClient, base+"/")
	for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+|/favicon.svg)"`).FindAllStringSubmatch(page, -1) {
		if err == nil {
			_, err = fetch(m[1])
		}
	}
	return size, err
}

func opened(ctx context.Context, client *http.Client, address string) (body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept", "text/html")
	response, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	all, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s is %s", address, response.Status)
	}
	return string(all), err
}

// pagesOfMany has people at their grids of a ledger of a million visits.
func (b *bench) pagesOfMany(ctx context.Context) error {
	sizes := shape{contracts: b.size(500), perAgreement: 20, workMonths: 10, assistants: max(b.size(834), pagesPeople), visitMonths: 60}
	dir, events, err := b.madeUp(ctx, sizes)
	if err != nil {
		return err
	}
	fill := func(l *live) error {
		for n := range pagesPeople {
			v := sizes.visit(n)
			if _, err := l.ledger.RegisterAssistant(ctx, origin(), commands.RegisterAssistant{ID: v.Assistant, FirstName: "Irena", LastName: fmt.Sprintf("Składna %d", n)}); err != nil {
				return err
			}
			if _, err := l.ledger.RegisterParticipant(ctx, origin(), commands.RegisterParticipant{ID: v.Participant, FirstName: "Łukasz", LastName: fmt.Sprintf("Przykładny %d", n)}); err != nil {
				return err
			}
		}
		return nil
	}
	return b.pagesOver(ctx, dir, fill, func(_ *live, served *httptest.Server) error {
		var group sync.WaitGroup
		looks, entries, failed := make([][]time.Duration, pagesPeople), make([][]time.Duration, pagesPeople), make([]error, pagesPeople)
		until := time.Now().Add(map[bool]time.Duration{true: 20 * time.Second, false: 90 * time.Second}[b.quick])
		for n := range pagesPeople {
			group.Go(func() {
				looks[n], entries[n], failed[n] = sizes.enters(ctx, served.URL, n, until)
			})
		}
		group.Wait()
		if err := errors.Join(failed...); err != nil {
			return err
		}
		for _, of := range []struct {
			what string
			took []time.Duration
		}{{"pages looked at", slices.Concat(looks...)}, {"cells entered", slices.Concat(entries...)}} {
			slices.Sort(of.took)
			b.table.add(figure{what: fmt.Sprintf("%s over %d events, %d people, p95", of.what, events, pagesPeople), unit: milliseconds(), value: quantile(of.took, 0.95), goal: pagesLoadedGoal})
			b.table.add(figure{what: "    p50", unit: milliseconds(), value: quantile(of.took, 0.5)})
		}
		return nil
	})
}

var shownRow = regexp.MustCompile(`name="(w:[^"]+)" value="([^"]*)"`)

// enters is one person's work: they look at two pages, then enter a visit or take it back.
func (s shape) enters(ctx context.Context, base string, n int, until time.Time) (looks, entries []time.Duration, err error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	v := s.visit(n)
	month := firstMonth() + 59
	grid := base + "/wizyty/" + v.Assistant + "/" + month.String()
	time.Sleep(time.Duration(rand.Int64N(int64(pagesPause)))) //nolint:gosec // when somebody begins is no secret
	cell, is := "c:"+v.Contract+":"+month.First().Add(25).String(), ""
	for turn := 0; time.Now().Before(until); turn++ {
		began := time.Now()
		if turn%3 != 2 {
			path := map[int]string{0: grid, 1: base + "/reports/service-sheet?assistant=" + v.Assistant + "&month=" + month.String()}[turn%3]
			if _, err := opened(ctx, client, path); err != nil {
				return nil, nil, err
			}
			looks = append(looks, time.Since(began))
		} else {
			page, err := opened(ctx, client, grid)
			if err != nil {
				return nil, nil, err
			}
			shown := shownRow.FindStringSubmatch(page)
			if shown == nil {
				return nil, nil, fmt.Errorf("no row in %s", grid)
			}
			is = map[string]string{"": "18–19", "18–19": ""}[is]
			began = time.Now()
			if err := entered(ctx, client, grid, url.Values{"_key": {fmt.Sprintf("bench:%d:%d", n, turn)}, shown[1]: {shown[2]}, cell: {is}}); err != nil {
				return nil, nil, err
			}
			entries = append(entries, time.Since(began))
		}
		time.Sleep(pagesPause - min(time.Since(began), pagesPause))
	}
	return looks, entries, nil
}

func entered(ctx context.Context, client *http.Client, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && !strings.Contains(string(body), `"state":"saved"`) {
		err = fmt.Errorf("not entered: %s %.300s", response.Status, body)
	}
	return err
}
