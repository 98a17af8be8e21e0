package commands

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/intake"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// Idempotency keys are chosen by clients and may say anything: what is recorded of
// one, in streams, envelopes and event ids, is a keyed hash of it and of whose it is.
// Until then they were recorded as they came, which retries must still find.

// meta is the envelope of what an origin has recorded.
func (l *Ledger) meta(o Origin) journal.Meta {
	return journal.Meta{Actor: o.Actor, Role: cmp.Or(o.role, o.Role()), Correlation: o.Correlation, Key: l.key(o),
		Source: journal.Source{Door: string(o.Door), File: o.file, Row: o.row}}
}

// keys are the hashes of an origin's key, the one in force first and then those under
// earlier masters; none where it has no key. The row of a file is the same decision
// whoever imports it.
func (l *Ledger) keys(o Origin) []string {
	switch {
	case o.file != "":
		return l.macs("idempotency-key", joined("import", o.file, strconv.Itoa(o.row)))
	case o.Key != "":
		return l.keyMACs("idempotency-key", joined("caller", string(o.Door), o.Actor, o.Key))
	}
	return nil
}

func (l *Ledger) key(o Origin) string {
	if keys := l.keys(o); len(keys) > 0 {
		return keys[0]
	}
	return ""
}

// former are the forms that the key had: hashed under earlier masters, or, before keys
// were hashed, as it came.
func (l *Ledger) former(o Origin) []string {
	switch {
	case o.file != "":
		return append(l.keys(o)[1:], "import:"+o.file+":"+strconv.Itoa(o.row))
	case o.Key != "":
		return append(l.keys(o)[1:], formerKey(o.Key))
	}
	return nil
}

func formerKey(key string) string { return "api:" + key }

// done says whether something was decided under the origin's key.
func (l *Ledger) done(o Origin, keys map[string]journal.Position) bool {
	_, done := l.decided(o, keys)
	return done
}

// decided is where something was decided under the origin's key, in whatever form.
func (l *Ledger) decided(o Origin, keys map[string]journal.Position) (at journal.Position, done bool) {
	for _, k := range append([]string{l.key(o)}, l.former(o)...) {
		if at, done = keys[k]; done && k != "" {
			return at, true
		}
	}
	return at, false
}

// joined is the parts with the length of each before it.
func joined(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return b
}

// ofRow is the origin of one row of an imported file; the key follows from the
// file and the row, so that the same row read again is the same decision.
func (o Origin) ofRow(file string, row int) Origin {
	o.Door, o.file, o.row, o.Key, o.Expected, o.Shown = access.Imported, file, row, "", nil, nil
	return o
}

// item is a row's command for journal.ExecuteAll.
func item[C any](l *Ledger, o Origin, cmd C) journal.Item[C] {
	return journal.Item[C]{Cmd: cmd, Meta: l.meta(o), Earlier: l.former(o)}
}

// keyDays is how long the request of an idempotency key is kept: the day it came and
// this many after it.
const keyDays = 30

// Once carries a request out, where somebody may, as do does, and once under their
// idempotency key: it is bound to the request, and the same key with another one is
// refused with intake.ErrKeyReused. An empty key binds nothing.
//
// Only what the asker may see is compared: who may not see the sealed part of a
// request, or may not any more, gets the decision that was made under the key, and does
// not learn from it whether the sealed part was the same.
//
// A refusal binds nothing: the key is free for a mended request once everything that
// was begun under it was refused and nothing was recorded meanwhile. So whoever sends
// one request under two keys, or two under one, hears the same of both, and guesses are
// counted alike. Of somebody else's key, which is of another caller, nothing is heard.
//
// Cut short after the key is bound, the key stays bound and the same request goes on;
// cut short after it is carried out, the decision is found by its key. A key older than
// what is kept of it is refused, since nobody can say any more what it was for.
func Once[R Request](ctx context.Context, l *Ledger, o Origin, r R, do func(context.Context, Origin, R) (Result, error)) (Result, error) {
	answer, err := underKey(ctx, l, o, r, do)
	return answer, l.counted(o, err)
}

