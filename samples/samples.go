// Package samples carries the import files of sample centres, a directory each, as one would
// find them on their staff's disks: CSV files in several encodings, date formats and hour
// formats, and bank statements as Polish banks export them. All centres go into one ledger,
// so the ids of each begin as no other's do.
//
// The programmes, their dates and their limits are the centres' published ones. Every person,
// PESEL, account, hour and transfer is made up by internal/testkit/samplegen, whose output the files
// are, byte for byte; `go run ./internal/testkit/samplegen` writes them again.
//
// What is wrong on purpose in Starachowice: one payout short (SK/04/2018, September 2018), one too high
// (SK/07/2018, November 2018), one claim cut (August), one returned and claimed again (May),
// one refund paid in part (October) whose rest came without the claim's number, one assistant
// visit after its contract's end (KT/23/2017), one participant with two assistants at once
// (AA-17, May 2018), one capacity gap in the durability period (2 March to 19 April 2020).
// No row of any file breaks a rule of the import.
package samples

import (
	"embed"
	"io/fs"
	"slices"
)

//go:generate sh -c "cd .. && go run ./internal/testkit/samplegen"

//go:embed starachowice lodz tychy radom
var files embed.FS

// Centres are the directories of the sample centres, in the order of import.
func Centres() []string { return []string{"starachowice", "lodz", "tychy", "radom"} }

// Of holds the files of a centre.
func Of(centre string) fs.FS {
	dir, err := fs.Sub(files, centre)
	if err != nil || !slices.Contains(Centres(), centre) {
		panic("samples: no centre " + centre)
	}
	return dir
}

// All holds the files of every centre, a directory each.
func All() []fs.FS {
	var all []fs.FS
	for _, c := range Centres() {
		all = append(all, Of(c))
	}
	return all
}
