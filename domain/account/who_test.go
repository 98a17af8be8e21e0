package account_test

import (
	"slices"
	"testing"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// Who signs in acts in the roles that hold that day, each with its limits, and in none once
// nobody may sign in by the account.
func TestWhoActsByAnAccount(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	s := d.Fold(member("K1", access.Caseworker, access.Auditor)...)
	a, _ := s.Account("K1")
	who := a.Who(access.API, today)
	worker, agreement := domain.Ref{Kind: domain.RefWorker, ID: "W1"}, domain.Ref{Kind: domain.RefAgreement, ID: "P/1"}
	if who.Actor != "K1" || who.Account != "K1" || who.Door != access.API || len(who.Grants) != 2 ||
		!slices.Equal(who.Grants[0].Limits, []domain.Ref{worker}) || !slices.Equal(who.Grants[1].Limits, []domain.Ref{agreement}) {
		t.Errorf("%+v", who)
	}
	for _, day := range []domain.Date{today - 1, today + 31} { // the auditor's days are over, or to come
		if who := a.Who(access.API, day); len(who.Grants) != 1 || who.Grants[0].Role != access.Caseworker {
			t.Errorf("%s: %+v", day, who)
		}
	}
	for _, without := range [][]domain.Event{
		append(member("K1", access.Director), account.Disabled{About: about("K1")}),
		append(member("K1", access.Director), account.GrantEnded{About: about("K1"), Request: 2}),
		{created("K1"), account.GrantRequested{About: about("K1"), Request: 1, Grant: grant(access.Director)}, decided("K1", 1, account.ByNobody)},
	} {
		a, _ := d.Fold(without...).Account("K1")
		if who := a.Who(access.API, today); len(who.Grants) != 0 {
			t.Errorf("%+v", who)
		}
	}
}

// A token does no more than it says, than its account does today, and nothing where either is
// over.
func TestWhoActsByAToken(t *testing.T) {
	t.Parallel()
	d := account.Decider()
	token := account.Token{Token: "T1", Role: access.Caseworker, Programmes: []string{"psu"}, Until: today + 30}
	issued := account.TokenIssued{About: about("K1"), Token: token, Name: "n", Hash: "h"}
	base := append(member("K1", access.Caseworker, access.Finance), issued)
	who := d.Fold(base...).WhoOf("T1", access.API, today)
	limits := []domain.Ref{{Kind: domain.RefProgramme, ID: "psu"}, {Kind: domain.RefWorker, ID: "W1"}}
	if who.Account != "K1" || len(who.Grants) != 1 || !slices.Equal(who.Grants[0].Limits, limits) || who.May("register-participant") || !who.Reads {
		t.Errorf("%+v", who)
	}
	records := issued
	records.Records = true
	if who := d.Fold(append(slices.Clone(base[:len(base)-1]), records)...).WhoOf("T1", access.API, today); who.Reads {
		t.Error("a token that may record does not")
	}
	for name, s := range map[string]account.State{
		"revoked":         d.Fold(append(slices.Clone(base), account.TokenRevoked{About: about("K1"), Token: "T1"})...),
		"of a lost role":  d.Fold(append(slices.Clone(base), account.GrantEnded{About: about("K1"), Request: 2})...),
		"of one disabled": d.Fold(append(slices.Clone(base), account.Disabled{About: about("K1")})...),
	} {
		if who := s.WhoOf("T1", access.API, today); len(who.Grants) != 0 {
			t.Errorf("%s: %+v", name, who)
		}
	}
	s := d.Fold(base...)
	if len(s.WhoOf("T1", access.API, token.Until).Grants) != 1 || len(s.WhoOf("T1", access.API, token.Until+1).Grants) != 0 || len(s.WhoOf("T2", access.API, today).Grants) != 0 {
		t.Error("a token holds on other days, or one that there is not")
	}
}
