package queries

import (
	"errors"
	"fmt"

	"ksiega/domain"
)

// CodeBehind: asked again in a while, the question has an answer.
const CodeBehind domain.Code = "behind"

func refusal(code domain.Code, message string) *domain.Error { return domain.Refusal(code, message) }

// Refusals of questions. The field of one is the parameter at fault.
var (
	// ErrUnknown: what the ledger knows, and has nothing to show of, is an empty answer.
	ErrUnknown = refusal(domain.CodeNotFound, "the ledger knows nothing by that name")
	ErrNoType  = refusal(domain.CodeNotFound, "no type of event matches the pattern")
	// ErrNoWait: what visitors may see is there.
	ErrNoWait   = refusal(domain.CodeDenied, "minPosition is for those who have a token").At("minPosition")
	ErrNoReport = refusal(domain.CodeNotFound, "no such report")
	ErrNoParam  = refusal(domain.CodeInvalid, "the report has no such parameter")
	ErrTwice    = refusal(domain.CodeInvalid, "the parameter stands twice")
	ErrDate     = refusal(domain.CodeInvalid, "the parameter is not a date RRRR-MM-DD")
	ErrMonth    = refusal(domain.CodeInvalid, "the parameter is not a month RRRR-MM")
	ErrWord     = refusal(domain.CodeInvalid, "the parameter has none of its values")
	ErrPosition = refusal(domain.CodeInvalid, "minPosition is not a position").At("minPosition")
	// ErrUnseen: by the rows that it lets through, the parameter would tell what is sealed.
	ErrUnseen  = refusal(domain.CodeDenied, "the parameter is for roles that see data about people")
	ErrOrder   = refusal(domain.CodeInvalid, "to lies before from").At("to")
	ErrFormat  = refusal(domain.CodeInvalid, "no such format").At("format")
	ErrKnownAt = refusal(domain.CodeInvalid, "neither a position nor an instant (RFC 3339), nor a day (RRRR-MM-DD)")
	ErrAhead   = refusal(domain.CodeInvalid, "that lies ahead of the log, where nothing is settled yet")
	ErrGlob    = refusal(domain.CodeInvalid, "not a pattern of event types").At("type")
	ErrCursor  = refusal(domain.CodeInvalid, "not a cursor of this history").At("cursor")
	ErrNarrow  = refusal(domain.CodeInvalid, "only one of stream, entity and actor can be followed")
	// ErrBehind: the read models have not come to the position asked for in time.
	ErrBehind = refusal(CodeBehind, "the read models have not reached the position yet; ask again")
	// ErrNothingKept: there are no read models to verify.
	ErrNothingKept = refusal(domain.CodeRule, "there is no Redis whose read models could be verified")
)

// Refusals where a sum of what is recorded is too large to be counted: a wrong figure
// would be worse than none.
var (
	ErrMonthSum  = refusal(domain.CodeRule, "a sum of the month of a contract is too large to be counted")
	ErrClaimSum  = refusal(domain.CodeRule, "a sum of the claim is too large to be counted")
	ErrClaimsSum = refusal(domain.CodeRule, "the claims of a month under an agreement come to more than can be counted")
	ErrHoursSum  = refusal(domain.CodeRule, "the hours of the agreement come to more than can be counted")
	ErrTotal     = refusal(domain.CodeRule, "a total of the report is too large to be counted")
)

// ofParam says which parameter a refusal is about; another error stays.
func ofParam(name string, err error) error {
	if refused, ok := err.(*domain.Error); ok { //nolint:errorlint // nothing wraps it yet
		return refused.At(name).With("%s", name)
	}
	return err
}

// uncountable says of what a sum can't be counted; another error stays.
func uncountable(of *domain.Error, err error) error {
	if !errors.Is(err, domain.ErrUncountable) {
		return err
	}
	return fmt.Errorf("%w (%w)", of, err)
}
