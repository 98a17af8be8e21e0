package account

import (
	"maps"
	"slices"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
)

// State is all accounts as the register tells them.
type State struct {
	accounts map[string]Account
	tokens   map[string]string // id → account
}

// Account is one of them.
type Account struct {
	ID                string
	Login, Name, Form domain.Sealed
	Sample            bool
	Common            bool // its password is the sample's, which everybody is told
	Disabled          bool
	Erased            bool          // disabled for good
	Password          domain.Sealed // its hash; none before it was opened
	Secret, Recovery  domain.Sealed
	// Session is its number: whoever signed in under a smaller one is signed out.
	Session int
	// Corrected is how often it was given another login or name.
	Corrected int

	requests []Request
	used     []int // recovery codes
	tokens   []IssuedToken
	revoked  []string // their ids
}

// Request is what was asked for, and what became of it.
type Request struct {
	Account string
	Number  int
	// One of these is set.
	Grant *Grant
	Link  domain.Sealed // an OS user
	Reset *Reset
	Token *Token

	By           string // who asked; "" of who has no account
	Name         domain.Sealed
	Reason       domain.Sealed
	Decided      bool
	Allowed      bool
	Decision     Decision
	At           time.Time // of the decision
	Acknowledged bool
	// Over is the fact by which it ended: it was taken back, replaced or used.
	Over string
}

// Reset is a code by which a password is set.
type Reset struct {
	Code   domain.Sealed // its digest
	Factor bool          // the second factor goes too
}

// IssuedToken is a token and whether it was revoked.
type IssuedToken struct {
	Token
	Account string
	Name    domain.Sealed
	Hash    domain.Sealed
	Revoked bool
}

// Stands says whether what was asked for is so.
func (r Request) Stands() bool { return r.Allowed && r.Over == "" }

// Pending says whether somebody has to decide it.
func (r Request) Pending() bool { return !r.Decided && r.Over == "" }

// Unseen says whether it is so, or was, by nobody's decision, and the data-protection officer has
// not seen it.
func (r Request) Unseen() bool { return r.Allowed && r.Decision == ByNobody && !r.Acknowledged }

// Opened says whether its owner has set a password.
func (a Account) Opened() bool { return a.Password != "" }

// Usable says whether somebody signs in by it.
func (a Account) Usable() bool { return a.Opened() && !a.Disabled }

// Grants are those that hold on a day, in the order in which they were asked for.
func (a Account) Grants(day domain.Date) []Grant {
	var held []Grant
	for _, r := range a.requests {
		if r.Grant != nil && r.Stands() && r.Grant.On(day) {
			held = append(held, *r.Grant)
		}
	}
	return held
}

// Requests are all of an account, in order.
func (a Account) Requests() []Request { return slices.Clone(a.requests) }

// Links are the OS users that act as it.
func (a Account) Links() []domain.Sealed {
	var links []domain.Sealed
	for _, r := range a.requests {
		if r.Link != "" && r.Stands() {
			links = append(links, r.Link)
		}
	}
	return links
}

// Renewing are the requests whose code sets its password at a moment: the one that was
// allowed last, for an hour.
func (a Account) Renewing(now time.Time) (Request, bool) {
	for _, r := range slices.Backward(a.requests) {
		if r.Reset != nil && r.Stands() {
			return r, !a.Disabled && now.Before(r.At.Add(CodeFor))
		}
	}
	return Request{}, false
}

// CodeFor is how long a code is good for, from when it was allowed.
const CodeFor = time.Hour

// Tokens are all of an account, in order.
func (a Account) Tokens() []IssuedToken {
	all := slices.Clone(a.tokens)
	for i, t := range all {
		all[i].Revoked = slices.Contains(a.revoked, t.Token.Token)
	}
	return all
}

// Used says whether a recovery code was used.
func (a Account) Used(number int) bool { return slices.Contains(a.used, number) }

// Account is one of the register.
func (s State) Account(id string) (Account, bool) {
	a, ok := s.accounts[id]
	return a, ok
}

