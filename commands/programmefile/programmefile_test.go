package programmefile_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ksiega/commands/programmefile"
	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/programme"
)

// whole is a file that says everything.
const whole = `# a comment
id: asystent-aktywnosci
od: 2017-07-01
name: Asystent aktywności
source: "001"
organiser: MOPS Starachowice
partners: [Stowarzyszenie PROREW]
period: {from: 2017-07-01, to: 2019-06-30}
contracts: [trojstronny]
enrolment: required
caseload: 10
caps:
  - {per: participant, period: week, hours: 4, over: finding}
  - {per: assistant, period: day, hours: 7.5, over: refuse, source: regulamin}
  - per: participant
    period: year
    hours: 840
    over: finding
    when: {sprzezona: tak, niepelnosprawnosc: znaczny}
  - {per: assistant, period: month, people: 20, over: finding}
  - {per: contract, period: total, days: 90, over: finding}
stays: {dps: eligible}
groups:
  - {id: niepelnosprawni, name: Osoby z niepełnosprawnościami, target: 30}
services:
  - {id: asystent, kind: visit, name: Usługa asystencka}
  - {id: szkolenie-opiekunow, kind: szkolenie, name: Szkolenia opiekunów, organiser: Stowarzyszenie PROREW}
budget:
  shares: {ue: 85, budzet: 4.5, wlasny: 10.50}
outcomes: [ukonczyl, podjal_prace]
dictionaries: {temat: [trening], czynnosc: [dojazd, zakupy]}
indicators:
  - {id: uczestnicy, name: Osoby, unit: osoby, target: 30.5, measure: people, of: {kind: visit, group: niepelnosprawni, outcome: ukonczyl, contract: trojstronny, state: enrolled}}
  - {id: ts-100h, unit: osoby, target: 16, measure: people, of: {kind: szkolenie, topic: trening, effect: ukonczenie}, minHours: 100}
  - {id: umowy, unit: umowy, measure: contracts, of: {state: signed}, groups: each}
durability: {anchor: project-end, months: 24, places: 30, assistants: 3, service: trwalosc}
`

func date(year, month, day int) domain.Date {
	d, err := domain.CheckedDate(year, month, day)
	if err != nil {
		panic(err)
	}
	return d
}

