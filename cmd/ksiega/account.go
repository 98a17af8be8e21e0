package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

type accountCmd struct {
	Add         accountAddCmd         `cmd:"" help:"Załóż konto i wypisz kod, którym jego właściciel ustawi hasło; pierwsze zakłada się w roli administrator."`
	List        accountListCmd        `cmd:"" help:"Wypisz konta; loginy i nazwiska tylko temu, kto o kontach decyduje."`
	Requests    accountRequestsCmd    `cmd:"" help:"Wypisz prośby, które czekają na dyrektora albo na inspektora ochrony danych."`
	Correct     accountCorrectCmd     `cmd:"" help:"Zmień login albo nazwisko konta."`
	Disable     accountDisableCmd     `cmd:"" help:"Wyłącz konto: kończy jego sesje i klucze programów."`
	Enable      accountEnableCmd      `cmd:"" help:"Włącz wyłączone konto."`
	Reset       accountResetCmd       `cmd:"" help:"Wypisz kod, którym właściciel ustawi nowe hasło."`
	Grant       accountGrantCmd       `cmd:"" help:"Poproś o rolę dla konta."`
	Link        accountLinkCmd        `cmd:"" help:"Poproś, żeby użytkownik systemu działał w wierszu poleceń jako konto."`
	End         accountEndCmd         `cmd:"" help:"Odbierz rolę albo połączenie z użytkownikiem systemu, o numerze z listy."`
	Decide      accountDecideCmd      `cmd:"" help:"Zdecyduj o prośbie; rola director."`
	Acknowledge accountAcknowledgeCmd `cmd:"" help:"Potwierdź, że znasz zmianę, której nikt nie zatwierdził; rola dpo."`
	Token       accountTokenCmd       `cmd:"" help:"Klucze, którymi programy działają za konto."`
}

// errNothingAsked is said of an operation that asks for nothing.
var errNothingAsked = errors.New("podaj, o co prosisz")

// ofAccounts asks the control door about accounts, and hands over what it answers.
func ofAccounts[A any](ctx context.Context, g *globals, connect func(context.Context, *globals) (*control.Client, error), operation string, body any, each func(A)) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	door, err := connect(ctx, g)
	if err != nil {
		return err
	}
	err = door.Lines(ctx, operation, nil, "application/json", bytes.NewReader(sent), func(line json.RawMessage) error {
		var a A
		if err := json.Unmarshal(line, &a); err != nil {
			return fmt.Errorf("%w: %w", control.ErrNoServer, err)
		}
		each(a)
		return nil
	})
	return errors.Join(err, door.Close())
}

func connectOld(ctx context.Context, g *globals) (*control.Client, error) {
	return connect(ctx, g, false)
}

// grantFlags are what a role is limited to.
type grantFlags struct {
	Worker    string   `placeholder:"ID" help:"Czyje sprawy ma pracownik socjalny, a kontakty streetworker."`
	Assistant string   `placeholder:"ID" help:"Czyje wizyty ma asystent."`
	Programme []string `placeholder:"ID" help:"Program; można podać kilka razy."`
	Agreement []string `placeholder:"NO" help:"Porozumienie; można podać kilka razy."`
	Every     bool     `help:"Wszystkie programy, dla koordynatora albo audytora."`
	From      string   `placeholder:"RRRR-MM-DD" help:"Pierwszy dzień roli."`
	Until     string   `placeholder:"RRRR-MM-DD" help:"Ostatni dzień roli; audytor musi go mieć."`
}

func (f grantFlags) grant(role string) (account.Grant, error) {
	g := account.Grant{Role: access.Role(role), Worker: f.Worker, Assistant: f.Assistant, Programmes: f.Programme, Agreements: f.Agreement, Every: f.Every}
	var err error
	for _, d := range []struct {
		flag, text string
		day        *domain.Date
	}{{"--from", f.From, &g.From}, {"--until", f.Until, &g.Until}} {
		if d.text == "" || err != nil {
			continue
		}
		if *d.day, err = domain.ParseDate(d.text); err != nil {
			err = control.Usage{Err: fmt.Errorf("%s: %w", d.flag, words.Error(err))}
		}
	}
	return g, err
}