func underKey[R Request](ctx context.Context, l *Ledger, o Origin, r R, do func(context.Context, Origin, R) (Result, error)) (Result, error) {
	o, err := l.allowed(ctx, o, r)
	if err != nil {
		return Result{}, err
	}
	if o.Key == "" {
		return do(ctx, o, r)
	}
	earlier, err := l.boundEarlier(ctx, o)
	if err != nil {
		return Result{}, err
	}
	if earlier {
		o.settled = true
		return do(ctx, o, r)
	}
	key, answer, done, err := l.take(ctx, o, r)
	if done || err != nil {
		return answer, err
	}
	ctx, wrote := watchingWrites(ctx)
	answer, err = do(ctx, o, r)
	var refusal *domain.Error
	if errors.As(err, &refusal) && !wrote.Load() {
		l.freeKey(ctx, o, key) // where that fails, the key stays bound
	}
	return answer, err
}

// takes is how often a key is tried to be taken where others take it at once.
const takes = 5

// take binds the origin's key to a request, unless it is another's or the request was
// carried out before as far as its own stream tells.
func (l *Ledger) take(ctx context.Context, o Origin, r Request) (key string, answer Result, done bool, err error) {
	whole, err := json.Marshal(r)
	var open []byte
	if err == nil {
		open, err = json.Marshal(r.open())
	}
	if err != nil {
		return "", answer, false, fmt.Errorf("encode the request: %w", err)
	}
	for range takes {
		var taken journal.Loaded[intake.Taken]
		for _, key = range slices.Backward(l.keys(o)) { // the one in force comes last
			if taken, err = l.requestUnder(ctx, key); err != nil || taken.State.Bound() {
				break
			}
		}
		asked := hashes{open: requestHash(key, string(r.Operation()), open), whole: requestHash(key, string(r.Operation()), whole)}
		if err == nil && taken.State.Bound() {
			answer, done, err = l.answered(ctx, o, r, taken.State, asked)
		}
		if done || err != nil {
			return key, answer, done, err
		}
		if err = l.bind(ctx, o, key, taken.Revision, asked); !errors.Is(err, journal.ErrConflict) {
			return key, answer, false, err
		}
	}
	return key, answer, false, err
}

// answered is what a request led to that its key is bound to, as far as its own stream
// tells: since then it might be refused. It fails where the key is another request's.
func (l *Ledger) answered(ctx context.Context, o Origin, r Request, taken intake.Taken, asked hashes) (answer Result, done bool, err error) {
	same, err := l.isRequest(ctx, taken, asked, o.SeesAllOf(r.Operation()))
	if err == nil && !same {
		err = intake.ErrKeyReused
	}
	// One stream of it has all that the command records, or hears of it last.
	if err != nil {
		return answer, false, err
	}
	var stream string
	switch of := r.(type) {
	case interface{ lastStream() (string, error) }:
		stream, err = of.lastStream()
	case interface {
		lastStreamOf(context.Context, *Ledger) (string, error)
	}:
		stream, err = of.lastStreamOf(ctx, l)
	default:
		return answer, false, nil
	}
	if err != nil {
		return answer, false, nil //nolint:nilerr // what it names is no name, or more follows, as the command will see
	}
	at, last, err := l.decisions(ctx, stream)
	if position, done := l.decided(o, at); done {
		return Result{Position: position, Revision: last}, true, err
	}
	return answer, false, err
}

// decisions are where the decisions of a stream stand, by their keys.
func (l *Ledger) decisions(ctx context.Context, stream string) (at map[string]journal.Position, last int64, err error) {
	at, last = map[string]journal.Position{}, journal.NoStream
	err = l.Log.Log.ReadStream(ctx, stream, 0, func(r *journal.Recorded) error {
		if last = int64(r.Revision); r.Meta.Key != "" {
			at[r.Meta.Key] = r.Position
		}
		return nil
	})
	return at, last, err
}

func streamOf(category, name string) (string, error) {
	name, err := id(name)
	return domain.Stream(category, name), err
}

// boundEarlier says whether the key was bound by a version that recorded keys as they
// came: what it kept of the request must not be compared.
func (l *Ledger) boundEarlier(ctx context.Context, o Origin) (bool, error) {
	for _, hash := range l.keyMACs("request-key", []byte(formerKey(o.Key))) {
		if taken, err := l.requestUnder(ctx, hash); err != nil || taken.State.Bound() {
			return taken.State.Bound(), err
		}
	}
	return false, nil
}

