package commands_test

import (
	"errors"
	"testing"

	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/participant"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// Terms and registrations under the names that they had before aid and form, ground and day
// of refund, and qualification.
type (
	signedV1    struct{ contract.Signed }
	amendedV1   struct{ contract.Amended }
	concludedV1 struct{ agreement.Concluded }
	assistantV1 struct {
		participant.AssistantRegistered
	}
)

func (signedV1) EventType() string    { return "contract.signed.v1" }
func (amendedV1) EventType() string   { return "contract.amended.v1" }
func (concludedV1) EventType() string { return "agreement.concluded.v1" }
func (assistantV1) EventType() string { return "assistant.registered.v1" }

// The files that made them sent again are known; with what they lacked they differ.
func TestFormerTermsAreKnown(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	old := l.Through(t, journal.KindOf[signedV1](), journal.KindOf[amendedV1](), journal.KindOf[concludedV1](), journal.KindOf[assistantV1]())
	put := func(stream string, events ...domain.Event) {
		t.Helper()
		var decided []journal.Decided
		for _, e := range events {
			decided = append(decided, journal.Decided{Event: e, Meta: journal.Meta{Actor: "earlier"}})
		}
		if _, err := old.Append(t.Context(), stream, journal.NoStream, decided...); err != nil {
			t.Fatal(err)
		}
	}
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;Jan;Kos\n"})
	a := participant.Assistant{ID: "A1", FirstName: seal(t, l, participant.AssistantSealOf("A1", "firstName"), "Ewa"),
		LastName: seal(t, l, participant.AssistantSealOf("A1", "lastName"), "Lis"), Employment: participant.Employee}
	put("assistant-A1", assistantV1{participant.AssistantRegistered{Assistant: a}})
	put("agreement-P%2F1", concludedV1{agreement.Concluded{Terms: agreement.Terms{Agreement: "P/1", Concluded: domain.NewDate(2024, 1, 2),
		From: domain.NewDate(2024, 1, 2), To: domain.NewDate(2024, 12, 31), Regime: programme.OldRegime, RefundPercent: 60, Basis: agreement.Statutory}}})
	terms := contract.Terms{Contract: "T/1", Kind: contract.Tripartite, Programme: "asystent-aktywnosci", Participant: "U1", Assistant: "A1",
		Concluded: domain.NewDate(2024, 1, 2), From: domain.NewDate(2024, 1, 2), To: domain.NewDate(2024, 12, 31), Weekly: 240}
	terms.Place = seal(t, l, terms.Seal("place"), "dom")
	put("contract-T%2F1", signedV1{contract.Signed{Terms: terms}},
		amendedV1{contract.Amended{Life: contract.Life{Contract: "T/1", Participant: "U1", Programme: terms.Programme, On: domain.NewDate(2024, 3, 1)}, Weekly: 180}})

	for _, again := range []struct{ name, head, row, lacked string }{
		{"asystenci_2.csv", "id;imie;nazwisko;zatrudnienie;kwalifikacje", "A1;Ewa;Lis;etat;", "dyplom"},
		{"porozumienia_2.csv", "numer;zawarto;od;do;refundacja;podstawa", "P/1;02.01.2024;02.01.2024;31.12.2024;60;", "wniosek_prezydenta"},
		{"porozumienia_3.csv", "numer;zawarto;od;do;refundacja;termin_refundacji", "P/1;02.01.2024;02.01.2024;31.12.2024;60;", "30"},
		{"umowy_2.csv", "numer;rodzaj;program;uczestnik;asystent;zawarto;od;do;godziny_tydzien;miejsce;pomoc",
			"T/1;trojstronny;asystent-aktywnosci;U1;A1;02.01.2024;02.01.2024;31.12.2024;4;dom;", "500,00"},
	} {
		if s := l.Import(t, again.name, again.head+"\n"+again.row+"\n"); s.Known != 1 {
			t.Errorf("%s: %+v", again.name, s)
		}
		s := l.Import(t, again.name, again.head+"\n"+again.row+again.lacked+"\n")
		if s.Refused != 1 || !errors.Is(s.RefusedRows[0].Why, domain.ErrDiffers) {
			t.Errorf("%s with %s: %+v", again.name, again.lacked, s)
		}
	}
}
