package eventdb

import "hash/maphash"

// idFilter tells of most ids that none of a stream's events has them: a Bloom filter of all its ids, in memory only, of a
// stream that began in this process. So an append to a short stream whose writer expects nothing of it is decided without
// looking for its id in the store. In a long stream it tells less and less.
type idFilter struct{ bits [4]uint64 }

func (f *idFilter) add(seed maphash.Seed, id [16]byte) {
	for h, i := maphash.Bytes(seed, id[:]), 0; i < 3; h, i = h>>8, i+1 {
		f.bits[h>>6&3] |= 1 << (h & 63)
	}
}

// lacks is false where the id may be one of them.
func (f *idFilter) lacks(seed maphash.Seed, id [16]byte) bool {
	for h, i := maphash.Bytes(seed, id[:]), 0; i < 3; h, i = h>>8, i+1 {
		if f.bits[h>>6&3]>>(h&63)&1 == 0 {
			return true
		}
	}
	return false
}