// Staff are the accounts of a centre's own: all but the sample's, by id.
func (s State) Staff() []Account {
	return slices.DeleteFunc(s.Accounts(), func(a Account) bool { return a.Sample })
}

// Accounts are all of the register, by id.
func (s State) Accounts() []Account {
	all := make([]Account, 0, len(s.accounts))
	for _, id := range slices.Sorted(maps.Keys(s.accounts)) {
		all = append(all, s.accounts[id])
	}
	return all
}

// Token is one of any account.
func (s State) Token(id string) (IssuedToken, bool) {
	a, ok := s.accounts[s.tokens[id]]
	if !ok {
		return IssuedToken{}, false
	}
	all := a.Tokens()
	return all[slices.IndexFunc(all, func(t IssuedToken) bool { return t.Token.Token == id })], true
}

// Directors are the accounts that may decide what one asks for another on a day: of the
// sample for the sample's, else of the centre's own.
func (s State) Directors(asks, of string, day domain.Date) []string {
	var all []string
	for _, a := range s.Accounts() {
		if a.ID != asks && a.ID != of && a.Sample == s.accounts[of].Sample && a.Usable() && a.acts(access.Director, day) {
			all = append(all, a.ID)
		}
	}
	return all
}

// Pending are the requests that wait for a decision.
func (s State) Pending() []Request { return s.requests(Request.Pending) }

// Unacknowledged are the requests that nobody confirmed and the data-protection officer has
// not seen.
func (s State) Unacknowledged() []Request { return s.requests(Request.Unseen) }

func (s State) requests(which func(Request) bool) []Request {
	var all []Request
	for _, a := range s.Accounts() {
		for _, r := range a.requests {
			if which(r) {
				all = append(all, r)
			}
		}
	}
	return all
}

func (a Account) acts(role access.Role, day domain.Date) bool {
	return slices.ContainsFunc(a.Grants(day), func(g Grant) bool { return g.Role == role })
}

// Administers says whether an account is one of an administrator who can sign in. Their
// grants have no days, so that none ends by itself.
func (a Account) Administers() bool { return a.Usable() && a.acts(access.Administrator, 0) }

// administered says whether somebody administers the accounts of the sample, or the others.
func (s State) administered(sample bool) bool {
	for _, a := range s.accounts {
		if a.Sample == sample && a.Administers() {
			return true
		}
	}
	return false
}

// lastAdministrator says whether nobody else administers.
func (s State) lastAdministrator(id string) bool {
	a, ok := s.accounts[id]
	if !ok || !a.Administers() {
		return false
	}
	for _, other := range s.accounts {
		if other.ID != id && other.Sample == a.Sample && other.Administers() {
			return false
		}
	}
	return true
}

// evolve leaves the state that it is given as it was, so that whoever asked it goes on with it.
func evolve(s State, e domain.Event) State {
	of, ok := e.(interface{ whose() string })
	if !ok {
		return s
	}
	a, known := s.accounts[of.whose()]
	if e, ok := e.(Created); ok {
		a, known = Account{ID: e.Account, Login: e.Login, Name: e.Name, Form: e.Form, Sample: e.Sample}, true
	}
	if !known {
		return s
	}
	a.requests = slices.Clone(a.requests)
	a.asked(e)
	a.decided(e)
	a.lives(e)
	next := State{accounts: cloned(s.accounts), tokens: s.tokens}
	next.accounts[a.ID] = a
	if e, ok := e.(TokenIssued); ok {
		next.tokens = cloned(s.tokens)
		next.tokens[e.Token.Token] = a.ID
	}
	return next
}

func cloned[V any](m map[string]V) map[string]V {
	next := make(map[string]V, len(m)+1)
	maps.Copy(next, m)
	return next
}

func (a About) whose() string { return a.Account }

