package commands_test

import (
	"fmt"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// A contract that was drawn up and never signed is corrected and taken back by command and
// by file, and no trace of what was wrong is left in any report: as if it had been drawn up
// right, or never. Signed after that, it is like one that was never a draft.
func TestDraftsAreTakenBack(t *testing.T) {
	t.Parallel()
	terms := func(participant, programme, agreement string) contract.Terms {
		return contract.Terms{Contract: "S/9", Kind: contract.Referral, Programme: programme, Participant: participant, Agreement: agreement,
			Concluded: domain.NewDate(2024, 2, 2), From: domain.NewDate(2024, 2, 5), To: domain.NewDate(2024, 12, 31), Weekly: 600}
	}
	wrong, right := terms("U1", "psu", "P/1"), terms("U2", "wszyscy-razem", "P/1")
	open := func(draft contract.Terms) *ledgertest.Ledger {
		l := ledgertest.Open(t)
		for _, f := range anyCentre() {
			accepted(t, l, f)
		}
		if draft.Contract != "" {
			cmd := contract.Command(contract.Draft{Terms: draft, On: domain.NewDate(2024, 2, 1)})
			if _, err := journal.Execute(t.Context(), l.Log, domain.Stream("contract", "S/9"), contract.Decider(), cmd, journal.Meta{Actor: "tester"}); err != nil {
				t.Fatal(err)
			}
		}
		return l
	}
	const head = "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;korekta;powod;wycofanie\n"
	fixed := head + "S/9;psu;wszyscy-razem;U2;02.02.2024;05.02.2024;31.12.2024;P/1;10;%s;%s;\n"
	byFile := func(name, rows string) func(*ledgertest.Ledger) {
		return func(l *ledgertest.Ledger) { accepted(t, l, sheet{name, rows}) }
	}
	byCommand := func(c commands.SignContract) func(*ledgertest.Ledger) {
		return func(l *ledgertest.Ledger) {
			c.Number, c.Reason = "S/9", "pomyłka"
			r, err := l.SignContract(t.Context(), ledgertest.Actor, c)
			if err != nil || r.Events == 0 {
				t.Fatalf("%+v: %+v, %v", c, r, err)
			}
		}
	}
	correction := commands.SignContract{Kind: "psu", Programme: right.Programme, Participant: right.Participant, Agreement: right.Agreement,
		Concluded: right.Concluded, From: right.From, To: right.To, WeeklyMinutes: right.Weekly, Amendment: commands.Amendment{Correct: true}}
	never, otherwise, signed := toldOf(t, open(contract.Terms{})), toldOf(t, open(right)), open(contract.Terms{})
	accepted(t, signed, sheet{"umowy_9.csv", fmt.Sprintf(fixed, "", "")})
	for door, by := range map[string]struct{ withdraw, correct func(*ledgertest.Ledger) }{
		"file":    {byFile("umowy_8.csv", head+"S/9;;;;;;;;;;pomyłka;tak\n"), byFile("umowy_7.csv", fmt.Sprintf(fixed, "tak", "pomyłka"))},
		"command": {byCommand(commands.SignContract{Amendment: commands.Amendment{Withdraw: true}}), byCommand(correction)},
	} {
		l := open(wrong)
		by.withdraw(l)
		sameTold(t, "withdrawn by "+door, toldOf(t, l), never)
		l = open(wrong)
		by.correct(l)
		sameTold(t, "corrected by "+door, toldOf(t, l), otherwise)
		accepted(t, l, sheet{"umowy_9.csv", fmt.Sprintf(fixed, "", "")})
		sameTold(t, "signed after it was corrected by "+door, toldOf(t, l), toldOf(t, signed))
		accepted(t, l, sheet{"obecnosci_9.csv", "umowa;data;godziny\nS/9;05.03.2024;4\n"})
	}
	l := open(wrong)
	if s := l.Import(t, "umowy_9.csv", fmt.Sprintf(fixed, "", "")); s.Refused != 1 {
		t.Errorf("a draft is signed for somebody else: %+v", s)
	}
}
