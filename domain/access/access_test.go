package access

import (
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
)

func subjects() []domain.RefKind {
	return []domain.RefKind{domain.RefParticipant, domain.RefAssistant, domain.RefStatement, domain.RefClaim, domain.RefFinding, domain.RefProgramme, domain.RefAccess}
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
	for _, role := range []Role{"stranger", Token, Administrator, Officer} {
		for _, kind := range subjects() {
			if By("a", API, role).Sees(kind) {
				t.Errorf("%q sees what is sealed about a %s", role, kind)
			}
		}
	}
	for _, c := range []struct {
		role     Role
		may, not []Operation
		sees     []domain.RefKind
	}{
		{Token, []Operation{"log-visit", Report("refunds"), Replay, Wait}, []Operation{Reveal, Erase}, nil},
		{Coordinator, []Operation{"log-visit", Report("refunds"), Replay, Reveal}, []Operation{Erase}, subjects()[:6]},
		{Visitor, []Operation{Overview, Report("refunds")}, []Operation{"log-visit", Import, Replay, Reveal, Wait, "backup"}, nil},
		{Auditor, []Operation{Report("findings"), Replay, Reveal, "verify"}, []Operation{"log-visit", "resolve-finding", Import, Erase}, subjects()[:6]},
		{Finance, []Operation{"pay-benefit"}, []Operation{Reveal, Erase}, []domain.RefKind{domain.RefStatement, domain.RefClaim}},
		{Officer, []Operation{"log-visit", Erase}, []Operation{Reveal}, nil},
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
		for _, kind := range c.sees {
			if !who.Sees(kind) {
				t.Errorf("%s does not see what is sealed about a %s", c.role, kind)
			}
		}
	}
	if By("a", CommandLine, Finance).Sees(domain.RefParticipant) {
		t.Error("finance sees health")
	}
	if who := By("a", CommandLine, Finance, Caseworker); !who.Sees(domain.RefParticipant) || !who.Sees(domain.RefStatement) || who.Role() != "finance,caseworker" {
		t.Error("of several roles one is forgotten")
	}
}

// An operation shows no texts but those of its line, whoever asks.
func TestAnOperationShowsWhatItsLineSays(t *testing.T) {
	t.Parallel()
	who := By("a", CommandLine, Coordinator)
	if !who.SeesIn(Report("unmatched-lines"), domain.RefStatement) || who.SeesIn(Report("refunds"), domain.RefParticipant) {
		t.Error("the line of a report does not say what it shows")
	}
	finance := By("a", CommandLine, Finance)
	if finance.SeesAllOf("log-visit") || !finance.SeesAllOf("withdraw-claim") || !finance.SeesAllOf("pay-benefit") {
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
	for _, op := range []Operation{Report("refunds"), Report("findings"), "submit-claim", Import, Overview, "backup"} {
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
	if who.Reaches(log, kis, case2) || who.Reaches(status, psu, case2) || !who.Reaches(status, psu, case1) {
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

// A line names kinds that somebody may see and scopes that there are.
func TestLinesMakeSense(t *testing.T) {
	t.Parallel()
	for op, l := range table {
		if len(l.Roles) == 0 {
			t.Errorf("%s is nobody's", op)
		}
		for _, kind := range l.Texts {
			if len(seenBy[kind]) == 0 {
				t.Errorf("%s shows texts of a %s, which nobody sees", op, kind)
			}
		}
		for _, kind := range l.Scopes {
			if !slices.Contains(byAny, kind) {
				t.Errorf("%s is cut by a %s, which is no scope", op, kind)
			}
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
		if reads++; op != Overview && op != Replay && op != Reveal && op != Wait && !strings.HasPrefix(string(op), "report ") {
			t.Errorf("who only reads may %s", op)
		}
	}
	if reads < 10 || who.Reaches("log-visit") || !who.Limited("log-visit") {
		t.Error("who only reads does not, or records")
	}
}
