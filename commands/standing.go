package commands

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/agreement"
	"ksiega/domain/street"
	"ksiega/internal/journal"
)

// Recorded is an event with its envelope, as doors hand it on.
type Recorded = journal.Recorded

// Standing is a thing as it is recorded, in the fields of the form of its command.
type Standing struct {
	Typed     map[string]string // by the names of fields; nothing is recorded where it is nil
	Withdrawn bool              // it was taken back, and Typed is what it was
	Veiled    bool              // fields are left out that are not for whoever asks
	Seen      string            // what a form carries of it, see SawIn
	Position  string            // of the event that says so
	Subjects  []domain.Ref      // whose sealed texts Typed holds
}

// CommandOf is the command by which what an event says is put right; "" is none.
func (l *Ledger) CommandOf(e *Recorded) access.Operation {
	return access.Operation(l.ways[domain.Fact(e.Type)].Command)
}

// StandsAt is what stands today of the thing that an event says something of, as far as whoever
// asks may put it right and see it. It fails with access.ErrDenied.
func StandsAt[C Request](ctx context.Context, l *Ledger, o Origin, e *Recorded) (Standing, error) {
	said, err := saidBy(e.Event)
	if err != nil {
		return Standing{}, err
	}
	return standsUnder[C](ctx, l, o, e.Stream, keysOf(formOf(new(C)), said))
}

// StandsBy is StandsAt of what is told by the fields of a form that tell things apart, typed as
// in a file.
func StandsBy[C Request](ctx context.Context, l *Ledger, o Origin, typed map[string]string) (Standing, error) {
	c, keys := new(C), map[string]string{}
	columns := formOf(c)
	for _, col := range columns {
		if col.Key && typed[col.Name] != "" {
			keys[col.Name] = typed[col.Name]
		}
	}
	_ = FillForm(c, keys) // the other fields are missing
	said, err := membersOf(*c)
	if err != nil {
		return Standing{}, err
	}
	return standsUnder[C](ctx, l, o, standsIn(*c), keysOf(columns, said))
}

// SawIn puts into an origin what a form carried of a Standing: where its last event stood, of a
// command that tells the events of one thing apart, else the revision of its stream.
func (o *Origin) SawIn(r Request, text string) error {
	if text == "" {
		return nil
	}
	if _, tells := r.(tellsApart); tells {
		return o.SawAt(text)
	}
	revision, err := strconv.ParseInt(text, 10, 64)
	if err == nil && revision >= journal.NoStream {
		o.Expected = &revision
		return nil
	}
	return errNotShown
}

// standsIn is the stream of what a request is about; "" where nobody can tell.
func standsIn(r Request) string {
	switch c := r.(type) {
	case SignContract:
		return domain.Stream("contract", c.Number)
	case ChangeContract:
		return domain.Stream("contract", c.Number)
	case RegisterParticipant:
		return domain.Stream("participant", c.ID)
	case interface{ lastStream() (string, error) }:
		if stream, err := c.lastStream(); err == nil {
			return stream
		}
	}
	return ""
}

// found is the last event of a thing, and where its stream ends.
type found struct {
	event     domain.Event
	said      map[string]any
	position  journal.Position
	withdrawn bool
	last      uint64
}

// standsUnder finds in a stream what stands under an identity.
func standsUnder[C Request](ctx context.Context, l *Ledger, o Origin, stream string, keys map[string]string) (s Standing, err error) {
	op, columns := (*new(C)).Operation(), formOf(new(C))
	if err := o.Allowed(op); err != nil || stream == "" {
		return s, err
	}
	is, err := l.lastOf(ctx, op, columns, stream, keys)
	if err != nil || is.event == nil {
		return s, err
	}
	var c C
	if err := is.fill(&c); err != nil {
		return s, err
	}
	if o, err = l.allowed(ctx, o, c); err != nil {
		return s, err
	}
	texts, err := l.openedOf(ctx, o, is)
	if err != nil {
		return s, err
	}
	s = Standing{Typed: map[string]string{}, Withdrawn: is.withdrawn, Position: is.position.String()}
	for _, col := range columns {
		if ofAmendment(columns, col.Name) {
			continue
		}
		text := col.said(is.said[col.Field])
		if col.Secrecy != InClear || texts.sealed[text] {
			clear, known := texts.clear[text]
			s.Veiled = s.Veiled || text != "" && !known
			text = col.said(clear)
		}
		if text != "" {
			s.Typed[col.Name] = text
		}
	}
	if len(texts.clear) > 0 {
		s.Subjects = texts.subjects
	}
	if _, tells := Request(c).(tellsApart); tells {
		s.Seen = s.Position
	} else if standsIn(c) == stream {
		s.Seen = fmt.Sprint(is.last)
	}
	return s, nil
}

