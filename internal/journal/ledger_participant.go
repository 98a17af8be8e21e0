package journal

import "ksiega/domain/participant"

// ofParticipants are people whom something is done for.
func ofParticipants() []Kind {
	person := WayBack{"participant.corrected", "participant.withdrawn", "a contract, or a carer, names them", "register-participant", "uczestnicy"}
	return []Kind{
		KindOf[participant.Registered]().back(person),
		Upcast("participant.registered.v1", participant.RegisteredV1.Now).inClear("municipality"),
		KindOf[participant.Corrected]().back(person),
		KindOf[participant.Withdrawn]().back(WayBack{"registered again", itself, "", "register-participant", "uczestnicy"}),
	}
}
