package journal

import "ksiega/domain/refund"

// ofRefunds are claims, and the labour office's answers.
func ofRefunds() []Kind {
	answer := WayBack{"refundclaim.decision-withdrawn, then anew", "refundclaim.decision-withdrawn", "money was booked for it", "record-claim-decision", "decyzje-pup"}
	return []Kind{
		KindOf[refund.Submitted]().back(WayBack{"refundclaim.withdrawn, then refundclaim.submitted", "refundclaim.withdrawn", "an answer, a booked line, a correction or a writing off names it", "submit-claim", "wnioski"}),
		KindOf[refund.Accepted]().back(answer),
		KindOf[refund.Returned]().back(answer),
		KindOf[refund.Reclaimed]().back(answer),
		KindOf[refund.Received]().back(WayBack{"refundclaim.receipt-undone, then matched anew", "refundclaim.receipt-undone", "more would be paid back than was received", "unmatch-line", ""}),
		KindOf[refund.ReceiptUndone]().back(WayBack{"matched again", itself, "", "match-line", ""}),
		KindOf[refund.WrittenOff]().back(WayBack{"refundclaim.write-off-withdrawn, then anew", "refundclaim.write-off-withdrawn", "nothing", "write-off-claim", ""}),
		KindOf[refund.Withdrawn]().back(WayBack{"submitted again", itself, "", "submit-claim", "wnioski"}),
		KindOf[refund.AmendmentReleased]().back(WayBack{"amended again", itself, "", "submit-claim", "wnioski"}),
		KindOf[refund.DecisionWithdrawn]().back(WayBack{"answered again", itself, "", "record-claim-decision", "decyzje-pup"}),
		KindOf[refund.WriteOffWithdrawn]().back(WayBack{"written off again", itself, "", "write-off-claim", ""}),
	}
}
