package journal

import "ksiega/domain/statement"

// ofStatements are bank statements.
func ofStatements() []Kind {
	return []Kind{
		KindOf[statement.Received]().back(WayBack{noUndo, noUndo, "", "", ""}),
		KindOf[statement.LineBooked]().back(WayBack{noUndo, noUndo, "", "", ""}),
		KindOf[statement.LineMatched]().back(WayBack{"statement.match-undone, then anew", "statement.match-undone", "more would be paid back than was received", "unmatch-line", ""}),
		KindOf[statement.MatchUndone]().back(WayBack{"matched again", itself, "", "match-line", ""}),
	}
}