// lastOf is the last event of what the keys tell apart, among those that a command puts right.
func (l *Ledger) lastOf(ctx context.Context, op access.Operation, columns []column, stream string, keys map[string]string) (is found, err error) {
	err = l.Log.Log.ReadStream(ctx, stream, 0, func(r *Recorded) error {
		is.last = r.Revision
		if r.Event == nil || l.CommandOf(r) != op {
			return nil
		}
		said, err := saidBy(r.Event)
		if err != nil || !maps.Equal(keysOf(columns, said), keys) {
			return err
		}
		is.position, is.withdrawn = r.Position, strings.HasSuffix(domain.Fact(r.Type), "withdrawn")
		if !is.withdrawn || is.event == nil {
			is.event, is.said = r.Event, said
		}
		return nil
	})
	return is, err
}

// fill puts into a request what the event says in clear.
func (is found) fill(request any) error {
	sealed := map[any]bool{}
	domain.EachSeal(is.event, func(_ domain.Seal, text domain.Sealed) { sealed[string(text)] = true })
	plain := maps.Clone(is.said)
	maps.DeleteFunc(plain, func(_ string, value any) bool {
		text, is := value.(string)
		return is && sealed[text]
	})
	b, err := json.Marshal(plain)
	if err == nil {
		err = json.Unmarshal(b, request)
	}
	if err != nil {
		return fmt.Errorf("tell what stands: %w", err)
	}
	return nil
}

// openTexts are the sealed texts of an event, in clear where whoever asks sees their class.
type openTexts struct {
	sealed   map[string]bool
	clear    map[string]string
	subjects []domain.Ref
}

func (l *Ledger) openedOf(ctx context.Context, o Origin, is found) (openTexts, error) {
	texts, of := openTexts{sealed: map[string]bool{}, clear: map[string]string{}}, is.event
	var failed error
	each := func(seal domain.Seal, sealed domain.Sealed) {
		texts.sealed[string(sealed)] = true
		if failed != nil || !o.Sees(access.ClassOf(of, seal.Field)) {
			return
		}
		clear, known := sealed.InClear()
		if !known {
			clear, known, failed = l.Log.opened(ctx, seal, sealed)
		}
		if known {
			texts.clear[string(sealed)] = clear
			if whose := seal.Subject; !slices.Contains(texts.subjects, whose) {
				texts.subjects = append(texts.subjects, whose)
			}
		}
	}
	domain.EachSeal(of, each)
	if street, told := is.said["street"].(string); told && street != "" && failed == nil {
		err := l.eachPseudonym(ctx, street, func(named domain.Event, seal domain.Seal, sealed domain.Sealed) {
			of, is.said["pseudonym"] = named, string(sealed)
			each(seal, sealed)
		})
		failed = cmp.Or(failed, err)
	}
	return texts, failed
}

// eachPseudonym hands over what somebody of the street is called.
func (l *Ledger) eachPseudonym(ctx context.Context, id string, each func(domain.Event, domain.Seal, domain.Sealed)) error {
	return l.Log.Log.ReadStream(ctx, street.Stream(id), 0, func(r *Recorded) error {
		if named, is := r.Event.(street.Named); is {
			domain.EachSeal(named, func(seal domain.Seal, sealed domain.Sealed) { each(named, seal, sealed) })
		}
		return nil
	})
}

// ofAmendment says whether a field says how what is recorded is changed, and not what it is.
func ofAmendment(columns []column, name string) bool {
	switch name {
	case "korekta", "wycofanie", "powod_korekty":
		return true
	case "powod": // where a change has a reason of its own, the other field is the amendment's
		return !slices.ContainsFunc(columns, func(c column) bool { return c.Name == "powod_korekty" })
	}
	return false
}

// keysOf is what tells a thing apart: the fields in clear that do, and its number where these
// are of several.
func keysOf(columns []column, said map[string]any) map[string]string {
	keys := map[string]string{}
	for _, col := range columns {
		if col.Key && col.Secrecy == InClear {
			keys[col.Name] = col.said(said[col.Field])
		}
	}
	if entry, numbered := said["entry"]; numbered {
		keys["entry"] = fmt.Sprint(entry)
	}
	return keys
}

