package commands

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/journal"
	"ksiega/internal/password"
)

// Accounts is the register of accounts: as it stands at each question, since what was
// taken from somebody is taken on every server at once. It is safe for concurrent use.
type Accounts struct {
	ledger *Ledger

	mu    sync.Mutex
	known account.State
	next  uint64 // the revision that was not read yet
}

// Accounts is the register of the ledger.
func (l *Ledger) Accounts() *Accounts { return &Accounts{ledger: l} }

// Now is the register as it stands: what was recorded since the last question is read.
func (a *Accounts) Now(ctx context.Context) (account.State, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := account.Decider()
	err := a.ledger.Log.ReadStream(ctx, account.Stream, a.next, func(r *journal.Recorded) error {
		a.known, a.next = d.Evolve(a.known, r.Event), r.Revision+1
		return nil
	})
	return a.known, err
}

// Member is an account as doors know it.
type Member struct {
	ID      string
	Session int // whoever signed in under another one has to sign in again
	Usable  bool
	Sample  bool
	Common  bool            // its password is the sample's, which everybody is told
	Grants  []account.Grant // that hold today
}

// Member is an account by its id; false where there is none.
func (a *Accounts) Member(ctx context.Context, id string) (Member, bool, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return Member{}, false, err
	}
	of, ok := s.Account(id)
	m, err := a.member(ctx, of)
	return m, ok, err
}

func (a *Accounts) member(ctx context.Context, of account.Account) (Member, error) {
	usable, err := a.usable(ctx, of)
	return Member{ID: of.ID, Session: of.Session, Usable: usable, Sample: of.Sample, Common: of.Common, Grants: of.Grants(a.ledger.Today())}, err
}

// Owner is whose an account is, opened; what an erasure took is "".
type Owner struct{ Login, Name, Form string }

// Owner is that of an account; empty where there is none.
func (a *Accounts) Owner(ctx context.Context, id string) (o Owner, err error) {
	s, err := a.Now(ctx)
	if err != nil {
		return o, err
	}
	of, ok := s.Account(id)
	if !ok {
		return o, nil
	}
	about := account.About{Account: id}
	for _, text := range []struct {
		field string
		of    domain.Sealed
		to    *string
	}{{"login", of.Login, &o.Login}, {"name", of.Name, &o.Name}, {"form", of.Form, &o.Form}} {
		if *text.to, _, err = a.ledger.Log.opened(ctx, about.Seal(text.field), text.of); err != nil {
			return Owner{}, err
		}
	}
	return o, nil
}

// Secrets are what somebody who signs in has to prove, opened.
type Secrets struct {
	Member

	Password string // its hash
	Factor   string // the secret shared with an authenticator; "" where none is set
	Recovery []string
	Used     []int // numbers of recovery codes, from 1
	// Kept is what was opened, as it lies: who signs in by it hands it over again.
	Kept account.Kept
	// Code is the digest of the code by which a password may be set now, Renewing the
	// number of its request.
	Code     string
	Renewing int
}

// ByLogin is the account of a login; false where there is none.
func (a *Accounts) ByLogin(ctx context.Context, login string) (Secrets, bool, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return Secrets{}, false, err
	}
	for _, of := range s.Accounts() {
		known, ok, err := a.login(ctx, of)
		if err != nil {
			return Secrets{}, false, err
		}
		if ok && known == Login(login) {
			secrets, err := a.secrets(ctx, of)
			return secrets, err == nil, err
		}
	}
	return Secrets{}, false, nil
}

// Secrets are those of an account by its id; false where there is none.
func (a *Accounts) Secrets(ctx context.Context, id string) (Secrets, bool, error) {
	s, err := a.Now(ctx)
	if err != nil {
		return Secrets{}, false, err
	}
	of, ok := s.Account(id)
	if !ok {
		return Secrets{}, false, nil
	}
	secrets, err := a.secrets(ctx, of)
	return secrets, err == nil, err
}

// Login is a login as it is compared: people type theirs in capitals too.
func Login(typed string) string { return strings.ToLower(strings.TrimSpace(norm.NFC.String(typed))) }

func (a *Accounts) login(ctx context.Context, of account.Account) (string, bool, error) {
	return a.ledger.Log.opened(ctx, account.About{Account: of.ID}.Seal("login"), of.Login)
}

