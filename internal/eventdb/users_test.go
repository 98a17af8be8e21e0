package eventdb

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// cheapHash costs next to nothing to verify.
func cheapHash(password string) string {
	h := passwordHash{memory: 8, passes: 1, lanes: 1, salt: []byte("0123456789abcdef")}
	h.digest = h.compute(password)
	return h.String()
}

func writeUsers(t testing.TB, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// testUsers are admin and ops, who may write, and reader, who may not. All have the password changeit.
func testUsers(t testing.TB) *Users {
	t.Helper()
	hash := cheapHash("changeit")
	u, err := LoadUsers(writeUsers(t, "# those of the tests", "", "admin:read-write:"+hash, "ops:read-write:"+hash, "reader:read-only:"+hash))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// basic is the header of basic credentials, name:password; none if empty.
func basic(credentials ...string) metadata.MD {
	md := metadata.MD{}
	for _, c := range credentials {
		if c != "" {
			md.Append("authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(c)))
		}
	}
	return md
}

func calling(ctx context.Context, credentials ...string) context.Context {
	return metadata.NewIncomingContext(ctx, basic(credentials...))
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	hash := cheapHash("pass:word with ż")
	table, err := parseUsers(strings.NewReader("anna:read-write:" + hash + "\r\n  # note\nżółw:read-only:" + hash))
	if err != nil {
		t.Fatal(err)
	}
	u := newUsers()
	u.table.Store(table)
	ctx := testContext(t)
	raw := func(value string) context.Context {
		return metadata.NewIncomingContext(ctx, metadata.Pairs("authorization", value))
	}
	cases := []struct {
		name string
		ctx  context.Context
		want access
		code codes.Code
	}{
		{"none", ctx, accessNone, codes.OK},
		{"writer", calling(ctx, "anna:pass:word with ż"), accessWrite, codes.OK},
		{"reader", calling(ctx, "żółw:pass:word with ż"), accessRead, codes.OK},
		{"scheme in lower case", raw("basic " + base64.StdEncoding.EncodeToString([]byte("anna:pass:word with ż"))), accessWrite, codes.OK},
		{"wrong password", calling(ctx, "anna:pass"), accessNone, codes.Unauthenticated},
		{"no password", calling(ctx, "anna:"), accessNone, codes.Unauthenticated},
		{"no colon", calling(ctx, "anna"), accessNone, codes.Unauthenticated},
		{"unknown", calling(ctx, "nosuch:pass:word with ż"), accessNone, codes.Unauthenticated},
		{"nothing but a colon", calling(ctx, ":"), accessNone, codes.Unauthenticated},
		{"too long", calling(ctx, "anna:"+strings.Repeat("x", maxPassword+1)), accessNone, codes.Unauthenticated},
		{"twice", calling(ctx, "anna:pass:word with ż", "anna:pass:word with ż"), accessNone, codes.Unauthenticated},
		{"empty", raw(""), accessNone, codes.Unauthenticated},
		{"a token", raw("Bearer abc"), accessNone, codes.Unauthenticated},
		{"not base64", raw("Basic ???"), accessNone, codes.Unauthenticated},
	}
	for range 2 { // the second time from memory
		for _, c := range cases {
			got, err := u.authenticate(c.ctx)
			if got != c.want || status.Code(err) != c.code {
				t.Errorf("%s: %v, %v, want %v, %v", c.name, got, err, c.want, c.code)
			}
		}
	}
	if table.byName["anna"].verified.Load() == nil {
		t.Error("a verified password is not remembered")
	}
}

// TestVerifiedIsRemembered takes every hashing slot, so that only what is remembered gets an answer.
func TestVerifiedIsRemembered(t *testing.T) {
	t.Parallel()
	u := testUsers(t)
	ctx, cancel := context.WithCancel(testContext(t))
	if _, err := u.authenticate(calling(ctx, "admin:changeit")); err != nil {
		t.Fatal(err)
	}
	for range hashesAtOnce {
		u.hashing <- struct{}{}
	}
	if got, err := u.authenticate(calling(ctx, "admin:changeit")); err != nil || got != accessWrite {
		t.Errorf("remembered: %v, %v", got, err)
	}
	cancel()
	for _, c := range []string{"admin:changeit2", "ops:changeit"} {
		if _, err := u.authenticate(calling(ctx, c)); status.Code(err) != codes.Unavailable {
			t.Errorf("%s: %v", c, err)
		}
	}
}

func TestUsersFileRefused(t *testing.T) {
	t.Parallel()
	hash := cheapHash("changeit")
	cases := []struct{ name, file, want string }{
		{"empty", "\n# nobody\n", "no user in it"},
		{"two fields", "# x\n\nanna:read-only\n", "line 3: it is not name:role:hash"},
		{"role", "anna:admin:" + hash, "line 1: the role is neither read-only nor read-write"},
		{"no name", "\n:read-only:" + hash, "line 2: a user name has 1 to 64 bytes"},
		{"name with a space", "a b:read-only:" + hash, "line 1: a user name has no space"},
		{"twice", "anna:read-only:" + hash + "\nanna:read-write:" + hash, "line 2: the user stands on an earlier line"},
		{"plain password", "anna:read-only:changeit", "line 1: the password is not hashed"},
		{"other hash", "anna:read-only:$2b$10$abcdefghijklmnopqrstuv", "line 1: the password is not hashed"},
		{"costs too much", "anna:read-only:" + strings.Replace(hash, "m=8,", "m=9999999,", 1), "line 1: the hash needs m=8 to 262144"},
		{"costs missing", "anna:read-only:" + strings.Replace(hash, "m=8,", "", 1), "line 1: the hash does not say"},
		{"no passes", "anna:read-only:" + strings.Replace(hash, "t=1", "t=0", 1), "line 1: the hash needs t=1 to 16"},
		{"lanes as words", "anna:read-only:" + strings.Replace(hash, "p=1", "p=one", 1), "line 1: the hash needs p=1 to 16"},
		{"leading zero", "anna:read-only:" + strings.Replace(hash, "t=1", "t=01", 1), "line 1: the hash is not in its usual form"},
		{"short digest", "anna:read-only:" + hash[:len(hash)-4], "line 1: the digest is not base64 of 32 bytes"},
		{"short salt", "anna:read-only:" + strings.Replace(hash, "MDEy", "", 1), "line 1: the salt is not base64"},
		{"long line", "# ok\nanna:read-only:" + strings.Repeat("x", 2*maxUserLine), "line 2: it is longer than 1024 bytes"},
	}
	for _, c := range cases {
		_, err := parseUsers(strings.NewReader(c.file))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "changeit") || strings.Contains(err.Error(), "anna")) {
			t.Errorf("%s: the error shows what the line says: %v", c.name, err)
		}
	}
}

func TestUsersFileMode(t *testing.T) {
	t.Parallel()
	path := writeUsers(t, "anna:read-only:"+cheapHash("changeit"))
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o640: true, 0o400: true, 0o644: false, 0o660: false, 0o602: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadUsers(path); (err == nil) != ok {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
	if _, err := LoadUsers(path + ".nosuch"); err == nil {
		t.Error("a missing file is taken")
	}
}

func TestAddUser(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "users")
	add := func(name, password string, readOnly, want bool) {
		t.Helper()
		replaced, err := AddUser(path, name, password, readOnly)
		if err != nil || replaced != want {
			t.Fatalf("%s: %v, %v", name, replaced, err)
		}
	}
	add("anna", "first password", false, false)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "first") {
		t.Fatalf("%s, %v", text, err)
	}
	if err := os.WriteFile(path, []byte("# kept\n"+strings.TrimSpace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	add("bartek", "second password", true, false)
	add("anna", "third password", true, true)
	u, err := LoadUsers(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx := testContext(t)
	for c, want := range map[string]access{"anna:first password": accessNone, "anna:third password": accessRead, "bartek:second password": accessRead} {
		if got, err := u.authenticate(calling(ctx, c)); got != want || (err == nil) != (want != accessNone) {
			t.Errorf("%s: %v, %v", c, got, err)
		}
	}
	text, _ = os.ReadFile(path)
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 || !strings.HasPrefix(string(text), "# kept\nanna:read-only:") {
		t.Errorf("%v\n%s", info.Mode(), text)
	}
	left, _ := os.ReadDir(filepath.Dir(path))
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	for _, bad := range [][2]string{{"", "password"}, {"a:b", "password"}, {"anna", "short"}, {"anna", "with\nnewline"}, {"anna", strings.Repeat("x", 2000)}} {
		if _, err := AddUser(path, bad[0], bad[1], false); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	broken := writeUsers(t, "no user at all")
	if _, err := AddUser(broken, "anna", "password", false); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a broken file: %v", err)
	}
}

func FuzzParseUsers(f *testing.F) {
	f.Add("anna:read-write:" + cheapHash("changeit"))
	f.Add("# x\n\n a:b:c\n")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parseUsers(strings.NewReader(text))
		if err != nil {
			return
		}
		for name, x := range u.byName {
			again, err := parseHash(x.hash.String())
			if checkUserName(name) != nil || x.access == accessNone || err != nil || again.String() != x.hash.String() {
				t.Errorf("taken: %q", text)
			}
		}
	})
}
