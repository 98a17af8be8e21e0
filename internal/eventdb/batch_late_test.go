package eventdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/cockroachdb/pebble/v2/vfs"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
)

// TestLateBatchIsAnswered: a batch whose deadline passes between its pieces is answered, once, even if the client has no
// more to say right after.
func TestLateBatchIsAnswered(t *testing.T) {
	t.Parallel()
	n := openNode(t, memOptions(t, vfs.NewMem()))
	var wg sync.WaitGroup
	for w := range 4 {
		client, rng := streams.NewStreamsClient(dial(t, n)), rand.New(rand.NewPCG(8, uint64(w)))
		wg.Go(func() {
			for i := range 500 {
				if err := sendLate(testContext(t), client, time.Duration(rng.IntN(200))*time.Microsecond); err != nil {
					t.Errorf("batch %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// sendLate sends a batch in several pieces and the end of the call, and wants one answer.
func sendLate(ctx context.Context, client streams.StreamsClient, deadline time.Duration) error {
	call, err := client.BatchAppend(ctx)
	if err != nil {
		return err
	}
	whole := batchTo("s", -2, proposals()[:1])
	whole.IsFinal = false
	whole.Options.DeadlineOption = &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(deadline)}
	err = call.Send(whole)
	for range 20 {
		err = errors.Join(err, call.Send(&streams.BatchAppendReq{CorrelationId: whole.CorrelationId}))
	}
	err = errors.Join(err, call.Send(&streams.BatchAppendReq{CorrelationId: whole.CorrelationId, IsFinal: true}), call.CloseSend())
	if err != nil {
		return err
	}
	m, err := call.Recv()
	if err != nil {
		return fmt.Errorf("no answer: %w", err)
	}
	if m.GetSuccess() == nil && codes.Code(m.GetError().GetCode()) != codes.DeadlineExceeded {
		return fmt.Errorf("%v", m)
	}
	if m, err := call.Recv(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("answered again: %v, %w", m, err)
	}
	return nil
}
