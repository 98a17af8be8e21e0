// Package commands holds the use cases that change the ledger, one file each,
// and the import of other people's spreadsheets and bank statements.
//
// Each use case takes what a person gave in clear, seals what is personal,
// reads the few streams its decision must see, lets the domain decide and
// records the outcome. It promises that a command sent twice does nothing the
// second time and that a refusal leaves nothing behind. It stops at the
// journal: reading for display belongs to queries, which this package never
// imports.
package commands
