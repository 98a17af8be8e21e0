// Package intake records what passed through the ledger's doors: files that
// were imported to the end, requests with their idempotency keys, and readings
// of personal data.
//
// Streams: `import-<hash of the file>`, `request-<hash of the key>`,
// `asked-<account>-<day>` (who asked for people outside their limits, so that it is bounded),
// `access-<yyyy-mm>-<id>`, one for each reading, so that readings of one moment
// never meet and none waits for those before it (earlier builds kept a month's
// readings in one stream `access-<yyyy%2Dmm>`). Hashes are keyed, so that neither
// a file nor a request can be guessed from them.
package intake

import "ksiega/domain"

// FileFinished says that every row of a file was decided and recorded.
type FileFinished struct {
	File     string `json:"file"` // keyed hash of kind and content
	Kind     string `json:"kind"`
	Rows     int    `json:"rows"`
	Accepted int    `json:"accepted"`
	Refused  int    `json:"refused"`
	Known    int    `json:"known"`
}

// RequestTaken binds an idempotency key to the request it came with, for as long as
// the key of its day is kept; see Ledger.ForgetRequests. Version 1 kept a hash for ever.
type RequestTaken struct {
	Day     domain.Date   `json:"day,omitzero"`
	Request domain.Sealed `json:"request,omitzero"` // hashes of what was asked, without its sealed part and whole, salted with the idempotency key's
}

// RequestRefused says that a request that was taken was refused, and that nothing was
// recorded under its key.
type RequestRefused struct {
	Day domain.Date `json:"day"`
}

// TypeRequestTakenV1 holds an unsalted hash of the request for ever, which is no sealed
// text and opens as none.
const TypeRequestTakenV1 = "intake.request-taken.v1"

// requestDays begins the id of whose key seals the requests of one day.
const requestDays = "requests-"

// DaySeal is how a request is sealed: by a key of its day, which is destroyed when the
// days that keys are kept for are over.
func DaySeal(day domain.Date) domain.Seal {
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAccess, ID: requestDays + day.String()}, Field: "request"}
}

// RequestSubjects begins the name of the vault's subjects of DaySeal.
func RequestSubjects() string { return domain.Ref{Kind: domain.RefAccess, ID: requestDays}.Subject() }

// Seal is DaySeal: the request is all that is sealed.
func (e RequestTaken) Seal(string) domain.Seal { return DaySeal(e.Day) }

// PersonalDataRead says that somebody had sealed fields opened, and whose.
type PersonalDataRead struct {
	Reading string      `json:"reading,omitzero"` // id drawn for it; none in the first version
	On      domain.Date `json:"on,omitzero"`
	What    string      `json:"what"` // the report, or replay
	// Filters are what the question was limited to: ids, days and codes that
	// matched something recorded, never what somebody merely typed.
	Filters []Filter `json:"filters,omitzero"`
	// Subjects are whose texts were shown. Of more than MaxSubjects none is
	// listed and Many is set: then the filters say whose.
	Subjects []Subject     `json:"subjects,omitzero"`
	Many     bool          `json:"many,omitzero"`
	Reason   domain.Sealed `json:"reason,omitzero"`
}

// MaxSubjects bounds whom one reading lists.
const MaxSubjects = 250

// Filter is one parameter of the question that was answered.
type Filter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Subject is one whose texts were shown.
type Subject struct {
	Kind domain.RefKind `json:"kind"`
	ID   string         `json:"id"`
}

// AccessStream is where one reading is recorded.
func AccessStream(on domain.Date, reading string) string {
	return "access-" + on.Month().String() + "-" + domain.Escape(reading)
}

// ReasonSeal is how the reason of a reading is sealed: by a key of its own, which
// outlives those of the people who were read about. The first version's readings
// share one.
func ReasonSeal(reading string) domain.Seal {
	if reading == "" {
		reading = "reasons"
	}
	return domain.Seal{Subject: domain.Ref{Kind: domain.RefAccess, ID: reading}, Field: "reason"}
}

// Seal is ReasonSeal: the reason is all that is sealed.
func (e PersonalDataRead) Seal(string) domain.Seal { return ReasonSeal(e.Reading) }

// Names of the events, for ever.
func (FileFinished) EventType() string     { return "intake.file-finished.v1" }
func (RequestTaken) EventType() string     { return "intake.request-taken.v2" }
func (RequestRefused) EventType() string   { return "intake.request-refused.v1" }
func (PersonalDataRead) EventType() string { return "intake.personal-data-read.v2" }

