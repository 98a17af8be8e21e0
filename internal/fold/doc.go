// Package fold works read models out of a log of events. It knows neither what the
// events say nor where rows are kept: a projection names the rows that an event
// touches and how they change, and the runtime brings both together.
//
// A Projection is a pure fold over typed tables, and runs three ways: over rows that
// a store keeps (Projection.Apply, which asks the store for keys, is given bytes, and
// answers with the bytes that changed); in memory (Memory), from which a store is
// filled; and known-at, in memory up to a position (KnownAt). So the three agree by
// construction, whatever the batches were.
//
// It promises: an event that was folded is not folded again; a fold reads no row that
// it did not name; one that fails or panics is a Failure, never skipped; rows that a
// reader is given are its own. It stops at rows: what they mean is for read models,
// and what becomes of them when a store fails is for the store.
package fold
