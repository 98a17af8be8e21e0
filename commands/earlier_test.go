package commands_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/attendance"
	"ksiega/domain/durability"
	"ksiega/domain/participant"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/projections"
	"ksiega/queries"
)

// Events under the names that earlier versions recorded them under.
type (
	registeredV1 struct{ participant.RegisteredV1 }
	absenceV1    struct{ attendance.AbsenceRecordedV1 }
	correctedV1  struct{ attendance.DayCorrectedV1 }
	noticeV1     struct{ durability.NoticePublishedV1 }
)

func (registeredV1) EventType() string       { return "participant.registered.v1" }
func (registeredV1) OccurredOn() domain.Date { return 0 }
func (registeredV1) Refs() []domain.Ref      { return nil }
func (absenceV1) EventType() string          { return "attendance.absence-recorded.v1" }
func (e absenceV1) OccurredOn() domain.Date  { return e.Date }
func (correctedV1) EventType() string        { return "attendance.day-corrected.v1" }
func (e correctedV1) OccurredOn() domain.Date {
	return e.Date
}
func (noticeV1) EventType() string { return "durability.notice-published.v1" }

func seal(t *testing.T, l *ledgertest.Ledger, s domain.Seal, text string) domain.Sealed {
	t.Helper()
	sealed, err := l.Vault.Seal(t.Context(), s.Subject.Subject(), s.Field, s.Scope.String(), text)
	if err != nil {
		t.Fatal(err)
	}
	return domain.Sealed(sealed)
}

const marker = "Znacznik"

// earlier is a ledger that an earlier version began: U1 with a municipality, an
// absence, a correction and a notice whose words stand in clear.
func earlier(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	old := l.Through(t, journal.KindOf[registeredV1](), journal.KindOf[absenceV1](), journal.KindOf[correctedV1](), journal.KindOf[noticeV1]())
	put := func(stream string, e domain.Event) {
		t.Helper()
		last := journal.NoStream
		if err := l.Journal.ReadStream(t.Context(), stream, 0, func(r *journal.Recorded) error { last = int64(r.Revision); return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := old.Append(t.Context(), stream, last, journal.Decided{Event: e, Meta: journal.Meta{Actor: "earlier"}}); err != nil {
			t.Fatal(err)
		}
	}
	name := func(field, text string) domain.Sealed { return seal(t, l, participant.SealOf("U1", field), text) }
	put("participant-U1", registeredV1{participant.RegisteredV1{Person: participant.Person{Participant: "U1", FirstName: name("firstName", "Zofia"),
		LastName: name("lastName", "Wróbel"), Municipality: marker + " gmina"}}})
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko\nU2;Jan;Kos\n"}, {"porozumienia.csv", agreements}, {"umowy.csv", referrals + "S/3;psu;psu;U1;07.02.2018;08.02.2018;31.01.2019;P/1;10\n"},
		{"obecnosci.csv", "umowa;data;godziny\nS/1;05.03.2018;2\nS/1;07.03.2018;4\nS/3;06.03.2018;3\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%s: %s", f[0], reasons(s))
		}
	}
	about := attendance.About{Contract: "S/1", Participant: "U1", Agreement: "P/1", Programme: "psu"}
	put("attendance-S%2F1", absenceV1{attendance.AbsenceRecordedV1{About: about, Date: domain.NewDate(2018, 3, 6), Absence: domain.Sealed(attendance.Sick)}})
	put("attendance-S%2F1", correctedV1{attendance.DayCorrectedV1{About: about, Date: domain.NewDate(2018, 3, 7),
		Before: attendance.Value{Minutes: 240}, After: attendance.Value{Absence: domain.Sealed(attendance.Unexcused)}, Delta: -240,
		Reason: seal(t, l, about.SealOf(domain.NewDate(2018, 3, 7), "reason"), "pomyłka")}})
	put("durability-P", noticeV1{durability.NoticePublishedV1{Statement: durability.Statement{Project: "P", Date: domain.NewDate(2019, 7, 11)},
		Address: durability.Address{URL: "https://x.example/bip?" + marker}}})
	return l
}

// TestWhatAnEarlierVersionRecordedIsKnown: the same rows again are known and others
// differ, although the words are now sealed.
func TestWhatAnEarlierVersionRecordedIsKnown(t *testing.T) {
	l := earlier(t)
	for _, c := range []struct {
		name, rows string
		known      int
		refused    string
	}{
		{"uczestnicy_1.csv", "id;imie;nazwisko;gmina\nU1;Zofia;Wróbel;" + marker + " gmina\n", 1, ""},
		{"uczestnicy_2.csv", "id;imie;nazwisko;gmina\nU1;Zofia;Wróbel;inna\n", 0, "municipality"},
		{"obecnosci_1.csv", "umowa;data;godziny;nieobecnosc\nS/1;06.03.2018;;choroba\nS/1;07.03.2018;;nieusprawiedliwiona\n", 2, ""},
		{"obecnosci_2.csv", "umowa;data;godziny;nieobecnosc\nS/1;06.03.2018;;usprawiedliwiona\n", 0, "differs"},
		{"trwalosc_1.csv", "projekt;zdarzenie;data;url\nP;publikacja;11.07.2019;https://x.example/bip?" + marker + "\n", 1, ""},
		{"trwalosc_2.csv", "projekt;zdarzenie;data;url\nP;publikacja;11.07.2019;https://x.example/bip?inny\n", 0, "differs"},
	} {
		s := l.Import(t, c.name, c.rows)
		if s.Known != c.known || s.Accepted != 0 || !strings.Contains(reasons(s), c.refused) {
			t.Errorf("%s: %+v, %s", c.name, s, reasons(s))
		}
	}
}

