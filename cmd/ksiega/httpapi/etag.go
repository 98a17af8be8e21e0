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
	b, _ := json.Marshal([]any{s.Version, of.Name, of.Params, of.AsOf, of.KnownAt, of.Day, of.Position, of.Scope, format, who.Grants}) //nolint:errchkjson // texts
	sum := sha256.Sum256(b)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// hasTag says whether an If-None-Match names a tag; weak or not is one here (RFC 9110,
// 13.1.2).
func hasTag(r *http.Request, tag string) bool {
	for one := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// unchanged is the tag of an answer, without working it out, where whoever asks has that
// one; any at all is no tag, which an answer that shows opened texts lacks.
func (s *server) unchanged(r *http.Request, name string, req queries.Request, format string) string {
	if r.Header.Get("If-None-Match") == "" || hasTag(r, "") || format == inPage {
		return ""
	}
	at, known := s.standing(r.Context(), name, req)
	if tag := s.tag(at, format, session.Of(r.Context())); known && hasTag(r, tag) {
		return tag
	}
	return ""
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
