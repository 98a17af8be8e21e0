package session

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Origin is where browsers find the server off loopback, https and a host. The zero Origin
// is none: a server on loopback is asked in clear, by the names of that.
type Origin struct{ host string }

// errNoOrigin says what an origin is.
var errNoOrigin = errors.New("an origin is https:// and a host, with nothing behind it")

// ParseOrigin reads `https://host` or `https://host:port`.
func ParseOrigin(text string) (Origin, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Hostname() == "" || u.User != nil || strings.TrimPrefix(text, "https://") != u.Host || strings.ContainsAny(u.Host, "*%") {
		return Origin{}, errNoOrigin
	}
	return Origin{host: strings.ToLower(u.Host)}, nil
}

// TLS says whether browsers come by it: then cookies are Secure, and nobody is told to come
// in clear again.
func (o Origin) TLS() bool { return o.host != "" }

// String is the origin as browsers spell it; "" of none.
func (o Origin) String() string {
	if o.host == "" {
		return ""
	}
	return "https://" + o.host
}

// asked says whether a request names the origin's host, whatever the port: that a tunnel may
// change.
func (o Origin) asked(name string) bool {
	own := o.host
	if h, _, err := net.SplitHostPort(own); err == nil {
		own = h
	}
	return strings.EqualFold(strings.Trim(own, "[]"), name)
}

// forwarded headers are of those whom the server is asked through. Of anybody else they say what
// they like.
func forwardedHeaders() []string {
	return []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Real-Ip"}
}

// through is a request as whoever has asked the proxy put it, where the server stands behind
// one; ErrPast of whoever comes another way, or whom the proxy was asked by in clear. Nothing
// behind believes a header that nobody vouches for.
func (g *Gate) through(r *http.Request) (*http.Request, error) {
	given := func(header string) string { return r.Header.Get(header) }
	client, host, proto := given("X-Forwarded-For"), given("X-Forwarded-Host"), given("X-Forwarded-Proto")
	twice := slices.ContainsFunc([]string{"X-Forwarded-Host", "X-Forwarded-Proto"}, func(h string) bool { return !single(r, h) })
	all := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	r = r.Clone(r.Context())
	for _, header := range forwardedHeaders() {
		r.Header.Del(header)
	}
	if len(g.Proxies) == 0 {
		return r, nil
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !g.trusted(peer.Addr()) || twice || !strings.EqualFold(proto, "https") || client == "" {
		return nil, ErrPast
	}
	if host != "" {
		r.Host = host
	}
	// Each proxy appends whom it was asked by: the last who is none of ours is who asks.
	hops := strings.Split(all, ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return nil, ErrPast
		}
		r.RemoteAddr = netip.AddrPortFrom(addr, 0).String()
		if !g.trusted(addr) {
			break
		}
	}
	return r, nil
}

func (g *Gate) trusted(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(g.Proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}
