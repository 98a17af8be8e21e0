package journal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:generate env KSIEGA_GOLDEN=update go test -count=1 -run ^TestGoldenWaysBack$ .

// A WayBack is how what an event says is put right once it is recorded.
type WayBack struct {
	Corrected string // by which events, or why by none
	Withdrawn string // likewise
	While     string // what stands that names it, so that it is refused
	Command   string // as the API and `ksiega command` take it; "" is none
	File      string // the kind of import file; "" is none
}

// Words of the table that come again.
const (
	itself   = "–" // no way back of its own: it says what became of another
	byLater  = "a later one takes its place"
	noUndo   = "no: see below"
	anything = "nothing: the difference is a finding"
)

// Ways is the way back from each fact of the ledger, by the name of its type without a
// version. A new type is put in here, or a test fails. docs/WAYS_BACK.md is made of it.
func Ways() map[string]WayBack {
	all := map[string]WayBack{}
	for _, some := range []map[string]WayBack{waysOfPeople(), waysOfContracts(), waysOfWork(), waysOfRefunds(), waysOfDurability(), waysOfTheLists(), waysOfTheLedger()} {
		maps.Copy(all, some)
	}
	return all
}

func waysOfPeople() map[string]WayBack {
	person := WayBack{"participant.corrected", "participant.withdrawn", "a contract, or a carer, names them", "register-participant", "uczestnicy"}
	assistant := WayBack{"assistant.corrected", "assistant.withdrawn", "a contract, an annex or a visit names them", "register-assistant", "asystenci"}
	return map[string]WayBack{
		"participant.registered": person,
		"participant.corrected":  person,
		"participant.withdrawn":  {"registered again", itself, "", "register-participant", "uczestnicy"},
		"assistant.registered":   assistant,
		"assistant.corrected":    assistant,
		"assistant.withdrawn":    {"registered again", itself, "", "register-assistant", "asystenci"},
	}
}

func waysOfContracts() map[string]WayBack {
	change := WayBack{"contract.change-withdrawn, then anew", "contract.change-withdrawn", "a resumption rests on it, or days under it would not fit", "change-contract", ""}
	terms := WayBack{"contract.terms-corrected", "contract.withdrawn", "a change, a day, a visit, a payment or a claim names it", "sign-contract", "umowy"}
	under := WayBack{"agreement.terms-corrected, then attendance.rerated", "agreement.withdrawn", "a referral or a claim is under it", "conclude-agreement", "porozumienia"}
	return map[string]WayBack{
		"agreement.concluded":         under,
		"agreement.terms-corrected":   under,
		"agreement.withdrawn":         {"concluded again", itself, "", "conclude-agreement", "porozumienia"},
		"agreement.referral-listed":   {"agreement.referral-delisted", "agreement.referral-delisted", "the referral stands", "sign-contract", "umowy"},
		"agreement.referral-delisted": {"listed again", itself, "", "sign-contract", "umowy"},
		"contract.drafted":            {"contract.terms-corrected", "contract.withdrawn", "nothing: nothing stands on a draft", "sign-contract", "umowy"},
		"contract.signed":             terms,
		"contract.terms-corrected":    terms,
		"contract.withdrawn":          {"drafted or signed again", itself, "", "sign-contract", "umowy"},
		"contract.change-withdrawn":   {"changed again", itself, "", "change-contract", ""},
		"contract.amended":            change,
		"contract.suspended":          change,
		"contract.resumed":            change,
		"contract.breached":           change,
		"contract.terminated":         change,
		"contract.completed":          change,
	}
}

func waysOfWork() map[string]WayBack {
	day := WayBack{"attendance.day-corrected", "attendance.day-withdrawn", anything, "record-attendance", "obecnosci"}
	visit := WayBack{"assistance.visit-corrected", "assistance.visit-withdrawn", "nothing", "log-visit", "godziny"}
	paid := WayBack{"payment.withdrawn, then payment.made", "payment.withdrawn", "it came back; of a claim " + anything, "pay-benefit", "wyplaty"}
	return map[string]WayBack{
		"attendance.terms-set":        {byLater, itself, "", "", ""},
		"attendance.rerated":          {"by correcting the terms again", itself, "", "conclude-agreement", "porozumienia"},
		"attendance.hours-recorded":   day,
		"attendance.absence-recorded": day,
		"attendance.day-corrected":    day,
		"attendance.day-withdrawn":    {"recorded again", itself, "", "record-attendance", "obecnosci"},
		"assistance.visit-logged":     visit,
		"assistance.visit-corrected":  visit,
		"assistance.visit-withdrawn":  {"recorded again", itself, "", "log-visit", "godziny"},
		"payment.made":                paid,
		"payment.came-back":           {"payment.withdrawn, then payment.came-back", "payment.withdrawn", "nothing", "pay-benefit", "wyplaty"},
		"payment.withdrawn":           {"recorded again", itself, "", "pay-benefit", "wyplaty"},
	}
}

