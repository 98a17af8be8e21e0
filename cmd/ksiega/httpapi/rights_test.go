package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

// Without a token nobody records anything or reads the history, and only the sample's
// reports are open.
func TestWithoutATokenOnlyTheSamplesReportsAreOpen(t *testing.T) {
	t.Parallel()
	closed := open(t, func(o *httpapi.Options) { o.Token = "" })
	sampled := over(t, closed.ledger, func(o *httpapi.Options) { o.Token, o.Visitors = "", func(context.Context) error { return nil } })
	for _, d := range []*door{closed, sampled} {
		for _, name := range []string{"register-participant", "log-visit", "no-such"} {
			refused(t, d.command(name, "k", person), http.StatusUnauthorized, "unauthorized")
		}
		for _, target := range []string{"/api/v1/events", "/api/v1/streams/participant-U1/events"} {
			w := d.get(target)
			refused(t, w, http.StatusUnauthorized, "unauthorized")
			if w.Header().Get("WWW-Authenticate") == "" {
				t.Error("no challenge")
			}
		}
		for _, target := range []string{"/healthz", "/readyz", "/docs", "/openapi.json", stylesheet(t)} {
			if w := d.get(target); w.Code != http.StatusOK {
				t.Errorf("%s: %d", target, w.Code)
			}
		}
	}
	for _, target := range []string{"/", "/reports/refunds", "/api/v1/reports", "/api/v1/reports/refunds", "/api/v1/reports/none"} {
		refused(t, closed.get(target), http.StatusUnauthorized, "unauthorized")
		if w := sampled.get(target); w.Code == http.StatusUnauthorized {
			t.Errorf("%s of the sample: %d", target, w.Code)
		}
	}
	for _, target := range []string{"/", "/api/v1/reports"} { // who may not ask for somebody's life is not sent there
		if w := sampled.get(target); !strings.Contains(w.Body.String(), "reports/refunds") || strings.Contains(w.Body.String(), "reports/person") {
			t.Errorf("%s of the sample: %s", target, w.Body)
		}
	}
	if n := decode[httpapi.EventPage](t, over(t, closed.ledger, nil).get("/api/v1/events")); len(n.Events) != 0 {
		t.Errorf("%d events were recorded", len(n.Events))
	}
}

// secrets are what two ledgers differ in, and nothing else: values that are sealed.
type secrets struct {
	first, last, pesel, birth, sex, disability, account string
	activity, place, reason, work, title, absence       string
	profile, stay, assessment                           string
	met                                                 [2]met
	result, purpose, document                           string
	effects, others                                     []string // of U1 and of U2: everybody may count them together
}

func truth() secrets {
	return secrets{first: "Zofia", last: "Sekretna", pesel: "02070803628", birth: "1902-07-08", sex: "K", disability: "znaczny",
		account: "61109010140000071219812874", activity: "dializa", place: "szpital", reason: "nowotwór", work: "kuchnia", title: "Zwrot za KOWALSKI", absence: "choroba",
		profile: "II", stay: "szpital", assessment: "negatywna", met: [2]met{kazik(), zenek()},
		result: "niewykonane", purpose: "leki", document: "FV/1", effects: []string{"cv", "zatrudnienie"}, others: []string{"profil"}}
}

func other() secrets {
	return secrets{first: "Anna", last: "Inna", pesel: "44051401359", birth: "1944-05-14", sex: "M", disability: "lekki",
		account: "27114020040000300201355387", activity: "zakupy", place: "urząd", reason: "wyjazd", work: "ogród", title: "Zwrot za NOWAKOWA", absence: "usprawiedliwiona",
		profile: "III", stay: "areszt", assessment: "pozytywna", met: [2]met{zenek(), kazik()},
		result: "wykonane", purpose: "opał", document: "FV/2", effects: []string{"profil"}, others: []string{"cv", "zatrudnienie"}}
}

// met is what is known of somebody who was met in the street. Two are, and everybody may
// count them together.
type met struct{ pseudonym, cause, needs, intervention, referral, outcome string }

func kazik() met { return met{"Kazik", "alkohol", "nocleg", "rozmowa", "schronisko", "schronisko"} }
func zenek() met { return met{"Zenek", "długi", "odzież", "koc", "szpital", "praca"} }

