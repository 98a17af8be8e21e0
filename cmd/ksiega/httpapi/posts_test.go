package httpapi

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ksiega/cmd/ksiega/pages"
	"ksiega/commands"
	"ksiega/domain"
	"ksiega/domain/access"
	"ksiega/domain/account"
)

// formServer is a server as far as forms need one.
func formServer(t *testing.T) *server {
	t.Helper()
	p, err := pages.New(pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &server{Options: Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)}, pages: p}
}

func posted(s *server, body string, headers ...string) (*httptest.ResponseRecorder, url.Values) {
	r := httptest.NewRequest(http.MethodPost, "/osoby", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	var read url.Values
	s.posts(func(w http.ResponseWriter, r *http.Request, form url.Values) {
		read = form
		s.done(w, r, "/osoby")
	})(w, r)
	return w, read
}

func TestFormsAreReadWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := formServer(t)
	for name, c := range map[string]struct {
		body, media string
		status      int
	}{
		"a field twice":       {"a=1&a=2", "", http.StatusBadRequest},
		"a broken escape":     {"a=%zz", "", http.StatusBadRequest},
		"a semicolon":         {"a=1;b=2", "", http.StatusBadRequest},
		"not UTF-8":           {"a=%ff", "", http.StatusBadRequest},
		"a name not UTF-8":    {"%ff=a", "", http.StatusBadRequest},
		"a character unseen":  {"a=%00", "", http.StatusBadRequest},
		"in another encoding": {"a=1", "application/x-www-form-urlencoded; charset=iso-8859-2", http.StatusUnsupportedMediaType},
		"JSON":                {`{"a":1}`, "application/json", http.StatusUnsupportedMediaType},
		"a file":              {"a=1", "multipart/form-data; boundary=x", http.StatusUnsupportedMediaType},
		"too large":           {"a=" + strings.Repeat("a", maxFormBytes), "", http.StatusRequestEntityTooLarge},
		"too many fields":     {strings.Repeat("a[]=&", maxFormFields), "", http.StatusRequestEntityTooLarge},
	} {
		w, read := posted(s, c.body, "Content-Type", map[bool]string{true: c.media, false: "application/x-www-form-urlencoded"}[c.media != ""])
		if w.Code != c.status || read != nil {
			t.Errorf("%s: %d, read %v", name, w.Code, len(read))
		}
	}
	w, read := posted(s, "a[]=1&a[]=2&tekst=raz%0D%0Adwa&imi%C4%99=Zo%C5%9Bka", "Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	if w.Code != http.StatusSeeOther || len(read["a[]"]) != 2 || read.Get("tekst") != "raz\ndwa" || read.Get("imię") != "Zośka" {
		t.Errorf("%d %v", w.Code, read)
	}
	if w, _ := posted(s, "a=1", "HX-Request", "true"); w.Code != http.StatusNoContent || w.Header().Get("HX-Redirect") != "/osoby" {
		t.Errorf("to a script: %d %v", w.Code, w.Header())
	}
}

func TestFormsOfAnotherSiteAreNotCarriedOut(t *testing.T) {
	t.Parallel()
	s := formServer(t)
	s.FormToken = func(*http.Request) string { return "drawn" }
	for _, body := range []string{"a=1", "_token=", "_token=other", "_token=drawnn"} {
		if w, read := posted(s, body); w.Code != http.StatusForbidden || read != nil {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	if w, read := posted(s, "a=1&_token=drawn"); w.Code != http.StatusSeeOther || read.Has(formToken) {
		t.Errorf("%d %v", w.Code, read)
	}
}

func TestRefusedFormsAreTheSameForms(t *testing.T) {
	t.Parallel()
	s := formServer(t)
	r := httptest.NewRequest(http.MethodPost, "/osoby", nil)
	first := s.newForm(r, "3")
	form := url.Values{formKey: {first.Key}, formSeen: {"3"}, "shown": {"41200"}}
	if again := s.sameForm(r, form); again != first {
		t.Errorf("%+v became %+v", first, again)
	}
	o, err := formOrigin(r, form)
	if wrong := o.SawIn(commands.SignContract{}, form.Get(formSeen)); err != nil || wrong != nil || o.Key != first.Key || o.Expected == nil || *o.Expected != 3 {
		t.Errorf("%+v %v %v", o, err, wrong)
	}
	if err := seenOf(form, "shown", &o); err != nil || o.Shown == nil || o.Shown.String() != "41200" {
		t.Errorf("%v %v", o.Shown, err)
	}
	for _, bad := range []url.Values{{}, {formKey: {"a key of words"}}, {formKey: {"k"}, formSeen: {"x"}, "shown": {"-1"}}} {
		_, noKey := formOrigin(r, bad)
		noRevision := o.SawIn(commands.SignContract{}, bad.Get(formSeen))
		if noShown := seenOf(bad, "shown", &o); noKey == nil && (noRevision == nil || noShown == nil) {
			t.Errorf("%v is taken", bad)
		}
	}
	w := httptest.NewRecorder()
	s.again(w, r, domain.ErrNoID.At("id"), func(w io.Writer, why pages.Refusal) error {
		_, err := io.WriteString(w, "page "+why.Fields["id"])
		return err
	})
	if w.Code != http.StatusUnprocessableEntity || len(w.Body.String()) < len("page ")+5 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Target", "wynik")
	if partOf(r, "wynik") != "wynik" || partOf(r, "inny") != "" {
		t.Error("the part that is asked for")
	}
}

// A key bears one grant of those that its account has, whichever of a role that is.
func TestAKeyBearsTheGrantThatWasChosen(t *testing.T) {
	t.Parallel()
	grants := []account.Grant{{Role: access.Coordinator, Programmes: []string{"psu"}}, {Role: access.Coordinator, Programmes: []string{"kis"}}, {Role: access.Officer}}
	var said []string
	for _, g := range bearable(grants) {
		said = append(said, grantSaid(g, ""))
	}
	if len(said) != 2 || said[0] == said[1] {
		t.Fatalf("%q", said)
	}
	for i, one := range said {
		if g, ok := borneBy(grants, one); !ok || g.Programmes[0] != grants[i].Programmes[0] {
			t.Errorf("%q: %+v", one, g)
		}
	}
	if g, ok := borneBy(grants, grantSaid(grants[2], "")); ok {
		t.Errorf("%+v", g)
	}
}
