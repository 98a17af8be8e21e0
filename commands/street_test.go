package commands_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contact"
	"ksiega/domain/programme"
	"ksiega/domain/street"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

func met(id, pseudonym string) commands.RecordContact {
	return commands.RecordContact{ID: id, Date: domain.NewDate(2024, 3, 4), Time: 1200, Place: "dworzec", Pseudonym: pseudonym, Cause: "alkohol"}
}

// recordedStreams are the streams of a category.
func recordedStreams(t *testing.T, l *ledgertest.Ledger, category string) (names []string) {
	t.Helper()
	err := l.Journal.Scan(t.Context(), journal.ScanOptions{}, func(b journal.Batch) error {
		for _, r := range b.Events {
			if strings.HasPrefix(r.Stream, category+"-") && !slices.Contains(names, r.Stream) {
				names = append(names, r.Stream)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A pseudonym that several people meet for the first time at once is one person, another
// programme's is another, and a contact without one is nobody.
func TestAPseudonymIsOnePersonWhoeverMeetsThem(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := l.RecordContact(t.Context(), ledgertest.Actor, met(fmt.Sprint("K/", i), []string{"Kazik", " KAZIK"}[i%2])); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	other, nobody := met("K/8", "Kazik"), met("K/9", "")
	other.Programme = "pal-osada"
	for _, c := range []commands.RecordContact{other, nobody} {
		if _, err := l.RecordContact(t.Context(), ledgertest.Actor, c); err != nil {
			t.Fatal(err)
		}
	}
	if people := recordedStreams(t, l, "street"); len(people) != 2 || len(recordedStreams(t, l, "contact")) != 10 {
		t.Errorf("people %v", people)
	}
	if len(l.Vault.FindName("street/streetworking", "kazik")) != 1 || len(l.Vault.FindName("street/pal-osada", "kazik")) != 1 {
		t.Error("not found by the pseudonym")
	}
}

// Of what is refused nobody has a key, is found by a pseudonym, or is recorded; a dry run
// leaves nothing either.
func TestNobodyIsNamedByWhatIsRefused(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	late, nowhere := met("K/1", "Kazik"), met("K/2", "Kazik")
	late.Date, nowhere.Place = domain.DateOf(ledgertest.Now())+1, ""
	for want, c := range map[error]commands.RecordContact{domain.ErrFuture: late, domain.ErrNoID: nowhere} {
		if _, err := l.RecordContact(t.Context(), ledgertest.Actor, c); !errors.Is(err, want) {
			t.Errorf("%v, not %v", err, want)
		}
	}
	if _, err := l.DryRun(t).RecordContact(t.Context(), ledgertest.Actor, met("K/3", "Kazik")); err != nil {
		t.Fatal(err)
	}
	if people := append(recordedStreams(t, l, "street"), l.Vault.Subjects("street/")...); len(people) != 0 || len(l.Vault.FindName("street/streetworking", "kazik")) != 0 {
		t.Errorf("named are %v", people)
	}
}

// Cut short once somebody is found by a pseudonym, or is named, the next contact goes on
// with the same person.
func TestNamingSomebodyIsCompleted(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	if err := l.Vault.IndexName(t.Context(), street.Ref("DRAWN").Subject(), "street/streetworking", "kazik"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.RecordContact(t.Context(), ledgertest.Actor, met("K/1", "Kazik")); err != nil {
		t.Fatal(err)
	}
	if people := recordedStreams(t, l, "street"); !slices.Equal(people, []string{"street-DRAWN"}) {
		t.Errorf("people %v", people)
	}
}

// Who somebody of the street is stands on the participant; to whoever may not see the
// street it is a record.
func TestAnIdentityKeepsItsParticipant(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"})
	if _, err := l.RecordContact(t.Context(), ledgertest.Actor, met("K/1", "Kazik")); err != nil {
		t.Fatal(err)
	}
	who := commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "kazik", Participant: "U1", Date: domain.NewDate(2024, 3, 5)}
	for name, c := range map[string]struct {
		change func(*commands.IdentifyPseudonym)
		want   error
	}{
		"another pseudonym": {func(c *commands.IdentifyPseudonym) { c.Pseudonym = "Zenek" }, street.ErrUnknown},
		"of another":        {func(c *commands.IdentifyPseudonym) { c.Programme = "pal-osada" }, street.ErrUnknown},
		"none":              {func(c *commands.IdentifyPseudonym) { c.Pseudonym = " " }, street.ErrNoPseudonym},
		"nobody":            {func(c *commands.IdentifyPseudonym) { c.Participant = "U9" }, domain.Refusal(domain.CodeNotFound, "")},
	} {
		asked := who
		c.change(&asked)
		_, err := l.IdentifyPseudonym(t.Context(), ledgertest.Actor, asked)
		var refusal *domain.Error
		if !errors.As(err, &refusal) || !errors.Is(err, c.want) && refusal.Code != c.want.(*domain.Error).Code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.IdentifyPseudonym(t.Context(), ledgertest.Actor, who); err != nil {
		t.Fatal(err)
	}
	gone := commands.RegisterParticipant{ID: "U1", Amendment: commands.Amendment{Withdraw: true, Reason: "pomyłka"}}
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, gone); !errors.Is(err, domain.ErrNamed) || !strings.Contains(err.Error(), "identity of a pseudonym") {
		t.Error(err)
	}
	if _, err := l.RegisterParticipant(t.Context(), commands.Origin{Who: access.By("finanse", access.CommandLine, access.Token)}, gone); !errors.Is(err, domain.ErrNamed) || strings.Contains(err.Error(), "pseudonym") {
		t.Error(err)
	}
	back := who
	back.Amendment = commands.Amendment{Withdraw: true, Reason: "pomyłka"}
	if _, err := l.IdentifyPseudonym(t.Context(), ledgertest.Actor, back); err != nil {
		t.Fatal(err)
	}
	if _, err := l.RegisterParticipant(t.Context(), ledgertest.Actor, gone); err != nil {
		t.Error(err)
	}
}

// Whoever may not see the street learns by no id whether a pseudonym is known, or whose it is:
// what they name is somebody else, until somebody who sees it corrects the contact, or says who
// that is.
func TestWhoeverMayNotSeeTheStreetNamesOthers(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	accepted(t, l, sheet{"uczestnicy.csv", "id;imie;nazwisko\nU1;A;A\n"})
	record := func(o commands.Origin, c commands.RecordContact) (street string) {
		t.Helper()
		if _, err := l.RecordContact(t.Context(), o, c); err != nil {
			t.Fatal(err)
		}
		known, err := journal.Load(t.Context(), l.Journal, contact.Stream(c.ID), contact.Decider())
		if err != nil {
			t.Fatal(err)
		}
		return known.State.Contact.Street
	}
	identified := func(street0 string) bool {
		known, err := journal.Load(t.Context(), l.Journal, street.Stream(street0), street.Decider())
		return err == nil && known.State.Identity.Participant == "U1"
	}
	token := commands.Origin{Who: access.By("api", access.API, access.Token)}
	who := commands.IdentifyPseudonym{Programme: "streetworking", Pseudonym: "kazik", Participant: "U1", Date: domain.NewDate(2024, 3, 5)}
	identify := func(c commands.IdentifyPseudonym) {
		t.Helper()
		if _, err := l.IdentifyPseudonym(t.Context(), ledgertest.Actor, c); err != nil {
			t.Fatal(err)
		}
	}
	// As long as nobody else knows the pseudonym, it is whom they met.
	planted := record(token, met("K/1", "Kazik"))
	identify(who)
	back := who
	back.Withdraw, back.Reason = true, "pomyłka"
	if !identified(planted) {
		t.Error("nobody is identified")
	}
	identify(back)

	theirs := record(ledgertest.Actor, met("K/2", "Kazik"))
	identify(who)
	if guessed := record(token, met("K/3", "Kazik")); theirs == planted || guessed == theirs || guessed == planted || identified(planted) || !identified(theirs) {
		t.Errorf("%s is planted, %s is met, %s is guessed", planted, theirs, guessed)
	}
	if r, err := l.RecordContact(t.Context(), ledgertest.Actor, met("K/1", "KAZIK")); err != nil || r.Events != 0 {
		t.Errorf("told again: %+v, %v", r, err)
	}
	fix := met("K/1", "Kazik")
	fix.Correct, fix.Reason = true, "to ta sama osoba"
	if is := record(ledgertest.Actor, fix); is != theirs {
		t.Errorf("corrected it is %s", is)
	}
	back.Date = 0
	identify(back)
	if identified(theirs) {
		t.Error("still identified")
	}
}

// Words that the programme's file lists are recorded as it spells them, each once; others
// are refused, with the file.
func TestWordsOfTheStreetAreTheProgrammes(t *testing.T) {
	t.Parallel()
	l := ledgertest.Open(t)
	edition := programme.Programme{ID: "streetworking", From: domain.NewDate(2020, 1, 1), Name: "Streetworking", Dictionaries: []programme.Dictionary{
		{Field: "przyczyna", Words: []string{"Zadłużenie"}}, {Field: "potrzeby", Words: []string{"nocleg", "odzież"}}, {Field: "kategoria", Words: []string{"dworce"}}}}
	if _, err := journal.Execute(t.Context(), l.Journal, programme.Stream(edition.ID), programme.Decider(), programme.RecordEdition{Programme: edition, Origin: programme.Imported}, journal.Meta{Actor: "a"}); err != nil {
		t.Fatal(err)
	}
	c := met("K/1", "Kazik")
	for _, wrong := range []func(*commands.RecordContact){func(c *commands.RecordContact) { c.Cause = "alkohol" }, func(c *commands.RecordContact) { c.Needs = "nocleg, jedzenie" }} {
		asked := c
		asked.Cause = "zadłużenie"
		wrong(&asked)
		if _, err := l.RecordContact(t.Context(), ledgertest.Actor, asked); !errors.Is(err, programme.ErrDictionary) || !strings.Contains(err.Error(), "of streetworking from 2020-01-01") {
			t.Error(err)
		}
	}
	c.Cause, c.Needs = " ZADŁUŻENIE", "Odzież, nocleg,odzież"
	if _, err := l.RecordContact(t.Context(), ledgertest.Actor, c); err != nil {
		t.Fatal(err)
	}
	c.Cause, c.Needs = "Zadłużenie", "odzież,nocleg"
	if r, err := l.RecordContact(t.Context(), ledgertest.Actor, c); err != nil || r.Events != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := l.CountPlace(t.Context(), ledgertest.Actor, commands.CountPlace{Place: "dworzec", Date: c.Date, People: 1, Category: "ulica"}); !errors.Is(err, programme.ErrDictionary) {
		t.Error(err)
	}
}