func TestParse(t *testing.T) {
	t.Parallel()
	want := programme.Programme{
		ID: "asystent-aktywnosci", From: date(2017, 7, 1), Name: "Asystent aktywności", Source: "001", Organiser: "MOPS Starachowice",
		Partners: []string{"Stowarzyszenie PROREW"}, Period: programme.Days{From: date(2017, 7, 1), To: date(2019, 6, 30)},
		Contracts: []string{"trojstronny"}, Enrolment: true, Caseload: 10,
		Caps: []cap.Terms{
			{Per: cap.Participant, Period: cap.Week, Counts: cap.Minutes, Limit: 240},
			{Per: cap.Assistant, Period: cap.Day, Counts: cap.Minutes, Limit: 450, Refuse: true, Source: "regulamin"},
			{Per: cap.Participant, Period: cap.Year, Counts: cap.Minutes, Limit: 840 * 60,
				When: []cap.Condition{{Fact: "niepelnosprawnosc", Value: "znaczny"}, {Fact: "sprzezona", Value: "tak"}}},
			{Per: cap.Assistant, Period: cap.Month, Counts: cap.People, Limit: 20},
			{Per: cap.Contract, Period: cap.Total, Counts: cap.Days, Limit: 90},
		},
		Stays:  []programme.Stay{{Kind: "dps", Eligible: true}},
		Groups: []programme.Group{{ID: "niepelnosprawni", Name: "Osoby z niepełnosprawnościami", Target: 30}},
		Services: []programme.Service{{ID: "asystent", Kind: "visit", Name: "Usługa asystencka"},
			{ID: "szkolenie-opiekunow", Kind: "szkolenie", Name: "Szkolenia opiekunów", Organiser: "Stowarzyszenie PROREW"}},
		Shares: programme.Shares{EU: 8500, State: 450, Own: 1050}, Outcomes: []string{"ukonczyl", "podjal_prace"},
		Dictionaries: []programme.Dictionary{{Field: "czynnosc", Words: []string{"dojazd", "zakupy"}}, {Field: "temat", Words: []string{"trening"}}},
		Indicators: []programme.Indicator{
			{ID: "uczestnicy", Name: "Osoby", Unit: "osoby", Target: 3050, Measure: "people",
				Of: programme.Of{Kind: "visit", Group: "niepelnosprawni", Outcome: "ukonczyl", Contract: "trojstronny", State: "enrolled"}},
			{ID: "ts-100h", Unit: "osoby", Target: 1600, Measure: "people", Of: programme.Of{Kind: "szkolenie", Topic: "trening", Effect: "ukonczenie"}, MinMinutes: 6000},
			{ID: "umowy", Unit: "umowy", Measure: "contracts", Of: programme.Of{State: "signed"}, EachGroup: true},
		},
		Durability: programme.Durability{Anchor: "project-end", Months: 24, Places: 30, Assistants: 3, Service: "trwalosc"},
	}
	got, err := programmefile.Parse([]byte(whole))
	if err != nil || !reflect.DeepEqual(got.Programme, want) {
		t.Fatalf("%v\n%+v\n%+v", err, got.Programme, want)
	}
	// Another order of keys, a quoted day, an empty list: it says the same.
	turned := strings.NewReplacer("stays: {dps: eligible}\n", "", "od: 2017-07-01\n", "", "{sprzezona: tak, niepelnosprawnosc: znaczny}", "{niepelnosprawnosc: znaczny, sprzezona: tak}",
		"{temat: [trening], czynnosc: [dojazd, zakupy]}", "\n  czynnosc: [dojazd, zakupy]\n  temat:\n  - trening", "# a comment", "stays:\n  dps: eligible\nod: '2017-07-01'").Replace(whole)
	if other, err := programmefile.Parse([]byte(turned)); err != nil || !reflect.DeepEqual(other.Programme, want) {
		t.Errorf("%v\n%+v", err, other.Programme)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		was, is string // in the whole file
		line    int
		key     string
		want    *domain.Error
	}{
		{"id: asystent-aktywnosci\n", "", 2, "id", programme.ErrMissing},
		{"id: asystent-aktywnosci", "id: 44051401359", 2, "id", programmefile.ErrText},
		{"id: asystent-aktywnosci", `id: "44051401359"`, 2, "id", domain.ErrPESELAsID},
		{"id: asystent-aktywnosci", `id: "5260250274"`, 2, "id", programme.ErrNIPAsID},
		{"od: 2017-07-01", "od: 01.07.2017", 3, "od", programmefile.ErrDate},
		{"od: 2017-07-01", "od:", 3, "od", programme.ErrMissing},
		{"od: 2017-07-01", "od: 1989-12-31", 3, "od", domain.ErrForgotten},
		{"name: Asystent", "nazwa: Asystent", 4, "nazwa", programmefile.ErrKey},
		{`source: "001"`, "source: 001", 5, "source", programmefile.ErrText},
		{`source: "001"`, `source: "0\t1"`, 5, "source", programmefile.ErrUnread},
		{`source: "001"`, "name: drugi", 5, "name", programmefile.ErrKeyTwice},
		{"[Stowarzyszenie PROREW]\n", "[A, B, A]\n", 7, "partners", programme.ErrTwice},
		{"[Stowarzyszenie PROREW]\n", "PROREW\n", 7, "partners", programmefile.ErrList},
		{"to: 2019-06-30}", "to: 2017-06-30}", 8, "period.to", programme.ErrEnds},
		{"contracts: [trojstronny]", "contracts: [umowa]", 9, "contracts", programme.ErrWord},
		{"contracts: [trojstronny]", "contracts: [psu]", 33, "indicators.of.contract", programme.ErrNowhere},
		{"enrolment: required", "enrolment: tak", 10, "enrolment", programme.ErrWord},
		{"caseload: 10", "caseload: -1", 11, "caseload", programmefile.ErrCount},
		{"caseload: 10", "caseload: dziesięć", 11, "caseload", programmefile.ErrCount},
		{"per: participant, period: week", "per: agreement, period: week", 13, "caps.per", programme.ErrWord},
		{"period: week", "period: once", 13, "caps.period", programme.ErrWord},
		{"hours: 4, over", "hours: 4, days: 2, over", 13, "caps", programmefile.ErrOneOf},
		{"hours: 4, over", "amount: 4, over", 13, "caps.amount", programmefile.ErrKey},
		{"hours: 4, over", "hours: 0, over", 13, "caps.hours", programme.ErrBounds},
		{"hours: 4, over", "hours: 0.01, over", 13, "caps.hours", programmefile.ErrMinutes},
		{"hours: 4, over", "hours: 4.125, over", 13, "caps.hours", programmefile.ErrDecimal},
		{"hours: 4, over: finding", "hours: 4", 13, "caps.over", programme.ErrMissing},
		{"hours: 4, over: finding", "hours: 4, over: refuse", 13, "caps.over", programme.ErrRefuse},
		{"per: participant\n", "per: assistant\n", 19, "caps.when", programme.ErrWhose},
		{"niepelnosprawnosc: znaczny", "niepelnosprawnosc: odmowa", 19, "caps.when.niepelnosprawnosc", programme.ErrNoRule},
		{"niepelnosprawnosc: znaczny", "niepelnosprawnosc: duzy", 19, "caps.when.niepelnosprawnosc", programme.ErrWord},
		{"niepelnosprawnosc: znaczny", "wiek: stary", 19, "caps.when.wiek", programme.ErrWord},
		{"per: assistant, period: month, people", "per: participant, period: month, people", 20, "caps.people", programme.ErrPeople},
		{"per: contract, period: total, days: 90", "per: participant, period: week, hours: 4", 21, "caps", programme.ErrTwice},
		{"stays: {dps: eligible}", "stays: {szpital: eligible}", 22, "stays.szpital", programme.ErrWord},
		{"stays: {dps: eligible}", "stays: {dps: tak}", 22, "stays.dps", programme.ErrWord},
		{"target: 30}", "target: -30}", 24, "groups.target", programmefile.ErrCount},
		{"kind: visit, name", "kind: wizyta, name", 26, "services.kind", programme.ErrWord},
		{"id: szkolenie-opiekunow", "id: asystent", 27, "services.id", programme.ErrTwice},
		{"ue: 85", "ue: 85.001", 29, "budget.shares.ue", programmefile.ErrDecimal},
		{"ue: 85", "ue: 86", 29, "budget.shares", programme.ErrShares},
		{"ue: 85", "eu: 85", 29, "budget.shares.eu", programmefile.ErrKey},
		{"[ukonczyl, podjal_prace]", "[ukonczyl, ukonczyl]", 30, "outcomes", programme.ErrTwice},
		{"temat: [trening]", "temat: []", 31, "dictionaries.temat", programme.ErrMissing},
		{"czynnosc: [dojazd, zakupy]", "czynnosc: [Urząd, zakupy, URZAD]", 31, "dictionaries.czynnosc", programme.ErrTwice},
		{"temat: [trening]", "tematy: [trening]", 31, "dictionaries.tematy", programme.ErrWord},
		{"kind: visit, group", "kind: warsztat, group", 33, "indicators.of.kind", programme.ErrNowhere},
		{"group: niepelnosprawni", "group: inni", 33, "indicators.of.group", programme.ErrNowhere},
		{"outcome: ukonczyl", "outcome: odszedl", 33, "indicators.of.outcome", programme.ErrNowhere},
		{"state: enrolled", "state: signed", 33, "indicators.of.state", programme.ErrWord},
		{"topic: trening,", "topic: inny,", 34, "indicators.of.topic", programme.ErrNowhere},
		{"effect: ukonczenie", "effect: koniec", 34, "indicators.of.effect", programme.ErrWord},
		{"unit: osoby, target: 16", "target: 16", 34, "indicators.unit", programme.ErrMissing},
		{"measure: contracts, of", "measure: contracts, minHours: 1, of", 35, "indicators.minHours", programme.ErrMeasure},
		{"measure: contracts", "measure: umowy", 35, "indicators.measure", programme.ErrWord},
		{"groups: each", "groups: all", 35, "indicators.groups", programme.ErrWord},
		{"anchor: project-end, ", "", 36, "durability.anchor", programme.ErrMissing},
		{"months: 24", "months: 0", 36, "durability.months", programme.ErrBounds},
		{"months: 24", "months: 24.5", 36, "durability.months", programmefile.ErrCount},
		{"durability: {", "durability: {<<: *x, ", 36, "durability.<<", programmefile.ErrKey},
	} {
		data := strings.Replace(whole, c.was, c.is, 1)
		if strings.Contains(c.is, "*x") {
			data = strings.Replace(data, "id: asystent-aktywnosci", "id: &x asystent-aktywnosci", 1)
		}
		_, err := programmefile.Parse([]byte(data))
		var faults programmefile.Faults
		if !errors.As(err, &faults) || !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.is, err, c.want)
			continue
		}
		if !slices.ContainsFunc(faults, func(f programmefile.Fault) bool {
			return f.Line == c.line && f.Key == c.key && errors.Is(f.Refusal, c.want)
		}) {
			t.Errorf("%q: %v, want line %d %s", c.is, err, c.line, c.key)
		}
	}
	if _, err := programmefile.Parse([]byte(strings.NewReplacer("caseload: 10", "caseload: x", "enrolment: required", "enrolment: x").Replace(whole))); err == nil || strings.Count(err.Error(), "line ") != 2 {
		t.Errorf("two mistakes are %v", err)
	}
}

