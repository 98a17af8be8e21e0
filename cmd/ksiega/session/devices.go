package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"ksiega/internal/sessionredis"
)

// Devices are browsers that accounts have signed in with. Several accounts share one, as
// people share a desk; what is known of one says nothing of another.
type Devices struct {
	store   *sessionredis.Store
	cookies Cookies
	seals   *Seals
	now     func() time.Time
}

const (
	deviceKind = "device"
	// knownFor is how long a browser is known after somebody signed in with it.
	knownFor = 90 * 24 * time.Hour
)

// device is what is kept of an account in a browser.
type device struct {
	Number int   `json:"number"` // of the account's sessions when the code was remembered
	Until  int64 `json:"until"`  // no code is asked for until then
}

func (d *Devices) name(cookie, account string) string {
	return d.seals.Digest(deviceKind, cookie+"\x00"+account)
}

// Known is a name of the browser of a request, where an account has signed in with it before,
// for counting its tries apart; "" where none has. Remembered: no code is asked for, as long
// as the account's session number is that under which it was remembered.
func (d *Devices) Known(r *http.Request, account string, number int) (name string, remembered bool, err error) {
	cookie := d.cookies.shown(r, deviceCookie)
	if cookie == "" || account == "" {
		return "", false, nil
	}
	b, ok, err := d.store.Get(r.Context(), deviceKind, d.name(cookie, account))
	if err != nil || !ok {
		return "", false, err
	}
	var of device
	if json.Unmarshal(b, &of) != nil {
		return "", false, nil
	}
	return d.name(cookie, account), of.Number == number && d.now().Before(time.Unix(of.Until, 0)), nil
}

// Cookie is that of the browser of a request, which is given one where it has none.
func (d *Devices) Cookie(w http.ResponseWriter, r *http.Request) string {
	cookie := d.cookies.shown(r, deviceCookie)
	if cookie == "" {
		cookie = rand.Text()
	}
	d.cookies.set(w, deviceCookie, cookie, knownFor)
	return cookie
}

// Tag is what names the browser of a cookie where that may not stand.
func (d *Devices) Tag(cookie string) string { return digested(cookie)[:16] }

// Remember knows that an account has signed in with the browser of a cookie. Until a moment,
// where there is one, no code is asked for; else that stays as it was.
func (d *Devices) Remember(ctx context.Context, cookie, account string, number int, until time.Time) error {
	return d.store.Change(ctx, deviceKind, d.name(cookie, account), func(was []byte) ([]byte, time.Time) {
		var of device
		if json.Unmarshal(was, &of) != nil || of.Number != number {
			of = device{}
		}
		of.Number = number
		if !until.IsZero() {
			of.Until = until.Unix()
		}
		b, _ := json.Marshal(of) //nolint:errchkjson // numbers
		return b, d.now().Add(knownFor)
	})
}
