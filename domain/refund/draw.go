package refund

import "ksiega/domain"

// Draw draws a claim up: it fills in what the shares come to and what is claimed.
// Amount is what the labour office was asked for; nil asks for what the shares come
// to, and is refused where they come to nothing or the labour office would return
// the claim. An amount that was given was claimed whatever we think of it.
func Draw(asked Submitted, amount *domain.Grosze, shares []Share, blocks []Block) (Submitted, error) {
	asked.Shares, asked.Computed, asked.Given = shares, 0, amount != nil
	for _, share := range shares {
		sum, err := domain.Plus(asked.Computed, share.Refund)
		if err != nil {
			return asked, err
		}
		asked.Computed = sum
	}
	asked.Claimed = asked.Computed
	switch {
	case asked.Corrects == asked.Claim:
		return asked, ErrSelf
	case amount != nil && *amount <= 0:
		return asked, ErrAmount
	case amount != nil:
		asked.Claimed = *amount
		return asked, domain.At("amountGrosze", asked.Claimed.Check())
	case len(blocks) > 0:
		return asked, blocked(blocks)
	case asked.Computed <= 0:
		return asked, ErrNotReady
	}
	return asked, nil
}

// AskedAs refuses, with domain.ErrDiffers, a claim that is recorded and is asked for
// in other words. The shares are not compared: they were frozen when it was drawn up.
func (e Submitted) AskedAs(asked Submitted, amount *domain.Grosze) error {
	field := ""
	switch {
	case e.Agreement != asked.Agreement:
		field = "agreement"
	case e.Month != asked.Month:
		field = "month"
	case e.On != asked.On:
		field = "submitted"
	case e.Corrects != asked.Corrects:
		field = "corrects"
	case e.Given != (amount != nil), amount != nil && *amount != e.Claimed:
		field = "amountGrosze"
	case e.Claim == asked.Claim:
		return nil
	}
	words := e.Month.String() + ", submitted " + e.On.String()
	if e.Given {
		words += ", amount " + e.Claimed.String()
	}
	if e.Corrects != "" {
		words += ", correcting " + e.Corrects
	}
	return domain.ErrDiffers.At(field).With("claim %s is of agreement %s for %s", e.Claim, e.Agreement, words)
}
