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
	Participant   string `xor:"what" required:"" placeholder:"ID" help:"Usuń uczestnika."`
	Assistant     string `xor:"what" required:"" placeholder:"ID" help:"Usuń asystenta."`
	Statement     string `xor:"what" required:"" placeholder:"NO" help:"Usuń tytuły przelewów z wyciągu."`
	Claim         string `xor:"what" required:"" placeholder:"NO" help:"Usuń powody zapisane przy wniosku o refundację."`
	Finding       string `xor:"what" required:"" placeholder:"ID" help:"Usuń powody zapisane przy ustaleniu."`
	Street        string `xor:"what" required:"" placeholder:"ID" help:"Usuń pseudonim i słowa o osobie z ulicy; jej identyfikator stoi w historii kontaktu."`
	Contact       string `xor:"what" required:"" placeholder:"ID" help:"Usuń słowa zapisane przy kontakcie bez pseudonimu."`
	Account       string `xor:"what" required:"" placeholder:"ID" help:"Usuń imię, nazwisko i login konta oraz wyłącz je na zawsze; w historii zostaje jego identyfikator."`
	Ground        string `required:"" enum:"retencja,zadanie" help:"Dlaczego: skończył się okres przechowywania (retencja) albo osoba tego żąda (zadanie)."`
	RetainedUntil string `placeholder:"RRRR-MM-DD" help:"Ostatni dzień okresu przechowywania, gdy powodem jest retencja."`
	Register      string `required:"" placeholder:"NO" help:"Numer decyzji w rejestrze ośrodka, w którym powody stoją słowami."`
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
		{Kind: domain.RefStatement, ID: c.Statement}, {Kind: domain.RefClaim, ID: c.Claim}, {Kind: domain.RefFinding, ID: c.Finding},
		{Kind: domain.RefStreet, ID: c.Street}, {Kind: domain.RefContact, ID: c.Contact}, {Kind: domain.RefAccount, ID: c.Account}} {
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
	whose := subjectInWords(asked.Kind, asked.ID)
	fmt.Printf("%s: tego, co było zaszyfrowane, nie da się już odczytać\n", whose)
	for _, s := range along {
		fmt.Printf("%s: też usunięto, bo każdy tekst dotyczył tylko tej osoby lub sprawy (%s)\n", subjectInWords(s.Kind, s.ID), whose)
	}
	for _, l := range remains {
		fmt.Println(remainsInWords(l))
	}
	fmt.Println("zdecydowała o tym jedna osoba i nikt tego nie potwierdził: tak też zapisano")
	if gone == nil {
		fmt.Println("magazyn zdarzeń (--eventstore) ma jeszcze bajty zniszczonego klucza: w pliku, który właśnie zapisuje, aż go zapełni i zamknie, a potem " +
			"do czyszczenia (scavenge) na każdym węźle (docs/EVENTSTOREDB.md)")
	} else {
		fmt.Printf("zniszczony klucz zniknął z dysku; usuniętych zdarzeń: %d, zostało bajtów: %d z %d\n", gone.Events, gone.BytesAfter, gone.BytesBefore)
	}
	sayLeft(left, "zostaje, bo wcześniejsze wersje zapisały to tak, że można to przeczytać albo odgadnąć, a dziennika się nie przepisuje (pokazuje się tylko z --reveal)")
	fmt.Printf("wcześniejsze kopie zapasowe jeszcze to mają: ksiega restore usunie to w nich znowu według listy %s, więc trzymaj obok nich jej kopię; kto ma ówczesny klucz główny, "+
		"otworzy je bez niej: zniszcz je albo zmień klucz główny (ksiega rekey) i zniszcz każdą kopię starego\n", erasuresFile(g.Data, g.Ledger))
	return nil
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
		n.Say(control.Note{File: "inne serwery zapominają klucz", At: 0, Of: 1})
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
		return fmt.Errorf("klucz jest zniszczony, ale nie każde zestawienie doszło do zlecenia: usuń jeszcze raz (%w)", err)
	}
	return nil
}