type accountAddCmd struct {
	Login  string `required:"" placeholder:"LOGIN" help:"Czym właściciel się loguje: 3–64 małe litery bez polskich znaków, cyfry, kropki, podkreślenia i łączniki."`
	Name   string `required:"" placeholder:"NAME" help:"Imię i nazwisko; - czyta je ze standardowego wejścia, bo argumenty widzą inni."`
	Form   string `enum:"k,m," default:"" help:"Forma, w której mówi się o tym, co właściciel zrobił: k (wpisała) albo m (wpisał)."`
	AsRole string `name:"as" required:"" placeholder:"ROLE" enum:"finance,coordinator,auditor,director,caseworker,assistant,outreach,dpo,administrator" help:"Rola konta; następne dodaje ksiega account grant."`
	grantFlags
}

// Run makes an account and prints the code by which its owner sets a password.
func (c *accountAddCmd) Run(ctx context.Context, g *globals) error {
	grant, err := c.grant(c.AsRole)
	if err != nil {
		return err
	}
	name, err := textFrom("--name", c.Name, os.Stdin)
	if err != nil {
		return control.Usage{Err: err}
	}
	return ofAccounts(ctx, g, connectNew, "add-account", addingAccount{Login: c.Login, Name: name, Form: c.Form, Grants: []account.Grant{grant}}, func(a accountAnswer) {
		fmt.Printf("konto %s jest założone\n", a.Account)
		sayCode(a)
		if a.First {
			fmt.Printf("to pierwsze konto: od teraz wiersz poleceń działa jako konto połączone z użytkownikiem systemu, a bez połączenia nikogo nie pokazuje; "+
				"gdy właściciel ustawi hasło, połącz: ksiega account link %s\n", a.Account)
		}
	})
}

// sayCode prints a code that is shown once, and until when it is good.
func sayCode(a accountAnswer) {
	fmt.Printf("kod jednorazowy: %s\n", a.Code)
	fmt.Println("przekaż go właścicielowi konta do rąk: na stronie logowania ustawi nim hasło; drugi raz nikt tego kodu nie pokaże")
	if a.Waits {
		fmt.Printf("kod działa godzinę od chwili, w której dyrektor na to pozwoli (ksiega account decide %s %d --allow)\n", a.Account, a.Number)
		return
	}
	fmt.Printf("kod działa do %s\n", a.Until.Local().Format("15:04"))
}

type accountListCmd struct{}

// Run prints all accounts.
func (accountListCmd) Run(ctx context.Context, g *globals) error {
	return ofAccounts(ctx, g, connectOld, "list-accounts", struct{}{}, func(l commands.Listed) { fmt.Print(accountInWords(l)) })
}

type accountRequestsCmd struct{}

// Run prints what waits for somebody.
func (accountRequestsCmd) Run(ctx context.Context, g *globals) error {
	none := true
	err := ofAccounts(ctx, g, connectOld, "list-accounts", struct{}{}, func(l commands.Listed) {
		for _, r := range l.Requests {
			if r.Pending || r.Unseen {
				fmt.Printf("%s %d: %s\n", whoseInWords(l), r.Number, requestInWords(r))
				none = false
			}
		}
	})
	if err == nil && none {
		fmt.Println("nic nie czeka")
	}
	return err
}

type accountCorrectCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	Login   string `required:"" placeholder:"LOGIN" help:"Login, także gdy się nie zmienia."`
	Name    string `required:"" placeholder:"NAME" help:"Imię i nazwisko, także gdy się nie zmienia; - czyta je ze standardowego wejścia."`
	Form    string `enum:"k,m," default:"" help:"Forma: k albo m."`
	Reason  string `required:"" placeholder:"WHY" help:"Dlaczego."`
}

// Run gives an account another login or name.
func (c *accountCorrectCmd) Run(ctx context.Context, g *globals) error {
	name, err := textFrom("--name", c.Name, os.Stdin)
	if err != nil {
		return control.Usage{Err: err}
	}
	return changed(ctx, g, "correct-account", correctingAccount{Account: c.Account, Login: c.Login, Name: name, Form: c.Form, Reason: c.Reason}, "konto jest poprawione")
}

// changed asks for a change that answers nothing, and says that it is so.
func changed(ctx context.Context, g *globals, operation string, body any, said string) error {
	err := ofAccounts(ctx, g, connectOld, operation, body, func(struct{}) {})
	if err == nil {
		fmt.Println(said)
	}
	return err
}

type accountDisableCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	Reason  string `placeholder:"WHY" help:"Dlaczego."`
}

