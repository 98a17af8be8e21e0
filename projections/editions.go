package projections

import (
	"ksiega/domain"
	"ksiega/domain/cap"
	"ksiega/domain/programme"
	"ksiega/internal/fold"
	"ksiega/internal/journal"
	"ksiega/projections/findings"
)

// Editions holds a part a programme and one field: what a fold asks of its editions. Those
// that a fold needs are there before what names them.
func Editions() fold.Table[findings.Editions] { return fold.Table[findings.Editions]{Name: "editions"} }

// EditionsField is the one field of a part of Editions.
const EditionsField = "editions"

func editionsKey(id string) fold.Key { return Editions().Key(domain.Escape(id), EditionsField) }

// foldEdition takes in an edition of a programme; false where the event is about none.
func foldEdition(tx *fold.Tx, r *journal.Recorded) bool {
	e, ok := r.Event.(programme.EditionRecorded)
	if !ok {
		return false
	}
	k := editionsKey(e.ID)
	row := Editions().Get(tx, k.Part, k.Field)
	row.All = append(row.All, findings.Edition{Event: r.Position, Enrolment: e.Enrolment, Caseload: e.Caseload, Stays: e.Stays,
		Edition: cap.Edition{Programme: e.ID, Number: e.Edition, From: e.From, Own: e.Origin == programme.Imported, Whole: e.Period, Caps: e.Caps}})
	return true
}
