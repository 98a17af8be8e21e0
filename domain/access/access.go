// Package access says who may do what and see what: one table for every door,
// command and question.
//
// It promises that whoever the table does not name may do nothing and sees
// nothing. A door makes a Who of what it knows; commands and queries ask it. It
// stops at roles: whose cases somebody has, and for how long, needs accounts.
package access

import (
	"slices"

	"ksiega/domain"
)

// Door is the way somebody came in.
type Door string

// The doors.
const (
	CommandLine Door = "cli"
	API         Door = "api"
	Imported    Door = "import" // a row of a file that came over the command line
	Automatic   Door = "automat"
)

// Role is what somebody acts as.
type Role string

// The roles. Token is whoever holds the one token of the HTTP door: a program, of
// which nobody knows for whom it asks. Visitor looks at a ledger that holds nothing but
// the sample. Nobody came without any.
const (
	Nobody        Role = ""
	Visitor       Role = "visitor"
	Token         Role = "api"
	Automaton     Role = "automat"
	Finance       Role = "finance"
	Coordinator   Role = "coordinator"
	Auditor       Role = "auditor"
	Director      Role = "director"
	Caseworker    Role = "caseworker"
	Assistant     Role = "assistant"
	Outreach      Role = "outreach"
	Officer       Role = "dpo" // of data protection
	Administrator Role = "administrator"
)

// Operation is something that somebody may do.
type Operation string

// The operations.
const (
	Record Operation = "record" // give a command, import a file
	Ask    Operation = "ask"    // a report
	Follow Operation = "follow" // the history, its texts sealed
	Reveal Operation = "reveal" // the texts of the history, with a reason
	Erase  Operation = "erase"
)

// Who asks, in which role, through which door.
type Who struct {
	Actor string
	Role  Role
	Door  Door
}

// May says whether somebody may do an operation.
func (w Who) May(op Operation) bool { return slices.Contains(mayDo(op), w.Role) }

// Sees says whether somebody may be shown what is sealed with the key of a kind of
// subject, or what follows from it. Who does not see it also learns from no refusal
// whether it equals what they sent.
func (w Who) Sees(subject domain.RefKind) bool { return slices.Contains(seenBy(subject), w.Role) }

func mayDo(op Operation) []Role {
	switch op {
	case Ask:
		return append(mayDo(Record), Visitor)
	case Record, Follow:
		return []Role{Token, Automaton, Finance, Coordinator, Auditor, Director, Caseworker, Assistant, Outreach, Officer, Administrator}
	case Reveal:
		return []Role{Auditor, Coordinator, Caseworker}
	case Erase:
		return []Role{Officer}
	}
	return nil
}

// seenBy: the texts about people are for those who work with them and for auditors;
// those about money for finance too. The administrator sees no content.
func seenBy(subject domain.RefKind) []Role {
	switch subject {
	case domain.RefParticipant, domain.RefAssistant:
		return []Role{Coordinator, Auditor, Caseworker}
	case domain.RefStatement, domain.RefClaim:
		return []Role{Finance, Coordinator, Auditor, Director, Automaton}
	case domain.RefFinding, domain.RefProgramme:
		return []Role{Finance, Coordinator, Auditor, Director, Caseworker}
	}
	return nil
}
