package commands

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"sync"

	"ksiega/commands/bankfile"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/refund"
	"ksiega/internal/journal"
)

const statementKind = "wyciag"

func spec(kind string, required []string, optional ...string) sheetfile.Spec {
	return sheetfile.Spec{Kind: kind, Required: required, Optional: optional}
}

// kinds lists the kinds of import file in the order of a directory's import.
func kinds() []kind {
	return []kind{
		{"uczestnicy", spec("uczestnicy", []string{"id", "imie", "nazwisko"}, "pesel", "data_urodzenia", "plec", "gmina", "niepelnosprawnosc",
			"klient_ops", "status", "bez_zasilku", "profil", "konto", "opiekun_dla", "gospodarstwo"), importParticipants},
		{"asystenci", spec("asystenci", []string{"id", "imie", "nazwisko"}, "zatrudnienie"), importAssistants},
		{"porozumienia", spec("porozumienia", []string{"numer", "zawarto", "od", "do", "refundacja"}, "limit_osob", "limit_godzin_miesiac",
			"limit_godzin_razem", "stawka_bazowa", "podstawa_refundacji", "dla_opiekunow"), importAgreements},
		{"umowy", spec("umowy", []string{"numer", "rodzaj", "program", "uczestnik", "zawarto", "od", "do"}, "asystent", "porozumienie",
			"godziny_tydzien", "stawka", "miejsce", "prace"), importContracts},
		{"obecnosci", spec("obecnosci", []string{"umowa", "data", "godziny"}, "nieobecnosc", "miejsce", "korekta", "powod"), importAttendance},
		{"godziny", spec("godziny", []string{"asystent", "umowa", "data", "od", "do"}, "czynnosc", "miejsce", "korekta", "powod"), importVisits},
		{"wyplaty", spec("wyplaty", []string{"lista", "umowa", "miesiac", "kwota", "data"}, "zwrot"), importPayments},
		{"wnioski", spec("wnioski", []string{"numer", "porozumienie", "miesiac", "zlozono"}, "kwota", "koryguje"), importClaims},
		{"decyzje-pup", spec("decyzje-pup", []string{"wniosek", "data", "wynik"}, "kwota", "powod"), importDecisions},
		{statementKind, sheetfile.Spec{}, importStatements},
		{"trwalosc", spec("trwalosc", []string{"projekt", "zdarzenie", "data"}, "nr", "wartosc", "do", "opis", "url"), importDurability},
	}
}

func importParticipants(ctx context.Context, im *importing) error {
	pesels := unique{}
	return decideRows(ctx, im, RegisterParticipant{}, participant.Decider(), func(r *sheetfile.Record) ask[participant.Command] {
		c := RegisterParticipant{ID: r.ID("id"), FirstName: r.Text("imie"), LastName: r.Text("nazwisko"), PESEL: r.PESEL("pesel"),
			BirthDate: r.OptionalDate("data_urodzenia"), Sex: r.OptionalChoice("plec", "K", "M"), Municipality: r.OptionalText("gmina"),
			Disability:    r.OptionalChoice("niepelnosprawnosc", "brak", "lekki", "umiarkowany", "znaczny"),
			WelfareClient: r.OptionalChoice("klient_ops", "tak", "nie"), LabourStatus: r.OptionalChoice("status", "bezrobotny", "poszukujacy", "bierny", "zatrudniony"),
			WithoutBenefit: r.OptionalChoice("bez_zasilku", "tak", "nie"), Profile: r.OptionalChoice("profil", "I", "II", "III"),
			Account: r.Account("konto"), CarerFor: r.OptionalID("opiekun_dla"), Household: r.OptionalID("gospodarstwo")}
		return ask[participant.Command]{identity: c.ID, from: []string{"id"}, stream: participant.Stream(c.ID), refusal: pesels.pesel(r, c.PESEL, cmp.Or(im.l.agreesWithPESEL(c), im.l.onePerson(im.origin, c))),
			alone: func(ctx context.Context) (func(), error) {
				done, err := im.l.Registering.hold(ctx, c.PESEL)
				return done, cmp.Or(err, im.l.onePerson(im.origin, c)) // somebody may have come in between
			},
			build: func(ctx context.Context) (participant.Command, error) {
				_, cmd, err := im.l.prepareParticipant(ctx, c)
				return cmd, err
			},
			after: func(ctx context.Context) error { return im.l.index(ctx, c) }}
	})
}

