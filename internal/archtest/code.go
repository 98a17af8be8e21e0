package archtest

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

const (
	maxFunction = 70  // lines, from func to the closing brace
	maxFile     = 600 // lines
)

// checkShape: short functions and files, no init, a package named for what it is.
func (t *tree) checkShape(f *file) {
	if n := bytes.Count(f.content, []byte("\n")); n > maxFile {
		t.add(f, token.NoPos, "has %d lines; %d is the most", n, maxFile)
	}
	if n := f.syntax.Name.Name; slices.Contains([]string{"util", "utils", "common", "models", "dto", "service", "manager", "helpers"}, n) {
		t.add(f, f.syntax.Package, "package %s is not named for one thing", n)
	}
	for _, d := range f.syntax.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fn.Recv == nil && fn.Name.Name == "init" {
			t.add(f, fn.Pos(), "func init runs where nobody called it; pass the value instead")
		}
		if n := t.fset.Position(fn.End()).Line - t.fset.Position(fn.Pos()).Line + 1; n > maxFunction {
			t.add(f, fn.Pos(), "func %s has %d lines; %d is the most", fn.Name.Name, n, maxFunction)
		}
	}
}

// checkPure: the domain has no clock, no goroutine and no float.
func (t *tree) checkPure(f *file) {
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local"}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			t.add(f, n.Pos(), "starts a goroutine; the domain is folded by one caller at a time")
		case *ast.BasicLit:
			if n.Kind == token.FLOAT || n.Kind == token.IMAG {
				t.add(f, n.Pos(), "the float %s; money and time are integers", n.Value)
			}
		case *ast.Ident:
			if strings.HasPrefix(n.Name, "float") && t.info.Uses[n] != nil && t.info.Uses[n].Parent() == types.Universe {
				t.add(f, n.Pos(), "%s; money and time are integers", n.Name)
			}
		case *ast.SelectorExpr:
			pkg, name := t.imported(n)
			if pkg == "time" && slices.Contains(clock, name) {
				t.add(f, n.Pos(), "time.%s; the domain is given its time", name)
			}
			if pkg == "strconv" && strings.HasSuffix(name, "Float") {
				t.add(f, n.Pos(), "strconv.%s; money and time are integers", name)
			}
		}
		return true
	})
}

// checkSkips: a skipped test says why.
func (t *tree) checkSkips(f *file) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains([]string{"t", "b", "f", "tb", "T", "B", "F", "TB"}, lastName(sel.X)) {
			return true
		}
		silent := len(call.Args) == 0
		if len(call.Args) == 1 {
			lit, ok := call.Args[0].(*ast.BasicLit)
			silent = ok && strings.TrimSpace(strings.Trim(lit.Value, "\"`")) == ""
		}
		if silent && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
			t.add(f, call.Pos(), "skips without a reason")
		}
		return true
	})
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// checkWords: work left undone is not left in a comment, in tests neither.
func (t *tree) checkWords(f *file) {
	undone := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if word := undone.FindString(c.Text); word != "" {
				t.add(f, c.Pos(), "the comment says %s", word)
			}
		}
	}
}

// checkText: no file, Go or not, names the machine it was written on or the host a
// package came from. The words are put together here, for this file is judged too.
func (t *tree) checkText(f *file) {
	for line, text := range bytes.Split(f.content, []byte("\n")) {
		for _, re := range forbidden() {
			if found := re.Find(text); found != nil {
				t.findings = append(t.findings, Finding{f.name, line + 1, "names " + string(bytes.Trim(found, " \t\"'`=:(,["))})
			}
		}
	}
}

func forbidden() []*regexp.Regexp {
	hosts := [][]string{
		{"proxy", "golang", "org"}, {"sum", "golang", "org"}, {"goproxy", "io"},
		{"registry", "npmjs", "org"}, {"registry", "yarnpkg", "com"}, {"registry-1", "docker", "io"},
		{"deb", "debian", "org"}, {"files", "pythonhosted", "org"}, {"pypi", "org"},
	}
	all := make([]string, len(hosts))
	for i, h := range hosts {
		all[i] = regexp.QuoteMeta(strings.Join(h, "."))
	}
	return []*regexp.Regexp{
		regexp.MustCompile("(^|[\\s\"'`=:(,\\[]|file://)/wo" + "rk($|[/\\s\"'`),\\]])"),
		regexp.MustCompile(`\b(` + strings.Join(all, "|") + `)\b`),
	}
}
