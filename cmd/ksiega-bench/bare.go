package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"ksiega/internal/journal"
)

// bare is what gRPC and group-committed fsync allow, and nothing else: a server
// on a unix socket, set up as the node is, that takes calls of the shape and size
// of an append and hands the bytes to a committer. It decides nothing, indexes
// nothing, reads no protobuf, and answers every append alike. It is asked by a
// client that makes no protobuf either, or by the official one.
type bare struct {
	server *grpc.Server
	conn   *grpc.ClientConn
	wire   *journal.Journal
	commit *committer
	dir    string
	served chan struct{}
}

// Sizes of messages as they are on the wire, in bytes, without what a stream's
// name and the revision's digits add or take away.
const (
	optionsBytes  = 28  // of an append: stream and expected revision
	proposedExtra = 121 // of a proposed event around payload and envelope: id, type, content type
	readExtra     = 190 // of an event that is read: those, stream, revision, positions, created
)

// The calls of the official client, and those that only the bare one knows.
const (
	streamsService    = "event_store.client.streams.Streams"
	appendMethod      = "Append"
	appendAloneMethod = "AppendAlone"
	readAloneMethod   = "ReadAlone"
	featuresService   = "event_store.client.server_features.ServerFeatures"
	featuresMethod    = "GetSupportedMethods"
)

// appended is an AppendResp: success, a revision, a position.
func appended() []byte {
	position := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1_000_000)
	position = protowire.AppendVarint(protowire.AppendTag(position, 2, protowire.VarintType), 1_000_000)
	success := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1000)
	success = protowire.AppendBytes(protowire.AppendTag(success, 3, protowire.BytesType), position)
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), success)
}

// supported is a SupportedMethods: none, of the server's version.
func supported() []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), "23.10.8")
}

// bytesCodec leaves messages as they are.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "bytes" }

func (bytesCodec) Marshal(v any) (mem.BufferSlice, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, errors.New("not bytes")
	}
	return mem.BufferSlice{mem.SliceBuffer(b)}, nil
}

func (bytesCodec) Unmarshal(data mem.BufferSlice, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return errors.New("not bytes")
	}
	*b = data.Materialize()
	return nil
}

// openBare serves; an answer to Read is so many messages.
func (b *bench) openBare(reads, readBytes int) (*bare, error) {
	commit, err := b.openCommitter()
	if err != nil {
		return nil, err
	}
	s := &bare{commit: commit, served: make(chan struct{})}
	if s.dir, err = os.MkdirTemp("", "kb"); err != nil {
		return nil, errors.Join(err, commit.close())
	}
	socket := filepath.Join(s.dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, errors.Join(err, commit.close(), os.RemoveAll(s.dir))
	}
	s.server = grpc.NewServer(grpc.ForceServerCodecV2(bytesCodec{}), grpc.InitialWindowSize(4<<20), grpc.InitialConnWindowSize(4<<20),
		grpc.WriteBufferSize(256<<10), grpc.ReadBufferSize(256<<10), grpc.MaxRecvMsgSize(16<<20))
	s.register(reads, readBytes)
	go func() {
		defer close(s.served)
		_ = s.server.Serve(l) // ends by Stop
	}()
	s.conn, err = grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(bytesCodec{}), grpc.MaxCallRecvMsgSize(17<<20)))
	table, tableErr := journal.Ledger()
	if err = errors.Join(err, tableErr); err == nil {
		s.wire, err = journal.Open(journal.Options{Address: "unix://" + socket, Table: table, AnyClock: true}) // there is no log to compare it with
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// register says what is served; an answer to a read is so many messages.
func (s *bare) register(reads, readBytes int) {
	s.server.RegisterService(&grpc.ServiceDesc{ServiceName: streamsService, HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{
		{StreamName: appendMethod, ClientStreams: true, Handler: func(_ any, stream grpc.ServerStream) error { return answerAppend(stream, s.commit) }},
		{StreamName: appendAloneMethod, ClientStreams: true, Handler: func(_ any, stream grpc.ServerStream) error { return answerAppend(stream, nil) }},
		{StreamName: readAloneMethod, ServerStreams: true, Handler: func(_ any, stream grpc.ServerStream) error { return answerRead(stream, reads, readBytes) }},
	}}, nil)
	s.server.RegisterService(&grpc.ServiceDesc{ServiceName: featuresService, HandlerType: (*any)(nil), Streams: []grpc.StreamDesc{
		{StreamName: featuresMethod, Handler: func(_ any, stream grpc.ServerStream) error {
			var request []byte
			if err := stream.RecvMsg(&request); err != nil {
				return err
			}
			return stream.SendMsg(supported())
		}},
	}}, nil)
}

func (s *bare) close() error {
	var err error
	if s.wire != nil {
		err = s.wire.Close()
	}
	if s.conn != nil {
		err = errors.Join(err, s.conn.Close())
	}
	s.server.Stop()
	<-s.served
	return errors.Join(err, s.commit.close(), os.RemoveAll(s.dir))
}

func answerAppend(stream grpc.ServerStream, commit *committer) error {
	var all [][]byte
	for {
		var message []byte
		err := stream.RecvMsg(&message)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		all = append(all, message)
	}
	if commit != nil {
		if err := commit.write(all); err != nil {
			return err
		}
	}
	return stream.SendMsg(appended())
}

func answerRead(stream grpc.ServerStream, count, size int) error {
	var request []byte
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	message := make([]byte, size)
	for range count {
		if err := stream.SendMsg(message); err != nil {
			return err
		}
	}
	return nil
}

// append makes one call of an append's shape with the bare client.
func (s *bare) append(ctx context.Context, method string, options []byte, events [][]byte) error {
	stream, err := s.conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, "/"+streamsService+"/"+method)
	if err != nil {
		return err
	}
	if err := stream.SendMsg(options); err != nil {
		return err
	}
	for _, e := range events {
		if err := stream.SendMsg(e); err != nil {
			return err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	var answer []byte
	return stream.RecvMsg(&answer)
}

// read makes one call of a read's shape and takes every message.
func (s *bare) read(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/"+streamsService+"/"+readAloneMethod)
	if err != nil {
		return err
	}
	if err := errors.Join(stream.SendMsg(make([]byte, optionsBytes)), stream.CloseSend()); err != nil {
		return err
	}
	for {
		var message []byte
		if err := stream.RecvMsg(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
