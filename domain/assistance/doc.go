// Package assistance decides about the visits of one assistant in one month.
//
//	assistance-<assistant>-<yyyy-mm>
//	    assistance.visit-logged.v2     a visit took place
//	    assistance.visit-corrected.v2  its end, activity or place was wrong
//	    assistance.visit-withdrawn.v1  it should not have been recorded
//	    assistance.month-handed-over.v1, month-returned.v1, month-approved.v1  see package sheet
//
// A visit is known by contract, date and start, lies within one civil date
// (until 24:00; a night is two visits) and within the month of its stream.
//
// It promises that no accepted history makes an assistant be in two places at
// once, and that a visit that carries a cap is accepted only while the minutes
// of the assistant's visits that day or month in the cap's own programme stay
// within it. The real minutes of a visit and the caps that decided it are
// recorded with the event. It stops at the month: two assistants at one
// participant, hours outside a contract and caps of a participant cross streams
// and become findings.
package assistance
