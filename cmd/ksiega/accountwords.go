package main

import (
	"fmt"
	"strings"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/internal/polish"
)

// whoseInWords is an account by its id, and by its login where that may be seen.
func whoseInWords(l commands.Listed) string {
	if l.Login == "" {
		return l.ID
	}
	return l.ID + " (" + l.Login + ", " + l.Name + ")"
}

// accountInWords is an account as it is listed: a line for itself, and one for each thing that it
// has.
func accountInWords(l commands.Listed) string {
	state := "działa"
	switch {
	case l.Erased:
		state = "usunięte"
	case l.Disabled:
		state = "wyłączone"
	case !l.Opened:
		state = "bez hasła: właściciel jeszcze go nie ustawił"
	case !l.Factor:
		state = "działa, bez drugiego składnika"
	}
	if l.Sample {
		state += ", przykładowe"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", whoseInWords(l), state)
	for _, r := range l.Requests {
		if (r.Stands || r.Pending || r.Unseen) && (!r.Reset || r.Pending) {
			fmt.Fprintf(&out, "  %d: %s\n", r.Number, requestInWords(r))
		}
	}
	for _, t := range l.Tokens {
		fmt.Fprintf(&out, "  %s\n", tokenInWords(t))
	}
	return out.String()
}

// requestInWords is what was asked for of an account, and whom it waits for.
func requestInWords(r commands.ListedRequest) string {
	var what string
	switch {
	case r.Grant != nil:
		what = "rola " + grantInWords(*r.Grant)
	case r.Link:
		what = "użytkownik systemu " + orWithheld(r.OSUser)
	case r.Reset && r.Factor:
		what = "nowe hasło i bez drugiego składnika"
	case r.Reset:
		what = "nowe hasło"
	default:
		what = "klucz " + orWithheld(r.Name) + ": " + roleInWords(*r.Token)
	}
	if r.By != "" && (r.Pending || r.Unseen) {
		what += ", prosi " + r.By
	}
	switch {
	case r.Pending:
		what += "; czeka na dyrektora"
	case r.Unseen && r.Stands:
		what += "; nikt tego nie zatwierdził, czeka na inspektora ochrony danych"
	case r.Unseen:
		what += "; nikt tego nie zatwierdził, już nie obowiązuje, czeka na inspektora ochrony danych"
	}
	return what
}

func orWithheld(text string) string {
	if text == "" {
		return "(zaszyfrowane)"
	}
	return text
}

// grantInWords is a role with what it is limited to.
func grantInWords(g account.Grant) string {
	parts := []string{roleName(g.Role)}
	add := func(what string, ids ...string) {
		if len(ids) > 0 && ids[0] != "" {
			parts = append(parts, what+" "+strings.Join(ids, ", "))
		}
	}
	add("pracownik", g.Worker)
	add("asystent", g.Assistant)
	add("programy", g.Programmes...)
	add("porozumienia", g.Agreements...)
	if g.Every {
		parts = append(parts, "wszystkie programy")
	}
	if g.From != 0 {
		parts = append(parts, "od "+day(g.From))
	}
	if g.Until != 0 {
		parts = append(parts, "do "+day(g.Until))
	}
	return strings.Join(parts, ", ")
}

func day(d domain.Date) string { return polish.Day(d.String()) }

func roleInWords(t account.Token) string {
	g := account.Grant{Role: t.Role, Programmes: t.Programmes, Agreements: t.Agreements, Until: t.Until}
	return grantInWords(g) + map[bool]string{true: ", może zapisywać", false: ", tylko czyta"}[t.Records]
}

// tokenInWords is a token as it is listed.
func tokenInWords(t commands.ListedToken) string {
	said := "klucz " + t.Token.Token + " (" + orWithheld(t.Name) + "): " + roleInWords(t.Token)
	if t.Revoked {
		said += "; unieważniony"
	}
	return said
}

// roleName is a role in Polish, with the word that --as takes.
func roleName(role access.Role) string {
	name := map[access.Role]string{access.Finance: "finanse", access.Coordinator: "koordynator", access.Auditor: "audytor", access.Director: "dyrektor",
		access.Caseworker: "pracownik socjalny", access.Assistant: "asystent", access.Outreach: "streetworker", access.Officer: "inspektor ochrony danych",
		access.Administrator: "administrator"}[role]
	if name == string(role) {
		return name
	}
	return name + " (" + string(role) + ")"
}
