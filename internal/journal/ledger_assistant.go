package journal

import "ksiega/domain/participant"

func ofAssistants() []Kind {
	assistant := WayBack{"assistant.corrected", "assistant.withdrawn", "a contract, an annex or a visit names them", "register-assistant", "asystenci"}
	return []Kind{
		KindOf[participant.AssistantRegistered]().back(assistant),
		Earlier[participant.AssistantRegistered]("assistant.registered.v1"), // without a qualification
		KindOf[participant.AssistantCorrected]().back(assistant),
		Earlier[participant.AssistantCorrected]("assistant.corrected.v1"), // without a qualification
		KindOf[participant.AssistantWithdrawn]().back(WayBack{"registered again", itself, "", "register-assistant", "asystenci"}),
	}
}
