package archtest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Finding is one breach of a rule.
type Finding struct {
	File   string // slash-separated, from the root of the tree
	Line   int    // from 1; 0 where the whole file is meant
	Reason string
}

func (f Finding) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Reason
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Reason)
}

// Check judges the files of a module by every rule and returns what it found, by
// file and line. It errs when go.mod or a file cannot be read; a Go file that does
// not parse is a finding.
func Check(fsys fs.FS, files []string) ([]Finding, error) {
	t, err := readTree(fsys, files)
	if err != nil {
		return nil, err
	}
	for _, f := range t.files {
		t.checkText(f)
		if f.syntax == nil {
			continue
		}
		t.checkWords(f)
		if f.test {
			t.checkSkips(f)
			continue
		}
		t.checkImports(f)
		t.checkShape(f)
		if under(f.dir, "domain/...") {
			t.checkPure(f)
		}
	}
	t.checkVars()
	slices.SortFunc(t.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Reason, b.Reason))
	})
	return t.findings, nil
}

type tree struct {
	module   string
	fset     *token.FileSet
	files    []*file
	info     *types.Info
	findings []Finding
}

type file struct {
	name, dir string
	content   []byte
	syntax    *ast.File // nil: not Go, generated, or for the go command alone
	test      bool
}

func readTree(fsys fs.FS, files []string) (*tree, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	first, _, _ := strings.Cut(string(mod), "\n")
	module, ok := strings.CutPrefix(strings.TrimSpace(first), "module ")
	if !ok {
		return nil, errors.New("go.mod does not open with the module's name")
	}
	t := &tree{module: module, fset: token.NewFileSet()}
	for _, name := range files {
		content, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, the deletion not yet committed
		}
		if err != nil {
			return nil, err
		}
		f := &file{name: name, dir: path.Dir(name), content: content, test: strings.HasSuffix(name, "_test.go")}
		t.files = append(t.files, f)
		if strings.HasSuffix(name, ".go") && !strings.Contains("/"+name, "/testdata/") {
			t.parse(f)
		}
	}
	t.resolve()
	return t, nil
}

func (t *tree) parse(f *file) {
	syntax, err := parser.ParseFile(t.fset, f.name, f.content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.add(f, token.NoPos, "does not parse: %v", err)
		return
	}
	if !ast.IsGenerated(syntax) && !forTheGoCommand(f.content) {
		f.syntax = syntax
	}
}

// forTheGoCommand tells a file that no build of the product ever holds: one that
// only keeps modules in go.mod or is run by hand.
func forTheGoCommand(content []byte) bool {
	for line := range bytes.Lines(content) {
		s := strings.TrimSpace(string(line))
		if strings.HasPrefix(s, "package ") {
			return false
		}
		if !constraint.IsGoBuild(s) {
			continue
		}
		expr, err := constraint.Parse(s)
		tag, ok := expr.(*constraint.TagExpr)
		return err == nil && ok && slices.Contains([]string{"deps", "ignore", "tools"}, tag.Tag)
	}
	return false
}

// resolve gives each identifier its declaration as far as one package tells.
// Imports stay unknown, so the errors of the type checker mean nothing here.
func (t *tree) resolve() {
	t.info = &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	packages := map[string][]*ast.File{}
	for _, f := range t.files {
		if f.syntax != nil && !f.test {
			packages[f.dir] = append(packages[f.dir], f.syntax)
		}
	}
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	for dir, files := range packages {
		_, _ = conf.Check(path.Join(t.module, dir), t.fset, files, t.info)
	}
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) {
	return nil, errors.New("imports are not followed")
}

func (t *tree) add(f *file, pos token.Pos, format string, args ...any) {
	line := 0
	if pos.IsValid() {
		line = t.fset.Position(pos).Line
	}
	t.findings = append(t.findings, Finding{File: f.name, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// imported names the package and member of a selector such as time.Now.
func (t *tree) imported(n ast.Node) (pkg, name string) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	p, ok := t.info.Uses[id].(*types.PkgName)
	if !ok {
		return "", ""
	}
	return p.Imported().Path(), sel.Sel.Name
}

// under tells whether a directory matches a pattern: "a/b", or "a/b/..." for it
// and all below, or "..." for everything.
func under(dir, pattern string) bool {
	if pattern == "..." {
		return true
	}
	base, deep := strings.CutSuffix(pattern, "/...")
	return dir == base || deep && strings.HasPrefix(dir, base+"/")
}

func underAny(dir string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return under(dir, p) })
}
