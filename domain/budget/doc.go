// Package budget decides about the lines of a programme's budget and what is spent on them.
//
//	budget-<programme>               budget.line-planned.v1   budget.plan-withdrawn.v1
//	expense-<programme>-<document>   expense.recorded.v1   expense.corrected.v1   expense.withdrawn.v1
//
// A plan is known by its line and first day, an expense by its document and line. Who bears
// an amount is said with it, or follows from the shares of the programme's edition of that
// day; either way it is recorded in grosze, so that no later edition changes it, and a
// correction goes by the edition that it finds.
//
// It promises that the parts of an amount come to it. It stops at what one stream decides:
// more spent on a line than planned, and more of a document than it was for, are findings.
package budget
