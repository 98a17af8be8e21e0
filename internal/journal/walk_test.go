package journal

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ksiega/domain"
	"ksiega/domain/account"
	"ksiega/domain/agreement"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/budget"
	"ksiega/domain/contact"
	"ksiega/domain/contract"
	"ksiega/domain/durability"
	"ksiega/domain/erasure"
	"ksiega/domain/finding"
	"ksiega/domain/intake"
	"ksiega/domain/listing"
	"ksiega/domain/participant"
	"ksiega/domain/participation"
	"ksiega/domain/payment"
	placed "ksiega/domain/place"
	"ksiega/domain/programme"
	"ksiega/domain/refund"
	"ksiega/domain/session"
	"ksiega/domain/setting"
	"ksiega/domain/sheet"
	"ksiega/domain/statement"
	"ksiega/domain/street"
)

// stranger is an event that no decider has heard of.
type stranger struct{}

func (stranger) EventType() string       { return "test.stranger.v1" }
func (stranger) OccurredOn() domain.Date { return 0 }
func (stranger) Refs() []domain.Ref      { return nil }

// walked is a decider with every command that can be asked of it.
type walked struct {
	pkg      string
	commands []string // names of their types
	events   []string
	// unknown are the commands that Decide has no case for, and missed the
	// events that Evolve passes over like a stranger.
	unknown, missed func(samples map[string]domain.Event) []string
	refusesNothing  func() error // what a nil command is answered with
}

func walk[S, C any](pkg string, d domain.Decider[S, C], commands ...C) walked {
	w := walked{pkg: pkg, events: d.Events}
	for _, c := range commands {
		w.commands = append(w.commands, reflect.TypeOf(c).Name())
	}
	history := func(samples map[string]domain.Event, types []string) []domain.Event {
		var events []domain.Event
		for _, typ := range types {
			events = append(events, samples[typ])
		}
		return events
	}
	w.unknown = func(samples map[string]domain.Event) []string {
		var names []string
		for _, c := range commands {
			for _, types := range [][]string{nil, d.Events[:1], d.Events} {
				if _, err := d.Decide(d.Fold(history(samples, types)...), c); errors.Is(err, domain.ErrUnknownCommand) {
					names = append(names, reflect.TypeOf(c).Name())
				}
			}
		}
		return names
	}
	w.missed = func(samples map[string]domain.Event) []string {
		var types []string
		for i, typ := range d.Events {
			before := history(samples, d.Events[:i])
			if reflect.DeepEqual(d.Fold(append(before, samples[typ])...), d.Fold(append(before, stranger{})...)) {
				types = append(types, typ)
			}
		}
		return types
	}
	w.refusesNothing = func() error {
		var none C
		if reflect.TypeFor[C]().Kind() != reflect.Interface {
			return domain.ErrUnknownCommand // there is no other command to be asked
		}
		_, err := d.Decide(d.Fold(), none)
		return err
	}
	return w
}