func (l *Ledger) requestUnder(ctx context.Context, hash string) (journal.Loaded[intake.Taken], error) {
	return journal.Load(ctx, l.Log, domain.Stream("request", hash), intake.RequestDecider())
}

// bind takes the key for a request, where nobody took or gave it back since it was
// looked at.
func (l *Ledger) bind(ctx context.Context, o Origin, key string, at int64, asked hashes) error {
	today := domain.DateOf(l.Now().In(l.Zone))
	s := l.sealer(ctx)
	take := intake.TakeRequest{RequestTaken: intake.RequestTaken{Day: today, Request: s.text(intake.DaySeal(today), asked.open+":"+asked.whole)}}
	if s.err != nil {
		return s.err
	}
	return l.ofKey(ctx, o, key, &at, take)
}

// givings is how often a key is tried to be given back where others take it, or give it
// back, at once: what nobody gives back stays bound.
const givings = 50

// freeKey says of a request that took a key that it was refused.
func (l *Ledger) freeKey(ctx context.Context, o Origin, key string) {
	refuse := intake.RefuseRequest{RequestRefused: intake.RequestRefused{Day: domain.DateOf(l.Now().In(l.Zone))}}
	for range givings {
		if err := l.ofKey(ctx, o, key, nil, refuse); !errors.Is(err, journal.ErrConflict) {
			return
		}
	}
}

func (l *Ledger) ofKey(ctx context.Context, o Origin, key string, at *int64, c intake.RequestCommand) error {
	meta := l.meta(o)
	// Of two who take it at once in the same words each counts: without a name of its own
	// the store would take the second for the first sent again.
	meta.Key = "attempt:" + rand.Text()
	_, err := journal.ExecuteAt(ctx, l.Log, domain.Stream("request", key), at, intake.RequestDecider(), c, meta)
	return err
}

// isRequest compares a request with the one that a key is bound to, as far as whoever
// asks sees it. Earlier builds kept one hash, of what whoever asked then saw.
func (l *Ledger) isRequest(ctx context.Context, bound intake.Taken, asked hashes, seesAll bool) (bool, error) {
	seal := intake.DaySeal(bound.Day)
	was, err := l.Vault.Open(ctx, seal.Subject.Subject(), seal.Field, seal.Scope.String(), string(bound.Request))
	if errors.Is(err, vault.ErrErased) {
		return false, intake.ErrKeyReused.With("it was used more than %d days ago", keyDays)
	}
	open, whole, both := strings.Cut(was, ":")
	if !both {
		whole = open
	}
	if seesAll {
		return whole == asked.whole, err
	}
	return open == asked.open, err
}

// hashes are those of a request, without what is sealed of it and whole: which of them is
// compared follows from what may be seen by whoever sends it again.
type hashes struct{ open, whole string }

// requestHash is salted with the key's own hash, so that equal requests under two keys
// have nothing in common.
func requestHash(key, name string, body []byte) string {
	sum := sha256.Sum256(joined(key, name, string(body)))
	return hex.EncodeToString(sum[:])
}

// ForgetRequests destroys the keys to the requests of days that are over for longer
// than they are kept: of the request then nothing can be guessed from the log. Cut
// short, it is completed by the next call. The bytes of the destroyed keys leave the
// store when it is scavenged.
func (l *Ledger) ForgetRequests(ctx context.Context) error {
	today := domain.DateOf(l.Now().In(l.Zone))
	for _, subject := range l.Vault.Subjects(intake.RequestSubjects()) {
		day, err := domain.ParseDate(strings.TrimPrefix(subject, intake.RequestSubjects()))
		if err != nil || day+keyDays >= today {
			continue
		}
		if err := l.Vault.Erase(ctx, subject); err != nil {
			return fmt.Errorf("forget the requests of %s: %w", day, err)
		}
	}
	return nil
}

// errFollowed says that another stream hears of what a command recorded after its own, so
// that the command sent again has to see to that.
var errFollowed = errors.New("another stream follows")
