// Package header reads what callers say in header fields that net/http leaves
// unread: what they prefer, under which key they call, and through which proxies.
//
// It reads texts, and decides nothing: it knows no flow, and nothing of what
// becomes of a call.
package header
