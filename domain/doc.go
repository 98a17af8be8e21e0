// Package domain holds what every room of the ledger agrees on: events and
// deciders, refusals, money, civil dates, identifiers and the Polish checksums.
//
// It promises that nothing here does I/O, reads a clock, starts a goroutine or
// imports anything but the standard library, so a decision made today can be
// replayed in twenty years. It stops where rules begin: those live in the
// packages below, one a domain noun.
package domain
