package journal

import "ksiega/domain/budget"

func ofBudgets() []Kind {
	spent := WayBack{"expense.corrected", "expense.withdrawn", "nothing", "record-expense", "wydatki"}
	return []Kind{
		KindOf[budget.LinePlanned]().back(WayBack{"budget.plan-withdrawn, then anew", "budget.plan-withdrawn", "nothing", "plan-budget", "plan-budzetu"}),
		KindOf[budget.PlanWithdrawn]().back(WayBack{"planned again", itself, "", "plan-budget", "plan-budzetu"}),
		KindOf[budget.Recorded]().back(spent),
		KindOf[budget.Corrected]().back(spent),
		KindOf[budget.Withdrawn]().back(WayBack{"recorded again", itself, "", "record-expense", "wydatki"}),
	}
}