func importAssistants(ctx context.Context, im *importing) error {
	return decideRows(ctx, im, RegisterAssistant{}, participant.AssistantDecider(), func(r *sheetfile.Record) ask[participant.AssistantCommand] {
		c := RegisterAssistant{ID: r.ID("id"), FirstName: r.Text("imie"), LastName: r.Text("nazwisko"),
			Employment: r.OptionalChoice("zatrudnienie", "etat", "zlecenie", "pracownik_socjalny")}
		return ask[participant.AssistantCommand]{identity: c.ID, from: []string{"id"}, stream: participant.AssistantStream(c.ID),
			build: func(ctx context.Context) (participant.AssistantCommand, error) {
				_, cmd, err := im.l.prepareAssistant(ctx, c)
				return cmd, err
			}}
	})
}

func importAgreements(ctx context.Context, im *importing) error {
	return decideRows(ctx, im, ConcludeAgreement{}, agreement.Decider(), func(r *sheetfile.Record) ask[agreement.Command] {
		c := ConcludeAgreement{Number: r.ID("numer"), Concluded: r.Date("zawarto"), From: r.Date("od"), To: r.Date("do"),
			RefundPercent: r.Percent("refundacja"), RefundBasis: r.OptionalChoice("podstawa_refundacji", "ustawowa", "umowna"),
			ForCarers: r.YesNo("dla_opiekunow")}
		var persons, monthly, total bool
		c.PersonLimit, persons = r.OptionalInt("limit_osob")
		c.MonthlyCapMinutes, monthly = r.OptionalHours("limit_godzin_miesiac")
		c.TotalCapMinutes, total = r.OptionalHours("limit_godzin_razem")
		none := persons && c.PersonLimit == 0 || monthly && c.MonthlyCapMinutes == 0 || total && c.TotalCapMinutes == 0
		c.BaseRateGrosze, _ = r.OptionalAmount("stawka_bazowa")
		return ask[agreement.Command]{identity: c.Number, from: []string{"numer"}, stream: domain.Stream("agreement", c.Number),
			build: func(context.Context) (agreement.Command, error) {
				if none {
					return nil, agreement.ErrNoLimit
				}
				_, cmd, err := im.l.prepareAgreement(c)
				return cmd, err
			}}
	})
}

func importContracts(ctx context.Context, im *importing) error {
	var mu sync.Mutex
	listings := map[string][]journal.Item[agreement.Command]{}
	err := decideRows(ctx, im, SignContract{}, contract.Decider(), func(r *sheetfile.Record) ask[contract.Command] {
		c := SignContract{Number: r.ID("numer"), Kind: r.Choice("rodzaj", "psu", "socjalny", "trojstronny", "usamodzielnianie"),
			Programme: r.Text("program"), Participant: r.ID("uczestnik"), Concluded: r.Date("zawarto"), From: r.Date("od"), To: r.Date("do"),
			Assistant: r.OptionalID("asystent"), Agreement: r.OptionalID("porozumienie"), Place: r.OptionalText("miejsce"), Work: r.OptionalText("prace")}
		c.WeeklyMinutes, _ = r.OptionalHours("godziny_tydzien")
		c.RateGrosze, _ = r.OptionalAmount("stawka")
		origin := im.origin.ofRow(im.hash, r.Number())
		return ask[contract.Command]{identity: c.Number, from: []string{"numer"}, stream: domain.Stream("contract", c.Number),
			build: func(ctx context.Context) (contract.Command, error) {
				_, cmd, err := im.l.prepareContract(ctx, im.lookups, c)
				return cmd, err
			},
			after: func(context.Context) error {
				if c.Kind == string(contract.Referral) {
					mu.Lock()
					defer mu.Unlock()
					listings[c.Agreement] = append(listings[c.Agreement], item(im.l, origin,
						listing(contract.Terms{Agreement: c.Agreement, Contract: c.Number, Participant: c.Participant, Concluded: c.Concluded})))
				}
				return nil
			}}
	})
	if err != nil {
		return err
	}
	for number, items := range listings {
		slices.SortFunc(items, func(a, b journal.Item[agreement.Command]) int { return a.Meta.Source.Row - b.Meta.Source.Row })
		if _, err := journal.ExecuteAll(ctx, im.l.Log, domain.Stream("agreement", number), agreement.Decider(), items); err != nil {
			return fmt.Errorf("list referrals: %w", err)
		}
	}
	return nil
}

