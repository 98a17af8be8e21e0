// Package samples carries the import files of the sample centre, the social-assistance
// centre of Starachowice, as one would find them on its staff's disks: CSV files in several
// encodings, date formats and hour formats, and bank statements as Polish banks export them.
//
// The programmes, their dates and their limits are the centre's published ones. Every person,
// PESEL, account, hour and transfer is made up by internal/testkit/samplegen, whose output the files
// are, byte for byte; `go run ./internal/testkit/samplegen` writes them again.
//
// What is wrong on purpose: one payout short (SK/04/2018, September 2018), one too high
// (SK/07/2018, November 2018), one claim cut (August), one returned and claimed again (May),
// one refund paid in part (October) whose rest came without the claim's number, one assistant
// visit after its contract's end (KT/23/2017), one participant with two assistants at once
// (AA-17, May 2018), one capacity gap in the durability period (2 March to 19 April 2020).
// No row of any file breaks a rule of the import.
package samples

import "embed"

//go:generate sh -c "cd .. && go run ./internal/testkit/samplegen"

// Starachowice holds the directory "starachowice" with the files of the sample centre.
//
//go:embed starachowice/*.csv starachowice/*.sta
var Starachowice embed.FS
