package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/session"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/intake"
	"ksiega/queries"
)

type replayCmd struct {
	Stream      string `xor:"what" placeholder:"NAME" help:"Zdarzenia jednego strumienia."`
	Participant string `xor:"what" placeholder:"ID" help:"Wszystkie zdarzenia, które dotyczą uczestnika."`
	Contract    string `xor:"what" placeholder:"NO" help:"Wszystkie zdarzenia, które dotyczą umowy."`
	Agreement   string `xor:"what" placeholder:"NO" help:"Wszystkie zdarzenia, które dotyczą porozumienia."`
	Assistant   string `xor:"what" placeholder:"ID" help:"Wszystkie zdarzenia, które dotyczą asystenta."`
	Claim       string `xor:"what" placeholder:"NO" help:"Wszystkie zdarzenia, które dotyczą wniosku o refundację."`
	Actor       string `xor:"what" placeholder:"A" help:"Wszystko, co ktoś zapisał."`
	From        string `placeholder:"POS" help:"Od tej pozycji."`
	Until       string `placeholder:"POS|RFC3339" help:"Do tej pozycji albo chwili."`
	Type        string `placeholder:"GLOB" help:"Tylko te rodzaje zdarzeń, na przykład attendance.*"`
	Reveal      bool   `help:"Otwórz zaszyfrowane pola; wymaga --reason, a jedno i drugie zostaje zapisane."`
	Reason      string `placeholder:"WHY" help:"Dlaczego otwierasz zaszyfrowane pola; - czyta powód ze standardowego wejścia, bo argumenty widzą inni."`
	Output      string `short:"o" placeholder:"FILE" help:"Zapisz do pliku."`
}

// Run prints the events.
func (c *replayCmd) Run(ctx context.Context, g *globals) error {
	query := url.Values{}
	for name, v := range map[string]string{"stream": c.Stream, "participant": c.Participant, "contract": c.Contract, "agreement": c.Agreement,
		"assistant": c.Assistant, "claim": c.Claim, "actor": c.Actor, "from": c.From, "until": c.Until, "type": c.Type} {
		if v != "" {
			query.Set(name, v)
		}
	}
	reason := ""
	if c.Reveal {
		query.Set("reveal", "true")
		var err error
		if reason, err = reasonFrom(c.Reason, os.Stdin); err != nil {
			return control.Usage{Err: err}
		}
	}
	door, err := connect(ctx, g, false)
	if err != nil {
		return err
	}
	err = writeTo(c.Output, func(w io.Writer) error { return replayed(ctx, door, query, reason, w) })
	return errors.Join(err, door.Close())
}

// replayed copies events line by line. The reason may name somebody, so that it does not
// go into the address.
func replayed(ctx context.Context, door *control.Client, query url.Values, reason string, w io.Writer) error {
	return door.Lines(ctx, "replay", query, "text/plain", strings.NewReader(reason), func(line json.RawMessage) error {
		_, err := w.Write(append(line, '\n'))
		return err
	})
}

func (p *process) replay(r *http.Request, n *control.Notes) error {
	q := r.URL.Query()
	req := queries.HistoryRequest{Who: session.Of(r.Context()), Stream: q.Get("stream"), Actor: q.Get("actor"), From: q.Get("from"), Until: q.Get("until"), TypeGlob: q.Get("type")}
	for _, kind := range []domain.RefKind{domain.RefParticipant, domain.RefContract, domain.RefAgreement, domain.RefAssistant, domain.RefClaim} {
		if id := q.Get(string(kind)); id != "" {
			if req.Ref.ID != "" {
				return queries.ErrNarrow
			}
			req.Ref = domain.Ref{Kind: kind, ID: id}
		}
	}
	if text := q.Get("reveal"); text != "" {
		var err error
		if req.Reveal, err = strconv.ParseBool(text); err != nil {
			return control.Usage{Err: errors.New("podaj reveal jako true albo false")}
		}
	}
	if req.Reveal {
		reason, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err == nil {
			err = p.noteReplay(r, &req, string(reason))
		}
		if err != nil {
			return err
		}
	}
	_, err := p.reader.History(r.Context(), req, func(e queries.Entry) error { return n.Line(e) })
	return err
}

// noteReplay records whose sealed texts a replay is about to show. Where they are
// few enough to be named, the replay ends where they were read off, so that it
// shows nobody else's. Where nobody's are, there is no reading; and as something
// was found, no filter is only what somebody typed.
func (p *process) noteReplay(r *http.Request, req *queries.HistoryRequest, reason string) error {
	if err := p.ledger.MayReveal(origin(r), reason); err != nil {
		return err
	}
	subjects, through, err := p.reader.Whose(r.Context(), *req, intake.MaxSubjects)
	if err != nil {
		return err
	}
	if through != "" {
		req.Until = through
	}
	if len(subjects) == 0 {
		req.Reveal = false
		return nil
	}
	filters := map[string]string{"stream": req.Stream, "actor": req.Actor, "from": req.From, "until": req.Until, "type": req.TypeGlob}
	if req.Ref.ID != "" {
		filters[string(req.Ref.Kind)] = req.Ref.ID
	}
	maps.DeleteFunc(filters, func(_, value string) bool { return value == "" })
	_, err = p.ledger.NoteReading(r.Context(), origin(r), commands.NoteReading{What: "replay", Filters: filters, Subjects: subjects,
		Reason: reason, On: domain.DateOf(time.Now().In(p.ledger.Zone))})
	return err
}