func importAttendance(ctx context.Context, im *importing) error {
	return decideRows(ctx, im, RecordAttendance{}, attendance.Decider(), func(r *sheetfile.Record) ask[attendance.RecordDay] {
		c := RecordAttendance{Contract: r.ID("umowa"), Date: r.Date("data"),
			Absence: r.OptionalChoice("nieobecnosc", string(attendance.Sick), string(attendance.Excused), string(attendance.Unexcused)),
			Place:   r.OptionalText("miejsce"), Correct: r.YesNo("korekta"), Reason: r.OptionalText("powod")}
		c.Minutes, _ = r.OptionalHours("godziny")
		return ask[attendance.RecordDay]{identity: c.Contract + "\x00" + c.Date.String(), from: []string{"umowa", "data"}, stream: domain.Stream("attendance", c.Contract),
			build: func(ctx context.Context) (attendance.RecordDay, error) {
				return im.l.prepareAttendance(ctx, im.lookups, im.origin, c)
			}}
	})
}

func importVisits(ctx context.Context, im *importing) error {
	known := im.assistants()
	return decideRows(ctx, im, LogVisit{}, assistance.Decider(), func(r *sheetfile.Record) ask[assistance.Command] {
		c := LogVisit{Assistant: r.ID("asystent"), Contract: r.ID("umowa"), Date: r.Date("data"), From: r.Clock("od"), To: r.Clock("do"),
			Activity: r.OptionalText("czynnosc"), Place: r.OptionalText("miejsce"), Correct: r.YesNo("korekta"), Reason: r.OptionalText("powod")}
		return ask[assistance.Command]{
			identity: c.Assistant + "\x00" + c.Contract + "\x00" + c.Date.String() + "\x00" + c.From.String(),
			from:     []string{"asystent", "umowa", "data", "od"},
			stream:   assistance.Stream(c.Assistant, c.Date.Month()),
			build: func(ctx context.Context) (assistance.Command, error) {
				if err := known(ctx, c.Assistant); err != nil {
					return nil, err
				}
				return im.l.prepareVisit(ctx, im.lookups, im.origin, c)
			}}
	})
}

// assistants checks that an assistant is recorded, asking the log once each.
func (im *importing) assistants() func(context.Context, string) error {
	var mu sync.Mutex
	asked := map[string]error{}
	return func(ctx context.Context, id string) error {
		mu.Lock()
		defer mu.Unlock()
		err, ok := asked[id]
		if !ok {
			err = im.l.knownAssistant(ctx, id)
			asked[id] = err
		}
		return err
	}
}

func importPayments(ctx context.Context, im *importing) error {
	return decideRows(ctx, im, PayBenefit{}, payment.Decider(), func(r *sheetfile.Record) ask[payment.Command] {
		c := PayBenefit{List: r.ID("lista"), Contract: r.ID("umowa"), Month: r.Month("miesiac"), AmountGrosze: r.Amount("kwota"),
			Date: r.Date("data"), CameBack: r.YesNo("zwrot")}
		return ask[payment.Command]{identity: fmt.Sprintf("%s\x00%s\x00%s\x00%t", c.List, c.Contract, c.Month, c.CameBack), from: []string{"lista", "umowa", "miesiac", "zwrot"},
			stream: domain.Stream("payout", c.Contract),
			build: func(ctx context.Context) (payment.Command, error) {
				return im.l.preparePayment(ctx, im.lookups, im.origin, c)
			}}
	})
}

