package journal

import "ksiega/domain/assistance"

// ofAssistance are visits.
func ofAssistance() []Kind {
	visit := WayBack{Corrected: "assistance.visit-corrected", Withdrawn: "assistance.visit-withdrawn", While: "nothing", Command: "log-visit", File: "godziny", Page: "/polecenia/log-visit"}
	return []Kind{
		KindOf[assistance.VisitLogged]().back(visit),
		Earlier[assistance.VisitLogged]("assistance.visit-logged.v1"), // without an edition
		KindOf[assistance.VisitCorrected]().back(visit),
		Earlier[assistance.VisitCorrected]("assistance.visit-corrected.v1"), // without an edition
		KindOf[assistance.VisitWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "log-visit", File: "godziny", Page: "/polecenia/log-visit"}),
		KindOf[assistance.MonthHandedOver]().back(WayBack{Corrected: "by any entry: then handed over again", Withdrawn: "assistance.month-returned", While: "nothing", Command: "return-month", Page: months}),
		KindOf[assistance.MonthReturned]().back(WayBack{Corrected: "handed over again", Withdrawn: itself, Command: "hand-over-month", Page: months}),
		KindOf[assistance.MonthApproved]().back(WayBack{Corrected: "its entries by their corrections", Withdrawn: "assistance.month-returned", While: "nothing", Command: "return-month", Page: months}),
	}
}
