// Package httpapi is the HTTP door: reports, commands and event history as a
// described API (OpenAPI 3.1, made from the code), and the addresses of the pages
// of the same for people (package pages).
//
// It promises: a command needs JSON and an Idempotency-Key and is carried out
// once; every refusal is application/problem+json with a stable code and
// without personal data; a parameter or format that is not declared is refused
// by name, and so is a media type that there is none of; what package session lets
// in is from whom it says. It decides nothing by itself, nor who may what: commands
// and queries do. Listeners, their timeouts and TLS belong to cmd.
//
//	GET  /                                  start page
//	GET  /reports/{name}                    a report as a page
//	GET  /docs /openapi.json /openapi.yaml  description of the API
//	GET  /api/v1/reports[/{name}]           reports as JSON, CSV or page
//	POST /api/v1/commands/{name}            one operation a use case
//	GET  /api/v1/events                     history of one thing, in pages
//	GET  /api/v1/streams/{stream}/events    history of one stream, in pages
//	GET  /healthz /readyz /metrics          for machines
package httpapi
