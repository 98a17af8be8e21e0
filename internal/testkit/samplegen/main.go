// Command samplegen writes the import files of the sample centre to samples/starachowice.
//
// The output depends on nothing but this code: the seed is fixed and no clock is read, so the
// committed files can be compared with it byte for byte. The generator keeps its own sums
// (hours, benefits, refunds, balances) to write consistent payouts, claims and statements; it
// is no reference for the rules, which is what internal/testkit/naive is for.
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// outputDir is relative to the repository's root, where `go run ./internal/testkit/samplegen` is run.
const outputDir = "samples/starachowice"

func main() {
	if err := run(outputDir); err != nil {
		fmt.Fprintln(os.Stderr, "samplegen:", err)
		os.Exit(1)
	}
}

// run replaces the files of dir by the generated ones; a file no longer generated is removed.
func run(dir string) error {
	if _, err := os.Stat(filepath.Dir(dir)); err != nil {
		return fmt.Errorf("run it from the repository's root: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := generate()
	old, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if _, kept := files[entry.Name()]; !kept && !entry.IsDir() {
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the content of every file by its name.
func generate() map[string][]byte {
	files := map[string][]byte{}
	// One source of randomness a part, so that a change in one part leaves the others alone.
	source := func(part uint64) *rand.Rand { return rand.New(rand.NewPCG(20180208, part)) }
	all := makePeople(source(1))
	writePeople(files, all)
	work := makeWork(source(2), all.workers)
	writeWork(files, work)
	writeStatements(files, work)
	care := makeCare(source(3), all.assisted)
	writeContracts(files, work, care)
	writeVisits(files, care)
	writeDurability(files)
	writeCases(files)
	return files
}