// Files and requests have no day but that of their recording.
func (FileFinished) OccurredOn() domain.Date       { return 0 }
func (RequestTaken) OccurredOn() domain.Date       { return 0 }
func (e RequestRefused) OccurredOn() domain.Date   { return e.Day }
func (e PersonalDataRead) OccurredOn() domain.Date { return e.On }

// A file concerns what its rows concern, a request what is recorded for it.
func (FileFinished) Refs() []domain.Ref   { return nil }
func (RequestTaken) Refs() []domain.Ref   { return nil }
func (RequestRefused) Refs() []domain.Ref { return nil }

// Refs names whose texts were shown, and what the question was limited to, so that
// the history of a person tells who read about them.
func (e PersonalDataRead) Refs() []domain.Ref {
	refs := make([]domain.Ref, 0, len(e.Subjects)+len(e.Filters))
	for _, s := range e.Subjects {
		refs = append(refs, domain.Ref(s))
	}
	for _, f := range e.Filters {
		switch kind := domain.RefKind(f.Name); kind {
		case domain.RefParticipant, domain.RefAssistant, domain.RefContract, domain.RefAgreement, domain.RefProgramme, domain.RefClaim,
			domain.RefStatement, domain.RefFinding:
			refs = append(refs, domain.Ref{Kind: kind, ID: f.Value})
		}
	}
	return domain.Refs(refs...)
}

// File is the state of an import stream.
type File struct{ Last FileFinished }

// Clean says whether the file was imported to the end with nothing refused.
func (f File) Clean() bool { return f.Last.File != "" && f.Last.Refused == 0 }

// Finish records the outcome of an import; each run of the same file may.
type Finish struct{ Outcome FileFinished }

// FileDecider decides about finished files.
func FileDecider() domain.Decider[File, Finish] {
	return domain.Decider[File, Finish]{
		Decide: func(f File, c Finish) ([]domain.Event, error) {
			if f.Last == c.Outcome || f.Clean() {
				return nil, nil
			}
			return []domain.Event{c.Outcome}, nil
		},
		Evolve: func(f File, e domain.Event) File {
			if e, ok := e.(FileFinished); ok {
				f.Last = e
			}
			return f
		},
		Events: domain.Types(FileFinished{}),
	}
}

// ErrKeyReused refuses an idempotency key that came with another request.
var ErrKeyReused = domain.Refusal(domain.CodeConflict, "the idempotency key was used for another request")

// RequestCommand is what may be asked of an idempotency key: TakeRequest or
// RefuseRequest.
type RequestCommand interface{ request() }

// TakeRequest begins to carry a request out under its key. Whether the key is another
// request's whoever asks has looked, at the revision it is taken at (commands.Once).
type TakeRequest struct{ RequestTaken }

// RefuseRequest ends one that was taken: it was refused.
type RefuseRequest struct{ RequestRefused }

func (TakeRequest) request()   {}
func (RefuseRequest) request() {}

// Taken is what a key is bound to, as long as one of those that took it may have
// recorded something: it is not known of all that they were refused.
type Taken struct {
	InHand int // taken and not refused
	RequestTaken
}

// Bound says whether the key is a request's.
func (t Taken) Bound() bool { return t.InHand > 0 }

// RequestDecider decides about idempotency keys. Whether a request is the same only its
// opened hash tells, see commands.Once.
func RequestDecider() domain.Decider[Taken, RequestCommand] {
	return domain.Decider[Taken, RequestCommand]{
		Decide: func(t Taken, c RequestCommand) ([]domain.Event, error) {
			switch c := c.(type) {
			case TakeRequest:
				return []domain.Event{c.RequestTaken}, nil
			case RefuseRequest:
				if !t.Bound() {
					return nil, nil
				}
				return []domain.Event{c.RequestRefused}, nil
			}
			return nil, domain.UnknownCommand(c)
		},
		Evolve: func(t Taken, e domain.Event) Taken {
			switch e := e.(type) {
			case RequestTaken:
				return Taken{t.InHand + 1, e}
			case RequestRefused:
				t.InHand--
			}
			return t
		},
		Events: domain.Types(RequestTaken{}, RequestRefused{}),
	}
}
