package queries

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/internal/journal"
	"ksiega/internal/report"
	"ksiega/projections"
)

// Request asks a report.
type Request struct {
	Who    access.Who
	Params map[string]string
	// AsOf cuts by the day facts belong to, inclusive; 0 is no cut.
	AsOf domain.Date
	// KnownAt cuts by recording: a position, or an RFC 3339 instant, which
	// means everything before the first event recorded later; "" is no cut.
	KnownAt string
	// MinPosition waits, for two seconds at most, until the read models have
	// seen it.
	MinPosition journal.Bound
}

// LeastPosition reads a MinPosition.
func LeastPosition(text string) (journal.Bound, error) {
	least, err := journal.ReadBound(text)
	if err != nil {
		return least, ErrPosition
	}
	return least, nil
}

// Answer is a report's answer.
type Answer struct {
	report.Answer
	Report *Report
	// Shown are those whose sealed texts the rows hold in clear, sorted. Recording
	// that the reader saw them, before they do, is the caller's.
	Shown []domain.Ref
}

// question is a request that was checked, with the views to answer it from.
type question struct {
	reader *Reader
	views  map[string]projections.View
	params map[string]string
	asOf   domain.Date
	today  domain.Date // in Warsaw
	who    access.Who
	op     access.Operation
	scope  *scope
	shown  map[domain.Ref]bool
	single bool // asked for one finding alone
	one    *onePerson
	// month and from…to, where the report has them; zero is open.
	month    domain.Month
	from, to domain.Date
}

// mayAsk refuses a parameter that was given to whoever may not see a class of texts,
// since its rows would tell them.
func (q *question) mayAsk(param string, c access.Class) error {
	if q.params[param] == "" || q.sees(c) {
		return nil
	}
	return ErrUnseen.At(param).With("%s", param)
}

// shows notes that a text of somebody goes into the rows in clear.
func (q *question) shows(whose domain.Ref) {
	if q.shown == nil {
		q.shown = map[domain.Ref]bool{}
	}
	q.shown[whose] = true
}

// sortedRefs are the keys of a set, in order.
func sortedRefs(set map[domain.Ref]bool) []domain.Ref {
	return slices.SortedFunc(maps.Keys(set), func(a, b domain.Ref) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
}

func (q *question) view(p projections.Projection) projections.View { return q.views[p.Name] }

// day is the day the answer looks from: asOf, or today.
func (q *question) day() domain.Date {
	if q.asOf != 0 {
		return q.asOf
	}
	return q.today
}

// cut says whether something of a day is left out by asOf.
func (q *question) cut(on domain.Date) bool { return q.asOf != 0 && on > q.asOf }

// is says whether a value passes an equality parameter.
func (q *question) is(param, value string) bool {
	return q.params[param] == "" || q.params[param] == value
}

// part is the part of a table that a parameter names; none is all parts.
func (q *question) part(param string) []string {
	return partOf(q.params[param])
}

// partOf is the part of an id; of none, all parts.
func partOf(id string) []string {
	if id == "" {
		return nil
	}
	return []string{domain.Escape(id)}
}

// between says whether a day passes from, to and month.
func (q *question) between(on domain.Date) bool {
	return on >= q.from && (q.to == 0 || on <= q.to) && (q.month == 0 || on.Month() == q.month)
}

// touches says whether a stretch of days meets from…to and the month; a zero
// end is open.
func (q *question) touches(first, last domain.Date) bool {
	return (last == 0 || last >= q.from) && (q.to == 0 || first <= q.to) &&
		(q.month == 0 || first <= q.month.Last() && (last == 0 || last >= q.month.First()))
}

// months says whether a part that a month names meets from, to and month, and asOf.
func (q *question) months(part string) bool {
	m, err := domain.ParseMonth(part)
	return err == nil && q.touches(m.First(), m.Last()) && !q.cut(m.First())
}

// within says whether all days of a stretch pass from, to and month.
func (q *question) within(first, last domain.Date) bool { return q.between(first) && q.between(last) }

func (r *Report) check(req Request, q *question) error {
	q.params = map[string]string{}
	for name, value := range req.Params {
		p := r.param(name)
		if p == nil {
			return ErrNoParam.At(name).With("%s, %s", r.Name, name)
		}
		if value = typed(value); value == "" {
			continue
		}
		if p.Several {
			value = inOrder(p, value)
		}
		if err := checkParam(p, value); err != nil {
			return err
		}
		q.params[name] = value
	}
	// Checked above; a report without the parameter leaves them zero.
	q.month, _ = domain.ParseMonth(q.params["month"])
	q.from, _ = domain.ParseDate(q.params["from"])
	q.to, _ = domain.ParseDate(q.params["to"])
	if q.to != 0 && q.to < q.from {
		return ErrOrder
	}
	return nil
}

// inOrder are the words of a parameter of several, each once, in the order they are
// declared in, so that one question has one answer; what is no word of it comes last.
func inOrder(p *report.Param, value string) string {
	given := strings.Split(value, report.Separator)
	for i := range given {
		given[i] = typed(given[i])
	}
	place := func(code string) int {
		for i, w := range p.Words {
			if w.Code == code {
				return i
			}
		}
		return len(p.Words)
	}
	slices.SortStableFunc(given, func(a, b string) int { return place(a) - place(b) })
	return strings.Join(slices.Compact(given), report.Separator)
}

// typed is text from people as the ledger keeps it: trimmed, in NFC.
func typed(text string) string { return norm.NFC.String(strings.TrimSpace(text)) }

// checkParam refuses a value that a parameter does not take.
func checkParam(p *report.Param, value string) error {
	switch p.Kind {
	case report.KindDate:
		if _, err := domain.ParseDate(value); err != nil {
			return ErrDate.At(p.Name).With("%s", p.Name)
		}
	case report.KindMonth:
		if _, err := domain.ParseMonth(value); err != nil {
			return ErrMonth.At(p.Name).With("%s", p.Name)
		}
	}
	if len(p.Words) == 0 {
		return nil
	}
	codes := make([]string, len(p.Words))
	for i, w := range p.Words {
		codes[i] = w.Code
	}
	given := []string{value}
	if p.Several {
		given = strings.Split(value, report.Separator)
	}
	if !slices.ContainsFunc(given, func(word string) bool { return !slices.Contains(codes, word) }) {
		return nil
	}
	return ErrWord.At(p.Name).With("%s, %s", p.Name, strings.Join(codes, ", "))
}
