package eventdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/projections"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// serverMethods are the methods of every service of EventStoreDB, as "/service/method".
func serverMethods() []string {
	var out []string
	for _, d := range []grpc.ServiceDesc{streams.Streams_ServiceDesc, persistent.PersistentSubscriptions_ServiceDesc,
		projections.Projections_ServiceDesc, gossip.Gossip_ServiceDesc, serverfeatures.ServerFeatures_ServiceDesc} {
		for _, m := range d.Methods {
			out = append(out, "/"+d.ServiceName+"/"+m.MethodName)
		}
		for _, s := range d.Streams {
			out = append(out, "/"+d.ServiceName+"/"+s.StreamName)
		}
	}
	// The Go client has no stubs of these.
	for service, methods := range map[string]string{
		"operations.Operations": "StartScavenge StopScavenge Shutdown MergeIndexes ResignNode SetNodePriority RestartPersistentSubscriptions",
		"users.Users":           "Create Update Delete Disable Enable Details ChangePassword ResetPassword",
		"monitoring.Monitoring": "Stats",
		"redaction.Redaction":   "GetEventPositions SwitchChunks",
	} {
		for m := range strings.FieldsSeq(methods) {
			out = append(out, "/event_store.client."+service+"/"+m)
		}
	}
	return out
}

// advertised is what a node says it can do, in lower case.
func advertised(t *testing.T, conn *grpc.ClientConn) map[string]bool {
	t.Helper()
	m, err := serverfeatures.NewServerFeaturesClient(conn).GetSupportedMethods(testContext(t), &shared.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, x := range m.GetMethods() {
		out["/"+x.GetServiceName()+"/"+x.GetMethodName()] = true
	}
	return out
}

// tryMethod calls a method with an empty request, and says how that ends.
func tryMethod(t *testing.T, conn *grpc.ClientConn, method, user string) codes.Code {
	t.Helper()
	ctx := metadata.NewOutgoingContext(testContext(t), basic(user))
	call, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err == nil {
		// The node may have ended the call by now: how, only reading tells.
		if err = errors.Join(call.SendMsg(&emptypb.Empty{}), call.CloseSend()); errors.Is(err, io.EOF) {
			err = nil
		}
	}
	for err == nil {
		err = call.RecvMsg(&emptypb.Empty{})
	}
	if errors.Is(err, io.EOF) {
		return codes.OK
	}
	return status.Code(err)
}

// TestFeaturesAreTrue: what the node advertises it answers, and what it does not advertise ends with Unimplemented, of every
// service that EventStoreDB has.
func TestFeaturesAreTrue(t *testing.T) {
	t.Parallel()
	plain := openNode(t, Options{})
	secure, certFile := openSecure(t, Options{})
	for name, x := range map[string]struct {
		n    *Node
		conn *grpc.ClientConn
		user string
	}{"socket": {plain, dial(t, plain), ""}, "tls": {secure, dialTLS(t, secure, certFile), writerUser}} {
		claims, found := advertised(t, x.conn), map[string]bool{}
		for _, method := range serverMethods() {
			code := tryMethod(t, x.conn, method, x.user)
			if (code != codes.Unimplemented) != claims[strings.ToLower(method)] {
				t.Errorf("%s: %s ends with %v, advertised: %v", name, method, code, claims[strings.ToLower(method)])
			}
			if code == codes.Unavailable || code == codes.Internal || code == codes.Unknown {
				t.Errorf("%s: %s ends with %v", name, method, code)
			}
			found[strings.ToLower(method)] = true
		}
		for claim := range claims {
			if !found[claim] {
				t.Errorf("%s: %s is advertised and nobody has it", name, claim)
			}
		}
		registered := map[string]bool{}
		for _, s := range x.n.servers {
			for service, info := range s.GetServiceInfo() {
				for _, m := range info.Methods {
					registered[strings.ToLower(fmt.Sprintf("/%s/%s", service, m.Name))] = true
				}
			}
		}
		if !maps.Equal(registered, claims) {
			t.Errorf("%s: registered are %v, advertised %v", name, slices.Sorted(maps.Keys(registered)), slices.Sorted(maps.Keys(claims)))
		}
	}
}

// TestFeaturesCoverServer: no method that the real server names is missing from the list that TestFeaturesAreTrue tries.
func TestFeaturesCoverServer(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/golden/server.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Steps []struct {
			Responses []struct {
				Methods []struct{ MethodName, ServiceName string }
			}
		}
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, m := range serverMethods() {
		tried[strings.ToLower(m)] = true
	}
	count := 0
	for _, m := range recorded.Steps[0].Responses[0].Methods {
		if count++; !tried["/"+m.ServiceName+"/"+m.MethodName] {
			t.Errorf("%s of %s is not tried", m.MethodName, m.ServiceName)
		}
	}
	if count < 30 {
		t.Errorf("the recording names %d methods", count)
	}
}
