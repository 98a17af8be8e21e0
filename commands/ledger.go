package commands

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"ksiega/commands/programmefile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/contract"
	"ksiega/domain/erasure"
	"ksiega/domain/participant"
	"ksiega/domain/programme"
	"ksiega/internal/journal"
	"ksiega/internal/vault"
)

// Ledger carries out commands. All fields are needed; it is safe for concurrent
// use.
type Ledger struct {
	Log       Log
	Vault     *vault.Vault
	Catalogue *programme.Catalogue // that the build has embedded, see RecordEditions
	Zone      *time.Location       // Europe/Warsaw
	Now       func() time.Time     // the ledger's clock
	WorkWeek  programme.WorkWeek   // which days a claim may not ask for
	// Matching is held while a line is matched to a claim or freed from it: two streams
	// agree on that, and somebody between them could leave money with a claim whose line
	// is free.
	Matching *sync.Mutex
	// Registering keeps two from registering one PESEL at once.
	Registering *Registering
	// Refused, if set, is told the code of each command that a door is refused, see counted.
	Refused func(domain.Code)
	// Draw, if set, gives the ids that nobody chooses instead of crypto/rand.
	Draw func() string
	// Mentions, if set, finds what is written about a person under other keys: whose
	// texts are all about the person, and what others have.
	Mentions func(context.Context, domain.Ref) (along []domain.Ref, left []erasure.Left, err error)
	// Older, if set, finds what earlier builds did not list.
	Older *Older
	// Ordered, if set, is told whose erasure was ordered, before the key goes; where it
	// fails, the key stays.
	Ordered func(context.Context, domain.Ref) error
	// Guesses, if set, counts for NoteGuesses.
	Guesses *Guesses
	// Sample, if set, says with ErrSampleOver that the accounts of the sample let nobody in:
	// the ledger holds more than that. Where it is not set they let nobody in either.
	Sample func(context.Context) error

	ways map[string]journal.WayBack // from facts, by their types without a version
}

// Open is the ledger of a log and its keys, by the clock of this machine and without what
// may be set.
func Open(j *journal.Journal, v *vault.Vault) (*Ledger, error) {
	catalogue, err := programmefile.Catalogue()
	if err != nil {
		return nil, err
	}
	facts, err := journal.Ledger()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	return &Ledger{Log: NewLog(j, v), Vault: v, Catalogue: catalogue, Zone: zone, Now: time.Now, Matching: new(sync.Mutex),
		Registering: new(Registering), Older: NewOlder(j, true), ways: facts.Ways()}, nil
}

// Draft is the ledger as a dry run sees it: what it records is kept nowhere.
func (l *Ledger) Draft(ctx context.Context, j *journal.Journal, master vault.MasterKey) (*Ledger, error) {
	draft := journal.NewDraft(j, l.Now)
	v, err := vault.Open(ctx, draft.KeyStore(), master)
	if err != nil {
		return nil, err
	}
	v.Gate(l.Vault.Usable) // whom this process has forgotten, a dry run has
	dry := *l
	dry.Log, dry.Vault, dry.Refused, dry.Guesses, dry.Registering, dry.Older = NewLog(draft, v), v, nil, nil, new(Registering), NewOlder(j, false)
	return &dry, nil
}

// Origin says who asks for a command, through which door and under which key.
type Origin struct {
	access.Who
	Correlation string
	// Key is the idempotency key of the request; "" has none.
	Key string
	// Expected is the revision the stream must be at; nil: any.
	Expected *int64
	// Shown is the position of the last event that whoever asks was shown of what the command
	// is about, the zero Position where nothing was recorded; nil: they were shown nothing. What
	// a colleague has recorded of it since is met as journal.ErrSeen. A command whose use case
	// does not say which events are of it refuses to be carried out by what was shown.
	Shown *journal.Position

	// role is the one that allowed what is decided, and sight somebody in the roles that reach
	// it; none while nobody has asked.
	role  string
	sight *access.Who

	file string // keyed hash of the imported file
	row  int
	// settled: the key was bound before this build could compare requests, so that
	// only what was decided under it is answered.
	settled bool
}

// SawAt reads Shown from what a page carried of it: a position as text.
func (o *Origin) SawAt(text string) error {
	at, err := journal.ReadPosition(text)
	if err == nil {
		o.Shown = &at
	}
	return err
}

// draw is an id that nobody chooses.
func (l *Ledger) draw() string {
	if l.Draw != nil {
		return l.Draw()
	}
	return rand.Text()
}

// DoorKey is the key of what the doors hide for themselves, in pages and in what they remember
// for a while. Every server of the ledger has the same, until the master key is made anew.
func (l *Ledger) DoorKey() []byte {
	key := l.Vault.MACs("door", []byte("v1"))[0]
	return key[:]
}

// macs are keyed hashes of some data under the master in force and those before it,
// the latest first.
func (l *Ledger) macs(purpose string, data []byte) []string {
	return inHex(l.Vault.MACs(purpose, data))
}

