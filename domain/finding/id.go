package finding

import "strings"

// EscapePart escapes a part of a finding's id that holds what separates the parts, a
// colon. Any other is left as it is, since resolutions name it so, unless it looks as
// if it were escaped.
func EscapePart(p string) string {
	if !strings.Contains(p, ":") && UnescapePart(p) == p {
		return p
	}
	return strings.NewReplacer("%", "%25", ":", "%3A").Replace(p)
}

// UnescapePart takes EscapePart back.
func UnescapePart(p string) string {
	if !strings.Contains(p, "%") {
		return p
	}
	return strings.NewReplacer("%3A", ":", "%25", "%").Replace(p)
}
