package journal

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
)

// wordsOf says what every text of every event is, and so why it may stand there:
//
//	id      names something pseudonymously; domain.CheckID let it in
//	code    one of a closed list that tells nothing about a person's health or status
//	hash    keyed, of something that is not recorded
//	address of a public page, without what follows its path
//	public  what a programme or a statute says of itself to everybody
//	sealed  free text, or what identifies a person
//	status  sealed: one of a closed list that does tell of health or status
func wordsOf() map[string]string {
	all := map[string]string{}
	for class, fields := range map[string]string{
		"id": `agreement.ClaimListed.Agreement agreement.ClaimListed.Claim agreement.ClaimMoveAgreed.To refund.Under.Agreement agreement.ReferralListed.Agreement agreement.ReferralListed.Contract
			agreement.ReferralListed.Participant agreement.ReferralDelisted.Agreement agreement.ReferralDelisted.Contract
			agreement.ReferralDelisted.Participant agreement.Withdrawn.Agreement agreement.Terms.Agreement assistance.Visit.Assistant assistance.Visit.Contract
			assistance.Visit.Participant assistance.Visit.Programme attendance.About.Agreement attendance.About.Contract
			attendance.About.Participant attendance.About.Programme contract.Amended.Assistant contract.Life.Agreement contract.Life.Contract
			contract.Life.Participant contract.Life.Programme contract.Terms.Agreement contract.Terms.Assistant contract.Terms.Contract
			contract.Terms.Participant contract.Terms.Programme durability.Demand.Project durability.Demand.Request durability.FactWithdrawn.Project durability.FactWithdrawn.Number durability.Obligation.Project
			durability.Statement.Number durability.Statement.Project erasure.Left.ID erasure.Ordered.Register erasure.Ordered.Subject
			erasure.Subject.ID finding.Figures.Subjects finding.Reopened.Finding finding.Resolved.Finding
			intake.Filter.Value intake.GuessesCounted.Actor intake.PersonalDataRead.Reading intake.Subject.ID
			participant.Assistant.ID participant.AssistantWithdrawn.ID participant.Withdrawn.Participant participant.Person.CarerFor participant.Person.Household participant.Person.Participant
			payment.About.Agreement payment.About.Contract payment.About.List payment.About.Participant payment.About.Programme
			refund.About.Agreement refund.About.Claim refund.ReceiptUndone.Statement refund.Received.Statement refund.Share.Contract refund.Share.Participant
			refund.Submitted.Corrects statement.LineBooked.Statement statement.LineMatched.Claim statement.LineMatched.Statement
			statement.MatchUndone.Claim statement.MatchUndone.Statement statement.Received.Account statement.Received.Number
			statement.Received.Statement listing.Entry.ID listing.Entry.Stream setting.Changed.Setting programme.Programme.ID`,
		"code": `agreement.ClaimAnswered.Outcome contract.ChangeWithdrawn.Kind agreement.AnswerWithdrawn.Outcome refund.DecisionWithdrawn.Outcome agreement.Terms.Basis agreement.Terms.Ground agreement.Terms.Regime attendance.Rates.Edition attendance.Terms.Basis contract.Terms.Form contract.Terms.Kind
			durability.Obligation.Anchor durability.FactWithdrawn.Kind erasure.Left.Field erasure.Left.Kind erasure.Ordered.Ground erasure.Ordered.Kind erasure.Subject.Kind
			intake.FileFinished.Kind listing.Entry.Kind intake.GuessesCounted.Door intake.Filter.Name intake.PersonalDataRead.What intake.Subject.Kind
			participant.Assistant.Employment participant.Assistant.Qualification refund.Received.Reason statement.LineMatched.Reason statement.MatchUndone.Reason
			cap.Terms.Per cap.Terms.Period cap.Terms.Counts cap.Condition.Fact cap.Condition.Value programme.Rate.Regime programme.Rate.Edition
			programme.EditionRecorded.Origin programme.StatuteRecorded.Origin programme.Programme.Contracts programme.Programme.Outcomes
			programme.Stay.Kind programme.Group.ID programme.Service.ID programme.Service.Kind programme.Dictionary.Field
			programme.Dictionary.Words programme.Indicator.ID programme.Indicator.Unit programme.Indicator.Measure programme.Of.Kind
			programme.Of.Group programme.Of.Effect programme.Of.Outcome programme.Of.Contract programme.Of.State
			programme.Durability.Anchor programme.Durability.Service setting.Changed.Value`,
		"hash":    `durability.NoticePublished.ContentHash intake.FileFinished.File`,
		"address": `durability.Address.URL`,
		"public": `cap.Terms.Source programme.Rate.Citation programme.Rate.Note programme.Programme.Name programme.Programme.Source
			programme.Programme.Organiser programme.Programme.Partners programme.Group.Name programme.Service.Name programme.Service.Organiser
			programme.Indicator.Name programme.Of.Topic programme.EditionRecorded.Hash programme.StatuteRecorded.Hash`,
		"sealed": `assistance.Details.Activity assistance.Details.Place assistance.VisitCorrected.Reason assistance.VisitLogged.Reason
			assistance.VisitWithdrawn.Reason attendance.AbsenceRecorded.Place attendance.DayCorrected.Reason attendance.DayWithdrawn.Reason attendance.HoursRecorded.Place
			attendance.Value.Place contract.Life.Reason contract.Amended.Place contract.Amended.Work contract.Terms.Place contract.Terms.Work durability.Address.Query
			durability.Obligation.Derivation durability.ServiceRefused.Reason durability.FactWithdrawn.Reason durability.ServiceRequested.Description
			durability.ServiceStarted.Description durability.Statement.Description erasure.Ordered.Reason finding.Reopened.Reason
			finding.Resolved.Reason setting.Changed.Reason agreement.TermsCorrected.Reason agreement.Withdrawn.Reason contract.TermsCorrected.Reason contract.Withdrawn.Reason participant.Corrected.Reason participant.Withdrawn.Reason participant.AssistantCorrected.Reason
			participant.AssistantWithdrawn.Reason intake.PersonalDataRead.Reason intake.RequestTaken.Request participant.Assistant.FirstName participant.Assistant.LastName
			participant.Person.Account participant.Person.BirthDate participant.Person.FirstName participant.Person.LastName
			participant.Person.Municipality participant.Person.PESEL refund.Accepted.Reason refund.ReceiptUndone.Reason refund.Reclaimed.Reason refund.Returned.Reason
			payment.Withdrawn.Reason refund.DecisionWithdrawn.Reason refund.WriteOffWithdrawn.Reason refund.Withdrawn.Reason refund.WrittenOff.Reason statement.LineBooked.Account statement.LineBooked.Counterparty statement.LineBooked.Title`,
		"status": `attendance.AbsenceRecorded.Absence attendance.Value.Absence participant.Person.Disability participant.Person.LabourStatus
			participant.Person.Profile participant.Person.Sex participant.Person.WelfareClient participant.Person.WithoutBenefit`,
	} {
		for _, field := range strings.Fields(fields) {
			all[field] = class
		}
	}
	return all
}