func (a *Accounts) secrets(ctx context.Context, of account.Account) (s Secrets, err error) {
	about := account.About{Account: of.ID}
	open := func(seal domain.Seal, text domain.Sealed) string {
		clear, _, failed := a.ledger.Log.opened(ctx, seal, text)
		if err == nil {
			err = failed
		}
		return clear
	}
	m, err := a.member(ctx, of)
	if err != nil {
		return s, err
	}
	s = Secrets{Member: m, Kept: account.Kept{Password: of.Password, Recovery: of.Recovery}, Password: open(about.Seal("password"), of.Password), Factor: open(about.Seal("secret"), of.Secret)}
	if codes := open(about.Seal("recovery"), of.Recovery); codes != "" {
		s.Recovery = strings.Split(codes, ",")
	}
	for n := range s.Recovery {
		if of.Used(n + 1) {
			s.Used = append(s.Used, n+1)
		}
	}
	if r, good := of.Renewing(a.ledger.Now()); good {
		s.Renewing = r.Number
		s.Code = open(account.ResetRequested{About: about, Request: r.Number}.Seal("code"), r.Reset.Code)
	}
	return s, err
}

// Today is the civil day.
func (l *Ledger) Today() domain.Date { return domain.DateOf(l.Now().In(l.Zone)) }

// decide carries a command on the register out, at the state it is in.
func (a *Accounts) decide(ctx context.Context, o Origin, op access.Operation, cmd account.Command) (journal.Result, error) {
	if err := o.Allowed(op); err != nil {
		return journal.Result{}, a.ledger.counted(o, err)
	}
	r, err := a.settle(ctx, o, cmd)
	return r, a.ledger.counted(o, err)
}

// settle is decide for what no role is asked for.
func (a *Accounts) settle(ctx context.Context, o Origin, cmd account.Command) (journal.Result, error) {
	d := account.Decider()
	decide := d.Decide
	d.Decide = func(s account.State, cmd account.Command) ([]domain.Event, error) {
		if by, ok := s.Account(o.Account); ok && by.Sample && len(s.Staff()) > 0 {
			return nil, account.ErrSample.With("%s", by.ID)
		}
		cmd, err := a.compared(ctx, s, cmd)
		if err != nil {
			return nil, err
		}
		return decide(s, cmd)
	}
	return execute(ctx, a.ledger, account.Stream, d, cmd, o)
}

// compared is a command that gives a login, and whether another account has that in the
// state that is decided on.
func (a *Accounts) compared(ctx context.Context, s account.State, cmd account.Command) (account.Command, error) {
	taken := func(id, typed string) (bool, error) {
		for _, of := range s.Accounts() {
			login, ok, err := a.login(ctx, of)
			if err != nil {
				return false, err
			}
			if ok && login == typed && of.ID != id {
				return true, nil
			}
		}
		return false, nil
	}
	var err error
	switch c := cmd.(type) {
	case account.Create:
		c.Taken, err = taken(c.Account, c.Typed)
		return c, err
	case account.Correct:
		c.Taken, err = taken(c.Account, c.Typed)
		return c, err
	case account.Ask:
		if c.OSUser != "" {
			of, by, err := a.linked(ctx, s, c.OSUser, func(r account.Request) bool { return r.Stands() || r.Pending() })
			c.Taken = by > 0 && of.ID != c.Request.Account
			c.As = by
			return c, err
		}
	}
	return cmd, nil
}

// Code is a code that was drawn, and when it stops; it is told once and kept nowhere.
type Code struct {
	Account string
	Code    string
	// Waits: a director has to allow it first, and its hour runs from then.
	Waits   bool
	Request int // its number
	Result  journal.Result
}

// AddAccount makes an account. Its owner sets a password by the code that is answered.
type AddAccount struct {
	Login, Name string
	Form        string // k or m: the grammatical gender of what is said of their doings
	Grants      []account.Grant
}

// Add carries the command out.
func (a *Accounts) Add(ctx context.Context, o Origin, c AddAccount) (Code, error) {
	if err := o.Allowed(access.AddAccount); err != nil {
		return Code{}, a.ledger.counted(o, err)
	}
	if err := needGrants(c.Form, c.Grants); err != nil {
		return Code{}, a.ledger.counted(o, err)
	}
	o.Key = a.ledger.draw() // a code that is told is never one that was told before
	id, code := "K-"+a.ledger.drawID(), password.NewCode(password.OnceLen)
	created := account.Created{About: account.About{Account: id}}
	cmd := account.Create{Created: created, Typed: Login(c.Login), Grants: c.Grants, By: o.Account, Today: a.ledger.Today(), Now: a.ledger.Now()}
	// Nothing is sealed for an account that there will not be.
	s, err := a.Now(ctx)
	if err == nil {
		by, _ := s.Account(o.Account)
		cmd.Sample = by.Sample // who is invented makes none but invented people's
		err = a.would(ctx, s, cmd, c.Name)
	}
	if err != nil {
		return Code{}, a.ledger.counted(o, err)
	}
	seal := a.ledger.sealer(ctx)
	cmd.Login, cmd.Name, cmd.Form = seal.text(created.Seal("login"), cmd.Typed), seal.text(created.Seal("name"), fullName(c.Name)), seal.text(created.Seal("form"), c.Form)
	cmd.Code = seal.text(account.ResetRequested{About: created.About, Request: 1}.Seal("code"), password.Digest(code))
	if seal.err != nil {
		return Code{}, a.ledger.counted(o, seal.err)
	}
	r, err := a.decide(ctx, o, access.AddAccount, cmd)
	return Code{Account: id, Code: password.Grouped(code), Waits: a.waits(ctx, id, 1), Request: 1, Result: r}, err
}

