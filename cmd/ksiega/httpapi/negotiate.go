package httpapi

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// The media types of answers.
const (
	typeJSON = "application/json"
	typeHTML = "text/html"
	typeText = "text/plain"
)

// preferred is the media type, of those that an address offers in its own order, that
// an Accept header takes best (RFC 9110, 12.5.1); "" is none of them.
func preferred(r *http.Request, offered ...string) string {
	header := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return offered[0]
	}
	best, most := "", 0.0
	for _, offer := range offered {
		kind, _, _ := strings.Cut(offer, "/")
		if q := quality(header, map[string]int{offer: 3, kind + "/*": 2, "*/*": 1}); q > most {
			best, most = offer, q
		}
	}
	return best
}

// takesGzip says whether a request's answer may be sent as gzip (RFC 9110, 12.5.3). A
// part of it (Range) is one of the plain bytes, and HEAD has none.
func takesGzip(r *http.Request) bool {
	return r.Header.Get("Range") == "" && r.Method != http.MethodHead && quality(strings.Join(r.Header.Values("Accept-Encoding"), ","), map[string]int{"gzip": 2, "x-gzip": 2, "*": 1}) > 0
}

// encodings leaves the compressor one word to read: by itself it knows no weights, and
// sends gzip to whoever refuses it.
func encodings(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gzip := takesGzip(r)
		r = r.Clone(r.Context())
		r.Header.Del("Accept-Encoding")
		if gzip {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		next.ServeHTTP(w, r)
	})
}

// maxNegotiated bounds a header of what somebody takes; a longer one takes nothing.
const maxNegotiated = 4 << 10

// quality is how welcome something is: of what may name it, the nearest says it.
func quality(header string, names map[string]int) (q float64) {
	if len(header) > maxNegotiated {
		return 0
	}
	closest := 0
	for part := range strings.SplitSeq(header, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		near := names[name]
		if near <= closest {
			continue
		}
		closest, q = near, 1
		if text, given := params["q"]; given {
			if q, err = strconv.ParseFloat(text, 64); err != nil || !(q >= 0 && q <= 1) {
				q = 0
			}
		}
	}
	return q
}

// notAcceptable says in which forms there is an answer.
func notAcceptable(offered []string) *Problem {
	return problem(codeNotAcceptable, "Popraw nagłówek Accept: nie przyjmuje niczego z tego, co jest: "+strings.Join(offered, ", "))
}

// offers serves an address that answers in the first of some media types, or in
// whichever of them is asked for; else nothing is done.
func (s *server) offers(types ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			media := preferred(r, types...)
			if media == "" {
				s.write(w, r, notAcceptable(types))
				return
			}
			if len(types) > 1 {
				w.Header().Set("Content-Type", media)
				w.Header().Add("Vary", "Accept")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// needAccept turns an operation that answers in JSON away from whoever takes none.
func (s *server) needAccept(ctx huma.Context, next func(huma.Context)) {
	r, w := humachi.Unwrap(ctx)
	if preferred(r, typeJSON) == "" {
		s.write(w, r, notAcceptable([]string{typeJSON}))
		return
	}
	next(ctx)
}
