// Package projections holds the ledger's read models: one file each, with its row
// types, keys and pure fold. All lists them; erased.go is the rule of what becomes of
// sealed texts that are erased.
//
// It stops at rows: how folds run is for internal/fold, where rows are kept for
// internal/foldredis, what is asked of them for queries.
package projections
