package httpapi

import (
	"net/http"

	"ksiega/domain"
	"ksiega/domain/access"
)

// errNoWaiting refuses strangers a position to wait for: what they may see is there.
var errNoWaiting = domain.Refusal(domain.CodeDenied, "minPosition is for those who have a token")

// visits says that somebody asks because Strangers lets them.
func (c caller) visits() bool { return c.role == string(access.Visitor) }

// forStrangers asks Strangers again when an answer is about to be sent: it was computed
// by then, maybe of what was recorded since it was asked for.
func (s *server) forStrangers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !callerOf(r.Context()).visits() {
			next.ServeHTTP(w, r)
			return
		}
		own := w.Header().Clone()
		next.ServeHTTP(&shown{ResponseWriter: w, shut: func() bool {
			err := s.Strangers(r.Context())
			if err == nil {
				return false
			}
			clear(w.Header())
			for name, values := range own {
				w.Header()[name] = values
			}
			s.turnedAway(w, r, problem(codeUnauthorized, err.Error()))
			return true
		}}, r)
	})
}

// shown is an answer of which nothing is sent where the door is shut once it begins.
type shown struct {
	http.ResponseWriter
	shut           func() bool
	begun, dropped bool
}

func (w *shown) begin() bool {
	if !w.begun {
		w.begun = true
		w.dropped = w.shut()
	}
	return !w.dropped
}

func (w *shown) WriteHeader(status int) {
	if w.begin() {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *shown) Write(b []byte) (int, error) {
	if !w.begin() {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
