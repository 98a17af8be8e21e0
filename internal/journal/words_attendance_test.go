package journal

func wordsOfAttendance() map[string]string {
	return map[string]string{
		"id":   `attendance.About.Agreement attendance.About.Contract attendance.About.Participant attendance.About.Programme`,
		"code": `attendance.Rates.Edition attendance.Terms.Basis`,
		"sealed": `attendance.AbsenceRecorded.Place attendance.DayCorrected.Reason attendance.DayWithdrawn.Reason
			attendance.HoursRecorded.Place attendance.MonthReturned.Reason attendance.Value.Place`,
		"status": `attendance.AbsenceRecorded.Absence attendance.Value.Absence`,
	}
}
