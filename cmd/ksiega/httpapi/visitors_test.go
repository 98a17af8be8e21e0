package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"ksiega/cmd/ksiega/httpapi"
)

// What is recorded while a visitor's answer is computed is not shown to them: the door
// is looked at again before a byte is sent.
func TestVisitorsAreAskedAboutAgainBeforeTheyAreAnswered(t *testing.T) {
	t.Parallel()
	owner := open(t, nil)
	asked, shutAfter := 0, 1
	d := over(t, owner.ledger, func(o *httpapi.Options) {
		o.Token, o.Visitors = "", func(context.Context) error {
			if asked++; asked > shutAfter {
				return errors.New("shut by now")
			}
			return nil
		}
	})
	const agreement = `{"number":"P/1","concluded":"2018-01-01","from":"2018-01-01","to":"2018-12-31","refundPercent":60}`
	accepted(t, owner.command("conclude-agreement", "k", agreement))
	targets := []string{"/", "/reports/refunds", "/reports/none", "/api/v1/reports", "/api/v1/reports/refunds", "/api/v1/reports/refunds?format=csv",
		"/api/v1/reports/refunds?format=html", "/api/v1/reports/none", "/api/v1/reports/refunds?none=1"}
	for _, target := range targets {
		asked = 0
		w := d.get(target)
		refused(t, w, http.StatusUnauthorized, "unauthorized")
		h := w.Header()
		if h.Get("WWW-Authenticate") == "" || h.Get("X-Ledger-Position") != "" || h.Get("Content-Disposition") != "" || h.Get("X-Frame-Options") == "" || !strings.Contains(w.Body.String(), "shut by now") {
			t.Errorf("%s: %v %s", target, h, w.Body)
		}
		if asked != 2 {
			t.Errorf("%s: asked %d times", target, asked)
		}
	}
	shutAfter = 1 << 30
	for _, target := range targets[:2] {
		if w := d.get(target); w.Code != http.StatusOK {
			t.Errorf("%s while the door is open: %d", target, w.Code)
		}
	}
}

// Visitors wait for nothing that is still to come.
func TestVisitorsWaitForNoPosition(t *testing.T) {
	t.Parallel()
	d := open(t, func(o *httpapi.Options) { o.Token, o.Visitors = "", func(context.Context) error { return nil } })
	for _, position := range []string{"0", "1", "999999999"} {
		refused(t, d.get("/api/v1/reports/refunds?minPosition="+position), http.StatusForbidden, "denied")
		refused(t, d.get("/reports/refunds?minPosition="+position), http.StatusForbidden, "denied")
	}
}
