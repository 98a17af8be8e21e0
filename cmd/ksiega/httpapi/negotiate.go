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
		if q := quality(header, offer); q > most {
			best, most = offer, q
		}
	}
	return best
}

// quality is how welcome a media type is: what names it most closely says it.
func quality(header, offer string) (q float64) {
	kind, _, _ := strings.Cut(offer, "/")
	closest := 0
	for part := range strings.SplitSeq(header, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		near := map[string]int{offer: 3, kind + "/*": 2, "*/*": 1}[media]
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
	return problem(codeNotAcceptable, "Accept takes none of "+strings.Join(offered, ", "))
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
