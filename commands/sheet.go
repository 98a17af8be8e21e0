package commands

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
	"ksiega/domain/assistance"
	"ksiega/domain/attendance"
	"ksiega/domain/contract"
	"ksiega/domain/payment"
	"ksiega/domain/sheet"
	"ksiega/internal/journal"
)

// A sheet of several streams is handed over, returned and approved by an event in each, written
// side by side at the revisions that were looked at. Where the power goes in between, some
// have it and some not: the same command sent again turns the others, since those that have
// it answer that it is so. Nothing stands on a sheet being whole: each stream goes by its own
// state, and an approval that is half written is shown as one.

// SheetOf names the sheet of a month, an agreement's or an assistant's, and what was seen of it.
type SheetOf struct {
	Agreement string           `json:"agreement,omitempty" doc:"The agreement whose days of work it has; or"`
	Assistant string           `json:"assistant,omitempty" doc:"the assistant whose visits it has"`
	Month     domain.Month     `json:"month"`
	Seen      map[string]int64 `json:"seen" doc:"The streams of the sheet, each with the revision at which it was looked at; -1: it had no event yet"`
}

// Refusals of sheets.
var (
	ErrWhichSheet = domain.Refusal(domain.CodeInvalid, "a sheet is an agreement's or an assistant's").At("agreement")
	// ErrSheetChanged refuses what was decided by parts of a sheet that are not as they were
	// looked at, and names them.
	ErrSheetChanged = domain.Refusal(domain.CodeConflict, "parts of the sheet have changed since they were looked at").At("seen")
)

// concernsNow are the parts that were looked at, and of an assistant's month each contract that was
// visited: whoever is limited reaches each of them.
func (c SheetOf) concernsNow(ctx context.Context, l *Ledger) (all [][]domain.Ref, err error) {
	if c.Assistant != "" {
		s, err := journal.Load(ctx, l.Log, assistance.Stream(c.Assistant, c.Month), assistance.Decider())
		return visitedBy(c.Assistant, s.State), err
	}
	under := domain.Ref{Kind: domain.RefAgreement, ID: c.Agreement}
	for _, stream := range slices.Sorted(maps.Keys(c.Seen)) {
		all = append(all, []domain.Ref{{Kind: domain.RefContract, ID: referralOf(stream)}, under})
	}
	if len(all) == 0 {
		all = [][]domain.Ref{{under}}
	}
	return all, nil
}

// visitedBy are the contracts that an assistant visited in a month, each a thing of its own; the
// assistant alone where there are none.
func visitedBy(assistant string, month assistance.State) (all [][]domain.Ref) {
	of := domain.Ref{Kind: domain.RefAssistant, ID: assistant}
	known := map[string]bool{}
	for _, v := range month.Visits {
		if !v.Withdrawn && !known[v.Contract] {
			known[v.Contract] = true
			all = append(all, []domain.Ref{{Kind: domain.RefContract, ID: v.Contract}, of})
		}
	}
	if len(all) == 0 {
		all = [][]domain.Ref{{of}}
	}
	return all
}

// referralOf is the contract whose attendance a stream has; "" is none.
func referralOf(stream string) string {
	escaped, ok := strings.CutPrefix(stream, domain.Stream("attendance", ""))
	number, err := url.PathUnescape(escaped)
	if !ok || err != nil {
		return ""
	}
	return number
}

// check checks the names, in place.
func (c *SheetOf) check(l *Ledger) error {
	if (c.Agreement == "") == (c.Assistant == "") {
		return ErrWhichSheet
	}
	return domain.Together(mayID("agreement", &c.Agreement), mayID("assistant", &c.Assistant), l.happenedIn("month", c.Month))
}

// part is what one stream has of a sheet.
type part struct {
	stream   string
	name     string         // of the contract or the assistant, as a refusal names it
	things   [][]domain.Ref // whom it is about; whoever is limited reaches each
	revision int64
	said     int64 // see journal.Loaded
	at       journal.Position
	is       sheet.State
	entries  int             // that stand
	by       map[string]bool // who entered, corrected, took back or handed over any of it
	done     bool            // it was decided under the key of the request
	paid     bool            // something is paid for the month
	turn     func(context.Context, sheet.Turn) (journal.Result, error)
}

// belongs says whether a stream has a part in the sheet, beside being in force in the month.
func (p part) belongs() bool { return p.entries > 0 || p.is.Step != sheet.Open }

// ofMonth is what a kind of stream knows of a month.
type ofMonth[S, C any] struct {
	decider domain.Decider[S, C]
	of      func(domain.Event) bool // an entry of the month, or its handing over
	is      func(S) sheet.State
	entries func(S) int
	turn    func(sheet.Turn) C
}

