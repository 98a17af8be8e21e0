package queries

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"ksiega/domain"
	"ksiega/domain/refund"
	"ksiega/projections"
)

// What explains a line of a bank statement, for suggestions and the automat alike: the
// claims whose numbers its title holds, and how far a number can be trusted.

// trust is how far a number in a title says which claim is meant.
type trust int

const (
	// trustWord: the number has no digit, so that it may be an ordinary word
	// ("zapomogi"). A person is shown it; nothing is decided by it.
	trustWord trust = iota + 1
	// trustExact: the number may be something else (a date, a month, an amount, or
	// digits that only come together where the bank's blanks are left out), so that it
	// decides only with the amount that is due to the grosz.
	trustExact
	// trustAny: letters and digits together; it decides with any amount that fits.
	trustAny
)

// trustOf a claim's number, in small letters and without blanks.
func trustOf(number string) trust {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, number)
	switch {
	case !strings.ContainsFunc(number, unicode.IsDigit):
		return trustWord
	case letters == "" || len([]rune(number)) < 3 || strings.Trim(letters, "ivx") == "" || isMonth(letters):
		return trustExact
	}
	return trustAny
}

// isMonth says whether letters begin as a month's name: `maj/2024` is when, and not
// which.
func isMonth(letters string) bool {
	for _, stem := range []string{"sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "paz", "lis", "gru"} {
		if strings.HasPrefix(letters, stem) {
			return true
		}
	}
	return false
}

// titleReader finds claims' numbers in titles.
type titleReader struct{ numbers []claimNumber }

type claimNumber struct {
	claim     string
	written   []rune // in small letters
	unspaced  string
	unspacedR []rune
}

func readerOf(claims []standingClaim) titleReader {
	r := titleReader{make([]claimNumber, 0, len(claims))}
	for _, c := range claims {
		small := strings.ToLower(c.Claim)
		if n := unspaced(small); n != "" {
			r.numbers = append(r.numbers, claimNumber{c.Claim, []rune(small), n, []rune(n)})
		}
	}
	slices.SortStableFunc(r.numbers, func(a, b claimNumber) int { return cmp.Compare(len(b.unspacedR), len(a.unspacedR)) })
	return r
}

func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }

// named are the claims whose number stands in a title with no letter or digit beside
// it, in any case, and how far each is to be trusted. Where one number is part of a
// longer one (`W/04` in `W/04/2018`), the longer is meant. Numbers written as they are
// come before those that the bank's blanks cut in two.
func (r titleReader) named(title string) map[string]trust {
	small := strings.ToLower(title)
	whole, text := unspaced(small), []rune(small)
	found, taken := map[string]trust{}, make([]bool, len(text))
	var there []claimNumber
	for _, n := range r.numbers {
		if strings.Contains(whole, n.unspaced) {
			there = append(there, n)
		}
	}
	for _, cut := range []bool{false, true} {
		for _, n := range there {
			for start := range text {
				end := n.at(text, start, cut)
				if end < 0 || slices.Contains(taken[start:end], true) || !bounded(text, start, end) {
					continue
				}
				how := trustOf(n.unspaced)
				if cut {
					how = min(how, trustExact)
				}
				if goesOn(text, end) {
					how = trustWord
				}
				found[n.claim] = max(found[n.claim], how)
				for k := start; k < end; k++ {
					taken[k] = true
				}
			}
		}
	}
	return found
}

// at says where the number ends that begins at a place of a text, or −1.
func (n claimNumber) at(text []rune, start int, cut bool) int {
	number := n.written
	if cut {
		number = n.unspacedR
	}
	at := start
	for i, c := range number {
		for cut && i > 0 && at < len(text) && unicode.IsSpace(text[at]) {
			at++
		}
		if at == len(text) || text[at] != c {
			return -1
		}
		at++
	}
	return at
}

func bounded(text []rune, start, end int) bool {
	return (start == 0 || !alphanumeric(text[start-1])) && (end == len(text) || !alphanumeric(text[end]))
}

