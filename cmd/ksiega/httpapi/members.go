package httpapi

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"ksiega/cmd/ksiega/pages"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// members are the accounts of the ledger, as the gate asks of them.
func (s *server) members() *session.Members {
	return &session.Members{
		Sessions: s.Desk.Sessions,
		Any:      s.accounts.Exist,
		Member: func(ctx context.Context, id string) (session.Member, bool, error) {
			m, ok, err := s.accounts.Member(ctx, id)
			if err != nil || !ok || !m.Usable || len(m.Grants) == 0 {
				return session.Member{}, false, err
			}
			return session.Member{Session: m.Session, Grants: acts(m.Grants), Factor: needsFactor(m), Still: s.still(m.Sample)}, true, nil
		},
		ByToken: func(ctx context.Context, shown string) (session.Shown, bool, error) {
			who, ok, err := s.accounts.WhoByToken(ctx, shown, access.API)
			if err != nil || !ok {
				return session.Shown{}, false, err
			}
			m, ok, err := s.accounts.Member(ctx, who.Account)
			return session.Shown{Who: who, Still: s.still(m.Sample)}, ok, err
		},
	}
}

// still is asked before somebody of the sample is answered: maybe of what was recorded since
// they asked, by which they are nobody any more. Nil of others.
func (s *server) still(sample bool) func(context.Context) error {
	if !sample {
		return nil
	}
	return func(ctx context.Context) error {
		if err := s.accounts.SampleOver(ctx); err != nil {
			return session.ErrEnded
		}
		return nil
	}
}

func acts(grants []account.Grant) []access.Grant {
	var all []access.Grant
	for _, g := range grants {
		all = append(all, access.Grant{Role: g.Role, Limits: g.Limits()})
	}
	return all
}

// needsFactor says whether somebody acts as an account by a password and a second factor
// alone. Where everybody is told the password, who chooses the account is in.
func needsFactor(m commands.Member) bool {
	return !m.Common && slices.ContainsFunc(m.Grants, func(g account.Grant) bool { return account.NeedsFactor(g.Role) })
}

// as is what the owner of an account does at the door.
func as(r *http.Request, m commands.Member) commands.Origin {
	return commands.Origin{Who: access.Who{Actor: m.ID, Account: m.ID, Grants: acts(m.Grants), Door: access.Pages}, Correlation: correlation(r.Context())}
}

// person is how pages name whoever has signed in; nil of whoever has not. What can't be read
// now is left out: it is no reason to show no page.
func (s *server) person(r *http.Request) *pages.Who {
	who := session.Of(r.Context())
	if s.accounts == nil || who.Account == "" {
		return nil
	}
	owner, err := s.accounts.Owner(r.Context(), who.Account)
	if err != nil {
		s.Log.Warn("who has signed in", "correlation", correlation(r.Context()), "error", err)
	}
	of := &pages.Who{Name: owner.Name, Title: words.Roles(who, owner.Form), SignOut: s.token(r)}
	if signed, ok := session.SignedOf(r.Context()); ok {
		now := s.Now()
		idle, _ := signed.Ends(now)
		of.Ends, of.Seconds = idle.In(s.Ledger.Zone).Format("15:04"), int(idle.Sub(now)/time.Second)
	}
	return of
}

// formToken is what forms carry of whoever has signed in: a text that their session drew, and
// one by which a form that comes too late is known for theirs.
func (s *server) formToken(r *http.Request) string {
	signed, ok := session.SignedOf(r.Context())
	if !ok {
		return ""
	}
	return s.tokenOf(signed)
}

func (s *server) tokenOf(signed session.Signed) string {
	return signed.Token + "." + s.Desk.Seals.Digest("form", signed.Account)
}

// address is where a request comes from, as far as tries are counted by it: of the sixth
// version of IP somebody has a whole network.
func (s *server) address(r *http.Request) string {
	if s.Address != nil {
		return s.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if a = a.Unmap(); a.Is6() {
		if network, err := a.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return a.String()
}
