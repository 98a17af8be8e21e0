// Command samplegen writes the import files of the sample centres, a directory each, to samples.
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
const outputDir = "samples"

func main() {
	for _, c := range centres() {
		if err := write(filepath.Join(outputDir, c.dir), c.files()); err != nil {
			fmt.Fprintln(os.Stderr, "samplegen:", err)
			os.Exit(1)
		}
	}
}

// centre is a directory and what gives the content of each of its files by name.
type centre struct {
	dir   string
	files func() map[string][]byte
}

func centres() []centre {
	return []centre{{"starachowice", starachowice}, {"lodz", lodz}, {"tychy", tychy}, {"radom", radom}}
}

// source is the randomness of one part, so that a change in one part leaves the others alone.
func source(part uint64) *rand.Rand { return rand.New(rand.NewPCG(20180208, part)) }

// write replaces the files of dir by the generated ones; a file no longer generated is removed.
func write(dir string, files map[string][]byte) error {
	if _, err := os.Stat(filepath.Dir(dir)); err != nil {
		return fmt.Errorf("run it from the repository's root: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
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
