// Package pages writes what people read in a browser: the start page, a report, the
// description of the API and why something was not done, in Polish.
//
// It promises: WCAG 2.1 AA; amounts, hours and days as people write them; nothing
// loaded from another host. It asks nothing and decides nothing: what a page tells
// it is given.
package pages
