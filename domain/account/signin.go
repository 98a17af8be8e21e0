package account

import (
	"slices"
	"time"

	"ksiega/domain"
)

// SigninStream is where the sign-ins of an account in a month are kept: an attempt waits for
// no other account's. A step of an authenticator is used in its own month, whatever day it
// is where it is proved, so that one stream knows of all its uses.
func SigninStream(account string, month domain.Month) string {
	return domain.Stream("signin", account, month.String())
}

// Factor is what somebody proved besides the password.
type Factor string

// The factors.
const (
	ByStep       Factor = "totp"
	ByRecovery   Factor = "recovery"
	ByRemembered Factor = "remembered" // a device, until the day's end
)

// SignedIn says that somebody signed in. Step is that of their authenticator, Device the
// beginning of the digest of their device's cookie.
type SignedIn struct {
	About

	On     domain.Date `json:"on"`
	Step   int64       `json:"step,omitzero"`
	Factor Factor      `json:"factor"`
	Device string      `json:"device,omitzero"`
}

// EventType is for ever.
func (SignedIn) EventType() string { return "signin.succeeded.v1" }

// OccurredOn is the day.
func (e SignedIn) OccurredOn() domain.Date { return e.On }

// Why somebody was not let in.
type Why string

// Why.
const (
	WrongPassword Why = "password"
	WrongCode     Why = "code"
	WasDisabled   Why = "disabled"
	NoGrant       Why = "grant" // none that holds that day
)

// Refused says that in an hour somebody was not let in by an account, once an hour however
// often.
type Refused struct {
	About

	On   domain.Date `json:"on"`
	Hour string      `json:"hour"` // 2026-11-30T17, Polish time
	Why  Why         `json:"why"`
}

// EventType is for ever.
func (Refused) EventType() string { return "signin.refused.v1" }

// OccurredOn is the day.
func (e Refused) OccurredOn() domain.Date { return e.On }

// HourOf is the hour that a refusal is told for.
func HourOf(t time.Time) string { return t.Format("2006-01-02T15") }

// ErrStep refuses a code of an authenticator that was used, or one before it.
var ErrStep = domain.Refusal(domain.CodeRule, "the code was used: wait for the next one").At("code")

// SignIns is what a month of an account tells.
type SignIns struct {
	Step    int64 // the last one that was used
	refused []string
}

// Attempt is what can be asked of a month: that somebody signs in, or was refused.
type Attempt interface{ attempt() }

// SignIn lets somebody in.
type SignIn struct{ SignedIn }

// Refuse tells that somebody was not let in.
type Refuse struct{ Refused }

func (SignIn) attempt() {}
func (Refuse) attempt() {}

// SigninDecider decides on the stream of an account and month.
func SigninDecider() domain.Decider[SignIns, Attempt] {
	return domain.Decider[SignIns, Attempt]{
		Decide: func(s SignIns, a Attempt) ([]domain.Event, error) {
			switch a := a.(type) {
			case SignIn:
				if a.Factor == ByStep && a.Step <= s.Step {
					return nil, ErrStep
				}
				return []domain.Event{a.SignedIn}, nil
			case Refuse:
				if slices.Contains(s.refused, a.Hour) {
					return nil, nil
				}
				return []domain.Event{a.Refused}, nil
			}
			return nil, domain.UnknownCommand(a)
		},
		Evolve: func(s SignIns, e domain.Event) SignIns {
			switch e := e.(type) {
			case SignedIn:
				s.Step = max(s.Step, e.Step)
			case Refused:
				s.refused = append(slices.Clip(s.refused), e.Hour)
			}
			return s
		},
		Events: domain.Types(SignedIn{}, Refused{}),
	}
}
