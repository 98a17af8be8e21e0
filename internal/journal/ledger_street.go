package journal

import (
	"ksiega/domain/contact"
	placed "ksiega/domain/place"
	"ksiega/domain/street"
)

func ofStreet() []Kind {
	met := WayBack{Corrected: "contact.corrected", Withdrawn: "contact.withdrawn", While: "nothing", Command: "record-contact", File: "kontakty", Page: "/polecenia/record-contact"}
	counted := WayBack{Corrected: "place.count-corrected", Withdrawn: "place.count-withdrawn", While: "nothing", Command: "count-place", File: "liczenia", Page: "/polecenia/count-place"}
	return []Kind{
		KindOf[street.Named]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[street.Identified]().back(WayBack{Corrected: "street.identity-withdrawn, then anew", Withdrawn: "street.identity-withdrawn", While: "nothing", Command: "identify-pseudonym", File: "tozsamosci", Page: "/polecenia/identify-pseudonym"}),
		KindOf[street.IdentityWithdrawn]().back(WayBack{Corrected: "identified again", Withdrawn: itself, Command: "identify-pseudonym", File: "tozsamosci", Page: "/polecenia/identify-pseudonym"}),
		KindOf[contact.Recorded]().back(met),
		KindOf[contact.Corrected]().back(met),
		KindOf[contact.Withdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-contact", File: "kontakty", Page: "/polecenia/record-contact"}),
		KindOf[placed.Counted]().back(counted),
		KindOf[placed.CountCorrected]().back(counted),
		KindOf[placed.CountWithdrawn]().back(WayBack{Corrected: "counted again", Withdrawn: itself, Command: "count-place", File: "liczenia", Page: "/polecenia/count-place"}),
	}
}
