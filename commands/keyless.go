package commands

import (
	"context"
	"errors"

	"ksiega/domain"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// No key is made for what is refused: it would name, for ever, somebody or something
// that nothing is recorded of. So a command that would make one is decided without it
// first, and what is refused there is never sealed.

// sealing is how a command's texts are sealed.
type sealing int

const (
	makingKeys  sealing = iota // as they are to be recorded
	asksFirst                  // errNoKey where a key would be made
	asIfForReal                // what would need a new key stays in clear, and in memory
)

type sealingKey struct{}

func (how sealing) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, sealingKey{}, how)
}

func sealingOf(ctx context.Context) sealing {
	how, _ := ctx.Value(sealingKey{}).(sealing)
	return how
}

type unkeyedKey struct{}

// unkeyed has one decision ask once whose keys there are: those of whom none was found
// have none until it is recorded. Decisions side by side each need their own.
func unkeyed(ctx context.Context) context.Context {
	return context.WithValue(ctx, unkeyedKey{}, map[string]struct{}{})
}

// hasKey is HasKey of the vault, asked once where the context says so.
func hasKey(ctx context.Context, v *vault.Vault, subject string) (bool, error) {
	without, _ := ctx.Value(unkeyedKey{}).(map[string]struct{})
	if _, known := without[subject]; known {
		return false, nil
	}
	has, err := v.HasKey(ctx, subject)
	if without != nil && err == nil && !has {
		without[subject] = struct{}{}
	}
	return has, err
}

// keyMade tells that somebody made one of the keys that there were none of: what was
// decided then compares texts in clear with sealed ones, and is to be decided anew.
func keyMade(ctx context.Context, v *vault.Vault) (bool, error) {
	without, _ := ctx.Value(unkeyedKey{}).(map[string]struct{})
	for subject := range without {
		if has, err := v.HasKey(ctx, subject); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

var (
	errNoKey    = errors.New("a key would have to be made")
	errAccepted = errors.New("it would be recorded")
)

// trial is a log that records nothing. A single command is accepted by what it would
// record first; of many the decisions go on.
type trial struct {
	journal.Log
	single bool
}

func (t trial) Append(_ context.Context, _ string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if t.single {
		return journal.Written{}, errAccepted
	}
	return journal.Written{Revision: expected + int64(len(events))}, nil
}

// once is a log of which a stream is read once while it is empty: it stays so until an
// append that expects it fails. It is of one decision.
type once struct {
	journal.Log
	stream string
	empty  bool
}

func (o *once) ReadStream(ctx context.Context, stream string, from uint64, each func(*journal.Recorded) error) error {
	if stream != o.stream {
		return o.Log.ReadStream(ctx, stream, from, each)
	}
	if o.empty {
		return nil
	}
	empty := from == 0
	err := o.Log.ReadStream(ctx, stream, from, func(r *journal.Recorded) error {
		empty = false
		return each(r)
	})
	o.empty = empty && err == nil
	return err
}

func (o *once) Append(ctx context.Context, stream string, expected int64, events ...journal.Decided) (journal.Written, error) {
	if stream == o.stream { // lists are entered by several at once
		o.empty = false
	}
	return o.Log.Append(ctx, stream, expected, events...)
}

// keyless carries a command out, where it is allowed, that seals its texts before it
// records anything.
func (l *Ledger) keyless(ctx context.Context, o Origin, c Request, do func(context.Context, *Ledger, Origin) (journal.Result, error)) (journal.Result, error) {
	o, err := l.allowed(ctx, o, c)
	if err != nil {
		return journal.Result{}, err
	}
	for attempt := 1; ; attempt++ {
		r, err := l.keylessOnce(ctx, func(ctx context.Context, l *Ledger) (journal.Result, error) { return do(ctx, l, o) })
		if attempt == overtakenAttempts || !errors.Is(err, domain.ErrOvertaken) {
			return r, err
		}
	}
}

// overtakenAttempts bounds how often a command is prepared anew because somebody else was
// faster.
const overtakenAttempts = 3

func (l *Ledger) keylessOnce(ctx context.Context, do func(context.Context, *Ledger) (journal.Result, error)) (journal.Result, error) {
	for {
		ctx := unkeyed(ctx)
		r, err := do(asksFirst.in(ctx), l)
		if !errors.Is(err, errNoKey) {
			return r, err
		}
		tried := *l
		tried.Log.Log = trial{l.Log.Log, true}
		if r, err = do(asIfForReal.in(ctx), &tried); errors.Is(err, errAccepted) {
			return do(makingKeys.in(ctx), l)
		}
		if made, failed := keyMade(ctx, l.Vault); failed != nil || !made {
			return r, errors.Join(err, failed)
		}
	}
}

// withoutKey is a text of a subject that has no key, as the context says; done is
// false where it is to be sealed.
func withoutKey(ctx context.Context, v *vault.Vault, of domain.Seal, text string) (sealed domain.Sealed, done bool, err error) {
	how := sealingOf(ctx)
	if how == makingKeys {
		return "", false, nil
	}
	has, err := hasKey(ctx, v, of.Subject.Subject())
	switch {
	case has || err != nil:
		return "", err != nil, err
	case how == asksFirst:
		return "", true, errNoKey
	}
	return domain.Sealed(of.Field + ":" + text), true, nil
}
