package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"ksiega/internal/foldredis"
)

// english finds words of English in what a person reads. What stands in brackets is
// quoted: names of columns, and what an engine says of itself, for whoever looks closer.
func english(text string) []string {
	for quoted := regexp.MustCompile(`\([^()]*\)|„[^”]*”|"[^"]*"|--[a-z-]+|[A-Z]+[A-Z_]+|https?://\S+|/\S+`); ; {
		less := quoted.ReplaceAllString(text, "")
		if less == text {
			break
		}
		text = less
	}
	known := strings.Fields(`the is are were of and not with must from has have been this that cannot there which unknown missing expected unexpected usage flag
		flags file files without or for error failed event events row rows arguments commands show print write read make default password
		again in it be an but got`)
	return slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), func(word string) bool {
		return !slices.Contains(known, word)
	})
}

func isPolish(t *testing.T, what, text string) {
	t.Helper()
	if found := english(text); len(found) > 0 {
		t.Errorf("%s is in English (%s):\n%s", what, strings.Join(found, ", "), text)
	}
}

// TestHelpIsPolish, of the program and of each sub-command, with all flags.
func TestHelpIsPolish(t *testing.T) {
	t.Parallel()
	var c cli
	parser, err := newParser(t.Context(), &c)
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(false)
	if len(leaves) < 16 {
		t.Fatalf("there are %d sub-commands", len(leaves))
	}
	isPolish(t, "ksiega --help", must(t, exitDone, "--help"))
	for _, leaf := range leaves {
		help := must(t, exitDone, append(strings.Fields(leaf.Path()), "--help")...)
		isPolish(t, leaf.Path()+" --help", help)
		if leaf.Name != "report" && (!strings.Contains(help, "Użycie: ksiega "+leaf.Path()) || !strings.Contains(help, "Flagi:")) {
			t.Errorf("%s --help: %s", leaf.Path(), help)
		}
	}
}

// TestWrongUsageIsPolish: a flag, an argument or a value that is wrong in each sub-command,
// and everything that the parser has words for.
func TestWrongUsageIsPolish(t *testing.T) {
	t.Parallel()
	var c cli
	parser, err := newParser(t.Context(), &c)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "none")
	said := map[string]bool{}
	wrong := func(args ...string) string {
		t.Helper()
		code, out, errs := ksiega(t, args...)
		if code == exitDone || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit %d, %q", args, code, out+errs)
		}
		isPolish(t, strings.Join(args, " "), errs)
		if _, err := parser.Parse(args); err != nil {
			for _, w := range usageWords() {
				if regexp.MustCompile(`^` + w.said + `$`).MatchString(err.Error()) {
					said[w.said] = true
					return errs
				}
			}
		}
		return errs
	}
	for _, leaf := range parser.Model.Leaves(false) {
		with := func(args ...string) []string { return append(strings.Fields(leaf.Path()), args...) }
		if leaf.Name != "report" {
			wrong(with("--no-such-flag")...)
		}
		wrong(with("x", "nieznany", "--data", data)...)
		wrong(with("--role", "king")...)
		if leaf.Name != "report" && leaf.Name != "command" {
			wrong(with("--any-clock=perhaps")...)
		}
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("data: [1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{}, {"account"}, {"account", "token"}, {"no-such-command"}, {"verfy"}, {"serve", "--lsten", "x"}, {"import"}, {"restore"}, {"template"}, {"command"}, {"backup"},
		{"erase", "--participant", "U1"}, {"erase", "--participant", "U1", "--claim", "W1", "--ground", "zadanie", "--register", "1"},
		{"serve", "--max-lag", "many"}, {"serve", "--max-lag"}, {"verify", "--data", "--role"}, {"verify", "--config", data}, {"verify", "--config", bad},
		{"restore", "x", "--erasures", "a", "--no-erasures"}, {"verify", "--ledger", "A"}, {"doctor", "--repair=x"}, {"node", "-x"}, {"serve", "-h=x"},
	} {
		wrong(args...)
	}
	for _, w := range usageWords() {
		if !said[w.said] && !strings.HasPrefix(w.said, "unexpected flag argument") {
			t.Errorf("nothing made the parser say %s", w.said)
		}
	}
}

