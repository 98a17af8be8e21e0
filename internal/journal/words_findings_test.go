package journal

func wordsOfFindings() map[string]string {
	return map[string]string{
		"id":     `finding.Figures.Subjects finding.Reopened.Finding finding.Resolved.Finding finding.Resolved.Participant finding.Reopened.Participant`,
		"sealed": `finding.Reopened.Reason finding.Resolved.Reason finding.Resolved.Hidden finding.Resolved.Saw finding.Reopened.Hidden`,
	}
}
