// Package modeltest is what EventStoreDB does with streams, written down so plainly that it can be read and believed: the
// state is a slice of events, and every answer is worked out from it anew. It is slow, holds nothing but memory and shares
// no code with the node in internal/eventdb, which is compared with it.
//
// Model is the semantics. Service puts them behind the Streams service, so that the recorded conversations with the real
// server can be held with it: they decide what is right, not the node.
//
// Where it stops: users, gossip and features are no affair of streams; a batch that is never finished is never answered,
// for the model has no timers. Where no recording says what the real server does, the model keeps to the simplest
// reading and a comment says so.
package modeltest
