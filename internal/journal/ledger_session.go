package journal

import "ksiega/domain/session"

// ofSessions are sessions and who was at them.
func ofSessions() []Kind {
	held := WayBack{"session.corrected", "session.withdrawn", "somebody was at it", "record-session", "zajecia"}
	present := WayBack{"session.presence-corrected", "session.presence-withdrawn", "nothing", "record-presence", "obecnosci-zajec"}
	return []Kind{
		KindOf[session.Recorded]().back(held),
		KindOf[session.Corrected]().back(held),
		KindOf[session.Withdrawn]().back(WayBack{"recorded again", itself, "", "record-session", "zajecia"}),
		KindOf[session.PresenceRecorded]().back(present),
		KindOf[session.PresenceCorrected]().back(present),
		KindOf[session.PresenceWithdrawn]().back(WayBack{"recorded again", itself, "", "record-presence", "obecnosci-zajec"}),
	}
}
