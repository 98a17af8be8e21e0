// Package journal keeps the ledger's events in EventStoreDB, through the
// official client and nothing else; it is the only package that imports esdb.
//
// It promises: an append states the exact revision it expects and the ids of
// its events follow from stream, revision, idempotency key and whose decision
// they are, so that a retry
// after a lost answer writes nothing twice; events come back in the order of
// the log, decoded and upcast by a closed Table; whatever can't be decoded
// stops the reader instead of being skipped. It stops at the log: what events
// mean is for domain, what they add up to for projections.
//
// The store may be shared: streams.go says which streams are the ledger's own.
// Of those, `vault-` (wrapped keys, read by the KeyStore alone), `trial-` and
// `identity-` are never handed to readers of the log.
package journal
