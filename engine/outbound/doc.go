// Package outbound is the only HTTP client of the engine. Every call that a
// flow makes to the outside goes through it, so that one place decides which
// addresses may be called, how long an answer may be, how credentials are put
// on a request, and what of an exchange people may see.
//
// It knows nothing of flows, steps or components, and no answer of a service
// is interpreted here beyond its HTTP status.
package outbound
