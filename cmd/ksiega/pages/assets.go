package pages

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var embedded embed.FS

// asset is a file that browsers load. Its address holds a hash of what it holds, so that
// whoever has it once never asks again.
type asset struct {
	address, mediaType string
	content            []byte
}

// assetFiles are all there are, those that others name first.
func assetFiles() [][2]string {
	return [][2]string{
		{"npm/ibm-plex-sans-latin.woff2", "font/woff2"},
		{"npm/ibm-plex-sans-latin-ext.woff2", "font/woff2"},
		{"npm/htmx.min.js", "text/javascript; charset=utf-8"},
		{"tokens.css", "text/css; charset=utf-8"},
		{"patterns.css", "text/css; charset=utf-8"},
		{"app.js", "text/javascript; charset=utf-8"},
		{"grid.js", "text/javascript; charset=utf-8"},
	}
}

// readAssets finds all by the names that templates know them by.
func readAssets() (map[string]asset, error) {
	all := map[string]asset{}
	for _, file := range assetFiles() {
		content, err := fs.ReadFile(embedded, "assets/"+file[0])
		if err != nil {
			return nil, fmt.Errorf("read the asset %s: %w", file[0], err)
		}
		name, mediaType := path.Base(file[0]), file[1]
		if path.Ext(name) == ".css" {
			for of, a := range all {
				content = bytes.ReplaceAll(content, []byte(`url("`+of+`")`), []byte(`url("`+a.address+`")`))
			}
		}
		sum := sha256.Sum256(content)
		extension := path.Ext(name)
		all[name] = asset{"/assets/" + strings.TrimSuffix(name, extension) + "-" + hex.EncodeToString(sum[:5]) + extension, mediaType, content}
	}
	return all, nil
}

// Assets are the addresses of what pages load, each with what answers it and its media
// type.
func (p *Pages) Assets() map[string]Asset {
	all := map[string]Asset{"/favicon.svg": {"image/svg+xml", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, embedded, "assets/favicon.svg") }}}
	for _, a := range p.assets {
		mediaType, _, _ := strings.Cut(a.mediaType, ";")
		all[a.address] = Asset{mediaType, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", a.mediaType)
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.content))
		}}
	}
	return all
}

// Asset is one file that browsers load.
type Asset struct {
	MediaType string
	Serve     http.HandlerFunc
}

// htmxConfig: no history of pages kept in the browser, nothing evaluated or added to the
// page but what the server sent, refusals shown in their place.
const htmxConfig = `{"historyEnabled":false,"historyCacheSize":0,"historyRestoreAsHxRequest":false,"allowEval":false,"allowScriptTags":false,` +
	`"includeIndicatorStyles":false,"selfRequestsOnly":true,"attributesToSettle":["class"],"globalViewTransitions":false,"scrollBehavior":"instant",` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"409|422|429","swap":true,"error":false},{"code":"[45]..","swap":false,"error":true}]}`
