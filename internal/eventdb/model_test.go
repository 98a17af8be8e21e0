package eventdb

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"

	"ksiega/internal/testkit/modeltest"
)

// TestModelGolden holds the recorded conversations with the model, so that it is the real server's behaviour that the node
// is compared with. Left out are `users` (who may call is no affair of the model) and `server` (features and gossip).
func TestModelGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) < 18 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if slices.Contains([]string{"users", "server"}, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			modelReplay(t).check(file)
		})
	}
	t.Run("random", func(t *testing.T) {
		t.Parallel()
		for i := 1; i <= 40; i++ {
			modelReplay(t).check(fmt.Sprintf("testdata/golden/random/random-%d.json", i))
		}
	})
}

// modelReplay talks to an empty model instead of a node.
func modelReplay(t *testing.T) *replay {
	r := &replay{t: t, positions: map[string]uint64{}}
	r.conn = serveModel(t, modeltest.NewService(func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }))
	return r
}

func serveModel(t testing.TB, s *modeltest.Service) *grpc.ClientConn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage))
	streams.RegisterStreamsServer(server, s)
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	conn, err := grpc.NewClient("unix:"+path, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(17<<20)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return conn
}
