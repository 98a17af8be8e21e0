package eventdb

import "encoding/binary"

// idSum compares two sets of ids and positions in whatever order they come.
type idSum struct{ count, sum uint64 }

func (s *idSum) add(id []byte, pos uint64) {
	s.count++
	s.sum += mix(binary.BigEndian.Uint64(id) ^ mix(binary.BigEndian.Uint64(id[8:])^mix(pos+1)) + 1)
}

// mix spreads the bits of x over all of it (the finisher of splitmix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func chain(sum uint64, rev int64, pos uint64) uint64 {
	return mix(sum*31 + mix(uint64(rev)+1) + pos)
}
