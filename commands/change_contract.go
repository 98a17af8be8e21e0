package commands

import (
	"context"
	"slices"
	"strings"

	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/contract"
	"ksiega/internal/journal"
)

// ChangeContract is a change in a contract's life. Which other fields count
// depends on Change; the reason is given in clear and sealed.
type ChangeContract struct {
	Number         string         `json:"number"`
	Change         string         `json:"change" enum:"amend,suspend,resume,breach,terminate,complete,substitute,decide"`
	On             domain.Date    `json:"on"`
	Until          domain.Date    `json:"until,omitempty" doc:"suspend, substitute: the last day, if known"`
	To             domain.Date    `json:"to,omitempty" doc:"amend: the new last day"`
	WeeklyMinutes  domain.Minutes `json:"weeklyMinutes,omitempty" doc:"amend"`
	RateGrosze     domain.Grosze  `json:"rateGrosze,omitempty" doc:"amend"`
	Assistant      string         `json:"assistant,omitempty" doc:"amend: who assists from then on"`
	Place          string         `json:"place,omitempty" doc:"amend"`
	Work           string         `json:"work,omitempty" doc:"amend: the kind of work"`
	AidGrosze      domain.Grosze  `json:"aidGrosze,omitempty" doc:"amend: the limit of material aid"`
	Substitute     string         `json:"substitute,omitempty" doc:"substitute: who assists meanwhile"`
	Ruling         string         `json:"ruling,omitempty" enum:"utrzymanie,ograniczenie,odmowa," doc:"decide"`
	DecisionNumber string         `json:"decisionNumber,omitempty" doc:"decide: what became of an appeal has the number of the decision"`
	Served         domain.Date    `json:"served,omitempty" doc:"decide: the day of service"`
	Appeal         string         `json:"appeal,omitempty" enum:"brak,zlozone,uwzglednione,oddalone," doc:"decide"`
	Reason         string         `json:"reason,omitempty" doc:"decide: needed"`
	Correct        bool           `json:"correct,omitempty" doc:"Replace the change of that kind and day"`
	Withdraw       bool           `json:"withdraw,omitempty" doc:"Take the change of that kind and day back"`
	// CorrectionReason is why what was entered was wrong.
	CorrectionReason string `json:"correctionReason,omitempty" doc:"Why it is replaced or taken back"`
}

func (ChangeContract) Operation() access.Operation { return "change-contract" }

func (c ChangeContract) concerns() [][]domain.Ref {
	return [][]domain.Ref{{{Kind: domain.RefContract, ID: c.Number}}}
}

func (c ChangeContract) open() any {
	return ChangeContract{Number: c.Number, Change: c.Change, On: c.On, Until: c.Until, To: c.To, WeeklyMinutes: c.WeeklyMinutes,
		RateGrosze: c.RateGrosze, Assistant: c.Assistant, AidGrosze: c.AidGrosze, Substitute: c.Substitute, Ruling: c.Ruling,
		DecisionNumber: c.DecisionNumber, Served: c.Served, Appeal: c.Appeal, Correct: c.Correct, Withdraw: c.Withdraw}
}

func (c *ChangeContract) formColumns() []column {
	of := func(change string, columns ...column) []column {
		for i := range columns {
			columns[i] = columns[i].optional()
			columns[i].Doc += "; " + change
		}
		return columns
	}
	all := slices.DeleteFunc(c.columns(), func(col column) bool { return col.Name == "wartosc" })
	amend := c.annexColumns()
	for i, doc := range []string{"nowy ostatni dzień", "godzin w tygodniu", "stawka za godzinę", "kto asystuje odtąd", "miejsce", "rodzaj prac", "limit pomocy materialnej"} {
		amend[i].Doc = doc
		amend[i].Secrecy = InClear
	}
	amend[0].Name = "do_aneks"
	amend[0].read = func(r *sheetfile.Record) { c.To = r.Date("do_aneks") }
	all = append(all, of("przy aneksie", amend...)...)
	return append(all, append(of("przy zastępstwie", idColumn("zastepca", "substitute", &c.Substitute, "kto zastępuje asystenta")),
		of("przy decyzji", choiceColumn("rozstrzygniecie", "ruling", &c.Ruling, "co postanowiono", "utrzymanie", "ograniczenie", "odmowa").open())...)...)
}

