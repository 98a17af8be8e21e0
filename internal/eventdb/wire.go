package eventdb

import (
	"errors"
	"unicode/utf8"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec that wireCodec falls back to
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// rawFrame is an answer that is marshalled already: stored bytes go onto the wire without being parsed.
type rawFrame []byte

// wireCodec is the protobuf codec, but for raw frames and for the messages of an append, which it reads without a map
// for each event.
type wireCodec struct{ encoding.CodecV2 }

func newWireCodec() wireCodec { return wireCodec{encoding.GetCodecV2("proto")} }

func (c wireCodec) Marshal(v any) (mem.BufferSlice, error) {
	if f, ok := v.(rawFrame); ok {
		return mem.BufferSlice{mem.SliceBuffer(f)}, nil
	}
	return c.CodecV2.Marshal(v)
}

func (c wireCodec) Unmarshal(data mem.BufferSlice, v any) error {
	switch m := v.(type) {
	case *appendMessage:
		return m.unmarshal(data.Materialize())
	case *batchMessage:
		return m.unmarshal(data.Materialize())
	}
	return c.CodecV2.Unmarshal(data, v)
}

// appendMessage is an AppendReq: options, or an event, or why the event is refused.
type appendMessage struct {
	options *streams.AppendReq_Options
	event   proposed
	refused error
	empty   bool
}

var errMalformed = errors.New("malformed append request")

func (m *appendMessage) unmarshal(b []byte) error {
	*m = appendMessage{empty: true}
	return eachField(b, func(num protowire.Number, typ protowire.Type, v []byte, _ uint64) error {
		if typ != protowire.BytesType {
			return nil
		}
		switch num {
		case 1:
			*m = appendMessage{options: &streams.AppendReq_Options{}}
			return proto.Unmarshal(v, m.options)
		case 2:
			*m = appendMessage{}
			var err error
			m.refused, err = m.event.unmarshal(v)
			return err
		}
		return nil
	})
}

// batchMessage is a BatchAppendReq.
type batchMessage struct {
	id      *shared.UUID
	options *streams.BatchAppendReq_Options
	events  []batchEvent
	final   bool
}

// batchEvent is an event, or why it is refused.
type batchEvent struct {
	event   proposed
	refused error
}

func (m *batchMessage) unmarshal(b []byte) error {
	*m = batchMessage{}
	more := proto.UnmarshalOptions{Merge: true}
	return eachField(b, func(num protowire.Number, typ protowire.Type, v []byte, n uint64) error {
		switch {
		case num == 4 && typ == protowire.VarintType:
			m.final = n != 0
		case typ != protowire.BytesType:
		case num == 1:
			if m.id == nil {
				m.id = &shared.UUID{}
			}
			return more.Unmarshal(v, m.id)
		case num == 2:
			if m.options == nil {
				m.options = &streams.BatchAppendReq_Options{}
			}
			return more.Unmarshal(v, m.options)
		case num == 3:
			var e batchEvent
			var err error
			if e.refused, err = e.event.unmarshal(v); err != nil {
				return err
			}
			m.events = append(m.events, e)
		}
		return nil
	})
}

// eachField calls fn with every field of a message; v is what length-delimited fields hold, n what varints are.
func eachField(b []byte, fn func(num protowire.Number, typ protowire.Type, v []byte, n uint64) error) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errMalformed
		}
		b = b[n:]
		var v []byte
		var x uint64
		switch typ {
		case protowire.BytesType:
			v, n = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			x, n = protowire.ConsumeVarint(b)
		default:
			n = protowire.ConsumeFieldValue(num, typ, b)
		}
		if n < 0 {
			return errMalformed
		}
		b = b[n:]
		if err := fn(num, typ, v, x); err != nil {
			return err
		}
	}
	return nil
}

// eventFields gathers what a proposed event says of itself.
type eventFields struct {
	id                  [16]byte
	hasID               bool
	typ, content        string
	hasType, hasContent bool
}

