package journal

func wordsOfContracts() map[string]string {
	return map[string]string{
		"id": `contract.About.Contract contract.About.Participant contract.About.Programme contract.TaskSet.No contract.TaskWithdrawn.No
			contract.TaskResultRecorded.No contract.TaskResultWithdrawn.No contract.Amended.Assistant contract.Decided.Number contract.Substituted.Substitute contract.Life.Agreement contract.Life.Contract contract.Life.Participant
			contract.Life.Programme contract.Terms.Agreement contract.Terms.Assistant contract.Terms.Contract
			contract.Terms.Participant contract.Terms.Programme`,
		"code": `contract.ChangeWithdrawn.Kind contract.Decided.Appeal contract.Decided.Ruling contract.TaskSet.Side contract.Terms.Form contract.Terms.Kind`,
		"sealed": `contract.Amended.Place contract.Amended.Work contract.Life.Reason contract.Terms.Place contract.Terms.Work
			contract.TermsCorrected.Reason contract.Withdrawn.Reason contract.AidGranted.Document contract.AidWithdrawn.Reason
			contract.TaskSet.Text contract.TaskWithdrawn.Reason contract.TaskResultRecorded.Note contract.TaskResultWithdrawn.Reason
			contract.Evaluated.Note contract.EvaluationWithdrawn.Reason`,
		"status": `contract.AidGranted.Purpose contract.TaskResultRecorded.Result contract.Evaluated.Result`,
	}
}
