package journal

import "ksiega/domain/agreement"

// ofAgreements are agreements, the referrals under them, and what their claims keep.
func ofAgreements() []Kind {
	under := WayBack{"agreement.terms-corrected, then attendance.rerated", "agreement.withdrawn", "a referral or a claim is under it", "conclude-agreement", "porozumienia"}
	return []Kind{
		KindOf[agreement.Concluded]().back(under),
		Earlier[agreement.Concluded]("agreement.concluded.v1"), // without a ground and a day of refund
		KindOf[agreement.TermsCorrected]().back(under),
		Earlier[agreement.TermsCorrected]("agreement.terms-corrected.v1"), // without a ground and a day of refund
		KindOf[agreement.Withdrawn]().back(WayBack{"concluded again", itself, "", "conclude-agreement", "porozumienia"}),
		KindOf[agreement.ReferralListed]().back(WayBack{"agreement.referral-delisted", "agreement.referral-delisted", "the referral stands", "sign-contract", "umowy"}),
		KindOf[agreement.ReferralDelisted]().back(WayBack{"listed again", itself, "", "sign-contract", "umowy"}),
		KindOf[agreement.ClaimListed]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[agreement.ClaimReserved]().back(WayBack{"agreement.claim-released, then anew", "agreement.claim-released", "the claim stands", "withdraw-claim", ""}),
		KindOf[agreement.ClaimAnswered]().back(WayBack{"agreement.answer-withdrawn, then anew", "agreement.answer-withdrawn", "as the claim's own answer", "record-claim-decision", "decyzje-pup"}),
		KindOf[agreement.ClaimReleased]().back(WayBack{"reserved again", itself, "", "submit-claim", "wnioski"}),
		KindOf[agreement.ClaimAmendmentReserved]().back(WayBack{"agreement.claim-amendment-released, then anew", "agreement.claim-amendment-released", "the claim's own stream has taken it", "withdraw-claim", ""}),
		KindOf[agreement.ClaimAmendmentReleased]().back(WayBack{"reserved again", itself, "", "submit-claim", "wnioski"}),
		KindOf[agreement.ClaimMoveReserved]().back(WayBack{"agreement.claim-released, then anew", "agreement.claim-released", "the claim's own stream has taken it", "withdraw-claim", ""}),
		KindOf[agreement.ClaimMoveAgreed]().back(WayBack{"agreement.claim-amendment-released, then anew", "agreement.claim-amendment-released", "the claim's own stream has taken it", "withdraw-claim", ""}),
		KindOf[agreement.AnswerWithdrawn]().back(WayBack{"answered again", itself, "", "record-claim-decision", "decyzje-pup"}),
	}
}
