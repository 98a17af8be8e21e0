package queries

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/projections"
)

// HistoryRequest asks for events in the order of the log. At most one of
// Stream, Ref and Actor narrows it; with none it is the whole log.
type HistoryRequest struct {
	Who    access.Who
	Stream string
	Ref    domain.Ref
	Actor  string
	// From and Until are inclusive: a position, or an RFC 3339 instant; ""
	// is open.
	From, Until string
	// TypeGlob is a pattern of path.Match for event types; "" takes all.
	TypeGlob string
	// Limit bounds the entries; 0 is no bound.
	Limit int
	// After is the cursor that an earlier call returned.
	After string
	// Reveal opens sealed text. Recording who did and whose text (Whose) is the
	// caller's.
	Reveal bool
	// MinPosition waits as in Request.
	MinPosition journal.Bound
}

// Entry is one event, as `ksiega replay` prints it. Positions are strings.
type Entry struct {
	Position   string         `json:"position"`
	Stream     string         `json:"stream"`
	Revision   uint64         `json:"revision"`
	Type       string         `json:"type"`
	RecordedAt time.Time      `json:"recordedAt"`
	OccurredOn domain.Date    `json:"occurredOn"`
	Actor      string         `json:"actor"`
	Data       jsontext.Value `json:"data"`
	// DecidedWith is the revision of the event before it that one decision led to with it, as
	// a correction leads to a withdrawal and the fact anew.
	DecidedWith *uint64 `json:"decidedWith,omitempty" doc:"The revision of the event before it that is of the same decision"`
}

var errEnough = errors.New("enough")

// selection is a HistoryRequest that was checked.
type selection struct {
	HistoryRequest
	after       journal.Position // where reading begins: an event's, or the start
	from, until journal.Bound
	streams     []string // by which the stream may be known
	scope       *scope
	// hide leaves one word in the place of each sealed text: two that are equal show
	// as equal, which tells whoever may have texts sealed what others hold. Who works
	// on the command line could read the store as well.
	hide bool
}

// History hands over events, oldest first, and returns the cursor to go on with,
// or "" where there is nothing more. It fails with ErrGlob, ErrCursor,
// ErrKnownAt, ErrUnknown, ErrBehind, what each returns, access.ErrDenied, or an error of Redis
// or the log.
func (d *Reader) History(ctx context.Context, r HistoryRequest, each func(Entry) error) (next string, err error) {
	s, err := d.selection(ctx, r)
	if err != nil {
		return "", err
	}
	return d.walk(ctx, s, func(e *journal.Recorded) error {
		entry, err := d.entry(ctx, e, &s)
		if err == nil && s.hide {
			entry.Data, err = hidden(e, entry.Data)
		}
		if err != nil {
			return err
		}
		return each(entry)
	})
}

// Whose are those whose sealed texts a history holds, sorted, and the position of
// its last event: up to there it holds no others. Where there are more than most,
// some of them are left out and there is no such position. Nothing is opened.
func (d *Reader) Whose(ctx context.Context, r HistoryRequest, most int) (subjects []domain.Ref, through string, err error) {
	s, err := d.selection(ctx, r)
	if err != nil {
		return nil, "", err
	}
	set := map[domain.Ref]bool{}
	_, err = d.walk(ctx, s, func(e *journal.Recorded) error {
		if e.Event != nil {
			domain.EachSeal(e.Event, func(seal domain.Seal, _ domain.Sealed) {
				if s.opens(e.Event, seal) {
					set[seal.Subject] = true
				}
			})
		}
		if len(set) > most {
			return errEnough
		}
		through = e.Position.String()
		return nil
	})
	if len(set) > most {
		through = ""
	}
	return sortedRefs(set), through, err
}

