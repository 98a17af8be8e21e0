package journal

import "ksiega/domain/agreement"

// ofAgreements are agreements, the referrals under them, and what their claims keep.
func ofAgreements() []Kind {
	under := WayBack{Corrected: "agreement.terms-corrected, then attendance.rerated", Withdrawn: "agreement.withdrawn", While: "a referral or a claim is under it", Command: "conclude-agreement", File: "porozumienia", Page: "/polecenia/conclude-agreement"}
	return []Kind{
		KindOf[agreement.Concluded]().back(under),
		Earlier[agreement.Concluded]("agreement.concluded.v1"), // without a ground and a day of refund
		KindOf[agreement.TermsCorrected]().back(under),
		Earlier[agreement.TermsCorrected]("agreement.terms-corrected.v1"), // without a ground and a day of refund
		KindOf[agreement.Withdrawn]().back(WayBack{Corrected: "concluded again", Withdrawn: itself, Command: "conclude-agreement", File: "porozumienia", Page: "/polecenia/conclude-agreement"}),
		KindOf[agreement.ReferralListed]().back(WayBack{Corrected: "agreement.referral-delisted", Withdrawn: "agreement.referral-delisted", While: "the referral stands", Command: "sign-contract", File: "umowy", Page: "/polecenia/sign-contract"}),
		KindOf[agreement.ReferralDelisted]().back(WayBack{Corrected: "listed again", Withdrawn: itself, Command: "sign-contract", File: "umowy", Page: "/polecenia/sign-contract"}),
		KindOf[agreement.ClaimListed]().back(WayBack{Corrected: itself, Withdrawn: itself, NoPage: noWay}),
		KindOf[agreement.ClaimReserved]().back(WayBack{Corrected: "agreement.claim-released, then anew", Withdrawn: "agreement.claim-released", While: "the claim stands", Command: "withdraw-claim", Page: "/polecenia/withdraw-claim"}),
		KindOf[agreement.ClaimAnswered]().back(WayBack{Corrected: "agreement.answer-withdrawn, then anew", Withdrawn: "agreement.answer-withdrawn", While: "as the claim's own answer", Command: "record-claim-decision", File: "decyzje-pup", Page: "/polecenia/record-claim-decision"}),
		KindOf[agreement.ClaimReleased]().back(WayBack{Corrected: "reserved again", Withdrawn: itself, Command: "submit-claim", File: "wnioski", Page: "/polecenia/submit-claim"}),
		KindOf[agreement.ClaimAmendmentReserved]().back(WayBack{Corrected: "agreement.claim-amendment-released, then anew", Withdrawn: "agreement.claim-amendment-released", While: "the claim's own stream has taken it", Command: "withdraw-claim", Page: "/polecenia/withdraw-claim"}),
		KindOf[agreement.ClaimAmendmentReleased]().back(WayBack{Corrected: "reserved again", Withdrawn: itself, Command: "submit-claim", File: "wnioski", Page: "/polecenia/submit-claim"}),
		KindOf[agreement.ClaimMoveReserved]().back(WayBack{Corrected: "agreement.claim-released, then anew", Withdrawn: "agreement.claim-released", While: "the claim's own stream has taken it", Command: "withdraw-claim", Page: "/polecenia/withdraw-claim"}),
		KindOf[agreement.ClaimMoveAgreed]().back(WayBack{Corrected: "agreement.claim-amendment-released, then anew", Withdrawn: "agreement.claim-amendment-released", While: "the claim's own stream has taken it", Command: "withdraw-claim", Page: "/polecenia/withdraw-claim"}),
		KindOf[agreement.AnswerWithdrawn]().back(WayBack{Corrected: "answered again", Withdrawn: itself, Command: "record-claim-decision", File: "decyzje-pup", Page: "/polecenia/record-claim-decision"}),
	}
}
