package contract_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/contract"
	. "ksiega/internal/testkit/given"
)

func record(c contract.Change) contract.Record { return contract.Record{Change: c} }

// because is the life of a change with its reason.
func because(y, m, d int) contract.Life {
	l := life(y, m, d)
	l.Reason = "why"
	return l
}

// A substitute assists from a day on, until a day if that is known; an open end is closed
// without a correction.
func TestSubstitutes(t *testing.T) {
	d, of := contract.Decider(), terms
	of.Kind, of.Agreement, of.Assistant = contract.Tripartite, "", "A1"
	life := func(y, m, d int) contract.Life {
		l := life(y, m, d)
		l.Agreement = ""
		return l
	}
	signed := contract.Signed{Terms: of}
	open := contract.Substituted{Life: life(2018, 5, 1), Substitute: "A2"}
	closed := open
	closed.Until = day(2018, 5, 31)
	stands := Given(t, d, signed)
	stands.When(record(open)).Then(open)
	stands.When(record(contract.Substituted{Life: life(2018, 5, 1)})).Refuse(contract.ErrNoSubstitute)
	stands.When(record(contract.Substituted{Life: life(2018, 5, 2), Substitute: "A2", Until: day(2018, 5, 1)})).Refuse(contract.ErrPeriod)
	stands.When(record(contract.Substituted{Life: life(2019, 1, 1), Substitute: "A2"})).Refuse(contract.ErrEnded)
	Given(t, d, signed, open).When(record(closed)).Then(contract.ChangeWithdrawn{Life: life(2018, 5, 1), Kind: "contract.substituted"}, closed)
	other := closed
	other.Substitute = "A3"
	Given(t, d, signed, open).When(record(other)).Refuse(domain.ErrDiffers)
	Given(t, d, signed, closed).When(record(closed)).Then()

	annex := contract.Amended{Life: life(2018, 7, 1), Assistant: "A4"}
	s := d.Fold(signed, closed, annex)
	for _, c := range []struct {
		who     string
		on      domain.Date
		assists bool
	}{
		{"A1", day(2018, 4, 30), true}, {"A1", day(2018, 5, 10), true}, {"A1", day(2018, 7, 1), false},
		{"A2", day(2018, 4, 30), false}, {"A2", day(2018, 5, 1), true}, {"A2", day(2018, 5, 31), true}, {"A2", day(2018, 6, 1), false},
		{"A4", day(2018, 6, 30), false}, {"A4", day(2018, 7, 1), true},
	} {
		if got := s.Assists(c.who, c.on); got != c.assists {
			t.Errorf("%s assists on %s: %t", c.who, c.on, got)
		}
	}
	if s.AssistsThroughout("A2", day(2018, 5, 1), day(2018, 6, 30)) || !s.AssistsThroughout("A2", day(2018, 5, 1), day(2018, 5, 31)) ||
		s.AssistsThroughout("A1", day(2018, 6, 1), day(2018, 7, 31)) || !s.AssistsThroughout("A1", day(2018, 2, 8), day(2018, 6, 30)) {
		t.Error("somebody assists throughout months that they do not, or not throughout those that they do")
	}
	if nobody := d.Fold(contract.Signed{Terms: terms}, closed); !nobody.Assists("A9", day(2018, 5, 5)) {
		t.Error("a contract without an assistant refuses somebody")
	}
	if !s.Exists() || !s.Stands(domain.Ref{Kind: domain.RefAssistant, ID: "A2"}).Stands() || s.Stands(domain.Ref{Kind: domain.RefAssistant, ID: "A3"}).Stands() {
		t.Error("a contract stands on its substitutes")
	}
}

