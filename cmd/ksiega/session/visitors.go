package session

import (
	"net/http"
)

// shut is why visitors are not let in, in words for them.
func shut(why error) error { return ErrShut.With("%s", why) }

// asLongAsOpen asks Visitors again when an answer is about to be sent: it was computed
// by then, maybe of what was recorded since it was asked for.
func (g *Gate) asLongAsOpen(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	own := w.Header().Clone()
	return &visited{ResponseWriter: w, refused: func() bool {
		err := g.Visitors(r.Context())
		if err == nil {
			return false
		}
		clear(w.Header())
		for name, values := range own {
			w.Header()[name] = values
		}
		g.Refuse(w, r, shut(err))
		return true
	}}
}

// visited is an answer of which nothing is sent where it is refused once it begins.
type visited struct {
	http.ResponseWriter
	refused        func() bool
	begun, dropped bool
}

func (w *visited) begin() bool {
	if !w.begun {
		w.begun = true
		w.dropped = w.refused()
	}
	return !w.dropped
}

// WriteHeader begins the answer.
func (w *visited) WriteHeader(status int) {
	if w.begin() {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write begins the answer where nothing did.
func (w *visited) Write(b []byte) (int, error) {
	if !w.begin() {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