// deciders are all there are, each with all its commands; who adds a type adds
// it here, or TestEveryCommandHasItsCase says so.
func deciders() []walked {
	return []walked{
		walk[account.State, account.Command]("account", account.Decider(), account.Create{}, account.Correct{}, account.Ask{}, account.Decide{}, account.Acknowledge{}, account.End{},
			account.Switch{}, account.Open{}, account.Own{Event: account.SessionsEnded{}}, account.Issue{}, account.Revoke{}),
		walk[account.SignIns, account.Attempt]("account", account.SigninDecider(), account.SignIn{}, account.Refuse{}),
		walk[agreement.State, agreement.Command]("agreement", agreement.Decider(), agreement.Conclude{}, agreement.ListReferral{}, agreement.ReserveClaim{},
			agreement.AnswerClaim{}, agreement.ReleaseClaims{}, agreement.AdoptClaims{}, agreement.AmendClaim{}, agreement.KeepClaim{}, agreement.DelistReferral{}, agreement.List{Command: listing.Release{}}),
		walk[assistance.State, assistance.Command]("assistance", assistance.Decider(), assistance.LogVisit{}, assistance.TurnMonth{Turn: sheet.Turn{To: sheet.HandedOver}}, assistance.List{Command: listing.Close{}}),
		walk[attendance.State, attendance.Command]("attendance", attendance.Decider(), attendance.RecordDay{}, attendance.Rerate{}, attendance.TurnMonth{Turn: sheet.Turn{To: sheet.HandedOver}}, attendance.List{Command: listing.Close{}}),
		walk("budget", budget.PlanDecider(), budget.Plan{}),
		walk("budget", budget.ExpenseDecider(), budget.Record{}),
		walk("contact", contact.Decider(), contact.Record{}),
		walk("place", placed.Decider(), placed.Record{}),
		walk[street.State, street.Command]("street", street.Decider(), street.Name{}, street.Identify{}, street.List{Command: listing.Close{}}),
		walk[contract.State, contract.Command]("contract", contract.Decider(), contract.Draft{}, contract.Sign{}, contract.Record{Change: contract.Amended{}}, contract.Tell{Fact: contract.Evaluated{}}, contract.List{Command: listing.Enter{}}),
		walk("durability", durability.Decider(), durability.Record{Fact: durability.ObligationOpened{}}),
		walk("erasure", erasure.Decider(), erasure.Order{}),
		walk[finding.State, finding.Command]("finding", finding.Decider(), finding.Resolve{}, finding.Reopen{}),
		walk("intake", intake.FileDecider(), intake.Finish{}),
		walk[intake.Taken, intake.RequestCommand]("intake", intake.RequestDecider(), intake.TakeRequest{}, intake.RefuseRequest{}),
		walk("intake", intake.GuessesDecider(), intake.Count{}),
		walk("intake", intake.AskedDecider(), intake.Ask{}),
		walk[listing.State, listing.Command]("listing", lists(), listing.Enter{}, listing.Release{}, listing.Close{}),
		walk[participant.State, participant.Command]("participant", participant.Decider(), participant.Register{}, participant.RecordStatus{}, participant.RecordStay{}, participant.MergeInto{}, participant.Assign{}, participant.List{Command: listing.Enter{}}),
		walk[participant.AssistantState, participant.AssistantCommand]("participant", participant.AssistantDecider(), participant.RegisterAssistant{}, participant.ListAssistant{Command: listing.Enter{}}),
		walk[participation.State, participation.Command]("participation", participation.Decider(), participation.Record{Fact: participation.Nominated{}}, participation.List{Command: listing.Close{}}),
		walk[payment.State, payment.Command]("payment", payment.Decider(), payment.Pay{}, payment.TakeBack{}, payment.List{Command: listing.Close{}}),
		walk("programme", programme.Decider(), programme.RecordEdition{Programme: programme.Programme{ID: "p"}}),
		walk("programme", programme.StatuteDecider(), programme.RecordStatute{}),
		walk[refund.State, refund.Command]("refund", refund.Decider(), refund.Submit{}, refund.Withdraw{}, refund.Resubmit{}, refund.Release{}, refund.RecordDecision{}, refund.Receive{}, refund.UndoReceipt{}, refund.WriteOff{}),
		walk[session.State, session.Command]("session", session.Decider(), session.Record{}, session.RecordPresence{}, session.List{Command: listing.Close{}}),
		walk("setting", setting.Decider(), setting.Change{}),
		walk[statement.State, statement.Command]("statement", statement.Decider(), statement.TakeIn{}, statement.Match{}, statement.Unmatch{}),
	}
}

// lists is what every decider with a list does with it.
func lists() domain.Decider[listing.State, listing.Command] {
	return domain.Decider[listing.State, listing.Command]{
		Decide: func(s listing.State, c listing.Command) ([]domain.Event, error) {
			return s.Decide(c, nil, func(domain.Ref) domain.Thing { return domain.Thing{} })
		},
		Evolve: func(s listing.State, e domain.Event) listing.State { s, _ = s.Evolve(e); return s },
		Events: append(listing.Types(), listing.Closing()...),
	}
}

// undecided are the events that follow from no state.
func undecided() []string { return domain.Types(intake.PersonalDataRead{}) }

func samples(t *testing.T) map[string]domain.Event {
	table, all := ledger(t), map[string]domain.Event{}
	for name, k := range table.kinds {
		if k.sample.EventType() == name {
			all[name] = sampleOf(t, k.sample)
		}
	}
	return all
}

