package commands

import (
	"cmp"
	"context"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// GrantAid enters material aid that was given under a contract; purpose and document in
// clear.
type GrantAid struct {
	Contract     string        `json:"contract"`
	Date         domain.Date   `json:"date"`
	Purpose      string        `json:"purpose,omitempty"`
	AmountGrosze domain.Grosze `json:"amountGrosze,omitempty"`
	Document     string        `json:"document,omitempty"`
	Amendment
}

func (GrantAid) Operation() access.Operation { return "grant-aid" }

func (c GrantAid) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Contract}}}
}

func (c GrantAid) open() any {
	return GrantAid{Contract: c.Contract, Date: c.Date, AmountGrosze: c.AmountGrosze, Amendment: c.Amendment.open()}
}

func (c GrantAid) lastStream() (string, error) { return streamOf("contract", c.Contract) }

func (c *GrantAid) columns() []column {
	return append([]column{
		idColumn("umowa", "contract", &c.Contract, "numer kontraktu").key(),
		dateColumn("data", "date", &c.Date, "dzień pomocy").key(),
		textColumn("cel", "purpose", &c.Purpose, "na co").code().key().mayBeEmpty(),
		amountColumn("kwota", "amountGrosze", &c.AmountGrosze, "kwota"),
		textColumn("dokument", "document", &c.Document, "dokument, z którego to wynika").sealed().optional().key(),
	}, c.Amendment.columns()...)
}

func aid() useCase[GrantAid, contract.State, contract.Command] {
	return underContract((*Ledger).prepareAid, func(c GrantAid) string { return c.Contract })
}

func aidFile() importKind { return byStream("pomoc", "pomoc materialna", aid(), nil) }

// GrantAid carries the command out.
func (l *Ledger) GrantAid(ctx context.Context, o Origin, c GrantAid) (journal.Result, error) {
	return aid().carryOut(ctx, l, o, c)
}

func (l *Ledger) prepareAid(ctx context.Context, k *lookups, o Origin, c *GrantAid) (contract.Command, error) {
	said, err := k.under(ctx, &c.Contract, l.happened("date", c.Date))
	if err != nil {
		return nil, err
	}
	of, err := k.programme(ctx, said.Programme)
	if err != nil {
		return nil, err
	}
	s := l.sealer(ctx)
	fact := contract.AidGranted{About: said, Date: c.Date, Amount: c.AmountGrosze}
	fact.Purpose, fact.Document = s.text(fact.Seal("purpose"), c.Purpose), s.text(fact.Seal("document"), c.Document)
	tell, err := tellContract(s, o, c, fact, c.Amendment, fact.Seal("reason"))
	for _, e := range of.All() {
		word, unlisted := e.Word("cel", c.Purpose, sheetfile.Alike)
		if now, _ := of.On(c.Date); now.Edition == e.Edition {
			tell.Spelt, tell.Unlisted = s.text(fact.Seal("purpose"), word), domain.At("purpose", unlisted)
		} else if word != "" && word != c.Purpose {
			tell.Otherwise = append(tell.Otherwise, s.text(fact.Seal("purpose"), word))
		}
	}
	return tell, cmp.Or(err, s.err)
}
