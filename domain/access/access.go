// Package access says who may do what and see what: one table for every door,
// command, question and upkeep.
//
// It promises that whoever the table does not name may do nothing and sees
// nothing, and so does whoever asks for what has no line in it. A door makes a Who of
// what it knows; commands and queries ask it. It stops at roles and limits as they
// are given. A worker's limit is the worker: whose case somebody is today, whoever asks
// adds to what it asks about, so that no list of cases goes along with a request.
package access

import (
	"slices"
	"strings"

	"ksiega/domain"
)

// Door is the way somebody came in.
type Door string

// The doors.
const (
	CommandLine Door = "cli"
	API         Door = "api"
	Pages       Door = "ui"     // by somebody who has signed in
	Imported    Door = "import" // a row of a file that came over the command line
	Automatic   Door = "automat"
)

// Role is what somebody acts as.
type Role string

// The roles. Token is whoever holds the one token of the HTTP door: a program, of
// which nobody knows for whom it asks. Visitor looks at a ledger that holds nothing but
// the sample.
const (
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
	Machine       Role = "machine" // of a user of the machine whom no account is linked to
)

// Grant is a role that somebody acts in, and what they are limited to in it.
type Grant struct {
	Role Role
	// Limits are programmes, agreements, people whose cases they are, an assistant. Of
	// several of one kind each will do; of several kinds each binds. None is no limit.
	Limits []domain.Ref
}

// Who asks. A door makes it of what it knows, and it goes along with all that is asked.
type Who struct {
	Actor string
	// Account is the account that the actor signed in by; "" of who has none.
	Account string
	// Grants add up: what one of them allows, and reaches, is allowed.
	Grants []Grant
	Door   Door
	// Reads: nothing that changes the ledger is for them, whatever their grants allow.
	Reads bool
}

// By is somebody who is limited to nothing.
func By(actor string, door Door, roles ...Role) Who {
	w := Who{Actor: actor, Door: door}
	for _, role := range roles {
		w.Grants = append(w.Grants, Grant{Role: role})
	}
	return w
}

// Is says whether somebody acts in a role.
func (w Who) Is(role Role) bool {
	return slices.ContainsFunc(w.Grants, func(g Grant) bool { return g.Role == role })
}

// Role is what an envelope keeps of the roles somebody acts in.
func (w Who) Role() string {
	var names []string
	for _, g := range w.Grants {
		if name := string(g.Role); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// allows says whether a grant allows what a line is of, as far as its limits can cut that.
func (g Grant) allows(l Line) bool {
	return slices.Contains(l.Roles, g.Role) &&
		!slices.ContainsFunc(g.Limits, func(s domain.Ref) bool { return !slices.Contains(l.Scopes, s.Kind) })
}

// some says whether one of the grants that allow an operation is such.
func (w Who) some(op Operation, such func(Grant) bool) bool {
	l := table[op]
	if w.Reads && !op.reads() {
		return false
	}
	return slices.ContainsFunc(w.Grants, func(g Grant) bool { return g.allows(l) && such(g) })
}

// May says whether somebody may do an operation, as far as their limits reach.
func (w Who) May(op Operation) bool { return w.some(op, func(Grant) bool { return true }) }

// Limited says whether somebody may do an operation to nothing but what they are limited to.
func (w Who) Limited(op Operation) bool {
	return !w.some(op, func(g Grant) bool { return len(g.Limits) == 0 })
}

// Worker is whom somebody acts as who may do an operation for their own cases; "" is nobody.
func (w Who) Worker(op Operation) (id string) {
	w.some(op, func(g Grant) bool {
		i := slices.IndexFunc(g.Limits, func(s domain.Ref) bool { return s.Kind == domain.RefWorker })
		if i >= 0 {
			id = g.Limits[i].ID
		}
		return i >= 0
	})
	return id
}

// ErrDenied refuses what a role or scope does not allow.
var ErrDenied = domain.Refusal(domain.CodeDenied, "the role or scope of whoever asks does not allow it")

// ErrUnlinked refuses a user of the machine whom no account is linked to what shows somebody.
var ErrUnlinked = domain.Refusal(domain.CodeDenied, "no account is linked to the user of the machine")

// Allowed is May in words: ErrDenied, which says for which people it is where those are few.
func (w Who) Allowed(op Operation) error {
	switch {
	case w.May(op):
		return nil
	case w.Is(Machine):
		return ErrUnlinked.With("%s", w.Actor)
	}
	people := slices.DeleteFunc(slices.Clone(table[op].Roles), func(r Role) bool { return slices.Contains(programs, r) })
	if 0 < len(people) && len(people) <= 3 {
		return ErrDenied.With("%s is for roles %v", op, people)
	}
	return ErrDenied
}

// Reaches says whether somebody may do an operation to what concerns some things: one grant
// that allows it has to hold them all, since what is two people's is neither's alone.
func (w Who) Reaches(op Operation, things ...domain.Ref) bool {
	return w.some(op, func(g Grant) bool { return g.holds(things) })
}

// holds says whether of each kind that a grant is limited to one of the things is its.
func (g Grant) holds(things []domain.Ref) bool {
	for _, s := range g.Limits {
		ours := func(thing domain.Ref) bool { return thing.Kind == s.Kind && slices.Contains(g.Limits, thing) }
		if !slices.ContainsFunc(things, ours) {
			return false
		}
	}
	return true
}

// Only says whether a grant that allows an operation leaves none of some things out:
// they name nothing of the kinds that it is limited to but what is its.
func (w Who) Only(op Operation, things ...domain.Ref) bool {
	return w.some(op, func(g Grant) bool { return g.leavesNone(things) })
}

// Within says whether somebody may do an operation to what is of all of some things together, of
// which none may be another's: a grant reaches them, and leaves none of them out.
func (w Who) Within(op Operation, things ...domain.Ref) bool {
	return w.some(op, func(g Grant) bool { return g.holds(things) && g.leavesNone(things) })
}

func (g Grant) leavesNone(things []domain.Ref) bool {
	return !slices.ContainsFunc(things, func(thing domain.Ref) bool {
		return slices.ContainsFunc(g.Limits, func(s domain.Ref) bool { return s.Kind == thing.Kind }) && !slices.Contains(g.Limits, thing)
	})
}

// LimitedBy are the ids of a kind that somebody is limited to, in whichever role that allows an
// operation.
func (w Who) LimitedBy(op Operation, kind domain.RefKind) (ids []string) {
	w.some(op, func(g Grant) bool {
		for _, l := range g.Limits {
			if l.Kind == kind && !slices.Contains(ids, l.ID) {
				ids = append(ids, l.ID)
			}
		}
		return false
	})
	return ids
}