func TestWhatIsNoProgrammeFile(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]*domain.Error{"": programmefile.ErrEmpty, "# nothing\n": programmefile.ErrEmpty, "id: [": programmefile.ErrYAML,
		whole + "---\n" + whole: programmefile.ErrSeveral, strings.Repeat(" ", programmefile.MaxBytes) + "\n": programmefile.ErrLarge} {
		var faults programmefile.Faults
		if _, err := programmefile.Parse([]byte(data)); !errors.Is(err, want) || errors.As(err, &faults) {
			t.Errorf("%.20q is %v, want %v", data, err, want)
		}
	}
	for _, data := range []string{"tekst", "[a]", "id: *x", "? [a]\n: b"} {
		if _, err := programmefile.Parse([]byte(data)); err == nil {
			t.Errorf("%q is a programme", data)
		}
	}
}

func TestEveryProgrammeOfTheSources(t *testing.T) {
	t.Parallel()
	c, err := programmefile.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"psu", "kis-doradztwo", "asystent-aktywnosci", "trwalosc", "mkis", "aoon-2006", "wszyscy-razem",
		"aoon", "pal-osada", "usamodzielnianie", "standard-pracy-socjalnej", "streetworking"} {
		if p, ok := c.Programme(id); !ok || p.Name == "" || p.Source == "" {
			t.Errorf("programme %s: %+v", id, p)
		}
	}
	if len(c.Statute().Rates) == 0 || len(c.DaysOff()) == 0 {
		t.Error("the catalogue lost its figures")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("a: &a [*a]\n? {b: c}\n: d"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := programmefile.Parse(data)
		if refused := read.Programme.Check(); err == nil && len(refused) > 0 {
			t.Errorf("taken, although %v", refused)
		}
	})
}
