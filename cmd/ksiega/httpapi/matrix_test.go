package httpapi_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"ksiega/cmd/ksiega/httpapi"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/testkit/ledgertest"
)

// home is one of two halves of a centre, of which nothing is the other's.
type home struct {
	person, worker, assistant, agreement, referral, visited, social, session, contact, claim string
	psu, care, club                                                                          string // programmes
}

func homes() (ours, theirs home) {
	of := func(n string) home {
		return home{person: "OSOBA" + n, worker: "PRAC" + n, assistant: "ASYST" + n, agreement: "POROZ/" + n, referral: "SKIER/" + n, visited: "WIZYT/" + n,
			social: "KONTR/" + n, session: "ZAJ/" + n, contact: "KONT/" + n, claim: "WNIOS/" + n}
	}
	ours, theirs = of("1"), of("2")
	ours.psu, ours.care, ours.club = "psu", "asystent-aktywnosci", "mkis"
	theirs.psu, theirs.care, theirs.club = "wszyscy-razem", "aoon-2006", "standard-pracy-socjalnej"
	return ours, theirs
}

// named are the words by which anything of a home shows.
func (h home) named() []string {
	return []string{h.person, h.assistant, h.agreement, h.referral, h.visited, h.social, h.session, h.contact, h.claim}
}

// said are texts of each home, by their class; every one of them is sealed.
func said(n string) map[access.Class]string {
	return map[access.Class]string{access.Name: "Imię-" + n, access.Support: "Praca-" + n, access.Visit: "Czynność-" + n, access.Staff: "Asystentka-" + n, access.Street: "Pseudo-" + n,
		access.PESEL: map[string]string{"1": "44051401359", "2": "02070803628"}[n]}
}

// twoHomes is a ledger of both.
func twoHomes(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	ours, theirs := homes()
	for i, h := range []home{ours, theirs} {
		n := fmt.Sprint(i + 1)
		s := said(n)
		for _, f := range []struct{ name, rows string }{
			{"uczestnicy", "id;imie;nazwisko;pesel\n" + h.person + ";" + s[access.Name] + ";Kos;" + s[access.PESEL] + "\n" + h.person + "B;" + s[access.Name] + ";Kos;\n"},
			{"przydzialy", "uczestnik;pracownik;od\n" + h.person + ";" + h.worker + ";01.01.2018\n" + h.person + "B;" + h.worker + ";01.01.2018\n"},
			{"asystenci", "id;imie;nazwisko\n" + h.assistant + ";" + s[access.Staff] + ";Sowa\n"},
			{"porozumienia", "numer;zawarto;od;do;refundacja\n" + h.agreement + ";06.02.2018;08.02.2018;31.12.2018;60\n"},
			{"umowy", "numer;rodzaj;program;uczestnik;zawarto;od;do;porozumienie;godziny_tydzien;asystent;miejsce\n" +
				h.referral + ";psu;" + h.psu + ";" + h.person + ";07.02.2018;08.02.2018;31.12.2018;" + h.agreement + ";10;;" + s[access.Support] + "\n" +
				h.visited + ";trojstronny;" + h.care + ";" + h.person + ";02.01.2018;02.01.2018;31.12.2018;;;" + h.assistant + ";\n" +
				h.social + ";socjalny;" + h.club + ";" + h.person + ";02.01.2018;02.01.2018;31.12.2018;;;;\n"},
			{"obecnosci", "umowa;data;godziny\n" + h.referral + ";05.03.2018;2:00\n"},
			{"godziny", "asystent;umowa;data;od;do;czynnosc\n" + h.assistant + ";" + h.visited + ";05.03.2018;08:00;10:00;" + s[access.Visit] + "\n"},
			{"wyplaty", "lista;umowa;miesiac;kwota;data\nL" + n + ";" + h.referral + ";2018-03;16,20;06.04.2018\n"},
			{"wnioski", "numer;porozumienie;miesiac;zlozono\n" + h.claim + ";" + h.agreement + ";2018-03;10.04.2018\n"},
			{"zajecia", "id;program;rodzaj;temat;data;od;do\n" + h.session + ";" + h.club + ";warsztat;temat;05.03.2018;16:00;18:00\n"},
			{"obecnosci-zajec", "zajecia;uczestnik;obecnosc\n" + h.session + ";" + h.person + ";obecny\n" + h.session + ";" + h.person + "B;obecny\n"},
			{"kontakty", "id;program;data;godzina;miejsce;pseudonim;pracownik;pierwszy;rodzaj\n" + h.contact + ";" + h.club + ";04.03.2018;21:00;park;" + s[access.Street] + ";" + h.worker + ";tak;prewencja\n"},
		} {
			if sum := l.Import(t, f.name+"_"+n+".csv", f.rows); sum.Refused != 0 || sum.Accepted == 0 {
				t.Fatalf("%s: %+v", f.name, sum)
			}
		}
	}
	return l
}

