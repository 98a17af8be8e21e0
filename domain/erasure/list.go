package erasure

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"

	"ksiega/domain"
)

// List is every order of a ledger, in the order of its log. It is kept beside the
// backups, so that one that is older than an order does not bring back who was
// erased. As text it is a line of JSON for the list and one for each order:
//
//	{"list":"ksiega-erasures-2","ledger":"<id of the log's first event>"}
//	{"number":1,"event":"<id>","stream":…,"revision":…,"type":…,"data":…,"meta":…,"chain":"<hex>"}
//	{"until":"<moment>","chain":"<hex>"}
//
// with an order as it was recorded, byte for byte. The chain of an entry is the
// SHA-256 of the chain before it (of the first: of `ksiega-erasures-1` and the ledger)
// and the entry's other members, each with its length before it; that of the last line
// of the chain before it and the moment. So a list tells by itself that something in it
// was changed, left out or put in, and two of them whether one continues the other. The
// chain is no signature: who may write the list can make another.
//
// A list of `ksiega-erasures-1` has no last line: that its end is missing, and until
// when it is complete, only another list can tell.
type List struct {
	Ledger  string
	Entries []Entry
	// Until: every order from before that moment is listed. Zero is not known.
	Until time.Time
}

// Entry is one order.
type Entry struct {
	Number   int    `json:"number"`
	Event    string `json:"event"`
	Stream   string `json:"stream"`
	Revision uint64 `json:"revision"`
	Type     string `json:"type"`
	Data     string `json:"data"`
	Meta     string `json:"meta"`
	Chain    string `json:"chain"`
}

const (
	listFormat1 = "ksiega-erasures-1" // also what every chain begins with
	listFormat  = "ksiega-erasures-2"
	// maxList bounds what is read; an order of the longest statement takes 2 MiB.
	maxList = 1 << 28
)

type listHead struct {
	List   string `json:"list"`
	Ledger string `json:"ledger"`
}

// listEnd is the last line.
type listEnd struct {
	Until time.Time `json:"until"`
	Chain string    `json:"chain"`
}

// line is any line but the first.
type line struct {
	Entry
	Until time.Time `json:"until"`
}

func (l List) seal(until time.Time) string {
	return digest(l.end(len(l.Entries)), "until", until.Format(time.RFC3339Nano))
}

// Refusals of lists.
var (
	ErrListDamaged = domain.Refusal(domain.CodeInvalid, "the list of erasures was changed or is damaged")
	ErrListDiffers = domain.Refusal(domain.CodeConflict, "the lists of erasures differ")
	ErrListForeign = domain.Refusal(domain.CodeConflict, "the list of erasures is another ledger's")
)

// Add puts an order at the end.
func (l *List) Add(e Entry) {
	e.Number = len(l.Entries) + 1
	e.Chain = chain(l.end(len(l.Entries)), e)
	l.Entries = append(l.Entries, e)
}

// end is the chain after the first n entries.
func (l List) end(n int) string {
	if n > 0 {
		return l.Entries[n-1].Chain
	}
	return digest(listFormat1, l.Ledger)
}

func chain(before string, e Entry) string {
	var numbers [16]byte
	binary.BigEndian.PutUint64(numbers[:], uint64(e.Number))
	binary.BigEndian.PutUint64(numbers[8:], e.Revision)
	return digest(before, string(numbers[:]), e.Event, e.Stream, e.Type, e.Data, e.Meta)
}

func digest(parts ...string) string {
	h := sha256.New()
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Continues says whether the list is another one, or that with more orders behind;
// it fails where the two can't be of one log.
func (l List) Continues(other List) (bool, error) {
	if l.Ledger != other.Ledger {
		return false, ErrListForeign
	}
	n := min(len(l.Entries), len(other.Entries))
	for i := range n {
		if l.Entries[i].Chain != other.Entries[i].Chain {
			return false, ErrListDiffers.With("from number %d on", i+1)
		}
	}
	return n == len(other.Entries), nil
}

// Text is the list as it is kept.
func (l List) Text() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	format := listFormat
	if l.Until.IsZero() {
		format = listFormat1
	}
	err := enc.Encode(listHead{format, l.Ledger})
	for _, e := range l.Entries {
		err = errors.Join(err, enc.Encode(e))
	}
	if until := l.Until.UTC(); format == listFormat {
		err = errors.Join(err, enc.Encode(listEnd{until, l.seal(until)}))
	}
	return b.Bytes(), err
}

// ReadList reads what Text wrote and checks it.
func ReadList(r io.Reader) (List, error) {
	bounded := &io.LimitedReader{R: r, N: maxList}
	dec := json.NewDecoder(bounded)
	dec.DisallowUnknownFields()
	var head listHead
	if err := dec.Decode(&head); err != nil || head.List != listFormat && head.List != listFormat1 || head.Ledger == "" {
		return List{}, ErrListDamaged.With("it does not begin as one")
	}
	l := List{Ledger: head.Ledger}
	for {
		var e line
		err := dec.Decode(&e)
		n := len(l.Entries)
		switch {
		case errors.Is(err, io.EOF) && bounded.N > 0:
			if head.List == listFormat && l.Until.IsZero() {
				return List{}, ErrListDamaged.With("its end is missing after number %d", n)
			}
			return l, nil
		case err != nil, !l.Until.IsZero(), head.List == listFormat1 && !e.Until.IsZero():
			return List{}, ErrListDamaged.With("after number %d it cannot be read", n)
		case !e.Until.IsZero():
			if (e.Entry != Entry{Chain: l.seal(e.Until)}) {
				return List{}, ErrListDamaged.With("the chain does not fit at its end")
			}
			l.Until = e.Until
			continue
		case e.Number != n+1:
			return List{}, ErrListDamaged.With("number %d follows number %d", e.Number, n)
		case e.Chain != chain(l.end(n), e.Entry):
			return List{}, ErrListDamaged.With("the chain does not fit at number %d", e.Number)
		}
		l.Entries = append(l.Entries, e.Entry)
	}
}
