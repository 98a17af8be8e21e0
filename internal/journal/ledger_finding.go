package journal

import "ksiega/domain/finding"

func ofFindings() []Kind {
	return []Kind{
		KindOf[finding.Resolved]().back(WayBack{"finding.reopened, then anew", "finding.reopened", "nothing", "resolve-finding", ""}),
		Earlier[finding.Resolved]("finding.resolved.v1"), // without figures
		Earlier[finding.Resolved]("finding.resolved.v2"), // which hid nothing
		KindOf[finding.Reopened]().back(WayBack{"finding.resolved", itself, "", "resolve-finding", ""}),
		Earlier[finding.Reopened]("finding.reopened.v1"), // which hid nothing
	}
}