func (c *ChangeContract) columns() []column {
	return []column{
		idColumn("umowa", "number", &c.Number, "numer umowy").key(),
		codedColumn("zmiana", "change", &c.Change, "co się zmienia", changesInFiles()).open().key(),
		dateColumn("od", "on", &c.On, "pierwszy dzień zmiany; przy rozwiązaniu i zakończeniu ostatni dzień umowy").key(),
		dateColumn("do", "until", &c.Until, "ostatni dzień zawieszenia lub zastępstwa, jeśli znany").optional(),
		c.valueColumn("wartosc").sealed().optional(),
		textColumn("powod", "reason", &c.Reason, "powód zmiany; przy decyzji konieczny").sealed().optional(),
		idColumn("numer", "decisionNumber", &c.DecisionNumber, "numer decyzji; wynik odwołania ma numer decyzji, której dotyczy").optional().naming(),
		dateColumn("doreczono", "served", &c.Served, "dzień doręczenia decyzji").optional(),
		choiceColumn("odwolanie", "appeal", &c.Appeal, "odwołanie od decyzji", string(contract.NoAppeal), string(contract.AppealFiled), string(contract.AppealWon),
			string(contract.AppealFailed)).open().optional(),
		yesNoColumn("korekta", "correct", &c.Correct, "tak: wiersz zastępuje to, co zapisano"),
		textColumn("powod_korekty", "correctionReason", &c.CorrectionReason, "powód korekty lub wycofania").sealed().optional(),
		yesNoColumn("wycofanie", "withdraw", &c.Withdraw, "tak: wiersz wycofuje to, co zapisano; wystarczą kolumny, po których to poznać"),
	}
}

// changesInFiles are the changes by their names in import files, in the order of a life.
func changesInFiles() []coded {
	return []coded{{"aneks", "amend"}, {"zawieszenie", "suspend"}, {"wznowienie", "resume"}, {"rozwiazanie", "terminate"}, {"zakonczenie", "complete"},
		{"zastepstwo", "substitute"}, {"niedotrzymanie", "breach"}, {"decyzja", "decide"}}
}

// valueColumn holds what is changed, as the change before it takes it.
func (c *ChangeContract) valueColumn(name string) column {
	into, rulings := "", []string{string(contract.Upheld), string(contract.Restricted), string(contract.Refused)}
	value := textColumn(name, "place", &into, "przy aneksie kolumny umowy jako kolumna=wartość, kilka po przecinku (kwoty i godziny wtedy z kropką): do, godziny_tydzien, "+
		"stawka, asystent, miejsce, prace, pomoc; przy zastępstwie identyfikator zastępcy; przy decyzji "+strings.Join(rulings, ", "))
	value.also = []string{"to", "weeklyMinutes", "rateGrosze", "assistant", "work", "aidGrosze", "substitute", "ruling"}
	value.read = func(r *sheetfile.Record) {
		switch c.Change {
		case "": // nobody knows what the column holds
		case "amend":
			if r.Empty(name) && !r.YesNo("wycofanie") {
				r.Refuse(name, contract.ErrNoChange)
			}
			annex := c.annexColumns()
			said := r.Assigned(name, specOf("", annex))
			readRow(said, annex)
			r.RefuseAs(name, said)
		case "substitute":
			c.Substitute = r.ID(name)
		case "decide":
			c.Ruling = r.Choice(name, rulings...)
		default:
			if !r.Empty(name) {
				r.Refuse(name, ErrNotOfChange)
			}
		}
	}
	return value
}

