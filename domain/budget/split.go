package budget

import (
	"errors"

	"ksiega/domain"
	"ksiega/domain/programme"
)

// Refusals of amounts.
var (
	ErrAmount = domain.Refusal(domain.CodeInvalid, "the amount must be more than zero").At("amountGrosze")
	ErrPlan   = domain.Refusal(domain.CodeInvalid, "a planned amount is negative").At("amountGrosze")
	ErrPart   = domain.Refusal(domain.CodeInvalid, "a part of the amount is negative")
	ErrParts  = domain.Refusal(domain.CodeInvalid, "the parts of the amount do not come to it").At("amountGrosze")
)

// Split is an amount and who bears it.
type Split struct {
	Amount domain.Grosze `json:"amountGrosze"`
	EU     domain.Grosze `json:"euGrosze,omitzero"`
	State  domain.Grosze `json:"stateGrosze,omitzero"`
	Own    domain.Grosze `json:"ownGrosze,omitzero"`
}

// Parts are who bears an amount, as somebody says it; where none is said, all follow from
// the programme's shares.
type Parts struct{ EU, State, Own *domain.Grosze }

// of is the amount with its parts: as they are said, none being nothing, or by shares. A
// share is rounded half up, own contribution takes the rest (of a programme without one it
// may be a grosz less than nothing); without shares all is own.
func (p Parts) of(amount domain.Grosze, shares programme.Shares) (Split, error) {
	if err := amount.Check(); err != nil {
		return Split{}, domain.At("amountGrosze", err)
	}
	s := Split{Amount: amount}
	if p == (Parts{}) {
		s.EU, s.State = share(amount, shares.EU), share(amount, shares.State)
		s.Own = amount - s.EU - s.State
		return s, nil
	}
	for _, part := range []struct {
		field string
		said  *domain.Grosze
		into  *domain.Grosze
	}{{"euGrosze", p.EU, &s.EU}, {"stateGrosze", p.State, &s.State}, {"ownGrosze", p.Own, &s.Own}} {
		if part.said == nil {
			continue
		}
		if *part.into = *part.said; *part.into < 0 {
			return Split{}, ErrPart.At(part.field)
		}
		if err := part.into.Check(); err != nil {
			return Split{}, domain.At(part.field, err)
		}
	}
	if sum := s.EU + s.State + s.Own; sum != amount {
		return s, ErrParts.With("%s of %s", sum, amount)
	}
	return s, nil
}

// unless is what is wrong with the parts of an amount; of what is recorded already, and is
// not to be corrected, that they differ says more.
func unless(recorded bool, c domain.Amend, err error) error {
	if recorded && !c.Correct && errors.Is(err, ErrParts) {
		return nil
	}
	return err
}

// whole is a hundred per cent in the hundredths that shares are kept in.
const whole = 10_000

// share is so many hundredths of a per cent of an amount that is none or more, half up.
func share(amount domain.Grosze, hundredths int) domain.Grosze {
	return (amount*domain.Grosze(hundredths) + whole/2) / whole
}
