package journal

import "ksiega/domain/intake"

// ofIntake are what passed through the ledger's doors.
func ofIntake() []Kind {
	return []Kind{
		KindOf[intake.FileFinished]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[intake.RequestTaken]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[intake.RequestRefused]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		Earlier[intake.PersonalDataRead]("intake.personal-data-read.v1"), // without whose they were
		Earlier[intake.RequestTaken](intake.TypeRequestTakenV1),          // without its day
		KindOf[intake.PersonalDataRead]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[intake.PersonAsked]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[intake.GuessesCounted]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
	}
}