// asked takes in a request.
func (a *Account) asked(e domain.Event) {
	r := Request{Account: a.ID}
	switch e := e.(type) {
	case GrantRequested:
		r.Number, r.Grant, r.By, r.Reason = e.Request, &e.Grant, e.By, e.Reason
	case LinkRequested:
		r.Number, r.Link, r.By = e.Request, e.OSUser, e.By
	case ResetRequested:
		r.Number, r.Reset, r.By = e.Request, &Reset{Code: e.Code, Factor: e.Factor}, e.By
		a.replaced(e, Request.Pending)
	case TokenRequested:
		r.Number, r.Token, r.By, r.Name = e.Request, &e.Token, e.By, e.Name
	default:
		return
	}
	a.requests = append(a.requests, r)
}

// replaced ends the codes of some requests.
func (a *Account) replaced(by domain.Event, which func(Request) bool) {
	for i, r := range a.requests {
		if r.Reset != nil && which(r) {
			a.requests[i].Over = by.EventType()
		}
	}
}

// at is where the request of a number stands, -1 where there is none.
func (a Account) at(number int) int {
	return slices.IndexFunc(a.requests, func(r Request) bool { return r.Number == number })
}

// Next is the number of the next request.
func (a Account) Next() int {
	if len(a.requests) == 0 {
		return 1
	}
	return a.requests[len(a.requests)-1].Number + 1
}

// decided takes in what became of a request.
func (a *Account) decided(e domain.Event) {
	r := new(Request)
	by := func(number int) *Request {
		if i := a.at(number); i >= 0 {
			r = &a.requests[i]
		}
		return r
	}
	switch e := e.(type) {
	case RequestDecided:
		by(e.Request)
		if r.Reset != nil && e.Allowed {
			a.replaced(e, func(other Request) bool { return other.Number != e.Request })
			a.Session++
		}
		r.Decided, r.Allowed, r.Decision = true, e.Allowed, e.By
		r.At, _ = time.Parse(time.RFC3339, e.At) // or long ago, so that its code is over
	case Acknowledged:
		by(e.Request).Acknowledged = true
	case GrantEnded:
		by(e.Request).Over = e.EventType()
	case LinkEnded:
		by(e.Request).Over = e.EventType()
	case Opened:
		by(e.Request).Over = e.EventType()
		if r.Reset != nil && r.Reset.Factor {
			a.Secret, a.Recovery, a.used = "", "", nil
		}
	case TokenIssued:
		by(e.Request).Over = e.EventType()
	case TokenRevoked: // also one that was asked for, and not made yet
		if i := slices.IndexFunc(a.requests, func(r Request) bool { return r.Token != nil && r.Token.Token == e.Token }); i >= 0 {
			a.requests[i].Over = e.EventType()
		}
	}
}

// lives takes in what happens to an account itself.
func (a *Account) lives(e domain.Event) {
	switch e := e.(type) {
	case Corrected:
		a.Login, a.Name, a.Form = e.Login, e.Name, e.Form
		a.Corrected++
	case Disabled:
		a.Disabled, a.Erased = true, a.Erased || e.ForGood
		a.Session++
	case Enabled:
		a.Disabled = false
	case Opened:
		a.Password, a.Common = e.Password, a.Sample && e.Request == 0
		a.Session++
	case PasswordChanged:
		a.Password = e.Password
		if e.EndsSessions {
			a.Session++
			a.Common = false
		}
	case FactorSet:
		a.Secret, a.Recovery, a.used = e.Secret, e.Recovery, nil
		a.Session++
	case RecoveryIssued:
		a.Recovery, a.used = e.Recovery, nil
	case RecoveryUsed:
		a.used = append(slices.Clip(a.used), e.Number)
	case SessionsEnded:
		a.Session++
	case TokenIssued:
		a.tokens = append(slices.Clip(a.tokens), IssuedToken{Token: e.Token, Account: a.ID, Name: e.Name, Hash: e.Hash})
	case TokenRevoked:
		a.revoked = append(slices.Clip(a.revoked), e.Token)
	}
}
