package account

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
)

// request is one of the register.
func (s State) request(account string, number int) (Account, Request, error) {
	a, ok := s.accounts[account]
	if !ok {
		return Account{}, Request{}, ErrUnknown.With("%s", account)
	}
	i := a.at(number)
	if i < 0 {
		return Account{}, Request{}, ErrRequest.With("%s", named(account, number))
	}
	return a, a.requests[i], nil
}

// ask leads to a request and, where no director can be asked, to its taking effect.
func (s State) ask(c Ask) ([]domain.Event, error) {
	r := c.Request
	a, ok := s.accounts[r.Account]
	switch {
	case !ok:
		return nil, ErrUnknown.With("%s", r.Account)
	case c.Taken:
		return nil, ErrLinked
	}
	there := slices.IndexFunc(a.requests, func(was Request) bool {
		return (was.Pending() || was.Stands()) && (alike(was, r) || was.Number == c.As)
	})
	if there >= 0 && a.requests[there].Stands() {
		return nil, nil // it is so
	}
	if err := s.allows(a, r, c.Today); err != nil {
		return nil, err
	}
	if there >= 0 { // it waits, unless whoever could decide it is gone
		r = a.requests[there]
		return s.unasked(r, c), nil
	}
	if r.Number != 0 && r.Number != a.Next() { // its texts are sealed for another number
		return nil, domain.ErrOvertaken
	}
	r.Number = a.Next()
	return append([]domain.Event{r.event()}, s.unasked(r, c)...), nil
}

// unasked is that a request takes effect where no director can be asked.
func (s State) unasked(r Request, c Ask) []domain.Event {
	if len(s.Directors(r.By, r.Account, c.Today)) > 0 {
		return nil
	}
	return []domain.Event{RequestDecided{About: About{r.Account}, Request: r.Number, Allowed: true, By: ByNobody, At: Stamp(c.Now)}}
}

// event is the request as it is recorded.
func (r Request) event() domain.Event {
	about := About{r.Account}
	switch {
	case r.Grant != nil:
		return GrantRequested{About: about, Request: r.Number, Grant: *r.Grant, By: r.By, Reason: r.Reason}
	case r.Reset != nil:
		return ResetRequested{About: about, Request: r.Number, Code: r.Reset.Code, Factor: r.Reset.Factor, By: r.By}
	case r.Token != nil:
		return TokenRequested{About: about, Request: r.Number, Token: *r.Token, Name: r.Name, By: r.By}
	}
	return LinkRequested{About: about, Request: r.Number, OSUser: r.Link, By: r.By}
}

// alike says whether two requests ask for the same role. A code is never the same twice, and
// whether two links are is said by whoever opens them (Ask.As).
func alike(a, b Request) bool {
	if a.Grant == nil || b.Grant == nil {
		return false
	}
	x, y := *a.Grant, *b.Grant
	return x.Role == y.Role && x.Worker == y.Worker && x.Assistant == y.Assistant && x.Every == y.Every && x.From == y.From && x.Until == y.Until &&
		slices.Equal(x.Programmes, y.Programmes) && slices.Equal(x.Agreements, y.Agreements)
}

// allows says what is to be said against a request, when it is made and when it is decided.
func (s State) allows(a Account, r Request, today domain.Date) error {
	own := r.By == a.ID
	switch {
	case a.Erased:
		return ErrErased.With("%s", a.ID)
	case r.Grant != nil && own, r.Reset != nil && own:
		return ErrOwn.With("%s", a.ID)
	case r.Grant != nil:
		return a.joins(*r.Grant)
	case r.Reset != nil:
		return ErrDisabled.With("%s", a.ID).Unless(!a.Disabled)
	case r.Token != nil && own:
		return ErrRequest.With("%s", a.ID) // whoever asks for their own is given it
	case r.Token != nil:
		return a.bears(*r.Token, today)
	case a.Sample && r.Link != "": // whoever has the machine is no invented person
		return ErrSample.With("%s", a.ID)
	}
	return ErrRequest.With("%s", a.ID).Unless(r.Link != "")
}

// Grantable are the roles that an account can be given.
func Grantable() []access.Role {
	return []access.Role{access.Caseworker, access.Assistant, access.Outreach, access.Coordinator, access.Finance, access.Auditor, access.Director,
		access.Officer, access.Administrator}
}

// joins says what is to be said against a grant beside the others of an account.
func (a Account) joins(g Grant) error {
	if !slices.Contains(Grantable(), g.Role) {
		return ErrRole.With("%s", g.Role)
	}
	if err := g.check(); err != nil {
		return err
	}
	for _, r := range a.requests {
		if r.Grant != nil && r.Stands() && !joined(r.Grant.Role, g.Role) {
			return ErrJoins.With("%s and %s", r.Grant.Role, g.Role)
		}
	}
	return nil
}

// joined says whether one account may have two roles: an administrator has none that sees
// people, an auditor and a data-protection officer no other.
func joined(a, b access.Role) bool {
	if a == b {
		return true
	}
	alone := func(r access.Role) bool { return r == access.Auditor || r == access.Officer }
	both := func(x, y access.Role) bool { return a == x && b == y || a == y && b == x }
	switch {
	case alone(a), alone(b):
		return false
	case a == access.Administrator, b == access.Administrator:
		return both(access.Administrator, access.Director)
	}
	return true
}

