package main

import (
	"context"
	"fmt"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/words"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

type accountTokenCmd struct {
	Issue  tokenIssueCmd  `cmd:"" help:"Wydaj klucz swojego konta albo ten, o który poproszono i na który pozwolono; klucz pokazuje się raz."`
	Ask    tokenAskCmd    `cmd:"" help:"Poproś o klucz cudzego konta."`
	List   tokenListCmd   `cmd:"" help:"Wypisz klucze swojego konta."`
	Revoke tokenRevokeCmd `cmd:"" help:"Unieważnij klucz: swój, a w roli administrator każdy."`
}

// tokenFlags are what a token is.
type tokenFlags struct {
	AsRole    string   `name:"as" required:"" placeholder:"ROLE" enum:"finance,coordinator,auditor,director,caseworker,assistant,outreach" help:"Rola, w której program działa: jedna z ról konta."`
	Name      string   `required:"" placeholder:"NAME" help:"Do czego jest klucz, na przykład: arkusz kadr."`
	Until     string   `required:"" placeholder:"RRRR-MM-DD" help:"Ostatni dzień klucza, najdalej za rok."`
	Records   bool     `help:"Program może zapisywać, a nie tylko czytać."`
	Programme []string `placeholder:"ID" help:"Tylko ten program; można podać kilka razy."`
	Agreement []string `placeholder:"NO" help:"Tylko to porozumienie; można podać kilka razy."`
}

func (f tokenFlags) token() (*account.Token, error) {
	until, err := domain.ParseDate(f.Until)
	if err != nil {
		return nil, control.Usage{Err: fmt.Errorf("--until: %w", words.Error(err))}
	}
	return &account.Token{Role: access.Role(f.AsRole), Records: f.Records, Programmes: f.Programme, Agreements: f.Agreement, Until: until}, nil
}

type tokenIssueCmd struct {
	tokenFlags
	Account string `placeholder:"ID" help:"Cudze konto, o którego klucz poproszono."`
	Request int    `placeholder:"NO" help:"Numer prośby, na którą pozwolono."`
}

// Run prints a token, once.
func (c *tokenIssueCmd) Run(ctx context.Context, g *globals) error {
	token, err := c.token()
	if err != nil {
		return err
	}
	return ofAccounts(ctx, g, connectOld, "own-account", ownAccount{Account: c.Account, Issue: token, Name: c.Name, Request: c.Request}, func(a accountAnswer) {
		fmt.Println(a.Shown)
	})
}

type tokenAskCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	tokenFlags
}

// Run asks for a token of another's account.
func (c *tokenAskCmd) Run(ctx context.Context, g *globals) error {
	token, err := c.token()
	if err != nil {
		return err
	}
	return ofAccounts(ctx, g, connectOld, "ask-for-account", askingForAccount{Account: c.Account, Token: token, Name: c.Name}, sayAsked)
}

type tokenListCmd struct{}

// Run prints one's own tokens.
func (tokenListCmd) Run(ctx context.Context, g *globals) error {
	return ofAccounts(ctx, g, connectOld, "own-account", ownAccount{}, func(a accountAnswer) {
		for _, t := range a.Mine.Tokens {
			fmt.Println(tokenInWords(t))
		}
		if len(a.Mine.Tokens) == 0 {
			fmt.Println("to konto nie ma kluczy")
		}
	})
}

type tokenRevokeCmd struct {
	Token   string `arg:"" name:"klucz" help:"Identyfikator klucza (T-…) z listy."`
	Account string `placeholder:"ID" help:"Cudze konto, w roli administrator."`
	Reason  string `placeholder:"WHY" help:"Dlaczego."`
}

// Run ends a token.
func (c *tokenRevokeCmd) Run(ctx context.Context, g *globals) error {
	return changed(ctx, g, "own-account", ownAccount{Account: c.Account, Revoke: c.Token, Reason: c.Reason}, "klucz jest unieważniony")
}
