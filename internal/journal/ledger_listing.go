package journal

import "ksiega/domain/listing"

// ofTheLists are what stands on what.
func ofTheLists() []Kind {
	return []Kind{
		KindOf[listing.Entered]().back(WayBack{Corrected: "listing.released", Withdrawn: "listing.released", While: "something stands there", NoPage: byItself}),
		KindOf[listing.Released]().back(WayBack{Corrected: "entered again", Withdrawn: itself, NoPage: byItself}),
		KindOf[listing.Closed]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
	}
}
