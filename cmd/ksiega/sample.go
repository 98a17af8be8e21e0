package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"

	"ksiega/cmd/ksiega/control"
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/domain/intake"
	"ksiega/domain/programme"
	"ksiega/domain/setting"
	"ksiega/internal/journal"
	"ksiega/samples"
)

// errNoSample keeps invented people out of a ledger of real ones, and real ones from
// being shown as a sample's are.
var errNoSample = errors.New("opuść --sample albo wskaż inny katalog przez --data: ta księga nie zaczęła się od przykładowych centrów")

// sampleFiles are those of the sample centres, each centre's in the order of import.
func sampleFiles() ([]commands.File, error) {
	var files []commands.File
	for _, centre := range samples.Centres() {
		dir := samples.Of(centre)
		entries, err := fs.ReadDir(dir, ".")
		if err != nil {
			return nil, err
		}
		names, _ := ordered(entries)
		for _, name := range names {
			data, err := fs.ReadFile(dir, name)
			if err != nil {
				return nil, err
			}
			files = append(files, commands.File{Name: centre + "/" + name, Data: data})
		}
	}
	return files, nil
}

// importSample imports the sample centres into a ledger that is empty or began with
// it; files imported before are skipped.
func (p *process) importSample(ctx context.Context) error {
	files, err := sampleFiles()
	if err != nil {
		return err
	}
	if err := p.beganWith(ctx, p.ledger.FileHashes(files)); err != nil {
		return err
	}
	beside := commands.ProgrammesOf(files)
	for _, f := range files {
		f.Beside = beside
		if _, err := p.ledger.Import(ctx, commands.Origin{Who: access.By(control.Self(), access.CommandLine, access.Coordinator)}, f, nil); err != nil {
			return err
		}
	}
	if _, err = p.matchRefunds(ctx); err != nil || p.runner == nil {
		return err
	}
	head, err := p.journal.Head(ctx)
	if err != nil {
		return err
	}
	return p.runner.WaitFor(ctx, head.Bound())
}

// beganWith refuses, with errNoSample, a ledger whose first event comes from none of
// the files. What the ledger records by itself came through no door and says nothing.
func (p *process) beganWith(ctx context.Context, files map[string]bool) error {
	return p.journal.Each(ctx, journal.ScanOptions{}, func(r *journal.Recorded) error {
		switch source := r.Meta.Source; {
		case source.Door == "":
			return nil
		case files[source.File]:
			return journal.ErrEnough
		}
		return errNoSample
	})
}

// errMixed closes the reports to visitors.
var errMixed = errors.New("uruchom serwer z --token-file albo KSIEGA_TOKEN: w księdze jest już więcej niż przykładowe centra, więc bez tokenu nikt nie zobaczy zestawień")

// errUntold stands for what is wrong with the store, which is nothing for visitors.
var errUntold = errors.New("spróbuj później: nie da się teraz powiedzieć, czy w księdze są tylko przykładowe centra")

// sampleOnly knows whether a ledger holds nothing but the sample. What it does not come
// from is not looked at: the first event from elsewhere closes it for good.
type sampleOnly struct {
	journal *journal.Journal
	files   map[string]bool

	mu    sync.Mutex
	after journal.Position
	mixed bool
}

// visitors says, of one request after another, why visitors may ask no report: the
// ledger holds more than the sample, which is told at the start too.
func (p *process) visitors(ctx context.Context) (func(context.Context) error, error) {
	files, err := sampleFiles()
	if err != nil {
		return nil, err
	}
	only := &sampleOnly{journal: p.journal, files: p.ledger.FileHashes(files)}
	if err = only.look(ctx); errors.Is(err, errMixed) {
		slog.Warn("reports", "error", err)
		err = nil
	}
	return func(ctx context.Context) error {
		err := only.look(ctx)
		if err != nil && !errors.Is(err, errMixed) {
			slog.Warn("reports", "error", inWords(err))
			err = errUntold
		}
		return err
	}, err
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

// own says that an event comes from the sample's files, or says nothing of anybody:
// what the automat makes of the sample, what passed through the ledger's doors, and what
// the ledger goes by.
func (s *sampleOnly) own(r *journal.Recorded) bool {
	switch r.Event.(type) {
	case intake.FileFinished, intake.PersonalDataRead, intake.RequestTaken, intake.RequestRefused, intake.GuessesCounted, intake.PersonAsked,
		programme.EditionRecorded, programme.StatuteRecorded, setting.Changed:
		return true
	}
	if slices.Contains(account.Events(), r.Event.EventType()) || slices.Contains(account.SigninDecider().Events, r.Event.EventType()) {
		return true // who comes in, and as what, is no entry
	}
	return s.files[r.Meta.Source.File] || r.Meta.Source.Door == string(access.Automatic)
}