func TestEveryCommandHasItsCase(t *testing.T) {
	t.Parallel()
	listed, all := map[string][]string{}, samples(t)
	for _, d := range deciders() {
		listed[d.pkg] = append(listed[d.pkg], d.commands...)
		if names := d.unknown(all); len(names) > 0 {
			t.Errorf("%s: the decision has no case for %v", d.pkg, names)
		}
		if err := d.refusesNothing(); err == nil {
			t.Errorf("%s: a command of no type is taken for one that is already true", d.pkg)
		}
	}
	for pkg, declared := range commandTypes(t, "../../domain") {
		for _, name := range declared {
			if !slices.Contains(listed[pkg], name) {
				t.Errorf("the command %s.%s is asked of no decider here", pkg, name)
			}
		}
	}
}

// commandTypes are, of each package, the types that carry the mark of one of its
// interfaces of commands: a single method that nobody else can have.
func commandTypes(t *testing.T, root string) map[string][]string {
	t.Helper()
	dirs, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, dir := range dirs {
		if !dir.IsDir() {
			continue
		}
		marks, methods := map[string]bool{}, map[string][]string{} // receivers by method
		files, err := os.ReadDir(root + "/" + dir.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), root+"/"+dir.Name()+"/"+f.Name(), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			readMarks(tree, marks, methods)
		}
		for mark := range marks {
			all[dir.Name()] = append(all[dir.Name()], methods[mark]...)
		}
	}
	if len(all) < 8 {
		t.Fatalf("only %d packages with commands were found", len(all))
	}
	return all
}

func readMarks(tree *ast.File, marks map[string]bool, methods map[string][]string) {
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TypeSpec:
			i, ok := n.Type.(*ast.InterfaceType)
			if ok && strings.HasSuffix(n.Name.Name, "Command") && len(i.Methods.List) == 1 {
				marks[i.Methods.List[0].Names[0].Name] = true
			}
		case *ast.FuncDecl:
			if n.Recv == nil {
				return false
			}
			if of, ok := n.Recv.List[0].Type.(*ast.Ident); ok {
				methods[n.Name.Name] = append(methods[n.Name.Name], of.Name)
			}
			return false
		}
		return true
	})
}

func TestEveryEventIsFoldedByItsDecider(t *testing.T) {
	t.Parallel()
	all, by := samples(t), map[string]int{}
	for _, d := range deciders() {
		for _, typ := range d.events {
			if by[typ]++; all[typ] == nil {
				t.Fatalf("%s: %s is not in the ledger's table", d.pkg, typ)
			}
		}
		if types := d.missed(all); len(types) > 0 {
			t.Errorf("%s: the state is the same without %v", d.pkg, types)
		}
	}
	for _, typ := range undecided() {
		by[typ]++
	}
	for typ := range all {
		if strings.HasPrefix(typ, "listing.") && by[typ] > 1 {
			continue // a list stands in the stream of what it is of
		}
		if by[typ] != 1 {
			t.Errorf("%s belongs to %d deciders", typ, by[typ])
		}
	}
}

// A stream that holds an event of another kind is not decided on, and nothing
// that could not be loaded again is recorded.
func TestLoadStopsAtAStranger(t *testing.T) {
	t.Parallel()
	table, err := NewTable(KindOf[counted](), KindOf[stranger]())
	if err != nil {
		t.Fatal(err)
	}
	j, _ := openLog(t, table)
	ctx := within(t)
	mustAppend(t, j, "tally-1", NoStream, decided("k", counted{By: "a", N: 4}, stranger{})...)
	if _, err := Execute(ctx, j, "tally-1", tallies(), count{By: "a", Add: 1}, Meta{Actor: "t"}); !errors.Is(err, ErrDamaged) {
		t.Errorf("decided over a stranger: %v", err)
	}
	odd := tallies()
	odd.Decide = func(tally, count) ([]domain.Event, error) { return []domain.Event{stranger{}}, nil }
	if _, err := Execute(ctx, j, "tally-2", odd, count{}, Meta{Actor: "t"}); err == nil {
		t.Error("a stranger was recorded")
	}
	odd.Decide = func(tally, count) ([]domain.Event, error) { return nil, domain.UnknownCommand(count{}) }
	if _, err := ExecuteAll(ctx, j, "tally-2", odd, items(count{})); !errors.Is(err, domain.ErrUnknownCommand) {
		t.Errorf("an unknown command is a row's refusal: %v", err)
	}
	if n := len(read(t, j, "tally-2", 0)); n != 0 {
		t.Errorf("%d events", n)
	}
}
