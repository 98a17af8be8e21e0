package main

import (
	"context"
	"errors"

	"ksiega/commands"
	"ksiega/internal/journal"
	"ksiega/samples"
)

// errNoSample keeps invented people out of a ledger of real ones, and real ones from
// being shown as a sample's are.
var errNoSample = errors.New("the ledger did not begin with the sample centre: leave --sample out, or name another directory with --data")

// sampleFiles are those of the sample centre, in the order of import.
func sampleFiles() ([]commands.File, error) {
	const dir = "starachowice"
	entries, err := samples.Starachowice.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []commands.File
	for _, name := range ordered(entries) {
		data, err := samples.Starachowice.ReadFile(dir + "/" + name)
		if err != nil {
			return nil, err
		}
		files = append(files, commands.File{Name: name, Data: data})
	}
	return files, nil
}

// importSample imports the sample centre into a ledger that is empty or began with
// it; files imported before are skipped.
func (b *book) importSample(ctx context.Context) error {
	files, err := sampleFiles()
	if err != nil {
		return err
	}
	if err := b.beganWith(ctx, files); err != nil {
		return err
	}
	for _, f := range files {
		if _, err := b.ledger.Import(ctx, commands.Origin{Actor: actor(), Role: "administrator", Door: "cli"}, f, nil); err != nil {
			return err
		}
	}
	if _, err = b.matchRefunds(ctx); err != nil || b.runner == nil {
		return err
	}
	head, err := b.journal.Head(ctx)
	if err != nil {
		return err
	}
	return b.runner.WaitFor(ctx, head.Bound())
}

// beganWith refuses, with errNoSample, a ledger whose first event comes from none of
// the files. What the ledger records by itself came through no door and says nothing.
func (b *book) beganWith(ctx context.Context, files []commands.File) error {
	enough := errors.New("the first is found")
	err := b.journal.Scan(ctx, journal.ScanOptions{}, func(batch journal.Batch) error {
		for i := range batch.Events {
			switch source := batch.Events[i].Meta.Source; {
			case source.Door == "":
			case b.ledger.Named(source.File, files):
				return enough
			default:
				return errNoSample
			}
		}
		return nil
	})
	if errors.Is(err, enough) {
		return nil
	}
	return err
}
