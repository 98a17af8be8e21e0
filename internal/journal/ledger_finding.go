package journal

import "ksiega/domain/finding"

func ofFindings() []Kind {
	return []Kind{
		KindOf[finding.Resolved]().back(WayBack{Corrected: "finding.reopened, then anew", Withdrawn: "finding.reopened", While: "nothing", Command: "resolve-finding", Page: "/polecenia/resolve-finding"}),
		Earlier[finding.Resolved]("finding.resolved.v1"), // without figures
		Earlier[finding.Resolved]("finding.resolved.v2"), // which hid nothing
		KindOf[finding.Reopened]().back(WayBack{Corrected: "finding.resolved", Withdrawn: itself, Command: "resolve-finding", Page: "/polecenia/resolve-finding"}),
		Earlier[finding.Reopened]("finding.reopened.v1"), // which hid nothing
	}
}
