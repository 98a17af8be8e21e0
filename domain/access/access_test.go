package access

import (
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
)

// seen are the classes that a role sees.
func seen(r Role) (all []Class) {
	for _, c := range Classes() {
		if By("a", API, r).Sees(c) {
			all = append(all, c)
		}
	}
	return all
}

// Whoever is not named may do nothing and sees nothing, and nobody may do what has no
// line.
func TestTheTableNamesWhoMay(t *testing.T) {
	t.Parallel()
	for _, who := range []Who{By("a", API), By("a", API, "stranger"), By("a", API, "")} {
		for _, op := range append(Operations(), "anything") {
			if who.May(op) {
				t.Errorf("%v may %s", who, op)
			}
		}
	}
	if By("a", CommandLine, Finance, Coordinator, Administrator, Officer, Auditor).May("anything") {
		t.Error("what has no line is allowed")
	}
	for _, role := range []Role{"stranger", Token, Visitor, Machine} {
		if all := seen(role); len(all) > 0 {
			t.Errorf("%q sees %s", role, all)
		}
	}
	withPeople := []Class{Name, PESEL, Bank, Details, Health, Support, Visit, Staff, Street, Remark, Money, Programme, Finding}
	for _, c := range []struct {
		role     Role
		may, not []Operation
		sees     []Class
	}{
		{Token, []Operation{"log-visit", Report("refunds"), Replay, Wait}, []Operation{Reveal, Erase}, nil},
		{Coordinator, []Operation{"log-visit", Report("refunds"), Replay, Reveal}, []Operation{Erase, AddAccount}, withPeople},
		{Caseworker, []Operation{"log-visit", Report("person")}, []Operation{"assign-case", "approve-month", "pay-benefit", Report("refunds")},
			slices.DeleteFunc(slices.Clone(withPeople), func(c Class) bool { return c == Money })},
		{Visitor, []Operation{Overview, Report("refunds")}, []Operation{"log-visit", Import, Replay, Reveal, Wait, "backup", Report("person")}, nil},
		{Auditor, []Operation{Report("findings"), Replay, Reveal, "verify"}, []Operation{"log-visit", "resolve-finding", Import, Erase},
			slices.DeleteFunc(slices.Clone(withPeople), func(c Class) bool { return c == PESEL || c == Bank })},
		{Finance, []Operation{"pay-benefit", Report("psu-settlement")}, []Operation{Reveal, Replay, Erase, "record-status", Report("person"), Report("social-contracts")},
			[]Class{Name, PESEL, Bank, Staff, Remark, Money, Programme, Finding}},
		{Assistant, []Operation{"log-visit", "hand-over-month", Report("service-sheet")}, []Operation{"approve-month", "record-status", Replay, Report("person")},
			[]Class{Name, Visit, Staff, Remark}},
		{Outreach, []Operation{"record-contact", Report("outreach")}, []Operation{"log-visit", "register-participant", Report("contracts")}, []Class{Street, Programme}},
		{Director, []Operation{"approve-month", Report("indicators"), DecideRequest}, []Operation{"log-visit", "pay-benefit", Replay, Report("person"), Report("findings"), Report("unmatched-lines")},
			[]Class{Staff, Remark, Programme, Account}},
		{Officer, []Operation{Erase, Acknowledge}, []Operation{"log-visit", Reveal, Replay, Report("contracts")}, []Class{Name, PESEL, Oversight, Account}},
		{Administrator, []Operation{AddAccount, "backup"}, []Operation{"log-visit", Replay, Report("contracts"), Report("indicators")}, []Class{Account}},
	} {
		who := By("a", CommandLine, c.role)
		for _, op := range c.may {
			if !who.May(op) {
				t.Errorf("%s may not %s", c.role, op)
			}
		}
		for _, op := range c.not {
			if who.May(op) {
				t.Errorf("%s may %s", c.role, op)
			}
		}
		if all := seen(c.role); !slices.Equal(all, c.sees) {
			t.Errorf("%s sees %s", c.role, all)
		}
	}
	if who := By("a", CommandLine, Finance, Caseworker); !who.Sees(Health) || !who.Sees(Money) || who.Role() != "finance,caseworker" {
		t.Error("of several roles one is forgotten")
	}
}

