package access

import (
	"maps"
	"slices"
	"strings"

	"ksiega/domain"
)

// Operation is something that somebody may do: a command or a sub-command of the
// command line by its name, a report by Report.
type Operation string

// Operations that are asked for by name in the code.
const (
	Overview Operation = "overview" // what the ledger holds, counted
	Replay   Operation = "replay"   // the history, its texts sealed
	Reveal   Operation = "reveal"   // the texts of the history, with a reason
	Sheet    Operation = "sheet"    // a month as it is entered and approved
	Session  Operation = "session"  // who was at one, and may be
	Wait     Operation = "wait"     // until what somebody knows of is in the reports
	Find     Operation = "find"     // people, by name or PESEL
	Names    Operation = "names"    // beside the ids that pages show
	Import   Operation = "import"   // files; each kind asks for its rows' command too
	Erase    Operation = "erase"

	// Of accounts, see package account.
	ListAccounts   Operation = "list-accounts"
	AddAccount     Operation = "add-account"
	CorrectAccount Operation = "correct-account"
	ResetAccount   Operation = "reset-account"
	SwitchAccount  Operation = "switch-account"  // disable or enable
	AskForAccount  Operation = "ask-for-account" // a role, a token; or end one, or a link
	LinkAccount    Operation = "link-account"    // to a user of the machine
	OwnAccount     Operation = "own-account"     // what one has, and its tokens
	DecideRequest  Operation = "decide-request"
	Acknowledge    Operation = "acknowledge-request"
)

const reportPrefix = "report "

// Report is the operation of asking a report.
func Report(name string) Operation { return Operation(reportPrefix + name) }

// reads says of an operation that it changes nothing, but for the record that it was asked.
func (op Operation) reads() bool {
	return strings.HasPrefix(string(op), reportPrefix) || slices.Contains([]Operation{Overview, Replay, Reveal, Sheet, Find, Names, Wait, ListAccounts}, op)
}

// Line says of an operation who may do it, which kinds of scope can cut it (whoever has
// another may not do it), and which classes of sealed texts it takes or shows.
type Line struct {
	Roles  []Role
	Scopes []domain.RefKind
	Texts  []Class
}

// Those who belong together in the table.
var (
	// Token is whoever has the one token, Automaton the program itself: they record, and see
	// nothing of people.
	programs = []Role{Token, Automaton}
	// An auditor reads only (DOMAIN, "Personal data"), and so does a director, who approves.
	withPeople = and(programs, Coordinator, Caseworker) // who works with people
	withMoney  = and(programs, Coordinator, Finance)
	entering   = and(programs, Coordinator, Caseworker, Finance, Assistant, Outreach)
	everybody  = []Role{Token, Automaton, Finance, Coordinator, Director, Caseworker, Assistant, Outreach, Officer, Administrator, Auditor}
	members    = []Role{Finance, Coordinator, Auditor, Director, Caseworker, Assistant, Outreach, Officer, Administrator}
	keepers    = and(everybody, Machine) // of the machine

	// What is told of people one by one, by ids: pseudonymous, and yet no aggregate.
	readsPeople = and(withPeople, Auditor, Visitor)
	readsHours  = and(readsPeople, Finance, Director, Assistant)
	readsMoney  = and(withMoney, Auditor, Director, Visitor)
	readsTotals = and(readsPeople, Finance, Director)

	readsMonths = and(withPeople, Auditor, Finance, Director, Assistant)

	// Kinds of limits. A person's things are the person, whose case they are, and the
	// programmes that they are in; a contract's also its assistant and its agreement.
	byPerson    = []domain.RefKind{domain.RefParticipant, domain.RefWorker, domain.RefProgramme}
	byCase      = []domain.RefKind{domain.RefProgramme, domain.RefParticipant, domain.RefWorker, domain.RefAssistant, domain.RefAgreement}
	byTaking    = []domain.RefKind{domain.RefProgramme, domain.RefParticipant, domain.RefWorker}
	byReferral  = []domain.RefKind{domain.RefProgramme, domain.RefParticipant, domain.RefWorker, domain.RefAgreement}
	byAssistant = []domain.RefKind{domain.RefAssistant}
	byProgramme = []domain.RefKind{domain.RefProgramme}
	byAgreement = []domain.RefKind{domain.RefAgreement}
	byClaim     = []domain.RefKind{domain.RefProgramme, domain.RefAgreement} // all of whose referrals are of the programmes
	byContact   = []domain.RefKind{domain.RefProgramme, domain.RefWorker}    // who was there for the centre

	ofRegistration = []Class{Name, PESEL, Bank, Details, Health, Support}
	ofFacts        = []Class{Health, Support}
	ofSupport      = []Class{Support}
	ofDays         = []Class{Health, Support}
	ofVisits       = []Class{Visit}
	ofStaff        = []Class{Staff}
	ofMoney        = []Class{Money}
	ofProgrammes   = []Class{Programme}
	ofStreet       = []Class{Street}
	ofSheets       = []Class{Remark}
	ofFindings     = []Class{Finding}
	ofAccounts     = []Class{Account}
)

