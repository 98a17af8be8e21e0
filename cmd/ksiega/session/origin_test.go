package session_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"ksiega/cmd/ksiega/session"
)

func origin(t *testing.T, text string) session.Origin {
	t.Helper()
	o, err := session.ParseOrigin(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAnOriginIsHTTPSAndAHost(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://ksiega.example", "https://ksiega.example:8443", "https://[2001:db8::1]:8443", "https://10.0.0.7"} {
		if o := origin(t, text); o.String() != text || !o.TLS() {
			t.Errorf("%s is read as %s", text, o)
		}
	}
	for _, text := range []string{"", "ksiega.example", "http://ksiega.example", "https://", "https://ksiega.example/", "https://ksiega.example/a", "https://jan:tajne@ksiega.example",
		"https://ksiega.example?x", "https://ksiega.example#x", "https://*.example", "https://:443", "HTTPS//x", "https://a%2fb"} {
		if o, err := session.ParseOrigin(text); err == nil || o.TLS() {
			t.Errorf("%q is an origin, %s", text, o)
		}
	}
}

// Whoever asks past the proxy is refused, whatever they write in headers; whoever asks through it
// is known by the address that the proxy saw, and by no other that they write before it.
func TestAProxyAloneIsBelieved(t *testing.T) {
	t.Parallel()
	proxied := session.Gate{Origin: origin(t, "https://ksiega.example"), Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.7/32"), netip.MustParsePrefix("fd00::/8")}}
	direct := session.Gate{Origin: origin(t, "https://ksiega.example")}
	for name, c := range map[string]struct {
		gate           session.Gate
		peer, host     string
		headers        http.Header
		let            bool
		client, hosted string
	}{
		"by the proxy":              {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, true, "192.0.2.1:0", "ksiega.example"},
		"by its other address":      {proxied, "[fd00::7]:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, true, "192.0.2.1:0", "ksiega.example"},
		"the proxy's own name":      {proxied, "10.0.0.7:99", "wewnatrz:8080", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"ksiega.example"}}, true, "192.0.2.1:0", "ksiega.example"},
		"an address made up before": {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"127.0.0.1, 192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, true, "192.0.2.1:0", "ksiega.example"},
		"the same in two headers":   {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"127.0.0.1", "192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, true, "192.0.2.1:0", "ksiega.example"},
		"through two proxies":       {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1, fd00::1"}, "X-Forwarded-Proto": {"https"}}, true, "192.0.2.1:0", "ksiega.example"},
		"past the proxy":            {proxied, "192.0.2.1:99", "ksiega.example", nil, false, "", ""},
		"past it, as if it were it": {proxied, "192.0.2.1:99", "ksiega.example", http.Header{"X-Forwarded-For": {"10.0.0.7"}, "X-Forwarded-Proto": {"https"}}, false, "", ""},
		"to the proxy in clear":     {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"http"}}, false, "", ""},
		"of nobody":                 {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-Proto": {"https"}}, false, "", ""},
		"two words for it":          {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https", "http"}}, false, "", ""},
		"no address":                {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1, unknown"}, "X-Forwarded-Proto": {"https"}}, false, "", ""},
		"another host by the proxy": {proxied, "10.0.0.7:99", "ksiega.example", http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"zle.example"}}, false, "", ""},
		"its own TLS":               {direct, "192.0.2.1:99", "ksiega.example:8443", nil, true, "192.0.2.1:99", "ksiega.example:8443"},
		"a stranger's headers":      {direct, "192.0.2.1:99", "ksiega.example", http.Header{"X-Forwarded-For": {"127.0.0.1"}, "X-Forwarded-Host": {"inny.example"}}, true, "192.0.2.1:99", "ksiega.example"},
		"a host made so by them":    {direct, "192.0.2.1:99", "zle.example", http.Header{"X-Forwarded-Host": {"ksiega.example"}}, false, "", ""},
		"by the name of loopback":   {direct, "127.0.0.1:99", "localhost", nil, false, "", ""},
		"its page in clear":         {direct, "192.0.2.1:99", "ksiega.example", http.Header{"Origin": {"http://ksiega.example"}}, false, "", ""},
		"its page":                  {direct, "192.0.2.1:99", "ksiega.example", http.Header{"Origin": {"https://ksiega.example"}}, true, "192.0.2.1:99", "ksiega.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			let := false
			gate := c.gate
			gate.For, gate.Refuse = func(string) session.Audience { return session.Anybody }, func(http.ResponseWriter, *http.Request, error) {}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr, r.Host = c.peer, c.host
			for header, values := range c.headers {
				r.Header[header] = values
			}
			gate.Then(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				let = true
				if r.RemoteAddr != c.client || r.Host != c.hosted || r.Header.Get("X-Forwarded-For")+r.Header.Get("X-Forwarded-Host") != "" {
					t.Errorf("%s asks %s, and says %v", r.RemoteAddr, r.Host, r.Header)
				}
			})).ServeHTTP(httptest.NewRecorder(), r)
			if let != c.let {
				t.Errorf("let in: %v", let)
			}
		})
	}
}
