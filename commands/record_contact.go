package commands

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contact"
	"ksiega/domain/programme"
	"ksiega/domain/street"
	"ksiega/internal/journal"
)

// RecordContact enters a contact of a street worker. Somebody without a pseudonym is
// nobody that other contacts are of.
type RecordContact struct {
	ID           string           `json:"id"`
	Date         domain.Date      `json:"date,omitempty"`
	Time         domain.TimeOfDay `json:"time,omitempty" doc:"HH:MM"`
	Place        string           `json:"place,omitempty"`
	Pseudonym    string           `json:"pseudonym,omitempty"`
	Worker       string           `json:"worker,omitempty"`
	First        bool             `json:"first,omitempty" doc:"The first contact with this person"`
	Kind         string           `json:"kind,omitempty" enum:"prewencja,interwencja,integracja,"`
	Cause        string           `json:"cause,omitempty"`
	Needs        string           `json:"needs,omitempty" doc:"Several by ,"`
	Intervention string           `json:"intervention,omitempty"`
	Referral     string           `json:"referral,omitempty"`
	Outcome      string           `json:"outcome,omitempty" enum:"brak,schronisko,praca,mieszkanie,"`
	Programme    string           `json:"programme,omitempty" doc:"Empty: streetworking"`
	Amendment
}

func (RecordContact) Operation() access.Operation { return "record-contact" }

func (c RecordContact) concerns() [][]domain.Ref {
	recorded := []domain.Ref{{Kind: domain.RefContact, ID: c.ID}}
	if c.Withdraw {
		return [][]domain.Ref{recorded}
	}
	return [][]domain.Ref{domain.Refs(domain.Ref{Kind: domain.RefProgramme, ID: ofStreetwork(c.Programme)}, domain.Ref{Kind: domain.RefWorker, ID: c.Worker}), recorded}
}

func (c RecordContact) open() any {
	return RecordContact{ID: c.ID, Date: c.Date, Time: c.Time, Place: c.Place, Worker: c.Worker, First: c.First, Kind: c.Kind, Programme: c.Programme,
		Amendment: c.Amendment.open()}
}

func (c RecordContact) lastStream() (string, error) { return streamOf("contact", c.ID) }

func (c *RecordContact) columns() []column {
	return append([]column{
		idColumn("id", "id", &c.ID, "identyfikator kontaktu").key().naming(),
		dateColumn("data", "date", &c.Date, "dzień"),
		clockColumn("godzina", "time", &c.Time, "godzina"),
		idColumn("miejsce", "place", &c.Place, "miejsce").words(),
		textColumn("pseudonim", "pseudonym", &c.Pseudonym, "pseudonim osoby; puste: kontakt bez osoby").sealed().optional(),
		idColumn("pracownik", "worker", &c.Worker, "identyfikator streetworkera").optional().naming(),
		yesNoColumn("pierwszy", "first", &c.First, "tak: pierwszy kontakt z tą osobą"),
		choiceColumn("rodzaj", "kind", &c.Kind, "rodzaj kontaktu", "prewencja", "interwencja", "integracja").open().optional(),
		textColumn("przyczyna", "cause", &c.Cause, "przyczyna bezdomności").code().optional(),
		textColumn("potrzeby", "needs", &c.Needs, "potrzeby, kilka po przecinku").code().optional(),
		textColumn("interwencja", "intervention", &c.Intervention, "co zrobiono").sealed().optional(),
		textColumn("skierowanie", "referral", &c.Referral, "dokąd skierowano").sealed().optional(),
		choiceColumn("wynik", "outcome", &c.Outcome, "co z tego wynikło", "brak", "schronisko", "praca", "mieszkanie").code().optional(),
		idColumn("program", "programme", &c.Programme, "identyfikator programu; puste: streetworking").optional(),
	}, c.Amendment.columns()...)
}

// ofStreetwork is the programme of what is recorded in the street.
func ofStreetwork(programme string) string {
	if programme == "" {
		return "streetworking"
	}
	return programme
}

func contactsFile() importKind {
	return inOrder("kontakty", "kontakty na ulicy", func(ctx context.Context, im *importing, o Origin, c RecordContact) (journal.Result, error) {
		return im.l.RecordContact(ctx, o, c)
	})
}

// RecordContact carries the command out. Whoever meets somebody for the first time makes
// the pseudonym known before the contact: cut short between the two, nobody is counted who
// was not met, and the same command completes it.
func (l *Ledger) RecordContact(ctx context.Context, o Origin, c RecordContact) (journal.Result, error) {
	done, err := l.Registering.lockName(ctx, ofStreetwork(c.Programme), folded(c.Pseudonym))
	if err != nil {
		return journal.Result{}, err
	}
	defer done()
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		c := c
		cmd, who, err := l.prepareContact(ctx, l.lookups(), o, &c)
		if err == nil {
			err = l.nameStreet(ctx, o, who)
		}
		if err != nil {
			return journal.Result{}, err
		}
		return carry(ctx, l, o, c, contact.Stream(c.ID), contact.Decider(), cmd)
	})
}

// called is somebody of the street under a pseudonym, which nobody may have yet.
type called struct {
	street.Name
	purpose, folded string // what the vault finds them by
	known           bool
}

// folded is a pseudonym as pseudonyms are compared.
func folded(pseudonym string) string { return domain.Folded(norm.NFC.String(pseudonym)) }

// pseudonyms are what the vault finds somebody of a programme's street by.
func pseudonyms(programme string) string { return "street/" + programme }

// unseenPseudonyms are pseudonyms of those who were named in a role that may not see the street. They
// are others than whoever sees it named, and than those of another role: by the people that
// reports count, and by ids that two contacts have, somebody would learn whether a pseudonym
// is known, and whose it is.
func unseenPseudonyms(role access.Role, programme string) string {
	return "unseen/" + string(role) + "/" + programme
}

