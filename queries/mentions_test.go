package queries_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
	"ksiega/internal/vault"
	"ksiega/queries"
)

// requestV1 is what earlier versions recorded of a request.
type requestV1 struct {
	Request string `json:"request"`
}

func (requestV1) EventType() string       { return "intake.request-taken.v1" }
func (requestV1) OccurredOn() domain.Date { return 0 }
func (requestV1) Refs() []domain.Ref      { return nil }

// inWords records events whose texts stand in clear, sealed as they say.
func inWords(t *testing.T, l *ledgertest.Ledger, events ...domain.Event) {
	t.Helper()
	for _, e := range events {
		record(t, l, domain.Reseal(e, func(s domain.Seal, clear domain.Sealed) domain.Sealed {
			sealed, err := l.Vault.Seal(t.Context(), s.Subject.Subject(), s.Field, s.Scope.String(), string(clear))
			must(t, err)
			return domain.Sealed(sealed)
		}))
	}
}

// writtenAbout is a ledger in which something is written about U1, Zofia Wróbel-Łącka,
// and U2 under many keys.
func writtenAbout(t *testing.T) *ledgertest.Ledger {
	t.Helper()
	l := ledgertest.Open(t)
	if s := l.Import(t, "uczestnicy.csv", "id;imie;nazwisko;pesel;konto\nU1;Zofia;Wróbel-Łącka;44051401359;61109010140000071219812874\nU2;Jan;Kos;;\n"); s.Refused != 0 {
		t.Fatalf("%+v", s.RefusedRows)
	}
	on := day(2018, 5, 2)
	claim := func(no string, who ...string) refund.Submitted {
		s := refund.Submitted{About: refund.About{Claim: no, Agreement: "P/1", Month: on.Month()}, On: on}
		for _, p := range who {
			s.Shares = append(s.Shares, refund.Share{Contract: "S" + p, Participant: p, Minutes: 60, Refund: 810})
		}
		return s
	}
	returned := func(no, why string) refund.Returned {
		return refund.Returned{About: refund.About{Claim: no, Agreement: "P/1", Month: on.Month()}, On: on, Reason: domain.Sealed(why)}
	}
	line := func(of string, n int, title, account string) statement.LineBooked {
		return statement.LineBooked{Statement: of, Line: n, Date: on, Amount: 810, Title: domain.Sealed(title), Account: domain.Sealed(account)}
	}
	read := func(id, why string, whose ...intake.Subject) intake.PersonalDataRead {
		return intake.PersonalDataRead{Reading: id, On: on, What: "replay", Subjects: whose, Reason: domain.Sealed(why)}
	}
	u1, u2 := intake.Subject{Kind: domain.RefParticipant, ID: "U1"}, intake.Subject{Kind: domain.RefParticipant, ID: "U2"}
	inWords(t, l,
		claim("Z/1", "U1"), returned("Z/1", "brak podpisu"), claim("Z/2", "U1", "U2"), returned("Z/2", "choroba córki"), claim("Z/3", "U2"), returned("Z/3", "brak listy"),
		line("W/1", 1, "ZWROT ZOFIA WROBEL LACKA", ""), line("W/1", 2, "czynsz", ""), line("W/2", 1, "wrobel - łącka, zofia", "61 1090 1014 0000 0712 1981 2874"),
		line("W/3", 1, "przelew", ""), statement.LineMatched{Statement: "W/3", Line: 1, Claim: "Z/1", Date: on, Amount: 810, Reason: "number-in-title"},
		line("W/4", 1, "Zofia Wróbelska", ""), line("W/5", 1, "pesel 440514-01359", ""),
		finding.Resolved{Finding: "paid-not-worked:SU1:2018-05", Date: on, Reason: "wróciło"},
		finding.Resolved{Finding: "paid-not-worked:SU2:2018-05", Date: on, Reason: "jak u Wróbel-Łąckiej? nie: Wróbel-Łącka"},
		finding.Resolved{Finding: "paid-not-worked:SU22:2018-05", Date: on, Reason: "nic"},
		read("r1", "kontrola", u1), read("r2", "kontrola", u1, u2), read("r3", "skarga: Zofia Wróbel-Łącka", u2), read("", "o Wróbel-Łącka"),
		durability.ServiceRequested{Demand: durability.Demand{Project: "K", Request: "1", Date: on}, Description: "Zofia Wróbel-Łącka prosi"})
	// What a build without salts kept of a request is no text.
	_, err := l.Through(t, journal.KindOf[requestV1]()).Append(t.Context(), "request-0a", journal.NoStream,
		journal.Decided{Event: requestV1{Request: "9f86d081884c7d659a2feaa0c55ad015"}, Meta: journal.Meta{Actor: "tester"}})
	must(t, err)
	l.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, l.Journal, l.Vault, of)
	}
	return l
}

