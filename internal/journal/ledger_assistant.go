package journal

import "ksiega/domain/participant"

func ofAssistants() []Kind {
	assistant := WayBack{Corrected: "assistant.corrected", Withdrawn: "assistant.withdrawn", While: "a contract, an annex or a visit names them", Command: "register-assistant", File: "asystenci", Page: "/polecenia/register-assistant"}
	return []Kind{
		KindOf[participant.AssistantRegistered]().back(assistant),
		Earlier[participant.AssistantRegistered]("assistant.registered.v1"), // without a qualification
		KindOf[participant.AssistantCorrected]().back(assistant),
		Earlier[participant.AssistantCorrected]("assistant.corrected.v1"), // without a qualification
		KindOf[participant.AssistantWithdrawn]().back(WayBack{Corrected: "registered again", Withdrawn: itself, Command: "register-assistant", File: "asystenci", Page: "/polecenia/register-assistant"}),
	}
}
