package words

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ksiega/commands"
	"ksiega/commands/bankfile"
	"ksiega/commands/charset"
	"ksiega/commands/sheetfile"
	"ksiega/domain"
	"ksiega/domain/agreement"
	"ksiega/domain/attendance"
	"ksiega/domain/refund"
	"ksiega/queries"
)

// found is what the files below some directories say of refusals: those that they declare,
// as the table names them, with how many particulars each is given with (of each place
// the number), and the exported errors that are none.
type found struct {
	declared, plain map[string]bool
	given           map[string][]int
}

func (f *found) search(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		pkg, named := file.Name.Name, map[ast.Node]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, v := range n.Values {
					if call := made(v); call != nil && ast.IsExported(n.Names[i].Name) {
						f.declared[pkg+"."+n.Names[i].Name], named[call] = true, true
					} else if call == nil && strings.HasPrefix(n.Names[i].Name, "Err") {
						f.plain[pkg+"."+n.Names[i].Name] = true
					}
				}
			case *ast.FuncDecl:
				if n.Name.Name == "refusal" {
					return false // it makes the sentinels of its package
				}
			case *ast.CallExpr:
				if made(n) == n && !named[n] {
					t.Errorf("%s: a refusal that is no sentinel has no sentence", path)
				}
				f.particulars(n, pkg)
				if slices.Contains(parsers(), pkg) && makesError(n) {
					t.Errorf("%s: an error about a file is no refusal: nobody says it in Polish", path)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// particulars counts what a call gives a sentinel.
func (f *found) particulars(call *ast.CallExpr, pkg string) {
	give := func(of ast.Expr, n int) {
		if name := sentinel(of, pkg); name != "" {
			f.given[name] = append(f.given[name], n)
		}
	}
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		switch fun.Name {
		case "whole": // of sheetfile: a text for logs, then particulars
			give(call.Args[0], len(call.Args)-2)
		case "inRow": // the row
			give(call.Args[1], 1)
		}
	case *ast.SelectorExpr:
		switch fun.Sel.Name {
		case "With":
			give(fun.X, len(call.Args)-1)
		case "refuse": // of bankfile: line and tag come first
			give(call.Args[0], len(call.Args)+1)
		}
	}
}

// parsers are the packages that read what people give, and only refuse it.
func parsers() []string { return []string{"bankfile", "charset", "sheetfile"} }

// makesError tells a call that makes an error of its own, or says something of an error
// that it does not wrap.
func makesError(call *ast.CallExpr) bool {
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	from, ok := of.X.(*ast.Ident)
	if !ok {
		return false
	}
	switch from.Name + "." + of.Sel.Name {
	case "errors.New":
		return true
	case "fmt.Errorf":
		format, ok := call.Args[0].(*ast.BasicLit)
		return !ok || !strings.Contains(format.Value, "%w")
	}
	return false
}

// made is the call that makes a sentinel, whatever is said of it after.
func made(e ast.Expr) *ast.CallExpr {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return nil
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		if f.Name == "Refusal" || f.Name == "refusal" {
			return call
		}
	case *ast.SelectorExpr:
		if f.Sel.Name == "Refusal" {
			return call
		}
		if f.Sel.Name == "At" && made(f.X) != nil {
			return made(f.X)
		}
	}
	return nil
}

// sentinel is the name of the sentinel that an expression begins with.
func sentinel(e ast.Expr, pkg string) string {
	switch e := e.(type) {
	case *ast.Ident:
		if strings.HasPrefix(e.Name, "Err") {
			return pkg + "." + e.Name
		}
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && strings.HasPrefix(e.Sel.Name, "Err") {
			return x.Name + "." + e.Sel.Name
		}
	case *ast.CallExpr: // At
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "At" {
			return sentinel(f.X, pkg)
		}
	}
	return ""
}

// table is which sentinel has which sentence, by name.
func table(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("of_*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	texts := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.CompositeLit); ok && l.Type == nil && len(l.Elts) == 2 {
				text, err := strconv.Unquote(l.Elts[1].(*ast.BasicLit).Value)
				name := sentinel(l.Elts[0], "words")
				if _, twice := texts[name]; err != nil || twice {
					t.Errorf("%s stands twice: %v", name, err)
				}
				texts[name] = text
			}
			return true
		})
	}
	return texts
}

// faults are the exported errors that say what is wrong with the ledger or the machine,
// and not with what somebody asked: they are for logs, and doors say only whose fault it is.
// ErrEnough is not even that: whoever reads answers it, and nobody is told.
func faults() []string {
	return []string{"domain.ErrUncountable", "domain.ErrUnknownCommand", "journal.ErrClock", "journal.ErrDamaged", "journal.ErrEnough", "journal.ErrNowhere",
		"journal.ErrRefused", "journal.ErrSetBack", "journal.ErrUnavailable", "journal.ErrUnreadable"}
}

