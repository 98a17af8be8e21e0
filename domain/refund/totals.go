package refund

import "ksiega/domain"

// Stage is where a claim stands.
type Stage string

// The stages of a claim.
const (
	StagePrepared   Stage = "prepared"
	StageSubmitted  Stage = "submitted"
	StageReturned   Stage = "returned"
	StageAccepted   Stage = "accepted"
	StagePartPaid   Stage = "part-paid"
	StageSettled    Stage = "settled"
	StageReclaimed  Stage = "reclaimed"
	StageWrittenOff Stage = "written-off"
)

// Totals are a claim's three amounts and what became of them; the zero Totals
// belong to a claim that is not submitted. Decisions and reports add them up
// the same way.
type Totals struct {
	Claimed   domain.Grosze `json:"claimedGrosze,omitzero"`
	Accepted  domain.Grosze `json:"acceptedGrosze,omitzero"`
	Received  domain.Grosze `json:"receivedGrosze,omitzero"`
	Reclaimed domain.Grosze `json:"reclaimedGrosze,omitzero"`
	PaidBack  domain.Grosze `json:"paidBackGrosze,omitzero"`
	// ReclaimedAll: the labour office asks back all that it paid.
	ReclaimedAll bool `json:"reclaimedAll,omitzero"`
	// DecidedOn is the day of the latest decision; an earlier one that is
	// recorded later changes nothing.
	DecidedOn domain.Date `json:"decidedOn,omitzero"`
	// Decided: the labour office accepted or returned the claim.
	Decided    bool `json:"decided,omitzero"`
	IsReturned bool `json:"returned,omitzero"`
	Submitted  bool `json:"submitted,omitzero"`
	WrittenOff bool `json:"writtenOff,omitzero"`
	// Uncountable: what was recorded before amounts were bounded is too much to be
	// added up. None of the amounts may then be told.
	Uncountable bool `json:"uncountable,omitzero"`
}

// Err is domain.ErrUncountable where the amounts can't be told.
func (t Totals) Err() error {
	if t.Uncountable {
		return domain.ErrUncountable
	}
	return nil
}

func (t *Totals) counted(sum domain.Grosze, err error) domain.Grosze {
	t.Uncountable = t.Uncountable || err != nil
	return sum
}

// Add folds one event of the claim.
func (t Totals) Add(e domain.Event) Totals {
	switch e := e.(type) {
	case Submitted:
		t.Submitted, t.Claimed = true, e.Claimed
	case Accepted:
		if supersedes(e.On, t.DecidedOn) {
			t.Decided, t.IsReturned, t.Accepted, t.DecidedOn = true, false, e.Amount, e.On
		}
	case Returned:
		if supersedes(e.On, t.DecidedOn) {
			t.Decided, t.IsReturned, t.Accepted, t.DecidedOn = true, true, 0, e.On
		}
	case Reclaimed:
		t.Reclaimed = t.counted(domain.Plus(t.Reclaimed, e.Amount))
		t.ReclaimedAll = t.ReclaimedAll || e.All
	case Received:
		if e.Amount > 0 {
			t.Received = t.counted(domain.Plus(t.Received, e.Amount))
		} else {
			t.PaidBack = t.counted(domain.Less(t.PaidBack, e.Amount))
		}
	case ReceiptUndone:
		if e.Amount > 0 {
			t.Received = t.counted(domain.Less(t.Received, e.Amount))
		} else {
			t.PaidBack = t.counted(domain.Plus(t.PaidBack, e.Amount))
		}
	case WrittenOff:
		t.WrittenOff = true
	}
	return t
}

// Outstanding is what the labour office still owes: accepted, else claimed,
// less received. A returned claim owes nothing; its correction does. Nor does one
// that was written off.
func (t Totals) Outstanding() domain.Grosze {
	if t.WrittenOff {
		return 0
	}
	return t.Takes()
}

// Takes is what may still be received for the claim: money may arrive after it was
// written off.
func (t Totals) Takes() domain.Grosze {
	switch {
	case t.IsReturned:
		return 0
	case t.Decided:
		return t.Accepted - t.Received
	}
	return t.Claimed - t.Received
}

// uncovered is how much more was received than the claim has coming; of a returned one
// that is all of it.
func (t Totals) uncovered() domain.Grosze {
	if t.IsReturned {
		return t.Received
	}
	return -t.Takes()
}

// ToPayBack is what the centre still owes the labour office.
func (t Totals) ToPayBack() domain.Grosze {
	if t.ReclaimedAll {
		return t.Received - t.PaidBack
	}
	return t.Reclaimed - t.PaidBack
}

// Open says whether money may still arrive for the claim, as far as can be told.
func (t Totals) Open() bool {
	return t.Submitted && !t.Uncountable && !t.WrittenOff && t.Outstanding() > 0
}

// Stage follows from the amounts.
func (t Totals) Stage() Stage {
	switch {
	case !t.Submitted:
		return StagePrepared
	case t.WrittenOff:
		return StageWrittenOff
	case t.Reclaimed > 0 || t.ReclaimedAll:
		return StageReclaimed
	case t.IsReturned:
		return StageReturned
	case t.Received > 0 && t.Outstanding() > 0:
		return StagePartPaid
	case t.Received > 0:
		return StageSettled
	case t.Decided:
		return StageAccepted
	}
	return StageSubmitted
}
