package session

import (
	"time"

	"ksiega/internal/sessionredis"
)

// Desk is where people sign in, and what it remembers of them for a while.
type Desk struct {
	Sessions *Sessions
	Entries  *Entries
	Devices  *Devices
	Tries    *Tries
	Seals    *Seals
}

// NewDesk remembers in a store. Key is the door's own, cookies those of the address that
// browsers reach it by.
func NewDesk(store *sessionredis.Store, key []byte, cookies Cookies, now func() time.Time) (*Desk, error) {
	seals, err := NewSeals(key)
	if err != nil {
		return nil, err
	}
	return &Desk{
		Sessions: NewSessions(store, cookies, now),
		Entries:  &Entries{store: store, cookies: cookies, seals: seals, now: now},
		Devices:  &Devices{store: store, cookies: cookies, seals: seals, now: now},
		Tries:    &Tries{store: store, seals: seals, now: now},
		Seals:    seals,
	}, nil
}

// Kinds are what it keeps, for whoever sweeps.
func Kinds() []string {
	return []string{sessionredis.Session, entryKind, deviceKind, triesKind}
}