// Every refusal of domain, commands, queries and journal has a sentence, which asks for no
// more particulars than each place gives; an exported error that is no refusal is a fault.
func TestEveryRefusalHasASentence(t *testing.T) {
	t.Parallel()
	all := found{declared: map[string]bool{}, plain: map[string]bool{}, given: map[string][]int{}}
	for _, dir := range []string{"domain", "commands", "queries", "internal/journal", "cmd/ksiega/httpapi", "cmd/ksiega/session"} {
		all.search(t, filepath.Join("../../..", dir))
	}
	declared, given := all.declared, all.given
	for name := range all.plain {
		if !slices.Contains(faults(), name) {
			t.Errorf("%s is an error without a sentence: make it a refusal", name)
		}
	}
	if len(declared) < 100 {
		t.Fatalf("only %d refusals were found", len(declared))
	}
	texts := table(t)
	for name := range declared {
		if texts[name] == "" {
			t.Errorf("%s has no Polish sentence in of_*.go", name)
		}
	}
	place := regexp.MustCompile(`\{(\d)\}`)
	for name, text := range texts {
		if !declared[name] {
			t.Errorf("%s is no refusal any more", name)
		}
		needed := 0
		for _, p := range place.FindAllStringSubmatch(optional.ReplaceAllString(text, ""), -1) {
			n, _ := strconv.Atoi(p[1])
			needed = max(needed, n+1)
		}
		if !strings.HasSuffix(text, ".") && !strings.HasPrefix(text, "{0} ") {
			t.Errorf("%s: %q is no sentence", name, text)
		}
		if needed == 0 || slices.Contains([]string{"refund.ErrDayOff", "refund.ErrExcused", "refund.ErrSickLeave", "refund.ErrNotRegistered", "refund.ErrNotReady", "sheetfile.ErrFileQuote", "queries.ErrKnownAt", "queries.ErrAhead"}, name) {
			continue // these set their particulars themselves
		}
		if len(given[name]) == 0 {
			t.Errorf("%s: %q needs particulars that nobody gives", name, text)
		}
		for _, n := range given[name] {
			if n < needed {
				t.Errorf("%s: %q needs %d particulars, and is given %d somewhere", name, text, needed, n)
			}
		}
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	day, week := domain.NewDate(2018, 5, 3), domain.NewDate(2024, 5, 6)
	notReady := refund.ErrNotReady.With("")
	notReady.Args = []any{[]*domain.Error{refund.ErrNoHours.With("%s", "S/1"), refund.ErrUnpaid.With("%s%s%s%s", "S/2", domain.Grosze(123450), domain.Grosze(200000), day)}, 0}
	blocked := refund.ErrDayOff.With("")
	blocked.Args = []any{"S/1", day, "Trzeciego Maja", 1}
	for want, refusal := range map[string]*domain.Error{
		"Zmniejsz godziny: w tygodniu od 06.05.2024 byłoby 11:00 h, wolno 10:00 h.": attendance.ErrWeeklyCap.With("%s%s%s", domain.Minutes(660), week, domain.Minutes(600)),
		"Podaj powód.": domain.ErrNoReason,
		"Uzupełnij dane miesiąca albo podaj kwotę, o którą wystąpiono: nie ma z czego wyliczyć wniosku: S/1 nie ma godzin; S/2 nie jest wypłacone w całości (1\u00a0234,50\u00a0zł z 2\u00a0000,00\u00a0zł do 03.05.2018).": notReady,
		"Popraw dzień 03.05.2018 skierowania S/1 albo podaj kwotę, o którą wystąpiono: godzin w dniu wolnym od pracy (Trzeciego Maja) wniosek nie obejmuje; takich dni jest więcej o 1.":                                    blocked,
		"nobody's": domain.Refusal(domain.CodeInvalid, "nobody's"),
		"Popraw procent refundacji (0): do 60, za prace u opiekunów do 100 (art. 73a ust. 1 i 2 ustawy z 20.04.2004), a w porozumieniach od 01.06.2025 dokładnie 100 (ustawa z 20.03.2025).": agreement.ErrRefundShare.With("%d", 0),
		"Najpierw wycofaj to, co się na tym opiera: wizyta A1, T/1, 08:00 z 06.05.2024.":                                                                                                     domain.Thing{Noun: domain.AVisit, Name: "A1, T/1, 08:00", On: week}.Refuse(),
		"Najpierw wycofaj to, co się na tym opiera: opiekun.":                                                                                                                                domain.Thing{Noun: domain.ACarer}.Refuse(),
		"Popraw parametr state: przyjmuje jedną z wartości: open, resolved.":                                                                                                                 queries.ErrWord.At("state").With("%s, %s", "state", "open, resolved"),
		"Zapisz plik w jednym kodowaniu, najlepiej jako CSV UTF-8: wiersz 2 nie jest w Windows-1250, jak reszta pliku.":                                                                      charset.ErrEncoding.With("%d%s%s", 2, "Windows-1250", ""),
	} {
		if got := Of(refusal); got != want {
			t.Errorf("%s\nis not %s", got, want)
		}
	}
	_, err := bankfile.ReadMT940("w.sta", strings.NewReader(":20:R\n:25:PL61109010140000071219812874\n:28C:8/1\n:60F:C180301PLN100,00\n:62F:C180331PLN150,00\n"))
	if got, want := Error(fmt.Errorf("x: %w", err)).Error(), "x: w.sta: Pobierz wyciąg z banku jeszcze raz: saldo początkowe i pozycje dają 100,00\u00a0zł, a saldo końcowe w wierszu 5 (pole :62F:) to 150,00\u00a0zł."; got != want {
		t.Errorf("%s\nis not %s", got, want)
	}
	problems := Problems(commands.RefusedRow{Why: sheetfile.RowError{{Column: "data", Refusal: domain.ErrFuture.At("date").With("%s", day)}, {Refusal: commands.ErrTwice.With("row %d", 2)}}})
	if got, want := Reason(problems), "Kolumna data: Popraw datę: 03.05.2018 jeszcze nie nastał. Usuń powtórzenie: to samo stoi w tym pliku wcześniej (wiersz 2)."; got != want {
		t.Errorf("%s\nis not %s (%s)", got, want, fmt.Sprint(problems))
	}
}

func TestEachNounHasItsWord(t *testing.T) {
	t.Parallel()
	for _, noun := range domain.Nouns() {
		if nouns()[noun] == "" {
			t.Errorf("%s has no Polish word", noun)
		}
	}
	if len(nouns()) != len(domain.Nouns()) {
		t.Errorf("%d words for %d nouns", len(nouns()), len(domain.Nouns()))
	}
}
