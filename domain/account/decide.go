package account

import (
	"slices"
	"strings"
	"time"

	"ksiega/domain"
	"ksiega/domain/access"
)

// Refusals of this package.
var (
	ErrUnknown      = domain.Refusal(domain.CodeNotFound, "no such account").At("account")
	ErrThere        = domain.Refusal(domain.CodeDiffers, "the account is there already").At("account")
	ErrLogin        = domain.Refusal(domain.CodeInvalid, "a login is three to 64 small letters, digits, dots, underscores and hyphens, and begins with a letter or digit").At("login")
	ErrTaken        = domain.Refusal(domain.CodeRule, "another account has that login").At("login")
	ErrNoName       = domain.Refusal(domain.CodeInvalid, "an account needs a name").At("name")
	ErrOwn          = domain.Refusal(domain.CodeRule, "nobody widens what they may do themselves").At("account")
	ErrRole         = domain.Refusal(domain.CodeInvalid, "no such role").At("role")
	ErrJoins        = domain.Refusal(domain.CodeRule, "these roles are not joined in one account").At("role")
	ErrLimits       = domain.Refusal(domain.CodeInvalid, "the role is not limited so").At("role")
	ErrPeriod       = domain.Refusal(domain.CodeInvalid, "the last day is before the first, or has to be given").At("until")
	ErrRequest      = domain.Refusal(domain.CodeNotFound, "no such request").At("request")
	ErrDecided      = domain.Refusal(domain.CodeRule, "the request was decided").At("request")
	ErrOwnRequest   = domain.Refusal(domain.CodeRule, "nobody decides what they asked for, or what is for themselves").At("request")
	ErrNoDirector   = domain.Refusal(domain.CodeDenied, "a director decides requests").At("request")
	ErrLast         = domain.Refusal(domain.CodeRule, "somebody has to be administrator").At("account")
	ErrFirst        = domain.Refusal(domain.CodeRule, "the first account is an administrator's").At("role")
	ErrAdministered = domain.Refusal(domain.CodeDenied, "an administrator makes accounts").At("account")
	ErrErased       = domain.Refusal(domain.CodeRule, "the data of the account were erased").At("account")
	ErrProof        = domain.Refusal(domain.CodeConflict, "what was proved has changed meanwhile").At("account")
	ErrIssued       = domain.Refusal(domain.CodeRule, "the token was made, and is shown once").At("token")
	ErrDisabled     = domain.Refusal(domain.CodeRule, "the account is disabled").At("account")
	ErrNotOpened    = domain.Refusal(domain.CodeRule, "nobody has set a password of the account").At("account")
	ErrCode         = domain.Refusal(domain.CodeRule, "the code is none, was used or is older than an hour").At("code")
	ErrUsed         = domain.Refusal(domain.CodeRule, "the recovery code was used").At("number")
	ErrLinked       = domain.Refusal(domain.CodeRule, "another account is linked to that user of the machine").At("osUser")
	ErrToken        = domain.Refusal(domain.CodeNotFound, "no such token").At("token")
	ErrSample       = domain.Refusal(domain.CodeRule, "an account of the sample is nobody beside those of a centre's own").At("account")
	ErrWider        = domain.Refusal(domain.CodeRule, "a token may no more than its account").At("token")
)

// Command is what can be asked of the register.
type Command interface{ account() }

// Create makes an account, has a code asked for by which its owner sets a password, and the
// roles that it is to have. Taken: its login is another's, as whoever opened the logins found.
type Create struct {
	Created

	Typed string // the login, which the event holds sealed
	Taken bool
	Code  domain.Sealed // its digest; none is asked for without one
	// Password is the hash of what the sample's accounts are opened with; none of others.
	Password domain.Sealed
	Grants   []Grant
	By       string // the account that asks; "" of who has none
	Today    domain.Date
	Now      time.Time
}

// Correct gives an account another login or name; By is who asks.
type Correct struct {
	Corrected

	Typed string
	Taken bool
	Same  bool // nothing would change
	By    string
}

// Ask has something asked for: By, and the number, are the request's own.
type Ask struct {
	Request Request
	OSUser  string // of a link, which the request holds sealed
	Taken   bool   // that user acts as another account, or would
	As      int    // or as this one, by the request of this number
	Today   domain.Date
	Now     time.Time
}

// Decide answers a request.
type Decide struct {
	Account string
	Request int
	Allowed bool
	By      string // the director's account
	Reason  domain.Sealed
	Today   domain.Date
	Now     time.Time
}

// Acknowledge says that the officer knows of what nobody confirmed.
type Acknowledge struct {
	Account string
	Request int
	By      string
}

