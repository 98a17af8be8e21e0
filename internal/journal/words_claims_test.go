package journal

func wordsOfClaims() map[string]string {
	return map[string]string{
		"id": `refund.About.Agreement refund.About.Claim refund.ReceiptUndone.Statement refund.Received.Statement refund.Share.Contract
			refund.Share.Participant refund.Submitted.Corrects refund.Under.Agreement`,
		"code": `refund.DecisionWithdrawn.Outcome refund.Received.Reason`,
		"sealed": `refund.Accepted.Reason refund.DecisionWithdrawn.Reason refund.ReceiptUndone.Reason refund.Reclaimed.Reason
			refund.Returned.Reason refund.Withdrawn.Reason refund.WriteOffWithdrawn.Reason refund.WrittenOff.Reason`,
	}
}
