package pebblelog

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
)

// TestKnowsThisPebble fails with an upgrade of Pebble until its formats have been
// compared with those that this package reads.
func TestKnowsThisPebble(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-f", "{{with .Replace}}{{.Path}} {{.Version}}{{else}}{{.Version}}{{end}}",
		"github.com/cockroachdb/pebble/v2").Output()
	if err != nil {
		t.Fatalf("which Pebble this is: %v", err)
	}
	built := Version{strings.TrimSpace(string(out)), pebble.FormatNewest}
	if !slices.Contains(Known(), built) {
		t.Fatalf("built with Pebble %+v, which is none of %+v: compare the formats named at Known, then add it there", built, Known())
	}
}