// keyMACs are macs of an idempotency key: what a master from before the days that keys
// are kept for hashed is not recognised any more.
func (l *Ledger) keyMACs(purpose string, data []byte) []string {
	today := l.Now().In(l.Zone)
	since := time.Date(today.Year(), today.Month(), today.Day()-keyDays, 0, 0, 0, 0, l.Zone)
	return inHex(l.Vault.MACsSince(since, purpose, data))
}

func inHex(sums [][32]byte) (all []string) {
	for _, sum := range sums {
		all = append(all, hex.EncodeToString(sum[:16]))
	}
	return all
}

// Result is what a command led to.
type Result = journal.Result

// errNotShown is a mistake in the program: a door says what was shown of something that the
// command does not tell apart.
var errNotShown = errors.New("it is not said which events are of what was shown")

// execute runs a prepared decision for one command that is allowed.
func execute[S, C any](ctx context.Context, l *Ledger, stream string, d domain.Decider[S, C], cmd C, o Origin) (journal.Result, error) {
	return executeSeen(ctx, l, stream, nil, d, cmd, o)
}

// executeSeen is execute for a command that is about one thing of its stream; says tells
// the events of it, nil where nobody can.
func executeSeen[S, C any](ctx context.Context, l *Ledger, stream string, says func(domain.Event) bool, d domain.Decider[S, C], cmd C, o Origin) (journal.Result, error) {
	var shown *journal.Shown
	switch {
	case o.Shown != nil && says == nil:
		return journal.Result{}, fmt.Errorf("%T: %w", cmd, errNotShown)
	case o.Shown != nil:
		shown = &journal.Shown{At: *o.Shown, Of: says}
	}
	r, err := journal.ExecuteSeen(ctx, l.Log, stream, o.Expected, shown, naming(d), cmd, l.meta(o), l.former(o)...)
	return r, l.byWhom(o, err)
}

// byWhom leaves out of ErrSeen who changed what was shown, unless whoever asks may see the
// history, and says when by the clock of the centre.
func (l *Ledger) byWhom(o Origin, err error) error {
	var seen *domain.Error
	if !errors.Is(err, journal.ErrSeen) || !errors.As(err, &seen) {
		return err
	}
	told := *seen
	told.Args = slices.Clone(seen.Args)
	for i, arg := range told.Args {
		if at, ok := arg.(time.Time); ok {
			told.Args[i] = at.In(l.Zone)
		}
	}
	if !o.May(access.Replay) {
		told.Args = told.Args[:1]
	}
	return &told
}

// carry runs the decision that a request asks for on its own stream, as far as
// whoever asks may see it.
func carry[S, C any](ctx context.Context, l *Ledger, o Origin, request Request, stream string, d domain.Decider[S, C], cmd C) (journal.Result, error) {
	return carrySeen(ctx, l, o, request, stream, nil, d, cmd)
}

// carrySeen is carry for a command that is about one thing of its stream, see executeSeen.
func carrySeen[S, C any](ctx context.Context, l *Ledger, o Origin, request Request, stream string, says func(domain.Event) bool, d domain.Decider[S, C], cmd C) (journal.Result, error) {
	return executeSeen(ctx, l, stream, says, onlyDone(o, veiled(o, request, d)), cmd, o)
}

// followed is the result of a command that two streams take: the revision is that
// of the first, which the command is about, the position covers both.
func followed(first, second journal.Result) journal.Result {
	return journal.Result{Revision: first.Revision, Position: first.Position.Later(second.Position), Events: first.Events + second.Events}
}

// happened refuses a day on which nothing can have happened yet, or any more.
func (l *Ledger) happened(field string, day domain.Date) error {
	return domain.At(field, domain.Happened(day, domain.DateOf(l.Now().In(l.Zone))))
}

// happenedIn is happened for a month.
func (l *Ledger) happenedIn(field string, month domain.Month) error {
	return domain.At(field, domain.HappenedIn(month, domain.DateOf(l.Now().In(l.Zone))))
}

// counted counts what somebody is refused, and hands it back. Whoever answers asks for it,
// once a command: Once, which doors carry out single commands by, a row of a file, a match
// of many, an erasure, a reading. What carries a command out never does: it may be tried
// several times, over several streams.
func (l *Ledger) counted(o Origin, err error) error {
	var refusal *domain.Error
	if l.Refused != nil && errors.As(err, &refusal) {
		l.Refused(refusal.Code)
	}
	l.Guesses.count(o, err)
	return err
}

// id is an identifier as a person gave it: in NFC, checked.
func id(s string) (string, error) { return domain.CheckID(norm.NFC.String(s)) }

// needID checks an identifier in a field of a command, in place.
func needID(field string, given *string) error {
	checked, err := id(*given)
	if err == nil {
		*given = checked
	}
	return domain.At(field, err)
}

