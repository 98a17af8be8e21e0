package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"ksiega/commands"
	"ksiega/domain"
	"ksiega/internal/eventdb"
	"ksiega/queries"
)

type eraseCmd struct {
	Participant   string `xor:"what" required:"" placeholder:"ID" help:"Erase a participant."`
	Assistant     string `xor:"what" required:"" placeholder:"ID" help:"Erase an assistant."`
	Statement     string `xor:"what" required:"" placeholder:"NO" help:"Erase the titles of a bank statement."`
	Claim         string `xor:"what" required:"" placeholder:"NO" help:"Erase the reasons recorded with a refund claim."`
	Finding       string `xor:"what" required:"" placeholder:"ID" help:"Erase the reasons recorded with a finding."`
	Ground        string `required:"" enum:"retencja,zadanie" help:"Why: retention ended (retencja) or the person demands it (zadanie)."`
	RetainedUntil string `placeholder:"RRRR-MM-DD" help:"Last day of retention, for the ground retencja."`
	Reason        string `required:"" placeholder:"WHY" help:"In words, for the record; kept sealed. - reads them from the standard input, as arguments can be seen by others."`
}

// erasing is what the control door is asked to erase.
type erasing struct {
	Kind          domain.RefKind
	ID            string
	Ground        string
	RetainedUntil domain.Date
	Reason        string
}

func (c *eraseCmd) asked() (erasing, error) {
	reason, err := reasonFrom(c.Reason, os.Stdin)
	if err != nil {
		return erasing{}, err
	}
	e := erasing{Ground: c.Ground, Reason: reason}
	for _, of := range []domain.Ref{{Kind: domain.RefParticipant, ID: c.Participant}, {Kind: domain.RefAssistant, ID: c.Assistant},
		{Kind: domain.RefStatement, ID: c.Statement}, {Kind: domain.RefClaim, ID: c.Claim}, {Kind: domain.RefFinding, ID: c.Finding}} {
		if of.ID != "" {
			e.Kind, e.ID = of.Kind, of.ID
		}
	}
	if c.RetainedUntil == "" {
		return e, nil
	}
	if e.RetainedUntil, err = domain.ParseDate(c.RetainedUntil); err != nil {
		err = fmt.Errorf("--retained-until: %w", err)
	}
	return e, err
}

// Run destroys a key and removes its bytes from the disk, and says where they may
// still be.
func (c *eraseCmd) Run(ctx context.Context, g *globals) error {
	asked, err := c.asked()
	if err != nil {
		return wrongUsage{err}
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	door, err := connect(ctx, g, false)
	if err != nil {
		return err
	}
	bar := newProgress()
	var gone *eventdb.ScavengeResult
	var left []queries.Left
	err = door.follow(ctx, "/control/erase", url.Values{}, "application/json", bytes.NewReader(body), func(n note) error {
		if n.Scavenged != nil {
			gone = n.Scavenged
			return nil
		}
		if n.Left != nil {
			left = n.Left
			return nil
		}
		bar.show(n)
		return nil
	})
	bar.clear()
	if err := errors.Join(err, door.close()); err != nil {
		return err
	}
	fmt.Printf("%s %s: what was sealed about it cannot be read any more\n", asked.Kind, asked.ID)
	if gone == nil {
		fmt.Println("the event store of --eventstore still holds the bytes of the destroyed key: scavenge it with its own tools")
	} else {
		fmt.Printf("the destroyed key is gone from the disk: %d events removed, %d bytes left of %d\n", gone.Events, gone.BytesAfter, gone.BytesBefore)
	}
	sayLeft(left, "left, because earlier versions recorded it in clear and a log is never rewritten (shown only with --reveal)")
	dir, err := g.dataDir()
	if err != nil {
		return err
	}
	fmt.Printf("backups taken before this still hold it: ksiega restore erases it in them again by the list %s, so keep a copy of that beside them; for who has the master key of then "+
		"they open without it: destroy them, or change the master key (ksiega rekey) and destroy every copy of the old one\n", erasuresFile(dir, g.Ledger))
	return nil
}

// erase destroys a key and then, where the store is ours, its bytes.
func (c *control) erase(w http.ResponseWriter, r *http.Request) {
	var e erasing
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&e); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	_, err := c.book.ledger.EraseSubject(r.Context(), origin(r), commands.EraseSubject{Kind: e.Kind, ID: e.ID, On: domain.DateOf(time.Now().In(c.book.ledger.Zone)),
		Ground: e.Ground, RetainedUntil: e.RetainedUntil, Reason: e.Reason})
	if err != nil {
		refuse(w, status(err), err)
		return
	}
	n := newNotes(w)
	left, err := queries.LeftInClear(r.Context(), c.book.journal, domain.Ref{Kind: e.Kind, ID: e.ID})
	if len(left) > 0 {
		n.say(note{Left: left})
	}
	if err != nil || c.book.node == nil {
		n.end(err)
		return
	}
	n.end(scavengeNode(r.Context(), c.book.node, n.say))
}
