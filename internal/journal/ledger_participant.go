package journal

import "ksiega/domain/participant"

// ofParticipants are people whom something is done for.
func ofParticipants() []Kind {
	person := WayBack{Corrected: "participant.corrected", Withdrawn: "participant.withdrawn", While: "a contract, a carer, a status, a stay, an assignment or a merge names them", Command: "register-participant", File: "uczestnicy", Page: "/polecenia/register-participant"}
	status := WayBack{Corrected: "participant.status-withdrawn, then participant.status-recorded", Withdrawn: "participant.status-withdrawn", While: "nothing", Command: "record-status", File: "statusy", Page: "/polecenia/record-status"}
	stay := WayBack{Corrected: "participant.stay-withdrawn, then participant.stay-recorded", Withdrawn: "participant.stay-withdrawn", While: "nothing", Command: "record-stay", File: "pobyty", Page: "/polecenia/record-stay"}
	assignment := WayBack{Corrected: "participant.assignment-withdrawn, then participant.assigned", Withdrawn: "participant.assignment-withdrawn", While: "nothing", Command: "assign-case", File: "przydzialy", Page: "/polecenia/assign-case"}
	merge := WayBack{Corrected: "participant.merge-withdrawn, then participant.merged", Withdrawn: "participant.merge-withdrawn", While: "nothing", Command: "merge-participants", Page: "/polecenia/merge-participants"}
	return []Kind{
		KindOf[participant.Registered]().back(person),
		Upcast("participant.registered.v1", participant.RegisteredV1.Now).inClear("municipality"),
		KindOf[participant.Corrected]().back(person),
		KindOf[participant.Withdrawn]().back(WayBack{Corrected: "registered again", Withdrawn: itself, Command: "register-participant", File: "uczestnicy", Page: "/polecenia/register-participant"}),
		KindOf[participant.StatusRecorded]().back(status),
		KindOf[participant.StatusWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-status", File: "statusy", Page: "/polecenia/record-status"}),
		KindOf[participant.StayRecorded]().back(stay),
		KindOf[participant.StayWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-stay", File: "pobyty", Page: "/polecenia/record-stay"}),
		KindOf[participant.Assigned]().back(assignment),
		KindOf[participant.AssignmentWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "assign-case", File: "przydzialy", Page: "/polecenia/assign-case"}),
		KindOf[participant.Merged]().back(merge),
		KindOf[participant.MergeWithdrawn]().back(WayBack{Corrected: "merged again", Withdrawn: itself, Command: "merge-participants", Page: "/polecenia/merge-participants"}),
	}
}
