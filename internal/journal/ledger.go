package journal

import (
	"slices"

	"ksiega/domain"
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

// Ledger is the table of every event type of the ledger. A line is added for a
// new type and never removed; a replaced version stays as an Upcast.
func Ledger() (*Table, error) {
	t, err := NewTable(slices.Concat(ofPeople(), ofContracts(), ofWork(), ofRefunds(), ofDurability(), ofTheLists(), ofTheLedger())...)
	if err != nil {
		return nil, err
	}
	return t.withCategories(ledgerCategories()...), nil
}

func ofPeople() []Kind {
	return []Kind{
		KindOf[participant.Registered](),
		Upcast("participant.registered.v1", participant.RegisteredV1.Now).inClear("municipality"),
		KindOf[participant.Corrected](),
		KindOf[participant.Withdrawn](),
		KindOf[participant.AssistantRegistered](),
		KindOf[participant.AssistantCorrected](),
		KindOf[participant.AssistantWithdrawn](),
	}
}

func ofContracts() []Kind {
	return []Kind{
		KindOf[agreement.Concluded](),
		KindOf[agreement.TermsCorrected](),
		KindOf[agreement.Withdrawn](),
		KindOf[agreement.ReferralListed](),
		KindOf[agreement.ReferralDelisted](),
		KindOf[contract.Drafted](),
		KindOf[contract.Signed](),
		KindOf[contract.TermsCorrected](),
		KindOf[contract.Withdrawn](),
		KindOf[contract.ChangeWithdrawn](),
		KindOf[contract.Amended](),
		KindOf[contract.Suspended](),
		KindOf[contract.Resumed](),
		KindOf[contract.Breached](),
		KindOf[contract.Terminated](),
		KindOf[contract.Completed](),
	}
}

// ofWork are days of work, visits, and what is paid for them.
func ofWork() []Kind {
	return []Kind{
		KindOf[attendance.TermsSet](),
		KindOf[attendance.HoursRecorded](),
		Upcast("attendance.hours-recorded.v1", attendance.HoursRecordedV1.Now),
		KindOf[attendance.AbsenceRecorded](),
		Upcast("attendance.absence-recorded.v1", attendance.AbsenceRecordedV1.Now).inClear("absence"),
		KindOf[attendance.DayCorrected](),
		Upcast("attendance.day-corrected.v2", attendance.DayCorrectedV2.Now),
		Upcast("attendance.day-corrected.v1", attendance.DayCorrectedV1.Now).inClear("before.absence", "after.absence"),
		KindOf[attendance.DayWithdrawn](),
		KindOf[attendance.Rerated](),
		Upcast("attendance.rerated.v1", attendance.ReratedV1.Now),
		KindOf[assistance.VisitLogged](),
		Upcast("assistance.visit-logged.v1", assistance.VisitLoggedV1.Now),
		KindOf[assistance.VisitCorrected](),
		Upcast("assistance.visit-corrected.v1", assistance.VisitCorrectedV1.Now),
		KindOf[assistance.VisitWithdrawn](),
		KindOf[payment.Made](),
		KindOf[payment.CameBack](),
		KindOf[payment.Withdrawn](),
	}
}

// ofRefunds are claims, the labour office's answers, and bank statements.
func ofRefunds() []Kind {
	return []Kind{
		KindOf[agreement.ClaimListed](),
		KindOf[agreement.ClaimReserved](),
		KindOf[agreement.ClaimAnswered](),
		KindOf[agreement.ClaimReleased](),
		KindOf[agreement.ClaimAmendmentReserved](),
		KindOf[agreement.ClaimAmendmentReleased](),
		KindOf[agreement.AnswerWithdrawn](),
		KindOf[refund.Submitted](),
		KindOf[refund.Accepted](),
		KindOf[refund.Returned](),
		KindOf[refund.Reclaimed](),
		KindOf[refund.Received](),
		KindOf[refund.ReceiptUndone](),
		KindOf[refund.WrittenOff](),
		KindOf[refund.Withdrawn](),
		KindOf[refund.DecisionWithdrawn](),
		KindOf[refund.WriteOffWithdrawn](),
		KindOf[statement.Received](),
		KindOf[statement.LineBooked](),
		KindOf[statement.LineMatched](),
		KindOf[statement.MatchUndone](),
	}
}

// ofTheLists are what stands on what.
func ofTheLists() []Kind {
	return []Kind{
		KindOf[listing.Entered](),
		KindOf[listing.Released](),
		KindOf[listing.Closed](),
	}
}

func ofDurability() []Kind {
	return []Kind{
		KindOf[durability.ObligationOpened](),
		KindOf[durability.ReadinessDeclared](),
		Upcast("durability.readiness-declared.v1", durability.ReadinessDeclaredV1.Now).inClear("url?#"),
		KindOf[durability.PlacesStated](),
		KindOf[durability.AssistantsStated](),
		KindOf[durability.NoticePublished](),
		Upcast("durability.notice-published.v1", durability.NoticePublishedV1.Now).inClear("url?#"),
		KindOf[durability.Inspected](),
		KindOf[durability.ServiceRequested](),
		KindOf[durability.ServiceStarted](),
		KindOf[durability.ServiceRefused](),
		KindOf[durability.FactWithdrawn](),
	}
}

// ofTheLedger are what it goes by, what was said of its findings, and what passed
// through its doors.
func ofTheLedger() []Kind {
	return []Kind{
		KindOf[programme.EditionRecorded](),
		KindOf[programme.StatuteRecorded](),
		KindOf[setting.Changed](),
		KindOf[finding.Resolved](),
		Upcast("finding.resolved.v1", finding.ResolvedV1.Now),
		KindOf[finding.Reopened](),
		KindOf[erasure.Ordered](),
		Upcast("erasure.ordered.v1", erasure.OrderedV1.Now),
		Upcast("erasure.ordered.v2", erasure.OrderedV2.Now),
		KindOf[intake.FileFinished](),
		KindOf[intake.RequestTaken](),
		KindOf[intake.RequestRefused](),
		Upcast("intake.personal-data-read.v1", readingV1.up),
		Upcast(intake.TypeRequestTakenV1, intake.RequestTakenV1.Upcast),
		KindOf[intake.PersonalDataRead](),
		KindOf[intake.GuessesCounted](),
	}
}

// readingV1 is intake.personal-data-read.v1, which did not say whose data they
// were.
type readingV1 struct {
	What   string        `json:"what"`
	Reason domain.Sealed `json:"reason,omitzero"`
}

func (r readingV1) up() intake.PersonalDataRead {
	return intake.PersonalDataRead{What: r.What, Reason: r.Reason}
}