// An operation shows no texts but those of its line, whoever asks.
func TestAnOperationShowsWhatItsLineSays(t *testing.T) {
	t.Parallel()
	who := By("a", CommandLine, Coordinator)
	if !who.SeesIn(Report("unmatched-lines"), Money) || who.SeesIn(Report("refunds"), Health) {
		t.Error("the line of a report does not say what it shows")
	}
	finance := By("a", CommandLine, Finance)
	if finance.SeesAllOf("log-visit") || !finance.SeesAllOf("withdraw-claim") || !finance.SeesAllOf("pay-benefit") || finance.SeesIn(Report("contracts"), Support) {
		t.Error("finance sees people's texts, or not its own")
	}
}

// Somebody who is limited to something does only what can be cut by it, and nothing
// beside it.
func TestScopesBind(t *testing.T) {
	t.Parallel()
	case1, case2 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, domain.Ref{Kind: domain.RefParticipant, ID: "U2"}
	psu := domain.Ref{Kind: domain.RefProgramme, ID: "psu"}
	limited := func(to ...domain.Ref) Who {
		return Who{Actor: "a", Door: CommandLine, Grants: []Grant{{Coordinator, to}}}
	}
	who, log := limited(case1, case2), Operation("log-visit")
	if !who.May(log) || !who.May(Report("contracts")) || !who.Limited(log) {
		t.Error("cases of one's own are closed")
	}
	for _, op := range []Operation{Report("refunds"), Report("unmatched-lines"), "submit-claim", Import, Overview, "backup"} {
		if who.May(op) || who.Reaches(op, case1) {
			t.Errorf("%s can't be cut by people, and is open", op)
		}
	}
	other := domain.Ref{Kind: domain.RefParticipant, ID: "U3"}
	if !who.Reaches(log, case2) || !who.Reaches(log, psu, case1) || who.Reaches(log, psu) || who.Reaches(log) || who.Reaches(log, other) {
		t.Error("people do not bind")
	}
	both := limited(case1, case2, psu)
	if !both.Reaches(log, psu, case1) || both.Reaches(log, case1) || both.Reaches(log, psu) || both.Reaches(log, case1, domain.Ref{Kind: domain.RefProgramme, ID: "kis"}) {
		t.Error("each kind of scope does not bind")
	}
	if !By("a", API, Token).Reaches(log) || By("a", API, Token).Limited(log) {
		t.Error("whoever is limited to nothing is outside")
	}
}

// Grants add up: each reaches what is its, and what none of them holds by itself none reaches.
func TestGrantsAddUp(t *testing.T) {
	t.Parallel()
	case1, case2 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, domain.Ref{Kind: domain.RefParticipant, ID: "U2"}
	psu, kis := domain.Ref{Kind: domain.RefProgramme, ID: "psu"}, domain.Ref{Kind: domain.RefProgramme, ID: "kis"}
	who := Who{Grants: []Grant{{Coordinator, []domain.Ref{psu}}, {Caseworker, []domain.Ref{case1}}, {Auditor, nil}}}
	log, status := Operation("log-visit"), Operation("record-status")
	for _, things := range [][]domain.Ref{{psu, case2}, {kis, case1}, {case1}, {psu}} {
		if !who.Reaches(log, things...) {
			t.Errorf("%v is out of reach", things)
		}
	}
	if who.Reaches(log, kis, case2) || !who.Reaches(status, psu, case2) || !who.Reaches(status, case1) || who.Reaches(status, case2) {
		t.Error("somebody reaches what none of their grants does")
	}
	if !who.Limited(log) || who.Limited(Replay) || !who.Limited("anything") || who.May("submit-claim") {
		t.Error("a grant without limits opens what another one is for")
	}
	if !who.Only(log, kis, case1) || who.Only(log, kis, case1, case2) || !who.Only(log, psu, case2) {
		t.Error("what names others is not told apart")
	}
	if who.Role() != "coordinator,caseworker,auditor" {
		t.Error(who.Role())
	}
}

