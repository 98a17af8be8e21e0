package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// RegisterParticipant enters a person taking part in a programme, everything
// in clear; codes are those of the import files.
type RegisterParticipant struct {
	ID             string      `json:"id" doc:"Pseudonymous id, never a PESEL"`
	FirstName      string      `json:"firstName,omitempty"`
	LastName       string      `json:"lastName,omitempty"`
	PESEL          string      `json:"pesel,omitempty"`
	BirthDate      domain.Date `json:"birthDate,omitempty"`
	Sex            string      `json:"sex,omitempty" enum:"K,M,"`
	Municipality   string      `json:"municipality,omitempty"`
	Disability     string      `json:"disability,omitempty" enum:"brak,lekki,umiarkowany,znaczny,"`
	WelfareClient  string      `json:"welfareClient,omitempty" enum:"tak,nie,"`
	LabourStatus   string      `json:"labourStatus,omitempty" enum:"bezrobotny,poszukujacy,bierny,zatrudniony,"`
	WithoutBenefit string      `json:"withoutBenefit,omitempty" enum:"tak,nie,"`
	Profile        string      `json:"profile,omitempty" enum:"I,II,III,"`
	Account        string      `json:"account,omitempty"`
	CarerFor       string      `json:"carerFor,omitempty"`
	Household      string      `json:"household,omitempty"`
	Amendment
}

func (RegisterParticipant) Operation() access.Operation { return "register-participant" }

func (c RegisterParticipant) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefParticipant, ID: c.ID}}}
}

func (c RegisterParticipant) open() any {
	return RegisterParticipant{ID: c.ID, CarerFor: c.CarerFor, Household: c.Household, Amendment: c.Amendment.open()}
}

func (c *RegisterParticipant) columns() []column {
	return append([]column{
		idColumn("id", "id", &c.ID, "pseudonimowy identyfikator, nigdy PESEL").key().naming(),
		textColumn("imie", "firstName", &c.FirstName, "imię").sealed(),
		textColumn("nazwisko", "lastName", &c.LastName, "nazwisko").sealed(),
		columnOf("pesel", "pesel", &c.PESEL, KindPESEL, "PESEL", (*sheetfile.Record).PESEL).sealed().optional(),
		dateColumn("data_urodzenia", "birthDate", &c.BirthDate, "data urodzenia").sealed().optional(),
		choiceColumn("plec", "sex", &c.Sex, "płeć", "K", "M").code().optional(),
		textColumn("gmina", "municipality", &c.Municipality, "gmina").sealed().optional(),
		choiceColumn("niepelnosprawnosc", "disability", &c.Disability, "stopień niepełnosprawności", "brak", "lekki", "umiarkowany", "znaczny").code().optional(),
		choiceColumn("klient_ops", "welfareClient", &c.WelfareClient, "klient ośrodka pomocy społecznej", "tak", "nie").code().optional(),
		choiceColumn("status", "labourStatus", &c.LabourStatus, "status na rynku pracy", "bezrobotny", "poszukujacy", "bierny", "zatrudniony").code().optional(),
		choiceColumn("bez_zasilku", "withoutBenefit", &c.WithoutBenefit, "bez prawa do zasiłku", "tak", "nie").code().optional(),
		choiceColumn("profil", "profile", &c.Profile, "profil pomocy", "I", "II", "III").code().optional(),
		columnOf("konto", "account", &c.Account, KindAccount, "numer konta", (*sheetfile.Record).Account).sealed().optional(),
		idColumn("opiekun_dla", "carerFor", &c.CarerFor, "identyfikator osoby, którą się opiekuje").optional().naming(),
		idColumn("gospodarstwo", "household", &c.Household, "identyfikator gospodarstwa domowego").optional().naming(),
	}, c.Amendment.columns()...)
}

func participants() useCase[RegisterParticipant, participant.State, participant.Command] {
	return useCase[RegisterParticipant, participant.State, participant.Command]{decider: participant.Decider(), prepare: (*Ledger).prepareParticipant,
		stream: func(c RegisterParticipant) string { return participant.Stream(c.ID) }}
}

func participantsFile() importKind {
	return byStream("uczestnicy", "uczestnicy", participants(), func(im *importing) rowRules[RegisterParticipant] {
		pesels := unique{}
		return rowRules[RegisterParticipant]{
			// Rows of two people are decided side by side, and neither sees the other. A row
			// that is refused for itself takes nobody's place.
			refuse: func(r *sheetfile.Record, c RegisterParticipant) error {
				if err := cmp.Or(im.l.agreesWithPESEL(c), im.l.onePerson(im.origin, c)); err != nil || c.PESEL == "" {
					return err
				}
				if first, twice := pesels[c.PESEL]; twice {
					return ErrTwice.At("pesel").With("row %d", first)
				}
				pesels[c.PESEL] = r.Number()
				return nil
			},
			alone: func(ctx context.Context, c RegisterParticipant) (func(), error) {
				done, err := im.l.Registering.lock(ctx, c.PESEL)
				return done, cmp.Or(err, im.l.onePerson(im.origin, c)) // somebody may have come in between
			},
			after: func(ctx context.Context, _ Origin, c RegisterParticipant, r journal.Result) error {
				return im.l.indexed(ctx, c, r)
			},
		}
	})
}

