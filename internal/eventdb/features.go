package eventdb

import (
	"context"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
)

// serverVersion is the server whose answers this node repeats. Clients read three integers.
const serverVersion = "23.10.8"

type features struct {
	serverfeatures.UnimplementedServerFeaturesServer
}

// GetSupportedMethods names what the node offers, and nothing else.
func (features) GetSupportedMethods(context.Context, *shared.Empty) (*serverfeatures.SupportedMethods, error) {
	const streamsService = "event_store.client.streams.streams"
	return &serverfeatures.SupportedMethods{
		EventStoreServerVersion: serverVersion,
		Methods: []*serverfeatures.SupportedMethod{
			{MethodName: "read", ServiceName: streamsService, Features: []string{"position", "events"}},
			{MethodName: "append", ServiceName: streamsService},
			{MethodName: "delete", ServiceName: streamsService},
			{MethodName: "tombstone", ServiceName: streamsService},
			{MethodName: "batchappend", ServiceName: streamsService, Features: []string{"deadline_duration"}},
			{MethodName: "read", ServiceName: "event_store.client.gossip.gossip"},
			{MethodName: "getsupportedmethods", ServiceName: "event_store.client.server_features.serverfeatures"},
		},
	}, nil
}

type gossiper struct {
	gossip.UnimplementedGossipServer
	node     *Node
	endpoint func(context.Context) *gossip.EndPoint
}

// defaultEndpoint is told on the unix socket, which the message has no way of naming: it is the one a server has by
// default. A client that was given the socket does not ask.
func defaultEndpoint(context.Context) *gossip.EndPoint {
	return &gossip.EndPoint{Address: "127.0.0.1", Port: 2113}
}

// Read tells of a cluster of one.
func (g *gossiper) Read(ctx context.Context, _ *shared.Empty) (*gossip.ClusterInfo, error) {
	return &gossip.ClusterInfo{Members: []*gossip.MemberInfo{{
		InstanceId:   &shared.UUID{Value: &shared.UUID_String_{String_: formatID(g.node.id)}},
		TimeStamp:    ticksOf(g.node.clock()),
		State:        gossip.MemberInfo_Leader,
		IsAlive:      true,
		HttpEndPoint: g.endpoint(ctx),
	}}}, nil
}
