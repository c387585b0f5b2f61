package openapi

import (
	"maps"
	"net/textproto"
	"slices"
	"strings"

	"redial/engine/check"
	"redial/engine/expression"
)

// maxParameters bounds how many parameters of a kind are described.
const maxParameters = 100

// ownHeaders are those that mean something to the server, or to HTTP itself, and
// are described elsewhere or not at all.
var ownHeaders = []string{
	"accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "cookie", "host",
	"idempotency-key", "prefer", "proxy-authorization", "traceparent", "tracestate", "user-agent",
}

// read finds out what the flow reads of a call.
func (d *Description) read(plan *check.Plan) {
	query, headers := map[string]bool{}, map[string]bool{}
	look := func(reads []expression.Reference) {
		for _, r := range reads {
			if len(r.Path) < 2 || r.Path[0] != "trigger" {
				continue
			}
			switch {
			case r.Path[1] == "path":
				d.Below = true
			case len(r.Path) < 3:
			case r.Path[1] == "query":
				query[r.Path[2]] = true
			case r.Path[1] == "headers" && isHeader(r.Path[2]):
				headers[textproto.CanonicalMIMEHeaderKey(r.Path[2])] = true
			}
		}
	}
	for _, s := range plan.Steps {
		look(s.Reads)
	}
	d.Query, d.Headers = parameters(query), parameters(headers)
}

func parameters(names map[string]bool) []Parameter {
	sorted := slices.Sorted(maps.Keys(names))
	found := make([]Parameter, 0, min(len(sorted), maxParameters))
	for _, name := range sorted[:min(len(sorted), maxParameters)] {
		found = append(found, Parameter{name})
	}
	return found
}

// isHeader reports whether a flow can get a header of this name, and only from
// its caller.
func isHeader(name string) bool {
	if name == "" || slices.Contains(ownHeaders, name) || strings.HasPrefix(name, "redial-") {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}
