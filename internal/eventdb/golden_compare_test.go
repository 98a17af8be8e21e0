package eventdb

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

func (r *replay) compareAll(s *step, got []proto.Message) error {
	var want []map[string]any
	for _, raw := range s.Responses {
		if strings.HasPrefix(string(raw), `{"checkpoint"`) || lateBatch(raw) && s.Call == "send" {
			continue
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		want = append(want, r.encode("", v, false).(map[string]any))
	}
	var have []map[string]any
	for _, m := range got {
		v, err := decoded(m)
		if err != nil {
			return err
		}
		have = append(have, v)
	}
	if len(have) != len(want) {
		return fmt.Errorf("%d answers, want %d: %v", len(have), len(want), have)
	}
	if s.Call == "send" {
		have = inOrderOf(want, have)
	}
	for i := range want {
		if err := r.same("", have[i], want[i]); err != nil {
			return fmt.Errorf("answer %d: %w\n got %v\nwant %v", i, err, have[i], want[i])
		}
	}
	return nil
}

// inOrderOf puts the answers of one send, which may come in any order, into the order of the recording.
func inOrderOf(want, have []map[string]any) []map[string]any {
	var out []map[string]any
	for _, w := range want {
		for _, h := range have {
			if fmt.Sprint(h["correlationId"]) == fmt.Sprint(w["correlationId"]) {
				out = append(out, h)
			}
		}
	}
	if len(out) != len(have) {
		return have
	}
	return out
}

// decoded is a message in the recording's JSON form.
func decoded(m proto.Message) (map[string]any, error) {
	b, isBatch := m.(*streams.BatchAppendResp)
	failure := b.GetError()
	if isBatch && failure != nil {
		m = proto.Clone(m)
		m.(*streams.BatchAppendResp).Result = nil
	}
	raw, err := protojson.Marshal(m)
	if err != nil {
		return nil, err
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	if failure != nil {
		details := map[string]any{"type_url": failure.Details[0].TypeUrl}
		if value := failure.Details[0].Value; len(value) > 0 {
			details["value"] = "base64:" + base64.StdEncoding.EncodeToString(value)
		}
		code := codes.Code(failure.Code)
		name := map[codes.Code]string{codes.AlreadyExists: "ALREADY_EXISTS", codes.NotFound: "NOT_FOUND",
			codes.InvalidArgument: "INVALID_ARGUMENT", codes.DeadlineExceeded: "DEADLINE_EXCEEDED"}[code]
		v["error"] = map[string]any{"code": name, "message": failure.Message, "details": details}
	}
	return v, nil
}

// same compares got with what was recorded, and binds the names of positions.
func (r *replay) same(key string, got, want any) error {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: got %v", key, got)
		}
		return r.sameFields(key, g, want)
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return fmt.Errorf("%s: got %v", key, got)
		}
		for i := range want {
			if err := r.same(key, g[i], want[i]); err != nil {
				return err
			}
		}
		return nil
	case string:
		return r.sameText(key, got, want)
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: got %v, want %v", key, got, want)
	}
	return nil
}

func (r *replay) sameFields(key string, got, want map[string]any) error {
	for k := range got {
		if _, ok := want[k]; !ok {
			return fmt.Errorf("%s: %s is there", key, k)
		}
	}
	if key == "event" && want["link"] != nil || r.projected && indexed(want["event"]) {
		if l := want["link"]; r.projected && (indexed(l) || indexed(want["event"])) {
			delete(want, "commitPosition") // of the link
		}
	}
	linked := r.projected && indexed(want)
	if key == "details" && strings.HasSuffix(fmt.Sprint(want["type_url"]), ".BadRequest") {
		delete(want, "value") // wording
	}
	for k, w := range want {
		if linked && (k == "id" || k == "customMetadata" || k == "commitPosition" || k == "preparePosition") {
			if got[k] == nil {
				return fmt.Errorf("%s: %s is missing", key, k)
			}
			continue
		}
		g, ok := got[k]
		if text, _ := w.(string); !ok && strings.HasSuffix(text, "+") {
			continue // zero: the log is empty
		}
		if w == "instance" && ok {
			continue
		}
		if !ok {
			return fmt.Errorf("%s: %s is missing", key, k)
		}
		if err := r.same(k, g, w); err != nil {
			return err
		}
	}
	return nil
}

