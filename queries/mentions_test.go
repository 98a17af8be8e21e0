package queries_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/refund"
	"ksiega/domain/statement"
	"ksiega/internal/ledgertest"
	"ksiega/internal/vault"
	"ksiega/queries"
)

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
	l.Mentions = func(ctx context.Context, of domain.Ref) ([]domain.Ref, []erasure.Left, error) {
		return queries.Mentions(ctx, l.Journal, l.Vault, of)
	}
	return l
}

func alongU1() []erasure.Subject {
	return []erasure.Subject{{Kind: domain.RefAccess, ID: "r1"}, {Kind: domain.RefAccess, ID: "r3"}, {Kind: domain.RefClaim, ID: "Z/1"},
		{Kind: domain.RefFinding, ID: "paid-not-worked:SU1:2018-05"}, {Kind: domain.RefStatement, ID: "W/2"}, {Kind: domain.RefStatement, ID: "W/3"}, {Kind: domain.RefStatement, ID: "W/5"}}
}

// What is written about a person and nobody else goes with them; the rest is told.
func TestWhatIsWrittenAboutSomebodyElsewhere(t *testing.T) {
	t.Parallel()
	l := writtenAbout(t)
	u1 := domain.Ref{Kind: domain.RefParticipant, ID: "U1"}
	officer := commands.Origin{Actor: "iod", Role: "dpo", Door: "cli"}
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
	want := []erasure.Left{{Kind: domain.RefAccess, ID: "reasons", Field: "reason", Texts: 1, Of: 1}, {Kind: domain.RefClaim, ID: "Z/2", Field: "reason", Texts: 1, Of: 1},
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