// goesOn says that a number may be the beginning of a longer one that nobody knows
// here: `WR/05` in `WR/05/2019`.
func goesOn(text []rune, end int) bool {
	return end+1 < len(text) && strings.ContainsRune("/-.", text[end]) && alphanumeric(text[end+1])
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// interest says that a title is about interest, which is no part of a refund.
func interest(title string) bool {
	small := strings.ToLower(title)
	return strings.Contains(small, "odset") || slices.ContainsFunc(strings.FieldsFunc(small, func(r rune) bool { return !alphanumeric(r) }),
		func(word string) bool { return word == "ods" || word == "odsetkowa" })
}

// openLine is an unmatched line beside what its title names.
type openLine struct {
	projections.BankLine
	titled   map[string]trust // every claim in its title
	interest bool
	taken    bool
}

// settling decides over all open lines and all claims together which line certainly
// pays which claim.
type settling struct {
	lines  []openLine
	claims []standingClaim

	// Where to look, so that no line is held against every other.
	places   map[string][]int        // of claims, by number
	naming   map[string][]int        // lines, by the claims in their titles
	untitled map[domain.Grosze][]int // lines that name none, by amount
}

// decide takes the lines that are certain.
func (s *settling) decide() {
	s.index()
	s.exact()
	s.parts()
}

func (s *settling) index() {
	s.places, s.naming, s.untitled = map[string][]int{}, map[string][]int{}, map[domain.Grosze][]int{}
	for i, c := range s.claims {
		s.places[c.Claim] = append(s.places[c.Claim], i)
	}
	for i, l := range s.lines {
		for claim := range l.titled {
			s.naming[claim] = append(s.naming[claim], i)
		}
		if len(l.titled) == 0 {
			s.untitled[l.Amount] = append(s.untitled[l.Amount], i)
		}
	}
}

// due is what a claim may take of a line.
func (s *settling) due(claim int, l *openLine) domain.Grosze {
	c := &s.claims[claim]
	if l.Amount < 0 && !c.reclaimedBy(l.Date) {
		return 0
	}
	return owes(c.totals, l.Amount)
}

// open are the claims in a line's title that something is due on.
func (s *settling) open(l *openLine) (claims []int, sum domain.Grosze) {
	for claim := range l.titled {
		for _, i := range s.places[claim] {
			if due := s.due(i, l); due > 0 {
				claims, sum = append(claims, i), sum+due
			}
		}
	}
	slices.Sort(claims)
	return claims, sum
}

func (s *settling) take(claim int, l *openLine) {
	l.taken = true
	l.Claim = s.claims[claim].Claim
	s.claims[claim].totals = s.claims[claim].totals.Add(refund.Received{Amount: l.Amount})
}

// only is the one open claim that a line's title names, with enough trust.
func (s *settling) only(l *openLine, least trust) (int, bool) {
	claims, _ := s.open(l)
	if l.taken || l.interest || len(claims) != 1 || l.titled[s.claims[claims[0]].Claim] < least {
		return 0, false
	}
	if l.Amount > 0 && l.Date < s.claims[claims[0]].Submitted {
		return 0, false // no refund comes before it was asked for
	}
	return claims[0], true
}

// exact matches what comes to the grosz to what the one claim in its title is due: of
// several such lines the one booked first, the others explain nothing any more.
func (s *settling) exact() {
	for i := range s.lines {
		l := &s.lines[i]
		if c, ok := s.only(l, trustExact); ok && magnitude(l.Amount) == s.due(c, l) {
			s.take(c, l)
		}
	}
}

// parts matches what is less than due, unless another line explains the claim better:
// one of just the amount due, by itself or together with the other claims it names. If
// some of the parts come to what is due, these are the ones.
func (s *settling) parts() {
	byClaim, order := map[[2]int][]*openLine{}, [][2]int{}
	for i := range s.lines {
		l := &s.lines[i]
		c, ok := s.only(l, trustAny)
		if !ok || magnitude(l.Amount) > s.due(c, l) {
			continue
		}
		key := [2]int{c, sign(l.Amount)}
		if byClaim[key] == nil {
			order = append(order, key)
		}
		byClaim[key] = append(byClaim[key], l)
	}
	for _, key := range order {
		lines := byClaim[key]
		if s.explainedBetter(key[0], key[1], lines[0]) {
			continue
		}
		for _, l := range fitting(lines, s.due(key[0], lines[0])) {
			if magnitude(l.Amount) <= s.due(key[0], l) {
				s.take(key[0], l)
			}
		}
	}
}

func sign(g domain.Grosze) int { return cmp.Compare(g, 0) }

// explainedBetter says that a line which can't be matched for sure comes to just what
// the claim is due.
func (s *settling) explainedBetter(claim, direction int, of *openLine) bool {
	candidate := func(i int) bool {
		l := &s.lines[i]
		return !l.taken && sign(l.Amount) == direction && s.due(claim, l) != 0
	}
	if slices.ContainsFunc(s.untitled[domain.Grosze(direction)*s.due(claim, of)], candidate) {
		return true
	}
	return slices.ContainsFunc(s.naming[s.claims[claim].Claim], func(i int) bool {
		claims, sum := s.open(&s.lines[i])
		return candidate(i) && slices.Contains(claims, claim) && magnitude(s.lines[i].Amount) == sum
	})
}

// maxParts bounds the search for parts that come to what is due.
const maxParts = 12

// fitting are the fewest lines that come to an amount, the earlier ones first; all
// where none do.
func fitting(lines []*openLine, due domain.Grosze) []*openLine {
	var best []*openLine
	if len(lines) > maxParts {
		return lines
	}
	for set := 1; set < 1<<len(lines); set++ {
		var sum domain.Grosze
		var some []*openLine
		for i, l := range lines {
			if set&(1<<i) != 0 {
				sum, some = sum+magnitude(l.Amount), append(some, l)
			}
		}
		if sum == due && (best == nil || len(some) < len(best)) {
			best = some
		}
	}
	if best == nil {
		return lines
	}
	return best
}