// indexed tells whether an event stands in an index stream: its position, id and metadata are the server's own.
func indexed(event any) bool {
	e, _ := event.(map[string]any)
	id, _ := e["streamIdentifier"].(map[string]any)
	name, _ := base64.StdEncoding.DecodeString(fmt.Sprint(id["streamName"]))
	return strings.HasPrefix(string(name), "$ce-") || strings.HasPrefix(string(name), "$et-")
}

func (r *replay) sameText(key string, got any, want string) error {
	text, _ := got.(string)
	switch {
	case key == "commitPosition" || key == "preparePosition":
		return r.bind(text, want)
	case want == "generated" || want == "subscription":
		if text == "" {
			return fmt.Errorf("%s is missing", key)
		}
		return nil
	case want == "time":
		if v, err := strconv.ParseInt(fmt.Sprint(got), 10, 64); err != nil || v < 16e15 || v > 40e15 {
			return fmt.Errorf("%s: got %v, want 100 ns ticks", key, got)
		}
		return nil
	case key == "value":
		if text != want && text != "base64:"+base64.StdEncoding.EncodeToString(plain(want)) {
			return fmt.Errorf("%s: got %q, want %q", key, text, want)
		}
		return nil
	}
	if text != want {
		return fmt.Errorf("%s: got %q, want %q", key, text, want)
	}
	return nil
}

// bind gives a name its number, or compares; numbers ascend with names.
func (r *replay) bind(got, name string) error {
	v, err := strconv.ParseUint(got, 10, 64)
	if err != nil {
		return fmt.Errorf("position %q: %w", got, err)
	}
	if strings.HasSuffix(name, "+") {
		return nil // the answer to an append of no events
	}
	if bound, ok := r.positions[name]; ok {
		if bound != v {
			return fmt.Errorf("position %s is %d, and was %d", name, v, bound)
		}
		return nil
	}
	number := func(name string) int { n, _ := strconv.Atoi(strings.TrimPrefix(name, "p")); return n }
	for other, at := range r.positions {
		if (number(other) < number(name)) != (at < v) {
			return fmt.Errorf("position %s is %d, but %s is %d", name, v, other, at)
		}
	}
	r.positions[name] = v
	return nil
}

// checkIntervals makes sure that checkpoints came as often as they must: at least once for every window × multiplier of
// events looked at, passing or not.
func (r *replay) checkIntervals(ctx context.Context) {
	call, err := streams.NewStreamsClient(r.conn).Read(ctx, &streams.ReadReq{Options: &streams.ReadReq_Options{
		StreamOption: &streams.ReadReq_Options_All{All: &streams.ReadReq_Options_AllOptions{AllOption: &streams.ReadReq_Options_AllOptions_Start{Start: &shared.Empty{}}}},
		CountOption:  &streams.ReadReq_Options_Count{Count: 1000},
		FilterOption: &streams.ReadReq_Options_NoFilter{NoFilter: &shared.Empty{}},
		UuidOption:   &streams.ReadReq_Options_UUIDOption{Content: &streams.ReadReq_Options_UUIDOption_String_{String_: &shared.Empty{}}},
	}})
	if err != nil {
		r.t.Fatal(err)
	}
	var log []*streams.ReadResp_ReadEvent
	for {
		m, err := call.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			r.t.Fatal(err)
		}
		log = append(log, m.GetEvent())
	}
	for name, o := range r.open {
		_, interval, err := parseFilter(o.filter)
		if err != nil {
			r.t.Fatal(err)
		}
		marks, looked := o.marks, uint64(0)
		for _, e := range log {
			pos := e.GetCommitPosition()
			if pos <= o.start {
				continue
			}
			looked++
			if len(marks) > 0 && marks[0] == pos {
				marks, looked = marks[1:], 0
			}
			if looked >= interval {
				r.t.Errorf("%s: %d events looked at, up to %d, and no checkpoint", name, looked, pos)
				break
			}
		}
		if len(marks) > 0 {
			r.t.Errorf("%s: checkpoints at %v, where no event is", name, marks)
		}
	}
}
