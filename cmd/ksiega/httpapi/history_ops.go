package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ksiega/cmd/ksiega/session"
	"ksiega/domain"
	"ksiega/queries"
)

// HistoryRange is what both histories can be cut by; exported for huma to see.
type HistoryRange struct {
	Type        string `query:"type" maxLength:"100" doc:"Wzorzec rodzaju zdarzenia, np. attendance.*"`
	From        string `query:"from" doc:"Od pozycji lub chwili (RFC 3339), włącznie"`
	Until       string `query:"until" doc:"Do pozycji lub chwili (RFC 3339), włącznie"`
	Limit       int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Ile zdarzeń na stronie"`
	Cursor      string `query:"cursor" doc:"next z poprzedniej strony"`
	MinPosition uint64 `query:"minPosition" doc:"Poczekaj (do 2 s), aż ta pozycja będzie objęta"`
}

type historyAsked struct {
	Participant string `query:"participant" doc:"Zdarzenia dotyczące uczestnika"`
	Assistant   string `query:"assistant" doc:"Zdarzenia dotyczące asystenta"`
	Contract    string `query:"contract" doc:"Zdarzenia dotyczące umowy"`
	Agreement   string `query:"agreement" doc:"Zdarzenia dotyczące porozumienia"`
	Claim       string `query:"claim" doc:"Zdarzenia dotyczące wniosku"`
	Actor       string `query:"actor" doc:"Zdarzenia zapisane przez tę osobę"`
	HistoryRange
}

type streamAsked struct {
	Stream string `path:"stream" doc:"Nazwa strumienia"`
	HistoryRange
}

// EventPage is a page of history.
type EventPage struct {
	Events []Event `json:"events" nullable:"false"`
	Next   string  `json:"next,omitempty" doc:"Kursor następnej strony; brak: to już wszystko"`
}

// Event is one recorded event.
type Event struct {
	Position   string          `json:"position" doc:"Miejsce w dzienniku"`
	Stream     string          `json:"stream"`
	Revision   uint64          `json:"revision"`
	Type       string          `json:"type" example:"attendance.hours-recorded.v2"`
	RecordedAt time.Time       `json:"recordedAt"`
	OccurredOn domain.Date     `json:"occurredOn"`
	Actor      string          `json:"actor"`
	Data       json.RawMessage `json:"data" doc:"Treść zdarzenia; w miejscu danych osobowych „sealed”"`
}

type eventPage struct{ Body EventPage }

func (s *server) registerHistory(api huma.API) {
	events := s.listing("list-events", "/api/v1/events", "Historia jednej rzeczy lub całego dziennika", tagHistory)
	huma.Register(api, events, func(ctx context.Context, in *historyAsked) (*eventPage, error) {
		req, err := in.request()
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return s.history(ctx, req)
	})
	stream := s.listing("list-stream-events", "/api/v1/streams/{stream}/events", "Historia jednego strumienia", tagHistory, http.StatusNotFound)
	huma.Register(api, stream, func(ctx context.Context, in *streamAsked) (*eventPage, error) {
		// Neither the server's own streams nor the vault's are anybody's to read.
		if strings.HasPrefix(in.Stream, "$") || strings.HasPrefix(in.Stream, "vault-") {
			return nil, problem(codeNotFound, "")
		}
		req := in.bounds()
		req.Stream = in.Stream
		return s.history(ctx, req)
	})
}

func (p HistoryRange) bounds() queries.HistoryRequest {
	r := queries.HistoryRequest{From: p.From, Until: p.Until, TypeGlob: p.Type, Limit: p.Limit, After: p.Cursor}
	if p.MinPosition != 0 {
		r.MinPosition, _ = queries.LeastPosition(strconv.FormatUint(p.MinPosition, 10)) // a number is one
	}
	return r
}

func (in *historyAsked) request() (queries.HistoryRequest, error) {
	req := in.bounds()
	req.Actor = in.Actor
	given := 0
	if in.Actor != "" {
		given++
	}
	for _, ref := range []domain.Ref{{Kind: domain.RefParticipant, ID: in.Participant}, {Kind: domain.RefAssistant, ID: in.Assistant},
		{Kind: domain.RefContract, ID: in.Contract}, {Kind: domain.RefAgreement, ID: in.Agreement}, {Kind: domain.RefClaim, ID: in.Claim}} {
		if ref.ID != "" {
			req.Ref = ref
			given++
		}
	}
	if given > 1 {
		return req, queries.ErrNarrow
	}
	return req, nil
}

func (s *server) history(ctx context.Context, req queries.HistoryRequest) (*eventPage, error) {
	req.Who = session.Of(ctx)
	page := &eventPage{Body: EventPage{Events: []Event{}}}
	next, err := s.Reader.History(ctx, req, func(e queries.Entry) error {
		page.Body.Events = append(page.Body.Events, Event{Position: e.Position, Stream: e.Stream, Revision: e.Revision, Type: e.Type,
			RecordedAt: e.RecordedAt, OccurredOn: e.OccurredOn, Actor: e.Actor, Data: json.RawMessage(e.Data)})
		return nil
	})
	if err != nil {
		return nil, s.problemOf(ctx, err).ofQuery()
	}
	page.Body.Next = next
	return page, nil
}
