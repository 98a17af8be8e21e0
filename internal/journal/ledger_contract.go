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
		KindOf[contract.TaskSet]().back(WayBack{"contract.task-withdrawn, then contract.task-set", "contract.task-withdrawn", "a result of it stands", "set-task", "zadania"}),
		KindOf[contract.TaskWithdrawn]().back(WayBack{"set again", itself, "", "set-task", "zadania"}),
		KindOf[contract.TaskResultRecorded]().back(WayBack{"contract.task-result-withdrawn, then anew", "contract.task-result-withdrawn", "nothing", "record-task-result", "realizacja-zadan"}),
		KindOf[contract.TaskResultWithdrawn]().back(WayBack{"recorded again", itself, "", "record-task-result", "realizacja-zadan"}),
		KindOf[contract.Evaluated]().back(WayBack{"contract.evaluation-withdrawn, then anew", "contract.evaluation-withdrawn", "nothing", "evaluate-contract", "oceny"}),
		KindOf[contract.EvaluationWithdrawn]().back(WayBack{"evaluated again", itself, "", "evaluate-contract", "oceny"}),
		KindOf[contract.AidGranted]().back(WayBack{"contract.aid-withdrawn, then contract.aid-granted", "contract.aid-withdrawn", "nothing", "grant-aid", "pomoc"}),
		KindOf[contract.AidWithdrawn]().back(WayBack{"granted again", itself, "", "grant-aid", "pomoc"}),
	}
}
