// Package durability decides about a project's durability period (trwałość):
// what the centre promised to keep ready after the project, what it says it
// kept ready, who asked for the service and what came of it.
//
//	durability-<project>
//	    durability.obligation-opened.v1   readiness-declared.v2   places-stated.v1
//	    assistants-stated.v1   notice-published.v2   inspected.v1
//	    service-requested.v1   service-started.v1    service-refused.v1   fact-withdrawn.v1
//
// A statement is known by its kind, date and number, a request by its number,
// an answer by kind and request, and the obligation stands once. Everything but
// the obligation may be recorded before it: readiness is often declared first.
// Of statements of one day the last recorded holds; one that is corrected keeps its
// place among them.
//
// It promises that a request is answered once, not before it was made, and that
// Gaps gives the same days to everyone who asks. Free text is sealed for the
// project. It stops at the calendar: what was delivered comes from visits, what
// a gap may cost is an estimate of the reports.
package durability
