package journal

import "ksiega/domain/participation"

func ofParticipations() []Kind {
	back := func(fact, refused string) WayBack {
		return WayBack{Corrected: "participation.fact-withdrawn, then " + fact, Withdrawn: "participation.fact-withdrawn", While: refused, Command: "record-participation", File: "udzial", Page: "/polecenia/record-participation"}
	}
	return []Kind{
		KindOf[participation.Nominated]().back(back("participation.nominated", "nothing")),
		KindOf[participation.Assessed]().back(back("participation.assessed", "nothing")),
		KindOf[participation.Enrolled]().back(back("participation.enrolled", "leaving or an outcome rests on it")),
		KindOf[participation.Left]().back(back("participation.left", "the person was enrolled again")),
		KindOf[participation.OutcomeRecorded]().back(back("participation.outcome-recorded", "nothing")),
		KindOf[participation.FactWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-participation", File: "udzial", Page: "/polecenia/record-participation"}),
	}
}
