package journal

func wordsOfPeople() map[string]string {
	return map[string]string{
		"id": `participant.Person.CarerFor participant.Person.Household participant.Person.Participant participant.Withdrawn.Participant
			participant.Status.Participant participant.Stay.Participant participant.Merge.Participant participant.Merge.Into participant.Assignment.Participant participant.Assignment.Worker`,
		"code": `participant.Status.Kind`,
		"sealed": `participant.AssignmentWithdrawn.Reason participant.Merged.Reason participant.MergeWithdrawn.Reason participant.StatusWithdrawn.Reason participant.StayWithdrawn.Reason participant.Corrected.Reason participant.Person.Account participant.Person.BirthDate participant.Person.FirstName
			participant.Person.LastName participant.Person.Municipality participant.Person.PESEL participant.Withdrawn.Reason`,
		"status": `participant.Person.Disability participant.Person.LabourStatus participant.Person.Profile participant.Person.Sex
			participant.Person.WelfareClient participant.Person.WithoutBenefit participant.StatusRecorded.Value participant.StayRecorded.Kind`,
	}
}