// Run disables an account.
func (c *accountDisableCmd) Run(ctx context.Context, g *globals) error {
	return changed(ctx, g, "switch-account", switchingAccount{Account: c.Account, Disabled: true, Reason: c.Reason}, "konto jest wyłączone: jego sesje i klucze się skończyły")
}

type accountEnableCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	Reason  string `placeholder:"WHY" help:"Dlaczego."`
}

// Run enables an account.
func (c *accountEnableCmd) Run(ctx context.Context, g *globals) error {
	return changed(ctx, g, "switch-account", switchingAccount{Account: c.Account, Reason: c.Reason}, "konto jest włączone")
}

type accountResetCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	Factor  bool   `help:"Zdejmij też drugi składnik, gdy właściciel zgubił telefon."`
}

// Run prints a code by which the owner sets another password.
func (c *accountResetCmd) Run(ctx context.Context, g *globals) error {
	return ofAccounts(ctx, g, connectOld, "reset-account", resettingAccount{Account: c.Account, Factor: c.Factor}, sayCode)
}

type accountGrantCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	AsRole  string `arg:"" name:"rola" enum:"finance,coordinator,auditor,director,caseworker,assistant,outreach,dpo,administrator" help:"Rola: ${enum}."`
	Reason  string `placeholder:"WHY" help:"Dlaczego."`
	grantFlags
}

// Run asks for a role.
func (c *accountGrantCmd) Run(ctx context.Context, g *globals) error {
	grant, err := c.grant(c.AsRole)
	if err != nil {
		return err
	}
	return ofAccounts(ctx, g, connectOld, "ask-for-account", askingForAccount{Account: c.Account, Grant: &grant, Reason: c.Reason}, sayAsked)
}

// sayAsked says what became of a request.
func sayAsked(a accountAnswer) {
	switch {
	case a.Number == 0:
		fmt.Println("tak już jest albo już o to poproszono")
	case a.Waits:
		fmt.Printf("prośba %s %d czeka na dyrektora (ksiega account decide %s %d --allow)\n", a.Account, a.Number, a.Account, a.Number)
	default:
		fmt.Printf("%s %d: tak jest od teraz; nie ma dyrektora, który by to zatwierdził, więc zobaczy to inspektor ochrony danych\n", a.Account, a.Number)
	}
}

type accountLinkCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	OSUser  string `name:"os-user" placeholder:"USER" help:"Użytkownik systemu; bez tego ten, jako którego działasz."`
}

// Run asks that a user of the machine acts as an account.
func (c *accountLinkCmd) Run(ctx context.Context, g *globals) error {
	if c.OSUser == "" {
		c.OSUser = control.Self()
	}
	return ofAccounts(ctx, g, connectOld, "link-account", linkingAccount{Account: c.Account, OSUser: c.OSUser}, sayAsked)
}

type accountEndCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta."`
	Number  int    `arg:"" name:"numer" help:"Numer roli albo połączenia z ksiega account list."`
	Reason  string `placeholder:"WHY" help:"Dlaczego."`
}

// Run takes a role or a link away.
func (c *accountEndCmd) Run(ctx context.Context, g *globals) error {
	return changed(ctx, g, "ask-for-account", askingForAccount{Account: c.Account, End: c.Number, Reason: c.Reason}, "skończone")
}

type accountDecideCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta, którego dotyczy prośba."`
	Number  int    `arg:"" name:"numer" help:"Numer prośby z ksiega account requests."`
	Allow   bool   `xor:"how" required:"" help:"Pozwól."`
	Refuse  bool   `xor:"how" required:"" help:"Odmów."`
	Reason  string `placeholder:"WHY" help:"Dlaczego."`
}

// Run answers a request.
func (c *accountDecideCmd) Run(ctx context.Context, g *globals) error {
	said := map[bool]string{true: "pozwolono", false: "odmówiono"}[c.Allow]
	return changed(ctx, g, "decide-request", decidingRequest{Account: c.Account, Request: c.Number, Allowed: c.Allow, Reason: c.Reason}, said)
}

type accountAcknowledgeCmd struct {
	Account string `arg:"" name:"konto" help:"Identyfikator albo login konta, którego dotyczy zmiana."`
	Number  int    `arg:"" name:"numer" help:"Numer prośby z ksiega account requests."`
}

// Run says that the officer knows.
func (c *accountAcknowledgeCmd) Run(ctx context.Context, g *globals) error {
	return changed(ctx, g, "acknowledge-request", decidingRequest{Account: c.Account, Request: c.Number}, "potwierdzone")
}