// ErrPESEL refuses a PESEL whose check digit or date is wrong.
var ErrPESEL = domain.Refusal(domain.CodeInvalid, "the PESEL is not valid").At("pesel")

// ErrAccount refuses an account number whose check digits are wrong.
var ErrAccount = domain.Refusal(domain.CodeInvalid, "the account number is not valid").At("account")

// Refusals of what contradicts a PESEL, or makes two people of one.
var (
	ErrPESELFuture = domain.Refusal(domain.CodeInvalid, "the PESEL is of somebody not born yet").At("pesel")
	ErrBirthDate   = domain.Refusal(domain.CodeInvalid, "the date of birth is not that of the PESEL").At("birthDate")
	ErrSex         = domain.Refusal(domain.CodeInvalid, "the sex is not that of the PESEL").At("sex")
	ErrPESELTaken  = domain.Refusal(domain.CodeRule, "the PESEL is that of a person registered under another id; caps would count that person twice").At("pesel")
)

// RegisterParticipant carries the command out. The person becomes findable by
// PESEL once registered.
func (l *Ledger) RegisterParticipant(ctx context.Context, o Origin, c RegisterParticipant) (journal.Result, error) {
	o, err := l.allowed(ctx, o, c)
	if err != nil {
		return journal.Result{}, err
	}
	done, err := l.Registering.lockBriefly(ctx, c.PESEL)
	if err != nil {
		return journal.Result{}, err
	}
	defer done()
	if r, decided, err := l.registeredBefore(ctx, o, c); decided || err != nil {
		return r, err
	}
	if err := l.registersElse(ctx, o, c); err != nil {
		return journal.Result{}, err
	}
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.registerParticipant(ctx, o, c)
	})
}

// registeredBefore is what was decided under the key, whatever became of the person since:
// words are sealed for it no more. They are made findable where that was cut short.
func (l *Ledger) registeredBefore(ctx context.Context, o Origin, c RegisterParticipant) (r journal.Result, decided bool, err error) {
	stream, err := streamOf("participant", c.ID)
	if o.Key == "" || err != nil {
		return r, false, nil //nolint:nilerr // what is no id is refused with all else that is wrong
	}
	at, last, err := l.decisions(ctx, stream)
	for _, key := range append(l.keys(o), l.former(o)...) {
		if position, ok := at[key]; ok {
			r, decided = journal.Result{Position: position, Revision: last}, true
		}
	}
	if decided && err == nil {
		if err = l.indexed(ctx, c, r); errors.Is(err, vault.ErrErased) {
			err = nil
		}
	}
	return r, decided, err
}

func (l *Ledger) registerParticipant(ctx context.Context, o Origin, c RegisterParticipant) (journal.Result, error) {
	cmd, err := l.prepareParticipant(ctx, l.lookups(), o, &c)
	if err == nil {
		err = l.onePerson(o, c)
	}
	if err != nil {
		return journal.Result{}, err
	}
	r, err := carry(ctx, l, o, c, participant.Stream(c.ID), participant.Decider(), cmd)
	if err == nil {
		err = l.indexed(ctx, c, r)
	}
	return r, err
}

// indexed makes somebody findable by the PESEL that is recorded of them. Where nothing
// was recorded that is not the one that was typed: what a key was used for may differ in
// what its caller may not see, and may have been corrected since.
func (l *Ledger) indexed(ctx context.Context, c RegisterParticipant, r journal.Result) (err error) {
	if c.ID, err = id(c.ID); err != nil {
		return err
	}
	switch {
	case r.Events == 0:
		if c.PESEL, err = l.recordedPESEL(ctx, participant.Stream(c.ID)); err != nil || c.PESEL == "" && !c.Withdraw && !c.Correct {
			return err
		}
	case c.Withdraw:
		c.PESEL = ""
	case c.PESEL == "" && !c.Correct:
		return nil
	}
	index := l.Vault.IndexPESEL
	if r.Events > 0 && c.Correct { // by the positions of answers nobody tells whether it was another
		index = l.Vault.IndexPESELAnew
	}
	err = index(ctx, domain.Ref{Kind: domain.RefParticipant, ID: c.ID}.Subject(), c.PESEL)
	if c.PESEL == "" && errors.Is(err, vault.ErrErased) {
		err = nil
	}
	return err
}