// check refuses a grant whose limits are none of its role's, or that lacks them.
func (g Grant) check() error {
	scoped := len(g.Programmes) > 0 || len(g.Agreements) > 0 || g.Every
	var ok bool
	switch g.Role {
	case access.Caseworker, access.Outreach:
		ok = g.Worker != "" && g.Assistant == "" && len(g.Agreements) == 0 && !g.Every
	case access.Assistant:
		ok = g.Assistant != "" && g.Worker == "" && len(g.Agreements) == 0 && !g.Every
	case access.Coordinator:
		ok = g.Worker == "" && g.Assistant == "" && len(g.Agreements) == 0 && g.Every != (len(g.Programmes) > 0)
	case access.Finance:
		ok = g.Worker == "" && g.Assistant == "" && !(g.Every && len(g.Programmes) > 0)
	case access.Auditor:
		ok = g.Worker == "" && g.Assistant == "" && scoped && !(g.Every && len(g.Programmes) > 0)
		if ok && (g.From == 0 || g.Until == 0) {
			return ErrPeriod
		}
	default: // director, officer, administrator
		ok = g.Worker == "" && g.Assistant == "" && !scoped
		if ok && g.Role == access.Administrator && (g.From != 0 || g.Until != 0) {
			return ErrPeriod // none may end by itself
		}
	}
	switch {
	case !ok, !slices.IsSorted(g.Programmes), !slices.IsSorted(g.Agreements):
		return ErrLimits.With("%s", g.Role)
	case g.Until != 0 && g.Until < g.From:
		return ErrPeriod
	}
	return nil
}

// answer decides a request. What could be said against it when it was made may be so by now.
func (s State) answer(c Decide) ([]domain.Event, error) {
	a, r, err := s.request(c.Account, c.Request)
	if err != nil {
		return nil, err
	}
	by, ok := s.accounts[c.By]
	decided := RequestDecided{About{c.Account}, c.Request, c.Allowed, ByDirector, Stamp(c.Now), c.Reason}
	switch {
	case r.Decided && r.Allowed == c.Allowed && r.Decision == ByDirector:
		return nil, nil
	case !r.Pending():
		return nil, ErrDecided.With("%s", named(c.Account, c.Request))
	case c.By == r.By || c.By == c.Account:
		return nil, ErrOwnRequest.With("%s", named(c.Account, c.Request))
	case !ok || by.Sample != a.Sample || !by.Usable() || !by.acts(access.Director, c.Today):
		return nil, ErrNoDirector.With("%s", named(c.Account, c.Request))
	case !c.Allowed:
		return []domain.Event{decided}, nil
	}
	if err := s.allows(a, r, c.Today); err != nil {
		return nil, err
	}
	return []domain.Event{decided}, nil
}

func (s State) acknowledge(c Acknowledge) ([]domain.Event, error) {
	_, r, err := s.request(c.Account, c.Request)
	switch {
	case err != nil:
		return nil, err
	case !r.Allowed || r.Decision != ByNobody:
		return nil, ErrRequest.With("%s", named(c.Account, c.Request))
	case c.By == r.By && c.By != "" || c.By == c.Account:
		return nil, ErrOwnRequest.With("%s", named(c.Account, c.Request))
	case r.Acknowledged:
		return nil, nil
	}
	return []domain.Event{Acknowledged{About{c.Account}, c.Request}}, nil
}

// issue makes a token of one's own, or one that was asked for and allowed.
func (s State) issue(c Issue) ([]domain.Event, error) {
	a, ok := s.accounts[c.Account]
	if !ok {
		return nil, ErrUnknown.With("%s", c.Account)
	}
	if _, there := s.tokens[c.Token.Token]; there { // what is shown now would open nothing
		return nil, ErrIssued.With("%s", c.Token.Token)
	}
	if c.By != c.Account || c.Request != 0 {
		_, r, err := s.request(c.Account, c.Request)
		switch {
		case err != nil:
			return nil, err
		case r.Token == nil || !r.Stands() || r.By == "" || r.By != c.By:
			return nil, ErrRequest.With("%s", named(c.Account, c.Request))
		case !sameToken(*r.Token, c.Token):
			return nil, ErrWider.With("%s", c.Token.Token)
		}
	}
	if err := a.bears(c.Token, c.Today); err != nil {
		return nil, err
	}
	return []domain.Event{c.TokenIssued}, nil
}

// sameToken says whether a token is the one that was asked for.
func sameToken(asked, is Token) bool {
	return asked.Role == is.Role && asked.Records == is.Records && asked.Until == is.Until &&
		slices.Equal(asked.Programmes, is.Programmes) && slices.Equal(asked.Agreements, is.Agreements)
}

// bears says what is to be said against a token of an account: it may no more than a grant
// that holds, and ends.
func (a Account) bears(t Token, today domain.Date) error {
	switch {
	case a.Disabled:
		return ErrDisabled.With("%s", a.ID)
	case !a.Opened():
		return ErrNotOpened.With("%s", a.ID)
	case t.Token == "":
		return ErrToken
	case t.Until < today || t.Until > today.Add(MostTokenDays):
		return ErrPeriod
	case t.Role == access.Administrator, t.Role == access.Officer:
		return ErrRole.With("%s", t.Role) // no program makes accounts, or erases
	}
	if !slices.ContainsFunc(a.Grants(today), func(g Grant) bool { return g.Role == t.Role && within(narrowed(t, g), g.Limits()) }) {
		return ErrWider.With("%s", t.Token)
	}
	return nil
}

// narrowed are the limits of a token together with those of a grant of other kinds: it names
// programmes and agreements alone.
func narrowed(t Token, g Grant) []domain.Ref {
	limits := t.Limits()
	for _, l := range g.Limits() {
		if !slices.ContainsFunc(limits, func(is domain.Ref) bool { return is.Kind == l.Kind }) {
			limits = append(limits, l)
		}
	}
	return limits
}