// asker is somebody in one role, as far as they may be limited to a home; the rest is for everybody.
type asker struct {
	access.Who
	name          string
	limited, away bool
}

// askers are all roles: unlimited, within a home, and within one that holds nothing.
func askers(h home) (all []asker) {
	role := func(name string, r access.Role, away bool, limits ...domain.Ref) {
		who := access.By(name, access.Pages, r)
		if r != access.Visitor && r != access.Machine && r != access.Token && r != access.Automaton {
			who.Account = name
		}
		who.Grants[0].Limits = limits
		all = append(all, asker{who, name, len(limits) > 0, away})
	}
	for _, r := range access.Roles() {
		role(string(r), r, false)
	}
	programmes := []domain.Ref{}
	for _, p := range []string{h.psu, h.care, h.club} {
		programmes = append(programmes, domain.Ref{Kind: domain.RefProgramme, ID: p})
	}
	limits := map[access.Role][][]domain.Ref{
		access.Caseworker:  {{{Kind: domain.RefWorker, ID: h.worker}}, {{Kind: domain.RefWorker, ID: "PRAC9"}}},
		access.Outreach:    {{{Kind: domain.RefWorker, ID: h.worker}}, {{Kind: domain.RefWorker, ID: "PRAC9"}}},
		access.Assistant:   {{{Kind: domain.RefAssistant, ID: h.assistant}}, {{Kind: domain.RefAssistant, ID: "ASYST9"}}},
		access.Coordinator: {programmes, {{Kind: domain.RefProgramme, ID: "pal-osada"}}},
		access.Auditor:     {programmes, {{Kind: domain.RefProgramme, ID: "pal-osada"}}},
	}
	for r, of := range limits {
		role(string(r)+" here", r, false, of[0]...)
		role(string(r)+" away", r, true, of[1]...)
	}
	role("auditor of the agreement", access.Auditor, false, domain.Ref{Kind: domain.RefAgreement, ID: h.agreement})
	return all
}

// routeLine is what an address asks for: an operation of the table of rights, the address of one
// home's, and of a form what it sends. None is for everybody, or for whoever signed in.
type routeLine struct {
	op   access.Operation
	of   func(h home) string
	form string
}