// textFields lists the texts of an event's type, and whether each is sealed.
func textFields(typ reflect.Type, into map[string]bool) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		held := f.Type
		for held.Kind() == reflect.Slice {
			held = held.Elem()
		}
		switch held.Kind() {
		case reflect.String:
			into[typ.String()+"."+f.Name] = held == reflect.TypeFor[domain.Sealed]()
		case reflect.Struct:
			textFields(held, into)
		}
	}
}

// TestNoEventHasATextThatNobodyAnswersFor: a new text, clear or sealed, is put into
// the table with a reason, and what is free or tells of health or status is sealed.
func TestNoEventHasATextThatNobodyAnswersFor(t *testing.T) {
	t.Parallel()
	table, found := ledger(t), map[string]bool{}
	for _, name := range table.Names() {
		textFields(reflect.TypeOf(table.kinds[name].sample), found)
	}
	words := wordsOf()
	for _, field := range slices.Sorted(maps.Keys(found)) {
		class, known := words[field]
		switch sealed := class == "sealed" || class == "status"; {
		case !known:
			t.Errorf("%s: nobody says what it is", field)
		case sealed != found[field]:
			t.Errorf("%s is %s, but sealed: %t", field, class, found[field])
		}
	}
	for field := range words {
		if _, there := found[field]; !there {
			t.Errorf("%s is in no event", field)
		}
	}
}

// TestWithhold: what an older payload holds in clear is not shown, whatever else
// stands in it.
func TestWithhold(t *testing.T) {
	t.Parallel()
	table := ledger(t)
	for typ, c := range map[string][2]string{
		"participant.registered.v1":        {`{"participant":"U1","municipality":"Jan Nowak"}`, `{"municipality":"v0.","participant":"U1"}`},
		"participant.registered.v2":        {`{"municipality":"v2.x"}`, `{"municipality":"v2.x"}`},
		"attendance.absence-recorded.v1":   {`{"date":"2026-01-05","absence":"choroba"}`, `{"absence":"v0.","date":"2026-01-05"}`},
		"attendance.day-corrected.v1":      {`{"before":{"absence":"choroba"},"after":{"minutes":5}}`, `{"after":{"minutes":5},"before":{"absence":"v0."}}`},
		"durability.notice-published.v1":   {`{"url":"https://x.example/a?kto=jan#b"}`, `{"url":"https://x.example/a?v0."}`},
		"durability.readiness-declared.v1": {`{"url":"https://x.example/a"}`, `{"url":"https://x.example/a"}`},
	} {
		got, err := table.Withhold(typ, []byte(c[0]))
		if err != nil || string(got) != c[1] {
			t.Errorf("%s: %s, %v", typ, got, err)
		}
	}
	for _, bad := range []string{``, `null`, `[1]`, `{"before":7}`, `{"absence":7}`, `{"absence":""}`, `{"before":{}}`} {
		for _, typ := range []string{"attendance.day-corrected.v1", "attendance.absence-recorded.v1"} {
			if got, err := table.Withhold(typ, []byte(bad)); err == nil && strings.Contains(string(got), withheld) {
				t.Errorf("%s of %s shows %s", bad, typ, got)
			}
		}
	}
}

// TestNothingIsRecordedInClear: a text that an older event has in clear is never
// recorded anew as it is.
func TestNothingIsRecordedInClear(t *testing.T) {
	t.Parallel()
	table, err := NewTable(KindOf[noted]())
	if err != nil {
		t.Fatal(err)
	}
	j, _ := openLog(t, table)
	if _, err := j.Append(within(t), "noted-1", NoStream, decided("k", noted{Text: domain.InClear("choroba")})...); err == nil || strings.Contains(err.Error(), "choroba") {
		t.Errorf("recorded in clear: %v", err)
	}
	if _, err := j.Append(within(t), "noted-1", NoStream, decided("k", noted{Text: "v1.x"})...); err != nil {
		t.Error(err)
	}
}

type noted struct {
	Text domain.Sealed `json:"text"`
}

func (noted) EventType() string       { return "test.noted.v1" }
func (noted) OccurredOn() domain.Date { return 0 }
func (noted) Refs() []domain.Ref      { return nil }

func (noted) Seal(field string) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefParticipant, ID: "U1"}, Field: field}
}
