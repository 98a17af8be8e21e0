package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/redis/go-redis/v9"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/cmd/ksiega/session"
	"ksiega/domain"
	"ksiega/internal/testkit/redistest"
)

const (
	reportClients = 8
	reportAsks    = 2_500
	reportBound   = 10 * time.Second
	reportRows    = 200
	reportGoal    = 10 // ms, of the 99th percentile
)

// reportCase is a report of 200 rows and the Redis hash that it is made of.
type reportCase struct {
	name, query string
	projection  string
	table, part string
}

func (s shape) reports() []reportCase {
	month := (firstMonth() + 2).String()
	return []reportCase{
		{"psu-settlement", url.Values{"agreement": {s.agreement(0)}}.Encode(), "settlement", "months", domain.Escape(s.agreement(0))},
		{"assistant-hours", url.Values{"programme": {visitsOf}, "month": {month}}.Encode(), "assistance", "months", month},
	}
}

// measureReports asks for reports over HTTP on the loopback interface.
func measureReports(ctx context.Context, b *bench) (err error) {
	s, err := b.openSite(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	server, err := redistest.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	sizes := shape{contracts: 400, perAgreement: 20, workMonths: 10, assistants: reportRows, visitMonths: 6}
	if b.quick {
		sizes.contracts, sizes.visitMonths = 40, 3
	}
	b.say("record %d events to report on", sizes.events())
	if _, err := sizes.write(ctx, s.wire); err != nil {
		return err
	}
	l, err := s.live(ctx, server.Client)
	if err != nil {
		return err
	}
	defer l.runner.Stop()
	handler, err := httpapi.New(httpapi.Options{Ledger: l.ledger, Reader: l.reader, Version: "bench", Now: time.Now, Gate: session.Gate{Visitors: func(context.Context) error { return nil }},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	for _, c := range sizes.reports() {
		if err := b.measureReport(ctx, handler, server.Client, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return b.memory("report", "allocs")
}

func (b *bench) measureReport(ctx context.Context, handler http.Handler, client *redis.Client, c reportCase) error {
	served := httptest.NewServer(handler)
	defer served.Close()
	address := served.URL + "/api/v1/reports/" + c.name + "?" + c.query
	body, err := checkReport(ctx, address)
	if err != nil {
		return err
	}
	router := chi.NewRouter()
	router.Get("/constant", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // a client that went away
	})
	constant := httptest.NewServer(router)
	defer constant.Close()
	generation, err := client.Get(ctx, "ksiega:{"+c.projection+"}:current").Result()
	if err != nil {
		return fmt.Errorf("the current generation: %w", err)
	}
	hash := "ksiega:{" + c.projection + "}:g" + generation + ":r:" + c.table + ":" + c.part
	if n, err := client.HLen(ctx, hash).Result(); err != nil {
		return err
	} else if n < reportRows {
		return fmt.Errorf("the hash of the rows holds %d of %d", n, reportRows)
	}
	asks := []struct {
		name string
		ask  func(context.Context, int) error
	}{
		{"report-" + c.name, askURL(address)},
		{"report-" + c.name + "-chi", askURL(constant.URL + "/constant")},
		{"report-" + c.name + "-hgetall", func(ctx context.Context, _ int) error { return client.HGetAll(ctx, hash).Err() }},
		{"report-" + c.name + "-ping", func(ctx context.Context, _ int) error { return client.Ping(ctx).Err() }},
	}
	loads := make([][]load, len(asks))
	for range b.repetitions(3) {
		for i, a := range asks {
			b.say("%s", a.name)
			if _, err := drive(ctx, reportClients, 200, reportBound, a.ask); err != nil { // connect, warm
				return err
			}
			var l load
			err := b.profiled(a.name, func() (err error) {
				l, err = drive(ctx, reportClients, b.size(reportAsks), reportBound, a.ask)
				return err
			})
			if err != nil {
				return err
			}
			loads[i] = append(loads[i], l)
		}
	}
	b.addReport(c, loads, len(body))
	return nil
}

func (b *bench) addReport(c reportCase, loads [][]load, size int) {
	names := []string{fmt.Sprintf("chi answers with the same %d bytes", size), "HGETALL of the rows", "PING"}
	add := func(what string, in unit, goal float64, of func(load) float64) {
		f := figure{what: what, unit: in, value: middle(loads[0], of), goal: goal}
		for i, name := range names {
			f.limits = append(f.limits, limit{value: middle(loads[i+1], of), is: fmt.Sprintf("%s, %d clients", name, reportClients)})
		}
		b.table.add(f)
	}
	add(fmt.Sprintf("%s, %d rows, %d clients, p99", c.name, reportRows, reportClients), milliseconds(), reportGoal, func(l load) float64 { return l.p99 })
	add("    p50", milliseconds(), 0, func(l load) float64 { return l.p50 })
	add("    which is", perSecond("answers"), 0, func(l load) float64 { return l.rate })
}

// checkReport asks once and makes sure that the answer is what is to be
// measured.
func checkReport(ctx context.Context, address string) ([]byte, error) {
	var body []byte
	err := get(ctx, http.DefaultClient, address, func(r io.Reader) (err error) {
		body, err = io.ReadAll(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	var answer struct{ Rows []json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if len(answer.Rows) != reportRows {
		return nil, fmt.Errorf("%d rows, not %d", len(answer.Rows), reportRows)
	}
	return body, nil
}

// askURL gives each client a connection of its own.
func askURL(address string) func(context.Context, int) error {
	clients := make([]*http.Client, reportClients)
	for i := range clients {
		clients[i] = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}}
	}
	return func(ctx context.Context, client int) error {
		return get(ctx, clients[client], address, func(r io.Reader) error {
			_, err := io.Copy(io.Discard, r)
			return err
		})
	}
}

func get(ctx context.Context, client *http.Client, address string, read func(io.Reader) error) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s", response.Status)
	}
	return read(response.Body)
}
