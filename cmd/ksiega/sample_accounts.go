package main

import (
	"context"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/httpapi"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/password"
)

// samplePassword is everybody's of the sample. It is no secret: the sign-in page shows it.
const samplePassword = "przykladowe centra"

// sampleAccounts are an account a role, each with something of the sample to do: the ids are
// those of its files. The administrator makes the others, and the director's is the last (see
// commands.Accounts.FoundSample).
func sampleAccounts(today domain.Date) []commands.SampleAccount {
	year := today.Year()
	return []commands.SampleAccount{
		{Login: "beata.wzorowa", Name: "Beata Wzorowa", Form: "k", Grant: account.Grant{Role: access.Administrator}},
		{Login: "kinga.opolska", Name: "Kinga Opolska", Form: "k", Grant: account.Grant{Role: access.Caseworker, Worker: "W1"}},
		{Login: "zdzislawa.pomocna", Name: "Zdzisława Pomocna", Form: "k", Grant: account.Grant{Role: access.Assistant, Assistant: "A1"}},
		{Login: "olgierd.nocny", Name: "Olgierd Nocny", Form: "m", Grant: account.Grant{Role: access.Outreach, Worker: "RS-1"}},
		{Login: "marta.przykladna", Name: "Marta Przykładna", Form: "k", Grant: account.Grant{Role: access.Coordinator, Every: true}},
		{Login: "feliks.liczny", Name: "Feliks Liczny", Form: "m", Grant: account.Grant{Role: access.Finance}},
		{Login: "adam.sprawdzony", Name: "Adam Sprawdzony", Form: "m", Grant: account.Grant{Role: access.Auditor,
			Programmes: []string{"asystent-aktywnosci", "psu", "trwalosc"}, From: domain.NewDate(year, 1, 1), Until: domain.NewDate(year+5, 12, 31)}},
		{Login: "daria.ostrozna", Name: "Daria Ostrożna", Form: "k", Grant: account.Grant{Role: access.Officer}},
		{Login: "antoni.rozwazny", Name: "Antoni Rozważny", Form: "m", Grant: account.Grant{Role: access.Director}},
	}
}

// openSample opens a ledger that holds nothing but the sample: its reports to visitors, and its
// accounts, which are made the first time, to whoever chooses one. The server has to be on
// loopback, and without a token, which would be asked of everybody.
func (p *process) openSample(ctx context.Context, o *httpapi.Options) error {
	only, err := p.sampleOnly(ctx)
	if err != nil {
		return err
	}
	o.Visitors, o.SamplePassword, p.ledger.Sample = only.visitors, samplePassword, only.accounts
	if only.mixed {
		return nil
	}
	hash, err := password.NewHasher(password.Usual()).Hash(ctx, samplePassword)
	if err != nil {
		return err
	}
	return p.accounts.FoundSample(ctx, commands.Origin{Who: access.By(control.Self(), access.CommandLine, access.Administrator)}, hash, sampleAccounts(p.ledger.Today()), samplePending())
}

// samplePending is what waits for the sample's director from the first day on.
func samplePending() commands.SampleRequest {
	return commands.SampleRequest{Of: access.Outreach, Grant: account.Grant{Role: access.Caseworker, Worker: "RS-1"},
		Reason: "Prowadzi też sprawy osób, które z ulicy trafiły do schroniska."}
}
