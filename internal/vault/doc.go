// Package vault seals the personal data of one person with a key of that
// person, so that destroying the key erases the person from a log that is never
// rewritten. It keeps its records (wrapped keys, search entries, erasures) on a
// Shelf that the caller lends; the master key lies outside that shelf.
//
// It promises: a key is durable on the shelf before anything is sealed with it;
// the same text of the same person in the same field always gives the same
// sealed text, so that decisions compare without opening; what was changed,
// moved to another person or to another field does not open (ErrForged); a
// master key that does not fit stops Open instead of making new keys; neither
// errors nor records hold a key or a text in clear.
//
// It stops at the bytes: who may open what, and the record of who did, belong to
// its callers; the tombstone and the scavenging after Erase to the store. Go
// can't promise that memory of dropped keys is overwritten. A vault learns of an
// erasure made by another process only when it is opened anew.
//
// # Keys
//
//	master (32 bytes, a file or a variable)
//	  └─HKDF "wrap"─▶ AES-256-GCM, random nonce, AD = subject
//	                    ├─▶ key of a subject (32 random bytes)
//	                    │     ├─HKDF "seal"──▶ AES-256-GCM of its fields
//	                    │     └─HKDF "nonce"─▶ HMAC-SHA-256 that makes their nonces
//	                    └─▶ key of the subject `_ledger`: the pepper
//	                          ├─HKDF "mac"───▶ MAC
//	                          └─HKDF "pesel"─▶ search by PESEL
//
// Keyed hashes hang on the pepper and not on the master: a new master wraps the
// same pepper, so Rewrap leaves every hash that was ever recorded valid. Nor is
// any sealed text touched by it. Once survivors are rewrapped and the old master
// is destroyed, the records of erased people are noise even in old backups.
//
// # Sealed text
//
//	"v1." base64url( nonce 12 │ ciphertext 16·n │ tag 16 )
//
//	nonce      = HMAC-SHA-256(nonce key, len32 field ‖ field ‖ text), first 96 bits
//	plaintext  = text ‖ 0x80 ‖ 0x00… up to a multiple of 16 bytes
//	associated = len32 subject ‖ subject ‖ len32 field ‖ field
//
// AES-GCM breaks when one key meets the same nonce with two texts. Here a nonce
// follows from the field and the text, so it recurs only where both recur, and
// then the whole ciphertext is the same; two different texts of one person share
// a nonce with a chance of n²/2⁹⁷ for n texts. Opening checks the nonce as well,
// so that every text has exactly one sealed form. The price: whoever reads the
// store sees that a person's field returned to an earlier value, though not to
// which, and never across people or fields. The padding hides the length up to
// 16 bytes.
//
// # Records
//
// Each is a JSON object; a reader refuses a kind or a version it doesn't know.
//
//	{"kind":"key","v":1,"subject":"P-1","wrapped":base64( nonce 12 │ ciphertext 32 │ tag 16 )}
//	{"kind":"pesel","v":1,"subject":"P-1","sealed":"v1.…"}
//	{"kind":"erased","v":1,"subject":"P-1"}
//
// A subject's last `key` counts (later ones wrap the same key under another
// master), as does its last `pesel`; `erased` is final. A `pesel` holds the keyed
// hash sealed with the subject's own key, so it dies with that key.
package vault
