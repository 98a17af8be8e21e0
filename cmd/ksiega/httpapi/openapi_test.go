package httpapi_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
)

// TestOpenAPIIsWhatWasAgreed compares the document with the recorded one; after
// a wanted change, KSIEGA_GOLDEN=update records the new one.
func TestOpenAPIIsWhatWasAgreed(t *testing.T) {
	t.Parallel()
	const path = "testdata/openapi.golden.json"
	got := append(open(t, func(o *httpapi.Options) { o.Token = "" }).get("/openapi.json").Body.Bytes(), '\n')
	if os.Getenv("KSIEGA_GOLDEN") == "update" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d is %s, agreed was %s", i+1, a[i], b[i])
		}
	}
	t.Fatalf("%d lines, agreed were %d", len(a), len(b))
}
