package commands

import (
	"context"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/listing"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
)

// MergeParticipants enters that somebody was registered under two ids: what is recorded
// under one of them counts as the other's. The reason is why they are one person; of a
// correction or withdrawal, why they are not.
type MergeParticipants struct {
	Kept   string      `json:"kept,omitempty" doc:"The id that the person goes on under"`
	Merged string      `json:"merged" doc:"The id that is given up"`
	Date   domain.Date `json:"date,omitempty" doc:"The day on which it was found out"`
	Amendment
}

func (MergeParticipants) Operation() access.Operation { return "merge-participants" }

func (c MergeParticipants) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefParticipant, ID: c.Merged}}, domain.Refs(domain.Ref{Kind: domain.RefParticipant, ID: c.Kept})}
}

func (c MergeParticipants) open() any {
	return MergeParticipants{Kept: c.Kept, Merged: c.Merged, Date: c.Date, Amendment: c.Amendment.open()}
}

func (c *MergeParticipants) formColumns() []column {
	return append([]column{
		idColumn("polaczony", "merged", &c.Merged, "identyfikator, którego już nie będzie").key(),
		idColumn("zostaje", "kept", &c.Kept, "identyfikator, pod którym osoba pozostaje"),
		dateColumn("data", "date", &c.Date, "dzień, w którym to ustalono"),
	}, c.Amendment.columns()...)
}

func (c MergeParticipants) lastStream() (string, error) { return streamOf("participant", c.Merged) }

func merges() useCase[MergeParticipants, participant.State, participant.Command] {
	return useCase[MergeParticipants, participant.State, participant.Command]{decider: participant.Decider(), prepare: (*Ledger).prepareMerge,
		stream: func(c MergeParticipants) string { return participant.Stream(c.Merged) }}
}

// MergeParticipants carries the command out.
func (l *Ledger) MergeParticipants(ctx context.Context, o Origin, c MergeParticipants) (journal.Result, error) {
	return merges().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareMerge(ctx context.Context, _ *lookups, o Origin, c *MergeParticipants) (participant.Command, error) {
	if err := domain.Together(needID("merged", &c.Merged), c.unlessWithdrawn(domain.Together(needID("kept", &c.Kept), l.happened("date", c.Date)))); err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	cmd := participant.MergeInto{Fact: participant.Merged{Merge: participant.Merge{Participant: c.Merged, Into: c.Kept, Date: c.Date}}}
	seal := cmd.Fact.Seal("reason")
	if cmd.Amend = c.taken(s, seal); c.Correct {
		cmd.Fact.Reason = cmd.Reason
	}
	if !c.Correct && !c.Withdraw {
		cmd.Fact.Reason, cmd.Wordless = s.reason(seal, c.Reason)
	}
	cmd.Anew = !o.SeesAllOf(c.Operation())
	if s.err != nil || c.Withdraw {
		return cmd, s.err
	}
	known, err := journal.Load(ctx, l.Log, participant.Stream(c.Merged), participant.Decider())
	if err != nil {
		return nil, err
	}
	if err := l.mayKeep(ctx, *c); err != nil {
		return nil, err
	}
	cmd.Seen = known.State.Seen(c.Kept)
	return cmd, l.lateFor(ctx, o, *c, known.State)
}

// lateFor makes a merge the other way round that was decided before, and is not recorded yet,
// come too late: the two streams would each be sure of the other one.
func (l *Ledger) lateFor(ctx context.Context, o Origin, c MergeParticipants, merged participant.State) error {
	if merged.Seen(c.Kept) == 0 {
		return nil
	}
	on, stream := domain.Ref{Kind: domain.RefParticipant, ID: c.Merged}, participant.Stream(c.Kept)
	in, err := enteredIn(stream)
	if err != nil {
		return err
	}
	what, err := in.stands(ctx, l.Log.Log, stream, on)
	if err != nil {
		return err
	}
	if what.Stands() { // since it was looked at; or the entry is of a carer
		return l.mayKeep(ctx, c)
	}
	meta := l.meta(o)
	meta.Key = ""
	if err := listOf(on.Kind).ask(ctx, l.Log.Log, on.ID, listing.Release{On: on, Streams: []string{stream}}, meta); err != nil {
		return err
	}
	return in.close(ctx, l.Log.Log, stream, listing.Close{Entry: merged.List.Entry(on, stream)}, meta)
}

// mayKeep refuses to merge somebody into whoever is, over however many others, merged into
// them.
func (l *Ledger) mayKeep(ctx context.Context, c MergeParticipants) error {
	seen := map[string]bool{c.Merged: true}
	for id := c.Kept; id != ""; {
		p, err := journal.Load(ctx, l.Log, participant.Stream(id), participant.Decider())
		switch {
		case err != nil:
			return err
		case id == c.Kept && id != c.Merged && !p.State.Exists():
			return participant.ErrUnknown.At("kept")
		}
		seen[id] = true
		if id = p.State.Into(); id == c.Merged && c.Merged != c.Kept {
			return participant.ErrMergedRound
		}
		if seen[id] {
			break
		}
	}
	return nil
}
