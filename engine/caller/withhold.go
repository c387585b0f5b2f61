package caller

import (
	"net/url"
	"strings"

	"redial/engine/step"
)

// Withhold is a call without its credentials: what a flow sees of a call is
// stored, and shown to people. The call itself is not changed.
func (g *Guard) Withhold(c Call) Call {
	bare := Call{Header: c.Header.Clone(), Query: c.Query}
	for _, name := range g.headers() {
		bare.Header.Del(name)
	}
	if g.query != "" {
		_, bare.Query = cutParameter(c.Query, g.query)
	}
	return bare
}

// headers are those that hold a credential.
func (g *Guard) headers() []string {
	switch {
	case g.kind == step.AuthSignature:
		return g.key.Scheme().Headers()
	case g.header != "":
		return []string{g.header}
	case g.query != "":
		return nil
	default:
		return []string{"Authorization"}
	}
}

// cutParameter takes a parameter out of a query: its values, and what is left,
// byte for byte.
func cutParameter(query, name string) (values []string, rest string) {
	var left []string
	for part := range strings.SplitSeq(query, "&") {
		written, value, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(written); err != nil || plain != name {
			left = append(left, part)
			continue
		}
		// A value that cannot be read is one that nobody knows.
		value, err := url.QueryUnescape(value)
		if err != nil {
			value = ""
		}
		values = append(values, value)
	}
	return values, strings.Join(left, "&")
}