func (s secrets) contact(i int) map[string]any {
	m := s.met[i]
	return map[string]any{"id": fmt.Sprint("K/", i), "date": "2018-03-04", "time": "20:00", "place": "dworzec", "pseudonym": m.pseudonym, "cause": m.cause, "needs": m.needs,
		"intervention": m.intervention, "referral": m.referral, "outcome": m.outcome}
}

func (s secrets) merge() map[string]any {
	return map[string]any{"kept": "U1", "merged": "U2", "date": "2018-03-05", "reason": s.reason}
}

func (s secrets) identity() map[string]any {
	return map[string]any{"programme": "streetworking", "pseudonym": s.met[0].pseudonym, "participant": "U1", "date": "2018-03-05"}
}

// fact is a command and its body.
type fact struct {
	name string
	body any
}

// guess is a command, its body, and the fields of it that are guessed.
type guess struct {
	name   string
	like   func(secrets) map[string]any
	fields []string
}

// secretLedger is the ledger of a centre that holds the secrets, entered by somebody
// who may, and the door that the attacker stands at.
func secretLedger(t *testing.T, s secrets) *door {
	t.Helper()
	var minutes atomic.Int64 // each look at the clock is two minutes later, so that no guess is throttled
	d := open(t, func(o *httpapi.Options) {
		o.Now = func() time.Time { return noon.Add(time.Duration(minutes.Add(2)) * time.Minute) }
	})
	d.role = "coordinator"
	for i, c := range append([]fact{
		{"record-programme", commands.RecordProgramme{File: strings.Replace(programmeFile, "Nowy", "Stary", 1)}},
		{"record-programme", s.programme()},
		{"register-participant", s.person()},
		{"register-participant", commands.RegisterParticipant{ID: "U2", FirstName: s.first, LastName: s.last}},
		{"register-assistant", commands.RegisterAssistant{ID: "A1", FirstName: s.first, LastName: s.last}},
		{"record-status", s.status("2018-03-01", "")},
		{"record-status", s.status("2018-04-01", "2018-04-30")},
		{"record-stay", s.stayed("2018-03-01", "")},
		{"record-stay", s.stayed("2018-04-01", "2018-04-30")},
		{"assign-case", s.assigned()},
		{"merge-participants", s.merge()},
		{"record-participation", s.assessed("2018-03-01")},
		{"record-participation", s.assessed("2018-04-01")},
		{"conclude-agreement", json.RawMessage(agreementBody)},
		{"sign-contract", s.contract("S/1", "psu")},
		{"sign-contract", s.contract("S/2", "psu")},
		{"sign-contract", s.contract("T/1", "trojstronny")},
		{"log-visit", s.visit(false)},
		{"record-session", s.session(false)},
		{"plan-series", s.series()},
		{"record-presence", s.presence(false)},
		{"record-session", map[string]any{"id": "Z2", "programme": "mkis", "kind": "grupowe", "date": "2018-03-06", "from": "16:00", "to": "18:00", "topic": "gry"}},
		{"record-presence", map[string]any{"session": "Z2", "participant": "U1", "presence": "obecny", "effects": s.effects}},
		{"record-presence", map[string]any{"session": "Z2", "participant": "U2", "presence": "spozniony", "effects": s.others}},
		{"record-attendance", s.day("2018-03-05", 240)},
		{"record-attendance", s.sickDay("2018-03-06")},
		{"record-attendance", s.sickDay("2018-04-10")},
		{"record-attendance", s.day("2018-04-10", 60)},
		{"pay-benefit", json.RawMessage(paymentBody)},
		{"pay-benefit", json.RawMessage(`{"list":"L2","contract":"S/1","month":"2018-04","amountGrosze":810,"date":"2018-05-05"}`)},
		{"submit-claim", json.RawMessage(claimBody)},
		{"record-claim-decision", s.decision()},
		{"change-contract", s.change("breach")},
		{"change-contract", s.change("suspend")},
		{"tell-durability", s.told()},
		{"record-contact", s.contact(0)},
		{"record-contact", s.contact(1)},
		{"identify-pseudonym", s.identity()},
		{"count-place", map[string]any{"place": "dworzec", "date": "2018-03-04", "people": 3}},
		{"count-place", map[string]any{"place": "dworzec", "date": "2018-03-04", "withdraw": true, "reason": s.reason}},
		{"resolve-finding", s.resolved()},
		{"write-off-claim", s.writtenOff()},
	}, s.ofSocialContract()...) {
		accepted(t, d.command(c.name, fmt.Sprint("truth-", i), mustJSON(t, c.body)))
	}
	statement := ":20:1\n:25:PL61109010140000071219812874\n:28C:5/1\n:60F:C180501PLN0,00\n" +
		":61:1805020502CN1,00NTRFNONREF//1\n:86:020~00UZNANIE~20" + s.title + "~32PUP\n:62F:C180502PLN1,00\n-\n"
	if sum, err := d.ledger.Ledger.Import(t.Context(), commands.Origin{Who: access.By("k", "cli", "coordinator")}, commands.File{Name: "w.sta", Data: []byte(statement)}, nil); err != nil || sum.Refused > 0 {
		t.Fatalf("%+v %v", sum, err)
	}
	d.withdrawn(s.reason)
	d.role = ""
	return d
}

