package journal

func wordsOfSessions() map[string]string {
	return map[string]string{
		"id": `session.Terms.Session session.Terms.Programme session.Terms.Leaders session.Attendance.Session session.Attendance.Programme
			session.Attendance.Participant`,
		"code": `session.Terms.Kind session.Details.Presence`,
		"sealed": `session.Terms.Topic session.Terms.Organiser session.Terms.Specialist session.Corrected.Reason session.Withdrawn.Reason
			session.Details.Effects session.PresenceCorrected.Reason session.PresenceWithdrawn.Reason`,
	}
}
