package commands_test

import (
	"errors"
	"testing"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/setting"
	"ksiega/domain/statement"
	"ksiega/internal/journal"
	"ksiega/internal/testkit/ledgertest"
)

// accountant is somebody who signed in.
func accountant(name string) commands.Origin {
	who := access.By(name, access.Pages, access.Finance)
	who.Account = name
	return commands.Origin{Who: who}
}

// reasonOf is why a line of the bank's statement was matched.
func reasonOf(t *testing.T, l *ledgertest.Ledger, line int) (reason string) {
	t.Helper()
	err := l.Journal.ReadStream(t.Context(), domain.Stream("statement", bankID), 0, func(r *journal.Recorded) error {
		if e, ok := r.Event.(statement.LineMatched); ok && e.Line == line {
			reason = e.Reason
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return reason
}

// Whoever asks for a refund says of no payment that it is for that claim, unless the centre has one
// accountant; what they then match says so.
func TestWhoClaimsDoesNotMatch(t *testing.T) {
	t.Parallel()
	l, ctx := openClaims(t), t.Context()
	anna, jan := accountant("anna"), accountant("jan")
	taken(t)(l.SubmitClaim(ctx, anna, submittedAnew("W/1", 4000)))
	refusedAs(t, "by who claims", commands.ErrOwnClaim, "W/1")(l.MatchLine(ctx, anna, matchOne))
	if reason := reasonOf(t, l, matchOne.Line); reason != "" {
		t.Errorf("matched: %s", reason)
	}
	taken(t)(l.MatchLine(ctx, jan, matchOne))
	if reason := reasonOf(t, l, matchOne.Line); reason != statement.ReasonByHand {
		t.Errorf("matched by another: %s", reason)
	}
	undo := commands.UnmatchLine{Statement: bankID, Line: matchOne.Line, Claim: "W/1", Reason: "pomyłka"}
	taken(t)(l.UnmatchLine(ctx, jan, undo))

	change := commands.ChangeSetting{Setting: string(setting.OneAccountant), Value: setting.Allowed, Reason: "jedna księgowa"}
	refusedAs(t, "by who it is for", access.ErrDenied, "")(l.ChangeSetting(ctx, anna, change))
	director := commands.Origin{Who: access.By("dyrektor", access.Pages, access.Director)}
	taken(t)(l.ChangeSetting(ctx, director, change))
	again, err := l.ChangeSetting(ctx, director, change)
	if err != nil || again.Events != 0 {
		t.Errorf("the same value again: %+v, %v", again, err)
	}
	for _, c := range []commands.ChangeSetting{{Setting: "year-days", Value: "tak", Reason: "x"}, {Setting: change.Setting, Value: "może", Reason: "x"}, {Setting: change.Setting, Value: "nie"}} {
		if _, err := l.ChangeSetting(ctx, director, c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	taken(t)(l.MatchLine(ctx, anna, matchOne))
	if reason := reasonOf(t, l, matchOne.Line); reason != statement.ReasonByClaimant {
		t.Errorf("matched by who claims: %s", reason)
	}
	taken(t)(l.UnmatchLine(ctx, jan, undo))
	taken(t)(l.ChangeSetting(ctx, director, commands.ChangeSetting{Setting: change.Setting, Value: setting.Forbidden, Reason: "druga księgowa"}))
	refusedAs(t, "after it is forbidden", commands.ErrOwnClaim, "W/1")(l.MatchLine(ctx, anna, matchOne))
}

// Who asks for a claim anew while they match its payment is refused one of both, and no line stays matched.
func TestWhoClaimsMeanwhileDoesNotMatch(t *testing.T) {
	t.Parallel()
	l, ctx := openClaims(t), t.Context()
	anna := accountant("anna")
	slow := hooked(l, "refundclaim-", func() { taken(t)(l.SubmitClaim(ctx, anna, submittedAnew("W/1", 4000))) })
	if _, err := slow.MatchLine(ctx, anna, matchOne); !errors.Is(err, commands.ErrOwnClaim) {
		t.Errorf("matched: %v", err)
	}
	if claim := claimOf(t, l, "W/1"); claim.Received != 0 {
		t.Errorf("received %s", claim.Received)
	}
	taken(t)(l.MatchLine(ctx, accountant("jan"), matchOne))
}
