package attendance

import "ksiega/domain"

// AbsenceRecordedV1 is attendance.absence-recorded.v1 and DayCorrectedV1
// attendance.day-corrected.v1, with the kinds of absence in clear, and nothing beside them
// of whether it was excused.
type (
	AbsenceRecordedV1 AbsenceRecorded
	DayCorrectedV1    DayCorrected
)

// Now is the event as it is recorded today.
func (e AbsenceRecordedV1) Now() AbsenceRecorded {
	e.Excused, e.Absence = inClear(e.Absence)
	return AbsenceRecorded(e)
}

// Now is the event as it is recorded today.
func (e DayCorrectedV1) Now() DayCorrected {
	e.Before.Excused, e.Before.Absence = inClear(e.Before.Absence)
	e.After.Excused, e.After.Absence = inClear(e.After.Absence)
	return DayCorrected(e)
}

func inClear(absence domain.Sealed) (excused bool, text domain.Sealed) {
	return Absence(absence).Excused(), domain.InClear(string(absence))
}
