package journal

func wordsOfAssistants() map[string]string {
	return map[string]string{
		"id":   `participant.Assistant.ID participant.AssistantWithdrawn.ID`,
		"code": `participant.Assistant.Employment participant.Assistant.Qualification`,
		"sealed": `participant.Assistant.FirstName participant.Assistant.LastName participant.AssistantCorrected.Reason
			participant.AssistantWithdrawn.Reason`,
	}
}
