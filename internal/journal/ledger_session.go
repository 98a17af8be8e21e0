package journal

import "ksiega/domain/session"

// ofSessions are sessions and who was at them.
func ofSessions() []Kind {
	held := WayBack{Corrected: "session.corrected", Withdrawn: "session.withdrawn", While: "somebody was at it", Command: "record-session", File: "zajecia", Page: "/polecenia/record-session"}
	present := WayBack{Corrected: "session.presence-corrected", Withdrawn: "session.presence-withdrawn", While: "nothing", Command: "record-presence", File: "obecnosci-zajec", Page: "/polecenia/record-presence"}
	return []Kind{
		KindOf[session.Recorded]().back(held),
		KindOf[session.Corrected]().back(held),
		KindOf[session.Withdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-session", File: "zajecia", Page: "/polecenia/record-session"}),
		KindOf[session.PresenceRecorded]().back(present),
		KindOf[session.PresenceCorrected]().back(present),
		KindOf[session.PresenceWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-presence", File: "obecnosci-zajec", Page: "/polecenia/record-presence"}),
	}
}
