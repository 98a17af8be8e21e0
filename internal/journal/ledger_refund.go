package journal

import "ksiega/domain/refund"

// ofRefunds are claims, and the labour office's answers.
func ofRefunds() []Kind {
	answer := WayBack{Corrected: "refundclaim.decision-withdrawn, then anew", Withdrawn: "refundclaim.decision-withdrawn", While: "money was booked for it", Command: "record-claim-decision", File: "decyzje-pup", Page: "/polecenia/record-claim-decision"}
	return []Kind{
		KindOf[refund.Submitted]().back(WayBack{Corrected: "refundclaim.withdrawn, then refundclaim.submitted", Withdrawn: "refundclaim.withdrawn", While: "an answer, a booked line, a correction or a writing off names it", Command: "submit-claim", File: "wnioski", Page: "/polecenia/submit-claim"}),
		KindOf[refund.Accepted]().back(answer),
		KindOf[refund.Returned]().back(answer),
		KindOf[refund.Reclaimed]().back(answer),
		KindOf[refund.Received]().back(WayBack{Corrected: "refundclaim.receipt-undone, then matched anew", Withdrawn: "refundclaim.receipt-undone", While: "more would be paid back than was received", Command: "unmatch-line", Page: "/polecenia/unmatch-line"}),
		KindOf[refund.ReceiptUndone]().back(WayBack{Corrected: "matched again", Withdrawn: itself, Command: "match-line", Page: "/polecenia/match-line"}),
		KindOf[refund.WrittenOff]().back(WayBack{Corrected: "refundclaim.write-off-withdrawn, then anew", Withdrawn: "refundclaim.write-off-withdrawn", While: "nothing", Command: "write-off-claim", Page: "/polecenia/write-off-claim"}),
		KindOf[refund.Withdrawn]().back(WayBack{Corrected: "submitted again", Withdrawn: itself, Command: "submit-claim", File: "wnioski", Page: "/polecenia/submit-claim"}),
		KindOf[refund.AmendmentReleased]().back(WayBack{Corrected: "amended again", Withdrawn: itself, Command: "submit-claim", File: "wnioski", Page: "/polecenia/submit-claim"}),
		KindOf[refund.DecisionWithdrawn]().back(WayBack{Corrected: "answered again", Withdrawn: itself, Command: "record-claim-decision", File: "decyzje-pup", Page: "/polecenia/record-claim-decision"}),
		KindOf[refund.WriteOffWithdrawn]().back(WayBack{Corrected: "written off again", Withdrawn: itself, Command: "write-off-claim", Page: "/polecenia/write-off-claim"}),
	}
}
