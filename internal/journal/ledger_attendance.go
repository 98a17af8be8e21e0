package journal

import "ksiega/domain/attendance"

// ofAttendance are days of work.
func ofAttendance() []Kind {
	day := WayBack{"attendance.day-corrected", "attendance.day-withdrawn", anything, "record-attendance", "obecnosci"}
	return []Kind{
		KindOf[attendance.TermsSet]().back(WayBack{byLater, itself, "", "", ""}),
		KindOf[attendance.HoursRecorded]().back(day),
		Earlier[attendance.HoursRecorded]("attendance.hours-recorded.v1"), // without editions
		KindOf[attendance.AbsenceRecorded]().back(day),
		Upcast("attendance.absence-recorded.v1", attendance.AbsenceRecordedV1.Now).inClear("absence"),
		KindOf[attendance.DayCorrected]().back(day),
		Earlier[attendance.DayCorrected]("attendance.day-corrected.v2"), // without editions
		Upcast("attendance.day-corrected.v1", attendance.DayCorrectedV1.Now).inClear("before.absence", "after.absence"),
		KindOf[attendance.DayWithdrawn]().back(WayBack{"recorded again", itself, "", "record-attendance", "obecnosci"}),
		KindOf[attendance.Rerated]().back(WayBack{"by correcting the terms again", itself, "", "conclude-agreement", "porozumienia"}),
		Earlier[attendance.Rerated]("attendance.rerated.v1"), // without the terms
	}
}
