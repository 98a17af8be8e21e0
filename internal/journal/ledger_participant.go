package journal

import "ksiega/domain/participant"

// ofParticipants are people whom something is done for.
func ofParticipants() []Kind {
	person := WayBack{"participant.corrected", "participant.withdrawn", "a contract, a carer, a status, a stay or a merge names them", "register-participant", "uczestnicy"}
	status := WayBack{"participant.status-withdrawn, then participant.status-recorded", "participant.status-withdrawn", "nothing", "record-status", "statusy"}
	stay := WayBack{"participant.stay-withdrawn, then participant.stay-recorded", "participant.stay-withdrawn", "nothing", "record-stay", "pobyty"}
	merge := WayBack{"participant.merge-withdrawn, then participant.merged", "participant.merge-withdrawn", "nothing", "merge-participants", ""}
	return []Kind{
		KindOf[participant.Registered]().back(person),
		Upcast("participant.registered.v1", participant.RegisteredV1.Now).inClear("municipality"),
		KindOf[participant.Corrected]().back(person),
		KindOf[participant.Withdrawn]().back(WayBack{"registered again", itself, "", "register-participant", "uczestnicy"}),
		KindOf[participant.StatusRecorded]().back(status),
		KindOf[participant.StatusWithdrawn]().back(WayBack{"recorded again", itself, "", "record-status", "statusy"}),
		KindOf[participant.StayRecorded]().back(stay),
		KindOf[participant.StayWithdrawn]().back(WayBack{"recorded again", itself, "", "record-stay", "pobyty"}),
		KindOf[participant.Merged]().back(merge),
		KindOf[participant.MergeWithdrawn]().back(WayBack{"merged again", itself, "", "merge-participants", ""}),
	}
}
