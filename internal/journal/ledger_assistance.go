package journal

import "ksiega/domain/assistance"

// ofAssistance are visits.
func ofAssistance() []Kind {
	visit := WayBack{Corrected: "assistance.visit-corrected", Withdrawn: "assistance.visit-withdrawn", While: "nothing", Command: "log-visit", File: "godziny", NoPage: noForm}
	return []Kind{
		KindOf[assistance.VisitLogged]().back(visit),
		Earlier[assistance.VisitLogged]("assistance.visit-logged.v1"), // without an edition
		KindOf[assistance.VisitCorrected]().back(visit),
		Earlier[assistance.VisitCorrected]("assistance.visit-corrected.v1"), // without an edition
		KindOf[assistance.VisitWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "log-visit", File: "godziny", NoPage: noForm}),
	}
}
