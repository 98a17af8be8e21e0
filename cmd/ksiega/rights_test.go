package main

import (
	"reflect"
	"slices"
	"testing"

	"github.com/alecthomas/kong"

	"ksiega/commands"
	"ksiega/domain/access"
	"ksiega/queries"
)

// Every sub-command and every operation of the control door has its line in the table of
// rights, and the table has no line that nothing asks for.
func TestEveryOperationHasALine(t *testing.T) {
	t.Parallel()
	asked := map[access.Operation]bool{access.Overview: true, access.Reveal: true, access.Sheet: true, access.Session: true, access.Find: true, access.Names: true, access.Wait: true, "backup": true}
	for name := range (&process{}).operations() {
		asked[access.Operation(name)] = true
	}
	// These start a process, open no ledger, or ask by the name of a report or a command.
	without := []string{"serve", "node", "version", "template", "report", "command", "account"}
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range parser.Model.Children {
		if !slices.Contains(without, sub.Name) {
			asked[access.Operation(sub.Name)] = true
		}
	}
	for _, r := range queries.NewReader(queries.Options{}).Reports() {
		asked[access.Report(r.Name)] = true
	}
	for op := range asked {
		if !slices.Contains(access.Operations(), op) {
			t.Errorf("%q has no line in domain/access", op)
		}
	}
	ledger := reflect.TypeFor[*commands.Ledger]()
	for i := range ledger.NumMethod() {
		if do := ledger.Method(i).Type; do.NumIn() > 3 {
			if request, ok := reflect.Zero(do.In(3)).Interface().(commands.Request); ok {
				asked[request.Operation()] = true
			}
		}
	}
	for _, op := range access.Operations() {
		if !asked[op] && op != "take-statement" { // rows of bank statements, which are no requests
			t.Errorf("nothing asks for %q", op)
		}
	}
}
