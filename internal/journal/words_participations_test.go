package journal

func wordsOfParticipations() map[string]string {
	return map[string]string{
		"id":     `participation.About.Participant participation.About.Programme`,
		"code":   `participation.FactWithdrawn.Kind`,
		"sealed": `participation.Entry.Note participation.FactWithdrawn.Reason`,
		"status": `participation.Assessed.Value participation.Enrolled.Group participation.Left.Value participation.OutcomeRecorded.Value`,
	}
}
