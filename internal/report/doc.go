// Package report has reports and documents declared once: a Column says a field's
// name, Polish title, kind, what it refers to, its words, how it is read from a row
// and what of it is totalled. JSON, CSV for programs and for people, what a page
// shows and what an API's schema says follow from that declaration.
//
// It promises: rows keep their own type up to the column that reads them; they are
// ordered by their leading columns, numbers within ids by size; a total adds what
// its column says may be added, and fails rather than wrap. It stops at writing:
// what the rows are, who may ask, and from which store they come is the caller's,
// and no word of any trade stands here.
//
// A report is one Table. A document is sections of texts, figures and tables, each
// made by a Shape, so that a document of nothing is its own declaration.
package report
