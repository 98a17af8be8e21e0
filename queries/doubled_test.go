package queries_test

import (
	"fmt"
	"testing"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
	"ksiega/queries"
)

// One PESEL under two ids, which whoever may not see people, or another server on the
// store, could register, is a finding for those who may see them, from when both are
// known, until one of them is erased.
func TestOnePESELUnderTwoIDs(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	other := ledgertest.Over(t, l.Journal, l.Dir) // a second server
	const pesel = "44051401359"
	register := func(l *ledgertest.Ledger, o commands.Origin, id, pesel string) {
		t.Helper()
		_, err := l.RegisterParticipant(t.Context(), o, commands.RegisterParticipant{ID: id, FirstName: "Anna", LastName: id, PESEL: pesel})
		must(t, err)
	}
	token := commands.Origin{Who: access.By("api", "api", "api")}
	register(l, ledgertest.Actor, "U2", pesel)
	register(l, ledgertest.Actor, "U3", "02070803628")
	before := ask(t, memoryReader(l), "findings", queries.Request{}).Position
	register(l, token, "U1", pesel)
	register(other, ledgertest.Actor, "U4", pesel)
	if s := other.Import(t, "umowy.csv", "numer;rodzaj;program;uczestnik;zawarto;od;do\nT/4;trojstronny;asystent-aktywnosci;U4;01.02.2018;01.02.2018;31.12.2018\n"); s.Refused != 0 {
		t.Fatalf("%+v", s.RefusedRows)
	}
	today := domain.DateOf(time.Now())
	told := func(req queries.Request, who access.Who) (rows []string) {
		t.Helper()
		req.Who, req.Params = who, map[string]string{"kind": "doubled-pesel"}
		for range 2 {
			rows = nil
			reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault, Now: sampleDay, Zone: l.Zone, Shared: true})
			a, err := reader.Ask(t.Context(), "findings", req)
			must(t, err)
			for _, r := range rowsOf(a) {
				rows = append(rows, fmt.Sprint(r[0], " ", r[2], " ", r[3], " ", len(r[8].([]string))))
			}
		}
		return rows
	}
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, not %v", what, got, want)
		}
	}
	sees := access.By("tester", "cli", "caseworker")
	first, second := "doubled-pesel:U2:U1 open [U2 U1] 2", "doubled-pesel:U2:U4 open [U2 U4] 2"
	want("now", told(queries.Request{}, sees), first, second)
	want("who sees nobody", told(queries.Request{}, access.By("tester", "cli", "api")))
	want("before", told(queries.Request{KnownAt: before}, sees))
	want("yesterday's day", told(queries.Request{AsOf: today - 400}, sees))
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	_, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: domain.RefParticipant, ID: "U2", On: today, Ground: "zadanie", Register: "RODO-7/2026"})
	must(t, err)
	want("once one is erased", told(queries.Request{}, sees), "doubled-pesel:U1:U4 open [U1 U4] 2")

	// After a change of the master key, who comes with the same PESEL is found beside them.
	next, err := vault.ParseMasterKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	must(t, err)
	_, err = vault.Rekey(t.Context(), l.Journal.KeyStore(), ledgertest.Master(t), next, time.Now(), nil)
	must(t, err)
	v, err := vault.Open(t.Context(), l.Journal.KeyStore(), next)
	must(t, err)
	l.Vault, l.Ledger.Vault, l.Log = v, v, commands.NewLog(l.Journal, v)
	register(l, token, "U5", pesel)
	want("after a rekey", told(queries.Request{}, sees), "doubled-pesel:U1:U4 open [U1 U4] 2", "doubled-pesel:U1:U5 open [U1 U5] 2")
}
