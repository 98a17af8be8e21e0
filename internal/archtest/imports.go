package archtest

import (
	"slices"
	"strconv"
	"strings"
)

// A layer says what of this module the packages below a directory may import,
// beside the layer itself.
type layer struct {
	dir string
	may []string
}

// layers is searched from the top: the first match holds.
func layers() []layer {
	return []layer{
		{"domain/...", nil},
		{"commands/...", []string{"domain/...", "internal/journal", "internal/vault", "internal/password"}},
		{"projections/...", []string{"domain/...", "internal/journal", "internal/fold", "internal/position"}},
		{"queries/...", []string{"domain/...", "projections/...", "internal/journal", "internal/fold", "internal/report", "internal/polish", "internal/vault", "internal/auditlog"}},
		{"cmd/ksiega/session/...", []string{"domain/...", "internal/password", "internal/sessionredis"}},
		{"cmd/ksiega/words", []string{"commands/...", "queries", "domain/...", "internal/journal", "internal/polish", "cmd/ksiega/session"}},
		{"cmd/ksiega/pages/...", []string{"queries/...", "domain/...", "internal/report", "internal/polish"}},
		{"cmd/ksiega/web/...", []string{"commands/...", "queries/...", "domain/...", "cmd/ksiega/pages", "cmd/ksiega/session", "cmd/ksiega/words", "internal/password", "internal/report", "internal/polish"}},
		{"cmd/ksiega/httpapi/...", []string{"commands/...", "queries/...", "domain/...", "cmd/ksiega/pages", "cmd/ksiega/session", "cmd/ksiega/words", "internal/password", "internal/report", "internal/polish"}},
		{"cmd/ksiega/control/...", []string{"commands/...", "queries/...", "domain/...", "cmd/ksiega/httpapi", "cmd/ksiega/session", "cmd/ksiega/words", "internal/eventdb", "internal/socket"}},
		{"internal/report", []string{"internal/polish"}},
		{"internal/journal/...", []string{"domain/...", "internal/position", "internal/secret"}},
		{"internal/eventdb/...", []string{"internal/socket"}},
		{"internal/fold", []string{"internal/position"}},
		{"internal/foldfile", []string{"internal/fold", "internal/position"}},
		{"internal/foldredis", []string{"internal/fold", "internal/position", "internal/garbage"}},
		// What cmd/ksiega and cmd/ksiega-bench both wire, they share.
		{"internal/wiring", []string{"internal/eventdb", "internal/journal", "internal/garbage"}},
		// A second calculator, and invented data, that shared our code would share its faults.
		{"internal/testkit/naive", nil},
		{"internal/testkit/samplegen", nil},
		{"internal/testkit/...", []string{"..."}},
		{"cmd/...", []string{"..."}},
		{"samples/...", nil},
	}
}

// forTests tells a package that tests share. It imports what it likes, and only tests
// and the bench import it.
func forTests(dir string) bool { return under(dir, "internal/testkit/...") }

// layerOf finds the layer of a directory. What is below internal/ and not named is
// an engine: it knows nothing of ours.
func layerOf(dir string) (layer, bool) {
	for _, l := range layers() {
		if under(dir, l.dir) {
			return l, true
		}
	}
	if parts := strings.Split(dir, "/"); parts[0] == "internal" && len(parts) > 1 {
		return layer{dir: "internal/" + parts[1] + "/..."}, true
	}
	return layer{}, false
}

// A keep is a package that only some directories may import.
type keep struct {
	pkg  string // an import path or, ending in a slash, the start of one; "./" is the module
	only []string
	why  string
}

func keeps() []keep {
	const client = "github.com/EventStore/EventStore-Client-Go/"
	return []keep{
		{client + "v4/esdb", []string{"internal/journal"}, "the journal is the only importer of the event store's client"},
		{client, []string{"internal/journal", "internal/eventdb/..."}, "the event store's wire format belongs to journal and eventdb"},
		{
			"github.com/redis/go-redis/", []string{"internal/foldredis", "internal/redisdb/...", "internal/sessionredis", "cmd/ksiega", "cmd/ksiega-bench/..."},
			"Redis belongs to foldredis, redisdb and sessionredis",
		},
		{"./internal/wiring", []string{"cmd/..."}, "only cmd and tests wire"},
	}
}

func (k keep) matches(imported, module string) bool {
	if own, ok := strings.CutPrefix(k.pkg, "./"); ok {
		return imported == module+"/"+own
	}
	return imported == k.pkg || strings.HasSuffix(k.pkg, "/") && strings.HasPrefix(imported, k.pkg)
}

// impure tells a package of the standard library that lets the world in.
func impure(imported string) bool {
	if slices.Contains([]string{"net/url", "net/netip"}, imported) {
		return false
	}
	first, _, _ := strings.Cut(imported, "/")
	return slices.Contains([]string{"os", "net", "log", "syscall", "unsafe", "plugin", "database", "C"}, first) ||
		slices.Contains([]string{"math/rand", "math/rand/v2", "crypto/rand", "io/ioutil"}, imported)
}

func (t *tree) checkImports(f *file) {
	l, known := layerOf(f.dir)
	if !known {
		t.add(f, f.syntax.Package, "the directory %s belongs to no layer; name it in internal/archtest", f.dir)
	}
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		for _, k := range keeps() {
			if k.matches(imported, t.module) && !underAny(f.dir, k.only) && !forTests(f.dir) {
				t.add(f, spec.Pos(), "imports %s: %s", imported, k.why)
				break
			}
		}
		if own, ok := strings.CutPrefix(imported, t.module+"/"); ok {
			if forTests(own) && !forTests(f.dir) && f.dir != "cmd/ksiega-bench" {
				t.add(f, spec.Pos(), "imports %s, which is for tests", imported)
				continue
			}
			if known && !under(own, l.dir) && !underAny(own, l.may) {
				t.add(f, spec.Pos(), "imports %s, which %s may not", imported, strings.TrimSuffix(l.dir, "/..."))
			}
			continue
		}
		if under(f.dir, "domain/...") {
			first, _, _ := strings.Cut(imported, "/")
			if strings.Contains(first, ".") || impure(imported) {
				t.add(f, spec.Pos(), "imports %s: the domain knows the standard library alone, and nothing that reaches outside", imported)
			}
		}
	}
}
