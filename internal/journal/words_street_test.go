package journal

func wordsOfStreet() map[string]string {
	return map[string]string{
		"id": `contact.Contact.Contact contact.Contact.Place contact.Contact.Programme contact.Contact.Street contact.Contact.Worker
			contact.Key.Place contact.Key.Programme contact.Key.Street contact.Withdrawn.Contact
			place.About.Place place.About.Programme place.Count.Category place.Count.Study
			street.About.Programme street.About.Street street.Identity.Participant`,
		"code":   `contact.Contact.Kind`,
		"status": `contact.Contact.Cause contact.Contact.Needs contact.Contact.Outcome`,
		"sealed": `contact.Contact.Intervention contact.Contact.Referral contact.Corrected.Reason contact.Withdrawn.Reason
			place.CountCorrected.Reason place.CountWithdrawn.Reason street.IdentityWithdrawn.Reason street.Named.Pseudonym`,
	}
}
