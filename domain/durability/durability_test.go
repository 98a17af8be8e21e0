package durability

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"ksiega/domain"
	"ksiega/internal/testkit/given"
)

var (
	july1 = domain.NewDate(2019, time.July, 1)
	end   = domain.NewDate(2021, time.June, 30)

	opened = ObligationOpened{Obligation{Project: "P1", From: july1, To: end, Places: 30, Assistants: 3,
		Anchor: ProjectEnd, Derivation: "d1"}}
	declared  = ReadinessDeclared{Statement: on(10), Address: Address{URL: "https://mops.example/gotowosc"}}
	places    = PlacesStated{Statement: on(0), Places: 30}
	staff     = AssistantsStated{Statement: on(0), Assistants: 3}
	published = NoticePublished{Statement: on(10), Address: Address{URL: "http://mops.example/x"}, ContentHash: "ab12"}
	inspected = Inspected{Statement: on(20)}
	requested = ServiceRequested{Demand: asked(30), Description: "d2"}
	started   = ServiceStarted{Demand: asked(33)}
	refused   = ServiceRefused{Demand: asked(33), Reason: "r"}
)

func on(day int) Statement { return Statement{Project: "P1", Date: july1.Add(day)} }
func asked(day int) Demand { return Demand{Project: "P1", Request: "Z/1", Date: july1.Add(day)} }

// Each fact is recorded on an empty stream or after what it needs, and said
// twice it is already known.
func TestEachFactOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		history []domain.Event
		cmd     Record
		want    domain.Event
	}{
		{nil, Record{Fact: opened}, opened},
		{nil, Record{Fact: declared}, declared},
		{nil, Record{Fact: places}, places},
		{nil, Record{Fact: staff}, staff},
		{nil, Record{Fact: published}, published},
		{nil, Record{Fact: inspected}, inspected},
		{nil, Record{Fact: requested}, requested},
		{[]domain.Event{requested}, Record{Fact: started}, started},
		{[]domain.Event{requested}, Record{Fact: refused}, refused},
	} {
		given.Given(t, Decider(), c.history...).When(c.cmd).Then(c.want)
		given.Given(t, Decider(), append(c.history, c.want, inspected)...).When(c.cmd).Then()
		late := append([]domain.Event{opened}, c.history...)
		if c.want != opened {
			given.Given(t, Decider(), late...).When(c.cmd).Then(c.want)
		}
	}
	if s := Decider().Fold(places, opened); s.Project != "P1" {
		t.Errorf("got %+v", s)
	}
}

func TestObligationRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Obligation)
		want   error
	}{
		"no project":          {func(o *Obligation) { o.Project = "" }, domain.ErrNoID},
		"no start":            {func(o *Obligation) { o.From = 0 }, ErrPeriod},
		"no end":              {func(o *Obligation) { o.To = 0 }, ErrPeriod},
		"ends before":         {func(o *Obligation) { o.To = july1 - 1 }, ErrPeriod},
		"negative places":     {func(o *Obligation) { o.Places = -1 }, ErrNegative},
		"negative assistants": {func(o *Obligation) { o.Assistants = -1 }, ErrNegative},
		"unknown anchor":      {func(o *Obligation) { o.Anchor = "x" }, ErrAnchor},
	} {
		t.Run(name, func(t *testing.T) {
			o := opened.Obligation
			c.change(&o)
			given.Given(t, Decider()).When(Record{Fact: ObligationOpened{o}}).Refuse(c.want)
		})
	}
	for _, change := range []func(*Obligation){
		func(o *Obligation) { o.From++ }, func(o *Obligation) { o.To++ }, func(o *Obligation) { o.Places++ },
		func(o *Obligation) { o.Assistants++ }, func(o *Obligation) { o.Anchor = FinalPayment }, func(o *Obligation) { o.Derivation = "" },
	} {
		o := opened.Obligation
		change(&o)
		given.Given(t, Decider(), opened).When(Record{Fact: ObligationOpened{o}}).Refuse(domain.ErrDiffers)
	}
	other := opened.Obligation
	other.Project = "P2"
	given.Given(t, Decider(), places).When(Record{Fact: ObligationOpened{other}}).Refuse(ErrOther)
	oneDay := ObligationOpened{Obligation{Project: "P1", From: july1, To: july1}}
	given.Given(t, Decider()).When(Record{Fact: oneDay}).Then(oneDay)
}

