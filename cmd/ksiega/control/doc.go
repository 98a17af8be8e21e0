// Package control is the door of the command line: over the control socket where a
// server holds the data directory (package socket says where that lies and who may
// come), over a connection in memory where none does. Both ends are in it.
//
// It promises: who comes, the kernel says, and who can come owns the data directory, so
// that his role is believed; both ends are the same build and mean the same ledger. What
// works for long says notes, of which the last one tells how it ended. It stops at
// carrying: what is done behind it, whoever opens it gives it.
package control
