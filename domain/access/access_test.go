package access

import (
	"testing"

	"ksiega/domain"
)

// Whoever is not named may do nothing and sees nothing.
func TestTheTableNamesWhoMay(t *testing.T) {
	t.Parallel()
	kinds := []domain.RefKind{domain.RefParticipant, domain.RefAssistant, domain.RefStatement, domain.RefClaim, domain.RefFinding, domain.RefProgramme, domain.RefAccess}
	for _, role := range []Role{Nobody, "stranger"} {
		for _, op := range []Operation{Record, Ask, Follow, Reveal, Erase, "anything"} {
			if (Who{Role: role, Door: API}).May(op) {
				t.Errorf("%q may %s", role, op)
			}
		}
	}
	for _, role := range []Role{Nobody, "stranger", Token, Administrator, Officer} {
		for _, kind := range kinds {
			if (Who{Role: role, Door: API}).Sees(kind) {
				t.Errorf("%q sees what is sealed about a %s", role, kind)
			}
		}
	}
	for _, c := range []struct {
		role Role
		may  []Operation
		sees []domain.RefKind
	}{
		{Token, []Operation{Record, Ask, Follow}, nil},
		{Coordinator, []Operation{Record, Ask, Follow, Reveal}, kinds[:6]},
		{Visitor, []Operation{Ask}, nil},
		{Finance, []Operation{Record}, []domain.RefKind{domain.RefStatement, domain.RefClaim}},
		{Officer, []Operation{Record, Erase}, nil},
	} {
		who := Who{Role: c.role, Door: CommandLine}
		for _, op := range c.may {
			if !who.May(op) {
				t.Errorf("%s may not %s", c.role, op)
			}
		}
		for _, kind := range c.sees {
			if !who.Sees(kind) {
				t.Errorf("%s does not see what is sealed about a %s", c.role, kind)
			}
		}
	}
	if visitor := (Who{Role: Visitor}); visitor.May(Record) || visitor.May(Follow) {
		t.Error("a visitor records, or reads the history")
	}
	if (Who{Role: Finance}).Sees(domain.RefParticipant) || (Who{Role: Coordinator}).May(Erase) {
		t.Error("finance sees health, or a coordinator erases")
	}
}
