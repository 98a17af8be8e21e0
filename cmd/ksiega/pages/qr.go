package pages

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Picture is a text as a square of dots that telephones read; none where it is too long.
func Picture(text, title string) template.HTML {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return ""
	}
	const quiet = 4 // a margin that readers need
	at := code.Bounds()
	var dots strings.Builder
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&dots, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	side := at.Dx() + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><path fill="#000" d="%s"/></svg>`, side, side, template.HTMLEscapeString(title), dots.String())) //nolint:gosec // digits, and an escaped title
}