// routeLines has a line for each route; one that is new says here what it asks for.
func routeLines() map[string]routeLine {
	at := func(format string, part func(home) string) func(home) string {
		return func(h home) string { return fmt.Sprintf(format, strings.ReplaceAll(part(h), "/", "%2F")) }
	}
	just := func(address string) func(home) string { return func(home) string { return address } }
	agreement, assistant := func(h home) string { return h.agreement }, func(h home) string { return h.assistant }
	lines := map[string]routeLine{
		"GET /":                               {"", just("/"), ""},
		"GET /docs":                           {"", just("/docs"), ""},
		"GET /klawisze":                       {"", just("/klawisze"), ""},
		"GET /favicon.svg":                    {"", just("/favicon.svg"), ""},
		"GET /healthz":                        {"", just("/healthz"), ""},
		"GET /readyz":                         {"", just("/readyz"), ""},
		"GET /openapi.json":                   {"", just("/openapi.json"), ""},
		"GET /openapi.yaml":                   {"", just("/openapi.yaml"), ""},
		"GET /api/v1/reports":                 {"", just("/api/v1/reports"), ""},
		"GET /api/v1/events":                  {access.Replay, nil, ""},
		"GET /api/v1/streams/{stream}/events": {access.Replay, func(h home) string { return "/api/v1/streams/participant-" + h.person + "/events" }, ""},
		"GET /miesiace":                       {access.Sheet, just("/miesiace?miesiac=2018-03"), ""},
		"GET /miesiace/porozumienie/{id}/{month}":  {"", at("/miesiace/porozumienie/%s/2018-03", agreement), ""},
		"GET /miesiace/asystent/{id}/{month}":      {"", at("/miesiace/asystent/%s/2018-03", assistant), ""},
		"GET /obecnosci/{id}/{month}":              {access.Sheet, at("/obecnosci/%s/2018-03", agreement), ""},
		"GET /wizyty/{id}/{month}":                 {access.Sheet, at("/wizyty/%s/2018-03", assistant), ""},
		"GET /zajecia":                             {access.Session, just("/zajecia?miesiac=2018-03"), ""},
		"GET /zajecia/{id}":                        {access.Session, at("/zajecia/%s", func(h home) string { return h.session }), ""},
		"GET /osoby":                               {access.Find, just("/osoby"), ""},
		"GET /osoby/*":                             {access.Report("person"), func(h home) string { return "/osoby/" + h.person }, ""},
		"GET /umowy":                               {access.Report("contracts"), just("/umowy"), ""},
		"GET /umowy/*":                             {access.Report("contracts"), func(h home) string { return "/umowy/" + h.visited }, ""},
		"GET /ustalenia":                           {access.Report("findings"), just("/ustalenia"), ""},
		"GET /rejestr":                             {access.Report("access-log"), just("/rejestr"), ""},
		"GET /wzory":                               {"", nil, ""}, // for the sample, and administrators
		"POST /osoby":                              {access.Find, just("/osoby"), "szukaj=Imię"},
		"POST /api/v1/people":                      {access.Find, just("/api/v1/people"), `{"name":"Imię"}`},
		"GET /zapisy/{position}":                   {access.Replay, nil, ""}, // below, each
		"POST /umowy":                              {access.Report("contracts"), just("/umowy"), "szukaj=WIZYT"},
		"POST /miesiace/porozumienie/{id}/{month}": {"hand-over-month", at("/miesiace/porozumienie/%s/2018-03", agreement), "page"},
		"POST /miesiace/asystent/{id}/{month}":     {"hand-over-month", at("/miesiace/asystent/%s/2018-03", assistant), "page"},
		"POST /obecnosci/{id}/{month}":             {"record-attendance", at("/obecnosci/%s/2018-03", agreement), "page"},
		"POST /wizyty/{id}/{month}":                {"log-visit", at("/wizyty/%s/2018-03", assistant), "page"},
		"POST /zajecia/{id}":                       {"record-presence", at("/zajecia/%s", func(h home) string { return h.session }), "page"},
		"GET /reports/{name}":                      {access.Report("contracts"), just("/reports/contracts"), ""},
		"GET /api/v1/reports/{name}":               {access.Report("contracts"), nil, ""}, // no such report
		"GET /polecenia":                           {"", nil, ""},                         // the forms that one may open: below, each
		"GET /polecenia/{name}":                    {"sign-contract", just("/polecenia/sign-contract"), ""},
		"POST /polecenia/{name}":                   {"sign-contract", just("/polecenia/sign-contract"), "numer=X"},
		"POST /polecenia/{name}/szukaj/{field}":    {"grant-aid", just("/polecenia/grant-aid/szukaj/umowa"), "umowa?=KONTR"},
		"POST /api/v1/commands/{name}":             {"", nil, ""},
	}
	return lines
}

// Each route is asked by each role, in and out of what it is limited to: who may by the table is
// answered, anybody else refused, and nobody is told of what lies outside their limits, or a text that their role doesn't see.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	d := over(t, twoHomes(t), nil)
	lines := routeLines()
	var reports []string
	err := chi.Walk(d.handler.(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		name, report := strings.CutPrefix(route, "/api/v1/reports/")
		switch _, told := lines[method+" "+route]; {
		case told, strings.HasPrefix(route, "/assets/"), strings.HasPrefix(route, "/api/v1/commands/"): // below
		case report && !strings.Contains(name, "{"):
			reports = append(reports, name)
		default:
			t.Errorf("%s %s: say what it asks for", method, route)
		}
		return nil
	})
	if err != nil || len(reports) < 15 {
		t.Fatal(reports, err)
	}
	for _, name := range reports {
		line := routeLine{op: access.Report(name), of: func(home) string { return "/api/v1/reports/" + name }}
		if name == "person" {
			line.of = func(h home) string { return "/api/v1/reports/person?participant=" + h.person }
		}
		lines["GET report "+name] = line
		lines["GET page "+name] = routeLine{op: line.op, of: func(h home) string { return strings.TrimPrefix(line.of(h), "/api/v1") }}
	}
	ours, theirs := homes()
	for _, who := range askers(ours) {
		for _, route := range slices.Sorted(maps.Keys(lines)) {
			if lines[route].of != nil {
				d.looks(who, route, lines[route], ours, theirs)
			}
		}
	}
}

