package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// bounds on one operation and its repetition.
type bounds struct {
	deadline time.Duration // of one attempt, and of silence within a read
	patience time.Duration // since the last progress; afterwards nothing is tried again
	pause    time.Duration // before the second attempt; grows with the square, up to maxPause
}

// maxPause keeps the attempts close enough for a cluster that chooses a leader.
const maxPause = time.Second

const (
	deadline = 10 * time.Second
	patience = 20 * time.Second

	// Lasting is how long an append may land after it was begun: the last attempt is
	// made when patience ends.
	Lasting = patience + deadline
)

// defaultBounds leave a cluster several times what it takes to choose a new
// leader, also where the first attempt waited for the one that died.
func defaultBounds() bounds {
	return bounds{deadline: deadline, patience: patience, pause: 100 * time.Millisecond}
}

var (
	errClosed  = errors.New("the journal is closed")
	errStalled = errors.New("no answer within the deadline")
	errCut     = errors.New("the client was closed under the operation")
)

// sharedClient is one client and those who use it.
//
// The official client closes itself for good when it finds no node, whoever asks
// it for a connection at that moment waits for ever, and no context ends its
// search. So one is proven by one goroutine before anybody uses it, and again
// after the client was sent on to another node; after the connection breaks it
// takes no new users, and the last one closes it.
type sharedClient struct {
	client *esdb.Client
	proof  *proof // guarded by Journal.mu
	users  int    // guarded by Journal.mu
	gone   bool   // takes no new users; guarded by Journal.mu
}

// proof that the client is connected.
type proof struct {
	done chan struct{} // closed when it is, or err says why not
	err  error
}

func newProof() *proof { return &proof{done: make(chan struct{})} }

func (j *Journal) acquire(ctx context.Context) (*sharedClient, error) {
	j.mu.Lock()
	if j.life.Err() != nil {
		j.mu.Unlock()
		return nil, errClosed
	}
	l := j.shared
	if l == nil {
		client, err := esdb.NewClient(j.config)
		if err != nil {
			j.mu.Unlock()
			return nil, fmt.Errorf("connect to the event store: %w", err)
		}
		l = &sharedClient{client: client, proof: newProof(), users: 1}
		j.shared = l
		go j.prove(l, l.proof)
	}
	l.users++
	p := l.proof
	j.mu.Unlock()
	if err := p.wait(ctx, j.bounds.deadline); err != nil {
		j.release(l, healthy)
		return nil, err
	}
	return l, nil
}

// prove is one of its users until it is done.
func (j *Journal) prove(l *sharedClient, p *proof) {
	_, p.err = guarded(l.client.GetServerVersion)
	f := healthy
	if p.err != nil {
		f = dead
		j.retire(l)
		if why := j.diagnose(j.life); why != nil {
			p.err = why
		}
	}
	close(p.done)
	j.release(l, f)
}

// proveAnew is for a client that was sent on to another node.
func (j *Journal) proveAnew(l *sharedClient) {
	j.mu.Lock()
	defer j.mu.Unlock()
	select {
	case <-l.proof.done:
	default:
		return // under way
	}
	if l.gone {
		return
	}
	l.proof = newProof()
	l.users++
	go j.prove(l, l.proof)
}

func (p *proof) wait(ctx context.Context, limit time.Duration) error {
	select {
	case <-p.done:
		return p.err
	default:
	}
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return errStalled
	}
}

func (j *Journal) retire(l *sharedClient) {
	j.mu.Lock()
	defer j.mu.Unlock()
	l.gone = true
	if j.shared == l {
		j.shared = nil
	}
}

// condition is what an operation's end says about its client.
type condition int

const (
	healthy condition = iota
	moved             // the client goes on to the node it was told of
	severed           // the connection is; operations under way end by themselves
	dead              // the client closed itself; operations under way may be stuck
)

// done releases a client after an operation that ended with err. One whose context
// ended says nothing of the connection.
func (j *Journal) done(ctx context.Context, l *sharedClient, err error) {
	f := conditionOf(err)
	if ctx.Err() != nil && f == severed {
		f = healthy
	}
	j.release(l, f)
}

func (j *Journal) release(l *sharedClient, f condition) {
	switch f {
	case moved:
		j.proveAnew(l)
	case severed, dead:
		j.retire(l)
	}
	j.mu.Lock()
	l.users--
	shut := l.users == 0 && l.gone || f == dead
	j.mu.Unlock()
	if shut {
		_ = l.client.Close()
	}
}

// conditionOf judges the error of an operation on a proven client.
func conditionOf(err error) condition {
	var e *esdb.Error
	switch {
	case err == nil:
		return healthy
	case errors.Is(err, errCut):
		return dead
	case errors.Is(err, errStalled), errors.Is(err, io.EOF):
		return severed
	case errors.As(err, &e):
		switch {
		case undiscovered(e):
			return dead
		case e.Code() == esdb.ErrorCodeNotLeader:
			return moved
		}
	}
	switch statusOf(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.NotFound:
		return severed
	}
	return healthy
}

// undiscovered: the client looked for a node, found none and closed itself. It
// says so with the code of its last try, and wraps what an operation's own
// failure holds as it is.
func undiscovered(e *esdb.Error) bool {
	switch e.Code() {
	case esdb.ErrorCodeConnectionClosed:
		return true
	case esdb.ErrorUnavailable, esdb.ErrorCodeUnknown, esdb.ErrorCodeDeadlineExceeded:
		_, own := e.Err().(interface{ GRPCStatus() *status.Status }) //nolint:errorlint // wrapped is what it looks for
		return !own && e.Err() != nil && !errors.Is(e.Err(), io.EOF)
	}
	return false
}

