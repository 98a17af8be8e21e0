package journal

import "ksiega/domain/assistance"

// ofAssistance are visits.
func ofAssistance() []Kind {
	visit := WayBack{"assistance.visit-corrected", "assistance.visit-withdrawn", "nothing", "log-visit", "godziny"}
	return []Kind{
		KindOf[assistance.VisitLogged]().back(visit),
		Earlier[assistance.VisitLogged]("assistance.visit-logged.v1"), // without an edition
		KindOf[assistance.VisitCorrected]().back(visit),
		Earlier[assistance.VisitCorrected]("assistance.visit-corrected.v1"), // without an edition
		KindOf[assistance.VisitWithdrawn]().back(WayBack{"recorded again", itself, "", "log-visit", "godziny"}),
	}
}