// annexColumns are the columns of a contract that an annex may change. What is left out
// stays; nothing can be taken away.
func (c *ChangeContract) annexColumns() []column {
	return []column{
		dateColumn("do", "to", &c.To, "").optional(),
		hoursColumn("godziny_tydzien", "weeklyMinutes", &c.WeeklyMinutes, "").optional().notZero(ErrAnnexZero),
		amountColumn("stawka", "rateGrosze", &c.RateGrosze, "").optional().notZero(ErrAnnexZero),
		idColumn("asystent", "assistant", &c.Assistant, "").optional(),
		textColumn("miejsce", "place", &c.Place, "").optional(),
		textColumn("prace", "work", &c.Work, "").optional(),
		amountColumn("pomoc", "aidGrosze", &c.AidGrosze, "").optional().notZero(ErrAnnexZero),
	}
}

// Rows follow each other, since a resumption stands on a suspension before it, and rates on
// annexes.
func changesFile() importKind {
	return inOrder("zmiany-umow", "zmiany umów", func(ctx context.Context, im *importing, o Origin, c ChangeContract) (journal.Result, error) {
		if err := c.strays(); err != nil && !c.Withdraw {
			return journal.Result{}, err
		}
		return im.l.changeContract(ctx, o, c)
	})
}

func (c ChangeContract) lastStream() (string, error) {
	if c.binds() {
		return "", errFollowed // by the attendance under it
	}
	return streamOf("contract", c.Number)
}

// binds says whether days may be entered by other terms after the change.
func (c ChangeContract) binds() bool {
	return c.Change != "breach" && c.Change != "substitute" && c.Change != "decide"
}

// Refusals of changes.
var (
	ErrChange = domain.Refusal(domain.CodeInvalid, "no such change of a contract").At("change")
	// ErrAnnexZero: a zero would read as nothing changed.
	ErrAnnexZero = domain.Refusal(domain.CodeInvalid, "an annex takes nothing away: 0 is no value of it")
	// ErrNotOfChange: what would be passed over is refused.
	ErrNotOfChange = domain.Refusal(domain.CodeInvalid, "this change of a contract takes no such value")
)

// strays are what is said that the change does not take: in a table it is a mistake.
func (c ChangeContract) strays() error {
	var all []error
	for _, said := range []struct {
		field, of string // which changes take it
		given     bool
	}{
		{"until", "suspend substitute", c.Until != 0},
		{"to", "amend", c.To != 0}, {"weeklyMinutes", "amend", c.WeeklyMinutes != 0}, {"rateGrosze", "amend", c.RateGrosze != 0},
		{"assistant", "amend", c.Assistant != ""}, {"place", "amend", c.Place != ""}, {"work", "amend", c.Work != ""}, {"aidGrosze", "amend", c.AidGrosze != 0},
		{"substitute", "substitute", c.Substitute != ""},
		{"ruling", "decide", c.Ruling != ""}, {"decisionNumber", "decide", c.DecisionNumber != ""}, {"served", "decide", c.Served != 0}, {"appeal", "decide", c.Appeal != ""},
	} {
		all = append(all, ErrNotOfChange.At(said.field).Unless(!said.given || slices.Contains(strings.Fields(said.of), c.Change)))
	}
	return domain.Together(all...)
}

// ChangeContract carries the command out.
func (l *Ledger) ChangeContract(ctx context.Context, o Origin, c ChangeContract) (journal.Result, error) {
	return l.keyless(ctx, o, c, func(ctx context.Context, l *Ledger, o Origin) (journal.Result, error) {
		return l.changeContract(ctx, o, c)
	})
}

func (l *Ledger) changeContract(ctx context.Context, o Origin, c ChangeContract) (journal.Result, error) {
	err := domain.Together(mayID("number", &c.Number), mayID("assistant", &c.Assistant), mayID("substitute", &c.Substitute), mayID("decisionNumber", &c.DecisionNumber))
	if err != nil {
		return journal.Result{}, err
	}
	cmd, err := l.prepareChange(ctx, o, c)
	if err == nil {
		err = l.referralFits(ctx, o, c.Number, cmd)
	}
	if err != nil {
		return journal.Result{}, err
	}
	d := contract.Decider()
	if !o.SeesAllOf(c.Operation()) && !c.Correct && !c.Withdraw {
		d = unseen(d)
	}
	r, err := carry(ctx, l, o, c, domain.Stream("contract", c.Number), d, cmd)
	if err != nil || !c.binds() {
		return r, err
	}
	rerated, err := l.rerate(ctx, o, c.Number)
	return followed(r, rerated), err
}

