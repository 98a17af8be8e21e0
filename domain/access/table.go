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
	return strings.HasPrefix(string(op), reportPrefix) || slices.Contains([]Operation{Overview, Replay, Reveal, Wait, ListAccounts}, op)
}

// Line says of an operation who may do it, which kinds of scope can cut it (whoever has
// another may not do it), and whose sealed texts it takes or shows.
type Line struct {
	Roles  []Role
	Scopes []domain.RefKind
	Texts  []domain.RefKind
}

// Those who belong together in the table.
var (
	// An auditor reads only (DOMAIN, "Personal data").
	recorders = []Role{Token, Automaton, Finance, Coordinator, Director, Caseworker, Assistant, Outreach, Officer, Administrator}
	readers   = append([]Role{Auditor}, recorders...)
	askers    = append([]Role{Visitor}, readers...)
	members   = []Role{Finance, Coordinator, Auditor, Director, Caseworker, Assistant, Outreach, Officer, Administrator}
	keepers   = append([]Role{Machine}, readers...) // of the machine

	byPerson = []domain.RefKind{domain.RefParticipant}
	byWorker = []domain.RefKind{domain.RefParticipant, domain.RefWorker}                         // whose case somebody is
	byPart   = []domain.RefKind{domain.RefProgramme, domain.RefParticipant}                      // of whoever takes part in a programme
	byCase   = []domain.RefKind{domain.RefProgramme, domain.RefParticipant, domain.RefAssistant} // as a contract tells them

	byAny    = []domain.RefKind{domain.RefProgramme, domain.RefParticipant, domain.RefAssistant, domain.RefWorker, domain.RefAgreement}
	byTaking = []domain.RefKind{domain.RefProgramme, domain.RefParticipant}

	ofPeople     = []domain.RefKind{domain.RefParticipant}
	ofAssistants = []domain.RefKind{domain.RefAssistant}
	ofClaims     = []domain.RefKind{domain.RefClaim}
	ofStatements = []domain.RefKind{domain.RefStatement}
	ofProgrammes = []domain.RefKind{domain.RefProgramme}
	ofStreet     = []domain.RefKind{domain.RefStreet, domain.RefContact}
	ofSheets     = []domain.RefKind{domain.RefAgreement, domain.RefAssistant}
	ofFindings   = []domain.RefKind{domain.RefFinding}
	ofAccounts   = []domain.RefKind{domain.RefAccount}
)

