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
	"ksiega/domain"
	"ksiega/domain/attendance"
	"ksiega/domain/refund"
)

// refusals are the sentinels that the files below a directory declare, as the table
// names them, with how many particulars each is given with: of each place the number.
func refusals(t *testing.T, dir string, declared map[string]bool, given map[string][]int) {
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
						declared[pkg+"."+n.Names[i].Name], named[call] = true, true
					}
				}
			case *ast.CallExpr:
				if made(n) == n && !named[n] && !(pkg == "sheetfile" && filepath.Base(path) == "refusals.go") {
					t.Errorf("%s: a refusal that is no sentinel has no sentence", path)
				}
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "whole" {
					name := sentinel(n.Args[0], pkg)
					given[name] = append(given[name], len(n.Args)-2)
				}
				if of, ok := n.Fun.(*ast.SelectorExpr); ok && of.Sel.Name == "With" {
					if name := sentinel(of.X, pkg); name != "" {
						given[name] = append(given[name], len(n.Args)-1)
					}
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
	file, err := parser.ParseFile(token.NewFileSet(), "sentences.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
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
	return texts
}

// Every refusal of domain, commands and journal has a sentence, which asks for no more
// particulars than each place gives.
func TestEveryRefusalHasASentence(t *testing.T) {
	t.Parallel()
	declared, given := map[string]bool{}, map[string][]int{}
	for _, dir := range []string{"domain", "commands", "internal/journal"} {
		refusals(t, filepath.Join("../../..", dir), declared, given)
	}
	if len(declared) < 100 {
		t.Fatalf("only %d refusals were found", len(declared))
	}
	texts := table(t)
	for name := range declared {
		if texts[name] == "" {
			t.Errorf("%s has no Polish sentence in sentences.go", name)
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
		if needed == 0 || slices.Contains([]string{"refund.ErrDayOff", "refund.ErrExcused", "refund.ErrSickLeave", "refund.ErrNotReady"}, name) {
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
		"Uzupełnij dane miesiąca albo podaj kwotę, o którą wystąpiono: nie ma z czego wyliczyć wniosku: S/1 nie ma godzin; S/2 nie jest wypłacone w całości (1234,50 zł z 2000,00 zł do 03.05.2018).": notReady,
		"Popraw dzień 03.05.2018 skierowania S/1 albo podaj kwotę, o którą wystąpiono: godzin w dniu wolnym od pracy (Trzeciego Maja) wniosek nie obejmuje; takich dni jest więcej o 1.":              blocked,
		"nobody's": domain.Refusal(domain.CodeInvalid, "nobody's"),
	} {
		if got := Of(refusal); got != want {
			t.Errorf("%s\nis not %s", got, want)
		}
	}
	problems := Problems(commands.RefusedRow{Why: []commands.Why{{Column: "data", Refusal: domain.ErrFuture.At("date").With("%s", day)}, {Refusal: commands.ErrTwice.With("row %d", 2)}}})
	if got, want := Reason(problems), "Kolumna data: Popraw datę: 03.05.2018 jeszcze nie nastał. Usuń powtórzenie: to samo stoi w tym pliku wcześniej (wiersz 2)."; got != want {
		t.Errorf("%s\nis not %s (%s)", got, want, fmt.Sprint(problems))
	}
}
