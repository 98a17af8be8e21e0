package journal

func wordsOfBudgets() map[string]string {
	return map[string]string{
		"id":     `budget.About.Document budget.About.Line budget.About.Programme budget.Line.Line budget.Line.Programme`,
		"public": `budget.Spent.NIP`,
		"sealed": `budget.Corrected.Reason budget.PlanWithdrawn.Reason budget.Withdrawn.Reason`,
	}
}
