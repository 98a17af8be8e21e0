// Package redisdb is a Redis inside this process: miniredis behind connections
// in memory, without a port. It is meant for read models, which can always be
// computed again. Only the commands listed in `served` are; a test asks them of it and
// of a real Redis side by side, in histories drawn at random. Keys do not expire:
// miniredis would sort all keys before each command to let them, so that whoever sets
// one that is to end (SET with EX) looks at its end himself.
//
// It promises that what Save writes is one moment of the whole database, so
// that rows and the checkpoint they belong to stay together, and that a file it
// cannot read means an empty database and a reason, never an error. It stops at
// durability: what was written after the last Save is gone after a crash. Only
// strings, hashes and sets are kept: Save leaves out what was to expire and refuses
// other kinds.
//
// # The file
//
// Numbers are unsigned varints; a text is its length and its bytes.
//
//	"ksiega-redis 1\n"
//	records: 's' key text value text
//	         'h' key text, count, then count × (field text, value text)
//	         'm' key text, count, then count × member text
//	'.' number of records
//	SHA-256 of everything before, 32 bytes
//
// It is written beside, synced and renamed, readable by the owner alone.
package redisdb