func loadPart[S, C any](ctx context.Context, l *Ledger, o Origin, stream string, m ofMonth[S, C]) (part, error) {
	p := part{stream: stream, by: map[string]bool{}}
	s, err := journal.LoadEach(ctx, l.Log, stream, m.decider, func(r *journal.Recorded) {
		if m.of(r.Event) {
			p.by[r.Meta.Actor] = true
		}
	})
	if err != nil {
		return p, err
	}
	p.revision, p.said, p.at, p.is, p.entries, p.done = s.Revision, s.Said, s.Position, m.is(s.State), m.entries(s.State), l.done(o, s.Keys)
	p.turn = func(ctx context.Context, t sheet.Turn) (journal.Result, error) {
		return journal.ExecuteAt(ctx, l.Log, stream, &p.revision, onlyDone(o, m.decider), m.turn(t), l.meta(o), l.former(o)...)
	}
	return p, nil
}

func (l *Ledger) attendancePart(ctx context.Context, o Origin, about attendance.About, month domain.Month) (part, error) {
	p, err := loadPart(ctx, l, o, domain.Stream("attendance", about.Contract), ofMonth[attendance.State, attendance.Command]{decider: attendance.Decider(),
		of: func(e domain.Event) bool {
			day, entry := attendance.DayOf(e)
			m, to := attendance.MonthOf(e)
			return entry && day.Month() == month || m == month && to == sheet.HandedOver
		},
		is:      func(s attendance.State) sheet.State { return s.Sheet(month) },
		entries: func(s attendance.State) int { return s.Entered(about, month).Days },
		turn: func(t sheet.Turn) attendance.Command {
			return attendance.TurnMonth{About: about, Month: month, Turn: t}
		}})
	p.name = about.Contract
	p.things = [][]domain.Ref{{{Kind: domain.RefContract, ID: about.Contract}}}
	return p, err
}

func (l *Ledger) assistancePart(ctx context.Context, o Origin, assistant string, month domain.Month) (part, error) {
	var things [][]domain.Ref
	p, err := loadPart(ctx, l, o, assistance.Stream(assistant, month), ofMonth[assistance.State, assistance.Command]{decider: assistance.Decider(),
		of: func(e domain.Event) bool {
			_, entry := assistance.VisitOf(e)
			_, to := assistance.MonthOf(e)
			return entry || to == sheet.HandedOver
		},
		is: assistance.State.Sheet,
		entries: func(s assistance.State) int {
			things = visitedBy(assistant, s)
			return s.Entered().Visits
		},
		turn: func(t sheet.Turn) assistance.Command {
			return assistance.TurnMonth{Assistant: assistant, Month: month, Turn: t}
		}})
	p.name = assistant
	p.things = things
	return p, err
}

// partsAtOnce bounds how many streams of a sheet are read, or turned, at once.
const partsAtOnce = 16

