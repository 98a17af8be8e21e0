package journal

import "ksiega/domain/budget"

func ofBudgets() []Kind {
	spent := WayBack{Corrected: "expense.corrected", Withdrawn: "expense.withdrawn", While: "nothing", Command: "record-expense", File: "wydatki", Page: "/polecenia/record-expense"}
	return []Kind{
		KindOf[budget.LinePlanned]().back(WayBack{Corrected: "budget.plan-withdrawn, then anew", Withdrawn: "budget.plan-withdrawn", While: "nothing", Command: "plan-budget", File: "plan-budzetu", Page: "/polecenia/plan-budget"}),
		KindOf[budget.PlanWithdrawn]().back(WayBack{Corrected: "planned again", Withdrawn: itself, Command: "plan-budget", File: "plan-budzetu", Page: "/polecenia/plan-budget"}),
		KindOf[budget.Recorded]().back(spent),
		KindOf[budget.Corrected]().back(spent),
		KindOf[budget.Withdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-expense", File: "wydatki", Page: "/polecenia/record-expense"}),
	}
}