// prepareChange is what a change asks of the contract, or its correction or withdrawal.
func (l *Ledger) prepareChange(ctx context.Context, o Origin, c ChangeContract) (contract.Command, error) {
	state, err := l.lookups().contract(ctx, c.Number)
	if err != nil {
		return nil, domain.At("number", err)
	}
	s := l.sealer(ctx)
	of, err := l.changeOf(ctx, s, state.Terms.SealOf, c)
	if err != nil {
		return nil, err
	}
	alike, err := l.alike(ctx, s, state, of, c)
	if err != nil || !c.Correct && !c.Withdraw {
		return contract.Record{Change: of, Alike: alike}, err
	}
	amend := Amendment{Correct: c.Correct, Withdraw: c.Withdraw, Reason: c.CorrectionReason}.taken(s, state.Terms.SealOf(c.On, "reason"))
	amend.Anew = !o.SeesAllOf(c.Operation())
	return contract.Record{Change: of, Alike: alike, Amend: amend}, s.err
}

// alike is a change with its texts sealed for whose the contract was when the change of its
// kind and day was entered; nil where that is whose it is, or they are erased: nobody can say
// any more whether it says the same.
func (l *Ledger) alike(ctx context.Context, s *sealer, state contract.State, is contract.Change, c ChangeContract) (contract.Change, error) {
	was, stands := state.Change(is)
	if !stands || was.Of().Participant == state.Terms.Participant {
		return nil, nil
	}
	earlier := contract.Terms{Contract: c.Number, Participant: was.Of().Participant}
	if erased, err := l.Vault.Erased(ctx, earlier.SealOf(c.On, "reason").Subject.Subject()); erased || err != nil {
		return nil, err
	}
	return l.changeOf(ctx, s, earlier.SealOf, c)
}

// changeOf is a change with its texts sealed as seal says.
func (l *Ledger) changeOf(ctx context.Context, s *sealer, seal func(domain.Date, string) domain.Seal, c ChangeContract) (contract.Change, error) {
	text := func(field, clear string) domain.Sealed { return s.text(seal(c.On, field), clear) }
	life := contract.Life{On: c.On, Reason: text("reason", c.Reason)}
	if s.err != nil {
		return nil, s.err
	}
	switch c.Change {
	case "amend":
		if err := l.lookups().assisting(ctx, "assistant", c.Assistant); err != nil && !c.Withdraw {
			return nil, err
		}
		return contract.Amended{Life: life, To: c.To, Weekly: c.WeeklyMinutes, Rate: c.RateGrosze, Assistant: c.Assistant,
			Place: text("place", c.Place), Work: text("work", c.Work), Aid: c.AidGrosze}, s.err
	case "suspend":
		return contract.Suspended{Life: life, Until: c.Until}, nil
	case "resume":
		return contract.Resumed{Life: life}, nil
	case "breach":
		// The other changes hold from a day that may lie ahead; this one took place.
		if err := l.happened("on", c.On); err != nil {
			return nil, err
		}
		return contract.Breached{Life: life}, nil
	case "terminate":
		return contract.Terminated{Life: life}, nil
	case "complete":
		return contract.Completed{Life: life}, nil
	case "substitute":
		if c.Substitute != "" && !c.Withdraw {
			if err := l.lookups().assistant(ctx, c.Substitute); err != nil {
				return nil, domain.At("substitute", err)
			}
		}
		return contract.Substituted{Life: life, Substitute: c.Substitute, Until: c.Until}, nil
	case "decide":
		err := l.happened("on", c.On)
		if c.Served != 0 {
			err = domain.Together(err, l.happened("served", c.Served))
		}
		return contract.Decided{Life: life, Ruling: contract.Ruling(c.Ruling), Number: c.DecisionNumber, Served: c.Served, Appeal: contract.Appeal(c.Appeal)}, err
	}
	return nil, ErrChange
}