func TestStatementsRefuse(t *testing.T) {
	t.Parallel()
	undated, nameless := Statement{Project: "P1"}, Statement{Date: july1}
	for _, c := range []struct {
		cmd  Record
		want error
	}{
		{Record{Fact: PlacesStated{Statement: on(1), Places: -1}}, ErrNegative},
		{Record{Fact: AssistantsStated{Statement: on(1), Assistants: -1}}, ErrNegative},
		{Record{Fact: PlacesStated{Statement: undated}}, ErrNoDate},
		{Record{Fact: Inspected{Statement: undated}}, ErrNoDate},
		{Record{Fact: ReadinessDeclared{Statement: nameless}}, domain.ErrNoID},
		{Record{Fact: PlacesStated{Statement: on(0), Places: 29}}, domain.ErrDiffers},
		{Record{Fact: NoticePublished{Statement: on(10), Address: published.Address}}, domain.ErrDiffers},
		{Record{Fact: Inspected{Statement: Statement{Project: "P2", Date: july1}}}, ErrOther},
		{Record{Fact: ReadinessDeclared{Statement: on(1), Address: Address{URL: "file:///x"}}}, ErrURL},
	} {
		given.Given(t, Decider(), places, published).When(c.cmd).Refuse(c.want)
	}
	for _, bad := range []string{"mops.example", "ftp://mops.example/", "http://", "https:///x", "javascript:alert(1)",
		"http://anna@mops.example/", "http://mops.example/\n"} {
		given.Given(t, Decider()).When(Record{Fact: NoticePublished{Statement: on(1), Address: Address{URL: bad}}}).Refuse(ErrURL)
	}
	onPaper := NoticePublished{Statement: on(1)}
	given.Given(t, Decider()).When(Record{Fact: onPaper}).Then(onPaper)

	second := PlacesStated{Statement: on(0), Places: 29}
	second.Number = "2"
	given.Given(t, Decider(), places).When(Record{Fact: second}).Then(second)
	later := PlacesStated{Statement: on(1), Places: 30}
	given.Given(t, Decider(), places).When(Record{Fact: later}).Then(later)
}

