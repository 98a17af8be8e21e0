package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"ksiega/cmd/ksiega/session"
	"ksiega/domain/access"
	"ksiega/internal/report"
	"ksiega/queries"
)

// An answer to a report is the same as long as the log stands where it stood, on the same
// day, for whoever is shown as much: its ETag names that. It is a weak one, since the
// bytes also tell when they were made. Whoever asked may keep such an answer, and asks
// again before it is used, so that rights and position are looked at each time. An answer
// that shows opened texts has none and is kept nowhere, nor is a page: that somebody saw
// them is recorded each time they are sent.
const (
	keptByWhoAsked = "private, no-cache"
	vary           = "Accept, Accept-Encoding, Authorization"
)

func (s *server) tag(of report.Head, format string, who access.Who) string {
	b, _ := json.Marshal([]any{s.Version, of.Name, of.Params, of.AsOf, of.KnownAt, of.Day, of.Position, format, who.Roles, who.Scopes}) //nolint:errchkjson // texts
	sum := sha256.Sum256(b)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// hasTag says whether an If-None-Match names a tag; weak or not is one here (RFC 9110,
// 13.1.2).
func hasTag(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// unchanged says, without working it out, that an answer is the one that whoever asks
// has.
func (s *server) unchanged(r *http.Request, name string, req queries.Request, format string) bool {
	has := r.Header.Get("If-None-Match")
	if has == "" || has == "*" || format == inPage {
		return false
	}
	at, known := s.standing(r.Context(), name, req)
	return known && hasTag(has, s.tag(at, format, session.Of(r.Context())))
}

func (s *server) standing(ctx context.Context, name string, req queries.Request) (report.Head, bool) {
	at, err := s.Reader.Standing(ctx, name, req)
	return at, err == nil && at.Position != "" // what is wrong the answer tells
}

func notModified(c huma.Context, tag string) {
	c.SetHeader("ETag", tag)
	c.SetHeader("Cache-Control", keptByWhoAsked)
	c.SetHeader("Vary", vary)
	c.SetStatus(http.StatusNotModified)
}
