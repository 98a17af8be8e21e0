package erasure

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"

	"ksiega/domain"
)

// List is every order of a ledger, in the order of its log. It is kept beside the
// backups, so that one that is older than an order does not bring back who was
// erased. As text it is a line of JSON for the list and one for each order:
//
//	{"list":"ksiega-erasures-1","ledger":"<id of the log's first event>"}
//	{"number":1,"event":"<id>","stream":…,"revision":…,"type":…,"data":…,"meta":…,"chain":"<hex>"}
//
// with an order as it was recorded, byte for byte. The chain of an entry is the
// SHA-256 of the chain before it (of the first: of the first line's two values) and
// the entry's other members, each with its length before it. So a list tells by
// itself that something in it was changed, left out or put in, and two of them
// whether one continues the other; that its end is missing only another can tell.
// The chain is no signature: who may write the list can make another.
type List struct {
	Ledger  string
	Entries []Entry
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
	listForm = "ksiega-erasures-1"
	// maxList bounds what is read; an order of the longest statement takes 2 MiB.
	maxList = 1 << 28
)

type listHead struct {
	List   string `json:"list"`
	Ledger string `json:"ledger"`
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
	return digest(listForm, l.Ledger)
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
	err := enc.Encode(listHead{listForm, l.Ledger})
	for _, e := range l.Entries {
		err = errors.Join(err, enc.Encode(e))
	}
	return b.Bytes(), err
}

// ReadList reads what Text wrote and checks it.
func ReadList(r io.Reader) (List, error) {
	bounded := &io.LimitedReader{R: r, N: maxList}
	dec := json.NewDecoder(bounded)
	dec.DisallowUnknownFields()
	var head listHead
	if err := dec.Decode(&head); err != nil || head.List != listForm || head.Ledger == "" {
		return List{}, ErrListDamaged.With("it does not begin as one")
	}
	l := List{Ledger: head.Ledger}
	for {
		var e Entry
		err := dec.Decode(&e)
		n := len(l.Entries)
		switch {
		case errors.Is(err, io.EOF) && bounded.N > 0:
			return l, nil
		case err != nil:
			return List{}, ErrListDamaged.With("after number %d it cannot be read", n)
		case e.Number != n+1:
			return List{}, ErrListDamaged.With("number %d follows number %d", e.Number, n)
		case e.Chain != chain(l.end(n), e):
			return List{}, ErrListDamaged.With("the chain does not fit at number %d", e.Number)
		}
		l.Entries = append(l.Entries, e)
	}
}
