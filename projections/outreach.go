package projections

import (
	"cmp"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contact"
	"ksiega/domain/erasure"
	"ksiega/domain/place"
	"ksiega/domain/street"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
)

// StreetContact is a contact, with its sealed codes; whoever counts them opens them by
// contact.SealOf. Of what was erased they are gone.
type StreetContact struct {
	Contact   string             `json:"contact"`
	Programme string             `json:"programme"`
	Street    string             `json:"street"` // who it was
	Date      domain.Date        `json:"date"`
	Place     string             `json:"place"`
	Worker    string             `json:"worker"` // who was there for the centre
	First     bool               `json:"first"`
	Kind      contact.Kind       `json:"kind"`
	Cause     domain.Sealed      `json:"cause"`
	Needs     domain.Sealed      `json:"needs"`
	Outcome   domain.Sealed      `json:"outcome"`
	Referral  domain.Sealed      `json:"referral"`
	Events    []journal.Position `json:"events"` // that recorded and corrected it
}

// Seal is how a code of the contact is sealed.
func (c StreetContact) Seal(field string) domain.Seal {
	return contact.SealOf(c.Contact, c.Street, field)
}

// CountedPlace is a place with its counts, by their days.
type CountedPlace struct {
	Programme string       `json:"programme"`
	Place     string       `json:"place"`
	Counts    []PlaceCount `json:"counts"`
}

// PlaceCount is how many people were there on a day.
type PlaceCount struct {
	Date domain.Date `json:"date"`
	place.Count
	Event journal.Position `json:"event"`
}

// StreetIdentity is who somebody of the street is.
type StreetIdentity struct {
	Street   string           `json:"street"`
	Identity street.Identity  `json:"identity"`
	Event    journal.Position `json:"event"`
}

// ContactAt is where a contact lies.
type ContactAt struct {
	Programme string       `json:"programme"`
	Month     domain.Month `json:"month"`
	Contact   string       `json:"contact"`
}

func (at ContactAt) key() fold.Key {
	return StreetContacts().Key(ContactPart(at.Programme, at.Month), domain.Escape(at.Contact))
}

// listed is where it is listed under whom its texts are sealed for. A contact that moved is
// listed anew, so that a list never loses a row that is there.
func (at ContactAt) listed(of domain.Ref) fold.Key {
	k := at.key()
	return ContactsOf().Key(ContactsPart(of), k.Part+"-"+k.Field)
}

// StreetContacts holds a part a programme's month, see ContactPart, and a field a contact.
func StreetContacts() fold.Table[StreetContact] { return fold.Table[StreetContact]{Name: "contacts"} }

// CountedPlaces holds a part a programme and a field a place.
func CountedPlaces() fold.Table[CountedPlace] { return fold.Table[CountedPlace]{Name: "places"} }

// StreetIdentities holds a part a programme and a field somebody of its street.
func StreetIdentities() fold.Table[StreetIdentity] {
	return fold.Table[StreetIdentity]{Name: "identities"}
}

// ContactsOf holds a part whose key seals the texts of contacts, see ContactsPart, and a
// field a contact of a programme's month.
func ContactsOf() fold.Table[ContactAt] { return fold.Table[ContactAt]{Name: "of"} }

// ContactPart is the part of a programme's month. An escaped id has no `-`.
func ContactPart(programme string, month domain.Month) string {
	return domain.Escape(programme) + "-" + month.String()
}

// ContactsPart is the part of somebody of the street, or of a contact by itself.
func ContactsPart(of domain.Ref) string { return string(of.Kind) + "-" + domain.Escape(of.ID) }

// Outreach folds contacts, counts of places, and who people of the street are.
func Outreach() Projection {
	return Projection{Name: "outreach", Version: 2, Retroactive: erases, Keys: outreachKeys, Then: outreachThen, Fold: foldOutreach,
		Want: oneOf(contact.Recorded{}, contact.Corrected{}, contact.Withdrawn{}, place.Counted{}, place.CountCorrected{}, place.CountWithdrawn{},
			street.Identified{}, street.IdentityWithdrawn{}, erasure.Ordered{})}
}

// sealedBy is whose key seals the texts of a contact.
func sealedBy(id string, k contact.Key) domain.Ref { return contact.SealOf(id, k.Street, "").Subject }

// placed is where a contact lies by what is said of it.
func placed(id string, k contact.Key) ContactAt { return ContactAt{k.Programme, k.Date.Month(), id} }

func contactKeys(keys []fold.Key, id string, k contact.Key) []fold.Key {
	at, by := placed(id, k), sealedBy(id, k)
	return append(keys, at.key(), at.listed(by), erasedKey(by))
}

func outreachKeys(keys []fold.Key, r *journal.Recorded) []fold.Key {
	switch e := r.Event.(type) {
	case contact.Recorded:
		return contactKeys(keys, e.Contact.Contact, e.Key())
	case contact.Corrected:
		return contactKeys(contactKeys(keys, e.After.Contact, e.Before), e.After.Contact, e.After.Key())
	case contact.Withdrawn:
		return contactKeys(keys, e.Contact, e.Was)
	case place.Counted:
		return append(keys, placeKey(e.About))
	case place.CountCorrected:
		return append(keys, placeKey(e.About))
	case place.CountWithdrawn:
		return append(keys, placeKey(e.About))
	case street.Identified:
		return append(keys, identityKey(e.About))
	case street.IdentityWithdrawn:
		return append(keys, identityKey(e.About))
	case erasure.Ordered:
		if erasesContacts(e) {
			return append(keys, erasedKey(e.Of()), ContactsOf().Whole(ContactsPart(e.Of())))
		}
	}
	return keys
}