// walk takes the events of a selection, up to its limit.
func (d *Reader) walk(ctx context.Context, s selection, each func(*journal.Recorded) error) (next string, err error) {
	var last journal.Position
	count := 0
	take := func(e *journal.Recorded) error {
		if !s.wants(e.Type) || !s.takes(e.Position) || s.hide && aboutSealed(e) || !s.shows(e) {
			return nil
		}
		if s.Limit > 0 && count == s.Limit {
			next = last.String()
			return errEnough
		}
		last, count = e.Position, count+1
		return each(e)
	}
	switch {
	case s.Stream != "":
		err = d.readStream(ctx, s, take)
	case s.about().ID != "":
		err = d.follow(ctx, s, s.about(), take)
	default:
		err = d.scan(ctx, s, nil, take)
	}
	if errors.Is(err, errEnough) {
		return next, nil
	}
	if err == nil && count == 0 && s.Stream == "" && (s.Ref.ID != "" || s.Actor != "") {
		err = d.checkKnown(ctx, string(s.about().Kind), s.about())
	}
	if errors.Is(err, journal.ErrNowhere) && s.After != "" {
		err = ErrCursor
	}
	if err != nil && domain.RefusalsOf(err) == nil {
		err = fmt.Errorf("history: %w", err)
	}
	return "", err
}

// about is what a history follows.
func (s *selection) about() domain.Ref {
	if s.Actor != "" {
		return domain.Ref{Kind: projections.RefActor, ID: s.Actor}
	}
	return s.Ref
}

// readStream reads the stream that was meant; ErrUnknown where there is none.
func (d *Reader) readStream(ctx context.Context, s selection, take func(*journal.Recorded) error) error {
	for _, name := range s.streams {
		some := false
		err := d.opts.Journal.ReadStream(ctx, name, 0, func(r *journal.Recorded) error {
			if s.hide && aboutSealed(r) {
				return nil // there is no such stream
			}
			some = some || s.shows(r) // of what is another's nobody hears that it is there
			return take(r)
		})
		if some || err != nil {
			return err
		}
	}
	return ErrUnknown.At("stream").With("%s", "stream")
}

func (d *Reader) selection(ctx context.Context, r HistoryRequest) (s selection, err error) {
	if s.scope, err = d.scope(ctx, r.Who, access.Replay, r.MinPosition); err != nil {
		return s, err
	}
	reached := r.Ref.ID == "" || r.Who.Reaches(access.Replay, s.scope.about([]domain.Ref{r.Ref})...) // else each event is asked for
	if !r.Who.May(access.Replay) || r.Reveal && !r.Who.May(access.Reveal) || !reached || !r.MinPosition.IsZero() && !r.Who.May(access.Wait) {
		return s, access.ErrDenied
	}
	s.hide = !r.Who.May(access.Reveal) && r.Who.Door != access.CommandLine
	for _, text := range []*string{&r.Stream, &r.Ref.ID, &r.Actor, &r.From, &r.Until, &r.TypeGlob, &r.After} {
		*text = typed(*text)
	}
	s.HistoryRequest = r
	if _, err := path.Match(r.TypeGlob, ""); err != nil {
		return s, ErrGlob
	}
	if err := d.checkTypes(r.TypeGlob); err != nil {
		return s, err
	}
	narrow := 0
	for _, given := range []string{r.Stream, r.Actor, r.Ref.ID} {
		if given != "" {
			narrow++
		}
	}
	// A stream name that begins with `$` or `vault-` is nobody's to read.
	s.streams = slices.DeleteFunc(streamNames(r.Stream), func(name string) bool {
		return strings.HasPrefix(name, "$") || strings.HasPrefix(name, "vault-")
	})
	if narrow > 1 {
		return s, ErrNarrow
	}
	if r.After != "" {
		if s.after, err = journal.ReadPosition(r.After); err != nil {
			return s, ErrCursor
		}
	}
	if r.From != "" {
		place, from, err := d.first(ctx, r.From)
		if err != nil {
			return s, ofParam("from", err)
		}
		s.after, s.from = s.after.Later(place), from
	}
	if r.Until != "" {
		if s.until, err = d.resolve(ctx, r.Until); err != nil {
			return s, ofParam("until", err)
		}
	}
	return s, nil
}

// aboutSealed says of an event that what it is about tells, by its id, what somebody's sealed
// texts hold: what was said of some findings, their erasure, and who read of them.
func aboutSealed(e *journal.Recorded) bool {
	return e.Event != nil && slices.ContainsFunc(e.Event.Refs(), func(of domain.Ref) bool {
		return of.Kind == domain.RefFinding && finding.TellsCodes(of.ID)
	})
}

