package access

import (
	"slices"
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
				t.Errorf("%v may %s", who.Roles, op)
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
	who := By("a", CommandLine, Coordinator)
	who.Scopes = []domain.Ref{case1, case2}
	if !who.May("log-visit") || !who.May(Report("contracts")) {
		t.Error("cases of one's own are closed")
	}
	for _, op := range []Operation{Report("refunds"), Report("findings"), "submit-claim", Import, Overview, "backup"} {
		if who.May(op) {
			t.Errorf("%s can't be cut by people, and is open", op)
		}
	}
	if !who.Within(case2) || !who.Within(psu, case1) || who.Within(psu) || who.Within() || who.Within(domain.Ref{Kind: domain.RefParticipant, ID: "U3"}) {
		t.Error("people do not bind")
	}
	who.Scopes = append(who.Scopes, psu)
	if !who.Within(psu, case1) || who.Within(case1) || who.Within(psu) || who.Within(case1, domain.Ref{Kind: domain.RefProgramme, ID: "kis"}) {
		t.Error("each kind of scope does not bind")
	}
	if !By("a", API, Token).Within() {
		t.Error("whoever is limited to nothing is outside")
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
			if !slices.Contains(byCase, kind) {
				t.Errorf("%s is cut by a %s, which is no scope", op, kind)
			}
		}
	}
}