// TestWhatIsDoneIsPolish: what sub-commands print where they succeed, and where the ledger or
// the machine does not let them.
func TestWhatIsDoneIsPolish(t *testing.T) {
	t.Parallel()
	summaries := regexp.MustCompile(`(?m)^\S+ +\d+ rows, +\d+ accepted, +\d+ refused, +\d+ already known( \(imported before\))?$`)
	dir := t.TempDir()
	data, file := filepath.Join(dir, "d"), filepath.Join(dir, "kopia")
	says := func(code int, args ...string) {
		t.Helper()
		out := must(t, code, append(args, "--data", data)...)
		isPolish(t, strings.Join(args, " "), summaries.ReplaceAllString(out, "")) // whose words scripts read
	}
	wrong := writeFiles(t, map[string]string{"obecnosci.csv": "umowa;data;godziny\nS/0;05.03.2018;2\nS/0;05.03.2019;2\n", "notatki.txt": "x", "umowy.csv": "a;b\n1;2\n"})
	says(exitDone, "import", "--dry-run", referrals(t, 3))
	says(exitDone, "import", referrals(t, 3))
	says(exitDone, "import", referrals(t, 3))
	says(exitFailed, "import", wrong)
	says(exitUsage, "import", filepath.Join(dir, "none"))
	says(exitFound, "template", "wyciag")
	says(exitDone, "verify")
	says(exitDone, "rebuild")
	says(exitDone, "scavenge")
	says(exitDone, "backup", "-o", file)
	says(exitFailed, "backup", "-o", filepath.Join(dir, "none", "x"))
	says(exitDone, "doctor")
	says(exitDone, "doctor", "--repair")
	says(exitFound, "report", "no-such")
	says(exitFound, "replay", "--participant", "NOBODY")
	says(exitFailed, "--role", "auditor", "import", referrals(t, 3))
	says(exitDone, "--role", "dpo", "erase", "--participant", "U1", "--ground", "zadanie", "--register", "1/2026")
	says(exitFailed, "--role", "dpo", "erase", "--participant", "U1", "--ground", "retencja", "--register", "1/2026")
	says(exitFailed, "restore", file) // the directory is not empty
	says(exitDone, "rekey")
	says(exitFailed, "verify", "--eventstore", "esdb://127.0.0.1:1?tls=false&discoveryInterval=1&maxDiscoverAttempts=1")
	says(exitFailed, "verify", "--redis", "redis://127.0.0.1:1")
	says(exitFailed, "serve", "--sample")
	says(exitUsage, "serve", "--listen", "0.0.0.0:0")
	must(t, exitDone, "backup", "--data", data, "-o", file)
	for _, args := range [][]string{{"restore", file}, {"doctor"}, {"verify"}, {"scavenge"}} {
		other := filepath.Join(dir, "e"+args[0])
		code, out, errs := ksiega(t, append(args, "--data", other)...)
		isPolish(t, strings.Join(args, " ")+" "+strconv.Itoa(code), out+errs)
	}
	if err := os.WriteFile(file, []byte("no backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"restore", file}, {"restore", file + "x"}, {"restore", file, "--identity", file}, {"backup", "-o", "-", "--recipient", "age1x"}, {"replay", "--from", "x"}, {"report", "refunds", "--as-of", "x"}} {
		code, _, errs := ksiega(t, append(args, "--data", filepath.Join(dir, "f"))...)
		if code == exitDone {
			t.Errorf("%v is done", args)
		}
		isPolish(t, strings.Join(args, " "), errs)
	}
	users := filepath.Join(dir, "users")
	if err := os.WriteFile(users, []byte("no user\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "--master-key-file", users}, {"verify", "--master-key-command", "false"}, {"verify", "--master-key-command", "echo x"}, {"rekey", "--next-command", "cat " + data + ".master.key"}} {
		says(exitFailed, args...)
	}
	for _, args := range [][]string{{"node", "--listen", "127.0.0.1:0", "--users", users, "--tls-self-signed", "--data", filepath.Join(dir, "n")}, {"node", "--add-user", "x y", "--users", filepath.Join(dir, "u")}} {
		isPolish(t, strings.Join(args, " "), must(t, exitFailed, args...))
	}
	isPolish(t, "node --add-user", must(t, exitUsage, "node", "--add-user", "x"))
	for why := foldredis.Missing; why <= foldredis.Behind; why++ {
		isPolish(t, "a model built anew", anewInWords(foldredis.Anew{Projection: "settlement", Why: why}))
	}
}

// TestFaultsOfEngines: each error that an engine names is put in words.
func TestFaultsOfEngines(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("faults.go")
	if err != nil {
		t.Fatal(err)
	}
	// What nobody is told, with why.
	inside := map[string]string{"foldredis.ErrGap": "it is mended", "foldredis.ErrLost": "it is mended", "foldredis.ErrOtherVersion": "it is fold.ErrNotBuilt too",
		"redisdb.ErrNoFile": "it is a first start", "socket.ErrNobody": "then no server runs", "foldfile.ErrDamaged": "it is folded from before", "fold.ErrBase": "it is folded from before", "journal.ErrEnough": "it ends a reading"}
	for _, engine := range []string{"eventdb", "vault", "journal", "foldredis", "redisdb", "fold", "foldfile", "socket"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "internal", engine, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(engine, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok {
					return true
				}
				for i, name := range spec.Names {
					of := engine + "." + name.Name
					if !strings.HasPrefix(name.Name, "Err") || i < len(spec.Values) && isRefusal(spec.Values[i]) {
						continue
					}
					if _, told := inside[of]; !told && !strings.Contains(string(text), of) {
						t.Errorf("%s is not put in words", of)
					}
				}
				return true
			})
		}
	}
	for _, f := range engineFaults() {
		isPolish(t, f.of.Error(), f.words)
	}
}

// isRefusal tells a sentinel of domain, which has its sentence elsewhere.
func isRefusal(e ast.Expr) bool {
	return slices.Contains([]string{"Refusal"}, calledName(e))
}

func calledName(e ast.Expr) string {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return ""
	}
	if of, ok := call.Fun.(*ast.SelectorExpr); ok {
		return of.Sel.Name
	}
	return ""
}
