package httpapi

import (
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/validation"
)

// What nobody has put in words yet is told in general ones, not in huma's.
func TestSchemaIsToldInPolish(t *testing.T) {
	t.Parallel()
	for _, message := range []string{validation.MsgExpectedArray, validation.MsgExpectedConst, validation.MsgExpectedNotMatchSchema, "invalid JSON: x", "anything"} {
		if p := inSchema("body.x", message); p.Location != "body.x" || !strings.HasPrefix(p.Message, "Popraw ") || strings.Contains(p.Message, message) {
			t.Errorf("%s: %+v", message, p)
		}
	}
}
