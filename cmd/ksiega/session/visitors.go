package session

import (
	"context"
	"net/http"

	"ksiega/domain/access"
)

// shut is why visitors are not let in, in words for them.
func shut(why error) error { return ErrShut.With("%s", why) }

// asVisitor takes everybody for a visitor where something is for visitors. Where they are not let
// in and there are accounts, they may be one of these.
func (g *Gate) asVisitor(accounts bool) identity {
	open := func(ctx context.Context) error {
		if err := g.Visitors(ctx); err != nil {
			return shut(err)
		}
		return nil
	}
	return func(r *http.Request, to Audience) (somebody, error) {
		if to != Visitors {
			return somebody{}, nil
		}
		err := open(r.Context())
		if err != nil && accounts {
			return somebody{}, nil
		}
		return somebody{known: true, who: access.By(nobody, access.API, access.Visitor), still: open}, err
	}
}

// asLongAs asks still when an answer is about to be sent: it was computed by then, maybe
// of what was recorded since it was asked for.
func (g *Gate) asLongAs(still func(context.Context) error, w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	own := w.Header().Clone()
	return &unlessShut{ResponseWriter: w, refused: func() bool {
		err := still(r.Context())
		if err == nil {
			return false
		}
		clear(w.Header())
		for name, values := range own {
			w.Header()[name] = values
		}
		g.Refuse(w, r, err)
		return true
	}}
}

// unlessShut is an answer of which nothing is sent where it is refused once it begins.
type unlessShut struct {
	http.ResponseWriter
	refused        func() bool
	begun, dropped bool
}

func (w *unlessShut) begin() bool {
	if !w.begun {
		w.begun = true
		w.dropped = w.refused()
	}
	return !w.dropped
}

// WriteHeader begins the answer.
func (w *unlessShut) WriteHeader(status int) {
	if w.begin() {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write begins the answer where nothing did.
func (w *unlessShut) Write(b []byte) (int, error) {
	if !w.begin() {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
