package journal

import (
	"slices"

	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/listing"
	"ksiega/domain/participant"
	"ksiega/domain/payment"
	"ksiega/domain/programme"
	"ksiega/domain/refund"
	"ksiega/domain/setting"
	"ksiega/domain/statement"
)

// Ledger is the table of every event type of the ledger, with how it is put right. A line
// is added for a new type and never removed; a replaced version stays as an Upcast.
func Ledger() (*Table, error) {
	t, err := NewTable(slices.Concat(ofPeople(), ofContracts(), ofWork(), ofRefunds(), ofDurability(), ofTheLists(), ofTheLedger())...)
	if err != nil {
		return nil, err
	}
	return t.withCategories(ledgerCategories()...), nil
}

func ofPeople() []Kind {
	person := WayBack{"participant.corrected", "participant.withdrawn", "a contract, or a carer, names them", "register-participant", "uczestnicy"}
	assistant := WayBack{"assistant.corrected", "assistant.withdrawn", "a contract, an annex or a visit names them", "register-assistant", "asystenci"}
	return []Kind{
		KindOf[participant.Registered]().back(person),
		Upcast("participant.registered.v1", participant.RegisteredV1.Now).inClear("municipality"),
		KindOf[participant.Corrected]().back(person),
		KindOf[participant.Withdrawn]().back(WayBack{"registered again", itself, "", "register-participant", "uczestnicy"}),
		KindOf[participant.AssistantRegistered]().back(assistant),
		Earlier[participant.AssistantRegistered]("assistant.registered.v1"), // without a qualification
		KindOf[participant.AssistantCorrected]().back(assistant),
		Earlier[participant.AssistantCorrected]("assistant.corrected.v1"), // without a qualification
		KindOf[participant.AssistantWithdrawn]().back(WayBack{"registered again", itself, "", "register-assistant", "asystenci"}),
	}
}

func ofContracts() []Kind {
	change := WayBack{"contract.change-withdrawn, then anew", "contract.change-withdrawn", "a resumption rests on it, or days under it would not fit", "change-contract", ""}
	terms := WayBack{"contract.terms-corrected", "contract.withdrawn", "a change, a day, a visit, a payment or a claim names it", "sign-contract", "umowy"}
	under := WayBack{"agreement.terms-corrected, then attendance.rerated", "agreement.withdrawn", "a referral or a claim is under it", "conclude-agreement", "porozumienia"}
	return []Kind{
		KindOf[agreement.Concluded]().back(under),
		Earlier[agreement.Concluded]("agreement.concluded.v1"), // without a ground and a day of refund
		KindOf[agreement.TermsCorrected]().back(under),
		Earlier[agreement.TermsCorrected]("agreement.terms-corrected.v1"), // without a ground and a day of refund
		KindOf[agreement.Withdrawn]().back(WayBack{"concluded again", itself, "", "conclude-agreement", "porozumienia"}),
		KindOf[agreement.ReferralListed]().back(WayBack{"agreement.referral-delisted", "agreement.referral-delisted", "the referral stands", "sign-contract", "umowy"}),
		KindOf[agreement.ReferralDelisted]().back(WayBack{"listed again", itself, "", "sign-contract", "umowy"}),
		KindOf[contract.Drafted]().back(WayBack{"contract.terms-corrected", "contract.withdrawn", "nothing: nothing stands on a draft", "sign-contract", "umowy"}),
		Earlier[contract.Drafted]("contract.drafted.v1"), // without aid and form
		KindOf[contract.Signed]().back(terms),
		Earlier[contract.Signed]("contract.signed.v1"), // without aid and form
		KindOf[contract.TermsCorrected]().back(terms),
		Earlier[contract.TermsCorrected]("contract.terms-corrected.v1"), // without aid and form
		KindOf[contract.Withdrawn]().back(WayBack{"drafted or signed again", itself, "", "sign-contract", "umowy"}),
		Earlier[contract.Withdrawn]("contract.withdrawn.v1"), // without aid and form
		KindOf[contract.ChangeWithdrawn]().back(WayBack{"changed again", itself, "", "change-contract", ""}),
		KindOf[contract.Amended]().back(change),
		Earlier[contract.Amended]("contract.amended.v1"), // without place, work and aid
		KindOf[contract.Suspended]().back(change),
		KindOf[contract.Resumed]().back(change),
		KindOf[contract.Breached]().back(change),
		KindOf[contract.Terminated]().back(change),
		KindOf[contract.Completed]().back(change),
	}
}