func TestDemandRefuses(t *testing.T) {
	t.Parallel()
	at := func(day int, request string) Demand {
		return Demand{Project: "P1", Request: request, Date: july1.Add(day)}
	}
	s := given.Given(t, Decider(), requested)
	s.When(Record{Fact: ServiceRequested{Demand: at(31, "Z/1"), Description: "d2"}}).Refuse(domain.ErrDiffers)
	s.When(Record{Fact: ServiceRequested{Demand: at(30, "Z/1")}}).Refuse(domain.ErrDiffers)
	s.When(Record{Fact: ServiceRequested{Demand: at(30, "")}}).Refuse(domain.ErrNoID)
	s.When(Record{Fact: ServiceStarted{Demand: at(33, "")}}).Refuse(domain.ErrNoID)
	s.When(Record{Fact: ServiceStarted{Demand: at(33, "Z/2")}}).Refuse(ErrNoRequest)
	s.When(Record{Fact: ServiceRefused{Demand: at(33, "Z/2")}}).Refuse(ErrNoRequest)
	s.When(Record{Fact: ServiceStarted{Demand: at(29, "Z/1")}}).Refuse(ErrBeforeRequest)
	s.When(Record{Fact: ServiceRefused{Demand: at(29, "Z/1")}}).Refuse(ErrBeforeRequest)
	s.When(Record{Fact: ServiceStarted{Demand: Demand{Project: "P1", Request: "Z/1"}}}).Refuse(ErrNoDate)
	sameDay := ServiceStarted{Demand: at(30, "Z/1")}
	s.When(Record{Fact: sameDay}).Then(sameDay)

	given.Given(t, Decider(), requested, refused).When(Record{Fact: started}).Refuse(ErrAnswered)
	given.Given(t, Decider(), requested, started).When(Record{Fact: refused}).Refuse(ErrAnswered)
	given.Given(t, Decider(), requested, started).When(Record{Fact: ServiceStarted{Demand: at(40, "Z/1")}}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), requested, refused).When(Record{Fact: ServiceRefused{Demand: at(33, "Z/1")}}).Refuse(domain.ErrDiffers)
	second := ServiceRequested{Demand: at(30, "Z/2")}
	s.When(Record{Fact: second}).Then(second)
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	head := `{"project":"P1",`
	for want, e := range map[string]domain.Event{
		`durability.obligation-opened.v1 ` + head + `"from":"2019-07-01","to":"2021-06-30","places":30,"assistants":3,` +
			`"anchor":"project-end","derivation":"d1"}`: opened,
		`durability.readiness-declared.v2 ` + head + `"date":"2019-07-11","url":"https://mops.example/gotowosc"}`:            declared,
		`durability.places-stated.v1 ` + head + `"date":"2019-07-01","places":30}`:                                           places,
		`durability.assistants-stated.v1 ` + head + `"date":"2019-07-01","assistants":3}`:                                    staff,
		`durability.notice-published.v2 ` + head + `"date":"2019-07-11","url":"http://mops.example/x","contentHash":"ab12"}`: published,
		`durability.inspected.v1 ` + head + `"date":"2019-07-21"}`:                                                           inspected,
		`durability.service-requested.v1 ` + head + `"request":"Z/1","date":"2019-07-31","description":"d2"}`:                requested,
		`durability.service-started.v1 ` + head + `"request":"Z/1","date":"2019-08-03"}`:                                     started,
		`durability.service-refused.v1 ` + head + `"request":"Z/1","date":"2019-08-03","reason":"r"}`:                        refused,
	} {
		b, err := json.Marshal(e)
		if got := e.EventType() + " " + string(b); err != nil || got != want {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
		back := reflect.New(reflect.TypeOf(e))
		if err := json.Unmarshal(b, back.Interface()); err != nil || back.Elem().Interface() != e {
			t.Errorf("came back as %+v, %v", back.Elem(), err)
		}
		if refs := e.Refs(); len(refs) != 1 || refs[0].ID != "P1" || e.OccurredOn() < july1 {
			t.Errorf("%s: refs %v, day %s", e.EventType(), refs, e.OccurredOn())
		}
	}
	if Stream("P/1") != "durability-P%2F1" {
		t.Error("stream name")
	}
}

