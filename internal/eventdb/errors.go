package eventdb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const maxAppendSize = 1 << 20 // data of one append, in bytes

func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

// refusal is an error with the trailers that clients tell errors apart by.
type refusal struct {
	code     codes.Code
	message  string
	trailers []string
}

func (r *refusal) Error() string { return r.message }

// GRPCStatus is how gRPC learns the code.
func (r *refusal) GRPCStatus() *status.Status { return status.New(r.code, r.message) }

func streamDeleted(stream string) error {
	return &refusal{codes.FailedPrecondition, fmt.Sprintf("Event stream '%s' is deleted.", printable(stream)),
		[]string{"exception", "stream-deleted", "stream-name", printable(stream)}}
}

func deleteFailed(stream string, e expectation, actual int64) error {
	expected, now := strconv.FormatInt(e.number(), 10), strconv.FormatInt(actual, 10)
	return &refusal{codes.FailedPrecondition,
		fmt.Sprintf("Delete failed due to WrongExpectedVersion. Stream: %s, Expected version: %s, Actual version: %s", printable(stream), expected, now),
		[]string{"exception", "wrong-expected-version", "stream-name", printable(stream), "expected-version", expected, "actual-version", now}}
}

func appendTooBig() error {
	return &refusal{codes.InvalidArgument, fmt.Sprintf("Maximum Append Size of %d Exceeded.", maxAppendSize),
		[]string{"exception", "maximum-append-size-exceeded", "maximum-append-size", strconv.Itoa(maxAppendSize)}}
}

func missingProperty(name string) error {
	return &refusal{codes.InvalidArgument, fmt.Sprintf("Required Metadata Property '%s' is missing", name),
		[]string{"exception", "missing-required-metadata-property", "required-metadata-properties", "type,content-type"}}
}

func readOnlyNode() error {
	return &refusal{codes.PermissionDenied, "The node is read-only.", []string{"exception", "access-denied"}}
}

// printable keeps to what a trailer may hold: all but printable ASCII is percent-encoded.
func printable(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] >= 0x20 && s[i] < 0x7f
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] >= 0x20 && s[i] < 0x7f {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}

// answer turns an error from within into the status a client gets, and hands its trailers to set.
func answer(err error, set func(metadata.MD)) error {
	var r *refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &r):
		set(metadata.Pairs(r.trailers...))
		return r.GRPCStatus().Err()
	case pebble.IsCorruptionError(err):
		return status.Error(codes.DataLoss, "The store is damaged: "+err.Error())
	case errors.Is(err, errDamaged):
		return status.Error(codes.DataLoss, "The store is "+err.Error())
	case errors.Is(err, errStopped), errors.Is(err, errStoreFatal):
		return status.Error(codes.Unavailable, "The node has stopped.")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.Internal, "The store cannot be read: "+err.Error())
}
