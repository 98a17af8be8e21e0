package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"ksiega/internal/position"
)

// A read of a few positions asks for a page of the log from the first of them
// on; a page whose end is still wanted makes the next one larger.
const (
	smallPage = 32
	largePage = 4096
)

// ReadAt reads the events at the given positions, which must ascend, each once.
// A position that holds no event of the ledger is ErrDamaged.
func (j *Journal) ReadAt(ctx context.Context, positions []Position, each func(*Recorded) error) error {
	for i := 1; i < len(positions); i++ {
		if !positions[i].After(positions[i-1]) {
			return fmt.Errorf("read the log: position %s stands after %s", positions[i], positions[i-1])
		}
	}
	for page := smallPage; len(positions) > 0; {
		before := len(positions)
		var err error
		if positions, err = j.readPage(ctx, page, positions, each); err != nil {
			return err
		}
		// Half of what was sent was of use.
		if 2*(before-len(positions)) >= page {
			page = min(4*page, largePage)
		} else {
			page = smallPage
		}
	}
	return nil
}

// readPage reads what of the positions lies in one page and returns the others.
func (j *Journal) readPage(ctx context.Context, page int, positions []Position, each func(*Recorded) error) ([]Position, error) {
	err := j.persist(ctx, "read the log", func(ctx context.Context) (progress bool, err error) {
		first := true
		err = j.pull(ctx, readAllFrom(positions[0], uint64(page)), func(e *esdb.RecordedEvent) error {
			at, name := position.Of(e.Position.Commit), j.local(e.StreamID, e.EventType)
			switch {
			case at.After(positions[0]), first && at != positions[0], at == positions[0] && name == "":
				return missing(positions[0])
			case positions[0].After(at):
				return nil
			}
			first = false
			r := record(e, name)
			if err := j.opts.Table.Complete(&r); err != nil {
				return err
			}
			if err := each(&r); err != nil {
				if errors.Is(err, ErrEnough) {
					positions = nil
				}
				return err
			}
			progress = true
			if positions = positions[1:]; len(positions) == 0 {
				return ErrEnough
			}
			return nil
		})
		if err == nil && first {
			err = stopped{missing(positions[0])}
		}
		var s stopped
		if len(positions) > 0 && errors.As(misplaced(positions[0], err), &s) && errors.Is(s.error, ErrNowhere) {
			err = stopped{missing(positions[0])}
		}
		return progress, err
	})
	return positions, err
}

func missing(position Position) error {
	return fmt.Errorf("%w: no event of the ledger at position %s", ErrDamaged, position)
}
