package eventdb

import (
	"context"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// drainTimeout is how long a refused append may take to arrive.
const drainTimeout = 10 * time.Second

// The calls that are told apart.
var (
	methodRead        = "/" + streams.Streams_ServiceDesc.ServiceName + "/Read"
	methodAppend      = "/" + streams.Streams_ServiceDesc.ServiceName + "/Append"
	methodBatchAppend = "/" + streams.Streams_ServiceDesc.ServiceName + "/BatchAppend"
	methodGossip      = "/" + gossip.Gossip_ServiceDesc.ServiceName + "/Read"
	methodFeatures    = "/" + serverfeatures.ServerFeatures_ServiceDesc.ServiceName + "/GetSupportedMethods"
)

// needs is what a caller must be allowed to; most where nothing is said.
func needs(method string) access {
	switch method {
	case methodGossip, methodFeatures:
		return accessNone
	case methodRead:
		return accessRead
	}
	return accessWrite
}

// guard lets calls over TCP pass, or not. Wrong credentials fail every call, no matter what it needs.
type guard struct {
	users *Users
	stop  <-chan struct{}
}

func accessDenied() error {
	return &refusal{codes.PermissionDenied, "Access Denied", []string{"exception", "access-denied"}}
}

// admit is why a call may not pass.
func (g *guard) admit(ctx context.Context, method string) error {
	has, err := g.users.authenticate(ctx)
	if err == nil && has < needs(method) {
		err = accessDenied()
	}
	return err
}

func (g *guard) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := g.admit(ctx, info.FullMethod); err != nil {
		return nil, answer(err, func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) }) // fails only outside a call
	}
	return handler(ctx, req)
}

func (g *guard) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	err := g.admit(stream.Context(), info.FullMethod)
	switch {
	case err == nil:
		return handler(srv, stream)
	case info.FullMethod == methodBatchAppend && status.Code(err) == codes.PermissionDenied:
		// The call stays open, and each batch is answered for itself.
		return handler(srv, deniedStream{stream, context.WithValue(stream.Context(), deniedKey{}, true)})
	case info.FullMethod == methodAppend:
		g.drain(stream)
	}
	return answer(err, stream.SetTrailer)
}

// drain takes in what the client has to send: one that is answered early sees only a broken call. It takes no more than
// an append may have, nor for longer than drainTimeout.
func (g *guard) drain(stream grpc.ServerStream) {
	done := make(chan struct{})
	go func() { // ends with the call: its context is cancelled when the handler returns
		defer close(done)
		for left := maxAppendSize + maxAppendMemory; left > 0; {
			var m appendMessage
			if err := stream.RecvMsg(&m); err != nil {
				return
			}
			left -= len(m.event.data) + len(m.event.meta) + len(m.event.typ) + 128
		}
	}()
	timer := time.NewTimer(drainTimeout)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-g.stop:
	}
}

// deniedKey marks the context of a BatchAppend whose batches are all to be refused.
type deniedKey struct{}

type deniedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s deniedStream) Context() context.Context { return s.ctx }

func denied(ctx context.Context) bool { return ctx.Value(deniedKey{}) != nil }

// unknownCall answers services that the node does not have, after the guard.
func unknownCall(any, grpc.ServerStream) error {
	return status.Error(codes.Unimplemented, "The node does not offer this service.")
}