// namedUnseen are those of a pseudonym who were named by whoever may not see the street.
func (l *Ledger) namedUnseen(programme, folded string) (all []string) {
	for _, role := range access.Blind(access.Street) {
		all = append(all, l.Vault.FindName(unseenPseudonyms(role, programme), folded)...)
	}
	return all
}

// callStreet is who goes by a pseudonym: whom a record names already, if that is one of
// them, or the first of those whom several servers named, or somebody new. To whoever may
// not see the street, everybody is new, since by an id somebody would learn whether a
// pseudonym is known. Whoever sees it and corrects a record makes them one.
func (l *Ledger) callStreet(o Origin, s *sealer, programme, pseudonym, recorded string, corrects bool) (who called) {
	who.folded = folded(pseudonym)
	if who.folded == "" {
		return called{}
	}
	who.About, who.purpose = street.About{Programme: programme}, pseudonyms(programme)
	if o.Sees(access.Street) {
		found := l.Vault.FindName(who.purpose, who.folded)
		is := street.Ref(recorded).Subject()
		switch {
		case slices.Contains(found, is), recorded != "" && !corrects && slices.Contains(l.namedUnseen(programme, who.folded), is):
			who.Street, who.known = recorded, true
		case len(found) > 0:
			who.Street, who.known = streetID(found[0]), true
		}
	} else {
		who.purpose = unseenPseudonyms(access.Role(o.role), programme)
	}
	if !who.known {
		who.Street = l.draw()
		s.named = street.Ref(who.Street)
	}
	who.Pseudonym = s.text(street.PseudonymSeal(who.Street), strings.TrimSpace(norm.NFC.String(pseudonym)))
	return who
}

// streetID is somebody of the street as the vault calls them.
func streetID(subject string) string { return strings.TrimPrefix(subject, street.Ref("").Subject()) }

// nameStreet makes somebody findable by a pseudonym, and records it.
func (l *Ledger) nameStreet(ctx context.Context, o Origin, who called) error {
	if who.Street == "" || sealingOf(ctx) == asIfForReal {
		return nil
	}
	if !who.known {
		if err := l.Vault.IndexName(ctx, street.Ref(who.Street).Subject(), who.purpose, who.folded); err != nil {
			return err
		}
	}
	meta := l.meta(o)
	meta.Key = "" // it is known by what it says
	_, err := journal.Execute(ctx, l.Log, street.Stream(who.Street), street.Decider(), street.Command(who.Name), meta)
	return err
}

func (l *Ledger) prepareContact(ctx context.Context, k *lookups, o Origin, c *RecordContact) (cmd contact.Record, who called, err error) {
	c.Programme = ofStreetwork(c.Programme)
	if err := domain.Together(needID("id", &c.ID), mayID("place", &c.Place), mayID("worker", &c.Worker), needID("programme", &c.Programme)); err != nil {
		return cmd, who, err
	}
	known, err := journal.Load(ctx, l.Log, contact.Stream(c.ID), contact.Decider())
	if err != nil {
		return cmd, who, err
	}
	cmd.Contact = contact.Contact{Contact: c.ID, Programme: c.Programme, Date: c.Date, Time: c.Time, Place: c.Place, Worker: c.Worker, First: c.First, Kind: contact.Kind(c.Kind)}
	s := l.sealer(ctx)
	if c.Withdraw {
		cmd.Street = known.State.Contact.Street
		cmd.Amend = c.taken(s, cmd.Seal("reason"))
		return cmd, who, s.err
	}
	of, err := k.edition(ctx, c.Programme, c.Date)
	if err := domain.Together(err, l.happened("date", c.Date), contact.Outcome(c.Outcome).Check()); err != nil {
		return cmd, who, err
	}
	if err := domain.Together(spelt(of, "przyczyna", "cause", &c.Cause), needsSpelt(of, &c.Needs)); err != nil {
		return cmd, who, err
	}
	who = l.callStreet(o, s, c.Programme, c.Pseudonym, known.State.Contact.Street, c.Correct)
	cmd.Street = who.Street
	text := func(field, text string) domain.Sealed { return s.text(cmd.Seal(field), text) }
	cmd.Cause, cmd.Needs, cmd.Outcome = text("cause", c.Cause), text("needs", c.Needs), text("outcome", c.Outcome)
	cmd.Intervention, cmd.Referral = text("intervention", c.Intervention), text("referral", c.Referral)
	cmd.Amend = c.taken(s, cmd.Seal("reason"))
	cmd.Anew = !o.SeesAllOf(c.Operation())
	return cmd, who, s.err
}

// spelt has a word be as the programme's dictionary spells it, and refuses one that is not
// in it.
func spelt(of programme.EditionRecorded, dictionary, field string, word *string) error {
	as, err := of.Word(dictionary, strings.TrimSpace(norm.NFC.String(*word)), sheetfile.Alike)
	if err != nil {
		return domain.At(field, err)
	}
	*word = as
	return nil
}

// needsSpelt is spelt of several words, each of which is kept once.
func needsSpelt(of programme.EditionRecorded, needs *string) error {
	var kept []string
	for need := range strings.SplitSeq(*needs, contact.NeedsSeparator) {
		if err := spelt(of, "potrzeby", "needs", &need); err != nil {
			return err
		}
		if need != "" && !slices.ContainsFunc(kept, func(k string) bool { return sheetfile.Alike(k, need) }) {
			kept = append(kept, need)
		}
	}
	*needs = strings.Join(kept, contact.NeedsSeparator)
	return nil
}