// ofWork are days of work, visits, and what is paid for them.
func ofWork() []Kind {
	day := WayBack{"attendance.day-corrected", "attendance.day-withdrawn", anything, "record-attendance", "obecnosci"}
	visit := WayBack{"assistance.visit-corrected", "assistance.visit-withdrawn", "nothing", "log-visit", "godziny"}
	paid := WayBack{"payment.withdrawn, then payment.made", "payment.withdrawn", "it came back; of a claim " + anything, "pay-benefit", "wyplaty"}
	return []Kind{
		KindOf[attendance.TermsSet]().back(WayBack{byLater, itself, "", "", ""}),
		KindOf[attendance.HoursRecorded]().back(day),
		Earlier[attendance.HoursRecorded]("attendance.hours-recorded.v1"), // without editions
		KindOf[attendance.AbsenceRecorded]().back(day),
		Upcast("attendance.absence-recorded.v1", attendance.AbsenceRecordedV1.Now).inClear("absence"),
		KindOf[attendance.DayCorrected]().back(day),
		Earlier[attendance.DayCorrected]("attendance.day-corrected.v2"), // without editions
		Upcast("attendance.day-corrected.v1", attendance.DayCorrectedV1.Now).inClear("before.absence", "after.absence"),
		KindOf[attendance.DayWithdrawn]().back(WayBack{"recorded again", itself, "", "record-attendance", "obecnosci"}),
		KindOf[attendance.Rerated]().back(WayBack{"by correcting the terms again", itself, "", "conclude-agreement", "porozumienia"}),
		Earlier[attendance.Rerated]("attendance.rerated.v1"), // without the terms
		KindOf[assistance.VisitLogged]().back(visit),
		Earlier[assistance.VisitLogged]("assistance.visit-logged.v1"), // without an edition
		KindOf[assistance.VisitCorrected]().back(visit),
		Earlier[assistance.VisitCorrected]("assistance.visit-corrected.v1"), // without an edition
		KindOf[assistance.VisitWithdrawn]().back(WayBack{"recorded again", itself, "", "log-visit", "godziny"}),
		KindOf[payment.Made]().back(paid),
		KindOf[payment.CameBack]().back(WayBack{"payment.withdrawn, then payment.came-back", "payment.withdrawn", "nothing", "pay-benefit", "wyplaty"}),
		KindOf[payment.Withdrawn]().back(WayBack{"recorded again", itself, "", "pay-benefit", "wyplaty"}),
	}
}

// ofRefunds are claims, the labour office's answers, and bank statements.
func ofRefunds() []Kind {
	answer := WayBack{"refundclaim.decision-withdrawn, then anew", "refundclaim.decision-withdrawn", "money was booked for it", "record-claim-decision", "decyzje-pup"}
	return []Kind{
		KindOf[agreement.ClaimListed]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[agreement.ClaimReserved]().back(WayBack{"agreement.claim-released, then anew", "agreement.claim-released", "the claim stands", "withdraw-claim", ""}),
		KindOf[agreement.ClaimAnswered]().back(WayBack{"agreement.answer-withdrawn, then anew", "agreement.answer-withdrawn", "as the claim's own answer", "record-claim-decision", "decyzje-pup"}),
		KindOf[agreement.ClaimReleased]().back(WayBack{"reserved again", itself, "", "submit-claim", "wnioski"}),
		KindOf[agreement.ClaimAmendmentReserved]().back(WayBack{"agreement.claim-amendment-released, then anew", "agreement.claim-amendment-released", "the claim's own stream has taken it", "withdraw-claim", ""}),
		KindOf[agreement.ClaimAmendmentReleased]().back(WayBack{"reserved again", itself, "", "submit-claim", "wnioski"}),
		KindOf[agreement.ClaimMoveReserved]().back(WayBack{"agreement.claim-released, then anew", "agreement.claim-released", "the claim's own stream has taken it", "withdraw-claim", ""}),
		KindOf[agreement.ClaimMoveAgreed]().back(WayBack{"agreement.claim-amendment-released, then anew", "agreement.claim-amendment-released", "the claim's own stream has taken it", "withdraw-claim", ""}),
		KindOf[agreement.AnswerWithdrawn]().back(WayBack{"answered again", itself, "", "record-claim-decision", "decyzje-pup"}),
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
		KindOf[statement.Received]().back(WayBack{noUndo, noUndo, "", "", ""}),
		KindOf[statement.LineBooked]().back(WayBack{noUndo, noUndo, "", "", ""}),
		KindOf[statement.LineMatched]().back(WayBack{"statement.match-undone, then anew", "statement.match-undone", "more would be paid back than was received", "unmatch-line", ""}),
		KindOf[statement.MatchUndone]().back(WayBack{"matched again", itself, "", "match-line", ""}),
	}
}

