package journal

import (
	"ksiega/domain/programme"
	"ksiega/domain/setting"
)

// ofProgrammes are what the ledger goes by: programmes, the statute, settings.
func ofProgrammes() []Kind {
	return []Kind{
		Earlier[programme.EditionRecorded]("programme.edition-recorded.v1"), // without corrections
		KindOf[programme.EditionRecorded]().back(WayBack{Corrected: "one of the same first day, with a reason; or a later one takes its place", Withdrawn: noUndo, Command: "record-programme", Page: "/polecenia/record-programme"}),
		KindOf[programme.StatuteRecorded]().back(WayBack{Corrected: byLater, Withdrawn: noUndo, NoPage: byItself}),
		KindOf[setting.Changed]().back(WayBack{Corrected: byLater, Withdrawn: noUndo, Command: "change-setting", Page: "/polecenia/change-setting"}),
	}
}
