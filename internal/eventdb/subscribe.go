package eventdb

import (
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// subscribe serves a catch-up subscription until the client leaves, the stream is tombstoned or the node stops.
//
// It takes hold of the wake channel before it looks at the state, so that a commit in between wakes it at once; and it
// reads everything from disk, so that there is no difference between catching up and being live.
func (r *reading) subscribe() error {
	if r.all {
		return r.subscribeAll()
	}
	return r.subscribeStream()
}

func (r *reading) confirm() error {
	id := formatID(r.node.newID())
	return r.stream.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_Confirmation{
		Confirmation: &streams.ReadResp_SubscriptionConfirmation{SubscriptionId: id}}})
}

func (r *reading) caughtUp() error {
	return r.stream.SendMsg(&streams.ReadResp{Content: &streams.ReadResp_CaughtUp_{CaughtUp: &streams.ReadResp_CaughtUp{}}})
}

// wait is for the next commit.
func (r *reading) wait(wake <-chan struct{}) error {
	select {
	case <-wake:
		return nil
	case <-r.stream.Context().Done():
		return r.stream.Context().Err()
	case <-r.node.stop:
		return errStopped
	}
}

func (r *reading) subscribeAll() error {
	next := uint64(0)
	err := r.fill(func(v *view) (err error) {
		switch r.start {
		case startEnd:
			next = v.last + 1
		case startAt:
			_, next, err = v.place(r.at)
			next++
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := r.confirm(); err != nil {
		return err
	}
	for live := false; ; live = true {
		wake := r.node.wakeup()
		for done := false; !done; {
			err := r.fill(func(v *view) (err error) {
				r.q.now = ticksOf(r.node.clock())
				r.q.left = math.MaxUint64
				next, done, err = v.readAll(&r.chunk, &r.q, next, false)
				return err
			})
			if err != nil {
				return err
			}
			if err := r.send(); err != nil {
				return err
			}
		}
		if !live {
			if err := r.caughtUp(); err != nil {
				return err
			}
		}
		if err := r.wait(wake); err != nil {
			return err
		}
	}
}

func (r *reading) subscribeStream() error {
	var seen visible
	err := r.fill(func(v *view) (err error) {
		seen, err = v.look(r.name, r.q.now)
		return err
	})
	if err != nil {
		return err
	}
	if seen.state == streamGone {
		return streamDeleted(r.name)
	}
	next := int64(0)
	switch {
	case r.start == startEnd:
		next = seen.head.last + 1
	case r.start == startAt && r.at < math.MaxInt64:
		next = int64(r.at) + 1
	case r.start == startAt:
		next = math.MaxInt64
	}
	if err := r.confirm(); err != nil {
		return err
	}
	for live := false; ; {
		wake := r.node.wakeup()
		there, err := r.catchUp(&next, live)
		if err != nil {
			return err
		}
		// A stream that is missing has nothing to catch up with, until it is there; but its end is where it is.
		if !live && (there || r.start == startEnd) {
			live = true
			if err := r.caughtUp(); err != nil {
				return err
			}
		}
		if err := r.wait(wake); err != nil {
			return err
		}
	}
}

// catchUp sends what the stream has from next on. Until the subscription is live, metadata hide; from then on everything
// that is written is sent, even where metadata hide it before a slow subscriber gets there. A tombstone ends it.
func (r *reading) catchUp(next *int64, live bool) (there bool, err error) {
	for {
		var seen visible
		more := false
		err := r.fill(func(v *view) (err error) {
			r.q.now = ticksOf(r.node.clock())
			r.q.left = math.MaxUint64
			if seen, err = v.look(r.name, r.q.now); err != nil {
				return err
			}
			switch {
			case live:
			case seen.state == streamThere:
				// $tb may lie past the end; what comes to stand before it is live, and is sent.
				*next = max(*next, min(seen.first, seen.head.last+1))
			case seen.state == streamGone: // what was hidden when it was closed stays hidden
				*next = max(*next, firstKept(seen.head.last, metaOf(r.name, &seen.head)))
			}
			if (seen.state != streamMissing || live) && *next <= seen.head.last {
				at, done, err := v.readStream(&r.chunk, &r.q, r.name, *next, seen.head.last)
				if err != nil {
					return err
				}
				if done {
					at = seen.head.last + 1
				}
				*next, more = at, !done
			}
			if !more && seen.state == streamGone && seen.head.tombstone != 0 {
				return r.addTombstone(v, seen.head.tombstone)
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		if err := r.send(); err != nil {
			return false, err
		}
		if more {
			continue
		}
		if seen.state == streamGone {
			return false, streamDeleted(r.name)
		}
		return seen.state == streamThere, nil
	}
}

func (r *reading) addTombstone(v *view, pos uint64) error {
	value, err := readRecord(v, pos)
	if err != nil {
		return err
	}
	var rec record
	if err := parseRecord(pos, value, &rec); err != nil {
		return err
	}
	return r.q.add(&r.chunk, v, &rec, value)
}
