package journal

import "ksiega/domain/contract"

func ofContracts() []Kind {
	change := WayBack{Corrected: "contract.change-withdrawn, then anew", Withdrawn: "contract.change-withdrawn", While: "a resumption or a decision rests on it, or days under it would not fit", Command: "change-contract", File: "zmiany-umow", Page: "/polecenia/change-contract"}
	terms := WayBack{Corrected: "contract.terms-corrected", Withdrawn: "contract.withdrawn", While: "a change, a day, a visit, a payment or a claim names it", Command: "sign-contract", File: "umowy", Page: "/polecenia/sign-contract"}
	return []Kind{
		KindOf[contract.Drafted]().back(WayBack{Corrected: "contract.terms-corrected", Withdrawn: "contract.withdrawn", While: "nothing: nothing stands on a draft", Command: "sign-contract", File: "umowy", Page: "/polecenia/sign-contract"}),
		Earlier[contract.Drafted]("contract.drafted.v1"), // without aid and form
		KindOf[contract.Signed]().back(terms),
		Earlier[contract.Signed]("contract.signed.v1"), // without aid and form
		KindOf[contract.TermsCorrected]().back(terms),
		Earlier[contract.TermsCorrected]("contract.terms-corrected.v1"), // without aid and form
		KindOf[contract.Withdrawn]().back(WayBack{Corrected: "drafted or signed again", Withdrawn: itself, Command: "sign-contract", File: "umowy", Page: "/polecenia/sign-contract"}),
		Earlier[contract.Withdrawn]("contract.withdrawn.v1"), // without aid and form
		KindOf[contract.ChangeWithdrawn]().back(WayBack{Corrected: "changed again", Withdrawn: itself, Command: "change-contract", File: "zmiany-umow", Page: "/polecenia/change-contract"}),
		KindOf[contract.Amended]().back(change),
		Earlier[contract.Amended]("contract.amended.v1"), // without place, work and aid
		KindOf[contract.Suspended]().back(change),
		KindOf[contract.Resumed]().back(change),
		KindOf[contract.Breached]().back(change),
		KindOf[contract.Terminated]().back(change),
		KindOf[contract.Completed]().back(change),
		KindOf[contract.Substituted]().back(change),
		KindOf[contract.Decided]().back(change),
		KindOf[contract.TaskSet]().back(WayBack{Corrected: "contract.task-withdrawn, then contract.task-set", Withdrawn: "contract.task-withdrawn", While: "a result of it stands", Command: "set-task", File: "zadania", Page: "/polecenia/set-task"}),
		KindOf[contract.TaskWithdrawn]().back(WayBack{Corrected: "set again", Withdrawn: itself, Command: "set-task", File: "zadania", Page: "/polecenia/set-task"}),
		KindOf[contract.TaskResultRecorded]().back(WayBack{Corrected: "contract.task-result-withdrawn, then anew", Withdrawn: "contract.task-result-withdrawn", While: "nothing", Command: "record-task-result", File: "realizacja-zadan", Page: "/polecenia/record-task-result"}),
		KindOf[contract.TaskResultWithdrawn]().back(WayBack{Corrected: "recorded again", Withdrawn: itself, Command: "record-task-result", File: "realizacja-zadan", Page: "/polecenia/record-task-result"}),
		KindOf[contract.Evaluated]().back(WayBack{Corrected: "contract.evaluation-withdrawn, then anew", Withdrawn: "contract.evaluation-withdrawn", While: "nothing", Command: "evaluate-contract", File: "oceny", Page: "/polecenia/evaluate-contract"}),
		KindOf[contract.EvaluationWithdrawn]().back(WayBack{Corrected: "evaluated again", Withdrawn: itself, Command: "evaluate-contract", File: "oceny", Page: "/polecenia/evaluate-contract"}),
		KindOf[contract.AidGranted]().back(WayBack{Corrected: "contract.aid-withdrawn, then contract.aid-granted", Withdrawn: "contract.aid-withdrawn", While: "nothing", Command: "grant-aid", File: "pomoc", Page: "/polecenia/grant-aid"}),
		KindOf[contract.AidWithdrawn]().back(WayBack{Corrected: "granted again", Withdrawn: itself, Command: "grant-aid", File: "pomoc", Page: "/polecenia/grant-aid"}),
	}
}