// A decision comes after a breach, with its reasons and its number; what became of an appeal
// is a further one of that number. Nothing follows from a breach by itself.
func TestDecisions(t *testing.T) {
	d, signed := contract.Decider(), contract.Signed{Terms: terms}
	breached := contract.Breached{Life: life(2018, 5, 7)}
	refused := contract.Decided{Life: because(2018, 5, 14), Ruling: contract.Refused, Number: "D/1", Served: day(2018, 5, 18), Appeal: contract.AppealFiled}
	Given(t, d, signed).When(record(refused)).Refuse(contract.ErrNoBreach)
	Given(t, d, signed, contract.Breached{Life: life(2018, 5, 15)}).When(record(refused)).Refuse(contract.ErrNoBreach)
	after := Given(t, d, signed, breached)
	after.When(record(refused)).Then(refused)
	for want, spoil := range map[error]func(*contract.Decided){
		contract.ErrUngrounded: func(d *contract.Decided) { d.Reason = "" },
		contract.ErrNumber:     func(d *contract.Decided) { d.Number = "" },
		contract.ErrRuling:     func(d *contract.Decided) { d.Ruling = "" },
		contract.ErrAppeal:     func(d *contract.Decided) { d.Appeal = "wygrane" },
	} {
		bad := refused
		spoil(&bad)
		after.When(record(bad)).Refuse(want)
	}
	Given(t, d, signed, breached, refused).When(record(refused)).Then()
	Given(t, d, signed, breached, refused).When(contract.Record{Change: breached, Amend: domain.Amend{Withdraw: true, Reason: "r"}}).Refuse(domain.ErrNamed)
	// Of somebody whose words were erased the rest of a decision can still be put right.
	wordless := contract.Decided{Life: life(2018, 5, 14), Ruling: contract.Refused, Number: "D/1", Served: day(2018, 5, 19)}
	Given(t, d, signed, breached, refused).When(contract.Record{Change: wordless, Amend: domain.Amend{Correct: true, Wordless: true}}).
		Then(contract.ChangeWithdrawn{Life: life(2018, 5, 14), Kind: "contract.decided"}, wordless)
	// Of a decision that is taken back its kind and day say enough.
	gone := contract.ChangeWithdrawn{Life: because(2018, 5, 14), Kind: "contract.decided"}
	Given(t, d, signed, breached, refused).When(contract.Record{Change: contract.Decided{Life: on(2018, 5, 14)}, Amend: domain.Amend{Withdraw: true, Reason: "why"}}).Then(gone)

	won := contract.Decided{Life: because(2018, 6, 20), Ruling: contract.Refused, Number: "D/1", Appeal: contract.AppealWon}
	s := d.Fold(signed, breached, refused, won)
	if s.Breach(day(2018, 5, 6)) != 0 || s.Breach(day(2018, 6, 1)) != breached.On || s.StatusOn(day(2018, 7, 1)) != contract.StatusBreached {
		t.Errorf("breached on %s, %s", s.Breach(day(2018, 6, 1)), s.StatusOn(day(2018, 7, 1)))
	}
	if _, _, ok := s.Decision(day(2018, 5, 13)); ok || s.RefusesAid(day(2018, 5, 13)) || !s.RefusesAid(day(2018, 5, 14)) || s.RefusesAid(day(2018, 6, 20)) {
		t.Error("a refusal stands on days on which it does not, or not on those on which it does")
	}
	if stands, first, _ := s.Decision(day(2018, 7, 1)); stands != won || first != refused.On {
		t.Errorf("%+v stands, decided on %s", stands, first)
	}
}

