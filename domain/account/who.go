package account

import (
	"slices"

	"ksiega/domain"
	"ksiega/domain/access"
)

// Who is somebody who signed in by an account, in the roles that they have on a day: what
// has ended, or has not begun, is none. Whoever can't sign in has none.
func (a Account) Who(door access.Door, day domain.Date) access.Who {
	w := access.Who{Actor: a.ID, Account: a.ID, Door: door}
	if !a.Usable() {
		return w
	}
	for _, g := range a.Grants(day) {
		w.Grants = append(w.Grants, access.Grant{Role: g.Role, Limits: g.Limits()})
	}
	return w
}

// WhoOf is a program that holds a token: it acts for the account in the token's role, as far as
// the account itself does on that day and no further than the token says.
func (s State) WhoOf(token string, door access.Door, day domain.Date) access.Who {
	t, ok := s.Token(token)
	a := s.accounts[t.Account]
	w := access.Who{Actor: a.ID, Account: a.ID, Door: door, Reads: !t.Records}
	if !ok || t.Revoked || day > t.Until || !a.Usable() {
		return w
	}
	for _, g := range a.Grants(day) {
		if limits := narrowed(t.Token, g); g.Role == t.Role && within(limits, g.Limits()) {
			w.Grants = append(w.Grants, access.Grant{Role: g.Role, Limits: slices.Clip(limits)})
		}
	}
	return w
}