func (l *Ledger) recordedPESEL(ctx context.Context, stream string) (string, error) {
	s, err := journal.Load(ctx, l.Log, stream, participant.Decider())
	if err != nil || s.State.Person.PESEL == "" {
		return "", err
	}
	seal := participant.SealOf(s.State.Person.Participant, "pesel")
	return l.Vault.Open(ctx, seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(s.State.Person.PESEL))
}

// IndexRegistered makes people findable by their PESEL whose registration was cut short
// before that and never sent again.
func (l *Ledger) IndexRegistered(ctx context.Context) error {
	prefix := domain.Ref{Kind: domain.RefParticipant}.Subject()
	for _, subject := range l.Vault.Unindexed(prefix) {
		pesel, err := l.recordedPESEL(ctx, participant.Stream(strings.TrimPrefix(subject, prefix)))
		if err == nil && pesel != "" {
			err = l.Vault.IndexPESEL(ctx, subject, pesel)
		}
		if err != nil && !errors.Is(err, vault.ErrErased) {
			return fmt.Errorf("find %s by their PESEL: %w", subject, err)
		}
	}
	return nil
}

func (l *Ledger) prepareParticipant(ctx context.Context, _ *lookups, o Origin, c *RegisterParticipant) (participant.Command, error) {
	if err := domain.Together(needID("id", &c.ID), mayID("carerFor", &c.CarerFor), mayID("household", &c.Household), l.agreesWithPESEL(*c), checkAccount(&c.Account)); err != nil {
		return nil, err
	}
	id := c.ID
	s := l.sealer(ctx)
	text := func(field, text string) domain.Sealed { return s.text(participant.SealOf(id, field), text) }
	p := participant.Person{
		Participant: id, FirstName: text("firstName", c.FirstName), LastName: text("lastName", c.LastName),
		PESEL: text("pesel", c.PESEL), BirthDate: text("birthDate", c.BirthDate.String()), Sex: text("sex", c.Sex),
		Disability: text("disability", c.Disability), WelfareClient: text("welfareClient", c.WelfareClient),
		LabourStatus: text("labourStatus", c.LabourStatus), WithoutBenefit: text("withoutBenefit", c.WithoutBenefit),
		Profile: text("profile", c.Profile), Account: text("account", c.Account),
		Municipality: text("municipality", c.Municipality), CarerFor: c.CarerFor, Household: c.Household,
	}
	amend := c.taken(s, participant.SealOf(id, "reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	cmd := participant.Register{Person: p, Case: l.registeredCase(o, id), Amend: amend}
	if s.err != nil || !c.Withdraw {
		return cmd, s.ofPerson(participant.SealOf(id, "firstName").Subject, c.Withdraw, c.FirstName, c.LastName)
	}
	known, err := journal.Load(ctx, l.Log, participant.Stream(id), participant.Decider())
	if err != nil {
		return nil, err
	}
	cmd.Checked = known.State.List.All()
	if would(known, o, participant.Decider(), participant.Command(cmd)) {
		cmd.Checked, err = l.vacated(ctx, o, domain.Ref{Kind: domain.RefParticipant, ID: id}, known.State.List)
	}
	return cmd, err
}

// ofPerson is why a registration can't be sealed. Of somebody who is erased it says what can
// be done, also where the names were left out: without them nobody is registered.
func (s *sealer) ofPerson(who domain.Ref, withdraw bool, names ...string) error {
	if withdraw || s.err != nil && !errors.Is(s.err, erasure.ErrErased) {
		return s.err
	}
	erased, err := s.err != nil, error(nil)
	if !erased && slices.ContainsFunc(names, domain.Blank) {
		erased, err = s.vault.Erased(s.ctx, who.Subject())
	}
	if erased {
		return erasure.ErrErasedPerson
	}
	return err
}

// checkAccount reduces an account number to its digits; there may be none.
func checkAccount(account *string) error {
	if *account == "" {
		return nil
	}
	digits, ok := domain.NRB(*account)
	if !ok {
		return ErrAccount
	}
	*account = digits
	return nil
}

// agreesWithPESEL holds a PESEL against the day and the other fields.
func (l *Ledger) agreesWithPESEL(c RegisterParticipant) error {
	if c.PESEL == "" {
		return nil
	}
	if !domain.ValidPESEL(c.PESEL) {
		return ErrPESEL
	}
	born, _ := domain.PESELBirth(c.PESEL)
	if born > domain.DateOf(l.Now().In(l.Zone)) {
		return ErrPESELFuture
	}
	var birth, sex error
	if c.BirthDate != 0 && c.BirthDate != born {
		birth = ErrBirthDate
	}
	if c.Sex != "" && (c.Sex == "M") != domain.PESELMale(c.PESEL) {
		sex = ErrSex
	}
	return domain.Together(birth, sex)
}

// onePerson refuses a PESEL that another id has; two ids that had one before stay as
// they are. Whoever may not see people is not told who is known here: what they, or two
// servers on one store, register doubly is a finding.
func (l *Ledger) onePerson(o Origin, c RegisterParticipant) error {
	if !o.Sees(access.PESEL) {
		return nil
	}
	of, err := id(c.ID)
	holders := l.Vault.FindPESEL(c.PESEL)
	if err == nil && len(holders) > 0 && !slices.Contains(holders, domain.Ref{Kind: domain.RefParticipant, ID: of}.Subject()) {
		return ErrPESELTaken
	}
	return nil
}

// RegisterAssistant enters an assistant.
type RegisterAssistant struct {
	ID         string `json:"id"`
	FirstName  string `json:"firstName,omitempty"`
	LastName   string `json:"lastName,omitempty"`
	Employment string `json:"employment,omitempty" enum:"etat,zlecenie,pracownik_socjalny,"`
	// Qualification is by what they may assist.
	Qualification string `json:"qualification,omitempty" enum:"dyplom,doswiadczenie," doc:"A diploma, or experience of six months"`
	Amendment
}

func (RegisterAssistant) Operation() access.Operation { return "register-assistant" }

func (c RegisterAssistant) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefAssistant, ID: c.ID}}}
}