// statusOf is the gRPC status under an error; Unknown where there is none.
func statusOf(err error) codes.Code {
	s, ok := status.FromError(err)
	if !ok {
		return codes.Unknown
	}
	return s.Code()
}

// guarded runs a call of the client. A client closed under a call makes it send
// on a closed channel; that panic alone becomes an error.
func guarded[T any](call func() (T, error)) (result T, err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if re, ok := r.(runtime.Error); ok && re.Error() == "send on closed channel" {
			err = errCut
			return
		}
		panic(r)
	}()
	return call()
}

type verdictKind int

const (
	again verdictKind = iota
	conflict
	damage
	final
)

// verdict says whether an operation that failed may be sent again. A node that
// does not lead and knows nobody who does answers NotFound; a stream that does
// not exist is never told by a status.
func verdict(err error) verdictKind {
	var e *esdb.Error
	if errors.Is(err, errClosed) || errors.Is(err, ErrRefused) {
		return final
	}
	if errors.As(err, &e) {
		switch {
		case e.Code() == esdb.ErrorCodeWrongExpectedVersion:
			return conflict
		case e.Code() == esdb.ErrorCodeNotLeader, undiscovered(e):
			return again
		case e.Code() == esdb.ErrorCodeStreamDeleted, e.Code() == esdb.ErrorCodeParsing:
			return final
		}
	}
	switch statusOf(err) {
	case codes.DataLoss:
		return damage
	case codes.InvalidArgument, codes.AlreadyExists, codes.PermissionDenied, codes.FailedPrecondition,
		codes.OutOfRange, codes.Unimplemented, codes.Unauthenticated, codes.ResourceExhausted:
		return final
	}
	return again
}

// stopped wraps what a caller's own function answered: it is nobody's business
// but the caller's.
type stopped struct{ error }

// persist repeats an operation until it ends, fails for good, or has failed for
// as long as the journal is patient without any progress.
func (j *Journal) persist(ctx context.Context, what string, once func(context.Context) (progress bool, err error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(j.life, cancel)
	defer stop()
	since := time.Now()
	for attempt := 1; ; attempt++ {
		progress, err := once(ctx)
		if err == nil {
			return nil
		}
		var s stopped
		if errors.As(err, &s) {
			return s.error
		}
		if end := j.ended(ctx); end != nil {
			return fmt.Errorf("%s: %w", what, end)
		}
		switch verdict(err) {
		case conflict:
			return ErrConflict
		case damage:
			return fmt.Errorf("%s: %w (%w)", what, ErrDamaged, err)
		case final:
			if why := j.denied(err); why != nil {
				err = why
			}
			return fmt.Errorf("%s: %w", what, err)
		}
		if progress {
			attempt, since = 1, time.Now()
		}
		if time.Since(since) >= j.bounds.patience {
			return fmt.Errorf("%s: %w (%w)", what, ErrUnavailable, err)
		}
		if j.rest(ctx, attempt) != nil {
			return fmt.Errorf("%s: %w", what, j.ended(ctx))
		}
	}
}

// ended says why an operation must not go on: the caller's context, or Close.
func (j *Journal) ended(ctx context.Context) error {
	if j.life.Err() != nil {
		return errClosed
	}
	return ctx.Err()
}

// rest waits before the next attempt.
func (j *Journal) rest(ctx context.Context, attempt int) error {
	t := time.NewTimer(min(time.Duration(attempt*attempt)*j.bounds.pause, maxPause))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// lend makes one attempt at an operation with the client.
func (j *Journal) lend(ctx context.Context, use func(*sharedClient) error) error {
	l, err := j.acquire(ctx)
	if err != nil {
		return err
	}
	err = use(l)
	j.done(ctx, l, err)
	return err
}

// pull makes one attempt at a read and hands over what arrives.
func (j *Journal) pull(ctx context.Context, open opened, each func(*esdb.RecordedEvent) error) error {
	return j.lend(ctx, func(l *sharedClient) error { return j.pullOver(ctx, l, open, each) })
}

// opened begins a read.
type opened func(context.Context, *esdb.Client) (*esdb.ReadStream, error)

func (j *Journal) pullOver(ctx context.Context, l *sharedClient, open opened, each func(*esdb.RecordedEvent) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Silence is bounded, the whole read is not.
	watch := time.AfterFunc(j.bounds.deadline, func() { cancel(errStalled) })
	defer watch.Stop()
	events, err := guarded(func() (*esdb.ReadStream, error) { return open(leading(ctx), l.client) })
	if err != nil {
		return stall(ctx, err)
	}
	defer events.Close()
	for {
		watch.Reset(j.bounds.deadline)
		e, err := guarded(events.Recv)
		watch.Stop()
		if errors.Is(err, io.EOF) && context.Cause(ctx) == nil {
			return nil
		}
		if err != nil {
			return stall(ctx, err)
		}
		if e.Event == nil {
			continue
		}
		if err := each(e.Event); errors.Is(err, ErrEnough) {
			return nil
		} else if err != nil {
			return stopped{err}
		}
	}
}

// leading asks for the node that leads: another one may not know yet what was
// recorded last. The client means to ask it by itself, but loses the header.
func leading(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "requires-leader", "true")
}

// stall names silence as the cause of an error, where it is.
func stall(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}