func alongU1() []erasure.Subject {
	return []erasure.Subject{{Kind: domain.RefAccess, ID: "r1"}, {Kind: domain.RefClaim, ID: "Z/1"},
		{Kind: domain.RefFinding, ID: "paid-not-worked:SU1:2018-05"}, {Kind: domain.RefStatement, ID: "W/2"}, {Kind: domain.RefStatement, ID: "W/3"}, {Kind: domain.RefStatement, ID: "W/5"}}
}

// What is written about a person and nobody else goes with them; the rest is told.
func TestWhatIsWrittenAboutSomebodyElsewhere(t *testing.T) {
	t.Parallel()
	l := writtenAbout(t)
	u1 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}
	officer := commands.Origin{Who: access.By("iod", "cli", "dpo")}
	order := commands.EraseSubject{Kind: u1.Kind, ID: u1.ID, On: day(2026, 11, 22), Ground: "zadanie", Register: "RODO-7/2026"}

	// Cut short after the first orders, the same command carries out the rest, though
	// the names may be gone by then.
	lost := errors.New("power lost")
	calls := 0
	l.Ordered = func(context.Context, domain.Ref) error {
		if calls++; calls == 4 {
			return lost
		}
		return nil
	}
	if _, err := l.EraseSubject(t.Context(), officer, order); !errors.Is(err, lost) {
		t.Fatal(err)
	}
	for range 2 {
		_, err := l.EraseSubject(t.Context(), officer, order)
		must(t, err)
	}
	erased, err := l.Erased(t.Context(), u1)
	must(t, err)
	if !slices.Equal(erased.Along, alongU1()) {
		t.Errorf("along went %v", erased.Along)
	}
	for _, s := range append(alongU1(), erasure.Subject(u1)) {
		if _, err := l.Vault.Seal(t.Context(), domain.Ref(s).Subject(), "reason", "", "x"); !errors.Is(err, vault.ErrErased) {
			t.Errorf("%v: %v", s, err)
		}
		if s := must1(t)(l.Erased(t.Context(), domain.Ref(s))); !s.Ordered {
			t.Errorf("no order about %v", s)
		}
	}
	if hashes, err := queries.LeftInClear(t.Context(), l.Journal, u1); err != nil || len(hashes) != 1 || hashes[0].Type != intake.TypeRequestTakenV1 || hashes[0].Events != 1 {
		t.Errorf("left without a salt is %v, %v", hashes, err)
	}
	want := []erasure.Left{{Kind: domain.RefAccess, ID: "r2", Field: "reason", Texts: 1, Of: 1}, {Kind: domain.RefAccess, ID: "r3", Field: "reason", Texts: 1, Of: 1},
		{Kind: domain.RefAccess, ID: "reasons", Field: "reason", Texts: 1, Of: 1}, {Kind: domain.RefClaim, ID: "Z/2", Field: "reason", Texts: 1, Of: 1},
		{Kind: domain.RefFinding, ID: "paid-not-worked:SU2:2018-05", Field: "reason", Texts: 1, Of: 1}, {Kind: domain.RefProgramme, ID: "K", Field: "description", Texts: 1, Of: 1},
		{Kind: domain.RefStatement, ID: "W/1", Field: "title", Texts: 1, Of: 2}}
	if !slices.Equal(erased.Left, want) {
		t.Errorf("left is\n%v, not\n%v", erased.Left, want)
	}
	for _, s := range []string{"participant/U2", "claim/Z/2", "claim/Z/3", "statement/W/1", "statement/W/4", "finding/paid-not-worked:SU22:2018-05", "access/r2", "programme/K"} {
		if _, err := l.Vault.Seal(t.Context(), s, "reason", "", "x"); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func must1(t *testing.T) func(erasure.State, error) erasure.State {
	return func(s erasure.State, err error) erasure.State {
		t.Helper()
		must(t, err)
		return s
	}
}

// Whom a text is about is told by kinds of things, not by ids that look alike, and
// whoever else it is about keeps it.
func TestWhomATextIsAbout(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	for _, f := range [][2]string{
		{"uczestnicy.csv", "id;imie;nazwisko;pesel;konto\n12;Zofia;Wróbel;44051401359;\nU2;Jan;Kos;;61109010140000071219812874\nU3;Zofia;Wróbel;;\nU4;Anna;Wróbel;;\n"},
		{"asystenci.csv", "id;imie;nazwisko\nA1;Ewa;Lis\n"},
	} {
		if s := l.Import(t, f[0], f[1]); s.Refused != 0 {
			t.Fatalf("%+v", s.RefusedRows)
		}
	}
	on := day(2018, 5, 2)
	submitted := func(no string, shares ...refund.Share) refund.Submitted {
		return refund.Submitted{About: refund.About{Claim: no, Agreement: "P/1", Month: on.Month()}, On: on, Shares: shares}
	}
	returned := func(no, why string) refund.Returned {
		return refund.Returned{About: refund.About{Claim: no, Agreement: "P/1", Month: on.Month()}, On: on, Reason: domain.Sealed(why)}
	}
	share := func(contract, who string) refund.Share {
		return refund.Share{Contract: contract, Participant: who, Minutes: 60, Refund: 810}
	}
	line := func(of, title string) statement.LineBooked {
		return statement.LineBooked{Statement: of, Line: 1, Date: on, Amount: 810, Title: domain.Sealed(title)}
	}
	resolved := func(id string) finding.Resolved {
		return finding.Resolved{Finding: id, Date: on, Reason: "wyjaśnione"}
	}
	visit := assistance.Visit{Assistant: "A1", Contract: "12", Participant: "U2", Programme: "p", Date: on, From: 480}
	inWords(t, l,
		submitted("Z/1", share("S:1", "12")), returned("Z/1", "bez podpisu"), submitted("Z/2", share("S:1", "12"), share("12", "U2")),
		submitted("Z/3", share("S:1", "12")), returned("Z/3", "bez podpisu, jak Jan Kos"),
		submitted("Z/4", share("S:1", "12")), returned("Z/4", "bez podpisu, pani Lis"),
		submitted("Z/5", share("S:1", "12")), returned("Z/5", "dla Zofia Wróbel"), submitted("12", share("12", "U2")), returned("12", "bez listy"),
		agreement.ClaimReserved{Submitted: submitted("Z/6", share("S:1", "12"))}, returned("Z/6", "pomyłka"),
		line("W/1", "PESEL 44051401359"), line("W/2", "44051401359 na konto 61 1090 1014 0000 0712 1981 2874"), line("W/3", "Zofia i Anna Wróbel 44051401359"),
		assistance.VisitLogged{Visit: visit, Details: assistance.Details{To: 540, Minutes: 60, Place: "u sąsiadki, Zofia Wróbel"}},
		assistance.VisitLogged{Visit: visit, Details: assistance.Details{To: 600, Minutes: 60}, Reason: "Ewa Lis była chora"},
		resolved("paid-not-worked:12:2018-05"), resolved("paid-not-worked:S:1:2018-05"), resolved("over-cap:12:2018"), resolved("over-cap:12:hours"),
		resolved("refund-difference:Z/1:S:1"), resolved("refund-difference:Z/1:given"), resolved("refund-difference:Z/2:given"),
		resolved("claimed-not-paid:S:1:2018-05:Z/2"), resolved("outside-contract:S:1:2018-05-02:A1@08.00"),
		resolved("participant-overlap:12:2018-05-02:A1@08.00:A1@09.00"), resolved("assistant-overlap:A1:2018-05-02:S:1@08.00:12@08.30"), resolved("durability-gap:12:2018-05-02"))
	told := func(of domain.Ref) (along, left []string) {
		t.Helper()
		gone, rest, err := queries.Mentions(t.Context(), l.Journal, l.Vault, of)
		must(t, err)
		for _, r := range gone {
			along = append(along, r.Subject())
		}
		for _, r := range rest {
			left = append(left, fmt.Sprintf("%s/%s %s", r.Kind, r.ID, r.Field))
		}
		return along, left
	}
	for _, c := range []struct {
		of          domain.Ref
		along, left []string
	}{
		{domain.Ref{Kind: domain.RefParticipant, ID: "12"},
			[]string{"claim/Z/1", "claim/Z/6", "finding/claimed-not-paid:S:1:2018-05:Z/2", "finding/over-cap:12:2018", "finding/paid-not-worked:S:1:2018-05",
				"finding/refund-difference:Z/1:S:1", "finding/refund-difference:Z/1:given", "statement/W/1"},
			[]string{"claim/Z/3 reason", "claim/Z/4 reason", "claim/Z/5 reason", "finding/assistant-overlap:A1:2018-05-02:S:1@08.00:12@08.30 reason",
				"finding/outside-contract:S:1:2018-05-02:A1@08.00 reason", "finding/participant-overlap:12:2018-05-02:A1@08.00:A1@09.00 reason",
				"finding/refund-difference:Z/2:given reason", "participant/U2 place", "statement/W/2 title", "statement/W/3 title"}},
		{domain.Ref{Kind: domain.RefAssistant, ID: "A1"}, nil,
			[]string{"claim/Z/4 reason", "finding/assistant-overlap:A1:2018-05-02:S:1@08.00:12@08.30 reason",
				"finding/outside-contract:S:1:2018-05-02:A1@08.00 reason", "finding/participant-overlap:12:2018-05-02:A1@08.00:A1@09.00 reason", "participant/U2 reason"}},
		{domain.Ref{Kind: domain.RefParticipant, ID: "U2"}, []string{"claim/12", "finding/paid-not-worked:12:2018-05"},
			[]string{"claim/Z/3 reason", "finding/assistant-overlap:A1:2018-05-02:S:1@08.00:12@08.30 reason", "finding/refund-difference:Z/2:given reason", "statement/W/2 title"}},
	} {
		if along, left := told(c.of); !slices.Equal(along, c.along) || !slices.Equal(left, c.left) {
			t.Errorf("%v: along go\n%q, not\n%q; left is\n%q, not\n%q", c.of, along, c.along, left, c.left)
		}
	}
}

// A contract whose terms were corrected to be another person's is about both: neither takes
// along what is said of it, and of either it is told.
func TestWhatIsWrittenAboutACorrectedContract(t *testing.T) {
	t.Parallel()
	on := day(2018, 5, 2)
	resolved := func(contract string) domain.Event {
		return finding.Resolved{Finding: "paid-not-worked:" + contract + ":2018-05", Date: on, Reason: "po chorobie"}
	}
	terms := func(contractID, who string) contract.Terms {
		return contract.Terms{Contract: contractID, Kind: contract.Referral, Programme: "psu", Participant: who, Agreement: "P/1", Concluded: on, From: on, To: on + 90}
	}
	about := attendance.About{Contract: "S/3", Participant: "U2", Programme: "psu", Agreement: "P/1"}
	for what, c := range map[string]struct {
		contract string
		events   []domain.Event
	}{
		"corrected":            {"S/1", []domain.Event{contract.Signed{Terms: terms("S/1", "U1")}, contract.TermsCorrected{Before: terms("S/1", "U1"), After: terms("S/1", "U2")}}},
		"entered anew":         {"S/2", []domain.Event{contract.Signed{Terms: terms("S/2", "U1")}, contract.Signed{Terms: terms("S/2", "U2")}}},
		"a day was recorded":   {"S/3", []domain.Event{contract.Signed{Terms: terms("S/3", "U1")}, attendance.DayWithdrawn{About: about, Date: on}}},
		"it was paid":          {"S/4", []domain.Event{contract.Signed{Terms: terms("S/4", "U1")}, payment.Made{About: payment.About{List: "L/1", Contract: "S/4", Participant: "U2", Month: on.Month()}, Date: on}}},
		"it is claimed":        {"S/5", []domain.Event{contract.Signed{Terms: terms("S/5", "U1")}, agreement.ClaimMoveReserved{Submitted: refund.Submitted{About: refund.About{Claim: "Z/1", Agreement: "P/1", Month: on.Month()}, On: on, Shares: []refund.Share{{Contract: "S/5", Participant: "U2"}}}}}},
		"a referral is listed": {"S/6", []domain.Event{contract.Signed{Terms: terms("S/6", "U1")}, agreement.ReferralListed{Agreement: "P/1", Contract: "S/6", Participant: "U2", Signed: on}}},
	} {
		l := ledgertest.Open(t)
		inWords(t, l, append(c.events, resolved(c.contract))...)
		for _, who := range []string{"U1", "U2"} {
			along, left, err := queries.Mentions(t.Context(), l.Journal, l.Vault, domain.Ref{Kind: domain.RefParticipant, ID: who})
			must(t, err)
			if len(along) != 0 || len(left) != 1 || left[0].Kind != domain.RefFinding {
				t.Errorf("%s: with %s go %v, left is %v", what, who, along, left)
			}
		}
	}
}

// Why somebody is named in the place of another is said under one key and is about both: who
// is erased of them is told of it.
func TestWhyOneIsNamedInThePlaceOfAnother(t *testing.T) {
	t.Parallel()
	on := day(2018, 5, 2)
	terms := func(who, assistant string) contract.Terms {
		return contract.Terms{Contract: "T/1", Kind: contract.Tripartite, Programme: "p", Participant: who, Assistant: assistant, Concluded: on, From: on, To: on + 90}
	}
	life := contract.Life{Contract: "T/1", Participant: "U1", Programme: "p", On: on, Reason: "zachorował"}
	carer := func(of string) participant.Person {
		return participant.Person{Participant: "U1", FirstName: "Jan", LastName: "Kos", CarerFor: of}
	}
	for what, c := range map[string]struct {
		event domain.Event
		told  []domain.Ref
		not   domain.Ref
	}{
		"the person of a contract": {contract.TermsCorrected{Before: terms("U2", "A1"), After: terms("U1", "A1"), Reason: "to nie on"},
			[]domain.Ref{{Kind: domain.RefParticipant, ID: "U2"}}, domain.Ref{Kind: domain.RefAssistant, ID: "A1"}},
		"its assistant": {contract.TermsCorrected{Before: terms("U1", "A1"), After: terms("U1", "A2"), Reason: "zachorował"},
			[]domain.Ref{{Kind: domain.RefAssistant, ID: "A1"}, {Kind: domain.RefAssistant, ID: "A2"}}, domain.Ref{Kind: domain.RefParticipant, ID: "U2"}},
		"its assistant by an annex": {contract.Amended{Life: life, Assistant: "A2"}, []domain.Ref{{Kind: domain.RefAssistant, ID: "A2"}}, domain.Ref{Kind: domain.RefAssistant, ID: "A1"}},
		"whom a carer cares for": {participant.Corrected{Person: carer("U3"), Reason: "nie ona"},
			[]domain.Ref{{Kind: domain.RefParticipant, ID: "U2"}, {Kind: domain.RefParticipant, ID: "U3"}}, domain.Ref{Kind: domain.RefParticipant, ID: "U4"}},
		"nobody": {participant.Corrected{Person: carer("U2"), Reason: "nazwisko"}, nil, domain.Ref{Kind: domain.RefParticipant, ID: "U2"}},
	} {
		l := ledgertest.Open(t)
		inWords(t, l, participant.Registered{Person: carer("U2")}, c.event)
		for _, of := range append(c.told, c.not) {
			along, left, err := queries.Mentions(t.Context(), l.Journal, l.Vault, of)
			must(t, err)
			if told := len(left) == 1 && left[0] == (erasure.Left{Kind: domain.RefParticipant, ID: "U1", Field: "reason", Texts: 1, Of: left[0].Of}); len(along) != 0 || told == (of == c.not) {
				t.Errorf("%s: with %v go %v, left is %v", what, of, along, left)
			}
		}
	}
}

// Somebody who was merged is one person: with the id they go on as go the others; who has one
// of these erased is told that the rest of them stays.
func TestTheMergedAreErasedTogether(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	id := func(id string) domain.Ref { return domain.Ref{Kind: domain.RefParticipant, ID: id} }
	merged := func(who, into string) participant.Merged {
		return participant.Merged{Merge: participant.Merge{Participant: who, Into: into, Date: day(2024, 5, 1)}, Reason: "ten sam PESEL"}
	}
	var all []domain.Event
	for _, who := range []string{"U1", "U2", "U3"} {
		all = append(all, participant.Registered{Person: participant.Person{Participant: who, FirstName: "Jan", LastName: "Kos"}})
	}
	inWords(t, l, append(all, merged("U3", "U2"), merged("U2", "U1"))...)
	for _, c := range []struct {
		of    domain.Ref
		along []domain.Ref
		into  string
	}{{id("U1"), []domain.Ref{id("U2"), id("U3")}, ""}, {id("U2"), []domain.Ref{id("U3")}, "U1"}, {id("U3"), nil, "U2"}} {
		along, left, err := queries.Mentions(t.Context(), l.Journal, l.Vault, c.of)
		must(t, err)
		into := ""
		for _, l := range left {
			if l.Field == erasure.Into {
				into += l.ID
			}
		}
		if !slices.Equal(along, c.along) || into != c.into {
			t.Errorf("with %v go %v, and %v stays, want %v and %q; left %v", c.of, along, into, c.along, c.into, left)
		}
	}
}

// What is left is told in a bounded space, and none of it is passed over.
func TestManyPlacesAreLeft(t *testing.T) {
	var all []erasure.Left
	for i := range 1203 {
		all = append(all, erasure.Left{Kind: domain.RefStatement, ID: strconv.Itoa(i), Field: []string{"counterparty", "title"}[i%2], Texts: 1, Of: 3})
	}
	told := queries.Shortened(all)
	texts := 0
	for _, l := range told {
		texts += l.Texts
	}
	if n := len(told); n != 502 || texts != 1203 || told[n-1].ID != "" || told[n-1].Of != 3*told[n-1].Texts || told[0] != all[0] {
		t.Errorf("%d places of %d texts, the last %v", n, texts, told[n-1])
	}
}

// What is said of two people with one PESEL, and why many were looked at, is told where
// one of them is erased.
func TestReasonsThatMayBeAboutThePerson(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if s := l.Import(t, "uczestnicy.csv", "id;imie;nazwisko\nU1;Zofia;Kos\nU2;Zofia;Kos\n"); s.Refused != 0 {
		t.Fatalf("%+v", s.RefusedRows)
	}
	inWords(t, l,
		finding.Resolved{Finding: "doubled-pesel:U1:U2", Date: day(2018, 5, 2), Reason: "ta sama osoba, leczy się psychiatrycznie"},
		intake.PersonalDataRead{Reading: "r1", On: day(2018, 5, 2), What: "replay", Many: true, Reason: "kontrola chorych z ul. Lipowej"},
		intake.PersonalDataRead{Reading: "r2", On: day(2018, 5, 2), What: "replay", Many: true, Filters: []intake.Filter{{Name: "participant", Value: "U1"}}, Reason: "skarga"})
	along, left, err := queries.Mentions(t.Context(), l.Journal, l.Vault, domain.Ref{Kind: domain.RefParticipant, ID: "U1"})
	must(t, err)
	named := map[string]bool{}
	for _, at := range left {
		named[at.ID] = true
	}
	for _, id := range []string{"doubled-pesel:U1:U2", intake.ReasonSeal("r1").Subject.ID, intake.ReasonSeal("r2").Subject.ID} {
		if !named[id] {
			t.Errorf("%s is not left: %v, along %v", id, left, along)
		}
	}
}