// first is where a from begins: the place to read on from, and what to pass over
// behind it.
func (d *Reader) first(ctx context.Context, text string) (place journal.Position, from journal.Bound, err error) {
	if from, err = journal.ReadBound(text); err == nil {
		place, err = d.indexed(ctx, func(audit projections.View) (journal.Position, error) {
			return projections.PlaceBefore(ctx, audit, from)
		})
		return place, from, err
	}
	_, begins, err := d.instant(text)
	if err != nil {
		return place, journal.Bound{}, err
	}
	place, _, err = d.lastBy(ctx, begins.Add(-time.Nanosecond))
	return place, journal.Bound{}, err
}

func (s *selection) takes(p journal.Position) bool {
	return p.After(s.after) && s.from.ReachedBy(p) && s.until.Includes(p)
}

// shows says whether an event names nobody else than whom somebody is limited to, and is of their
// work: whose accounts are limited to the same, who looked at somebody and who asked for them by a
// PESEL are told in the pages of those who keep accounts and data.
func (s *selection) shows(e *journal.Recorded) bool {
	if !s.Who.Limited(access.Replay) {
		return true
	}
	switch e.Event.(type) {
	case nil, intake.PersonalDataRead, intake.PersonAsked:
		return false
	}
	refs := e.Event.Refs()
	return !slices.ContainsFunc(refs, func(of domain.Ref) bool { return of.Kind == domain.RefAccount }) && s.Who.Only(access.Replay, s.scope.apart(refs)...)
}

// opens says whether a text of an event is shown in clear: its class has to be one that a role
// sees in which somebody reaches the event.
func (s *selection) opens(e domain.Event, seal domain.Seal) bool {
	return s.Who.SeesOf(access.Reveal, access.ClassOf(e, seal.Field), s.scope.about(e.Refs())...)
}

func (s selection) wants(typ string) bool {
	if s.TypeGlob == "" {
		return true
	}
	ok, err := path.Match(s.TypeGlob, typ)
	return err == nil && ok
}

// pagePostings is how many positions are looked up at once.
const pagePostings = 512

// follow reads what concerns one thing, by the audit index where there is one.
func (d *Reader) follow(ctx context.Context, s selection, ref domain.Ref, take func(*journal.Recorded) error) error {
	if d.opts.Store == nil {
		return d.scan(ctx, s, func(r *journal.Recorded) bool { return concerns(r, ref) }, take)
	}
	audit := []projections.Projection{projections.Audit()}
	if err := d.wait(ctx, s.MinPosition, audit); err != nil {
		return err
	}
	for after := s.after; ; {
		var positions []journal.Position
		err := d.opts.Store.Read(ctx, func(views map[string]projections.View) (err error) {
			positions, err = projections.Postings(ctx, views[audit[0].Name], ref, after, s.until, pagePostings)
			return err
		}, audit...)
		if err != nil || len(positions) == 0 {
			return err
		}
		after = positions[len(positions)-1]
		if err := d.opts.Journal.ReadAt(ctx, positions, take); err != nil {
			return err
		}
		if len(positions) < pagePostings {
			return nil
		}
	}
}

func concerns(r *journal.Recorded, ref domain.Ref) bool {
	if ref.Kind == projections.RefActor {
		return r.Meta.Actor == ref.ID
	}
	return slices.Contains(r.Event.Refs(), ref)
}

func (d *Reader) scan(ctx context.Context, s selection, want func(*journal.Recorded) bool, take func(*journal.Recorded) error) error {
	return d.opts.Journal.Each(ctx, journal.ScanOptions{After: s.after, Until: s.until, Want: s.wants, Raw: true}, func(r *journal.Recorded) error {
		if want != nil && !want(r) {
			return nil
		}
		return take(r)
	})
}