func (f *eventFields) property(key, value string) {
	switch key {
	case "type":
		f.typ, f.hasType = value, true
	case "content-type":
		f.content, f.hasContent = value, true
	}
}

// check is why the event can't be stored, nil if it can.
func (f *eventFields) check() error {
	switch {
	case !f.hasType:
		return missingProperty("type")
	case !f.hasContent:
		return missingProperty("content-type")
	case f.typ == "":
		return invalid("The type of an event must not be empty.")
	case len(f.typ) > maxName:
		return invalid("The type of an event is longer than %d bytes.", maxName)
	case !f.hasID || f.id == [16]byte{}:
		return invalid("The id of an event must be a UUID other than zero.")
	}
	return nil
}

func (f *eventFields) fill(e *proposed) {
	e.id, e.typ, e.json = f.id, f.typ, f.content == contentJSON
}

func (e *proposed) unmarshal(b []byte) (refused, err error) {
	var f eventFields
	err = eachField(b, func(num protowire.Number, typ protowire.Type, v []byte, _ uint64) error {
		if typ != protowire.BytesType {
			return nil
		}
		switch num {
		case 1:
			return f.unmarshalID(v)
		case 2:
			return f.unmarshalEntry(v)
		case 3:
			e.meta = v
		case 4:
			e.data = v
		}
		return nil
	})
	f.fill(e)
	return f.check(), err
}

func (f *eventFields) unmarshalID(b []byte) error {
	return eachField(b, func(num protowire.Number, typ protowire.Type, v []byte, _ uint64) error {
		switch {
		case num == 2 && typ == protowire.BytesType:
			f.id, f.hasID = parseID(string(v))
		case num == 1 && typ == protowire.BytesType:
			var high, low uint64
			err := eachField(v, func(num protowire.Number, typ protowire.Type, _ []byte, n uint64) error {
				switch {
				case num == 1 && typ == protowire.VarintType:
					high = n
				case num == 2 && typ == protowire.VarintType:
					low = n
				}
				return nil
			})
			f.id, f.hasID = idOf(high, low), true
			return err
		}
		return nil
	})
}

func (f *eventFields) unmarshalEntry(b []byte) error {
	var key, value []byte
	err := eachField(b, func(num protowire.Number, typ protowire.Type, v []byte, _ uint64) error {
		switch {
		case num == 1 && typ == protowire.BytesType:
			key = v
		case num == 2 && typ == protowire.BytesType:
			value = v
		}
		return nil
	})
	if err == nil && !(utf8.Valid(key) && utf8.Valid(value)) {
		err = errMalformed
	}
	f.property(string(key), string(value))
	return err
}

// parseID reads a UUID in its plain spelling of 36 characters.
func parseID(s string) ([16]byte, bool) {
	if len(s) != 36 {
		return [16]byte{}, false
	}
	id, err := uuid.Parse(s)
	return id, err == nil
}

func idOf(high, low uint64) (id [16]byte) {
	for i := range 8 {
		id[i] = byte(high >> (56 - 8*i))
		id[8+i] = byte(low >> (56 - 8*i))
	}
	return id
}

// idFrom reads the UUID message.
func idFrom(u *shared.UUID) ([16]byte, bool) {
	switch v := u.GetValue().(type) {
	case *shared.UUID_String_:
		return parseID(v.String_)
	case *shared.UUID_Structured_:
		return idOf(uint64(v.Structured.GetMostSignificantBits()), uint64(v.Structured.GetLeastSignificantBits())), true
	}
	return [16]byte{}, false
}

// streamName reads and checks the name of a stream.
func streamName(s *shared.StreamIdentifier) (string, error) {
	name := string(s.GetStreamName())
	switch {
	case name == "":
		return "", invalid("A stream must have a name.")
	case name == metaPrefix:
		return "", invalid("The stream name %s is not allowed.", metaPrefix)
	case len(name) > maxName:
		return "", invalid("A stream name is longer than %d bytes.", maxName)
	case !utf8.ValidString(name):
		return "", invalid("A stream name is not UTF-8.")
	}
	return name, nil
}
