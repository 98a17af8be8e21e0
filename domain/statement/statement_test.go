package statement_test

import (
	"testing"

	"ksiega/domain"
	. "ksiega/domain/given"
	"ksiega/domain/statement"
)

func TestStatement(t *testing.T) {
	d := statement.Decider()
	on := domain.NewDate(2018, 4, 20)
	header := statement.Received{Statement: "W/1", Account: "PL", Number: "1", From: on, To: on, Opening: 1000, Closing: 1300, Lines: 2}
	in := statement.LineBooked{Statement: "W/1", Line: 1, Date: on, Amount: 500, Title: "sealed"}
	out := statement.LineBooked{Statement: "W/1", Line: 2, Date: on, Amount: -200}
	take := statement.TakeIn{Header: header, Lines: []statement.LineBooked{in, out}}
	history := []domain.Event{header, in, out}

	Given(t, d).When(take).Then(history...)
	Given(t, d, history...).When(take).Then()
	other := take
	other.Header.Closing, other.Lines = 1500, []statement.LineBooked{in}
	Given(t, d, history...).When(other).Refuse(domain.ErrDiffers)
	other.Header.Closing = 1501
	Given(t, d).When(other).Refuse(statement.ErrBalance)
	Given(t, d).When(statement.TakeIn{Header: header, Lines: []statement.LineBooked{out}}).Refuse(statement.ErrLines)

	// The bank exports it again later in the day, with one more line.
	later := statement.LineBooked{Statement: "W/1", Line: 3, Date: on, Amount: 40}
	longer := header
	longer.Closing, longer.Lines, longer.To = 1340, 3, on+1
	more := statement.TakeIn{Header: longer, Lines: []statement.LineBooked{in, out, later}}
	Given(t, d, history...).When(more).Then(longer, later)
	Given(t, d, append(history, longer, later)...).When(more).Then()
	Given(t, d, append(history, longer, later)...).When(take).Refuse(domain.ErrDiffers)
	more.Lines = []statement.LineBooked{in, {Statement: "W/1", Line: 2, Date: on, Amount: -201}, {Statement: "W/1", Line: 3, Date: on, Amount: 41}}
	Given(t, d, history...).When(more).Refuse(domain.ErrDiffers)

	matched := statement.LineMatched{Statement: "W/1", Line: 1, Claim: "WR/1", Date: on, Amount: 500, Reason: "number"}
	Given(t, d, history...).When(statement.Match{Line: 1, Claim: "WR/1", Reason: "number"}).Then(matched)
	matchedHistory := append(history, matched)
	Given(t, d, matchedHistory...).When(statement.Match{Line: 1, Claim: "WR/1"}).Then()
	Given(t, d, matchedHistory...).When(statement.Match{Line: 1, Claim: "WR/2"}).Refuse(statement.ErrMatched)
	Given(t, d, history...).When(statement.Match{Line: 3, Claim: "WR/1"}).Refuse(statement.ErrNoLine)
	Given(t, d).When(statement.Match{Line: 1, Claim: "WR/1"}).Refuse(statement.ErrUnknown)
	undone := statement.MatchUndone{Statement: "W/1", Line: 1, Claim: "WR/1", Date: on, Reason: "claim-full"}
	Given(t, d, matchedHistory...).When(statement.Unmatch{Line: 1, Reason: "claim-full"}).Then(undone)
	Given(t, d, history...).When(statement.Unmatch{Line: 1}).Then()
	Given(t, d, append(matchedHistory, undone)...).When(statement.Match{Line: 1, Claim: "WR/2", Reason: "hand"}).
		Then(statement.LineMatched{Statement: "W/1", Line: 1, Claim: "WR/2", Date: on, Amount: 500, Reason: "hand"})
}