// withdrawn records that a claim was reserved, never submitted, and withdrawn.
func (d *door) withdrawn(reason string) {
	d.t.Helper()
	stream, last := domain.Stream("agreement", "P/1"), journal.NoStream
	err := d.ledger.Journal.ReadStream(d.t.Context(), stream, 0, func(r *journal.Recorded) error { last = int64(r.Revision); return nil })
	if err == nil {
		_, err = d.ledger.Journal.Append(d.t.Context(), stream, last, journal.Decided{Meta: journal.Meta{Actor: "k"}, Event: agreement.ClaimReserved{Submitted: refund.Submitted{
			About: refund.About{Claim: "W/7", Agreement: "P/1", Month: domain.NewMonth(2018, 6)}, On: domain.NewDate(2018, 7, 2), Claimed: 100, Given: true}}})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	accepted(d.t, d.command("withdraw-claim", "truth-withdrawn", mustJSON(d.t, secrets{reason: reason}.withdrawal())))
}

const programmeFile = "id: nowy\nod: 2018-01-01\nname: Nowy\n"

// programme corrects the name of one.
func (s secrets) programme() map[string]any {
	return map[string]any{"file": programmeFile, "correct": true, "reason": s.reason}
}

func (s secrets) setting() map[string]any {
	return map[string]any{"setting": "one-accountant", "value": "tak", "reason": s.reason}
}

func (s secrets) withdrawal() map[string]any {
	return map[string]any{"claim": "W/7", "agreement": "P/1", "reason": s.reason}
}

func (s secrets) writtenOff() map[string]any {
	return map[string]any{"claim": "W/1", "date": "2018-12-31", "reason": s.reason}
}

func (s secrets) person() map[string]any {
	return map[string]any{"id": "U1", "firstName": s.first, "lastName": s.last, "pesel": s.pesel, "birthDate": s.birth, "sex": s.sex,
		"disability": s.disability, "account": s.account}
}

func (s secrets) status(from, to string) map[string]any {
	status := map[string]any{"participant": "U1", "kind": "profil", "value": s.profile, "from": from}
	if to != "" {
		status["to"] = to
	}
	return status
}

func (s secrets) stayed(from, to string) map[string]any {
	stay := map[string]any{"participant": "U1", "kind": s.stay, "from": from}
	if to != "" {
		stay["to"] = to
	}
	return stay
}

func (s secrets) assigned() map[string]any {
	return map[string]any{"participant": "U1", "worker": "W7", "from": "2018-03-01"}
}

func (s secrets) assessed(on string) map[string]any {
	return map[string]any{"participant": "U1", "programme": "aoon-2006", "event": "ocena", "date": on, "value": s.assessment, "note": s.reason}
}

// putRight is what replaces or takes back what is recorded, for a reason.
func putRight(how string, body map[string]any) map[string]any {
	body[how], body["reason"] = true, "pomyłka"
	return body
}

func (s secrets) contract(number, kind string) map[string]any {
	c := map[string]any{"number": number, "kind": kind, "programme": "psu", "participant": "U1", "concluded": "2018-02-08", "from": "2018-02-12",
		"to": "2018-12-31", "place": s.place, "work": s.work}
	if kind == "psu" {
		c["agreement"] = "P/1"
	} else {
		c["programme"], c["assistant"] = "asystent-aktywnosci", "A1"
	}
	return c
}

func (s secrets) visit(correct bool) map[string]any {
	v := map[string]any{"assistant": "A1", "contract": "T/1", "date": "2018-03-05", "from": "08:00", "to": "11:30", "activity": s.activity, "place": s.place}
	if correct {
		v["correct"], v["reason"] = true, s.reason
	}
	return v
}

func (s secrets) session(correct bool) map[string]any {
	v := map[string]any{"id": "Z1", "programme": "mkis", "kind": "warsztat", "date": "2018-03-05", "from": "16:00", "to": "18:00", "leaders": []string{"A1"},
		"topic": s.work, "organiser": s.place, "specialist": s.last}
	if correct {
		v["correct"], v["reason"] = true, s.reason
	}
	return v
}

func (s secrets) series() map[string]any {
	of := s.session(false)
	delete(of, "date")
	return map[string]any{"session": of, "weekday": 1, "from": "2018-03-01", "until": "2018-03-15"}
}

func (s secrets) presence(correct bool) map[string]any {
	v := map[string]any{"session": "Z1", "participant": "U1", "presence": "obecny", "effects": s.effects}
	if correct {
		v["correct"], v["reason"] = true, s.reason
	}
	return v
}

func (s secrets) day(on string, minutes int) map[string]any {
	return map[string]any{"contract": "S/1", "date": on, "minutes": minutes, "place": s.place}
}

// sickDay holds the kind of an excused absence, which is sealed.
func (s secrets) sickDay(on string) map[string]any {
	return map[string]any{"contract": "S/2", "date": on, "absence": s.absence, "place": s.place}
}

func (s secrets) decision() map[string]any {
	return map[string]any{"claim": "W/1", "date": "2018-04-20", "outcome": "czesciowo", "amountGrosze": 1000, "reason": s.reason}
}

func (s secrets) change(kind string) map[string]any {
	return map[string]any{"number": "T/1", "change": kind, "on": "2018-05-01", "reason": s.reason}
}

func (s secrets) told() map[string]any {
	return map[string]any{"project": "asystent-aktywnosci", "event": "deklaracja", "date": "2019-07-01", "text": s.reason}
}

func (s secrets) resolved() map[string]any {
	return map[string]any{"finding": "refund-difference:W/1:accepted", "date": "2018-05-01", "reason": s.reason,
		"amountGrosze": 944, "from": "2018-04-10", "to": "2018-04-20"}
}

func (s secrets) unfound() map[string]any {
	return map[string]any{"finding": "stay:U1:2018-03-05", "reason": s.reason}
}

// sheet is a month with days that are sealed.
func (s secrets) sheet() map[string]any {
	return map[string]any{"agreement": "P/1", "month": "2018-03", "seen": map[string]int64{"attendance-S%2F1": 2}}
}

// patience is how many wrong guesses of a sort are made: all of them in a long test. One
// wrong guess is answered like another, so that a few tell what there is to tell.
func patience(all int) int {
	if os.Getenv("KSIEGA_SOAK") != "" {
		return all
	}
	return 4
}

// dictionaries of an attacker: the truth of either ledger is among them.
func dictionary(field string) []string {
	words := map[string][2]string{}
	a, b := truth(), other()
	for name, v := range map[string][2]string{"firstName": {a.first, b.first}, "lastName": {a.last, b.last}, "pesel": {a.pesel, b.pesel},
		"birthDate": {a.birth, b.birth}, "sex": {a.sex, b.sex}, "disability": {a.disability, b.disability}, "account": {a.account, b.account},
		"activity": {a.activity, b.activity}, "place": {a.place, b.place}, "reason": {a.reason, b.reason}, "work": {a.work, b.work},
		"text": {a.reason, b.reason}, "absence": {a.absence, b.absence}, "value": {a.profile, b.profile}, "kind": {a.stay, b.stay}, "note": {a.reason, b.reason}, "pseudonym": {a.met[0].pseudonym, b.met[0].pseudonym}, "cause": {a.met[0].cause, b.met[0].cause},
		"needs": {a.met[0].needs, b.met[0].needs}, "intervention": {a.met[0].intervention, b.met[0].intervention}, "referral": {a.met[0].referral, b.met[0].referral},
		"outcome": {a.met[0].outcome, b.met[0].outcome},
		"result":  {a.result, b.result}, "purpose": {a.purpose, b.purpose}, "document": {a.document, b.document}} {
		words[name] = v
	}
	list := []string{words[field][0], words[field][1]}
	switch field {
	case "firstName", "lastName", "activity", "place", "reason", "work", "text", "note", "purpose", "document":
		for i := range patience(40) {
			list = append(list, fmt.Sprint(field, " ", i))
		}
	case "value":
		list = append(list, "I", "II", "III", "IV", "pozytywna", "negatywna", "ukonczenie")
	case "result":
		list = append(list, "czesciowo", "pozytywna", "negatywna")
	case "kind":
		list = append(list, "dps", "inny", "dom")
	case "birthDate":
		for d := range patience(28) {
			list = append(list, fmt.Sprintf("1902-07-%02d", d+1), fmt.Sprintf("1944-05-%02d", d+1))
		}
	}
	return list
}

// attack asks everything that the holder of the token can ask, and gives each answer
// as it was seen.
func attack(t *testing.T, d *door) (questions, answers []string) {
	t.Helper()
	n := 0
	see := func(question string, w *httptest.ResponseRecorder) {
		h := w.Header().Clone()
		h.Del("X-Correlation-Id")
		questions = append(questions, question)
		answers = append(answers, fmt.Sprint(w.Code, h, anyTime(w.Body.String())))
	}
	try := func(name string, body map[string]any, headers ...string) {
		n++
		key := fmt.Sprint("guess-", n)
		text := mustJSON(t, body)
		see(name+" "+text, d.command(name, key, text, headers...))
		see("again "+name+" "+text, d.command(name, key, text, headers...))
	}
	a, b := truth(), other()
	for _, c := range append([]guess{
		{"record-programme", secrets.programme, []string{"reason"}},
		{"change-setting", secrets.setting, []string{"reason"}},
		{"register-participant", secrets.person, []string{"firstName", "lastName", "pesel", "birthDate", "sex", "disability", "account"}},
		{"register-assistant", func(s secrets) map[string]any {
			return map[string]any{"id": "A1", "firstName": s.first, "lastName": s.last}
		}, []string{"firstName", "lastName"}},
		{"record-status", func(s secrets) map[string]any { return s.status("2018-03-01", "") }, []string{"value"}},
		{"record-status", func(s secrets) map[string]any { return s.status("2018-03-01", "2018-03-31") }, []string{"value"}}, // which would end it
		{"record-status", func(s secrets) map[string]any { return putRight("correct", s.status("2018-04-01", "2018-04-30")) }, []string{"value"}},
		{"record-status", func(s secrets) map[string]any { return putRight("withdraw", s.status("2018-04-01", "")) }, []string{"value"}},
		{"record-stay", func(s secrets) map[string]any { return s.stayed("2018-03-01", "") }, []string{"kind"}},
		{"record-stay", func(s secrets) map[string]any { return s.stayed("2018-03-01", "2018-03-31") }, []string{"kind"}},
		{"record-stay", func(s secrets) map[string]any { return putRight("correct", s.stayed("2018-04-01", "2018-04-30")) }, []string{"kind"}},
		{"record-stay", func(s secrets) map[string]any { return putRight("withdraw", s.stayed("2018-04-01", "")) }, []string{"kind"}},
		{"assign-case", secrets.assigned, nil},
		{"assign-case", func(s secrets) map[string]any { return putRight("correct", s.assigned()) }, []string{"reason"}},
		{"assign-case", func(s secrets) map[string]any { return putRight("withdraw", s.assigned()) }, []string{"reason"}},
		{"merge-participants", secrets.merge, []string{"reason"}},
		{"merge-participants", func(s secrets) map[string]any { return putRight("correct", s.merge()) }, []string{"reason"}},
		{"record-participation", func(s secrets) map[string]any { return s.assessed("2018-03-01") }, []string{"value", "note"}},
		{"record-participation", func(s secrets) map[string]any { return putRight("correct", s.assessed("2018-04-01")) }, []string{"value", "note"}},
		{"record-participation", func(s secrets) map[string]any { return putRight("withdraw", s.assessed("2018-04-01")) }, []string{"value", "note"}},
		{"sign-contract", func(s secrets) map[string]any { return s.contract("S/1", "psu") }, []string{"place", "work"}},
		{"log-visit", func(s secrets) map[string]any { return s.visit(false) }, []string{"activity", "place"}},
		{"log-visit", func(s secrets) map[string]any { return s.visit(true) }, []string{"activity", "place", "reason"}},
		{"record-session", func(s secrets) map[string]any { return s.session(false) }, []string{"topic", "organiser", "specialist"}},
		{"record-session", func(s secrets) map[string]any { return s.session(true) }, []string{"topic", "organiser", "specialist", "reason"}},
		{"plan-series", secrets.series, nil},
		{"record-presence", func(s secrets) map[string]any { return s.presence(false) }, []string{"effects"}},
		{"record-presence", func(s secrets) map[string]any { return s.presence(true) }, []string{"effects", "reason"}},
		{"record-attendance", func(s secrets) map[string]any { return s.day("2018-03-05", 240) }, []string{"place"}},
		{"record-attendance", func(s secrets) map[string]any { return s.sickDay("2018-03-06") }, []string{"place", "absence"}},
		{"record-claim-decision", secrets.decision, []string{"reason"}},
		{"hand-over-month", secrets.sheet, nil},
		{"approve-month", secrets.sheet, nil},
		{"return-month", func(s secrets) map[string]any {
			sheet := s.sheet()
			sheet["reason"] = s.reason
			return sheet
		}, []string{"reason"}},
		{"change-contract", func(s secrets) map[string]any { return s.change("breach") }, []string{"reason"}},
		{"change-contract", func(s secrets) map[string]any { return s.change("suspend") }, []string{"reason"}},
		{"tell-durability", secrets.told, []string{"text"}},
		{"record-contact", func(s secrets) map[string]any { return s.contact(0) }, []string{"pseudonym", "cause", "needs", "intervention", "referral", "outcome"}},
		{"record-contact", func(s secrets) map[string]any {
			c := s.contact(1)
			c["id"] = "K/" + s.met[1].pseudonym
			return c
		}, []string{"pseudonym"}},
		{"identify-pseudonym", secrets.identity, []string{"pseudonym"}},
		{"count-place", func(s secrets) map[string]any {
			return map[string]any{"place": "dworzec", "date": "2018-03-04", "withdraw": true, "reason": s.reason}
		}, []string{"reason"}},
		{"resolve-finding", secrets.resolved, []string{"reason"}},
		{"resolve-finding", secrets.unfound, []string{"reason"}},
		{"write-off-claim", secrets.writtenOff, []string{"reason"}},
		{"withdraw-claim", secrets.withdrawal, []string{"reason"}},
	}, guessesOfSocialContract()...) {
		try(c.name, c.like(a))
		try(c.name, c.like(b))
		try(c.name, c.like(a), "If-Match", `"0"`)
		for _, field := range c.fields {
			for _, guess := range dictionary(field) {
				body := c.like(a)
				body[field] = guess
				try(c.name, body)
			}
		}
	}
	// The same key with other words, and fresh facts beside the recorded ones whose
	// sealed words an equal text would give away.
	for _, s := range []secrets{a, b} {
		see("key", d.command("register-participant", "one-key", mustJSON(t, s.person())))
		day := s.day("2018-03-12", 60)
		see("day", d.command("record-attendance", "one-day", mustJSON(t, day)))
		next := s.visit(false)
		next["date"] = "2018-03-19"
		see("visit", d.command("log-visit", "one-visit", mustJSON(t, next)))
		for _, word := range strings.Fields(s.title) {
			see("claim", d.command("submit-claim", "claim-"+word, `{"number":"`+word+`","agreement":"P/1","month":"2018-03","submitted":"2018-04-11","amountGrosze":100}`))
		}
	}
	// Hours on a day on which another referral has the person away, sick or not.
	see("claim of a sick day", d.command("submit-claim", "sick", `{"number":"W/4","agreement":"P/1","month":"2018-04","submitted":"2018-05-10"}`))
	for _, target := range []string{"/api/v1/events?limit=1000", "/api/v1/events?participant=U1", "/api/v1/streams/participant-U1/events"} {
		see(target, d.get(target))
	}
	for _, r := range decode[httpapi.ReportList](t, d.get("/api/v1/reports")).Reports {
		see(r.Name, d.get(r.Href))
		see(r.Name, d.get(r.Href+"?format=csv"))
	}
	return questions, answers
}

// anyTime leaves instants out of an answer, and hashes that are keyed anew in each
// ledger; ids that are drawn are numbered, so that who is the same one shows.
func anyTime(body string) string {
	drawn := map[string]string{}
	for _, field := range []string{`"recordedAt":"`, `"generatedAt":"`, `"correlationId":"`, `"stream":"request-`, `"stream":"import-`, `"street":"`, `"stream":"street-`, `"request":"`, `"file":"`} {
		for at := 0; ; {
			i := strings.Index(body[at:], field)
			if i < 0 {
				break
			}
			start := at + i + len(field)
			end := strings.IndexByte(body[start:], '"')
			number := ""
			if strings.Contains(field, "street") {
				id := body[start : start+end]
				if drawn[id] == "" {
					drawn[id] = fmt.Sprint(len(drawn) + 1)
				}
				number = drawn[id]
			}
			body = body[:start] + number + body[start+end:]
			at = start
		}
	}
	return body
}

// The holder of the token, with dictionaries and patience, learns nothing of what is
// sealed: two ledgers that differ in every sealed value answer alike, to the byte.
func TestAnAttackerWithoutTheRightLearnsNothing(t *testing.T) {
	t.Parallel()
	questions, one := attack(t, secretLedger(t, truth()))
	_, two := attack(t, secretLedger(t, other()))
	if len(one) != len(two) || len(one) < 1000 {
		t.Fatalf("%d and %d answers", len(one), len(two))
	}
	// Whatever command there is, it was asked.
	var p httpapi.Problem
	d := open(t, nil)
	if err := json.Unmarshal(d.command("no-such", "k", "{}").Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	_, names, _ := strings.Cut(p.Detail, "Są: ")
	for name := range strings.SplitSeq(names, ", ") {
		switch name {
		case "conclude-agreement", "pay-benefit", "match-line", "unmatch-line", "plan-budget", "record-expense": // of which nothing is sealed, or nothing compared
			continue
		}
		if !slices.ContainsFunc(questions, func(q string) bool {
			return q == "key" && name == "register-participant" || strings.HasPrefix(q, name+" ") || q == "claim" && name == "submit-claim"
		}) {
			t.Errorf("nobody tried %s", name)
		}
	}
	learned := 0
	for i := range one {
		if one[i] != two[i] {
			if learned++; learned <= 5 {
				t.Errorf("%s is answered\n%s\nand\n%s", questions[i], one[i], two[i])
			}
		}
	}
	t.Logf("%d questions, %d answers tell the ledgers apart", len(one), learned)
	if learned > 0 {
		t.Errorf("%d answers tell the ledgers apart", learned)
	}
}

// Who guesses is stopped, in a window, and nobody else is.
func TestGuessesAreThrottled(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	d := open(t, func(o *httpapi.Options) { o.Now = func() time.Time { return noon.Add(time.Duration(now.Load())) } })
	accepted(t, d.command("register-participant", "k", person))
	stopped := 0
	for i := range 70 {
		w := d.command("register-participant", fmt.Sprint("g", i), person)
		if w.Code == http.StatusTooManyRequests {
			stopped++
			refused(t, w, http.StatusTooManyRequests, "too-many-guesses")
			if w.Header().Get("Retry-After") == "" {
				t.Error("does not say when to come back")
			}
			continue
		}
		refused(t, w, http.StatusConflict, "recorded")
	}
	if stopped != 10 {
		t.Errorf("%d of 70 were stopped", stopped)
	}
	d.role = "coordinator"
	accepted(t, d.command("register-participant", "mine", person))
	d.role = ""
	now.Store(int64(time.Minute))
	refused(t, d.command("register-participant", "later", person), http.StatusConflict, "recorded")
}

// Nor is anybody told more by asking many times at once.
func TestGuessesAtOnceAreThrottled(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) { o.Now = func() time.Time { return noon } })
	accepted(t, d.command("register-participant", "k", person))
	var told atomic.Int64
	var all sync.WaitGroup
	for i := range 300 {
		all.Go(func() {
			if d.command("register-participant", fmt.Sprint("g", i), person).Code == http.StatusConflict {
				told.Add(1)
			}
		})
	}
	all.Wait()
	if n := told.Load(); n > 60 {
		t.Errorf("%d were told", n)
	}
}