// What one role reaches and another sees is neither reached nor seen together.
func TestARoleSeesWhatItReaches(t *testing.T) {
	t.Parallel()
	w1, w2 := domain.Ref{Kind: domain.RefWorker, ID: "W1"}, domain.Ref{Kind: domain.RefWorker, ID: "W2"}
	who := Who{Grants: []Grant{{Finance, nil}, {Caseworker, []domain.Ref{w1}}}}
	sheet := Report("contracts")
	if !who.Reaches(sheet, w2) || !who.SeesOf(sheet, Support, w1) || who.SeesOf(sheet, Support, w2) || who.SeesOf(sheet, Support) || !who.SeesIn(sheet, Support) {
		t.Error("finance sees what a caseworker does, or a caseworker does not")
	}
	for _, c := range []struct {
		of   domain.Ref
		want string
	}{{w1, "finance,caseworker"}, {w2, "finance"}} {
		if got := who.Reaching(sheet, []domain.Ref{c.of}).Role(); got != c.want {
			t.Errorf("%v is reached by %s", c.of, got)
		}
	}
	if who.Reaching("record-status", []domain.Ref{w1}, []domain.Ref{w2}).Role() != "" {
		t.Error("what is of two is reached by whoever reaches one")
	}
	if !who.Within("record-status", w1) || who.Within("record-status", w1, w2) || who.Within("record-status") {
		t.Error("what is of two is one's own")
	}
	if got := who.LimitedBy(sheet, domain.RefWorker); !slices.Equal(got, []string{"W1"}) || who.LimitedBy("pay-benefit", domain.RefWorker) != nil {
		t.Error(got)
	}
}

// Whoever is limited as their grant is can do what their role is for: no kind of limit that an
// account may have shuts them out of a line that names the role for people of their own.
func TestRolesCanBeLimited(t *testing.T) {
	t.Parallel()
	limit := map[Role]domain.RefKind{Caseworker: domain.RefWorker, Assistant: domain.RefAssistant, Outreach: domain.RefWorker, Coordinator: domain.RefProgramme}
	for role, ops := range map[Role][]Operation{
		Caseworker:  {"register-participant", "record-status", "record-stay", "sign-contract", "log-visit", "record-attendance", "hand-over-month", Report("person"), Report("contracts"), Report("findings"), Replay, Reveal},
		Assistant:   {"log-visit", "hand-over-month", Report("service-sheet"), Report("assistant-hours")},
		Outreach:    {"record-contact", Report("outreach"), Report("diagnosis")},
		Coordinator: {"register-participant", "record-status", "log-visit", "assign-case", "approve-month", "plan-budget", Report("person"), Report("psu-settlement"), Report("findings"), Report("indicators"), Replay},
	} {
		who := Who{Grants: []Grant{{role, []domain.Ref{{Kind: limit[role], ID: "X"}}}}}
		for _, op := range ops {
			if !who.May(op) {
				t.Errorf("a %s of some %s may not %s", role, limit[role], op)
			}
		}
	}
}

// A line names roles, classes that somebody sees and limits that accounts have.
func TestLinesMakeSense(t *testing.T) {
	t.Parallel()
	for op, l := range table {
		if len(l.Roles) == 0 {
			t.Errorf("%s is nobody's", op)
		}
		for i, role := range l.Roles {
			if !slices.Contains(Roles(), role) || slices.Contains(l.Roles[:i], role) {
				t.Errorf("%s is for %q", op, role)
			}
		}
		for _, c := range l.Texts {
			if len(seenBy[c]) == 0 {
				t.Errorf("%s shows %s, which nobody sees", op, c)
			}
		}
		for _, kind := range l.Scopes {
			if !slices.Contains(byCase, kind) {
				t.Errorf("%s is cut by a %s, which is no limit", op, kind)
			}
		}
	}
	for c := range seenBy {
		if !slices.Contains(Classes(), c) || c == Secret {
			t.Errorf("%s is no class, or nobody's", c)
		}
	}
}

// Who only reads changes nothing, whatever their roles.
func TestWhoReadsChangesNothing(t *testing.T) {
	t.Parallel()
	who := By("a", API, Coordinator)
	who.Reads = true
	reads := 0
	for _, op := range Operations() {
		if !who.May(op) {
			continue
		}
		if reads++; op != Overview && op != Sheet && op != Find && op != Names && op != Replay && op != Reveal && op != Wait && !strings.HasPrefix(string(op), "report ") {
			t.Errorf("who only reads may %s", op)
		}
	}
	if reads < 10 || who.Reaches("log-visit") || !who.Limited("log-visit") {
		t.Error("who only reads does not, or records")
	}
}
