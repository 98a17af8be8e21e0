package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/listing"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
	"ksiega/domain/payment"
	"ksiega/domain/session"
	"ksiega/domain/street"
	"ksiega/internal/journal"
)

// enter enters a stream under whatever the events stand on that are about to be appended
// to it. It is not remembered: what was entered once may be released by now.
func (l Log) enter(ctx context.Context, stream string, events []journal.Decided) error {
	if tried, ok := l.Log.(trial); ok {
		l.Log = trial{tried.Log, false} // every ground may refuse
	}
	type entry struct {
		ground
		journal.Decided
	}
	var entries []entry
	entered, alike := map[ground]bool{}, true // of one kind, one an event
	for _, e := range events {
		before := len(entries)
		for _, g := range groundsOf(e.Event) {
			if g.ID == "" || entered[g] {
				continue
			}
			entered[g] = true
			e.Meta.Key = "" // it is known by what it says
			entries = append(entries, entry{g, e})
			alike = alike && g.Kind == entries[0].Kind && len(entries) == before+1
		}
	}
	enter := func(e entry) error {
		end, err := l.turns.take(ctx, e.Subject())
		if err != nil {
			return err
		}
		defer end()
		return l.enterUnder(ctx, e.ground, stream, e.Event, e.Meta)
	}
	// What one event stands on is entered one after another, once the ones before have not
	// refused. People whom rows of a file name that one stream takes together are entered side
	// by side, so that the disk confirms many at once.
	if !alike {
		for _, e := range entries {
			if err := enter(e); err != nil {
				return err
			}
		}
		return nil
	}
	var group errgroup.Group
	group.SetLimit(enteredAtOnce)
	failed := make([]error, len(entries))
	for i, e := range entries {
		group.Go(func() error {
			failed[i] = enter(e)
			return nil
		})
	}
	_ = group.Wait() // each has its own in failed
	for _, err := range failed {
		if err != nil {
			return err // the first in the order of the events
		}
	}
	return nil
}

// enteredAtOnce bounds how many lists one append enters at once.
const enteredAtOnce = 8

func (l Log) enterUnder(ctx context.Context, g ground, stream string, e domain.Event, meta journal.Meta) error {
	enter := listing.Enter{On: g.Ref, Stream: stream, Unknown: g.unknown}
	switch g.Kind {
	case domain.RefAgreement: // it lists its referrals by events of its own
		return record(ctx, l, domain.Stream("agreement", g.ID), agreement.Decider(), referred(termsIn(e)), meta)
	case domain.RefContract:
		return record(ctx, l, domain.Stream("contract", g.ID), contract.Decider(), contract.Command(contract.List{Command: enter, Of: g.of}), meta)
	}
	return listOf(g.Kind).enter(ctx, l, g.ID, enter, meta)
}

// termsIn are the terms that an event gives a contract.
func termsIn(e domain.Event) contract.Terms {
	switch e := e.(type) {
	case contract.Drafted:
		return e.Terms
	case contract.Signed:
		return e.Terms
	case contract.TermsCorrected:
		return e.After
	}
	return contract.Terms{}
}

// list asks something of the list in a record's stream.
type list struct {
	ask   func(ctx context.Context, log journal.Log, id string, c listing.Command, meta journal.Meta) error
	enter func(ctx context.Context, l Log, id string, c listing.Enter, meta journal.Meta) error
}

func listIn[S, C any](stream func(id string) string, d domain.Decider[S, C], command func(listing.Command) C) list {
	return list{
		ask: func(ctx context.Context, log journal.Log, id string, c listing.Command, meta journal.Meta) error {
			_, err := journal.Execute(ctx, log, stream(id), d, command(c), meta)
			return err
		},
		enter: func(ctx context.Context, l Log, id string, c listing.Enter, meta journal.Meta) error {
			return record(ctx, l, stream(id), d, command(c), meta)
		},
	}
}

// listOf is the list of a kind of record; of a kind that has none, the zero list.
func listOf(kind domain.RefKind) list {
	in := func(category string) func(string) string {
		return func(id string) string { return domain.Stream(category, id) }
	}
	switch kind {
	case domain.RefContract:
		return listIn(in("contract"), contract.Decider(), func(c listing.Command) contract.Command { return contract.List{Command: c} })
	case domain.RefParticipant:
		return listIn(participant.Stream, participant.Decider(), func(c listing.Command) participant.Command { return participant.List{Command: c} })
	case domain.RefAssistant:
		return listIn(participant.AssistantStream, participant.AssistantDecider(), func(c listing.Command) participant.AssistantCommand { return participant.ListAssistant{Command: c} })
	case domain.RefAgreement:
		return listIn(in("agreement"), agreement.Decider(), func(c listing.Command) agreement.Command { return agreement.List{Command: c} })
	}
	return list{}
}

// entered is how a kind of stream that is entered elsewhere is asked what stands in it,
// and closed.
type entered struct {
	stands func(ctx context.Context, log journal.Log, stream string, on domain.Ref) (domain.Thing, error)
	close  func(ctx context.Context, log journal.Log, stream string, c listing.Close, meta journal.Meta) error
}