// A refusal of aid stands until its own appeal is allowed: what became of another decision's
// appeal does not take it away.
func TestARefusalStandsBesideAnotherDecision(t *testing.T) {
	d := contract.Decider()
	s := d.Fold(contract.Signed{Terms: terms}, contract.Breached{Life: life(2018, 5, 7)},
		contract.Decided{Life: because(2018, 6, 1), Ruling: contract.Upheld, Number: "D/2", Appeal: contract.AppealFiled},
		contract.Decided{Life: because(2018, 6, 10), Ruling: contract.Refused, Number: "D/3"},
		contract.Decided{Life: because(2018, 7, 1), Ruling: contract.Upheld, Number: "D/2", Appeal: contract.AppealFailed})
	if !s.RefusesAid(day(2018, 7, 2)) {
		t.Error("D/3 refused further aid and nobody appealed; the outcome of D/2's appeal took it away")
	}
	if stands, first, _ := s.Decision(day(2018, 7, 2)); stands.Number != "D/3" || first != day(2018, 6, 10) {
		t.Errorf("decided last is %s of %s", stands.Number, first)
	}
	// A row of its own number that rules otherwise takes its place, also while another stands.
	s = d.Fold(contract.Signed{Terms: terms}, contract.Breached{Life: life(2018, 5, 7)},
		contract.Decided{Life: because(2018, 6, 1), Ruling: contract.Refused, Number: "D/2"},
		contract.Decided{Life: because(2018, 6, 10), Ruling: contract.Refused, Number: "D/3"},
		contract.Decided{Life: because(2018, 7, 1), Ruling: contract.Restricted, Number: "D/2"},
		contract.Decided{Life: because(2018, 8, 1), Ruling: contract.Refused, Number: "D/3", Appeal: contract.AppealWon})
	if !s.RefusesAid(day(2018, 7, 31)) || s.RefusesAid(day(2018, 8, 1)) {
		t.Error("a refusal does not stand as long as its own number says")
	}
}

// Nothing follows a contract's last day, in whatever order it is entered; earlier builds took
// it of the kinds of change that they had.
func TestAnEndBeforeADecision(t *testing.T) {
	d, signed, breached := contract.Decider(), contract.Signed{Terms: terms}, contract.Breached{Life: life(2018, 5, 7)}
	decided := contract.Decided{Life: because(2018, 6, 14), Ruling: contract.Refused, Number: "D/1"}
	sub := contract.Substituted{Life: life(2018, 8, 1), Substitute: "A2"}
	shorter := func(last domain.Date) contract.Sign {
		of := terms
		of.To = last
		return contract.Sign{Terms: of, Amend: domain.Amend{Correct: true, Reason: "r"}}
	}
	for _, later := range []contract.Change{decided, sub} {
		stands, on := Given(t, d, signed, breached, later), later.OccurredOn()
		before, last := contract.Life{On: on - 1}, life(2018, 1, 1)
		last.On = on
		stands.When(record(contract.Terminated{Life: before})).Refuse(domain.ErrNamed)
		stands.When(record(contract.Completed{Life: before})).Refuse(domain.ErrNamed)
		stands.When(record(contract.Amended{Life: contract.Life{On: day(2018, 5, 8)}, To: on - 1})).Refuse(domain.ErrNamed)
		stands.When(shorter(on - 1)).Refuse(domain.ErrNamed)
		stands.When(record(contract.Terminated{Life: contract.Life{On: on}})).Then(contract.Terminated{Life: last})
	}
	ended := contract.Terminated{Life: life(2018, 5, 10)}
	Given(t, d, signed, contract.Breached{Life: life(2018, 5, 15)}).When(record(contract.Terminated{Life: on(2018, 5, 10)})).Then(ended)
	// What stands beyond it already keeps nothing else from being entered.
	Given(t, d, signed, breached, decided, ended).When(record(contract.Suspended{Life: on(2018, 5, 8)})).Then(contract.Suspended{Life: life(2018, 5, 8)})
}

// What a contract is by now is no part of what a row says: it is known, and closes what was open.
func TestChangesOfACorrectedContract(t *testing.T) {
	d, of := contract.Decider(), terms
	of.Programme = "other"
	open := contract.Suspended{Life: life(2018, 5, 7)}
	moved := Given(t, d, contract.Signed{Terms: terms}, open, contract.TermsCorrected{Before: terms, After: of})
	moved.When(record(contract.Suspended{Life: on(2018, 5, 7)})).Then()
	now := life(2018, 5, 7)
	now.Programme = "other"
	moved.When(record(contract.Suspended{Life: on(2018, 5, 7), Until: day(2018, 5, 31)})).
		Then(contract.ChangeWithdrawn{Life: now, Kind: "contract.suspended"}, contract.Suspended{Life: now, Until: day(2018, 5, 31)})
	moved.When(record(contract.Suspended{Life: because(2018, 5, 7)})).Refuse(domain.ErrDiffers)
}
