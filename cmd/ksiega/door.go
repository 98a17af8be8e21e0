package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"os"
	"sync"

	"ksiega/cmd/ksiega/control"
	"ksiega/cmd/ksiega/session"
	"ksiega/cmd/ksiega/words"
	"ksiega/commands"
	"ksiega/domain/access"
)

// build identifies this executable; both ends of the control door must be the
// same.
var build = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return version
	}
	f, err := os.Open(path)
	if err != nil {
		return version
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return version
	}
	return version + "-" + hex.EncodeToString(h.Sum(nil)[:8])
})

// door serves the command line; api is the ledger's HTTP door.
func (p *process) door(api http.Handler) http.Handler {
	o := control.Options{Build: build(), Ledger: string(p.name), Who: p.whoIs, API: api, Backup: p.backup,
		Shown: p.shown, Operations: p.operations()}
	if p.store != nil {
		o.Head = func(ctx context.Context) (string, error) {
			head, err := p.journal.Head(ctx)
			return head.String(), err
		}
	}
	return control.New(o)
}

// whoIs is whom a user of the machine acts as; nobody else believes what the command line says
// of itself.
func (p *process) whoIs(ctx context.Context, user, role string) (access.Who, error) {
	return p.accounts.Shell(ctx, user, access.Role(role))
}

// operations are what the control door carries out, by their names in the table of rights.
func (p *process) operations() map[string]control.Operation {
	all := map[string]control.Operation{"import": p.importFiles, "replay": p.replay, "verify": p.verify, "rebuild": p.rebuild,
		"scavenge": p.scavenge, "erase": p.erase, "doctor": p.doctor}
	maps.Copy(all, p.accountOperations())
	return all
}

// shown is an error as it may be told to a client: why the store has stopped, and none of
// the server's secrets, as those of the client, who prints it, are others.
func (p *process) shown(err error) error { return p.secrets.Error(words.Error(inWords(p.cause(err)))) }

// origin is who asks for a command over the control door.
func origin(r *http.Request) commands.Origin {
	return commands.Origin{Who: session.Of(r.Context())}
}
