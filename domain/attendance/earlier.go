package attendance

import "ksiega/domain"

// Events as earlier versions recorded them.
type (
	// ReratedV1 is attendance.rerated.v1, which did not say by which terms.
	ReratedV1 struct {
		About
		Days []RatedDay `json:"days"`
	}
	// HoursRecordedV1 is attendance.hours-recorded.v1, which named no editions.
	HoursRecordedV1 struct {
		About
		Date    domain.Date    `json:"date"`
		Minutes domain.Minutes `json:"minutes"`
		Place   domain.Sealed  `json:"place,omitzero"`
		Rates
	}
	// DayCorrectedV2 is attendance.day-corrected.v2, which named no editions.
	DayCorrectedV2 struct {
		About
		Date   domain.Date    `json:"date"`
		Before Value          `json:"before"`
		After  Value          `json:"after"`
		Delta  domain.Minutes `json:"deltaMinutes"`
		Reason domain.Sealed  `json:"reason"`
		Rates
	}
	// AbsenceRecordedV1 is attendance.absence-recorded.v1, with the kind in clear.
	AbsenceRecordedV1 struct {
		About
		Date    domain.Date   `json:"date"`
		Absence Absence       `json:"absence"`
		Place   domain.Sealed `json:"place,omitzero"`
	}
	// DayCorrectedV1 is attendance.day-corrected.v1, with the kinds in clear.
	DayCorrectedV1 struct {
		About
		Date   domain.Date    `json:"date"`
		Before ValueV1        `json:"before"`
		After  ValueV1        `json:"after"`
		Delta  domain.Minutes `json:"deltaMinutes"`
		Reason domain.Sealed  `json:"reason"`
		Rates
	}
	// ValueV1 is what a day held in DayCorrectedV1.
	ValueV1 struct {
		Minutes domain.Minutes `json:"minutes,omitzero"`
		Absence Absence        `json:"absence,omitzero"`
		Place   domain.Sealed  `json:"place,omitzero"`
	}
)

// Now is the event as it is recorded today.
func (e ReratedV1) Now() Rerated { return Rerated{About: e.About, Days: e.Days} }

// Now is the event as it is recorded today.
func (e HoursRecordedV1) Now() HoursRecorded {
	return HoursRecorded{About: e.About, Date: e.Date, Minutes: e.Minutes, Place: e.Place, Rates: e.Rates}
}

// Now is the event as it is recorded today.
func (e DayCorrectedV2) Now() DayCorrected {
	return DayCorrected{About: e.About, Date: e.Date, Before: e.Before, After: e.After, Delta: e.Delta, Reason: e.Reason, Rates: e.Rates}
}

// Now is the event as it is recorded today.
func (e AbsenceRecordedV1) Now() AbsenceRecorded {
	return AbsenceRecorded{About: e.About, Date: e.Date, Excused: e.Absence.Excused(), Absence: domain.InClear(string(e.Absence)), Place: e.Place}
}

// Now is the event as it is recorded today.
func (e DayCorrectedV1) Now() DayCorrected {
	return DayCorrected{About: e.About, Date: e.Date, Before: e.Before.now(), After: e.After.now(), Delta: e.Delta, Reason: e.Reason, Rates: e.Rates}
}

func (v ValueV1) now() Value {
	return Value{Minutes: v.Minutes, Excused: v.Absence.Excused(), Absence: domain.InClear(string(v.Absence)), Place: v.Place}
}
