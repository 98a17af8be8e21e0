// Package vault seals the personal data of one person with a key of that
// person, so that destroying the key erases the person from a log that is never
// rewritten. It keeps its records (wrapped keys, search entries, erasures) on a
// KeyStore that the caller lends; the master key lies outside it.
//
// It promises: a key is durable in the key store before anything is sealed with it;
// the same text of the same person in the same field and scope gives the same
// sealed text until the master key changes; what was changed, moved to another
// person, field or scope does not open (ErrForged); a master key that does not fit
// stops Open instead of making new keys; neither errors nor records hold a key or a
// text in clear.
//
// It stops at the bytes: who may open what, and the record of who did, belong to
// its callers; the tombstone and the scavenging after Erase to the store. Go
// can't promise that memory of dropped keys is overwritten. A vault learns of an
// erasure made by another process only when it is opened anew, has to read the keys
// again, or is told (Forget).
//
// # Keys
//
//	master (32 bytes, a file or a variable)
//	  └─HKDF "wrap"─▶ AES-256-GCM, random nonce
//	                    ├─▶ ring of a subject: 32 random bytes for each epoch, the last seals
//	                    │     ├─HKDF "seal"──▶ AES-256-GCM of its fields
//	                    │     ├─HKDF "nonce"─▶ HMAC-SHA-256 that makes their nonces
//	                    │     └─HKDF "digest"▶ HMAC-SHA-256 of what is to be found again (Digests)
//	                    └─▶ ring of the subject `_ledger`: the peppers, the last in force
//	                          ├─HKDF "mac"───▶ MACs
//	                          └─HKDF "pesel"─▶ search by PESEL and by name
//
// A change of the master key (Rekey) begins an epoch: every ring gets one more key,
// which seals from then on; the earlier ones only open what they sealed. Earlier
// peppers only recognise what was hashed with them, what must not be recognised for
// ever for as long as the caller says (MACsSince).
//
// # Memory
//
// Keys are in memory of a bounded number of subjects, those used lately; the others' are
// read from the key store again when they are needed, and it is asked again, after that,
// whether they may be used. Of everybody who was met stay the name, the number of the last
// record, whether there is a key, and half of the hash for searching: some 150 bytes, by which
// an erased subject is refused and a PESEL or a name found without the key store.
//
// # Sealed text
//
//	"v2." base64url( epoch 2 │ nonce 12 │ ciphertext 32·n │ tag 16 )
//
//	associated = len32 subject ‖ subject ‖ len32 field ‖ field ‖ len32 scope ‖ scope
//	nonce      = HMAC-SHA-256(nonce key of the epoch, associated ‖ text), first 96 bits
//	plaintext  = text ‖ 0x80 ‖ 0x00… up to a multiple of 32 bytes (16 in the first version)
//
// AES-GCM breaks when one key meets the same nonce with two texts. Here a nonce
// follows from where the text stands and from the text, so it recurs only where both
// recur, and then the whole ciphertext is the same; two different texts of one person
// share a nonce with a chance of n²/2⁹⁷ for n texts. Opening checks the nonce as well,
// so that every text has exactly one sealed form within an epoch. The price: whoever
// reads the store sees that a field returned to an earlier value within its scope and
// epoch, though not to which, and never across people, fields or scopes. The padding
// hides the length up to 32 bytes: the codes of a short list look alike.
//
// The first version is opened for ever and no longer made:
//
//	"v1." base64url( nonce 12 │ ciphertext 16·n │ tag 16 ), of the ring's first key,
//	nonce = HMAC-SHA-256(nonce key, len32 field ‖ field ‖ text), no scope
//
// # Records
//
// Each is a JSON object; a reader refuses a kind or a version it doesn't know.
//
//	{"kind":"key","v":1,"subject":"P-1","wrapped":base64( nonce 12 │ ciphertext 32 │ tag 16 )}
//	{"kind":"ring","v":1,"subject":"P-1","wrapped":base64( nonce 12 │ ciphertext 32·n │ tag 16 ),"sealed":"v2.…"}
//	the same of `_ledger`, with when each pepper but the last went out of force: "replaced":[seconds since 1970, …]
//	the same of a subject that is found by a name, in version 2, with "by":"name"
//	{"kind":"pesel","v":2,"subject":"P-1","sealed":"v2.…"}
//	{"kind":"name","v":1,"subject":"P-1","sealed":"v2.…"}
//	{"kind":"erased","v":1,"subject":"P-1"}
//
// A subject begins with a `key`, the only one of its ring; one that landed behind the
// ledger's ring, and that the master does not open, gives way to another `key`. A `ring` replaces all that
// came before it, search entry included, and lets the key store forget that; `erased` is
// final. The last `pesel` or `name` (or the entry of a later `ring`) counts, so that a
// subject is found by one thing. It holds, sealed with the subject's own key so that it dies
// with that key,
//
//	from 2 │ hash 32 = HMAC of the digits, or of len32 purpose ‖ purpose ‖ name, under pepper `from`, then of that under each later one
//
// and a `pesel` in version 1 a hash of the first pepper alone: nobody needs the digits to make
// it hang on a newer pepper.
package vault
