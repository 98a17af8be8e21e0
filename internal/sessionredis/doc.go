// Package sessionredis keeps in a Redis, the embedded one too, what the door remembers for
// a while: who is signed in, which devices it knows, how often somebody has tried in vain.
//
// It promises that nothing is found after its end, also in a Redis that lets nothing end by
// itself; that a session which was ended stays ended, however late a request that began
// before writes it back; and that two who change the same thing at once change it one after
// the other. Names of keys are digests that the caller gives or that are made of a token
// here: neither tokens nor anybody's login stand in a key. It stops at bytes: what they
// mean is the caller's.
//
// Losing all of it signs everybody out and forgets who tried in vain; nothing else rests on
// it. So nothing is written to the file of the embedded Redis, which leaves out what ends.
//
// # Layout in Redis
//
// <p> is the prefix of the ledger's keys. Every key ends (EX) when what it says does.
//
//	<p>:session:<digest of the token>   string
//	<p>:<kind>:<name>                   string
//
// A value is the second at which it ends, since 1970, in decimal digits, a space, and the
// caller's bytes.
package sessionredis
