// Package account decides who may come into the ledger, as what, and for how long.
//
//	accounts-register              everything that is decided over accounts
//	signin-<account>-<yyyy-mm>     signin.succeeded.v1, signin.refused.v1
//
// Whether a login is taken, whether there is a director to ask, whether an administrator is
// left are questions over all accounts, so one stream answers them; what happens at the door
// every day lies beside it. Whatever lets somebody act as more than they are – a role, an
// OS user that acts as an account, a renewed password, a token asked for by another – is a
// request, which a director decides; where none can be asked it takes effect at once and
// stands on the data-protection officer's page until it is acknowledged. Nobody asks for
// more for themselves, and nobody decides what they asked for.
//
// It promises that no history leaves a ledger without an administrator that had one, that a
// code, a step of an authenticator and a recovery code work once, and that an account's
// session number only grows. It stops at digests and sealed texts: hashing, comparing and
// how often somebody may try are for whoever stands at the door.
package account