func waysOfRefunds() map[string]WayBack {
	answer := WayBack{"refundclaim.decision-withdrawn, then anew", "refundclaim.decision-withdrawn", "money was booked for it", "record-claim-decision", "decyzje-pup"}
	return map[string]WayBack{
		"agreement.claim-listed":             {itself, itself, "", "", ""},
		"agreement.claim-reserved":           {"agreement.claim-released, then anew", "agreement.claim-released", "the claim stands", "withdraw-claim", ""},
		"agreement.claim-answered":           {"agreement.answer-withdrawn, then anew", "agreement.answer-withdrawn", "as the claim's own answer", "record-claim-decision", "decyzje-pup"},
		"agreement.claim-released":           {"reserved again", itself, "", "submit-claim", "wnioski"},
		"agreement.claim-amendment-reserved": {"agreement.claim-amendment-released, then anew", "agreement.claim-amendment-released", "the claim's own stream has taken it", "withdraw-claim", ""},
		"agreement.claim-amendment-released": {"reserved again", itself, "", "submit-claim", "wnioski"},
		"agreement.answer-withdrawn":         {"answered again", itself, "", "record-claim-decision", "decyzje-pup"},
		"refundclaim.submitted":              {"refundclaim.withdrawn, then refundclaim.submitted", "refundclaim.withdrawn", "an answer, a booked line, a correction or a writing off names it", "submit-claim", "wnioski"},
		"refundclaim.accepted":               answer,
		"refundclaim.returned":               answer,
		"refundclaim.reclaimed":              answer,
		"refundclaim.decision-withdrawn":     {"answered again", itself, "", "record-claim-decision", "decyzje-pup"},
		"refundclaim.received":               {"refundclaim.receipt-undone, then matched anew", "refundclaim.receipt-undone", "more would be paid back than was received", "unmatch-line", ""},
		"refundclaim.receipt-undone":         {"matched again", itself, "", "match-line", ""},
		"refundclaim.written-off":            {"refundclaim.write-off-withdrawn, then anew", "refundclaim.write-off-withdrawn", "nothing", "write-off-claim", ""},
		"refundclaim.write-off-withdrawn":    {"written off again", itself, "", "write-off-claim", ""},
		"refundclaim.withdrawn":              {"submitted again", itself, "", "submit-claim", "wnioski"},
		"statement.received":                 {noUndo, noUndo, "", "", ""},
		"statement.line-booked":              {noUndo, noUndo, "", "", ""},
		"statement.line-matched":             {"statement.match-undone, then anew", "statement.match-undone", "more would be paid back than was received", "unmatch-line", ""},
		"statement.match-undone":             {"matched again", itself, "", "match-line", ""},
	}
}

func waysOfTheLists() map[string]WayBack {
	return map[string]WayBack{
		"listing.entered":  {"listing.released", "listing.released", "something stands there", "", ""},
		"listing.released": {"entered again", itself, "", "", ""},
		"listing.closed":   {itself, itself, "", "", ""},
	}
}

func waysOfDurability() map[string]WayBack {
	all := map[string]WayBack{"durability.fact-withdrawn": {"recorded again", itself, "", "tell-durability", "trwalosc"}}
	for _, fact := range []string{"obligation-opened", "readiness-declared", "places-stated", "assistants-stated", "notice-published", "inspected",
		"service-requested", "service-started", "service-refused"} {
		while := "nothing"
		if fact == "service-requested" {
			while = "it was answered"
		}
		all["durability."+fact] = WayBack{"durability.fact-withdrawn, then anew", "durability.fact-withdrawn", while, "tell-durability", "trwalosc"}
	}
	return all
}

func waysOfTheLedger() map[string]WayBack {
	return map[string]WayBack{
		"programme.edition-recorded": {byLater, noUndo, "", "", ""},
		"statute.edition-recorded":   {byLater, noUndo, "", "", ""},
		"setting.changed":            {byLater, noUndo, "", "", ""},
		"finding.resolved":           {"finding.reopened, then anew", "finding.reopened", "nothing", "resolve-finding", ""},
		"finding.reopened":           {"finding.resolved", itself, "", "resolve-finding", ""},
		"erasure.ordered":            {noUndo, noUndo, "", "", ""},
		"intake.file-finished":       {itself, itself, "", "", ""},
		"intake.request-taken":       {itself, itself, "", "", ""},
		"intake.request-refused":     {itself, itself, "", "", ""},
		"intake.personal-data-read":  {itself, itself, "", "", ""},
		"intake.guesses-counted":     {itself, itself, "", "", ""},
	}
}

// WaysText is docs/WAYS_BACK.md.
func WaysText() string {
	var b strings.Builder
	b.WriteString(`# Ways back

How what is recorded is put right, fact by fact: made of internal/journal/ways.go by ` + "`make generate`" + `, and held to the table of events by a test.

A correction replaces what is recorded under an identity, a withdrawal takes it away; both say why, hold from the day of what they replace
(` + "`asOf`" + `) and are known from their recording on (` + "`knownAt`" + `). Where nothing stands both are refused; only a day or a visit that its sheet lacked is added
by a correction, with its reason. What was withdrawn can be recorded again. Commands take ` + "`correct`, `withdraw` and `reason`" + `, import
files the columns ` + "`korekta`, `wycofanie` and `powod`" + ` (` + "`powod_korekty`" + ` in ` + "`decyzje-pup`" + `).

– stands for no way back of its own: such an event says what became of another, or that something passed through the ledger's doors. "No" stands for what
is not ours to change: a bank's statement is what the bank wrote, an erasure can't be undone, an edition that was once in force decided what it decided.

| fact | corrected by | withdrawn by | refused while | command | import file |
|---|---|---|---|---|---|
`)
	ways := Ways()
	for _, fact := range slices.Sorted(maps.Keys(ways)) {
		w := ways[fact]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", fact, w.Corrected, w.Withdrawn, w.While, w.Command, w.File)
	}
	return b.String()
}