// End takes away a role or a link.
type End struct {
	Account string
	Request int
	Reason  domain.Sealed
}

// Switch disables or enables an account.
type Switch struct {
	Account  string
	Disabled bool
	ForGood  bool
	Gone     bool // its key was destroyed, so that nobody signs in by it anyway
	By       string
	Reason   domain.Sealed
}

// Open sets a password by the code of a request.
type Open struct {
	Account  string
	Request  int
	Password domain.Sealed
	Now      time.Time
}

// Own is what only its owner changes in an account: one of PasswordChanged, FactorSet,
// RecoveryIssued, RecoveryUsed, SessionsEnded.
type Own struct {
	Event domain.Event
	// Kept is what the owner proved themselves by, as it was kept then: a recovery code is
	// one of those that stand, and the hash of a password that was changed meanwhile does
	// not come back.
	Kept Kept
}

// Kept is what somebody who signs in is proved by.
type Kept struct{ Password, Recovery domain.Sealed }

// Issue makes a token; By is who asks.
type Issue struct {
	TokenIssued

	By    string
	Today domain.Date
}

// Revoke ends a token.
type Revoke struct {
	Account, Token string
	Reason         domain.Sealed
}

func (Create) account()      {}
func (Correct) account()     {}
func (Ask) account()         {}
func (Decide) account()      {}
func (Acknowledge) account() {}
func (End) account()         {}
func (Switch) account()      {}
func (Open) account()        {}
func (Own) account()         {}
func (Issue) account()       {}
func (Revoke) account()      {}

// Decider decides over all accounts.
func Decider() domain.Decider[State, Command] {
	return domain.Decider[State, Command]{Decide: decide, Evolve: evolve, Events: Events()}
}

func decide(s State, cmd Command) ([]domain.Event, error) {
	switch c := cmd.(type) {
	case Create:
		return s.create(c)
	case Correct:
		return s.correct(c)
	case Ask:
		return s.ask(c)
	case Decide:
		return s.answer(c)
	case Acknowledge:
		return s.acknowledge(c)
	case End:
		return s.end(c)
	case Switch:
		return s.turn(c)
	case Open:
		return s.open(c)
	case Own:
		return s.own(c)
	case Issue:
		return s.issue(c)
	case Revoke:
		return s.revoke(c)
	}
	return nil, domain.UnknownCommand(cmd)
}

// MostTokenDays is how long a token is good for at most.
const MostTokenDays = 366

func (s State) create(c Create) ([]domain.Event, error) {
	was, there := s.accounts[c.Account]
	switch {
	case there && was.Login == c.Login && was.Name == c.Name && was.Form == c.Form:
		return nil, nil
	case there:
		return nil, ErrThere.With("%s", c.Account)
	case c.By == "" && s.administered(c.Sample): // who is not told either which logins there are
		return nil, ErrAdministered.With("%s", c.Account)
	case !loginOK(c.Typed):
		return nil, ErrLogin
	case c.Taken:
		return nil, ErrTaken
	case c.Name == "":
		return nil, ErrNoName
	case !s.administered(c.Sample) && !slices.ContainsFunc(c.Grants, func(g Grant) bool { return g.Role == access.Administrator }):
		return nil, ErrFirst // nobody would make the others
	}
	made := []domain.Event{c.Created}
	s = evolve(s, c.Created)
	asks := make([]Request, 0, len(c.Grants)+1)
	if c.Code != "" {
		asks = append(asks, Request{Reset: &Reset{Code: c.Code}})
	}
	for _, g := range c.Grants {
		asks = append(asks, Request{Grant: &g})
	}
	for _, r := range asks {
		r.Account, r.By = c.Account, c.By
		asked, err := s.ask(Ask{Request: r, Today: c.Today, Now: c.Now})
		if err != nil {
			return nil, err
		}
		for _, e := range asked {
			s = evolve(s, e)
		}
		made = append(made, asked...)
	}
	if c.Sample && c.Password != "" {
		made = append(made, Opened{About: About{c.Account}, Password: c.Password})
	}
	return made, nil
}

func (s State) correct(c Correct) ([]domain.Event, error) {
	a, there := s.accounts[c.Account]
	switch {
	case !there:
		return nil, ErrUnknown.With("%s", c.Account)
	case a.Erased:
		return nil, ErrErased.With("%s", c.Account)
	case c.By == c.Account: // or somebody signs what they do by another's name
		return nil, ErrOwn.With("%s", c.Account)
	case !loginOK(c.Typed):
		return nil, ErrLogin
	case c.Taken:
		return nil, ErrTaken
	case c.Name == "":
		return nil, ErrNoName
	case c.Same:
		return nil, nil
	case c.Reason == "":
		return nil, domain.ErrNoReason
	}
	return []domain.Event{c.Corrected}, nil
}