// looks asks for a route once for each home.
func (d *door) looks(who asker, route string, line routeLine, ours, theirs home) {
	d.t.Helper()
	for _, h := range []home{ours, theirs} {
		target := line.of(h)
		r := request(http.MethodGet, target, "", "Accept", "text/html, application/json;q=0.9")
		if method, _, _ := strings.Cut(route, " "); method == http.MethodPost {
			form, media := line.form, "application/x-www-form-urlencoded"
			if form == "page" { // as the page of who may sends it
				page := strings.NewReplacer("/miesiace/porozumienie/", "/obecnosci/", "/miesiace/asystent/", "/wizyty/").Replace(target)
				shown := formOf(d.t, d.as("kierowniczka", "coordinator").open(page), target)
				presence := map[bool]string{true: "obecny", false: "nieobecny"}[strings.Contains(shown.Get("w:"+h.person), "nieobecny")]
				form = with(shown, "_do", "przekaz", "c:"+h.referral+":2018-03-1"+fmt.Sprint(len(who.name)%8), "1", "c:"+h.visited+":2018-03-13", "10-11", "p:"+h.person, presence).Encode()
			}
			if strings.HasPrefix(form, "{") {
				media = "application/json"
			}
			r = request(http.MethodPost, target, form, "Accept", "text/html, application/json;q=0.9", "Content-Type", media, "Idempotency-Key", rand.Text())
		}
		w := d.from(who.Who, r)
		body := w.Body.String()
		told := fmt.Sprintf("%s: %s of %s: %d", who.name, route, h.person, w.Code)
		may, own := line.op == "" || who.May(line.op), target == line.of(ours) && !(who.Is(access.Assistant) && who.limited && strings.Contains(route, "porozumienie"))
		listed := line.of(ours) == line.of(theirs)
		switch {
		case w.Code >= http.StatusInternalServerError:
			d.t.Errorf("%s %.500s", told, strings.Join(strings.Fields(body), " "))
		case !may && w.Code < 400:
			d.t.Errorf("%s, and may not", told)
		case may && !who.away && own && (w.Code == http.StatusForbidden || w.Code == http.StatusUnauthorized):
			d.t.Errorf("%s, and may: %.300s", told, strings.Join(strings.Fields(body), " "))
		case may && line.op != "" && who.limited && !listed && (who.away || !own) && w.Code < 400 && !strings.HasPrefix(route, "GET report") && !strings.HasPrefix(route, "GET page"):
			d.t.Errorf("%s, and it is not theirs", told)
		}
		for i, other := range []home{ours, theirs} {
			if who.limited && (i == 1 || who.away) {
				for _, name := range other.named() {
					if strings.Contains(body, name) && !strings.Contains(target, strings.ReplaceAll(name, "/", "%2F")) && !strings.Contains(target, name) {
						d.t.Errorf("%s tells %s", told, name)
					}
				}
			}
			for class, text := range said(fmt.Sprint(i + 1)) {
				if strings.Contains(body, text) && (!who.Sees(class) || who.limited && (i == 1 || who.away)) {
					d.t.Errorf("%s tells %s", told, text)
				}
			}
		}
	}
}

