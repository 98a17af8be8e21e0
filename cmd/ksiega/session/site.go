package session

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// sameSite turns away what a page of another site has a browser ask, also where it
// only reads: a reading of personal data is recorded under the name of whoever sits
// there. A link may lead to the pages that show nobody's.
func sameSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return true
	}
	if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" {
		return false
	}
	return r.URL.Path == "/" || r.URL.Path == "/docs" || r.URL.Path == "/wejscie" // to which the first leads
}

// hostAllowed keeps a name that somebody else points at this address (DNS
// rebinding) from being answered. The port is not compared: a tunnel changes
// it, and an attacker's page gains nothing by it, as its Origin would show.
func (g *Gate) hostAllowed(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if port == "" || strings.Trim(port, "0123456789") != "" {
			return false
		}
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if g.Origin.TLS() {
		return g.Origin.asked(name)
	}
	switch name {
	case "localhost", "127.0.0.1", "::1":
		return true
	}
	if len(g.Hosts) == 0 {
		return g.Token != ""
	}
	return slices.ContainsFunc(g.Hosts, func(allowed string) bool { return strings.EqualFold(allowed, name) })
}

// sameOrigin also asks of reading requests that an Origin, where a browser
// sends one, is our own.
func (g *Gate) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host && (u.Scheme == "https" || !g.Origin.TLS())
}
