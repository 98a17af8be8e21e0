package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"ksiega/cmd/ksiega/control"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/erasure"
	"ksiega/internal/eventdb"
	"ksiega/internal/journal"
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
	Register      string `required:"" placeholder:"NO" help:"Number of the decision in the centre's register, where the reasons stand in words."`
}

// erasing is what the control door is asked to erase.
type erasing struct {
	Kind          domain.RefKind
	ID            string
	Ground        string
	RetainedUntil domain.Date
	Register      string
}

func (c *eraseCmd) asked() (erasing, error) {
	e := erasing{Ground: c.Ground, Register: c.Register}
	for _, of := range []domain.Ref{{Kind: domain.RefParticipant, ID: c.Participant}, {Kind: domain.RefAssistant, ID: c.Assistant},
		{Kind: domain.RefStatement, ID: c.Statement}, {Kind: domain.RefClaim, ID: c.Claim}, {Kind: domain.RefFinding, ID: c.Finding}} {
		if of.ID != "" {
			e.Kind, e.ID = of.Kind, of.ID
		}
	}
	if c.RetainedUntil == "" {
		return e, nil
	}
	var err error
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
		return control.Usage{Err: err}
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	var gone *eventdb.ScavengeResult
	var left []queries.Left
	var along []erasure.Subject
	var remains []erasure.Left
	err = follow(ctx, g, false, "erase", body, func(n control.Note) {
		if n.Scavenged != nil {
			gone = n.Scavenged
		}
		left, along, remains = append(left, n.Left...), append(along, n.Along...), append(remains, n.Remains...)
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s %s: what was sealed about it cannot be read any more\n", asked.Kind, asked.ID)
	for _, s := range along {
		fmt.Printf("%s %s: erased too, as every text of it is about %s %s\n", s.Kind, s.ID, asked.Kind, asked.ID)
	}
	for _, l := range remains {
		fmt.Printf("left: %s%s\n", l, howToErase(l))
	}
	fmt.Println("one person decided this and nobody confirmed it: the record says so")
	if gone == nil {
		fmt.Println("the event store of --eventstore still holds the bytes of the destroyed key: in the chunk that is being written until it is full and closed, and then until " +
			"a scavenge on every node (docs/EVENTSTOREDB.md)")
	} else {
		fmt.Printf("the destroyed key is gone from the disk: %d events removed, %d bytes left of %d\n", gone.Events, gone.BytesAfter, gone.BytesBefore)
	}
	sayLeft(left, "left, because earlier versions recorded it so that it can be read or guessed, and a log is never rewritten (shown only with --reveal)")
	fmt.Printf("backups taken before this still hold it: ksiega restore erases it in them again by the list %s, so keep a copy of that beside them; for who has the master key of then "+
		"they open without it: destroy them, or change the master key (ksiega rekey) and destroy every copy of the old one\n", erasuresFile(g.Data, g.Ledger))
	return nil
}

// howToErase names the command that erases the others' texts with it, where there is
// one.
func howToErase(l erasure.Left) string {
	switch {
	case l.ID != "" && (l.Kind == domain.RefStatement || l.Kind == domain.RefClaim || l.Kind == domain.RefFinding):
		return fmt.Sprintf(" (all of them: ksiega erase --%s %s)", l.Kind, l.ID)
	}
	return ""
}

// eraseBound is how long an erasure may take, up to the key, with the log read for what
// is written about a person.
const eraseBound = 5 * time.Minute

// modelsWait bounds how long an erasure waits for the read models.
const modelsWait = time.Minute

// erase destroys a key and then, where the store is ours, its bytes.
func (p *process) erase(r *http.Request, n *control.Notes) error {
	var e erasing
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&e); err != nil {
		return control.Usage{Err: err}
	}
	erased, err := p.carryOut(r.Context(), origin(r), e)
	if err != nil {
		return err
	}
	of := domain.Ref{Kind: e.Kind, ID: e.ID}
	state, err := p.ledger.Erased(r.Context(), of)
	if err == nil && p.runner != nil {
		err = p.waitForModels(r.Context(), erased.Position)
	}
	if err == nil && p.forgetter != nil {
		n.Say(control.Note{File: "other servers forget the key", At: 0, Of: 1})
		err = p.forgotten(r.Context())
	}
	if err != nil {
		return err
	}
	left, err := queries.LeftInClear(r.Context(), p.journal, of)
	if len(left)+len(state.Along)+len(state.Left) > 0 {
		n.Say(control.Note{Left: left, Along: state.Along, Remains: state.Left})
	}
	if err != nil || p.node == nil {
		return err
	}
	return p.scavengeNoted(r.Context(), n)
}

// carryOut ends an erasure also where whoever asked has gone meanwhile.
func (p *process) carryOut(ctx context.Context, o commands.Origin, e erasing) (journal.Result, error) {
	p.erasing.RLock()
	defer p.erasing.RUnlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), eraseBound)
	defer cancel()
	return p.ledger.EraseSubject(ctx, o, commands.EraseSubject{Kind: e.Kind, ID: e.ID, On: domain.DateOf(time.Now().In(p.ledger.Zone)),
		Ground: e.Ground, RetainedUntil: e.RetainedUntil, Register: e.Register})
}

// waitForModels is done once no read model shows what was erased.
func (p *process) waitForModels(ctx context.Context, at journal.Position) error {
	ctx, cancel := context.WithTimeout(ctx, modelsWait)
	defer cancel()
	if err := p.runner.WaitFor(ctx, at.Bound()); err != nil {
		return fmt.Errorf("the key is destroyed, but not every read model has passed the order: erase again: %w", err)
	}
	return nil
}