// said is a value of a command as it is typed into a field.
func (c column) said(value any) string {
	number, _ := value.(json.Number)
	n, _ := number.Int64()
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return map[bool]string{true: "tak"}[v]
	case []any:
		var all []string
		for _, each := range v {
			all = append(all, fmt.Sprint(each))
		}
		return strings.Join(all, ", ")
	case json.Number:
		switch c.Kind {
		case KindHours:
			return fmt.Sprintf("%d:%02d", n/60, n%60)
		case KindAmount:
			return fmt.Sprintf("%d,%02d", n/100, n%100)
		}
	}
	for _, known := range c.codes {
		if known.code == fmt.Sprint(value) {
			return known.name
		}
	}
	return fmt.Sprint(value)
}

// membersOf are the members of an event or a command as it is written.
func membersOf(v any) (map[string]any, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("read %T: %w", v, err)
	}
	members, d := map[string]any{}, json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, fmt.Errorf("read %T: %w", v, err)
	}
	return members, nil
}

// saidBy is what an event says, by the names that its command has for it.
func saidBy(e domain.Event) (map[string]any, error) {
	members, err := membersOf(e)
	if err != nil {
		return nil, err
	}
	for _, of := range []string{"after", "was", "before"} {
		if inner, nested := members[of].(map[string]any); nested {
			maps.Copy(members, inner)
			break
		}
	}
	fact := domain.Fact(e.EventType())
	noun, _, _ := strings.Cut(fact, ".")
	said := maps.Clone(members)
	for from, to := range calledOtherwise()[noun] {
		if value, is := members[from]; is {
			said[to] = value
		}
	}
	kind, _ := members["kind"].(string)
	if !strings.HasSuffix(fact, "withdrawn") {
		kind = fact
	}
	for _, of := range []string{fact, kind} {
		maps.Copy(said, meantBy()[of])
	}
	switch fact {
	case "agreement.concluded", "agreement.terms-corrected":
		said["refundBasis"] = map[any]string{string(agreement.Agreed): "umowna"}[members["refundBasis"]]
	case "refundclaim.accepted":
		if said["outcome"] = "przyjety"; members["partial"] == true {
			said["outcome"] = "czesciowo"
		} else {
			delete(said, "amountGrosze")
		}
	case "refundclaim.reclaimed":
		if members["all"] == true {
			delete(said, "amountGrosze")
		}
	case "budget.line-planned", "expense.recorded", "expense.corrected":
		if members["ownGrosze"] == members["amountGrosze"] { // as it is where nobody says whose money it is
			delete(said, "ownGrosze")
		}
	case "refundclaim.submitted":
		said["submitted"] = members["on"]
		if said["amountGrosze"] = members["claimedGrosze"]; members["given"] != true {
			delete(said, "amountGrosze")
		}
	case "durability.obligation-opened":
		said["date"], said["value"] = members["from"], members["places"]
	case "durability.service-refused":
		said["text"] = members["reason"]
	}
	return said, nil
}

// calledOtherwise are the members of events that commands have other names for, by the noun.
func calledOtherwise() map[string]map[string]string {
	return map[string]map[string]string{
		"participant": {"participant": "id", "into": "kept"}, "assistant": {"assistant": "id"}, "agreement": {"agreement": "number"},
		"contract": {"contract": "number", "number": "decisionNumber"}, "session": {"session": "id"}, "contact": {"contact": "id"},
		"refundclaim": {"claim": "number", "on": "date"},
		"durability":  {"request": "number", "places": "value", "assistants": "value", "description": "text", "derivation": "text"},
	}
}

// meantBy is what facts say by their name.
func meantBy() map[string]map[string]any {
	all := map[string]map[string]any{"payment.came-back": {"cameBack": true}, "refundclaim.returned": {"outcome": "zwrocony"}, "refundclaim.reclaimed": {"outcome": "zwrot"}}
	for fact, change := range map[string]string{"amended": "amend", "suspended": "suspend", "resumed": "resume", "terminated": "terminate", "completed": "complete",
		"substituted": "substitute", "breached": "breach", "decided": "decide"} {
		all["contract."+fact] = map[string]any{"change": change}
	}
	for fact, event := range map[string]string{"participation.nominated": nomination, "participation.assessed": assessment, "participation.enrolled": enrolment,
		"participation.left": leaving, "participation.outcome-recorded": outcome, "durability.obligation-opened": "zobowiazanie", "durability.readiness-declared": "deklaracja",
		"durability.places-stated": "miejsca", "durability.assistants-stated": "asystenci", "durability.notice-published": "publikacja",
		"durability.service-requested": "zapytanie", "durability.service-started": "start", "durability.service-refused": "odmowa", "durability.inspected": "kontrola"} {
		all[fact] = map[string]any{"event": event}
	}
	return all
}
