package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/domain/intake"
	"ksiega/domain/programme"
	"ksiega/domain/setting"
	"ksiega/internal/journal"
)

// errMixed closes the reports to visitors.
var errMixed = errors.New("załóż konta (ksiega account add) albo uruchom serwer z --token-file lub KSIEGA_TOKEN: w księdze jest już więcej niż przykładowe centra, więc bez konta i tokenu nikt nie zobaczy zestawień")

// errUntold stands for what is wrong with the store, which is nothing for visitors.
var errUntold = errors.New("spróbuj później: nie da się teraz powiedzieć, czy w księdze są tylko przykładowe centra")

// sampleOnly knows whether a ledger holds nothing but the sample, which says whether it is open:
// its reports to visitors, its accounts to whoever chooses one. The first event from elsewhere
// closes it for good.
type sampleOnly struct {
	journal *journal.Journal
	files   map[string]bool

	mu       sync.Mutex
	after    journal.Position
	invented map[string]bool // accounts of the sample
	mixed    bool
}

// sampleOnly looks at the ledger as it is, which is told at the start where it is mixed.
func (p *process) sampleOnly(ctx context.Context) (*sampleOnly, error) {
	files, err := sampleFiles()
	if err != nil {
		return nil, err
	}
	only := &sampleOnly{journal: p.journal, files: p.ledger.FileHashes(files), invented: map[string]bool{}}
	if err = only.look(ctx); errors.Is(err, errMixed) {
		slog.Warn("reports", "error", err)
		err = nil
	}
	return only, err
}

// visitors says, of one request after another, why visitors may ask no report.
func (s *sampleOnly) visitors(ctx context.Context) error {
	err := s.look(ctx)
	if err != nil && !errors.Is(err, errMixed) {
		slog.Warn("reports", "error", inWords(err))
		err = errUntold
	}
	return err
}

// accounts says likewise why nobody comes in by an account of the sample.
func (s *sampleOnly) accounts(ctx context.Context) error {
	err := s.look(ctx)
	if errors.Is(err, errMixed) {
		return commands.ErrSampleOver
	}
	return err
}

// look reads what was recorded since it looked last, so that whoever asks has an answer
// about what is recorded by then. It fails with errMixed, or where it cannot tell.
func (s *sampleOnly) look(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mixed {
		return errMixed
	}
	return s.journal.Scan(ctx, journal.ScanOptions{After: s.after}, func(batch journal.Batch) error {
		for i := range batch.Events {
			if s.mixed = !s.own(&batch.Events[i]); s.mixed {
				return errMixed
			}
		}
		s.after = batch.Through
		return nil
	})
}

// own says that an event is the sample's own:
//   - it comes from the sample's files, or the automat made it of them;
//   - it says nothing of anybody: what passed through the ledger's doors, what the ledger
//     goes by, who came in and what became of an account;
//   - somebody of the sample entered it, in the browser or by a token of theirs. They are
//     invented people, so what they do to the sample is a walk through it. A file that they
//     bring is not: somebody has it from elsewhere.
//
// So whatever comes in by the command line, a row of another file and the first account
// that is not of the sample close it. Whoever could say that an account is of the sample
// would keep it open; only the start of a server and such accounts themselves do.
func (s *sampleOnly) own(r *journal.Recorded) bool {
	switch e := r.Event.(type) {
	case intake.FileFinished, intake.PersonalDataRead, intake.RequestTaken, intake.RequestRefused, intake.GuessesCounted, intake.PersonAsked,
		programme.EditionRecorded, programme.StatuteRecorded, setting.Changed:
		return true
	case account.Created:
		s.invented[e.Account] = e.Sample
		return e.Sample
	}
	if slices.Contains(account.Events(), r.Event.EventType()) || slices.Contains(account.SigninDecider().Events, r.Event.EventType()) {
		return true
	}
	source := r.Meta.Source
	switch access.Door(source.Door) {
	case access.Automatic:
		return true
	case access.Pages, access.API: // of which the actor is an account's id where there is one
		return s.files[source.File] || source.File == "" && s.invented[r.Meta.Actor]
	}
	return s.files[source.File]
}
