package commands

import (
	"context"
	"slices"

	"ksiega/domain"
	"ksiega/domain/contract"
)

// underContract is how facts under a contract are recorded: its own stream decides.
func underContract[R Request](prepare func(*Ledger, context.Context, *lookups, Origin, *R) (contract.Command, error), number func(R) string) useCase[R, contract.State, contract.Command] {
	return useCase[R, contract.State, contract.Command]{decider: contract.Decider(), prepare: prepare,
		stream: func(c R) string { return domain.Stream("contract", number(c)) }}
}

// under is whose a fact under a contract is, where there is such a contract and nothing else
// is wrong.
func (k *lookups) under(ctx context.Context, number *string, wrong ...error) (contract.About, error) {
	if err := domain.Together(append([]error{needID("contract", number)}, wrong...)...); err != nil {
		return contract.About{}, err
	}
	s, err := k.contract(ctx, *number)
	return contract.About{Contract: *number, Participant: s.First.Participant, Programme: s.First.Programme}, err
}

// tellContract is what a contract is asked for a fact, or for its correction or withdrawal, of a
// reason that is sealed as one says.
func tellContract(s *sealer, o Origin, r Request, fact contract.Fact, a Amendment, reason domain.Seal) (contract.Tell, error) {
	amend := a.taken(s, reason)
	unseen := !o.SeesAllOf(r.Operation())
	amend.Anew = unseen
	return contract.Tell{Fact: fact, Amend: amend, Unseen: unseen}, s.err
}

// checkCode refuses a code that is none of a closed list, before it is sealed.
func checkCode(refusal *domain.Error, code string, of ...string) error {
	return refusal.Unless(slices.Contains(of, code))
}
