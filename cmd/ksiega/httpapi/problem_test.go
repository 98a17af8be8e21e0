package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"ksiega/domain"
	"ksiega/domain/intake"
	"ksiega/queries"
)

func TestErrorsHaveTheirProblem(t *testing.T) {
	t.Parallel()
	errStore, errOdd := errors.New("store"), errors.New("odd")
	s := &server{Options: Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Unavailable: func(err error) string {
			if errors.Is(err, errStore) {
				return "the store sleeps"
			}
			return ""
		}}}
	for _, c := range []struct {
		err    error
		code   code
		status int
	}{
		{domain.Refusal(domain.CodeInvalid, "x"), "invalid", http.StatusUnprocessableEntity},
		{domain.Refusal(domain.CodeNotFound, "x"), "not-found", http.StatusNotFound},
		{domain.ErrDiffers.With("kwota"), "differs", http.StatusConflict},
		{domain.Refusal(domain.CodeRule, "x"), "rule", http.StatusUnprocessableEntity},
		{domain.Refusal(domain.CodeConflict, "x"), "conflict", http.StatusConflict},
		{domain.Refusal(domain.CodeDenied, "x"), "denied", http.StatusForbidden},
		{intake.ErrKeyReused, "idempotency-key-reused", http.StatusConflict},
		{queries.ErrBehind, "behind", http.StatusServiceUnavailable},
		{errStore, "unavailable", http.StatusServiceUnavailable},
		{context.DeadlineExceeded, "unavailable", http.StatusServiceUnavailable},
		{errOdd, "internal", http.StatusInternalServerError},
	} {
		p := s.problemOf(t.Context(), fmt.Errorf("report x: %w", c.err))
		if p.Code != string(c.code) || p.Status != c.status || p.Title == "" {
			t.Errorf("%v: %+v", c.err, p)
		}
		if c.err == errOdd && p.Detail != "" {
			t.Errorf("an unexpected error is shown: %q", p.Detail)
		}
	}
}
