package journal

import "ksiega/domain/contract"

func ofContracts() []Kind {
	change := WayBack{"contract.change-withdrawn, then anew", "contract.change-withdrawn", "a resumption or a decision rests on it, or days under it would not fit", "change-contract", "zmiany-umow"}
	terms := WayBack{"contract.terms-corrected", "contract.withdrawn", "a change, a day, a visit, a payment or a claim names it", "sign-contract", "umowy"}
	return []Kind{
		KindOf[contract.Drafted]().back(WayBack{"contract.terms-corrected", "contract.withdrawn", "nothing: nothing stands on a draft", "sign-contract", "umowy"}),
		Earlier[contract.Drafted]("contract.drafted.v1"), // without aid and form
		KindOf[contract.Signed]().back(terms),
		Earlier[contract.Signed]("contract.signed.v1"), // without aid and form
		KindOf[contract.TermsCorrected]().back(terms),
		Earlier[contract.TermsCorrected]("contract.terms-corrected.v1"), // without aid and form
		KindOf[contract.Withdrawn]().back(WayBack{"drafted or signed again", itself, "", "sign-contract", "umowy"}),
		Earlier[contract.Withdrawn]("contract.withdrawn.v1"), // without aid and form
		KindOf[contract.ChangeWithdrawn]().back(WayBack{"changed again", itself, "", "change-contract", "zmiany-umow"}),
		KindOf[contract.Amended]().back(change),
		Earlier[contract.Amended]("contract.amended.v1"), // without place, work and aid
		KindOf[contract.Suspended]().back(change),
		KindOf[contract.Resumed]().back(change),
		KindOf[contract.Breached]().back(change),
		KindOf[contract.Terminated]().back(change),
		KindOf[contract.Completed]().back(change),
		KindOf[contract.Substituted]().back(change),
		KindOf[contract.Decided]().back(change),
	}
}
