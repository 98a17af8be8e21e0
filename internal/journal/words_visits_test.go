package journal

func wordsOfVisits() map[string]string {
	return map[string]string{
		"id": `assistance.Visit.Assistant assistance.Visit.Contract assistance.Visit.Participant assistance.Visit.Programme assistance.Entered.Assistant`,
		"sealed": `assistance.Details.Activity assistance.Details.Place assistance.VisitCorrected.Reason assistance.VisitLogged.Reason
			assistance.VisitWithdrawn.Reason assistance.MonthReturned.Reason`,
	}
}