func standing[S, C any](d domain.Decider[S, C], stands func(S, domain.Ref) domain.Thing, command func(listing.Command) C) entered {
	return entered{
		stands: func(ctx context.Context, log journal.Log, stream string, on domain.Ref) (domain.Thing, error) {
			s, err := journal.Load(ctx, log, stream, d)
			return stands(s.State, on), err
		},
		close: func(ctx context.Context, log journal.Log, stream string, c listing.Close, meta journal.Meta) error {
			_, err := journal.Execute(ctx, log, stream, d, command(c), meta)
			return err
		},
	}
}

// enteredIn is that of a stream's category.
func enteredIn(stream string) (entered, error) {
	category, _, _ := strings.Cut(stream, "-")
	in, ok := enteredStreams()[category]
	if !ok {
		return entered{}, fmt.Errorf("%s streams stand on nothing", category)
	}
	return in, nil
}

func enteredStreams() map[string]entered {
	return map[string]entered{
		"attendance":    standing(attendance.Decider(), attendance.State.Stands, func(c listing.Command) attendance.Command { return attendance.List{Command: c} }),
		"payout":        standing(payment.Decider(), payment.State.Stands, func(c listing.Command) payment.Command { return payment.List{Command: c} }),
		"assistance":    standing(assistance.Decider(), assistance.State.Stands, func(c listing.Command) assistance.Command { return assistance.List{Command: c} }),
		"session":       standing(session.Decider(), session.State.StandsOn, func(c listing.Command) session.Command { return session.List{Command: c} }),
		"agreement":     standing(agreement.Decider(), agreement.State.Stands, func(c listing.Command) agreement.Command { return agreement.List{Command: c} }),
		"contract":      standing(contract.Decider(), contract.State.Stands, func(c listing.Command) contract.Command { return contract.List{Command: c} }),
		"participant":   standing(participant.Decider(), participant.State.Stands, func(c listing.Command) participant.Command { return participant.List{Command: c} }),
		"participation": standing(participation.Decider(), participation.State.Stands, func(c listing.Command) participation.Command { return participation.List{Command: c} }),
		"street":        standing(street.Decider(), street.State.Stands, func(c listing.Command) street.Command { return street.List{Command: c} }),
	}
}

// would says whether a decision would record something, were nothing to stand on what it
// is about. Where it would not, it says so itself.
func would[S, C any](known journal.Loaded[S], o Origin, d domain.Decider[S, C], cmd C) bool {
	events, err := d.Decide(known.State, cmd)
	return err == nil && len(events) > 0 && known.Meets(o.Expected) == nil
}

// learns says whether somebody may learn whose registration stands on another's; of other
// streams what stands there is about the same person.
func (o Origin) learns(stream string, what domain.Thing) bool {
	return !strings.HasPrefix(stream, participant.Stream("")) ||
		o.Reaches(RegisterParticipant{}.Operation(), domain.Ref{Kind: domain.RefParticipant, ID: what.Name})
}

// told is what somebody is told of what stands in a stream: neither who cares for or is merged into them nor
// that somebody was met in the street is for everybody to learn.
func (o Origin) told(stream string, what domain.Thing) domain.Thing {
	switch {
	case !what.Stands():
	case !o.learns(stream, what):
		return domain.Thing{Noun: what.Noun} // carer, or merge
	case strings.HasPrefix(stream, street.Stream("")) && !o.Sees(access.Street):
		return domain.Thing{Noun: domain.ARecord}
	}
	return what
}

// vacated makes sure that nothing stands on what is to be taken back, and refuses with
// domain.ErrNamed where something does: the first by its stream. The entries under which
// it found nothing are released and their streams closed, so that whoever is about to
// record something there enters it anew, which the decision then sees.
//
// Every stream that was ever entered is read, released ones too: cut short between release
// and closing, one who had decided before may have recorded something under an entry that
// says it is released, and only the stream itself knows. So a stream costs two readings, and
// an append where it is to be closed: two hundred of them 0.2 s with the embedded store, for
// what somebody does once, having taken back by hand what stood in each. An event more in
// the list that says which are closed would spare the second withdrawal of a record that; it
// is not worth one. Side by side they would be read sooner, and the same withdrawal refused
// for another of them each time.
func (l *Ledger) vacated(ctx context.Context, o Origin, on domain.Ref, under listing.State) (listing.Checked, error) {
	streams := under.Streams()
	older, err := l.Older.standingOn(ctx, on)
	if err != nil {
		return nil, err
	}
	streams = append(streams, older...)
	slices.Sort(streams)
	for _, stream := range slices.Compact(streams) {
		in, err := enteredIn(stream)
		if err != nil {
			return nil, err
		}
		what, err := in.stands(ctx, l.Log.Log, stream, on)
		if err != nil {
			return nil, fmt.Errorf("look for what stands on %s: %w", on.Kind, err)
		}
		what = o.told(stream, what)
		if what.Stands() {
			return nil, what.Refuse()
		}
	}
	meta := l.meta(o)
	meta.Key = ""
	release := listing.Release{On: on, Streams: under.Streams()}
	if len(release.Streams) > 0 {
		if err := listOf(on.Kind).ask(ctx, l.Log.Log, on.ID, release, meta); err != nil {
			return nil, err
		}
	}
	for _, stream := range release.Streams {
		in, err := enteredIn(stream)
		if err == nil {
			err = in.close(ctx, l.Log.Log, stream, listing.Close{Entry: under.Entry(on, stream)}, meta)
		}
		if err != nil {
			return nil, err
		}
	}
	return under.All(), nil
}
