package journal

func wordsOfIntake() map[string]string {
	return map[string]string{
		"id":     `intake.Filter.Value intake.GuessesCounted.Actor intake.PersonAsked.Account intake.PersonAsked.Participant intake.PersonalDataRead.Reading intake.Subject.ID`,
		"code":   `intake.FileFinished.Kind intake.Filter.Name intake.GuessesCounted.Door intake.PersonAsked.Door intake.PersonalDataRead.What intake.Subject.Kind`,
		"hash":   `intake.FileFinished.File`,
		"sealed": `intake.PersonalDataRead.Reason intake.RequestTaken.Request`,
	}
}
