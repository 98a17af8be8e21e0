package journal

func wordsOfAgreements() map[string]string {
	return map[string]string{
		"id": `agreement.ClaimListed.Agreement agreement.ClaimListed.Claim agreement.ClaimMoveAgreed.To
			agreement.ReferralDelisted.Agreement agreement.ReferralDelisted.Contract agreement.ReferralDelisted.Participant
			agreement.ReferralListed.Agreement agreement.ReferralListed.Contract agreement.ReferralListed.Participant
			agreement.Terms.Agreement agreement.Withdrawn.Agreement`,
		"code": `agreement.AnswerWithdrawn.Outcome agreement.ClaimAnswered.Outcome agreement.Terms.Basis agreement.Terms.Ground
			agreement.Terms.Regime`,
		"sealed": `agreement.TermsCorrected.Reason agreement.Withdrawn.Reason`,
	}
}
