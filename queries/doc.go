// Package queries answers questions: the reports of the ledger, the history of
// one thing, the overview, and whether the read models are what the log says.
//
// A Report is declared once, columns and parameters, and served as JSON, CSV,
// page or table from that. A Reader asks it of the read models in Redis, or of
// ones folded in memory where there is no Redis or where knownAt asks for an
// earlier state.
//
// It promises: an answer says as of which day, known at which position and at
// which position of the log it holds, and its rows all belong to that one
// position; rows sort by their leading fields; money is integer grosze, time
// integer minutes; people appear by their pseudonymous ids, and sealed text is
// opened only for who may see it (domain/access). It stops at reading: a suggested
// match becomes a fact only by a command.
package queries
