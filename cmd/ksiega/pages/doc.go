// Package pages writes what people read in a browser: the start page, a report, the
// description of the API and why something was not done, in Polish.
//
// It promises: WCAG 2.1 AA; amounts, hours and days as people write them; nothing
// loaded from another host, no script or style within a page; the moment that a page
// shows always in sight. It asks nothing and decides nothing: what a page tells it is
// given.
//
// templates/ has a file a page, with layout.html around each; components/ what pages are
// made of: a define each, filled from the struct of its name. assets/ is what browsers
// load, assets/npm what others wrote of it.
package pages