// parts are those of a sheet, whose names it checks in place, by their names: of an agreement its
// referrals that are in force in the month, or of which something was entered in it.
func (l *Ledger) parts(ctx context.Context, o Origin, c *SheetOf) ([]part, error) {
	if err := c.check(l); err != nil {
		return nil, err
	}
	k := l.lookups()
	if c.Assistant != "" {
		if err := k.assistant(ctx, c.Assistant); err != nil {
			return nil, domain.At("assistant", err)
		}
		p, err := l.assistancePart(ctx, o, c.Assistant, c.Month)
		return []part{p}, err
	}
	under, err := k.agreement(ctx, c.Agreement)
	if err != nil {
		return nil, domain.At("agreement", err)
	}
	found := make([]*part, len(under.Referrals))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i, r := range under.Referrals {
		group.Go(func() error {
			referral, err := journal.Load(within, l.Log, domain.Stream("contract", r.Contract), contract.Decider())
			t := referral.State.Terms
			if err != nil || t.Agreement != c.Agreement {
				return err
			}
			about := attendance.About{Contract: t.Contract, Participant: t.Participant, Agreement: t.Agreement, Programme: t.Programme}
			p, err := l.attendancePart(within, o, about, c.Month)
			if from, to := max(t.From, under.Terms.From), min(t.To, under.Terms.To); err == nil && (p.belongs() || from <= c.Month.Last() && to >= c.Month.First()) {
				found[i] = &p
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []part
	for _, p := range found {
		if p != nil {
			all = append(all, *p)
		}
	}
	slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.name, b.name) })
	return all, nil
}

// reached are the parts that lie within the limits of whoever does an operation.
func (l *Ledger) reached(ctx context.Context, o Origin, op access.Operation, all []part) (within []part, err error) {
	if !limitedSomehow(o.Who, op) {
		return all, nil
	}
	for _, p := range all {
		reached := true
		for _, refs := range p.things {
			things, err := l.about(ctx, refs)
			if err != nil {
				return nil, err
			}
			reached = reached && o.Reaches(op, things...)
		}
		if reached {
			within = append(within, p)
		}
	}
	return within, nil
}

// turnSheet turns what is left to be turned of the parts that it is asked of, where nothing is
// said against any of them; all are those of the sheet.
func (l *Ledger) turnSheet(ctx context.Context, o Origin, c SheetOf, t sheet.Turn, asked, all []part) (journal.Result, error) {
	var left, open []part
	var against error
	var names []string
	for _, p := range asked {
		if p.done {
			continue
		}
		turns, err := p.is.Decide(c.Month, p.asked(t))
		if turns {
			left = append(left, p)
		}
		if err != nil {
			against, names = cmp.Or(against, err), append(names, p.name)
		}
		if turns || err != nil {
			open = append(open, p)
		}
	}
	if changed := c.changed(open, all); len(open) > 0 && len(changed) > 0 {
		return journal.Result{}, ErrSheetChanged.With("%s", strings.Join(changed, ", "))
	}
	for _, refusal := range []*domain.Error{sheet.ErrNotHandedOver, sheet.ErrPaid} {
		if errors.Is(against, refusal) {
			return journal.Result{}, refusal.With("%s: %s", c.Month, strings.Join(names, ", "))
		}
	}
	if against != nil {
		return journal.Result{}, against
	}
	return turnParts(ctx, t, left, asked)
}

// asked is what is asked of one part.
func (p part) asked(t sheet.Turn) sheet.Turn {
	t.Paid = p.paid
	return t
}

// changed names the parts that are not as they were looked at, and what was looked at and is no
// part.
func (c SheetOf) changed(open, all []part) (names []string) {
	streams := map[string]bool{}
	for _, p := range all {
		streams[p.stream] = true
	}
	for _, p := range open {
		if at, seen := c.Seen[p.stream]; !seen || at < p.said || at > p.revision {
			names = append(names, p.name)
		}
	}
	for _, stream := range slices.Sorted(maps.Keys(c.Seen)) {
		if !streams[stream] {
			names = append(names, cmp.Or(referralOf(stream), stream))
		}
	}
	return names
}

// turnParts turns parts at the revisions that they were read at.
func turnParts(ctx context.Context, t sheet.Turn, left, asked []part) (result journal.Result, err error) {
	group, results, failed := errgroup.Group{}, make([]journal.Result, len(left)), make([]error, len(left))
	group.SetLimit(partsAtOnce)
	for i, p := range left {
		group.Go(func() error {
			results[i], failed[i] = p.turn(ctx, p.asked(t))
			return nil
		})
	}
	_ = group.Wait() // each has its own in failed
	var changed []string
	for i, p := range left {
		switch {
		case errors.Is(failed[i], journal.ErrConflict):
			changed = append(changed, p.name)
		case failed[i] != nil:
			return journal.Result{}, failed[i]
		}
	}
	if len(changed) > 0 {
		return journal.Result{}, ErrSheetChanged.With("%s", strings.Join(changed, ", "))
	}
	for i, p := range asked {
		if result.Position = result.Position.Later(p.at); i == 0 {
			result.Revision = p.revision
		}
	}
	for i, r := range results {
		result.Position, result.Events = result.Position.Later(r.Position), result.Events+r.Events
		if left[i].stream == asked[0].stream {
			result.Revision = r.Revision
		}
	}
	return result, nil
}

// askPaid has the parts whose approval would be taken back say whether something is paid for the
// month. That is asked, and reserved by nobody: see package sheet.
func (l *Ledger) askPaid(ctx context.Context, month domain.Month, all []part) error {
	for i, p := range all {
		number := referralOf(p.stream)
		if number == "" || p.is.Step != sheet.Approved {
			continue
		}
		s, err := journal.Load(ctx, l.Log, domain.Stream("payout", number), payment.Decider())
		if err != nil {
			return err
		}
		sum, err := s.State.PaidBy(month, math.MaxInt32)
		if err != nil {
			return err
		}
		all[i].paid = sum > 0
	}
	return nil
}

// names are those by which the log knows who asks: as the account, and as each OS user that was
// ever asked for as one of it, whose deeds before are theirs too.
func (l *Ledger) names(ctx context.Context, o Origin) (map[string]bool, error) {
	all := map[string]bool{o.Actor: true}
	if o.Account == "" {
		return all, nil
	}
	all[o.Account] = true
	return all, l.Log.ReadStream(ctx, account.Stream, 0, func(r *journal.Recorded) error {
		e, ok := r.Event.(account.LinkRequested)
		if !ok || e.Account != o.Account {
			return nil
		}
		user, known, err := l.Log.opened(ctx, e.Seal("osUser"), e.OSUser)
		if known {
			all[user] = true
		}
		return err
	})
}

// own names the parts of a sheet that somebody entered, corrected, took back or handed over.
func (l *Ledger) own(ctx context.Context, o Origin, all []part) ([]string, error) {
	names, err := l.names(ctx, o)
	var parts []string
	for _, p := range all {
		for name := range names {
			if p.by[name] {
				parts = append(parts, p.name)
				break
			}
		}
	}
	return parts, err
}