// entry shows an event as it was recorded: with those of its sealed texts opened that are for
// whoever asks, or without what it holds in clear and would be sealed today.
func (d *Reader) entry(ctx context.Context, r *journal.Recorded, s *selection) (Entry, error) {
	e := Entry{Position: r.Position.String(), Stream: r.Stream, Revision: r.Revision, Type: r.Type,
		RecordedAt: r.Created.UTC(), OccurredOn: r.OccurredOn(), Actor: r.Meta.Actor, Data: slices.Clone(r.RawData)}
	if r.Meta.Causation != "" && r.Revision > 0 {
		before := r.Revision - 1
		e.DecidedWith = &before
	}
	if !s.Reveal {
		shown, err := d.opts.Journal.Withheld(r)
		if err != nil {
			return e, fmt.Errorf("%w: position %d", journal.ErrDamaged, r.Position)
		}
		e.Data = slices.Clone(shown)
		return e, nil
	}
	if r.Event == nil {
		return e, nil
	}
	texts := map[string]string{}
	var failed error
	domain.EachSeal(r.Event, func(seal domain.Seal, sealed domain.Sealed) {
		if _, clear := sealed.InClear(); clear && s.opens(r.Event, seal) {
			return // as it stands there
		} else if !s.opens(r.Event, seal) {
			texts[string(sealed)] = hiddenText
			return
		}
		text, known, err := d.opened(ctx, seal, sealed)
		if known {
			texts[string(sealed)] = text
		}
		failed = errors.Join(failed, err)
	})
	if failed != nil || len(texts) == 0 {
		return e, failed
	}
	var err error
	e.Data, err = retold(r, e.Data, texts)
	return e, err
}

// hiddenText stands for a sealed text that is not shown even sealed.
const hiddenText = "sealed"

// hidden is a payload with one word in the place of each sealed text, and of what else tells
// such a text: an erasure may name findings beside the person.
func hidden(r *journal.Recorded, payload jsontext.Value) (jsontext.Value, error) {
	texts := map[string]string{}
	domain.EachSeal(r.Event, func(_ domain.Seal, sealed domain.Sealed) { texts[string(sealed)] = hiddenText })
	if e, ok := r.Event.(erasure.Ordered); ok {
		for _, of := range e.Along {
			tells(texts, of.Kind, of.ID)
		}
		for _, of := range e.Left {
			tells(texts, of.Kind, of.ID)
		}
	}
	return retold(r, payload, texts)
}

// tells has an id not be shown that tells a sealed text.
func tells(texts map[string]string, kind domain.RefKind, id string) {
	if kind == domain.RefFinding && finding.TellsCodes(id) {
		texts[id] = hiddenText
	}
}

// retold is an event's payload with some of its texts replaced.
func retold(r *journal.Recorded, payload jsontext.Value, texts map[string]string) (jsontext.Value, error) {
	if len(texts) == 0 {
		return payload, nil
	}
	var data any
	if err := json.Unmarshal(payload, &data); err != nil {
		return nil, fmt.Errorf("%w: position %s", journal.ErrDamaged, r.Position)
	}
	return json.Marshal(replaced(data, texts), json.Deterministic(true))
}

// replaced is a payload with some of its texts replaced.
func replaced(value any, texts map[string]string) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = replaced(inner, texts)
		}
	case []any:
		for i, inner := range v {
			v[i] = replaced(inner, texts)
		}
	case string:
		if text, ok := texts[v]; ok {
			return text
		}
	}
	return value
}

// EventAt is the event at a position, as it was recorded; ErrUnknown where none stands there.
// It asks for no rights: who is shown what of it, whoever hands it on asks.
func (d *Reader) EventAt(ctx context.Context, at string) (e *journal.Recorded, err error) {
	place, err := journal.ReadPosition(at)
	if err != nil {
		return nil, ErrUnknown.At("position").With("%s", "position")
	}
	err = d.opts.Journal.ReadAt(ctx, []journal.Position{place}, func(r *journal.Recorded) error {
		kept := *r
		e = &kept
		return nil
	})
	switch {
	case errors.Is(err, journal.ErrDamaged), errors.Is(err, journal.ErrNowhere), err == nil && (e == nil || e.Event == nil):
		return nil, ErrUnknown.At("position").With("%s", "position")
	case err != nil:
		return nil, fmt.Errorf("read the event at a position: %w", err)
	}
	return e, nil
}
