package journal

import "ksiega/domain/finding"

func ofFindings() []Kind {
	return []Kind{
		KindOf[finding.Resolved]().back(WayBack{"finding.reopened, then anew", "finding.reopened", "nothing", "resolve-finding", ""}),
		Earlier[finding.Resolved]("finding.resolved.v1"), // without figures
		KindOf[finding.Reopened]().back(WayBack{"finding.resolved", itself, "", "resolve-finding", ""}),
	}
}
