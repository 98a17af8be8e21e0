package journal

import (
	"ksiega/domain/programme"
	"ksiega/domain/setting"
)

// ofProgrammes are what the ledger goes by: programmes, the statute, settings.
func ofProgrammes() []Kind {
	return []Kind{
		KindOf[programme.EditionRecorded]().back(WayBack{byLater, noUndo, "", "", ""}),
		KindOf[programme.StatuteRecorded]().back(WayBack{byLater, noUndo, "", "", ""}),
		KindOf[setting.Changed]().back(WayBack{byLater, noUndo, "", "", ""}),
	}
}