// loginOK says whether a login is one: what people type the same way on every keyboard.
func loginOK(login string) bool {
	small := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
	if len(login) < 3 || len(login) > 64 || !small(rune(login[0])) {
		return false
	}
	return !strings.ContainsFunc(login, func(r rune) bool { return !small(r) && r != '.' && r != '_' && r != '-' })
}

func (s State) end(c End) ([]domain.Event, error) {
	a, r, err := s.request(c.Account, c.Request)
	switch {
	case err != nil:
		return nil, err
	case r.Grant == nil && r.Link == "" || !r.Allowed:
		return nil, ErrRequest.With("%s", named(c.Account, c.Request))
	case r.Over != "":
		return nil, nil
	case r.Grant != nil && r.Grant.Role == access.Administrator && a.only(r.Number) && s.lastAdministrator(c.Account):
		return nil, ErrLast.With("%s", c.Account)
	case r.Grant != nil:
		return []domain.Event{GrantEnded{About{c.Account}, c.Request, c.Reason}}, nil
	}
	return []domain.Event{LinkEnded{About{c.Account}, c.Request, c.Reason}}, nil
}

// only says whether no other grant than one makes an account an administrator's.
func (a Account) only(number int) bool {
	return !slices.ContainsFunc(a.requests, func(r Request) bool {
		return r.Number != number && r.Grant != nil && r.Grant.Role == access.Administrator && r.Stands()
	})
}

func (s State) turn(c Switch) ([]domain.Event, error) {
	a, ok := s.accounts[c.Account]
	switch {
	case !ok:
		return nil, ErrUnknown.With("%s", c.Account)
	case a.Disabled == c.Disabled && a.Erased == (a.Erased || c.ForGood):
		return nil, nil
	case a.Erased:
		return nil, ErrErased.With("%s", c.Account)
	case c.Disabled && !c.Gone && s.lastAdministrator(c.Account):
		return nil, ErrLast.With("%s", c.Account)
	case !c.Disabled && c.By == c.Account:
		return nil, ErrOwn.With("%s", c.Account)
	case c.Disabled:
		return []domain.Event{Disabled{About{c.Account}, c.ForGood, c.Reason}}, nil
	}
	return []domain.Event{Enabled{About{c.Account}, c.Reason}}, nil
}

func (s State) open(c Open) ([]domain.Event, error) {
	a, ok := s.accounts[c.Account]
	if !ok {
		return nil, ErrCode
	}
	r, good := a.Renewing(c.Now)
	if !good || r.Number != c.Request || c.Password == "" {
		return nil, ErrCode
	}
	return []domain.Event{Opened{About{c.Account}, c.Request, c.Password}}, nil
}

func (s State) own(c Own) ([]domain.Event, error) {
	of, ok := c.Event.(interface{ whose() string })
	if !ok {
		return nil, domain.UnknownCommand(c.Event)
	}
	a, ok := s.accounts[of.whose()]
	switch {
	case !ok:
		return nil, ErrUnknown.With("%s", of.whose())
	case a.Disabled:
		return nil, ErrDisabled.With("%s", a.ID)
	case !a.Opened():
		return nil, ErrNotOpened.With("%s", a.ID)
	}
	switch e := c.Event.(type) {
	case RecoveryUsed:
		switch {
		case e.Number < 1, a.Recovery == "", a.Used(e.Number):
			return nil, ErrUsed
		case c.Kept.Recovery != a.Recovery:
			return nil, ErrProof
		}
	case PasswordChanged:
		if !e.EndsSessions && c.Kept.Password != a.Password {
			return nil, ErrProof
		}
	case FactorSet, RecoveryIssued, SessionsEnded:
	default:
		return nil, domain.UnknownCommand(c.Event)
	}
	return []domain.Event{c.Event}, nil
}

func (s State) revoke(c Revoke) ([]domain.Event, error) {
	t, ok := s.Token(c.Token)
	asked := func(r Request) bool { return r.Token != nil && r.Token.Token == c.Token }
	switch {
	case !ok && slices.ContainsFunc(s.accounts[c.Account].requests, func(r Request) bool { return asked(r) && (r.Pending() || r.Stands()) }):
	case !ok && slices.ContainsFunc(s.accounts[c.Account].requests, asked):
		return nil, nil
	case !ok || t.Account != c.Account:
		return nil, ErrToken.With("%s", c.Token)
	case t.Revoked:
		return nil, nil
	}
	return []domain.Event{TokenRevoked{About{c.Account}, c.Token, c.Reason}}, nil
}