// bodies are commands about a home, by their names.
func bodies(h home, n int) map[string]map[string]any {
	day, key := "2018-03-12", fmt.Sprint(n)
	seen := map[string]int64{domain.Stream("attendance", h.referral): 1}
	sheet := func() map[string]any {
		return map[string]any{"agreement": h.agreement, "month": "2018-03", "seen": seen}
	}
	back := sheet()
	back["reason"] = "x"
	return map[string]map[string]any{
		"register-participant": {"id": h.person, "firstName": "Z", "correct": true, "reason": "x"},
		"register-assistant":   {"id": h.assistant, "firstName": "Z", "correct": true, "reason": "x"},
		"record-programme":     {"file": "id: " + h.club + "\nod: 2007-10-01\nname: Klub\nsource: \"000\"\norganiser: MOPS\nservices:\n  - {id: warsztat, kind: warsztat, name: Warsztaty}\n"},
		"change-setting":       {"setting": "one-accountant", "value": "nie", "reason": "x"},
		"record-status":        {"participant": h.person, "kind": "bezdomnosc", "from": day, "value": "tak"},
		"record-stay":          {"participant": h.person, "kind": "dps", "from": day},
		"assign-case":          {"participant": h.person, "worker": h.worker, "from": day},
		"merge-participants":   {"merged": h.person, "kept": h.person + "B"},
		"conclude-agreement":   {"number": h.agreement, "concluded": "2018-02-06", "from": "2018-02-08", "to": "2018-12-31", "refundPercent": 60},
		"sign-contract":        {"number": h.visited, "reason": "x", "withdraw": true},
		"change-contract":      {"number": h.visited, "change": "suspend", "on": "2018-11-0" + key[:1], "reason": "x"},
		"record-participation": {"participant": h.person, "programme": h.club, "event": "nominacja", "date": day},
		"set-task":             {"contract": h.social, "no": "1", "side": "uczestnik", "text": "x", "due": day},
		"record-task-result":   {"contract": h.social, "no": "1", "date": day, "result": "wykonane"},
		"evaluate-contract":    {"contract": h.social, "date": day, "result": "pozytywna"},
		"grant-aid":            {"contract": h.social, "date": day, "amountGrosze": 100, "purpose": "x", "document": "D" + key},
		"record-attendance":    {"contract": h.referral, "date": day, "minutes": 60},
		"log-visit":            {"assistant": h.assistant, "contract": h.visited, "date": day, "from": "08:00", "to": "09:00"},
		"record-session":       {"id": h.session, "programme": h.club, "kind": "warsztat", "topic": "t", "date": day, "from": "08:00", "to": "09:00"},
		"plan-series":          {"session": map[string]any{"id": h.session + "/S", "programme": h.club, "kind": "warsztat", "topic": "t", "from": "08:00", "to": "09:00"}, "weekday": 1, "from": day, "until": day},
		"record-presence":      {"session": h.session, "participant": h.person, "presence": "obecny"},
		"hand-over-month":      sheet(), "approve-month": sheet(), "return-month": back,
		"pay-benefit":           {"list": "L" + key, "contract": h.referral, "month": "2018-03", "amountGrosze": 1, "date": "2018-04-07"},
		"submit-claim":          {"number": h.claim + "N", "agreement": h.agreement, "month": "2018-04", "submitted": "2018-05-10", "amountGrosze": 100},
		"withdraw-claim":        {"claim": h.claim, "agreement": h.agreement, "reason": "x"},
		"record-claim-decision": {"claim": h.claim, "date": "2018-04-20", "outcome": "przyjety"},
		"write-off-claim":       {"claim": h.claim, "date": "2018-12-31", "reason": "x"},
		"match-line":            {"statement": "1", "line": 1, "claim": h.claim},
		"unmatch-line":          {"statement": "1", "line": 1, "claim": h.claim, "reason": "x"},
		"plan-budget":           {"programme": h.club, "line": "kursy", "amountGrosze": 1},
		"record-expense":        {"programme": h.club, "line": "kursy", "document": "FV/1", "date": day, "amountGrosze": 1},
		"tell-durability":       {"project": h.club, "event": "start", "date": day},
		"record-contact":        {"id": h.contact, "programme": h.club, "date": day, "time": "10:00", "worker": h.worker, "kind": "prewencja"},
		"count-place":           {"programme": h.club, "place": "dworzec", "date": day, "people": 1},
		"identify-pseudonym":    {"programme": h.club, "pseudonym": "nikt-taki", "participant": h.person},
		"resolve-finding":       {"finding": "not-claimed:" + h.agreement, "reason": "x"},
	}
}

