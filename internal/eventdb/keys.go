package eventdb

import "encoding/binary"

const (
	keyVersion = 'v'
	keyLog     = 'a'
	keyRanges  = 's'
	keyHead    = 'h'
	keyID      = 'i'
	keyStub    = 'g'
	keyUnswept = 'p'
	keyOld     = 'u'
)

// maxName bounds stream names and event types, in bytes: key lengths are written in two bytes.
const maxName = 4096

func appendLogKey(dst []byte, pos uint64) []byte {
	dst = append(dst, keyLog)
	return binary.BigEndian.AppendUint64(dst, pos)
}

// appendStubKey is where what is left of a removed event lies.
func appendStubKey(dst []byte, pos uint64) []byte {
	dst = append(dst, keyStub)
	return binary.BigEndian.AppendUint64(dst, pos)
}

func appendNamed(dst []byte, kind byte, name string) []byte {
	dst = append(dst, kind)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(name)))
	return append(dst, name...)
}

func appendRangesKey(dst []byte, stream string, rev int64) []byte {
	dst = appendNamed(dst, keyRanges, stream)
	return binary.BigEndian.AppendUint64(dst, uint64(rev))
}

func appendHeadKey(dst []byte, stream string) []byte {
	dst = append(dst, keyHead)
	return append(dst, stream...)
}

func appendIDKey(dst []byte, id [16]byte, pos uint64) []byte {
	dst = append(dst, keyID)
	dst = append(dst, id[:]...)
	return binary.BigEndian.AppendUint64(dst, pos)
}

// rangesRevision is the first revision that a key of ranges speaks of.
func rangesRevision(key []byte) int64 {
	return int64(binary.BigEndian.Uint64(key[len(key)-8:]))
}
