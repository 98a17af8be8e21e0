package main

import (
	"context"
	"errors"
	"io/fs"

	"ksiega/cmd/ksiega/control"
	"ksiega/commands"
	"ksiega/domain/access"
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