func (c RegisterAssistant) open() any {
	return RegisterAssistant{ID: c.ID, Employment: c.Employment, Qualification: c.Qualification, Amendment: c.Amendment.open()}
}

func (c RegisterAssistant) lastStream() (string, error) { return streamOf("assistant", c.ID) }

func (c *RegisterAssistant) columns() []column {
	return append([]column{
		idColumn("id", "id", &c.ID, "pseudonimowy identyfikator, nigdy PESEL").key().naming(),
		textColumn("imie", "firstName", &c.FirstName, "imię").sealed(),
		textColumn("nazwisko", "lastName", &c.LastName, "nazwisko").sealed(),
		choiceColumn("zatrudnienie", "employment", &c.Employment, "rodzaj zatrudnienia", "etat", "zlecenie", "pracownik_socjalny").open().optional(),
		choiceColumn("kwalifikacje", "qualification", &c.Qualification, "kwalifikacje asystenta", "dyplom", "doswiadczenie").open().optional(),
	}, c.Amendment.columns()...)
}

func assistants() useCase[RegisterAssistant, participant.AssistantState, participant.AssistantCommand] {
	return useCase[RegisterAssistant, participant.AssistantState, participant.AssistantCommand]{decider: participant.AssistantDecider(), prepare: (*Ledger).prepareAssistant,
		stream: func(c RegisterAssistant) string { return participant.AssistantStream(c.ID) }}
}

func assistantsFile() importKind { return byStream("asystenci", "asystenci", assistants(), nil) }

// RegisterAssistant carries the command out.
func (l *Ledger) RegisterAssistant(ctx context.Context, o Origin, c RegisterAssistant) (journal.Result, error) {
	return assistants().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareAssistant(ctx context.Context, _ *lookups, o Origin, c *RegisterAssistant) (participant.AssistantCommand, error) {
	if err := needID("id", &c.ID); err != nil {
		return nil, err
	}
	id, s := c.ID, l.sealer(ctx)
	a := participant.Assistant{ID: id, FirstName: s.text(participant.AssistantSealOf(id, "firstName"), c.FirstName),
		LastName:   s.text(participant.AssistantSealOf(id, "lastName"), c.LastName),
		Employment: participant.Employment(c.Employment), Qualification: participant.Qualification(c.Qualification)}
	amend := c.taken(s, participant.AssistantSealOf(id, "reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	cmd := participant.RegisterAssistant{Assistant: a, Amend: amend}
	if s.err != nil || !c.Withdraw {
		return cmd, s.ofPerson(participant.AssistantSealOf(id, "firstName").Subject, c.Withdraw, c.FirstName, c.LastName)
	}
	known, err := journal.Load(ctx, l.Log, participant.AssistantStream(id), participant.AssistantDecider())
	if err != nil {
		return nil, err
	}
	cmd.Checked = known.State.List.All()
	if would(known, o, participant.AssistantDecider(), participant.AssistantCommand(cmd)) {
		cmd.Checked, err = l.vacated(ctx, o, domain.Ref{Kind: domain.RefAssistant, ID: id}, known.State.List)
	}
	return cmd, err
}
