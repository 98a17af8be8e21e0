package eventdb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"strings"
)

const (
	noRevision      = -1
	deletedRevision = math.MaxInt64 // revision of the $streamDeleted event, and the $tb of a soft delete

	typeMetadata  = "$metadata"
	typeTombstone = "$streamDeleted"
	typeLink      = "$>"
	metaPrefix    = "$$"
)

// head is what has to be known of a stream to decide an append and to bound a read. Its stored form is
//
//	checksum(4)  CRC-32C of what follows
//	last         varint: last revision, −1 while there are only metadata
//	lastPos      uvarint: position of that event
//	tombstone    uvarint: position of the $streamDeleted event, 0 = none
//	maxCount, maxAge (seconds), truncateBefore   varints, 0 = nothing hidden
//	floor        uvarint: first revision that was not removed by a scavenge, left out when 0
//
// last does not move when the stream is tombstoned.
type head struct {
	last      int64
	lastPos   uint64
	tombstone uint64
	meta      streamMeta
	floor     int64
	ids       *idFilter // of the stream's events, nil where that is not known; in memory only
}

// streamMeta is what metadata hides: zero values hide nothing.
type streamMeta struct {
	maxCount       int64
	maxAge         int64 // seconds
	truncateBefore int64
}

func (h *head) softDeleted() bool { return h.meta.truncateBefore == deletedRevision }

func appendHead(dst []byte, h *head) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.AppendVarint(dst, h.last)
	dst = binary.AppendUvarint(dst, h.lastPos)
	dst = binary.AppendUvarint(dst, h.tombstone)
	dst = binary.AppendVarint(dst, h.meta.maxCount)
	dst = binary.AppendVarint(dst, h.meta.maxAge)
	dst = binary.AppendVarint(dst, h.meta.truncateBefore)
	if h.floor > 0 {
		dst = binary.AppendUvarint(dst, uint64(h.floor))
	}
	binary.BigEndian.PutUint32(dst[start:], crc32.Checksum(dst[start+4:], castagnoli))
	return dst
}

func parseHead(b []byte) (head, error) {
	bad := fmt.Errorf("%w: head of a stream", errDamaged)
	if len(b) < 4 || binary.BigEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli) {
		return head{}, bad
	}
	b = b[4:]
	var h head
	ok := true
	signed := func() int64 {
		v, n := binary.Varint(b)
		if n <= 0 {
			ok, n = false, 0
		}
		b = b[n:]
		return v
	}
	unsigned := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			ok, n = false, 0
		}
		b = b[n:]
		return v
	}
	h.last, h.lastPos, h.tombstone = signed(), unsigned(), unsigned()
	h.meta = streamMeta{maxCount: signed(), maxAge: signed(), truncateBefore: signed()}
	if ok && len(b) > 0 {
		h.floor = int64(unsigned())
		ok = ok && h.floor > 0
	}
	if !ok || len(b) != 0 || h.last < noRevision || h.floor > h.last+1 {
		return head{}, bad
	}
	return h, nil
}

// isMetastream tells whether the stream holds the metadata of another.
func isMetastream(stream string) bool { return strings.HasPrefix(stream, metaPrefix) }

// parseMeta reads the metadata in an event of a metastream. What is not JSON, or has one value without sense, hides nothing.
func parseMeta(isJSON bool, data []byte) streamMeta {
	if !isJSON || len(data) == 0 {
		return streamMeta{}
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil {
		return streamMeta{}
	}
	var out streamMeta
	read := func(key string, least int64, into *int64) bool {
		raw, set := keys[key]
		return !set || json.Unmarshal(raw, into) == nil && *into >= least
	}
	if !read("$maxCount", 1, &out.maxCount) || !read("$maxAge", 1, &out.maxAge) || !read("$tb", 0, &out.truncateBefore) {
		return streamMeta{}
	}
	return out
}

// withTruncateBefore is the metadata object with $tb set, its other keys kept in their order.
func withTruncateBefore(raw []byte, before int64) []byte {
	value := fmt.Appendf(nil, "%d", before)
	fresh := append(append([]byte(`{"$tb":`), value...), '}')
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') || !json.Valid(raw) {
		return fresh
	}
	out, found := []byte{'{'}, false
	add := func(key string, v []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		k, _ := json.Marshal(key)
		out = append(append(append(out, k...), ':'), v...)
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fresh
		}
		var v json.RawMessage
		if dec.Decode(&v) != nil {
			return fresh
		}
		if key == "$tb" {
			v, found = value, true
		}
		add(key.(string), v)
	}
	if !found {
		add("$tb", value)
	}
	return append(out, '}')
}
