package journal

import "ksiega/domain/participation"

func ofParticipations() []Kind {
	back := func(fact, refused string) WayBack {
		return WayBack{"participation.fact-withdrawn, then " + fact, "participation.fact-withdrawn", refused, "record-participation", "udzial"}
	}
	return []Kind{
		KindOf[participation.Nominated]().back(back("participation.nominated", "nothing")),
		KindOf[participation.Assessed]().back(back("participation.assessed", "nothing")),
		KindOf[participation.Enrolled]().back(back("participation.enrolled", "leaving or an outcome rests on it")),
		KindOf[participation.Left]().back(back("participation.left", "the person was enrolled again")),
		KindOf[participation.OutcomeRecorded]().back(back("participation.outcome-recorded", "nothing")),
		KindOf[participation.FactWithdrawn]().back(WayBack{"recorded again", itself, "", "record-participation", "udzial"}),
	}
}
