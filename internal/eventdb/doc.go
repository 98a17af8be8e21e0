// Package eventdb is the embedded event store: one node that speaks the gRPC protocol of EventStoreDB
// (Streams, ServerFeatures and Gossip, as server 23.10 answers) on a unix socket, and if asked to on TCP, and keeps its
// events in Pebble.
//
// What it promises
//
//   - An append is answered only after it is on disk, and an event is visible to readers, subscribers and Scan only then.
//     An append of many events is there whole or not at all.
//   - Every event has a position of its own; positions strictly ascend in the order of commits and are never used twice.
//     They lie apart, and $all is read only from one that an event has, or had before it was scavenged (edge.go).
//     `created` never decreases from one position to the next; it counts 100 ns ticks.
//   - A stored record that does not match its checksum, or an index that does not match its record, is answered with
//     DataLoss. It is never served.
//   - A store opens as a loss of power leaves it, with all that was acknowledged and nothing in halves. Where its files show
//     that something acknowledged is missing (a flipped bit anywhere, a manifest or finished journal cut off, a file gone), it
//     is refused, in words; it is never served without it. What cannot be told is said below.
//   - When a commit fails, or Pebble cannot write what it needs to find its files again (manifest, journal, directory), the
//     node stops: it acknowledges nothing further, every call ends Unavailable, nothing more is written to the store, and it
//     opens again as after a loss of power.
//   - A subscriber reads from disk at its own pace; nothing is buffered for it, and nothing is skipped but what a scavenge
//     removed before it got there.
//   - What a scavenge removed is in no file of the store when it returns, and no position or revision is given out again.
//   - A backup holds every commit up to a moment and none after; one that is cut short or altered is not restored.
//   - A repair builds every index anew from a log that is sound, or changes nothing: where the log is damaged it says where.
//   - Over TCP only users call, and only over TLS: read-only ones read and subscribe to everything, read-write ones also
//     write. Without credentials a caller learns the features and the gossip; with wrong ones, nothing. The exception is
//     a listener on a loopback address that its operator calls insecure. Who is in the users file is looked at with every
//     call; a call that is under way, or a subscription, ends as it began. Guessing a password is slow, and locks nobody out.
//
// Whoever reaches the unix socket may do everything: it lies in a directory of mode 0700.
//
// Where it stops: what Pebble finds to be impossible in its own memory still ends the process, after the node has stopped
// acknowledging and writing; nothing acknowledged is lost by it. One node, no replication, no access lists of streams (`$acl`
// is stored and means nothing), no persistent subscriptions, no projections of one's own. Those services answer
// Unimplemented; there is no call for a scavenge, only the method of Node. The index streams `$ce-…` and `$et-…` are always
// there; their links are computed on reading, do not stand in $all, and cannot be written to. A filter's regular expression
// is .NET's, as with the real server, but bounded in length and in the time it may take (filter.go).
//
// # Damage
//
// A torn journal looks like a damaged one, and Pebble takes both for its end. They are told apart before it opens the store
// by what stands behind that place: every commit begins with a receipt, which says up to where all had been synced; where no
// further commit comes, a receipt gets a sync of its own within two seconds (package pebblelog, receipt.go). How far the manifests had
// been synced, and which journals there are, is kept in a file beside them (pebblelog). Closing moves the journal into
// tables, in which every block has a checksum.
//
// What can still not be told from a loss of power: damage to the last commits of the newest journal behind which no receipt
// is on the disk yet, that is those under way and the one before them, if the process ended without closing within two
// seconds of it; a newest journal that was cut off, or written back to an earlier state, as a whole; damage to the last record of
// the manifest together with loss of the witness; in a store that an earlier version wrote, the end of a journal from
// before the first commit of this one.
//
// # On disk
//
// Options.Dir holds `store/` (Pebble), `node.sock` (elsewhere if its path would be too long, see package socket),
// and `node.crt` and `node.key` if the certificate was made here. `store.restoring`, `store.repairing` and `store.replaced`
// are there while a backup is restored or indexes are repaired, or after that was interrupted (see repair.go). A users file lies where its operator likes; see Users.
// `store/synced` is the witness. In the store numbers are big-endian in keys, and "name" is a two-byte length and the bytes:
//
//	v                     → format version, uint32
//	a pos                 → checksum(4) id(16) event       the log; see record.go
//	s name revision       → ranges                          positions of the revisions from this one on; see index.go
//	h stream              → checksum(4) head               last revision, tombstone, what metadata hides; see head.go
//	i id pos              → (empty)                        which events have this id, of all streams
//	g pos                 → checksum(4) id(16) event       stub: what is left of a removed event; see scavenge.go
//	p                     → (empty)                        removed events may still be on the disk
//	u                     → position, uint64               the last that was given out as it stands here, dense; absent: none
//
// The category stream `$ce-x` and the type stream `$et-x` have `s` and `h` entries like any other stream; their ranges
// point at the records of the events they link to.
//
// One goroutine decides appends and commits them in groups; a second waits for the sync, publishes a snapshot of the
// store as the state that readers see, and then answers. What comes while a group is on its way to the disk joins the next.
package eventdb
