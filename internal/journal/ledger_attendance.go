package journal

import "ksiega/domain/attendance"

// ofAttendance are days of work.
func ofAttendance() []Kind {
	day := WayBack{Corrected: "attendance.day-corrected", Withdrawn: "attendance.day-withdrawn", While: anything, Command: "record-attendance", File: "obecnosci", Page: "/polecenia/record-attendance"}
	return []Kind{
		KindOf[attendance.TermsSet]().back(WayBack{Corrected: byLater, Withdrawn: itself, NoPage: byItself}),
		KindOf[attendance.HoursRecorded]().back(day),
		Earlier[attendance.HoursRecorded]("attendance.hours-recorded.v1"), // without editions
		KindOf[attendance.AbsenceRecorded]().back(day),
		Upcast("attendance.absence-recorded.v1", attendance.AbsenceRecordedV1.Now).inClear("absence"),
		KindOf[attendance.DayCorrected]().back(day),
		Earlier[attendance.DayCorrected]("attendance.day-corrected.v2"), // without editions
		Upcast("attendance.day-corrected.v1", attendance.DayCorrectedV1.Now).inClear("before.absence", "after.absence"),
		KindOf[attendance.DayWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-attendance", File: "obecnosci", Page: "/polecenia/record-attendance"}),
		KindOf[attendance.Rerated]().back(WayBack{Corrected: "by correcting the terms again", Withdrawn: itself, Command: "conclude-agreement", File: "porozumienia", Page: "/polecenia/conclude-agreement"}),
		Earlier[attendance.Rerated]("attendance.rerated.v1"), // without the terms
		KindOf[attendance.MonthHandedOver]().back(WayBack{Corrected: "by any entry: then handed over again", Withdrawn: "attendance.month-returned", While: "nothing", Command: "return-month", Page: months}),
		KindOf[attendance.MonthReturned]().back(WayBack{Corrected: "handed over again", Withdrawn: itself, Command: "hand-over-month", Page: months}),
		KindOf[attendance.MonthApproved]().back(WayBack{Corrected: "its entries by their corrections", Withdrawn: "attendance.month-returned", While: "a payment for the month stands", Command: "return-month", Page: months}),
	}
}