// TestASickNoteInClearStillBlocksAClaim: and a correction of that day takes nothing
// in clear along.
func TestASickNoteInClearStillBlocksAClaim(t *testing.T) {
	l := earlier(t)
	if s := l.Import(t, "wyplaty.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/3;2018-03;1000,00;05.04.2018\n"); s.Refused != 0 {
		t.Fatal(reasons(s))
	}
	claim := commands.SubmitClaim{Number: "W/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3), Submitted: domain.NewDate(2018, 4, 10)}
	if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claim); err == nil || !strings.Contains(err.Error(), "sick leave") {
		t.Fatalf("claimed on sick leave: %v", err)
	}
	if _, err := l.RecordAttendance(t.Context(), ledgertest.Actor, commands.RecordAttendance{Contract: "S/1", Date: domain.NewDate(2018, 3, 6),
		Absence: "nieusprawiedliwiona", Amendment: commands.Amendment{Correct: true, Reason: "bez zwolnienia"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.SubmitClaim(t.Context(), ledgertest.Actor, claim); err != nil {
		t.Errorf("after the correction: %v", err)
	}
	last := false
	err := l.Journal.ReadStream(t.Context(), "attendance-S%2F1", 0, func(r *journal.Recorded) error {
		if e, ok := r.Event.(attendance.DayCorrected); ok && r.Type == e.EventType() {
			last = e.Before.Excused && !e.After.Excused
			if bytes.Contains(r.RawData, []byte("choroba")) || bytes.Contains(r.RawData, []byte("usprawiedliwiona")) {
				t.Errorf("in clear: %s", r.RawData)
			}
		}
		return nil
	})
	if err != nil || !last {
		t.Errorf("the correction is not there: %v", err)
	}
}

// TestWhatIsInClearIsWithheld: a history shows it to nobody who has nothing
// revealed, no row of a read model holds it, figures count what was recorded in any
// version, and what is left is named.
func TestWhatIsInClearIsWithheld(t *testing.T) {
	l := earlier(t)
	reader := queries.NewReader(queries.Options{Journal: l.Journal, Catalogue: l.Catalogue, Vault: l.Vault})
	for _, r := range []queries.HistoryRequest{{Who: ledgertest.Actor.Who}, {Who: access.By("api", access.API, access.Token)}, {Who: ledgertest.Actor.Who, Reveal: true}} {
		var shown bytes.Buffer
		reveal := r.Reveal
		if _, err := reader.History(t.Context(), r, func(e queries.Entry) error {
			shown.Write(e.Data)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{marker, "choroba", "nieusprawiedliwiona"} {
			if strings.Contains(shown.String(), word) != reveal {
				t.Errorf("revealed: %t, shown: %t: %s", reveal, !reveal, word)
			}
		}
	}
	for _, p := range projections.All() {
		views, err := fold.Latest(t.Context(), projections.Log{Journal: l.Journal}, nil, p)
		if err != nil {
			t.Fatal(err)
		}
		view := views[p.Name]
		rows, err := fold.Dump(t.Context(), view)
		if err != nil {
			t.Fatal(err)
		}
		for k, row := range rows {
			for _, word := range []string{marker, "choroba", "usprawiedliwiona"} {
				if strings.Contains(row, word) {
					t.Errorf("%s holds %s in %v", p.Name, word, k)
				}
			}
		}
		if p.Name != "settlement" {
			continue
		}
		month, ok, err := projections.SettlementMonths().Find(t.Context(), view, "P%2F1", "S%2F1-2018-03")
		if err != nil || !ok || month.Minutes != 120 {
			t.Errorf("settled %+v, %v", month, err)
		}
	}
	u1 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}
	left, err := queries.LeftInClear(t.Context(), l.Journal, u1)
	if want := []queries.Left{{Type: "attendance.absence-recorded.v1", Field: "absence", Events: 1},
		{Type: "attendance.day-corrected.v1", Field: "absence", Events: 1}, {Type: "participant.registered.v1", Field: "municipality", Events: 1}}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left of U1: %v, %v", left, err)
	}
	all, err := queries.LeftInClear(t.Context(), l.Journal, domain.Ref{})
	if err != nil || len(all) != 4 {
		t.Errorf("left: %v, %v", all, err)
	}
	if none, err := queries.LeftInClear(t.Context(), l.Journal, domain.Ref{Kind: domain.RefParticipant, ID: "U2"}); err != nil || len(none) != 0 {
		t.Errorf("left of U2: %v, %v", none, err)
	}
	// Erased, what is left in clear decides nothing any more.
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	if _, err := l.EraseSubject(t.Context(), officer, commands.EraseSubject{Kind: u1.Kind, ID: u1.ID, On: domain.NewDate(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}); err != nil {
		t.Fatal(err)
	}
	s := l.Import(t, "wyplaty.csv", "lista;umowa;miesiac;kwota;data\nL/1;S/3;2018-03;1000,00;05.04.2018\n")
	_, err = l.SubmitClaim(t.Context(), ledgertest.Actor, commands.SubmitClaim{Number: "W/1", Agreement: "P/1", Month: domain.NewMonth(2018, 3), Submitted: domain.NewDate(2018, 4, 10)})
	if s.Refused != 0 || err != nil {
		t.Errorf("after the erasure: %v", err)
	}
}
