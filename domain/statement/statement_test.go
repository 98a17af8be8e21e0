package statement_test

import (
	"testing"

	"ksiega/domain"
	"ksiega/domain/statement"
	. "ksiega/internal/testkit/given"
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
	Given(t, d, matchedHistory...).When(statement.Unmatch{Line: 1, Claim: "WR/1", Reason: "claim-full"}).Then(undone)
	Given(t, d, history...).When(statement.Unmatch{Line: 1}).Then()
	Given(t, d, append(matchedHistory, undone)...).When(statement.Match{Line: 1, Claim: "WR/2", Reason: "hand"}).
		Then(statement.LineMatched{Statement: "W/1", Line: 1, Claim: "WR/2", Date: on, Amount: 500, Reason: "hand"})

	// The automat gives way to a person, and not to a claim that would not take it.
	automatic := statement.Match{Line: 1, Claim: "WR/2", Reason: "number", Automatic: true}
	Given(t, d, append(matchedHistory, undone)...).When(automatic).Refuse(statement.ErrUndone)
	refused := undone
	refused.Reason = statement.ReasonClaimRefused
	Given(t, d, append(matchedHistory, refused)...).When(automatic).
		Then(statement.LineMatched{Statement: "W/1", Line: 1, Claim: "WR/2", Date: on, Amount: 500, Reason: "number"})
	Given(t, d, matchedHistory...).When(statement.Unmatch{Line: 1, Claim: "WR/2"}).Refuse(statement.ErrMatched)

	// A booking of nothing is kept under its number and pays nothing.
	nothing := statement.LineBooked{Statement: "W/1", Line: 3, Date: on}
	longer.Closing, longer.To = 1300, on
	with := statement.TakeIn{Header: longer, Lines: []statement.LineBooked{in, out, nothing}}
	Given(t, d, history...).When(with).Then(longer, nothing)
	Given(t, d, append(history, longer, nothing)...).When(statement.Match{Line: 3, Claim: "WR/1"}).Refuse(statement.ErrZero)
}

// A long statement is recorded in several appends. Between them it is not whole, and
// taking it in again goes on where it was cut short.
func TestALongStatement(t *testing.T) {
	d := statement.Decider()
	on := domain.NewDate(2018, 4, 20)
	lines := make([]statement.LineBooked, 5)
	for i := range lines {
		lines[i] = statement.LineBooked{Statement: "W/1", Line: i + 1, Date: on, Amount: 100, Title: "sealed"}
	}
	header := statement.Received{Statement: "W/1", Account: "PL", Number: "1", From: on, To: on, Closing: 500, Lines: 5}
	take := statement.TakeIn{Header: header, Lines: lines}
	part := take
	part.Upto = 2
	Given(t, d).When(part).Then(header, lines[0], lines[1])
	half := []domain.Event{header, lines[0], lines[1]}
	Given(t, d, half...).When(part).Then()
	Given(t, d, half...).When(take).Then(lines[2], lines[3], lines[4])
	Given(t, d, half...).When(statement.Match{Line: 1, Claim: "WR/1"}).Refuse(statement.ErrPart)
	if d.Fold(half...).Whole() || !d.Fold(append(half, lines[2], lines[3], lines[4])...).Whole() {
		t.Error("whole before its last line, or not with it")
	}
	// What is recorded in part stays the statement it was said to be.
	short := header
	short.Closing, short.Lines = 300, 3
	Given(t, d, half...).When(statement.TakeIn{Header: short, Lines: lines[:3]}).Refuse(domain.ErrDiffers)
	long := header
	long.Closing, long.Lines = 600, 6
	more := statement.LineBooked{Statement: "W/1", Line: 6, Date: on, Amount: 100}
	Given(t, d, half...).When(statement.TakeIn{Header: long, Lines: append(lines[:5:5], more)}).Then(long, lines[2], lines[3], lines[4], more)
	// An earlier build read texts otherwise.
	other := take
	other.Lines = append([]statement.LineBooked{}, lines...)
	other.Lines[0].Title = "otherwise"
	Given(t, d, half...).When(other).Refuse(domain.ErrDiffers)
	other.Figures = true
	Given(t, d, half...).When(other).Then(lines[2], lines[3], lines[4])
	many := statement.TakeIn{Header: header, Lines: make([]statement.LineBooked, statement.MaxLines+1)}
	for i := range many.Lines {
		many.Lines[i].Line = i + 1
	}
	Given(t, d).When(many).Refuse(statement.ErrLong)
}