// table has a line for each operation.
var table = map[Operation]Line{
	// Commands, a noun a block, in the order of their import files.
	"register-participant": {recorders, byWorker, ofPeople},

	"register-assistant": {recorders, ofAssistants, ofAssistants},

	"record-programme": {recorders, ofProgrammes, ofProgrammes},

	"record-status": {recorders, byPerson, ofPeople},

	"record-stay": {recorders, byPerson, ofPeople},

	"assign-case": {[]Role{Coordinator}, byPerson, ofPeople}, // whose case somebody is says who sees them

	"merge-participants": {recorders, byPerson, ofPeople},

	"conclude-agreement": {recorders, nil, nil},

	"sign-contract":   {recorders, byCase, ofPeople},
	"change-contract": {recorders, byCase, ofPeople},

	"record-participation": {recorders, byTaking, ofPeople},

	"set-task":           {recorders, byCase, ofPeople},
	"record-task-result": {recorders, byCase, ofPeople},
	"evaluate-contract":  {recorders, byCase, ofPeople},
	"grant-aid":          {recorders, byCase, ofPeople},

	"record-attendance": {recorders, byCase, ofPeople},

	"log-visit": {recorders, byCase, ofPeople},

	"record-session": {recorders, ofProgrammes, ofProgrammes},
	"plan-series":    {recorders, ofProgrammes, ofProgrammes},

	"record-presence": {recorders, byPart, ofPeople},

	// Who prepares a month does not approve it: whose entries it has, the command asks.
	"hand-over-month": {[]Role{Caseworker, Coordinator, Assistant}, byCase, nil},
	"return-month":    {[]Role{Coordinator, Director}, byCase, ofSheets},
	"approve-month":   {[]Role{Coordinator, Director}, byCase, nil},

	"pay-benefit": {recorders, byCase, nil},

	"submit-claim":          {recorders, nil, nil},
	"withdraw-claim":        {recorders, nil, ofClaims},
	"record-claim-decision": {recorders, nil, ofClaims},
	"write-off-claim":       {recorders, nil, ofClaims},

	"take-statement": {recorders, nil, ofStatements},
	"match-line":     {recorders, nil, nil},
	"unmatch-line":   {recorders, nil, ofClaims},

	"plan-budget":    {recorders, ofProgrammes, nil},
	"record-expense": {recorders, ofProgrammes, nil},

	"tell-durability": {recorders, ofProgrammes, ofProgrammes},

	"record-contact":     {recorders, ofProgrammes, ofStreet},
	"count-place":        {recorders, ofProgrammes, ofProgrammes},
	"identify-pseudonym": {[]Role{Coordinator, Caseworker, Outreach}, ofProgrammes, ofStreet}, // whoever else asks would learn which pseudonyms are known

	"resolve-finding": {recorders, nil, ofFindings},

	Import: {recorders, nil, nil},
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
	OwnAccount:     {members, byAny, nil},
	DecideRequest:  {[]Role{Director}, nil, nil},
	Acknowledge:    {[]Role{Officer}, nil, nil},

	// Reports, likewise.
	Report("psu-settlement"): {askers, byPerson, nil},

	Report("refunds"): {askers, nil, nil},

	Report("unmatched-lines"): {askers, nil, ofStatements},

	Report("assistant-hours"): {askers, byCase, ofPeople},
	Report("service-sheet"):   {askers, byCase, ofPeople},

	Report("attendance"): {askers, ofProgrammes, ofProgrammes},

	Report("contracts"): {askers, byCase, ofPeople},

	Report("caps-left"): {askers, byCase, ofPeople},

	Report("social-contracts"): {askers, byCase, ofPeople},
	Report("material-aid"):     {askers, byCase, ofPeople},

	Report("person"): {readers, byPerson, append(ofStreet, ofPeople...)}, // one person's life: not for visitors

	Report("findings"): {askers, nil, append(ofStatements, domain.RefParticipant)},

	Report("budget"): {askers, ofProgrammes, nil},

	Report("durability"): {askers, nil, nil},

	Report("outreach"):  {askers, ofProgrammes, nil},
	Report("diagnosis"): {askers, ofProgrammes, nil},

	Report("indicators"): {askers, ofProgrammes, nil},

	Report("participation"): {askers, byTaking, ofPeople},

	// Other questions.
	Overview: {askers, nil, nil},
	Replay:   {readers, byCase, nil},
	Reveal:   {[]Role{Auditor, Coordinator, Caseworker}, byCase, nil},
	Sheet:    {readers, byCase, append(ofSheets, domain.RefParticipant)},
	Session:  {readers, byPart, append(ofPeople, domain.RefProgramme)},
	Wait:     {readers, byCase, nil},

	// Upkeep, which shows nothing of anybody.
	"verify":   {keepers, nil, nil},
	"rebuild":  {keepers, nil, nil},
	"backup":   {keepers, nil, nil},
	"restore":  {keepers, nil, nil},
	"doctor":   {keepers, nil, nil},
	"scavenge": {keepers, nil, nil},
	"rekey":    {keepers, nil, nil},
}

// seenBy: the texts about people are for those who work with them and for auditors;
// those about money for finance too. The administrator sees no content.
var seenBy = map[domain.RefKind][]Role{
	domain.RefParticipant: {Coordinator, Auditor, Caseworker},
	domain.RefAssistant:   {Coordinator, Auditor, Caseworker},
	domain.RefAccount:     {Administrator, Director, Officer},
	domain.RefStatement:   {Finance, Coordinator, Auditor, Director, Automaton},
	domain.RefAgreement:   {Finance, Coordinator, Auditor, Director, Caseworker},
	domain.RefSetting:     {Finance, Coordinator, Auditor, Director, Caseworker},
	domain.RefClaim:       {Finance, Coordinator, Auditor, Director, Automaton},
	domain.RefFinding:     {Finance, Coordinator, Auditor, Director, Caseworker},
	domain.RefStreet:      {Coordinator, Auditor, Caseworker, Outreach},
	domain.RefContact:     {Coordinator, Auditor, Caseworker, Outreach},
	domain.RefProgramme:   {Finance, Coordinator, Auditor, Director, Caseworker},
}

// Operations are those that have a line, in order.
func Operations() []Operation { return slices.Sorted(maps.Keys(table)) }
