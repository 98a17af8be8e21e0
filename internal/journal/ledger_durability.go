package journal

import "ksiega/domain/durability"

func ofDurability() []Kind {
	fact := WayBack{Corrected: "durability.fact-withdrawn, then anew", Withdrawn: "durability.fact-withdrawn", While: "nothing", Command: "tell-durability", File: "trwalosc", Page: "/polecenia/tell-durability"}
	asked := fact
	asked.While = "it was answered"
	return []Kind{
		KindOf[durability.ObligationOpened]().back(fact),
		KindOf[durability.ReadinessDeclared]().back(fact),
		Upcast("durability.readiness-declared.v1", durability.ReadinessDeclaredV1.Now).inClear("url?#"),
		KindOf[durability.PlacesStated]().back(fact),
		KindOf[durability.AssistantsStated]().back(fact),
		KindOf[durability.NoticePublished]().back(fact),
		Upcast("durability.notice-published.v1", durability.NoticePublishedV1.Now).inClear("url?#"),
		KindOf[durability.Inspected]().back(fact),
		KindOf[durability.ServiceRequested]().back(asked),
		KindOf[durability.ServiceStarted]().back(fact),
		KindOf[durability.ServiceRefused]().back(fact),
		KindOf[durability.FactWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "tell-durability", File: "trwalosc", Page: "/polecenia/tell-durability"}),
	}
}
