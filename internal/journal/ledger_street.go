package journal

import (
	"ksiega/domain/contact"
	placed "ksiega/domain/place"
	"ksiega/domain/street"
)

func ofStreet() []Kind {
	met := WayBack{"contact.corrected", "contact.withdrawn", "nothing", "record-contact", "kontakty"}
	counted := WayBack{"place.count-corrected", "place.count-withdrawn", "nothing", "count-place", "liczenia"}
	return []Kind{
		KindOf[street.Named]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[street.Identified]().back(WayBack{"street.identity-withdrawn, then anew", "street.identity-withdrawn", "nothing", "identify-pseudonym", "tozsamosci"}),
		KindOf[street.IdentityWithdrawn]().back(WayBack{"identified again", itself, "", "identify-pseudonym", "tozsamosci"}),
		KindOf[contact.Recorded]().back(met),
		KindOf[contact.Corrected]().back(met),
		KindOf[contact.Withdrawn]().back(WayBack{"recorded again", itself, "", "record-contact", "kontakty"}),
		KindOf[placed.Counted]().back(counted),
		KindOf[placed.CountCorrected]().back(counted),
		KindOf[placed.CountWithdrawn]().back(WayBack{"counted again", itself, "", "count-place", "liczenia"}),
	}
}