// would says what is against making an account, before anything is sealed for it.
func (a *Accounts) would(ctx context.Context, s account.State, c account.Create, name string) error {
	c.Login, c.Code = "-", "-"
	if !domain.Blank(name) {
		c.Name = "-"
	}
	cmd, err := a.compared(ctx, s, c)
	if err != nil {
		return err
	}
	_, err = account.Decider().Decide(s, cmd)
	return err
}

// fullName is a name as it is kept.
func fullName(name string) string { return strings.Join(strings.Fields(norm.NFC.String(name)), " ") }

func (l *Ledger) drawID() string {
	if l.Draw != nil {
		return l.Draw()
	}
	return password.NewID()
}

// waits says whether a request waits for a decision; what can't be read says so itself
// when the code is used.
func (a *Accounts) waits(ctx context.Context, id string, request int) bool {
	s, err := a.Now(ctx)
	if err != nil {
		return false
	}
	of, _ := s.Account(id)
	return slices.ContainsFunc(of.Requests(), func(r account.Request) bool { return r.Number == request && r.Pending() })
}

// Reset has a code drawn by which the owner of an account sets a password anew. Factor: the
// second factor goes too.
func (a *Accounts) Reset(ctx context.Context, o Origin, id string, factor bool) (Code, error) {
	code := password.NewCode(password.OnceLen)
	if err := o.Allowed(access.ResetAccount); err != nil {
		return Code{}, a.ledger.counted(o, err)
	}
	o.Key = a.ledger.draw()
	s, err := a.Now(ctx)
	if err != nil {
		return Code{}, err
	}
	of, ok := s.Account(id)
	if !ok {
		return Code{}, a.ledger.counted(o, account.ErrUnknown.With("%s", id))
	}
	request := account.Request{Account: id, By: o.Account, Number: of.Next(), Reset: &account.Reset{Factor: factor}}
	seal := a.ledger.sealer(ctx)
	request.Reset.Code = seal.text(account.ResetRequested{About: account.About{Account: id}, Request: request.Number}.Seal("code"), password.Digest(code))
	if seal.err != nil {
		return Code{}, a.ledger.counted(o, seal.err)
	}
	r, err := a.decide(ctx, o, access.ResetAccount, a.asking(request))
	return Code{Account: id, Code: password.Grouped(code), Waits: a.waits(ctx, id, request.Number), Request: request.Number, Result: r}, err
}

func (a *Accounts) asking(r account.Request) account.Ask {
	return account.Ask{Request: r, Today: a.ledger.Today(), Now: a.ledger.Now()}
}

// CodeFor is how long a code of Add or Reset is good for, from when it is allowed.
const CodeFor time.Duration = account.CodeFor

// ErrForm refuses a grammatical gender that there is no sentence for.
var ErrForm = domain.Refusal(domain.CodeInvalid, "the form is k, m or none").At("form")

// needGrants checks, and puts in order, what an account is to be limited to: ids that stand in
// events in clear.
func needGrants(form string, grants []account.Grant) error {
	if form != "" && form != "k" && form != "m" {
		return ErrForm
	}
	for i := range grants {
		if err := needGrant(&grants[i]); err != nil {
			return err
		}
	}
	return nil
}

func needGrant(g *account.Grant) error {
	return domain.Together(mayID("worker", &g.Worker), mayID("assistant", &g.Assistant), needLimits(&g.Programmes, &g.Agreements))
}

// needLimits checks programmes and agreements, and puts them in order, each once.
func needLimits(programmes, agreements *[]string) error {
	order := func(field string, ids *[]string) (err error) {
		all := slices.Clone(*ids)
		for i := range all {
			err = domain.Together(err, needID(field, &all[i]))
		}
		slices.Sort(all)
		*ids = slices.Compact(all)
		return err
	}
	return domain.Together(order("programmes", programmes), order("agreements", agreements))
}
