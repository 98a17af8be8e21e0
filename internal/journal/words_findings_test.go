package journal

func wordsOfFindings() map[string]string {
	return map[string]string{
		"id":     `finding.Figures.Subjects finding.Reopened.Finding finding.Resolved.Finding`,
		"sealed": `finding.Reopened.Reason finding.Resolved.Reason`,
	}
}
