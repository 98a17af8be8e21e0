package archtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// checkVars: a package-level variable never changes. A table that nothing writes
// to, an error, an embedded file and a sync.Pool, whose content nobody can tell
// apart, may stay.
func (t *tree) checkVars() {
	for _, f := range t.files {
		if f.syntax == nil || f.test {
			continue
		}
		for _, d := range f.syntax.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR {
				continue
			}
			for _, s := range decl.Specs {
				if spec, ok := s.(*ast.ValueSpec); ok && !embedded(decl.Doc) && !embedded(spec.Doc) {
					t.checkVar(f, spec)
				}
			}
		}
		t.checkWrites(f)
	}
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

func (t *tree) checkVar(f *file, spec *ast.ValueSpec) {
	sentinel := regexp.MustCompile(`^[eE]rr[A-Z]`)
	for i, id := range spec.Names {
		if id.Name == "_" || sentinel.MatchString(id.Name) {
			continue
		}
		if len(spec.Values) == 0 {
			if !t.pool(spec.Type) {
				t.add(f, id.Pos(), "var %s has no value, so something sets it later; pass it instead", id.Name)
			}
			continue
		}
		if i < len(spec.Values) && t.writable(spec.Values[i], id.IsExported()) {
			t.add(f, id.Pos(), "var %s can be changed by whoever reaches it; make it a function or a field", id.Name)
		}
	}
}

func (t *tree) pool(e ast.Expr) bool {
	pkg, name := t.imported(e)
	return pkg == "sync" && name == "Pool"
}

// writable tells a first value made to be changed.
func (t *tree) writable(e ast.Expr, exported bool) bool {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		return e.Op == token.AND
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok {
			return id.Name == "make" || id.Name == "new"
		}
		pkg, _ := t.imported(e.Fun)
		return strings.HasPrefix(pkg, "github.com/prometheus/") || strings.HasPrefix(pkg, "math/rand")
	case *ast.CompositeLit:
		switch kind := e.Type.(type) {
		case *ast.MapType:
			return exported
		case *ast.ArrayType:
			return exported
		case *ast.SelectorExpr:
			pkg, _ := t.imported(kind)
			return (pkg == "sync" || pkg == "sync/atomic") && !t.pool(kind)
		}
	}
	return false
}

// checkWrites: an assignment to, or the address of, a package-level variable.
func (t *tree) checkWrites(f *file) {
	written := func(e ast.Expr) {
		if e == nil {
			return
		}
		if name := t.packageVar(e); name != "" {
			t.add(f, e.Pos(), "changes the package-level var %s, or could through its address", name)
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					written(e)
				}
			}
		case *ast.IncDecStmt:
			written(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				written(n.Key)
				written(n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				written(n.X)
			}
		case *ast.CallExpr:
			id, ok := n.Fun.(*ast.Ident)
			if ok && len(n.Args) > 0 && slices.Contains([]string{"delete", "clear", "copy"}, id.Name) {
				written(n.Args[0])
			}
		}
		return true
	})
}

// packageVar names the package-level variable that an expression is a part of.
func (t *tree) packageVar(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.SelectorExpr:
			if pkg, name := t.imported(x); pkg != "" {
				if strings.HasPrefix(pkg, t.module+"/") {
					return pkg + "." + name
				}
				return ""
			}
			e = x.X
		case *ast.Ident:
			if v, ok := t.info.Uses[x].(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				return v.Name()
			}
			return ""
		default:
			return ""
		}
	}
}
