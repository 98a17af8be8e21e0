package access

import (
	"slices"
	"strings"

	"ksiega/domain"
)

// Class is what a sealed text is about, as far as it decides who sees it.
type Class string

// The classes.
const (
	Name      Class = "name"      // of a person whom the centre works with
	PESEL     Class = "pesel"     // of the same
	Bank      Class = "bank"      // the number of their bank account
	Details   Class = "details"   // birth, sex, municipality
	Health    Class = "health"    // disability, statuses, stays, absences, groups, effects, outcomes
	Support   Class = "support"   // what is agreed with somebody, done for them and said of it, and why it was corrected
	Visit     Class = "visit"     // what was done at a visit, and where
	Staff     Class = "staff"     // names of assistants
	Street    Class = "street"    // pseudonyms and what is told of contacts
	Remark    Class = "remark"    // why a month was sent back
	Money     Class = "money"     // bank statements, and what is said of claims, payments and expenses
	Programme Class = "programme" // of programmes, agreements, sessions and places
	Finding   Class = "finding"   // what was said of findings
	Oversight Class = "oversight" // why texts were revealed, or somebody erased
	Account   Class = "account"   // whose an account is, and its login
	Secret    Class = "secret"    // of accounts and requests: nobody is shown it
)

// Classes are all there are, in the order in which they are shown.
func Classes() []Class {
	return []Class{Name, PESEL, Bank, Details, Health, Support, Visit, Staff, Street, Remark, Money, Programme, Finding, Oversight, Account, Secret}
}

// seenBy says who sees a class. Those who work with people, and auditors, see what is about
// them, but for a PESEL, which is for those who have to tell people apart. Finance sees whom it
// pays and the money, the assistant whom they visit and what they did there, the outreach
// worker what is told of contacts. The administrator sees no content.
var seenBy = map[Class][]Role{
	Name:      {Finance, Coordinator, Auditor, Caseworker, Assistant, Officer},
	PESEL:     {Finance, Coordinator, Caseworker, Officer},
	Bank:      {Finance, Coordinator, Caseworker},
	Details:   {Coordinator, Auditor, Caseworker},
	Health:    {Coordinator, Auditor, Caseworker},
	Support:   {Coordinator, Auditor, Caseworker},
	Visit:     {Coordinator, Auditor, Caseworker, Assistant},
	Staff:     {Finance, Coordinator, Auditor, Director, Caseworker, Assistant},
	Street:    {Coordinator, Auditor, Caseworker, Outreach},
	Remark:    {Finance, Coordinator, Auditor, Director, Caseworker, Assistant},
	Money:     {Finance, Coordinator, Auditor, Automaton},
	Programme: {Finance, Coordinator, Auditor, Director, Caseworker, Outreach},
	Finding:   {Finance, Coordinator, Auditor, Caseworker},
	Oversight: {Officer},
	Account:   {Administrator, Director, Officer},
}