// mayID is needID that leaves an empty one to the decision.
func mayID(field string, given *string) error {
	if *given == "" {
		return nil
	}
	return needID(field, given)
}

// sealer seals the texts of one command, each as its event says, and keeps the
// first failure.
type sealer struct {
	ctx   context.Context
	vault *vault.Vault
	named domain.Ref // the last that may be named
	// unknown is said of a participant who may not be named anew and has to be recorded; nil
	// where the command registers them.
	unknown error
	err     error
}

func (l *Ledger) sealer(ctx context.Context) *sealer { return &sealer{ctx: ctx, vault: l.Vault} }

// ofRecorded has participants refused as unknown who cannot be registered.
func (s *sealer) ofRecorded() *sealer {
	s.unknown = participant.ErrUnknown
	return s
}

// text seals a text. One of which nothing can be seen is none.
func (s *sealer) text(seal domain.Seal, text string) domain.Sealed {
	if s.err != nil || domain.Blank(text) {
		return ""
	}
	if s.err = s.nameable(seal.Subject); s.err != nil {
		return ""
	}
	sealed, done, err := withoutKey(s.ctx, s.vault, seal, text)
	if s.err = err; done {
		return sealed
	}
	made, err := s.vault.Seal(s.ctx, seal.Subject.Subject(), seal.Field, seal.Scope.String(), text)
	if s.err = err; errors.Is(err, vault.ErrErased) {
		s.err = erasure.ErrErased.At(seal.Field)
	}
	return domain.Sealed(made)
}

// reason is a reason that has to be given, except where nothing can be said in words any
// more since the subject's key was destroyed.
func (s *sealer) reason(seal domain.Seal, text string) (sealed domain.Sealed, wordless bool) {
	if s.err != nil || !domain.Blank(text) {
		return s.text(seal, text), false
	}
	wordless, s.err = s.vault.Erased(s.ctx, seal.Subject.Subject())
	return "", wordless
}

// lookups keeps what several rows or commands look up, for the length of one
// import of one file.
type lookups struct {
	log      journal.Log
	mu       sync.Mutex
	states   map[string]any // a *lookup of each stream's state
	embedded *programme.Catalogue
	listing  sync.Mutex      // held while a listing is completed
	listings map[string]bool // contracts of which it was
}

type lookup[S any] struct {
	once  sync.Once
	state S
	err   error
}

func (l *Ledger) lookups() *lookups {
	return &lookups{log: l.Log, states: map[string]any{}, embedded: l.Catalogue, listings: map[string]bool{}}
}

func look[S, C any](ctx context.Context, k *lookups, stream string, d domain.Decider[S, C]) (S, error) {
	k.mu.Lock()
	e, ok := k.states[stream].(*lookup[S])
	if !ok {
		e = &lookup[S]{}
		k.states[stream] = e
	}
	k.mu.Unlock()
	e.once.Do(func() {
		loaded, err := journal.Load(makingKeys.in(ctx), k.log, stream, d) // others get the answer too
		e.state, e.err = loaded.State, err
	})
	return e.state, e.err
}

// forget has everything looked up again, since somebody changed something meanwhile.
func (k *lookups) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.states)
}

// contract is a signed contract, or contract.ErrUnknown.
func (k *lookups) contract(ctx context.Context, number string) (contract.State, error) {
	s, err := look(ctx, k, domain.Stream("contract", number), contract.Decider())
	return s, cmp.Or(err, contract.ErrUnknown.Unless(s.Exists()))
}

// assisting refuses, under a name that nobody may be given anew, assistants who need not be
// recorded and are not: the record names them for the first time.
func (k *lookups) assisting(ctx context.Context, field string, ids ...string) error {
	for _, id := range ids {
		if id == "" {
			continue
		}
		s, err := look(ctx, k, participant.AssistantStream(id), participant.AssistantDecider())
		if err == nil && !s.Exists() && len(s.List.Streams()) == 0 {
			err = domain.At(field, domain.CheckNewID(id))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// agreement is a concluded agreement, or agreement.ErrUnknown.
func (k *lookups) agreement(ctx context.Context, number string) (agreement.State, error) {
	s, err := look(ctx, k, domain.Stream("agreement", number), agreement.Decider())
	return s, cmp.Or(err, agreement.ErrUnknown.Unless(s.Exists()))
}

// participant refuses with participant.ErrUnknown one who is not recorded.
func (k *lookups) participant(ctx context.Context, id string) error {
	s, err := look(ctx, k, participant.Stream(id), participant.Decider())
	return cmp.Or(err, participant.ErrUnknown.Unless(s.Exists()))
}

// assistant refuses with participant.ErrAssistant one who is not recorded.
func (k *lookups) assistant(ctx context.Context, id string) error {
	s, err := look(ctx, k, participant.AssistantStream(id), participant.AssistantDecider())
	return cmp.Or(err, participant.ErrAssistant.Unless(s.Exists()))
}