// Each command is sent by each role, about what is theirs and about what is not.
func TestWhoDoesWhat(t *testing.T) {
	t.Parallel()
	d := over(t, twoHomes(t), func(o *httpapi.Options) { o.Now = steps() })
	ours, theirs := homes()
	var p httpapi.Problem
	if err := json.Unmarshal(d.command("no-such", "k", "{}").Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	_, names, _ := strings.Cut(p.Detail, "Są: ")
	for name := range strings.SplitSeq(names, ", ") {
		for n, who := range askers(ours) {
			w := d.from(who.Who, request(http.MethodGet, "/polecenia/"+name, "", "Accept", "text/html"))
			if may := who.May(access.Operation(name)) && !strings.HasSuffix(name, "-month"); may != (w.Code == http.StatusOK) {
				t.Errorf("%s: the form of %s: %d", who.name, name, w.Code)
			}
			for _, h := range []home{ours, theirs} {
				body, told := bodies(h, n)[name]
				if !told {
					t.Fatalf("say how %s is sent", name)
				}
				if name == "hand-over-month" && who.Is(access.Assistant) {
					body = map[string]any{"assistant": h.assistant, "month": "2018-03", "seen": map[string]int64{"assistance-" + h.assistant + "-2018-03": 0}}
				}
				w := d.from(who.Who, request(http.MethodPost, "/api/v1/commands/"+name, mustJSON(t, body), "Content-Type", "application/json", "Idempotency-Key", strings.ReplaceAll(fmt.Sprint(who.name, name, h.person), " ", "-")))
				may := who.May(access.Operation(name)) && (!who.limited || h == ours && !who.away)
				if denied := w.Code == http.StatusForbidden; w.Code >= http.StatusInternalServerError || denied == may {
					t.Errorf("%s: %s of %s: %d %.400s", who.name, name, h.person, w.Code, w.Body)
				}
			}
		}
	}
}

// steps is a clock on which each look is two minutes later, so that nothing is throttled.
func steps() func() time.Time {
	n := 0
	var mu = make(chan struct{}, 1)
	return func() time.Time {
		mu <- struct{}{}
		defer func() { <-mu }()
		n += 2
		return noon.Add(time.Duration(n) * time.Minute)
	}
}

// accountLines are the operations that the pages of accounts ask for; "" is for everybody who has one.
// Where somebody comes in or leaves no account is asked for, and what leads elsewhere asks for nothing.
func accountLines() map[string]access.Operation {
	lines := map[string]access.Operation{
		"GET /konta": access.ListAccounts, "GET /konta/{id}": access.ListAccounts, "POST /konta": access.AddAccount, "POST /konta/{id}/popraw": access.CorrectAccount,
		"POST /konta/{id}/rola": access.AskForAccount, "POST /konta/{id}/odbierz": access.AskForAccount, "POST /konta/{id}/dostep": access.ResetAccount,
		"POST /konta/{id}/stan": access.SwitchAccount, "POST /decyzje/{id}/{request}": access.DecideRequest, "GET /decyzje": access.ListAccounts,
	}
	for _, own := range []string{"GET /konto", "GET /konto/zostan", "POST /konto/haslo", "POST /konto/aplikacja", "POST /konto/aplikacja/kod", "POST /konto/kody", "POST /konto/klucze",
		"POST /konto/klucze/odwolaj", "POST /konto/wszedzie"} {
		lines[own] = access.OwnAccount
	}
	return lines
}

// The pages of accounts are asked by each role, signed in.
func TestWhoKeepsAccounts(t *testing.T) {
	t.Parallel()
	o := enter(t)
	lines, known := accountLines(), routeLines()
	err := chi.Walk(o.handler().(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		_, line := lines[method+" "+route]
		_, other := known[method+" "+route]
		redirects := method == http.MethodGet && (strings.HasPrefix(route, "/konta/{id}/") || strings.HasPrefix(route, "/konto/"))
		if !line && !other && !redirects && !strings.HasPrefix(route, "/wejscie") && route != "/wyjscie" && !strings.HasPrefix(route, "/api/") && !strings.HasPrefix(route, "/assets/") {
			t.Errorf("%s %s: say what it asks for", method, route)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	whose := o.Members[access.Assistant].ID
	for role := range o.Members {
		b := o.signIn(role)
		b.get("/konto")
		_, token, _ := strings.Cut(b.page, `name="_token" value="`)
		token, _, _ = strings.Cut(token, `"`)
		who := access.By("x", access.Pages, role)
		for _, route := range slices.Sorted(maps.Keys(lines)) {
			method, path, _ := strings.Cut(route, " ")
			if path == "/konto/wszedzie" { // it would end the session
				continue
			}
			path = strings.NewReplacer("{id}", whose, "{request}", "9").Replace(path)
			w := b.do(method, path, url.Values{"_token": {token}, "_key": {rand.Text()}, "request": {"9"}, "decyzja": {"nie"}, "reason": {"x"}})
			decides := lines[route] == access.DecideRequest && who.May(access.Acknowledge)
			if may := who.May(lines[route]) || decides; may == (w.StatusCode == http.StatusForbidden) {
				t.Errorf("%s: %s: %d", role, route, w.StatusCode)
			}
		}
	}
}
