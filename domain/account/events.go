package account

import (
	"slices"
	"strconv"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
)

// Stream is where all accounts are decided over.
const Stream = "accounts-register"

// Events are those of Stream.
func Events() []string {
	return domain.Types(Created{}, Corrected{}, GrantRequested{}, LinkRequested{}, ResetRequested{}, TokenRequested{}, RequestDecided{}, Acknowledged{},
		GrantEnded{}, LinkEnded{}, Disabled{}, Enabled{}, Opened{}, PasswordChanged{}, FactorSet{}, RecoveryUsed{}, RecoveryIssued{}, SessionsEnded{},
		TokenIssued{}, TokenRevoked{})
}

// About is whose account an event is about.
type About struct {
	Account string `json:"account"`
}

// OccurredOn is the day of recording.
func (About) OccurredOn() domain.Date { return 0 }

// Refs names the account.
func (a About) Refs() []domain.Ref { return domain.Refs(a.ref()) }

func (a About) ref() domain.Ref { return domain.Ref{Kind: domain.RefAccount, ID: a.Account} }

// Seal is how the texts of an account are sealed: by its own key, so that they go with it.
func (a About) Seal(field string) domain.Seal { return domain.Seal{Subject: a.ref(), Field: field} }

// of is About for a text that belongs to one request.
func (a About) of(request int, field string) domain.Seal {
	s := a.Seal(field)
	s.Scope.Line = request
	return s
}

// Created says that there is an account, which nobody can use yet. Login is what its owner
// signs in by, Form the grammatical gender (k, m) of what is said of their doings.
type Created struct {
	About

	Login domain.Sealed `json:"login"`
	Name  domain.Sealed `json:"name"`
	Form  domain.Sealed `json:"form,omitzero"`
	// Sample: of the sample's people, who are invented. It is used while a ledger holds nothing
	// but the sample, and is nobody to the accounts of a centre's own.
	Sample bool `json:"sample,omitzero"`
}

// EventType is for ever.
func (Created) EventType() string { return "account.created.v1" }

// Names are the ids that it gives.
func (e Created) Names() []domain.Name { return []domain.Name{{Field: "account", ID: e.Account}} }

// Corrected says that an account has another login or name.
type Corrected struct {
	About

	Login  domain.Sealed `json:"login"`
	Name   domain.Sealed `json:"name"`
	Form   domain.Sealed `json:"form,omitzero"`
	Reason domain.Sealed `json:"reason"`
}

// EventType is for ever.
func (Corrected) EventType() string { return "account.corrected.v1" }

// Grant is a role and what it is limited to. Of several programmes, or agreements, each will
// do; of several kinds of limits each binds.
type Grant struct {
	Role       access.Role `json:"role"`
	Worker     string      `json:"worker,omitzero"`     // whose cases a caseworker has, and whose contacts an outreach worker
	Assistant  string      `json:"assistant,omitzero"`  // whose visits an assistant has
	Programmes []string    `json:"programmes,omitzero"` // in order
	Agreements []string    `json:"agreements,omitzero"` // in order
	Every      bool        `json:"every,omitzero"`      // every programme, said so and not left out
	From       domain.Date `json:"from,omitzero"`
	Until      domain.Date `json:"until,omitzero"` // the last day
}

// On says whether a grant holds on a day.
func (g Grant) On(day domain.Date) bool { return g.From <= day && (g.Until == 0 || day <= g.Until) }

// Limits are what a grant is limited to; none where it is not.
func (g Grant) Limits() []domain.Ref {
	limits := domain.Refs(domain.Ref{Kind: domain.RefWorker, ID: g.Worker}, domain.Ref{Kind: domain.RefAssistant, ID: g.Assistant})
	for _, p := range g.Programmes {
		limits = append(limits, domain.Ref{Kind: domain.RefProgramme, ID: p})
	}
	for _, a := range g.Agreements {
		limits = append(limits, domain.Ref{Kind: domain.RefAgreement, ID: a})
	}
	return limits
}

