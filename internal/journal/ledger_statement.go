package journal

import "ksiega/domain/statement"

// ofStatements are bank statements.
func ofStatements() []Kind {
	return []Kind{
		KindOf[statement.Received]().back(WayBack{Corrected: noUndo, Withdrawn: noUndo, NoPage: noWay}),
		KindOf[statement.LineBooked]().back(WayBack{Corrected: noUndo, Withdrawn: noUndo, NoPage: noWay}),
		KindOf[statement.LineMatched]().back(WayBack{Corrected: "statement.match-undone, then anew", Withdrawn: "statement.match-undone", While: "more would be paid back than was received", Command: "unmatch-line", Page: "/polecenia/unmatch-line"}),
		KindOf[statement.MatchUndone]().back(WayBack{Corrected: "matched again", Withdrawn: itself, Command: "match-line", Page: "/polecenia/match-line"}),
	}
}