// ofTheLists are what stands on what.
func ofTheLists() []Kind {
	return []Kind{
		KindOf[listing.Entered]().back(WayBack{"listing.released", "listing.released", "something stands there", "", ""}),
		KindOf[listing.Released]().back(WayBack{"entered again", itself, "", "", ""}),
		KindOf[listing.Closed]().back(WayBack{itself, itself, "", "", ""}),
	}
}

func ofDurability() []Kind {
	fact := WayBack{"durability.fact-withdrawn, then anew", "durability.fact-withdrawn", "nothing", "tell-durability", "trwalosc"}
	asked := fact
	asked.While = "it was answered"
	return []Kind{
		KindOf[durability.ObligationOpened]().back(fact),
		KindOf[durability.ReadinessDeclared]().back(fact),
		Upcast("durability.readiness-declared.v1", durability.ReadinessDeclaredV1.Now).inClear("url?#"),
		KindOf[durability.PlacesStated]().back(fact),
		KindOf[durability.AssistantsStated]().back(fact),
		KindOf[durability.NoticePublished]().back(fact),
		Upcast("durability.notice-published.v1", durability.NoticePublishedV1.Now).inClear("url?#"),
		KindOf[durability.Inspected]().back(fact),
		KindOf[durability.ServiceRequested]().back(asked),
		KindOf[durability.ServiceStarted]().back(fact),
		KindOf[durability.ServiceRefused]().back(fact),
		KindOf[durability.FactWithdrawn]().back(WayBack{"recorded again", itself, "", "tell-durability", "trwalosc"}),
	}
}

// ofTheLedger are what it goes by, what was said of its findings, and what passed
// through its doors.
func ofTheLedger() []Kind {
	return []Kind{
		KindOf[programme.EditionRecorded]().back(WayBack{byLater, noUndo, "", "", ""}),
		KindOf[programme.StatuteRecorded]().back(WayBack{byLater, noUndo, "", "", ""}),
		KindOf[setting.Changed]().back(WayBack{byLater, noUndo, "", "", ""}),
		KindOf[finding.Resolved]().back(WayBack{"finding.reopened, then anew", "finding.reopened", "nothing", "resolve-finding", ""}),
		Earlier[finding.Resolved]("finding.resolved.v1"), // without figures
		KindOf[finding.Reopened]().back(WayBack{"finding.resolved", itself, "", "resolve-finding", ""}),
		KindOf[erasure.Ordered]().back(WayBack{noUndo, noUndo, "", "", ""}),
		Upcast("erasure.ordered.v1", erasure.OrderedV2.Now),
		Upcast("erasure.ordered.v2", erasure.OrderedV2.Now),
		KindOf[intake.FileFinished]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[intake.RequestTaken]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[intake.RequestRefused]().back(WayBack{itself, itself, "", "", ""}),
		Earlier[intake.PersonalDataRead]("intake.personal-data-read.v1"), // without whose they were
		Earlier[intake.RequestTaken](intake.TypeRequestTakenV1),          // without its day
		KindOf[intake.PersonalDataRead]().back(WayBack{itself, itself, "", "", ""}),
		KindOf[intake.GuessesCounted]().back(WayBack{itself, itself, "", "", ""}),
	}
}