// A key is its caller's: another may use the same one for something else.
func TestAKeyBelongsToItsCaller(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	accepted(t, d.command("conclude-agreement", "k", agreementBody))
	refused(t, d.command("conclude-agreement", "k", strings.Replace(agreementBody, "60", "50", 1)), http.StatusConflict, "idempotency-key-reused")
	d.role = "coordinator"
	if a := accepted(t, d.command("register-participant", "k", person)); a.Events != 1 {
		t.Errorf("%+v", a)
	}
	d.role = ""
	if a := accepted(t, d.command("conclude-agreement", "k", agreementBody)); a.Events != 0 {
		t.Errorf("%+v", a)
	}
}

// That two people have one PESEL is told to nobody who may not see people, also not by
// the history of what was said of it.
func TestADoubledPESELIsNotTold(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	body := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"firstName":"Anna","lastName":"Kos","pesel":"44051401359"}`, id)
	}
	d.role = "coordinator"
	accepted(t, d.command("register-participant", "a", body("U1")))
	d.role = "" // the token guesses a PESEL
	accepted(t, d.command("register-participant", "b", body("X9")))
	d.role = "coordinator"
	now := time.Now().In(d.ledger.Zone).Format(time.DateOnly)
	accepted(t, d.command("resolve-finding", "r", fmt.Sprintf(`{"finding":"doubled-pesel:U1:X9","reason":"sprawdzone","from":%q,"to":%q}`, now, now)))
	// The record of it names neither the kind nor the two together, whoever reads the history.
	for _, role := range []string{"coordinator", ""} {
		d.role = role
		events := d.get("/api/v1/events?type=finding.*").Body.String()
		if strings.Contains(events, "doubled-pesel") || strings.Contains(events, `"X9"`) || strings.Contains(events, "finding.resolved.v3") != (role != "") {
			t.Errorf("role %q is told %s", role, events)
		}
		if code := d.get("/api/v1/streams/finding-doubled-pesel%253AU1%253AX9/events").Code; code != http.StatusNotFound {
			t.Errorf("role %q is answered %d", role, code)
		}
	}
}

// The record of a reading says who was shown, and not by which code they were asked for: it
// outlives their key.
func TestAReadingTellsNoCodes(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.role = "coordinator"
	accepted(t, d.command("register-participant", "a", `{"id":"U1","firstName":"Anna","lastName":"Kos"}`))
	accepted(t, d.command("record-participation", "b", `{"participant":"U1","programme":"wszyscy-razem","event":"przyjecie","date":"2009-03-02","group":"wychowankowie"}`))
	a := decode[answer](t, d.get("/api/v1/reports/participation?group=wychowankowie&programme=wszyscy-razem"))
	readings := d.get("/api/v1/events?type=intake.personal-data-read.*").Body.String()
	if len(a.Rows) != 1 || !strings.Contains(readings, `"U1"`) || !strings.Contains(readings, `"wszyscy-razem"`) || strings.Contains(readings, "wychowankowie") {
		t.Errorf("%v\n%s", a.Rows, readings)
	}
}
