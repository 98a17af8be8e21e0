package session

import (
	"net/http"
	"time"
)

// Cookies are how browsers are known again. Reached by TLS, they are the server's alone
// (`__Host-`): no other host of the domain, and no page that was fetched in clear, sets one.
// In clear, on loopback, a browser takes no such name, so that they have a plain one there.
type Cookies struct{ TLS bool }

// The cookies.
const (
	sessionCookie = "ksiega"
	entryCookie   = "ksiega-wejscie"    // of whoever is signing in
	deviceCookie  = "ksiega-urzadzenie" // of a browser that somebody has signed in with
)

func (c Cookies) name(of string) string {
	if c.TLS {
		return "__Host-" + of
	}
	return of
}

// set gives a cookie that lasts for a time, or with 0 until the browser is closed.
func (c Cookies) set(w http.ResponseWriter, of, value string, lasts time.Duration) {
	http.SetCookie(w, c.cookie(of, value, int(lasts/time.Second)))
}

func (c Cookies) drop(w http.ResponseWriter, of string) { http.SetCookie(w, c.cookie(of, "", -1)) }

func (c Cookies) cookie(of, value string, age int) *http.Cookie {
	return &http.Cookie{Name: c.name(of), Value: value, Path: "/", MaxAge: age, Secure: c.TLS, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// mostShown bounds what a cookie of ours holds.
const mostShown = 128

// shown is the value of a cookie; "" where there is none, or several, of which nobody could
// say whose they are.
func (c Cookies) shown(r *http.Request, of string) string {
	all := r.CookiesNamed(c.name(of))
	if len(all) != 1 || len(all[0].Value) > mostShown {
		return ""
	}
	return all[0].Value
}
