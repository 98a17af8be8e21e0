// Command listgen writes the list of breached passwords of a JSON list of them, which it
// reads from its input, to its output.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"ksiega/internal/password"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "listgen:", err)
		os.Exit(1)
	}
}

func run() error {
	var words []string
	if err := json.NewDecoder(os.Stdin).Decode(&words); err != nil {
		return err
	}
	prefixes := make([][]byte, len(words))
	for i, w := range words {
		prefixes[i] = password.Prefix(password.Folded(w))
	}
	slices.SortFunc(prefixes, bytes.Compare)
	_, err := os.Stdout.Write(bytes.Join(slices.CompactFunc(prefixes, bytes.Equal), nil))
	return err
}
