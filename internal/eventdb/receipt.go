package eventdb

import (
	"fmt"
	"sync/atomic"
	"time"
)

// receiptDelay is how long the journal has to be quiet until its last commit gets a receipt of its own sync; it takes twice
// as long at most.
const receiptDelay = time.Second

// receipts are what tells later that a commit was on the disk, for that can be seen only by what stands behind it in the
// journal. The next group begins with one, which costs nothing; where none comes, giveReceipts adds one.
type receipts struct {
	groups atomic.Uint64 // that reached the disk
	wanted chan struct{} // holds a token while the last of them may have none
}

// committed notes that a group is on the disk; end is the sequence number after it, 0 if that is not known.
func (r *receipts) committed(w *writer, end uint64) {
	if end > 0 {
		w.settled.Store(end)
	}
	r.groups.Add(1)
	select {
	case r.wanted <- struct{}{}:
	default:
	}
}

// giveReceipts runs until the node stops. It has a goroutine of its own, since a timer set anew with every commit would
// wake the scheduler as often.
func (n *Node) giveReceipts() {
	given := uint64(0)
	for {
		select {
		case <-n.stop:
			return
		case <-n.receipts.wanted:
		}
		seen, quiet := n.receipts.groups.Load(), false
		for seen != given && !quiet {
			select {
			case <-n.stop:
				return
			case <-time.After(receiptDelay):
			}
			now := n.receipts.groups.Load()
			seen, quiet = now, now == seen
		}
		if seen == given {
			continue
		}
		given = seen
		if err := n.receipt(); err != nil {
			n.fail(fmt.Errorf("commit: %w", err))
			return
		}
	}
}

// receipt adds one for all that was written until now.
func (n *Node) receipt() error {
	below := n.writer.settled.Load()
	next, err := n.store.receipt(below)
	if err != nil || next <= below {
		return err
	}
	// There were commits of others, or of unknown length. A receipt that is on the disk knows of whatever was written before it.
	_, err = n.store.receipt(next)
	return err
}
