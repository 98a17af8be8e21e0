package journal

import "ksiega/domain/listing"

// ofTheLists are what stands on what.
func ofTheLists() []Kind {
	return []Kind{
		KindOf[listing.Entered]().back(WayBack{"listing.released", "listing.released", "something stands there", "", ""}),
		KindOf[listing.Released]().back(WayBack{"entered again", itself, "", "", ""}),
		KindOf[listing.Closed]().back(WayBack{itself, itself, "", "", ""}),
	}
}