func and(roles []Role, more ...Role) []Role { return append(slices.Clone(roles), more...) }

// table has a line for each operation.
var table = map[Operation]Line{
	// Commands, a noun a block, in the order of their import files.
	"register-participant": {withPeople, byPerson, ofRegistration},

	"register-assistant": {withPeople, byAssistant, ofStaff},

	"record-programme": {and(programs, Coordinator), byProgramme, ofProgrammes},

	"record-status": {withPeople, byPerson, ofFacts},

	"record-stay": {withPeople, byPerson, ofFacts},

	"assign-case": {[]Role{Coordinator}, byPerson, ofSupport}, // whose case somebody is says who sees them

	"merge-participants": {withPeople, byPerson, ofSupport},

	"conclude-agreement": {withMoney, byAgreement, nil},

	"sign-contract":   {withPeople, byCase, ofSupport},
	"change-contract": {withPeople, byCase, ofSupport},

	"record-participation": {withPeople, byTaking, ofFacts},

	"set-task":           {withPeople, byCase, ofSupport},
	"record-task-result": {withPeople, byCase, ofSupport},
	"evaluate-contract":  {withPeople, byCase, ofSupport},
	"grant-aid":          {withPeople, byCase, ofSupport},

	"record-attendance": {withPeople, byCase, ofDays},

	"log-visit": {and(withPeople, Assistant), byCase, ofVisits},

	"record-session": {withPeople, byProgramme, ofProgrammes},
	"plan-series":    {withPeople, byProgramme, ofProgrammes},

	"record-presence": {withPeople, byTaking, ofFacts},

	// Who prepares a month does not approve it: whose entries it has, the command asks.
	"hand-over-month": {[]Role{Caseworker, Coordinator, Assistant}, byCase, nil},
	"return-month":    {[]Role{Coordinator, Director}, byCase, ofSheets},
	"approve-month":   {[]Role{Coordinator, Director}, byCase, nil},

	"pay-benefit": {withMoney, byCase, nil},

	"submit-claim":          {withMoney, nil, nil},
	"withdraw-claim":        {withMoney, nil, ofMoney},
	"record-claim-decision": {withMoney, nil, ofMoney},
	"write-off-claim":       {withMoney, nil, ofMoney},

	"take-statement": {withMoney, nil, ofMoney},
	"match-line":     {withMoney, nil, nil},
	"unmatch-line":   {withMoney, nil, ofMoney},

	"plan-budget":    {withMoney, byProgramme, nil},
	"record-expense": {withMoney, byProgramme, nil},

	// Who asks for refunds doesn't allow themselves to match them too.
	"change-setting": {[]Role{Director, Administrator}, nil, ofProgrammes},

	"tell-durability": {and(programs, Coordinator), byProgramme, ofProgrammes},

	"record-contact":     {and(withPeople, Outreach), byContact, ofStreet},
	"count-place":        {and(withPeople, Outreach), byProgramme, ofProgrammes},
	"identify-pseudonym": {[]Role{Coordinator, Caseworker, Outreach}, byProgramme, ofStreet}, // whoever else asks would learn which pseudonyms are known

	"resolve-finding": {and(programs, Coordinator, Caseworker, Finance), nil, ofFindings},

	Import: {entering, nil, nil},
	Erase:  {[]Role{Officer}, nil, nil},

	// Accounts. Whoever keeps the machine brings a lost administrator back, which a director,
	// or the data-protection officer, gets to see.
	ListAccounts:   {[]Role{Administrator, Director, Officer, Machine}, nil, ofAccounts},
	AddAccount:     {[]Role{Administrator, Machine}, nil, nil},  // the latter where nobody is administrator
	CorrectAccount: {[]Role{Administrator, Director}, nil, nil}, // nobody their own
	ResetAccount:   {[]Role{Administrator, Machine}, nil, nil},
	SwitchAccount:  {[]Role{Administrator}, nil, nil},
	AskForAccount:  {[]Role{Administrator}, nil, nil},
	LinkAccount:    {[]Role{Administrator, Machine}, nil, nil}, // the latter itself, to an administrator's
	OwnAccount:     {members, byCase, nil},
	DecideRequest:  {[]Role{Director}, nil, nil},
	Acknowledge:    {[]Role{Officer}, nil, nil},

	// Reports, likewise.
	Report("psu-settlement"): {and(readsMoney, Caseworker), byReferral, nil},

	Report("refunds"): {readsMoney, byClaim, nil},

	Report("unmatched-lines"): {and(withMoney, Auditor, Visitor), nil, ofMoney},

	Report("assistant-hours"): {readsHours, byCase, ofVisits},
	Report("service-sheet"):   {readsHours, byCase, ofVisits},

	Report("attendance"): {readsTotals, byProgramme, ofProgrammes},

	Report("contracts"): {and(readsPeople, Finance, Assistant), byCase, ofSupport},

	Report("caps-left"): {and(readsPeople, Finance, Assistant), byCase, ofFacts},

	Report("social-contracts"): {readsPeople, byCase, ofSupport},
	Report("material-aid"):     {and(readsPeople, Finance), byCase, ofSupport},

	Report("person"): {and(withPeople, Auditor), byPerson, []Class{Street}}, // one person's life: not for visitors

	Report("findings"): {and(readsPeople, Finance), byCase, []Class{PESEL, Health, Money}},

	Report("budget"): {and(readsMoney, Caseworker), byProgramme, nil},

	Report("durability"): {readsTotals, byProgramme, nil},

	Report("outreach"):  {and(readsTotals, Outreach), byContact, nil},
	Report("diagnosis"): {and(readsTotals, Outreach), byContact, nil},

	Report("indicators"): {readsTotals, byProgramme, nil},

	Report("participation"): {readsPeople, byTaking, ofFacts},

	Report("access-log"): {[]Role{Officer}, nil, []Class{Oversight}},

	// Other questions.
	Overview: {and(everybody, Visitor), nil, nil},
	Replay:   {and(withPeople, Auditor), byCase, nil},
	Reveal: {[]Role{Auditor, Coordinator, Caseworker}, byCase,
		[]Class{Name, PESEL, Bank, Details, Health, Support, Visit, Staff, Street, Remark, Money, Programme, Finding}},
	Sheet:   {readsMonths, byCase, []Class{Name, Staff, Remark, Health, Support, Visit}},
	Session: {and(withPeople, Auditor), byTaking, []Class{Name, Health, Programme}},
	Wait:    {everybody, byCase, nil},
	Find:    {[]Role{Finance, Coordinator, Auditor, Caseworker, Officer}, byCase, []Class{Name, PESEL}},
	Names:   {[]Role{Finance, Coordinator, Auditor, Director, Caseworker, Assistant, Officer}, byCase, []Class{Name, Staff}},

	// Upkeep, which shows nothing of anybody.
	"verify":   {keepers, nil, nil},
	"rebuild":  {keepers, nil, nil},
	"backup":   {keepers, nil, nil},
	"restore":  {keepers, nil, nil},
	"doctor":   {keepers, nil, nil},
	"scavenge": {keepers, nil, nil},
	"rekey":    {keepers, nil, nil},
}

// Roles are all there are, in the order in which they are shown.
func Roles() []Role { return append(and(everybody, Machine), Visitor) }

// LineOf is the line of an operation; the zero Line names nobody.
func LineOf(op Operation) Line { return table[op] }

// Operations are those that have a line, in order.
func Operations() []Operation { return slices.Sorted(maps.Keys(table)) }