// A fact is corrected and taken back by its identity; a request that was answered stays
// until the answer is taken back, and what was taken back can be recorded again.
func TestFactsAreTakenBack(t *testing.T) {
	t.Parallel()
	on := domain.NewDate(2020, time.March, 2)
	asked := ServiceRequested{Demand: Demand{Project: "p", Request: "Z/1", Date: on}}
	started := ServiceStarted{Demand: Demand{Project: "p", Request: "Z/1", Date: on + 3}}
	gone := func(kind string, date domain.Date, number string) FactWithdrawn {
		return FactWithdrawn{Project: "p", Kind: kind, Date: date, Number: number, Reason: "r"}
	}
	out := func(f Fact) Record { return Record{Fact: f, Amend: domain.Amend{Withdraw: true, Reason: "r"}} }
	fix := func(f Fact) Record { return Record{Fact: f, Amend: domain.Amend{Correct: true, Reason: "r"}} }
	askedGone, startedGone := gone("durability.service-requested", on, "Z/1"), gone("durability.service-started", on+3, "Z/1")
	given.Given(t, Decider(), asked, started).When(out(asked)).Refuse(domain.ErrNamed)
	given.Given(t, Decider(), asked, started).When(out(started)).Then(startedGone)
	given.Given(t, Decider(), asked, started, startedGone).When(out(asked)).Then(askedGone)
	given.Given(t, Decider(), asked, started, startedGone).When(out(started)).Then()
	given.Given(t, Decider(), asked, started, startedGone).When(Record{Fact: started}).Then(started)
	given.Given(t, Decider(), asked).When(out(started)).Refuse(domain.ErrNothingToWithdraw)
	late := asked
	late.Date = on + 9
	given.Given(t, Decider(), asked, started).When(fix(late)).Refuse(ErrBeforeRequest)
	late.Date = on + 1
	given.Given(t, Decider(), asked, started).When(fix(late)).Then(askedGone, late)

	places := PlacesStated{Statement: Statement{Project: "p", Date: on}, Places: 3}
	more := places
	more.Places = 30
	given.Given(t, Decider(), places).When(fix(more)).Then(gone("durability.places-stated", on, ""), more)
	given.Given(t, Decider(), places).When(Record{Fact: more, Amend: domain.Amend{Correct: true}}).Refuse(domain.ErrNoReason)
	promised := ObligationOpened{Obligation{Project: "p", From: on, To: on + 700, Places: 30}}
	less := promised
	less.Places, less.From = 20, on+5
	opened := gone("durability.obligation-opened", on, "")
	given.Given(t, Decider(), promised).When(fix(less)).Then(opened, less)
	given.Given(t, Decider(), promised).When(out(less)).Then(opened)
	given.Given(t, Decider(), promised, opened).When(Record{Fact: less}).Then(less)
}

// TestWhatTheFilePromises fills what an obligation leaves unsaid, once.
func TestWhatTheFilePromises(t *testing.T) {
	t.Parallel()
	first := domain.NewDate(2019, 7, 1)
	bare := ObligationOpened{Obligation{Project: "P", From: first}}
	file := Promised("P", first, ProjectEnd, 24, 30, 3)
	full := ObligationOpened{Obligation{Project: "P", From: first, To: domain.NewDate(2021, 6, 30), Places: 30, Assistants: 3, Anchor: ProjectEnd}}
	other := Promised("P", first, FinalPayment, 12, 10, 1)
	given.Given(t, Decider()).When(Record{Fact: bare, Otherwise: file, Unsaid: true}).Then(full)
	given.Given(t, Decider(), full).When(Record{Fact: bare, Otherwise: other, Unsaid: true}).Then()
	given.Given(t, Decider()).When(Record{Fact: bare, Unsaid: true}).Refuse(ErrNoPlaces)
	given.Given(t, Decider()).When(Record{Fact: bare, Otherwise: Promised("P", first, ProjectEnd, 0, 30, 3), Unsaid: true}).Refuse(ErrPeriod)
	said := bare
	said.To, said.Places = domain.NewDate(2020, 6, 30), 5
	told := said
	told.Assistants, told.Anchor = 3, ProjectEnd
	given.Given(t, Decider()).When(Record{Fact: said, Otherwise: file}).Then(told)
	given.Given(t, Decider(), full).When(Record{Fact: said, Otherwise: file}).Refuse(domain.ErrDiffers)
	given.Given(t, Decider(), full).When(Record{Fact: bare, Otherwise: other, Unsaid: true, Amend: domain.Amend{Correct: true, Reason: "r"}}).
		Then(FactWithdrawn{Project: "P", Kind: "durability.obligation-opened", Date: first, Reason: "r"},
			ObligationOpened{Obligation{Project: "P", From: first, To: domain.NewDate(2020, 6, 30), Places: 10, Assistants: 1, Anchor: FinalPayment}})
	if got := Promised("P", domain.NewDate(2024, 1, 31), ProjectEnd, 1, 0, 0).To; got != domain.NewDate(2024, 2, 28) {
		t.Errorf("a month from the last day of January ends on %s", got)
	}
}