// fields says of each sealed field of an event which class it is of: of an area, the first word
// of a type, or of one kind of event where that has its own.
var fields = map[string]map[string]Class{
	"participant": {"firstName": Name, "lastName": Name, "pesel": PESEL, "account": Bank, "birthDate": Details, "sex": Details, "municipality": Details,
		"disability": Health, "welfareClient": Health, "labourStatus": Health, "withoutBenefit": Health, "profile": Health, "value": Health, "kind": Health, "reason": Support},
	"assistant":     {"firstName": Staff, "lastName": Staff, "reason": Staff},
	"participation": {"group": Health, "value": Health, "note": Health, "reason": Support},
	"contract":      {"place": Support, "work": Support, "purpose": Support, "document": Support, "text": Support, "result": Support, "note": Support, "reason": Support},

	"attendance":                {"absence": Health, "place": Support, "reason": Support},
	"attendance.month-returned": {"reason": Remark},
	"assistance":                {"activity": Visit, "place": Visit, "reason": Visit},
	"assistance.month-returned": {"reason": Remark},

	"session":                    {"topic": Programme, "organiser": Programme, "specialist": Programme, "reason": Programme},
	"session.presence-recorded":  {"effects": Health},
	"session.presence-corrected": {"effects": Health, "reason": Support},
	"session.presence-withdrawn": {"effects": Health, "reason": Support},

	"contact": {"cause": Street, "needs": Street, "intervention": Street, "referral": Street, "outcome": Street, "reason": Street},
	"street":  {"pseudonym": Street, "reason": Street},
	"place":   {"reason": Programme},

	"agreement":   {"reason": Programme},
	"payment":     {"reason": Money},
	"refundclaim": {"reason": Money},
	"statement":   {"title": Money, "counterparty": Money, "counterpartyAccount": Money},
	"budget":      {"reason": Money},
	"expense":     {"reason": Money},
	"durability":  {"derivation": Programme, "description": Programme, "urlQuery": Programme, "reason": Programme},
	"programme":   {"reason": Programme},
	"setting":     {"reason": Programme},
	"finding":     {"hidden": Health, "saw": Health, "reason": Finding},

	"erasure":                   {"reason": Oversight},
	"intake.personal-data-read": {"reason": Oversight},
	"intake.request-taken":      {"request": Secret},
	"account": {"login": Account, "name": Account, "form": Account, "reason": Secret, "osUser": Secret, "code": Secret, "password": Secret, "secret": Secret,
		"recovery": Secret, "hash": Secret},
}

// ClassOf is the class of a sealed field of an event; what none is said of, nobody sees.
func ClassOf(e domain.Event, field string) Class {
	if c, known := Classified(e.EventType(), field); known {
		return c
	}
	return Secret
}

// Classified is the class of a field of a type of event, and whether one is said.
func Classified(eventType, field string) (Class, bool) {
	area, rest, _ := strings.Cut(eventType, ".")
	fact, _, _ := strings.Cut(rest, ".")
	for _, of := range []string{area + "." + fact, area} {
		if c, known := fields[of][field]; known {
			return c, true
		}
	}
	return "", false
}

// Sees says whether somebody, in one of their roles, may be shown what is of a class. Who does
// not see it also learns from no refusal whether it equals what they sent.
func (w Who) Sees(c Class) bool {
	return slices.ContainsFunc(w.Grants, func(g Grant) bool { return g.sees(c) })
}

func (g Grant) sees(c Class) bool { return slices.Contains(seenBy[c], g.Role) }

// Blind are the roles that do not see a class.
func Blind(c Class) []Role {
	return slices.DeleteFunc(slices.Clone(everybody), func(r Role) bool { return slices.Contains(seenBy[c], r) })
}

// SeesIn says whether an operation shows somebody a class, of whatever it does: it shows no
// texts but those of its line.
func (w Who) SeesIn(op Operation, c Class) bool {
	return slices.Contains(table[op].Texts, c) && w.some(op, func(g Grant) bool { return g.sees(c) })
}

// SeesOf is SeesIn of what concerns some things: a role that sees the class has to reach them.
func (w Who) SeesOf(op Operation, c Class, things ...domain.Ref) bool {
	return slices.Contains(table[op].Texts, c) && w.some(op, func(g Grant) bool { return g.sees(c) && g.holds(things) })
}

// SeesAllOf says whether somebody sees all texts that an operation takes or shows.
func (w Who) SeesAllOf(op Operation) bool {
	return !slices.ContainsFunc(table[op].Texts, func(c Class) bool { return !w.SeesIn(op, c) })
}

// Reaching is somebody as far as they reach some things with an operation: in no other of
// their roles. What they may see of these things is what they see so.
func (w Who) Reaching(op Operation, things ...[]domain.Ref) Who {
	l := table[op]
	w.Grants = slices.DeleteFunc(slices.Clone(w.Grants), func(g Grant) bool {
		return !g.allows(l) || slices.ContainsFunc(things, func(of []domain.Ref) bool { return !g.holds(of) })
	})
	return w
}