func erasesContacts(e erasure.Ordered) bool {
	return e.Kind == domain.RefStreet || e.Kind == domain.RefContact
}

// outreachThen names the contacts whose texts are erased.
func outreachThen(tx *fold.Tx, r *journal.Recorded) (keys []fold.Key) {
	e, ok := r.Event.(erasure.Ordered)
	if !ok || !erasesContacts(e) {
		return nil
	}
	for _, at := range ContactsOf().Rows(tx, ContactsPart(e.Of())) {
		keys = append(keys, at.key())
	}
	return keys
}

func placeKey(a place.About) fold.Key {
	return CountedPlaces().Key(domain.Escape(a.Programme), domain.Escape(a.Place))
}

func identityKey(a street.About) fold.Key {
	return StreetIdentities().Key(domain.Escape(a.Programme), domain.Escape(a.Street))
}

func foldOutreach(tx *fold.Tx, r *journal.Recorded) error {
	switch e := r.Event.(type) {
	case contact.Recorded:
		putContact(tx, e.Contact, []journal.Position{r.Position})
	case contact.Corrected:
		events := takeContact(tx, e.After.Contact, e.Before)
		putContact(tx, e.After, append(events, r.Position))
	case contact.Withdrawn:
		takeContact(tx, e.Contact, e.Was)
	case place.Counted:
		count(tx, e.About, &PlaceCount{e.Date, e.Count, r.Position})
	case place.CountCorrected:
		count(tx, e.About, &PlaceCount{e.Date, e.After, r.Position})
	case place.CountWithdrawn:
		count(tx, e.About, nil)
	case street.Identified:
		k := identityKey(e.About)
		StreetIdentities().Put(tx, k.Part, k.Field, StreetIdentity{e.Street, e.Identity, r.Position})
	case street.IdentityWithdrawn:
		k := identityKey(e.About)
		StreetIdentities().Delete(tx, k.Part, k.Field)
	case erasure.Ordered:
		if erasesContacts(e) {
			eraseContacts(tx, e, r)
		}
	default:
		return unfolded(r)
	}
	return nil
}

// putContact puts a contact where it belongs.
func putContact(tx *fold.Tx, c contact.Contact, events []journal.Position) {
	at, by := placed(c.Contact, c.Key()), sealedBy(c.Contact, c.Key())
	lies, listed := at.key(), at.listed(by)
	StreetContacts().Put(tx, lies.Part, lies.Field, StreetContact{Contact: c.Contact, Programme: c.Programme, Street: c.Street, Worker: c.Worker,
		Date: c.Date, Place: c.Place, First: c.First, Kind: c.Kind, Cause: kept(tx, by, c.Cause), Needs: kept(tx, by, c.Needs), Outcome: kept(tx, by, c.Outcome),
		Referral: kept(tx, by, c.Referral), Events: events})
	ContactsOf().Put(tx, listed.Part, listed.Field, at)
}

// takeContact takes a contact away, and hands back the events behind it.
func takeContact(tx *fold.Tx, id string, was contact.Key) []journal.Position {
	at := placed(id, was)
	lies, listed := at.key(), at.listed(sealedBy(id, was))
	c, _ := StreetContacts().Peek(tx, lies.Part, lies.Field)
	StreetContacts().Delete(tx, lies.Part, lies.Field)
	ContactsOf().Delete(tx, listed.Part, listed.Field)
	return slices.Clone(c.Events)
}

// count puts a count in the place of the one of its day, or takes that away.
func count(tx *fold.Tx, a place.About, c *PlaceCount) {
	k := placeKey(a)
	at := CountedPlaces().Get(tx, k.Part, k.Field)
	at.Programme, at.Place = a.Programme, a.Place
	at.Counts = without(at.Counts, func(c PlaceCount) bool { return c.Date == a.Date })
	if c != nil {
		at.Counts = append(at.Counts, *c)
		slices.SortFunc(at.Counts, func(a, b PlaceCount) int { return cmp.Compare(a.Date, b.Date) })
	}
	if len(at.Counts) == 0 {
		CountedPlaces().Delete(tx, k.Part, k.Field)
	}
}

// eraseContacts takes the codes and texts out of contacts; that they were stays.
func eraseContacts(tx *fold.Tx, e erasure.Ordered, r *journal.Recorded) {
	erase(tx, e.Of(), r)
	for _, at := range ContactsOf().Rows(tx, ContactsPart(e.Of())) {
		k := at.key()
		if c := StreetContacts().Change(tx, k.Part, k.Field); c != nil && c.Seal("").Subject == e.Of() {
			c.Cause, c.Needs, c.Outcome, c.Referral = "", "", "", ""
		}
	}
}