// importClaims decides claims one after another: what a claim asks for depends
// on the claims before it.
func importClaims(ctx context.Context, im *importing) error {
	seen := unique{}
	for i := range im.sheet.Rows {
		r := im.sheet.Record(i)
		c := SubmitClaim{Number: r.ID("numer"), Agreement: r.ID("porozumienie"), Month: r.Month("miesiac"), Submitted: r.Date("zlozono"),
			Corrects: r.OptionalID("koryguje")}
		if amount, ok := r.OptionalAmount("kwota"); ok {
			c.AmountGrosze = &amount
		}
		err := seen.row(r, c.Number, "numer")
		var result journal.Result
		if err == nil {
			result, _, err = im.l.submitClaim(ctx, im.origin.ofRow(im.hash, r.Number()), c)
		}
		if err := im.settle(i, result, err); err != nil {
			return err
		}
	}
	return nil
}

// importDecisions decides answers one after another, since each may change which
// claims stand.
func importDecisions(ctx context.Context, im *importing) error {
	seen := unique{}
	for i := range im.sheet.Rows {
		r := im.sheet.Record(i)
		c := RecordClaimDecision{Claim: r.ID("wniosek"), Date: r.Date("data"), Outcome: r.Choice("wynik", string(refund.OutcomeAccepted),
			string(refund.OutcomePartial), string(refund.OutcomeReturned), string(refund.OutcomeReclaimed)), Reason: r.OptionalText("powod")}
		if amount, ok := r.OptionalAmount("kwota"); ok {
			c.AmountGrosze = &amount
		}
		err := seen.row(r, c.Claim+"\x00"+c.Date.String(), "wniosek", "data")
		var result journal.Result
		if err == nil {
			result, _, err = im.l.answerClaim(ctx, im.origin, im.origin.ofRow(im.hash, r.Number()), c)
		}
		if err := im.settle(i, result, err); err != nil {
			return err
		}
	}
	return nil
}

// importStatements takes in every statement of a bank's file, or none where one
// can't be read; its rows are booked lines, and a statement without any is one row.
func importStatements(ctx context.Context, im *importing) error {
	switch {
	case sheetfile.IsRefusedName(im.name):
		return &FileError{fmt.Errorf("%s: a list of refused bookings is not read back; import the bank's own file again", path.Base(im.name))}
	case bytes.HasPrefix(bytes.TrimLeft(im.data, "\ufeff \t\r\n"), []byte("<")):
		return &FileError{ErrNotBuilt.With("%s (camt.053); let the bank export MT940", path.Base(im.name))}
	}
	statements, err := bankfile.ReadMT940(im.name, bytes.NewReader(im.data))
	if err != nil {
		return &FileError{err}
	}
	im.header = []string{"konto", "wyciag", "pozycja", "data", "kwota"}
	for _, s := range statements {
		if len(s.Lines) == 0 {
			im.cells = append(im.cells, []string{s.Account, s.Number, "", s.Closing.Date.String(), ""})
		}
		for _, l := range s.Lines {
			im.cells = append(im.cells, []string{s.Account, s.Number, strconv.Itoa(l.Number), l.Booked.String(), l.Amount.String()})
		}
	}
	im.outcomes = make([]outcome, len(im.cells))
	seen, row := unique{}, 0
	for _, s := range statements {
		rows := max(len(s.Lines), 1)
		if err := im.statement(ctx, s, seen, row); err != nil {
			return err
		}
		row += rows
	}
	return nil
}

func importDurability(ctx context.Context, im *importing) error {
	return decideRows(ctx, im, TellDurability{}, durability.Decider(), func(r *sheetfile.Record) ask[durability.Command] {
		c := TellDurability{Project: r.ID("projekt"), Event: r.Choice("zdarzenie", "zobowiazanie", "deklaracja", "miejsca", "asystenci",
			"publikacja", "zapytanie", "start", "odmowa", "kontrola"), Date: r.Date("data"), Number: r.OptionalID("nr"),
			To: r.OptionalDate("do"), Text: r.OptionalText("opis"), URL: r.OptionalText("url")}
		if n, ok := r.OptionalInt("wartosc"); ok {
			c.Value = &n
		}
		return ask[durability.Command]{identity: c.Project + "\x00" + c.Event + "\x00" + c.Date.String() + "\x00" + c.Number, from: []string{"projekt", "zdarzenie", "data", "nr"},
			stream: durability.Stream(c.Project),
			build: func(ctx context.Context) (durability.Command, error) {
				_, cmd, err := im.l.prepareDurability(ctx, c)
				return cmd, err
			}}
	})
}