// GrantRequested asks that an account may act in a role.
type GrantRequested struct {
	About

	Request int `json:"request"` // its number in the account
	Grant

	By     string        `json:"by,omitzero"` // the account that asks; none of who has none
	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (GrantRequested) EventType() string { return "account.grant-requested.v1" }

// Seal is that of the request.
func (e GrantRequested) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// Refs names the account and what its role is limited to.
func (e GrantRequested) Refs() []domain.Ref { return append(e.About.Refs(), e.Limits()...) }

// LinkRequested asks that a user of the machine acts as an account on the command line.
type LinkRequested struct {
	About

	Request int           `json:"request"`
	OSUser  domain.Sealed `json:"osUser"`
	By      string        `json:"by,omitzero"`
}

// EventType is for ever.
func (LinkRequested) EventType() string { return "account.link-requested.v1" }

// Seal is that of the request.
func (e LinkRequested) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// ResetRequested asks that an account's password is set by a code, for the first time or
// anew. Code is the code's digest. A second factor stays unless it is to go too.
type ResetRequested struct {
	About

	Request int           `json:"request"`
	Code    domain.Sealed `json:"code"`
	Factor  bool          `json:"factor,omitzero"`
	By      string        `json:"by,omitzero"`
}

// EventType is for ever.
func (ResetRequested) EventType() string { return "account.reset-requested.v1" }

// Seal is that of the request.
func (e ResetRequested) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// Token is what a program may do for an account: no more than the account itself may at that
// moment.
type Token struct {
	Token      string      `json:"token"` // its id
	Role       access.Role `json:"role"`
	Records    bool        `json:"records,omitzero"` // or only reads
	Programmes []string    `json:"programmes,omitzero"`
	Agreements []string    `json:"agreements,omitzero"`
	Until      domain.Date `json:"until"` // the last day
}

// Limits are what a token is limited to beside its account's grant.
func (t Token) Limits() []domain.Ref {
	return Grant{Programmes: t.Programmes, Agreements: t.Agreements}.Limits()
}

// TokenRequested asks for a token of another's account.
type TokenRequested struct {
	About

	Request int `json:"request"`
	Token

	Name domain.Sealed `json:"name"`
	By   string        `json:"by,omitzero"`
}

// EventType is for ever.
func (TokenRequested) EventType() string { return "account.token-requested.v1" }

// Seal is that of the request.
func (e TokenRequested) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// Decision is who decided a request.
type Decision string

// Who decides: a director, or nobody where none can be asked.
const (
	ByDirector Decision = "director"
	ByNobody   Decision = "nobody"
)

// RequestDecided says that what was asked for is so, or will not be.
type RequestDecided struct {
	About

	Request int           `json:"request"`
	Allowed bool          `json:"allowed"`
	By      Decision      `json:"by"`
	At      string        `json:"at"` // RFC 3339: from when a code's hour runs
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (RequestDecided) EventType() string { return "account.request-decided.v1" }

// Seal is that of the request.
func (e RequestDecided) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// Acknowledged says that the data-protection officer knows of what nobody confirmed.
type Acknowledged struct {
	About

	Request int `json:"request"`
}

// EventType is for ever.
func (Acknowledged) EventType() string { return "account.acknowledged.v1" }

// GrantEnded says that an account acts in a role no longer.
type GrantEnded struct {
	About

	Request int           `json:"request"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (GrantEnded) EventType() string { return "account.grant-ended.v1" }

// Seal is that of the request.
func (e GrantEnded) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// LinkEnded says that a user of the machine acts as the account no longer.
type LinkEnded struct {
	About

	Request int           `json:"request"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (LinkEnded) EventType() string { return "account.link-ended.v1" }

// Seal is that of the request.
func (e LinkEnded) Seal(field string) domain.Seal { return e.of(e.Request, field) }

// Disabled says that nobody signs in by an account.
type Disabled struct {
	About

	// ForGood: its texts are about to be erased, and it is never enabled again.
	ForGood bool          `json:"forGood,omitzero"`
	Reason  domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (Disabled) EventType() string { return "account.disabled.v1" }

// Enabled takes that back.
type Enabled struct {
	About

	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (Enabled) EventType() string { return "account.enabled.v1" }

// Opened says that the owner set a password by the code of a request. Password is its hash.
type Opened struct {
	About

	Request  int           `json:"request"` // 0 where the sample came with the password
	Password domain.Sealed `json:"password"`
}

// EventType is for ever.
func (Opened) EventType() string { return "account.opened.v1" }

// PasswordChanged says that the owner took another password.
type PasswordChanged struct {
	About

	Password domain.Sealed `json:"password"`
	// EndsSessions: whoever signed in by the one before is signed out. Nobody is where the
	// same password is kept in a hash that costs more.
	EndsSessions bool `json:"endsSessions,omitzero"`
}

// EventType is for ever.
func (PasswordChanged) EventType() string { return "account.password-changed.v1" }

// FactorSet says that the owner shares a secret with an authenticator. Recovery are the
// digests of the codes that take its place, with commas between.
type FactorSet struct {
	About

	Secret   domain.Sealed `json:"secret"`
	Recovery domain.Sealed `json:"recovery"`
}

// EventType is for ever.
func (FactorSet) EventType() string { return "account.factor-set.v1" }

// RecoveryUsed says that a recovery code was used, by its number from 1.
type RecoveryUsed struct {
	About

	Number int `json:"number"`
}

// EventType is for ever.
func (RecoveryUsed) EventType() string { return "account.recovery-used.v1" }

// RecoveryIssued says that the owner has other recovery codes.
type RecoveryIssued struct {
	About

	Recovery domain.Sealed `json:"recovery"`
}

// EventType is for ever.
func (RecoveryIssued) EventType() string { return "account.recovery-issued.v1" }

// SessionsEnded says that the owner signed out everywhere.
type SessionsEnded struct{ About }

// EventType is for ever.
func (SessionsEnded) EventType() string { return "account.sessions-ended.v1" }

// TokenIssued says that there is a token. Hash is the digest of what it is shown as once.
type TokenIssued struct {
	About
	Token

	Name    domain.Sealed `json:"name"`
	Hash    domain.Sealed `json:"hash"`
	Request int           `json:"request,omitzero"` // where another than the owner asked for it
}

// EventType is for ever.
func (TokenIssued) EventType() string { return "account.token-issued.v1" }

// Seal is that of the token.
func (e TokenIssued) Seal(field string) domain.Seal { return e.ofToken(e.Token.Token, field) }

// TokenRevoked says that a token is none any more.
type TokenRevoked struct {
	About

	Token  string        `json:"token"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

// EventType is for ever.
func (TokenRevoked) EventType() string { return "account.token-revoked.v1" }

// Seal is that of the token.
func (e TokenRevoked) Seal(field string) domain.Seal { return e.ofToken(e.Token, field) }

// ofToken is About for a text that belongs to a token.
func (a About) ofToken(token, field string) domain.Seal {
	s := a.Seal(field)
	s.Scope.Of = domain.Ref{Kind: domain.RefAccount, ID: token}
	return s
}

// Stamp is an instant as an event tells it.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// named names a request in a refusal.
func named(account string, request int) string { return account + "/" + strconv.Itoa(request) }

// within says whether some limits lie within others: of each kind that those name, they name
// some, and no other ones.
func within(inner, outer []domain.Ref) bool {
	for _, o := range outer {
		if !slices.ContainsFunc(inner, func(i domain.Ref) bool { return i.Kind == o.Kind }) {
			return false
		}
	}
	return !slices.ContainsFunc(inner, func(i domain.Ref) bool {
		return slices.ContainsFunc(outer, func(o domain.Ref) bool { return o.Kind == i.Kind }) && !slices.Contains(outer, i)
	})
}
